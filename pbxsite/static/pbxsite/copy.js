// Buttons that copy or reveal the secret beside them: <button data-copy="#id">, <button data-reveal="#id">.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-reveal]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy || button.dataset.reveal);
  if (button.dataset.reveal) {
    const isHidden = field.type === "password";
    field.type = isHidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(isHidden));
    return;
  }
  await navigator.clipboard.writeText(field.value || field.textContent.trim());
  const label = button.querySelector("[data-label]") || button;
  const before = label.textContent;
  label.textContent = button.dataset.done || "Copied";
  window.setTimeout(() => { label.textContent = before; }, 1500);
});
