// The legend opens and closes by itself; Esc, and a click beside it, close it as well.
(() => {
  const open = () => document.querySelector("details.legend[open]");
  document.addEventListener("click", (e) => {
    const legend = open();
    if (legend && !legend.contains(e.target)) legend.open = false;
  });
  document.addEventListener("keydown", (e) => {
    const legend = open();
    if (e.key !== "Escape" || e.defaultPrevented || !legend) return;
    e.preventDefault();
    legend.open = false;
    legend.querySelector("summary").focus();
  });
})();
