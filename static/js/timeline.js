// Dragging through the past: while the slider moves, the moment under it is fetched and takes the place of what is shown. Without
// a script the form does the same, a page at a time.
(() => {
  let under = null; // what is being fetched
  let wanted = null;

  const show = async (form) => {
    if (under) return; // one at a time; the newest wish follows
    while (wanted !== null) {
      const url = new URL(form.action);
      url.searchParams.set("at", wanted);
      wanted = null;
      try {
        under = fetch(url);
        const answer = await under;
        if (!answer.ok) break;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        replace(page);
        history.replaceState(null, "", url);
      } catch {
        break; // the button is still there
      } finally {
        under = null;
      }
    }
  };

  // The slider and its form stay, so that the finger stays on it; all else is the page's.
  const replace = (page) => {
    const now = document.querySelector(".past");
    const then = page.querySelector(".past");
    if (!now || !then) return;
    document.title = page.title;
    for (const part of [".past-mark", ".past-help", ".past-steps"]) swap(now.querySelector(part), then.querySelector(part));
    const slider = then.querySelector("[data-rewind]");
    const ours = now.querySelector("[data-rewind]");
    if (slider && ours) ours.setAttribute("aria-valuetext", slider.getAttribute("aria-valuetext"));
    swap(now.querySelector(":scope > :not(.past-bar)"), then.querySelector(":scope > :not(.past-bar)"));
    document.dispatchEvent(new Event("confboard:drawn"));
  };
  const swap = (old, fresh) => {
    if (old && fresh) old.replaceWith(fresh);
  };

  document.addEventListener("input", (e) => {
    if (!e.target.matches("[data-rewind]")) return;
    wanted = e.target.value;
    show(e.target.form);
  });
})();
