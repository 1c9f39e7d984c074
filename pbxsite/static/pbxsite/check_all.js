// The box in a table's head checks all boxes below it. Without scripts each row is checked by itself.
"use strict";

for (const form of document.querySelectorAll("[data-check-all]")) {
  const all = form.querySelector("[data-all]");
  if (!all) continue;
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const follow = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  form.addEventListener("change", (event) => {
    if (event.target !== all) follow();
  });
}
