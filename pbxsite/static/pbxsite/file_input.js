// The theme shows a chosen file's name in a text field of its own making, which our forms don't have.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll(".td-page input[type=file]")) {
    input.hasChangeListener = true;
  }
});
