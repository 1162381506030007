// What the page does by itself: it judges its own link to the board, shows times in the viewer's zone and lets them
// tick, and reloads when the board has been upgraded. It keeps no state of any meeting and has no words.
(() => {
  const root = document.documentElement;
  const QUIET = 30_000;  // ms without a sign of life: "reconnecting"
  const SILENT = 45_000; // ms: the whole page says NO DATA, and the stream is opened anew
  const DAY = 86_400_000;
  const DENIED = [401, 410]; // statuses
  const FULL = 503;

  // The board's clock, in ms. While a recording is played it is the recording's: faster than ours by the rate, and it stands still at the end.
  let boardTime = Number(root.dataset.now);
  let boardTimeAt = Date.now();
  const boardNow = () => boardTime + (Date.now() - boardTimeAt) * Number(root.dataset.rate);
  let heard = performance.now();
  let heardAt = Date.now();
  let connection = null;
  let cancelled = 0;
  let asking = false;
  let paused = false;

  const stream = () => document.querySelector("[data-stream]");
  // A wall is looked at even while its browser takes the page for hidden, as it does of a covered window.
  const hidden = () => document.hidden && stream()?.dataset.stream !== "unattended";
  const board = (state) => {
    if (root.dataset.board !== state) root.dataset.board = state;
  };

  // The link to the board. A clock event comes every 10 s, so that silence means something.
  const hear = () => {
    heard = performance.now();
    heardAt = Date.now();
  };
  // A machine that slept may not count the time in the one clock, and somebody may set the other: the longer one counts.
  const silent = () => Math.max(performance.now() - heard, Date.now() - heardAt);
  const alive = () => {
    hear();
    root.toggleAttribute("data-full", false);
    board(paused ? "paused" : "live");
  };
  const interrupted = () => {
    if (root.dataset.board === "live") board("reconnecting");
  };
  document.addEventListener("htmx:sse:after:connection", (e) => (connection = e.detail.connection));
  document.addEventListener("htmx:sse:after:message", () => {
    alive();
    showTimes();
    announce();
    document.querySelectorAll("[data-search]").forEach(find);
  });
  document.addEventListener("htmx:sse:error", (e) => {
    interrupted();
    if (DENIED.includes(e.detail.status)) denied();
    if (e.detail.status === FULL) full();
  });
  // The first attempt fails as any other request does.
  document.addEventListener("htmx:response:error", (e) => e.target === stream() && e.detail.ctx.response.status === FULL && full());
  // A page that changes its view has another stream at once; nothing is interrupted by that.
  document.addEventListener("htmx:sse:before:connection", (e) => e.detail.connection.attempt > 0 && interrupted());
  document.addEventListener("htmx:sse:close", (e) => e.detail.reason !== "cleanup" && interrupted());

  document.addEventListener("clock", (e) => {
    const told = JSON.parse(e.detail.data);
    boardTime = told.now;
    boardTimeAt = Date.now();
    if (root.dataset.rate !== String(told.rate)) root.dataset.rate = told.rate;
    if (told.build !== root.dataset.build) upgrade(told.build);
  });

  // The stream is refused when nobody is signed in any more, or the link has ended. The page then says so in place of what it showed;
  // it is asked first, because something on the way can refuse a stream, too. A wall, which nobody attends, says so and tries on.
  // What was told by the board itself, because somebody has signed out or can do less than before, is not asked for: the page can still
  // be there for everybody, and is then another one.
  const denied = async (told) => {
    if (asking) return;
    asking = true;
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    asking = false;
    const gone = DENIED.includes(answer?.status);
    if (stream()?.dataset.stream === "unattended") gone && board("denied");
    else if (gone || (told && answer?.ok)) location.reload();
  };
  document.addEventListener("closing", (e) => JSON.parse(e.detail.data).reason === "denied" && denied(true));

  // A stream is refused when the board has no room for another, and goes on trying. The page says so if the board still answers: something
  // on the way uses the same status for one that is away.
  const full = async () => {
    if (asking || root.hasAttribute("data-full")) return;
    asking = true;
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    asking = false;
    root.toggleAttribute("data-full", Boolean(answer?.ok) && root.dataset.board !== "live");
  };

  // While paused, what is shown stays; the link goes on being judged by its clock events. Going on fetches the whole page
  // anew, since what came meanwhile was not shown.
  const pause = document.getElementById("pause");
  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", paused);
      board(paused ? "paused" : "reconnecting");
      if (!paused && connection) {
        connection.lastEventId = "";
        connection.reader?.cancel();
      }
    });
  }
  document.addEventListener("htmx:sse:before:message", (e) => {
    if (!paused || e.detail.message.event) return;
    hear();
    e.preventDefault();
  });

  // Those who cannot see the page hear of problems and of silence, at most every 5 s, and of nothing else.
  const announcement = document.getElementById("announcement");
  const matter = () =>
    (root.dataset.board === "silent" ? document.querySelector(".pulse-lost") : document.querySelector("[data-announce]"))?.textContent.trim();
  let told = matter();
  let tellAt = 0;
  const announce = () => {
    const now = matter();
    if (now === undefined || now === told) return;
    const wait = tellAt - performance.now();
    if (wait > 0) {
      setTimeout(announce, wait + 50);
      return;
    }
    tellAt = performance.now() + 5000;
    announcement.textContent = told = now;
  };

  // Search among people: the list is all there, so it only hides.
  document.addEventListener("input", (e) => {
    if (!e.target.matches("[data-search]")) return;
    find(e.target);
  });
  const find = (input) => {
    const wanted = input.value.trim().toLocaleLowerCase(root.lang);
    for (const e of document.getElementById(input.dataset.search)?.children ?? [])
      e.hidden = wanted !== "" && !e.textContent.toLocaleLowerCase(root.lang).includes(wanted);
  };

  // Another build draws other pages. Reload once for each build, at a random moment, so that thousands of pages
  // do not come at once, and only while the board answers: nobody would take a proxy's error page off a wall. A board
  // that still serves the old page is not asked again and again.
  const upgrade = (build) => {
    if (sessionStorage.getItem("confboard-build") === build) return;
    sessionStorage.setItem("confboard-build", build);
    setTimeout(reload, Math.random() * 30_000);
  };
  const reload = () =>
    fetch(location.href, { method: "HEAD", cache: "no-store" })
      .then((answer) => (answer.ok || answer.status === 404 ? location.reload() : Promise.reject()))
      .catch(() => setTimeout(reload, 5_000 + Math.random() * 10_000));

  // A hidden tab gives its connection back, as browsers allow only six; htmx does it for a tab that becomes hidden,
  // this for one that is opened in the background.
  document.addEventListener("htmx:before:request", (e) => {
    if (hidden() && e.target === stream()) e.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (hidden()) return;
    interrupted();
    judge();
    if (stream()) htmx.trigger(stream(), "shown");
  });

  // Without a stream, the waits between two attempts grow to some five seconds. When the machine's network is back, or somebody comes to
  // the page, the next attempt is made at once. Those whose network came back together spread over a while.
  const SPREAD = 2_000; // ms
  const sooner = () => {
    if (!stream() || hidden() || paused || !["connecting", "reconnecting", "silent"].includes(root.dataset.board)) return;
    if (connection) connection.delayCanceller?.();
    else htmx.trigger(stream(), "shown");
  };
  addEventListener("online", () => setTimeout(sooner, Math.random() * SPREAD));
  addEventListener("focus", sooner);

  const judge = () => {
    if (!stream() || hidden() || root.dataset.board === "denied") return;
    const silence = silent();
    if (silence >= SILENT) {
      board("silent");
      announce();
      document.getElementById("silence").textContent = elapsed(silence);
      if (silence - cancelled >= SILENT) {
        cancelled = silence;
        connection?.reader?.cancel(); // htmx then opens another
        denied();
      }
    } else {
      cancelled = 0;
      if (silence >= QUIET) interrupted();
    }
  };

  // Times come as UTC and are shown in the viewer's zone.
  const lang = root.lang;
  const time = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dated = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "long", hourCycle: "h23" });
  const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  const second = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const datedSecond = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const zone = clock.formatToParts(boardNow()).find((part) => part.type === "timeZoneName").value;
  const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });

  const elapsed = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const pad = (n) => String(n).padStart(2, "0");
    return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
  };
  const relative = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return ago.format(-s, "second");
    if (s < 3600) return ago.format(-Math.floor(s / 60), "minute");
    if (s < 2 * 86_400) return ago.format(-Math.floor(s / 3600), "hour");
    return ago.format(-Math.floor(s / 86_400), "day");
  };
  const ahead = (ms) => {
    const s = Math.max(0, Math.ceil(ms / 1000));
    if (s < 120) return ago.format(s, "second");
    return s < 7200 ? ago.format(Math.floor(s / 60), "minute") : ago.format(Math.floor(s / 3600), "hour");
  };
  const sameDay = (at, now) => Math.abs(now - at) < DAY && new Date(at).getDate() === new Date(now).getDate();
  const shown = {
    clock: (at, now) => (sameDay(at, now) ? time : dated).format(at),
    second: (at, now) => (sameDay(at, now) ? second : datedSecond).format(at),
    exact: (at) => exact.format(at),
    since: (at, now) => elapsed(now - at),
    ago: (at, now) => relative(now - at),
    in: (at, now) => ahead(at - now),
  };
  const showTimes = () => {
    const now = boardNow();
    for (const e of document.querySelectorAll("time[data-show]")) {
      const at = Date.parse(e.dateTime);
      const text = shown[e.dataset.show](at, now);
      if (e.textContent !== text) e.textContent = text;
      if (!e.title) e.title = exact.format(at);
    }
    // What is said until an instant, or from it on.
    for (const e of document.querySelectorAll("[data-until], [data-from]")) {
      const { until, from } = e.dataset;
      e.hidden = until ? now >= Date.parse(until) : from ? now < Date.parse(from) : false;
    }
    for (const e of document.querySelectorAll("[data-zone]")) if (e.textContent !== zone) e.textContent = zone;
  };

  document.addEventListener("confboard:drawn", showTimes);

  // Paper does not tick: it says when it was printed.
  addEventListener("beforeprint", () => (document.getElementById("clock").textContent = exact.format(boardNow())));

  const playbackTime = document.getElementById("playback-time");
  const tick = () => {
    document.getElementById("clock").textContent = clock.format(boardNow());
    if (playbackTime) playbackTime.textContent = exact.format(boardNow());
    judge();
    showTimes();
  };
  tick();
  setInterval(tick, 1000);
})();
