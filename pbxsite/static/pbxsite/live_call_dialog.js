// What may be done to one running call: a dialog with both sides, and the question before a call is ended.
"use strict";

window.LiveCallDialog = class {
  constructor({ card, find, hangUp, reload }) {
    this.card = card;
    this.find = find;
    this.reload = reload;
    this.dialog = document.querySelector("#live-call-dialog");
    this.confirm = document.querySelector("#live-call-confirm");
    this.sessionId = "";
    this.dialog?.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) this.dialog.close();
      const button = event.target.closest("[data-order]");
      if (button) this.order(button.dataset.order, button.closest("[data-side]").dataset.side, button);
    });
    this.dialog?.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      this.order("transfer", form.closest("[data-side]").dataset.side, form.querySelector("button"), form.number.value);
    });
    this.confirm?.addEventListener("close", () => {
      if (this.confirm.returnValue === "hang-up") hangUp(this.sessionId);
    });
  }

  ask(call) {
    this.sessionId = call.session_id;
    this.confirm.returnValue = "";
    this.confirm.querySelector("[data-question]").textContent = `End the call from ${call.caller} to ${call.callee}?`;
    this.confirm.showModal();
    this.confirm.querySelector("[value=hang-up]").focus();
  }

  open(call) {
    this.sessionId = call.session_id;
    this.tell("");
    for (const form of this.dialog.querySelectorAll("form")) form.reset();
    this.render();
    this.dialog.showModal();
  }

  // Called whenever the list changes: what is open stays true, and closes with its call.
  render() {
    if (!this.dialog) return;
    const call = this.find(this.sessionId);
    if (!call) {
      if (this.dialog.open) this.dialog.close();
      if (this.confirm.open) this.confirm.close("gone");
      return;
    }
    this.dialog.querySelector("[data-title]").textContent = `${call.caller} → ${call.callee}`;
    for (const section of this.dialog.querySelectorAll("[data-side]")) this.renderSide(section, section.dataset.side, call);
  }

  renderSide(section, side, call) {
    const isHeld = (call.held_by || []).includes(side);
    const isMuted = (call.muted || []).includes(side);
    const party = side === "caller" ? call.caller_now || call.caller : call.answered_number || call.callee;
    section.querySelector("[data-party]").textContent = party;
    section.querySelector("[data-quality]").textContent = LiveCallDialog.quality(call, side);
    section.querySelector("[data-held]").hidden = !isHeld;
    section.querySelector("[data-muted]").hidden = !isMuted;
    section.querySelector("[data-orders]").hidden = !(call.sides || []).includes(side);
    LiveCallDialog.toggle(section.querySelector("[data-hold]"), isHeld, ["hold", "Hold"], ["resume", "Resume"]);
    LiveCallDialog.toggle(section.querySelector("[data-mute]"), isMuted, ["mute", "Mute"], ["unmute", "Unmute"]);
    for (const control of section.querySelectorAll("[data-hold], [data-mute]")) {
      control.setAttribute("aria-label", `${control.querySelector("[data-word]").textContent} ${party}`);
    }
  }

  static toggle(button, isOn, off, on) {
    const [order, word] = isOn ? on : off;
    button.dataset.order = order;
    button.querySelector("[data-word]").textContent = word;
    button.setAttribute("aria-pressed", String(isOn));
  }

  static quality(call, side) {
    const [codec, mos, loss] = ["codec", "mos", "loss_percent"].map((name) => call[`${side}_${name}`]);
    const parts = [codec, typeof mos === "number" ? `MOS ${mos.toFixed(1)}` : "",
      typeof loss === "number" ? `${loss.toFixed(1)} % lost` : ""];
    return parts.filter(Boolean).join(" · ") || "No figures yet";
  }

  async order(order, side, button, number = "") {
    button.disabled = true;
    this.tell("");
    const url = this.card.dataset.orderUrl.replace("SESSION", encodeURIComponent(this.sessionId)).replace("ORDER", order);
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": this.card.dataset.csrf },
      body: new URLSearchParams({ side, number }),
    }).catch(() => null);
    button.disabled = false;
    if (response?.ok) {
      if (order === "transfer") this.dialog.close();
      else button.focus();
      this.reload();
      return;
    }
    const answer = await response?.json().catch(() => ({}));
    this.tell(answer?.message || "That was not possible.");
    if (response?.status === 404) this.reload();
  }

  tell(text) {
    const line = this.dialog?.querySelector("[data-problem]");
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
  }
};
const { LiveCallDialog } = window;
