// Shows the columns of the chosen file, each with the field it is taken for. Without this the names decide.
"use strict";

const form = document.querySelector("[data-import]");
const file = form.querySelector("[type=file]");
const chosen = form.querySelector("[name=columns]");
const box = form.querySelector("[data-import-columns]");
const told = form.querySelector("[data-import-told]");
const fields = JSON.parse(document.querySelector("#import-fields").textContent);
let asked = 0;

function cell(row, label, text) {
  const made = row.appendChild(document.createElement("td"));
  made.dataset.label = label;
  made.textContent = text;
  return made;
}

function option(select, value, text) {
  const made = select.appendChild(document.createElement("option"));
  made.value = value;
  made.textContent = text;
}

function draw(columns) {
  const rows = box.querySelector("tbody");
  rows.replaceChildren();
  for (const column of columns) {
    const row = rows.appendChild(document.createElement("tr"));
    cell(row, "Column", column.header).className = "td-party";
    cell(row, "First rows", column.samples.filter(Boolean).join(" · ") || "–").className = "td-subtle";
    const select = cell(row, "Field", "").appendChild(document.createElement("select"));
    select.setAttribute("aria-label", `Field of the column ${column.header}`);
    select.dataset.header = column.header;
    option(select, "", "not read");
    for (const field of fields) option(select, field, field.replaceAll("_", " "));
    select.value = column.field;
  }
  box.hidden = false;
  keep();
}

function keep() {
  const selects = [...box.querySelectorAll("select")];
  const taken = new Map();
  for (const select of selects) {
    const other = select.value && taken.get(select.value);
    select.setCustomValidity(other ? `The column ${other} is taken for this field already.` : "");
    if (select.value) taken.set(select.value, select.dataset.header);
  }
  const missing = !taken.has("number");
  if (selects.length && missing) selects[0].setCustomValidity("One column must be the number.");
  told.textContent = missing ? "Choose which column is the number." : `${taken.size} of ${selects.length} columns are read.`;
  chosen.value = JSON.stringify(Object.fromEntries(selects.map((select) => [select.dataset.header, select.value])));
}

function forget(text) {
  box.hidden = true;
  box.querySelector("tbody").replaceChildren();
  chosen.value = "";
  told.textContent = text;
}

async function look() {
  const mine = ++asked;
  forget("");
  if (!file.files.length) return;
  const body = new FormData();
  body.append("file", file.files[0]);
  const headers = { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value };
  try {
    const answer = await fetch(form.dataset.import, { method: "POST", body, headers });
    const read = await answer.json();
    if (mine !== asked) return;
    if (answer.ok) draw(read.columns);
    else forget(read.message);
  } catch {
    if (mine === asked) forget("The columns can't be shown at the moment; their names will decide.");
  }
}

file.addEventListener("change", look);
box.addEventListener("change", keep);
look();
