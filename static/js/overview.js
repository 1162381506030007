// What the overview does by itself: another view of the list is put in place of this one without leaving the page, letters
// are shortcuts, and the list does not change places under a hand. Without it all of this is links and a form.
(() => {
  const by = (id) => document.getElementById(id);
  if (!by("controls")) return; // another page
  const TYPING = 250;     // ms without a key before a search is asked for
  const STILL = 1_000;    // ms without a hand at the list before cards change places
  const LONGEST = 3_000;  // ms for which a hand can keep them
  const AGAIN = 2_000;    // ms before a view that did not come is asked for again
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  // Views. The stream's element is replaced with the list, since each view has a stream of its own, and so are the links
  // of the header, which lead to the same view.
  const place = {
    source: "#controls", target: "#region", select: "#region > *", swap: "innerMorph",
    selectOOB: "[data-stream]:outerHTML:[data-stream],#languages:outerMorph,#densities:outerMorph,#themes:outerMorph",
  };
  let turn = 0;
  let arrived = false;
  let searching = false; // the newest entry of the history was made by typing
  let typing = 0;
  const show = async (path, history, keepForm) => {
    const mine = ++turn;
    arrived = false;
    await htmx.ajax("GET", path, { ...place, ...history });
    if (mine !== turn) return; // something else was asked for meanwhile
    if (!arrived) {
      await wait(AGAIN);
      if (mine === turn) show(path, history, keepForm);
      return;
    }
    if (!keepForm && !typing) by("query").reset(); // to what the address says
    if (document.activeElement === document.body) by("main").focus({ preventScroll: true });
    by("announcement").textContent = by("pager").querySelector(".pager-range").textContent;
  };
  const lead = (path) => {
    searching = false;
    show(path, path === location.pathname + location.search ? {} : { push: path });
    scrollTo(0, 0);
  };
  document.addEventListener("htmx:before:response", (e) => {
    const { sourceElement, response, request } = e.detail.ctx;
    if (sourceElement?.id !== "controls" || response.raw.ok) return;
    e.preventDefault();
    location.assign(request.action); // the page of the error says what to do
  });
  document.addEventListener("htmx:after:swap", (e) => {
    if (e.detail.ctx.sourceElement?.id === "controls") arrived = true;
  });
  document.addEventListener("htmx:before:history:restore", (e) => {
    e.preventDefault();
    clearTimeout(typing);
    typing = 0;
    searching = false;
    show(e.detail.path, {});
  });
  document.addEventListener("click", (e) => {
    if (!e.target.closest("#filters")) by("filters").open = false;
    if (e.target.closest("#keys-open")) help();
    const link = e.target.closest("a[data-view]");
    if (!link || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    lead(link.pathname + link.search);
  });

  // The form.
  const address = () => {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(by("query"))) if (value.trim()) asked.append(name, value.trim());
    asked.sort();
    return new URL(by("query").action).pathname + (asked.size ? `?${asked}` : "");
  };
  document.addEventListener("input", (e) => {
    if (e.target.id !== "q") return;
    clearTimeout(typing);
    typing = setTimeout(() => {
      typing = 0;
      const path = address();
      if (path === location.pathname + location.search) return;
      show(path, searching ? { replace: path } : { push: path }, true); // a word is one step back, not each of its letters
      searching = true;
    }, TYPING);
  });
  document.addEventListener("change", (e) => {
    if (e.target.form?.id === "query" && e.target.id !== "q") lead(address());
  });
  document.addEventListener("submit", (e) => {
    if (e.target.id !== "query") return;
    e.preventDefault();
    clearTimeout(typing);
    typing = 0;
    lead(address());
  });

  // A steady list. While a hand is at it, cards do not enter, leave or change places; for three seconds at the most, so that
  // nothing old is looked at for long. Messages stay in order: those behind wait too.
  let touched = 0;
  for (const type of ["pointermove", "pointerdown", "keydown", "focusin"])
    document.addEventListener(type, (e) => {
      if (e.target.closest?.("#cards")) touched = Date.now();
    }, { capture: true, passive: true });
  const moves = (data) => /<hx-partial id="cards"|hx-swap="(beforebegin|delete)"/.test(data);
  const still = async () => {
    const until = Date.now() + LONGEST;
    for (let left; (left = Math.min(touched + STILL, until) - Date.now()) > 0; ) await wait(left);
  };
  document.addEventListener("htmx:sse:before:message", (e) => {
    const { message } = e.detail;
    if (message.event || !moves(message.data)) return;
    e.detail.waitUntil(still().then(() => {
      if (!e.target.isConnected) e.detail.cancelled = true; // it is about a view that was left
    }));
  });

  // What somebody looks at keeps its height on the screen when cards above it come and go. The focus stays with its card where
  // that changes its place, and goes to the one in its place where it leaves.
  let anchor = null;
  const card = (e) => e?.closest?.(".card");
  const focused = () => card(document.activeElement);
  document.addEventListener("htmx:before:swap", (e) => {
    const { sourceElement, text } = e.detail.ctx;
    if (!sourceElement?.matches("[data-stream]") || !(moves(text) || text.includes('<hx-partial id="region"'))) return;
    const all = [...document.querySelectorAll("#cards > .card")];
    const seen = focused() ?? document.querySelector("#cards > .card:hover") ??
      (scrollY > 0 ? all.find((c) => c.getBoundingClientRect().bottom > 80) : null);
    anchor = seen && { id: seen.id, top: seen.getBoundingClientRect().top, index: all.indexOf(seen), focused: seen === focused() };
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!anchor) return;
    const { id, top, index, focused: had } = anchor;
    anchor = null;
    const seen = by(id);
    if (seen) {
      const shift = seen.getBoundingClientRect().top - top;
      if (Math.abs(shift) >= 1 && Math.abs(shift) < innerHeight) scrollBy({ top: shift, behavior: "instant" }); // farther it went by itself
    }
    if (had && document.activeElement === document.body) {
      const left = links();
      (seen?.querySelector("h2 a") ?? left[Math.min(index, left.length - 1)])?.focus({ preventScroll: true });
    }
  });

  // Keys. Letters do nothing while somebody types, and can be switched off.
  const OFF = "confboard-keys-off";
  const links = () => [...document.querySelectorAll("#cards > .card h2 a")];
  const step = (by) => {
    const all = links();
    const at = all.indexOf(focused()?.querySelector("h2 a"));
    const next = at < 0 ? all.findIndex((a) => card(a).getBoundingClientRect().top >= 0) : at + by;
    all[Math.max(0, Math.min(next, all.length - 1))]?.focus();
  };
  const columns = () => {
    const all = links().map((a) => card(a).offsetTop);
    return all.filter((top) => top === all[0]).length;
  };
  const press = (selector) => document.querySelector(selector)?.click();
  const help = () => {
    by("keys-on").checked = !localStorage.getItem(OFF);
    by("keys").showModal();
  };
  const arrows = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => step(columns()), ArrowUp: () => step(-columns()) };
  const letters = {
    "/": () => by("q").select(),
    j: () => step(1),
    k: () => step(-1),
    p: () => press(document.querySelector(".counter-problems.current") ? ".counter" : ".counter-problems"),
    a: () => press(".filters-foot a"),
    f: () => {
      by("filters").open = !by("filters").open;
      by("filters").querySelector(by("filters").open ? "select" : "summary").focus();
    },
    "[": () => press('[data-step="previous"]'),
    "]": () => press('[data-step="next"]'),
    "?": help,
  };
  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.metaKey || e.altKey || by("keys").open) return;
    if (e.key === "Escape") {
      if (by("filters").open) {
        by("filters").open = false;
        by("filters").querySelector("summary").focus();
      } else if (e.target.id === "q" && e.target.value === "") e.target.blur();
      return;
    }
    if (e.target.matches?.("input:not([type=checkbox]), select, textarea")) return;
    const act = (focused() && arrows[e.key]) || (!localStorage.getItem(OFF) && letters[e.key]);
    if (!act) return;
    e.preventDefault();
    act();
  });
  document.addEventListener("change", (e) => {
    if (e.target.id !== "keys-on") return;
    if (e.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
})();
