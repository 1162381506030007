// The day of the search is meant in the viewer's zone, as all times are: how far that is from UTC on the day goes with the form.
// Without a script the day is one in UTC, and the label says so.
(() => {
  document.addEventListener("submit", (e) => {
    if (!e.target.matches("[data-days]")) return;
    const day = e.target.elements.day.value;
    const offset = e.target.elements.offset;
    offset.value = day ? -new Date(`${day}T00:00`).getTimezoneOffset() : "";
    offset.disabled = !day || offset.value === "0";
    e.target.elements.day.disabled = !day; // an address says no more than it has to
    e.target.elements.q.disabled = !e.target.elements.q.value;
  });
  // The browser's own way back finds the form as it was sent.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-days]")) for (const field of form.elements) if (field.name !== "offset") field.disabled = false;
  });
})();
