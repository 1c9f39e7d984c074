// What the phones and trunks do is chosen in the picture; a new choice is a new question.

const form = document.getElementById("simulation");

for (const choice of document.querySelectorAll("[data-choice]")) {
  choice.addEventListener("change", () => {
    form.action = "#result";
    form.requestSubmit();
  });
}

// Fields of the other kind of caller would only make the address longer.
form.addEventListener("submit", () => {
  for (const field of form.elements) {
    if (field.name && field.type !== "radio" && field.name !== "called" && field.value === "") field.disabled = true;
  }
});

// Coming back by the browser's button finds the fields as they were.
window.addEventListener("pageshow", () => {
  for (const field of form.elements) field.disabled = false;
});

for (const button of document.querySelectorAll("[data-copy-text]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.querySelector("[data-label]");
    const source = document.querySelector(button.dataset.copyText);
    try {
      await navigator.clipboard.writeText(source.textContent);
      label.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      label.textContent = "Press Ctrl-C";
    }
  });
}
