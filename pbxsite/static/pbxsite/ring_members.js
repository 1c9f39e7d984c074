// Members of a ring group or a queue: a click adds an extension or takes it away again; the order by dragging or by buttons.

const SHOWN_MAX = 60;

function icon(name) {
  const mark = document.createElement("span");
  mark.className = "material-symbols-outlined";
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = name;
  return mark;
}

function button(label, symbol, data) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "td-order-step";
  made.setAttribute("aria-label", label);
  Object.assign(made.dataset, data);
  made.append(icon(symbol));
  return made;
}

function skillOf(field, number) {
  const label = document.createElement("label");
  label.className = "td-member-skill";
  const input = document.createElement("input");
  Object.assign(input, { type: "number", className: "td-input", name: `${field}_skill`, value: "1", min: "1", max: "10" });
  input.setAttribute("aria-label", `Skill of ${number}`);
  label.append("Skill ", input);
  return label;
}

function row(field, value, number, name, hasSkills) {
  const item = document.createElement("li");
  item.className = "td-member";
  item.draggable = true;
  const handle = icon("drag_indicator");
  handle.classList.add("td-order-handle");
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = field;
  hidden.value = value;
  const words = document.createElement("span");
  words.className = "td-member-words";
  const strong = document.createElement("strong");
  strong.className = "td-num";
  strong.textContent = number;
  const subtle = document.createElement("span");
  subtle.className = "td-subtle";
  subtle.textContent = name;
  words.append(strong, " ", subtle);
  item.append(
    handle,
    hidden,
    words,
    ...(hasSkills ? [skillOf(field, number)] : []),
    button(`Move ${number} up`, "arrow_upward", { step: "-1" }),
    button(`Move ${number} down`, "arrow_downward", { step: "1" }),
    button(`Remove ${number}`, "close", { remove: "" }),
  );
  return item;
}

function begin(box) {
  const list = box.querySelector("[data-members-list]");
  const pick = box.querySelector("[data-pick]");
  const find = box.querySelector("[data-find]");
  const outside = box.querySelector("[data-outside]");
  const said = box.querySelector("[data-said]");
  const extensions = JSON.parse(box.querySelector("script[type='application/json']").textContent);
  const what = box.dataset.what;
  const hasSkills = "skills" in box.dataset;
  let dragged = null;

  const memberOf = (value) => [...list.children].find((item) => item.querySelector("input").value === value);
  const valueOf = (item) => item.querySelector("input").value;
  const numberOf = (item) => item.querySelector("strong").textContent;
  // Empty, or the style that shows "nobody" would not match.
  const tidy = () => list.children.length || list.replaceChildren();

  function toggle(value, number, name) {
    const present = memberOf(value);
    if (present) {
      present.remove();
      tidy();
      said.textContent = `${number} is not in the ${what} any more.`;
    } else {
      list.append(row(box.dataset.members, value, number, name, hasSkills));
      said.textContent = `${number} is in the ${what}.`;
    }
    show();
  }

  function show() {
    const wanted = find.value.trim().toLowerCase();
    const fitting = extensions.filter(
      ([number, name]) => !wanted || number.toLowerCase().startsWith(wanted) || name.toLowerCase().includes(wanted),
    );
    const focused = document.activeElement?.dataset?.value;
    pick.replaceChildren(
      ...fitting.slice(0, SHOWN_MAX).map(([number, name]) => {
        const value = `extension:${number}`;
        const isIn = Boolean(memberOf(value));
        const item = document.createElement("li");
        const choose = document.createElement("button");
        choose.type = "button";
        choose.dataset.value = value;
        choose.setAttribute("aria-pressed", String(isIn));
        const words = document.createElement("span");
        words.className = "td-member-words";
        words.textContent = `${number} ${name}`.trim();
        choose.append(icon(isIn ? "check_circle" : "add_circle"), words);
        choose.addEventListener("click", () => toggle(value, number, name));
        item.append(choose);
        return item;
      }),
    );
    if (focused) pick.querySelector(`[data-value="${CSS.escape(focused)}"]`)?.focus();
  }

  function move(item, step) {
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item);
    else other.after(item);
    said.textContent = `${numberOf(item)} is number ${[...list.children].indexOf(item) + 1}.`;
    item.querySelector(`[data-step="${step}"]`).focus();
  }

  function addOutside() {
    const number = outside.value.trim();
    if (!number) return;
    const value = `external_number:${number}`;
    if (!memberOf(value)) toggle(value, number, "Outside number");
    outside.value = "";
    outside.focus();
  }

  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (event.target.closest("[data-remove]")) toggle(valueOf(item), numberOf(item), "");
    const step = event.target.closest("[data-step]");
    if (step) move(item, Number(step.dataset.step));
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", numberOf(dragged));
    dragged.classList.add("td-order-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("td-order-dragged");
    dragged = null;
  });
  find.addEventListener("input", show);
  find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  outside?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    addOutside();
  });
  box.querySelector("[data-add-outside]")?.addEventListener("click", addOutside);
  tidy();
  show();
}

for (const box of document.querySelectorAll("[data-members]")) begin(box);
