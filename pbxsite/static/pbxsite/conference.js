// One conference: read as a whole, and again soon after anything happened in the room. Who talks is told by events alone.
"use strict";

const page = document.querySelector("#conference");
const people = page.querySelector("[data-people]");
const invitedList = page.querySelector("[data-invited]");
const endDialog = document.querySelector("#conference-end");
const personTemplate = document.querySelector("#conference-person");
const invitedTemplate = document.querySelector("#conference-invited");
const READ_AFTER_MS = 250;
const NOTE_MS = 60_000;
let room = { participants: [], invited: [], is_locked: false, is_muted: false };
let talking = new Set();
let talkingToldAt = -Infinity;
// How much the server's clock is ahead of this one.
let aheadMs = 0;
let socketState = "waiting";
let isKnown = true;
let isFirst = true;
// What was answered to the latest order, by the call that it was about.
const notes = new Map();
const answerTimers = new Map();
// Who was called and did not come, by their call.
const missed = new Map();

const SWITCHES = {
  lock: { field: "is_locked", off: ["lock", "lock", "Lock"], on: ["unlock", "lock_open", "Unlock"] },
  mute_all: { field: "is_muted", off: ["mute_all", "mic_off", "Mute all"], on: ["unmute_all", "mic", "Unmute all"] },
};
const OUTCOMES = { busy: "Busy", no_answer: "No answer", cancelled: "Called off", refused: "Declined" };

function announce(text) {
  page.querySelector("[data-announce]").textContent = text;
}

function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  const clock = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${clock}` : clock;
}

function nameOf(person) {
  return person.name || person.number || "Anonymous";
}

function say(place, text, isProblem = false) {
  const line = page.querySelector(`[data-answer="${place}"]`);
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("is-problem", isProblem);
  announce(text);
  window.clearTimeout(answerTimers.get(place));
  answerTimers.set(place, window.setTimeout(() => { line.hidden = true; }, NOTE_MS));
}

function note(sessionId, text, isProblem) {
  const said = { text, isProblem };
  notes.set(sessionId, said);
  announce(text);
  render();
  window.setTimeout(() => {
    if (notes.get(sessionId) === said) notes.delete(sessionId);
    render();
  }, NOTE_MS);
}

// Rows stay the same elements while they are shown: what has the focus keeps it.
function rowsFor(list, template, items, fill) {
  const rows = new Map([...list.children].map((row) => [row.dataset.session, row]));
  for (const item of items) {
    let row = rows.get(item.session_id);
    rows.delete(item.session_id);
    if (!row) {
      row = template.content.firstElementChild.cloneNode(true);
      row.dataset.session = item.session_id;
      list.append(row);
    }
    fill(row, item);
  }
  for (const row of rows.values()) row.remove();
}

function fillPerson(row, person) {
  const isTalking = talking.has(person.session_id) && !person.is_muted && !room.is_muted;
  row.classList.toggle("is-talking", isTalking);
  row.classList.toggle("is-muted", person.is_muted);
  row.querySelector("[data-badge]").textContent = person.is_muted ? "mic_off" : "person";
  row.querySelector("[data-name]").textContent = nameOf(person);
  row.querySelector("[data-number]").textContent = person.name ? person.number : "";
  row.querySelector("[data-talks]").hidden = !isTalking;
  row.querySelector("[data-muted]").hidden = !person.is_muted;
  row.querySelector("[data-host]").hidden = !person.is_admin;
  const { text = "", isProblem = false } = notes.get(person.session_id) || {};
  const line = row.querySelector("[data-note]");
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("is-problem", isProblem);
  const mute = row.querySelector("[data-mute]");
  if (!mute) return;
  const word = person.is_muted ? "Unmute" : "Mute";
  mute.querySelector("[data-word]").textContent = word;
  mute.querySelector("[data-icon]").textContent = person.is_muted ? "mic" : "mic_off";
  mute.setAttribute("aria-label", `${word} ${nameOf(person)}`);
  mute.setAttribute("aria-pressed", String(person.is_muted));
  row.querySelector("[data-kick]").setAttribute("aria-label", `Hang up ${nameOf(person)}`);
}

function fillInvited(row, one) {
  const isMissed = missed.has(one.session_id);
  const state = row.querySelector("[data-state]");
  const [label, look] = isMissed ? ["Not reached", "td-bad"]
    : one.state === "ringing" ? ["Ringing", "td-warn td-pulse"] : ["Calling", "td-info td-pulse"];
  state.textContent = label;
  state.className = `td-pill ${look}`;
  row.querySelector("[data-number]").textContent = one.number;
  const reason = row.querySelector("[data-reason]");
  reason.textContent = isMissed ? one.reason : "";
  reason.hidden = !reason.textContent;
  const act = row.querySelector("[data-act]");
  act.dataset.act = isMissed ? "again" : "cancel";
  act.textContent = isMissed ? "Call again" : "Call off";
  act.setAttribute("aria-label", isMissed ? `Call ${one.number} again` : `Call off the call to ${one.number}`);
}

function renderBar() {
  const count = room.participants.length;
  page.querySelector("[data-count]").textContent = isFirst ? "–" : count;
  page.querySelector("[data-locked]").hidden = !room.is_locked;
  page.querySelector("[data-all-muted]").hidden = !room.is_muted;
  for (const button of page.querySelectorAll("[data-switch]")) {
    const { field, on, off } = SWITCHES[button.dataset.switch];
    const [order, icon, word] = room[field] ? on : off;
    button.dataset.order = order;
    button.querySelector("[data-icon]").textContent = icon;
    button.querySelector("[data-word]").textContent = word;
    button.setAttribute("aria-pressed", String(room[field]));
    button.disabled = count === 0;
  }
  const end = page.querySelector("[data-end]");
  if (end) end.disabled = count === 0;
  if (count === 0 && endDialog?.open) endDialog.close("gone");
}

function render() {
  renderBar();
  rowsFor(people, personTemplate, room.participants, fillPerson);
  page.querySelector("[data-empty]").hidden = isFirst || room.participants.length > 0;
  if (invitedList) {
    for (const one of room.invited) missed.delete(one.session_id);
    rowsFor(invitedList, invitedTemplate, [...room.invited, ...missed.values()], fillInvited);
  }
  tick();
}

function tick() {
  const now = (Date.now() + aheadMs) / 1000;
  const joined = new Map(room.participants.map((person) => [person.session_id, person.joined_at]));
  for (const row of people.children) {
    const at = joined.get(row.dataset.session);
    const clock = new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    row.querySelector("[data-since]").textContent = `since ${clock} · ${duration(now - at)}`;
  }
}

function take(state, askedAt) {
  room = state;
  isFirst = false;
  aheadMs = state.now * 1000 - Date.now();
  // What an event told meanwhile is newer.
  if (talkingToldAt < askedAt) {
    talking = new Set(room.participants.filter((one) => one.is_talking).map((one) => one.session_id));
  }
  render();
}

const reading = new window.TandemReading({
  url: page.dataset.stateUrl,
  afterMs: READ_AFTER_MS,
  take,
  onRead: (isRead) => {
    isKnown = isRead;
    showConnection();
  },
});

const NEWS = {
  joined: (event) => `${event.participant} has come in`,
  left: (event) => `${event.participant} has left`,
  ringing: (event) => `The telephone of ${event.participant} rings`,
  not_reached: (event) => `${event.participant} was not reached: ${OUTCOMES[event.outcome] || event.reason}`,
};

function apply(event) {
  if (event.conference !== page.dataset.room) return;
  if (event.key === "conference_talking") {
    talking = new Set(event.talking_sessions.split(",").filter(Boolean));
    talkingToldAt = performance.now();
    render();
    return;
  }
  if (NEWS[event.status]) announce(NEWS[event.status](event));
  if (event.status === "not_reached" && event.outcome !== "cancelled") miss(event);
  reading.soon();
}

function miss(event) {
  const reason = OUTCOMES[event.outcome] || event.reason;
  missed.set(event.session_id, { session_id: event.session_id, number: event.participant, reason });
  room.invited = room.invited.filter((one) => one.session_id !== event.session_id);
  render();
  window.setTimeout(() => {
    missed.delete(event.session_id);
    render();
  }, NOTE_MS);
}

// `tell` shows the answer where it belongs.
async function order(name, said, button, tell) {
  button.disabled = true;
  const response = await fetch(page.dataset.orderUrl.replace("ORDER", name), {
    method: "POST",
    headers: { "X-CSRFToken": page.dataset.csrf },
    body: new URLSearchParams(said),
  }).catch(() => null);
  const answer = (await response?.json().catch(() => null)) || {};
  button.disabled = false;
  tell(response?.ok ? answer.message : answer.message || "That was not possible.", !response?.ok);
  if (button.isConnected && document.activeElement === document.body) button.focus();
  reading.soon();
  return Boolean(response?.ok);
}

function invite(number, button) {
  return order("invite", { number }, button, (text, isProblem) => say("invite", text, isProblem));
}

page.querySelector("[data-bar]")?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-switch]");
  if (button) order(button.dataset.order, {}, button, (text, isProblem) => say("room", text, isProblem));
  if (event.target.closest("[data-end]")) {
    const count = room.participants.length;
    const who = count === 1 ? "the one who is in" : `all ${count} who are in`;
    endDialog.querySelector("[data-question]").textContent = `End the conference and hang up ${who}?`;
    endDialog.returnValue = "";
    endDialog.showModal();
  }
});

endDialog?.addEventListener("close", () => {
  if (endDialog.returnValue !== "end") return;
  order("end", {}, page.querySelector("[data-end]"), (text, isProblem) => say("room", text, isProblem));
});

people.addEventListener("click", (event) => {
  const sessionId = event.target.closest("li")?.dataset.session;
  const person = room.participants.find((one) => one.session_id === sessionId);
  const [mute, kick] = [event.target.closest("[data-mute]"), event.target.closest("[data-kick]")];
  if (!person) return;
  const said = { session_id: sessionId };
  if (mute) {
    order(person.is_muted ? "unmute" : "mute", said, mute, (text, isProblem) => note(sessionId, text, isProblem));
  }
  if (kick) {
    order("kick", said, kick, (text, isProblem) => {
      if (isProblem) note(sessionId, text, true);
      else say("room", `${nameOf(person)} has been sent out.`);
    });
  }
});

page.querySelector("[data-invite]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (await invite(form.elements.number.value.trim(), form.querySelector("button"))) form.reset();
});

invitedList?.addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]");
  const sessionId = act?.closest("li").dataset.session;
  if (act?.dataset.act === "again") {
    const { number } = missed.get(sessionId);
    missed.delete(sessionId);
    render();
    invite(number, page.querySelector("[data-invite] button"));
  } else if (act) {
    order("cancel", { session_id: sessionId }, act, (text, isProblem) => say("invite", text, isProblem));
  }
});

function showConnection() {
  const state = socketState === "live" && !isKnown ? "unknown" : socketState;
  window.showTandemConnection(page.querySelector("[data-connection]"), state);
}

new window.TandemEvents({
  tenant: page.dataset.tenant,
  topics: [{ topic: "conference_events" }],
  onEvent: apply,
  onResync: () => reading.read(),
  onState: (state) => {
    socketState = state;
    showConnection();
  },
});
reading.read();
window.setInterval(tick, 1000);
// What a lost event left behind disappears here at the latest.
window.setInterval(() => reading.read(), 15_000);
