// What may be done to one running call: a dialog with both sides, and the question before a call is ended.
"use strict";

window.LiveCallDialog = class {
  constructor({ card, find, hangUp, reload, note }) {
    this.card = card;
    this.find = find;
    this.reload = reload;
    this.note = note;
    this.dialog = document.querySelector("#live-call-dialog");
    this.confirm = document.querySelector("#live-call-confirm");
    this.sessionId = "";
    this.dialog?.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) this.dialog.close();
      const button = event.target.closest("[data-order]");
      if (button) this.order(button.dataset.order, { side: button.closest("[data-side]").dataset.side }, button);
      const step = event.target.closest("[data-step]");
      if (step) this.order("record", { step: step.dataset.step }, step);
    });
    this.dialog?.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      const said = { ...Object.fromEntries(new FormData(form)), side: form.closest("[data-side]")?.dataset.side || "" };
      this.order(form.dataset.form, said, form.querySelector("button"));
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
    this.tell();
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
    this.dialog.querySelector("[data-redirector]").hidden = !call.may_redirect || Boolean(call.answered_at);
    this.renderAnswerer(this.dialog.querySelector("[data-form=answer]"), call.may_answer || []);
    this.renderRecorder(this.dialog.querySelector("[data-recorder]"), call);
  }

  renderAnswerer(form, numbers) {
    form.hidden = numbers.length === 0;
    const choice = form.querySelector("select");
    const isNew = [...choice.options].map((option) => option.value).join() !== numbers.join();
    if (isNew) choice.replaceChildren(...numbers.map((number) => new Option(`Telephone of ${number}`, number)));
  }

  renderRecorder(section, call) {
    section.hidden = !call.may_record;
    const words = { recording: "Recording", paused: "Recording paused" };
    const sign = section.querySelector("[data-recorded]");
    sign.textContent = words[call.recording] || "";
    sign.hidden = !call.recording;
    const steps = { "": ["start"], recording: ["pause", "stop"], paused: ["resume", "stop"] }[call.recording || ""];
    for (const button of section.querySelectorAll("[data-step]")) button.hidden = !steps.includes(button.dataset.step);
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
    const monitor = section.querySelector("[data-form=monitor]");
    if (monitor) {
      monitor.hidden = !(call.monitored_sides || []).includes(side);
      monitor.querySelector("button").setAttribute("aria-label", `Monitor ${party}`);
    }
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

  async order(order, said, button) {
    const sessionId = this.sessionId;
    button.disabled = true;
    this.tell();
    const url = this.card.dataset.orderUrl.replace("SESSION", encodeURIComponent(sessionId)).replace("ORDER", order);
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": this.card.dataset.csrf },
      body: new URLSearchParams(said),
    }).catch(() => null);
    button.disabled = false;
    const answer = await response?.json().catch(() => ({}));
    if (response?.ok) {
      this.note(sessionId, answer.message);
      this.tell({ done: answer.message });
      if (order === "transfer" || order === "redirect") this.dialog.close();
      else button.focus();
      this.reload();
      return;
    }
    this.tell({ problem: answer?.message || "That was not possible." });
    if (response?.status === 404) this.reload();
  }

  tell({ done = "", problem = "" } = {}) {
    if (!this.dialog) return;
    for (const [line, text] of [["[data-done]", done], ["[data-problem]", problem]]) {
      const shown = this.dialog.querySelector(line);
      shown.textContent = text;
      shown.hidden = !text;
    }
  }
};
