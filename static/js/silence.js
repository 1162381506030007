// Where something is silenced until a time of day: the time is the viewer's, and entering one chooses it.
(() => {
  for (const e of document.querySelectorAll("[data-offset]")) e.value = String(-new Date().getTimezoneOffset());
  for (const e of document.querySelectorAll("[data-chooses]")) {
    e.addEventListener("input", () => {
      document.getElementById(e.dataset.chooses).checked = true;
    });
  }
})();
