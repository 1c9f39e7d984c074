// A colour is typed or picked; both show the same.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const text of document.querySelectorAll("input[data-colour]")) {
    const picker = document.createElement("input");
    picker.type = "color";
    picker.disabled = text.matches(":disabled");
    picker.setAttribute("aria-label", `Pick: ${text.labels[0].textContent.trim()}`);
    const isColour = (value) => /^#[0-9a-f]{6}$/i.test(value);
    const follow = () => {
      picker.value = isColour(text.value) ? text.value.toLowerCase() : text.placeholder;
      picker.classList.toggle("td-colour-none", !isColour(text.value));
    };
    picker.addEventListener("input", () => {
      text.value = picker.value;
      follow();
    });
    text.addEventListener("input", follow);
    const row = document.createElement("div");
    row.className = "td-colour";
    text.before(row);
    row.append(picker, text);
    follow();
  }
});
