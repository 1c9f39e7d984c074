// The order of rules: dragged by the handle, or stepped by buttons that the keyboard reaches, too.

const marks = [...document.querySelectorAll("[data-order]")];
const csrf = document.querySelector("[name=csrfmiddlewaretoken]");

// Sent as a page, so that what the server asks before it does so can be read and answered.
function moveAsPage(mark, position) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = mark.dataset.order;
  for (const [name, value] of [["position", position], ["csrfmiddlewaretoken", csrf ? csrf.value : ""]]) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

async function move(mark, position) {
  const answer = await fetch(mark.dataset.order, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": csrf ? csrf.value : "" },
    body: new URLSearchParams({ position: String(position) }),
  });
  if (answer.status === 409) {
    moveAsPage(mark, position);
    return;
  }
  if (answer.ok) {
    sessionStorage.setItem("rule-moved", mark.dataset.order);
  }
  window.location.reload();
}

function rowOf(mark) {
  return mark.closest("tr") || mark.closest("tbody");
}

let dragged = null;

for (const mark of marks) {
  for (const button of mark.querySelectorAll("[data-order-step]")) {
    const position = Number(mark.dataset.position) + Number(button.dataset.orderStep);
    button.disabled = position < 1;
    button.addEventListener("click", () => move(mark, position));
  }
  const handle = mark.querySelector("[data-order-handle]");
  const row = rowOf(mark);
  handle.addEventListener("dragstart", (event) => {
    dragged = mark;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", mark.dataset.position);
    row.classList.add("td-order-dragged");
  });
  handle.addEventListener("dragend", () => {
    dragged = null;
    for (const one of marks) rowOf(one).classList.remove("td-order-dragged", "td-order-over");
  });
  row.addEventListener("dragover", (event) => {
    if (!dragged || dragged === mark) return;
    event.preventDefault();
    for (const one of marks) rowOf(one).classList.toggle("td-order-over", one === mark);
  });
  row.addEventListener("drop", (event) => {
    if (!dragged || dragged === mark) return;
    event.preventDefault();
    move(dragged, mark.dataset.position);
  });
}

// After the page came back, the keyboard goes on where it was.
const moved = sessionStorage.getItem("rule-moved");
sessionStorage.removeItem("rule-moved");
const back = marks.find((mark) => mark.dataset.order === moved);
if (back) {
  // The list's search takes the focus when the page is ready.
  window.addEventListener("load", () => {
    requestAnimationFrame(() => back.querySelector("[data-order-step]:not([disabled])").focus());
  });
}
