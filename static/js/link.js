// Copying an address to the clipboard, where the browser lets a page do it; elsewhere the address is selected, to be copied by hand.
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const told = document.getElementById("copied");
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        told.textContent = told.dataset.copied;
      } catch {
        field.focus();
      }
    });
  }
})();
