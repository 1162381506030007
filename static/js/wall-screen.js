// The screen of a wall: it is kept on, what is shown on it is moved a little now and then lest it burns in, and it can be dimmed at
// night. None of it is about a meeting, and it has no words.
(() => {
  const wall = document.querySelector("body.wall");
  if (!wall) return;
  const root = document.documentElement;
  const MINUTE = 60_000;

  // Kept on. The browser takes the lock back when it likes, when the page is covered for one, so it is asked for again. A
  // preview keeps nobody's screen on.
  const preview = window.top !== window;
  let lock = null;
  let asking = false;
  const keepOn = async () => {
    const wanted = !preview && !root.hasAttribute("data-dim");
    if (!wanted) {
      lock?.release();
      lock = null;
    } else if (!lock && !asking && document.visibilityState === "visible") {
      asking = true;
      try {
        const got = await navigator.wakeLock.request("screen");
        got.addEventListener("release", () => {
          if (lock === got) lock = null;
          tell();
        });
        lock = got.released ? null : got;
      } catch { // there is none without HTTPS, and the browser or its power saving may refuse
        lock = null;
      }
      asking = false;
      if (root.hasAttribute("data-dim")) return keepOn();
    }
    tell();
  };
  const tell = () => {
    const state = preview || root.hasAttribute("data-dim") ? "off" : lock ? "held" : "none";
    if (wall.dataset.awake !== state) wall.dataset.awake = state;
  };
  document.addEventListener("visibilitychange", keepOn);

  // Moved. A step of 4 to 8 pixels every 2 minutes, around the middle. It is a jump and no motion, so those who
  // asked for less motion are not spared it: their panels burn in as well.
  const STEPS = [[0, 0], [4, 0], [4, 4], [-4, 4], [-4, 0], [-4, -4], [4, -4]];
  let step = 0;
  setInterval(() => {
    step = (step + 1) % STEPS.length;
    const [x, y] = STEPS[step];
    wall.style.transform = x || y ? `translate(${x}px, ${y}px)` : "";
  }, 2 * MINUTE);

  // Dimmed, by the board's clock in the zone of the screen. A new problem, a meeting that begins and a board that is not heard wake
  // the screen for a while.
  const AWAKE = 10 * MINUTE;
  const [from, to] = wall.dataset.night.split("-").map(Number);
  let ahead = Number(root.dataset.now) - Date.now(); // of the board's clock
  let wakeUntil = 0;
  const night = () => {
    if (!wall.dataset.night) return false;
    const hour = new Date(Date.now() + ahead).getHours();
    return from < to ? from <= hour && hour < to : from <= hour || hour < to;
  };
  const judge = () => {
    const dim = night() && Date.now() >= wakeUntil && root.dataset.board !== "silent";
    if (dim !== root.hasAttribute("data-dim")) {
      root.toggleAttribute("data-dim", dim);
      keepOn();
    }
  };
  const region = document.getElementById("region");
  const present = () => {
    const ids = (selector) => new Set([...region.querySelectorAll(selector)].map((e) => e.id));
    const counts = document.getElementById("wall-counts").dataset;
    return { problems: ids(".tile[data-problem]"), under: ids(".tile:not([data-counted], .tile-scheduled, .tile-ended)"), numbers: [Number(counts.problems), Number(counts.underway)] };
  };
  let was = present();
  const news = () => {
    const is = present();
    const fresh = [...is.problems].some((id) => !was.problems.has(id)) || [...is.under].some((id) => !was.under.has(id)) ||
      is.numbers.some((n, i) => n > was.numbers[i]);
    was = is;
    if (!fresh) return;
    wakeUntil = Date.now() + AWAKE;
    judge();
  };
  document.addEventListener("htmx:sse:after:message", news);
  document.addEventListener("clock", (e) => (ahead = JSON.parse(e.detail.data).now - Date.now()));
  if (wall.dataset.night) document.getElementById("wall-until").textContent = `${String(to).padStart(2, "0")}:00`;
  new MutationObserver(judge).observe(root, { attributes: true, attributeFilter: ["data-board"] });
  setInterval(() => {
    judge();
    if (!lock) keepOn();
  }, MINUTE / 6);
  judge();
  keepOn();
})();
