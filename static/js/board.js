// What the page does by itself.
