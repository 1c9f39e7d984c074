// Calls begun by a click. A form asks for them; buttons with a number open its dialog, or fill it in.
"use strict";

(() => {
  const REMEMBERED = "tandem-call-from";
  const form = document.querySelector("[data-call-form]");
  if (!form) return;
  const dialog = form.closest("dialog");
  const place = form.closest("[data-url]");

  function tell({ done = "", problem = "" } = {}) {
    for (const [line, text] of [["[data-done]", done], ["[data-problem]", problem]]) {
      const shown = form.querySelector(line);
      shown.textContent = text;
      shown.hidden = !text;
    }
  }

  function remembered() {
    try {
      return window.localStorage.getItem(REMEMBERED) || "";
    } catch {
      return "";
    }
  }

  function remember(number) {
    try {
      window.localStorage.setItem(REMEMBERED, number);
    } catch {
      // Without it people type the number again.
    }
  }

  async function call() {
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    tell();
    const response = await fetch(place.dataset.url, {
      method: "POST",
      headers: { "X-CSRFToken": place.dataset.csrf },
      body: new URLSearchParams(new FormData(form)),
    }).catch(() => null);
    button.disabled = false;
    const answer = await response?.json().catch(() => ({}));
    if (!response?.ok) {
      tell({ problem: answer?.message || "The call could not be made." });
      return;
    }
    tell({ done: answer.message });
    if (form.elements.caller) remember(form.elements.caller.value);
  }

  document.addEventListener("click", (event) => {
    if (dialog && event.target.closest("[data-close]")) dialog.close();
    const button = event.target.closest("[data-call]");
    if (!button) return;
    tell();
    form.elements.callee.value = button.dataset.call;
    if (!dialog) {
      form.elements.callee.focus();
      call();
      return;
    }
    form.querySelector("[data-callee]").textContent = button.dataset.call;
    const from = form.elements.caller;
    if (from) from.value = remembered();
    dialog.showModal();
    (from && !from.value ? from : form.querySelector("button:not([type=button])")).focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    call();
  });
})();
