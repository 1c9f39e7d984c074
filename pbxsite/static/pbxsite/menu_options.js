// Options of a menu are added and removed; without this the form has a few blank rows.

for (const menu of document.querySelectorAll("[data-menu]")) {
  const rows = menu.querySelector("[data-rows]");
  const blank = menu.querySelector("[data-blank]");
  const add = menu.querySelector("[data-add]");
  add.hidden = false;
  const removable = (row) => {
    const button = row.querySelector("[data-remove]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      (next ? next.querySelector("input") : add).focus();
    });
  };
  for (const row of rows.children) removable(row);
  add.addEventListener("click", () => {
    const row = blank.content.firstElementChild.cloneNode(true);
    rows.append(row);
    removable(row);
    row.querySelector("input").focus();
  });
}
