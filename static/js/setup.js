// The code of a set-up link stands behind the # of its address, which browsers send to nobody. It is taken out of the address at once, and
// kept for as long as the tab is open, so that a second try need not type it.
(() => {
  const form = document.querySelector("form[data-setup]");
  if (!form) return;
  const kept = "confboard-setup";
  const store = (use) => {
    try {
      return use(sessionStorage);
    } catch {
      return null; // not allowed here
    }
  };
  const code = form.elements.namedItem("code");
  let given = "";
  if (location.hash) {
    given = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
  } else if (!code.closest(".field-wrong")) {
    given = store((s) => s.getItem(kept)) ?? "";
  }
  if (given) {
    code.value = given;
    document.getElementById("code-hint").textContent = form.dataset.setup;
    if (document.activeElement === code || document.activeElement === document.body) form.elements.namedItem("name").focus();
  }
  form.addEventListener("submit", () => store((s) => s.setItem(kept, code.value)));
})();
