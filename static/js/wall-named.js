// A wall that has a name: it tells the board how large its screen is, loads itself anew when an admin asks for it, and tries again by
// itself after it was not let in. It has no words and keeps no state of any meeting.
(() => {
  const MINUTE = 60_000;
  const ask = () => fetch(location.href, { method: "HEAD", cache: "no-store" });

  if (document.querySelector("body.wall-refused")) {
    setInterval(() => ask().then((answer) => answer.ok && location.reload()).catch(() => {}), MINUTE);
    return;
  }
  if (!document.querySelector("body.wall[data-named]")) return;

  // The size goes with every request for the stream. A screen that is switched on later than its browser has another one then.
  const HEADER = "Confboard-Screen";
  const SETTLED = 2_000; // ms without a change
  const size = () => [innerWidth, innerHeight].map((n) => Math.round(n * devicePixelRatio)).join("x");
  let headers = {};
  let connection = null;
  let settling;
  document.addEventListener("htmx:config:request", (e) => {
    headers = e.detail.ctx.request.headers;
    headers[HEADER] = size();
  });
  document.addEventListener("htmx:sse:after:connection", (e) => (connection = e.detail.connection));
  addEventListener("resize", () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (headers[HEADER] === size()) return;
      headers[HEADER] = size();
      connection?.reader?.cancel(); // htmx then opens another, with these headers
    }, SETTLED);
  });

  // Loaded anew, but only while the board answers: nobody would take a proxy's error page off a wall. A page that something on the way
  // keeps an old copy of is told again and again.
  const LEAST = 10_000; // ms between two times
  const KEY = "confboard-renewed";
  let renewing = false;
  const renew = () =>
    ask()
      .then((answer) => {
        if (!answer.ok) return Promise.reject();
        sessionStorage.setItem(KEY, Date.now());
        location.reload();
      })
      .catch(() => setTimeout(renew, 5_000 + Math.random() * 10_000));
  document.addEventListener("closing", (e) => {
    if (renewing || JSON.parse(e.detail.data).reason !== "renewed") return;
    renewing = true;
    const since = Date.now() - Number(sessionStorage.getItem(KEY));
    setTimeout(renew, since >= 0 && since < LEAST ? LEAST - since : 0);
  });
})();
