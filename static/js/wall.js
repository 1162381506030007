// A wall display: which tiles are on the screen and for how long, what has just changed, and whether the screen's own
// clock can be trusted. The link to the board, the ticking times and the reload after an upgrade are those of every page.
// It has no words and keeps no state of any meeting.
(() => {
  const wall = document.querySelector("body.wall");
  if (!wall) return;
  const region = document.getElementById("region");
  const byID = (id) => document.getElementById(id);

  // Text sizes follow from the screen and the distance; the style sheet has those of a usual room.
  for (const size of ["body", "title", "floor"]) wall.style.setProperty(`--wall-${size}`, `${wall.dataset[size]}vmin`);

  const DWELL = Number(wall.dataset.dwell) * 1000;
  const TILES = Number(wall.dataset.tiles);
  const CYCLE = 60_000; // ms within which everything that has a tile has been seen

  // plan returns the screenfuls, each a list of [from, to] of places in the list. The board says how many of the first tiles
  // stay where they are while the others take turns beside them.
  const plan = (total, fixed) => {
    const screenfuls = [];
    const room = Math.max(1, TILES - fixed);
    for (let at = fixed + 1; at <= total; at += room) {
      screenfuls.push([...(fixed > 0 ? [[1, fixed]] : []), [at, Math.min(total, at + room - 1)]]);
    }
    return screenfuls;
  };

  // What is not on the screen is hidden by its place in the list, so that a swap never shows it for a moment.
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  let screenfuls = [];
  let turn = 0;
  const show = () => {
    const places = (screenfuls[turn] ?? []).map(([from, to]) => `:nth-child(n+${from}):nth-child(-n+${to})`);
    sheet.replaceSync(places.length > 0 ? `.tile:not(${places.join()}) { display: none }` : "");
    note("wall-page", screenfuls.length > 1, `${turn + 1} / ${screenfuls.length}`);
  };
  const note = (id, shown, text) => {
    byID(id).hidden = !shown;
    byID(id).querySelector("b").textContent = shown ? text : "";
  };
  const advance = () => {
    turn = (turn + 1) % Math.max(1, screenfuls.length);
    show();
  };
  let turning = setInterval(advance, DWELL);

  let knownProblems = new Set();
  let broughtForward = -CYCLE;
  const arrange = () => {
    const tiles = [...region.querySelectorAll(".tile")];
    const problems = tiles.filter((e) => "problem" in e.dataset);
    const counts = byID("wall-counts").dataset;
    const healthy = tiles.reduce((n, e) => n + ("problem" in e.dataset ? 0 : Number(e.dataset.counted ?? 1)), 0);
    const more = Number(counts.matching) - Number(counts.problems) - healthy;
    const moreProblems = Number(counts.problems) - problems.length;
    note("wall-grouped", tiles.some((e) => "counted" in e.dataset), "");
    note("wall-more", more > 0, more);
    note("wall-more-problems", moreProblems > 0, moreProblems);
    screenfuls = plan(tiles.length, Number(byID("wall-tiles").dataset.fixed));
    if (turn >= screenfuls.length) turn = 0;

    // A new problem is brought forward at once; not more than once in a cycle, lest one that comes and goes keeps the
    // others from their turn.
    const place = problems.findIndex((e) => !knownProblems.has(e.id)) + 1;
    knownProblems = new Set(problems.map((e) => e.id));
    const holds = (ranges) => ranges.some(([from, to]) => from <= place && place <= to);
    if (place > 0 && !holds(screenfuls[turn]) && performance.now() - broughtForward >= CYCLE) {
      broughtForward = performance.now();
      turn = screenfuls.findIndex(holds);
      clearInterval(turning);
      turning = setInterval(advance, DWELL);
    }
    show();
  };

  // What changed is marked for a while. Ticking times are no change; a time that was changed has another datetime.
  const MARKED = 5_000;
  const PARTS = ".mark, .badge, .tile-number, .tile h2, .wall-count, .tile";
  const timers = new WeakMap();
  const mark = (e) => {
    if (!e) return;
    e.setAttribute("data-wall-changed", "");
    clearTimeout(timers.get(e));
    timers.set(e, setTimeout(() => e.removeAttribute("data-wall-changed"), MARKED));
  };
  const part = (n) => (n.nodeType === Node.ELEMENT_NODE ? n : n.parentElement)?.closest(PARTS);
  const ticking = (n) => (n.nodeType === Node.ELEMENT_NODE ? n : n.parentElement)?.closest("time");
  new MutationObserver((records) => {
    const changed = new Set();
    const gone = new Set(records.flatMap((r) => [...r.removedNodes]));
    let rearranged = false;
    for (const r of records) {
      if (r.type === "attributes") {
        if (r.attributeName === "datetime") changed.add(part(r.target));
        else rearranged = true;
        continue;
      }
      if (ticking(r.target)) continue;
      if (r.type === "characterData") changed.add(part(r.target));
      for (const n of r.addedNodes) {
        if (n.nodeType === Node.TEXT_NODE ? n.data.trim() : n.matches?.(PARTS) && !gone.has(n)) changed.add(part(n));
        rearranged ||= n.matches?.(".tile");
      }
      for (const n of r.removedNodes) {
        if (!n.isConnected && n.matches?.(".badge, .tile-number")) changed.add(r.target.closest(".tile"));
        rearranged ||= n.matches?.(".tile, .tiles");
      }
    }
    for (const e of changed) mark(e);
    if (rearranged) arrange();
  }).observe(region, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["datetime", "data-problem", "data-matching", "data-problems", "data-fixed", "data-counted"] });

  // The screen's own clock. One late event says nothing, it may have waited in a queue; two in a row do. The time of a recording
  // that is played says nothing about it.
  const lang = document.documentElement.lang;
  const date = new Intl.DateTimeFormat(lang, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const OFF = 2_000;
  const root = document.documentElement.dataset;
  const played = byID("playback");
  let boardTime = Number(root.now);
  let boardTimeAt = Date.now();
  let off = 0;
  document.addEventListener("clock", (e) => {
    boardTime = JSON.parse(e.detail.data).now;
    boardTimeAt = Date.now();
    if (played) return;
    const skew = boardTime - boardTimeAt;
    off = Math.abs(skew) > OFF ? off + 1 : 0;
    note("wall-off", off >= 2, difference(Math.abs(skew) / 1000));
  });
  const difference = (s) => {
    const [n, unit] = s < 120 ? [s, "second"] : s < 7200 ? [s / 60, "minute"] : [s / 3600, "hour"];
    return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 }).format(n);
  };
  const showDate = () => {
    const text = date.format(boardTime + (Date.now() - boardTimeAt) * Number(root.rate));
    if (byID("wall-date").textContent !== text) byID("wall-date").textContent = text;
  };
  showDate();
  setInterval(showDate, 1000);

  arrange();
})();
