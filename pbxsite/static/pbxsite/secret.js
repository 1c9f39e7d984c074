// Buttons beside a secret: data-copy, data-reveal and data-generate name its field by selector.
"use strict";

// Without what people mistake for each other when they type it into a phone.
const SECRET_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const SECRET_LENGTH = 20;

function newSecret() {
  const values = crypto.getRandomValues(new Uint32Array(SECRET_LENGTH));
  const secret = [...values].map((value) => SECRET_ALPHABET[value % SECRET_ALPHABET.length]).join("");
  return /\d/.test(secret) && /[a-z]/i.test(secret) ? secret : newSecret();
}

function setShown(field, isShown) {
  field.type = isShown ? "text" : "password";
  const button = document.querySelector(`[data-reveal="#${field.id}"]`);
  if (button) button.setAttribute("aria-pressed", String(isShown));
}

async function copy(field, button) {
  const label = button.querySelector("[data-label]") || button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(field.value);
    label.textContent = "Copied";
  } catch {
    // Browsers give the clipboard to HTTPS pages only; then the field is selected for the user.
    setShown(field, true);
    field.select();
    label.textContent = "Press Ctrl+C";
  }
  window.setTimeout(() => { label.textContent = before; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-reveal], [data-generate]");
  if (!button) return;
  const { copy: copyFrom, reveal, generate } = button.dataset;
  const field = document.querySelector(copyFrom || reveal || generate);
  if (copyFrom) copy(field, button);
  if (reveal) setShown(field, field.type === "password");
  if (generate) {
    field.value = newSecret();
    setShown(field, true);
  }
});
