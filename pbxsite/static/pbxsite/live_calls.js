// The live calls page: the list is read once and after a gap, events keep it true in between. A list is as old as its
// question: what is told while it is on its way happens again after it.
"use strict";

const card = document.querySelector("#live-calls");
const rows = card.querySelector("[data-rows]");
const template = document.querySelector("#live-call-row");
const calls = new Map();
const RETRY_MS = 3_000;
const NOTE_MS = 60_000;
let socketState = "waiting";
let isListKnown = true;
// A worker tells that a call comes or ends a moment before the list knows.
const endedAt = new Map();
const LIST_LAGS_MS = 3_000;
const LEARN_AGAIN_MS = 500;
// Events that came while lists are on their way, one row for each question.
const onTheWay = new Set();
// What was answered to the latest order for a call, shown beside it.
const notes = new Map();
const dialog = new window.LiveCallDialog({
  card, find: (id) => calls.get(id), hangUp: (id) => hangUp(id), reload: () => reload(), note: (id, text) => note(id, text),
});

const RECORDING = {
  recording_started: "recording", recording_paused: "paused", recording_resumed: "recording", recording_stopped: "",
};

const STATES = {
  ringing: ["Ringing", "td-info td-pulse"],
  dialling: ["Dialling", "td-info td-pulse"],
  talking: ["Talking", "td-good"],
  held: ["On hold", "td-warn"],
  ending: ["Hanging up", "td-bad"],
};

function formatDuration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  const clock = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${clock}` : clock;
}

function announce(text) {
  card.querySelector("[data-announce]").textContent = text;
}

// The caller's phone, or the trunks that the call came over and went out over.
function wayOf(call) {
  const parts = [call.trunk_name || call.caller_user_agent, call.outbound_trunk_name];
  return parts.filter(Boolean).join(" → ");
}

const MONITOR_MODES = {
  silent: "listens to", whisper: "whispers to", barge: "joins", take_over: "takes the place of",
};

function monitorWords(call) {
  return call.monitored ? `${MONITOR_MODES[call.monitor_mode] || "monitors"} ${call.monitored}` : "";
}

function parkingWords(call) {
  return call.park_slot ? `${call.parked_number} waits on parking place ${call.park_slot}` : "";
}

function transferWords(call) {
  if (call.transferring_to) return `Being transferred to ${call.transferring_to}`;
  return call.is_transferred ? `${call.caller_now || call.caller} talks to ${call.answered_number}` : "";
}

function takeSeat(call, event) {
  const seat = event.side === "caller" ? { caller_now: event.target_number } : { answered_number: event.target_number };
  Object.assign(call, { is_transferred: true, transferring_to: "" }, seat);
}

function note(sessionId, text, isProblem = false) {
  const said = { text, isProblem };
  notes.set(sessionId, said);
  announce(text);
  render();
  window.setTimeout(() => {
    if (notes.get(sessionId) !== said) return;
    notes.delete(sessionId);
    render();
  }, NOTE_MS);
}

function renderNote(line, { text = "", isProblem = false } = {}) {
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("is-problem", isProblem);
}

function renderRow(call) {
  let row = rows.querySelector(`[data-session="${CSS.escape(call.session_id)}"]`);
  if (!row) {
    row = template.content.firstElementChild.cloneNode(true);
    row.dataset.session = call.session_id;
    rows.append(row);
  }
  const [label, classes] = STATES[call.state] || [call.state, ""];
  const state = row.querySelector("[data-state]");
  state.textContent = label;
  state.className = `td-pill ${classes}`;
  const sign = row.querySelector("[data-recording]");
  sign.hidden = !call.recording;
  sign.textContent = { recording: "Recording", paused: "Recording paused" }[call.recording] || "";
  row.querySelector("[data-caller]").textContent = call.caller;
  row.querySelector("[data-caller-name]").textContent = call.caller_display_name || "";
  row.querySelector("[data-callee]").textContent = call.callee;
  row.querySelector("[data-monitor]").textContent = monitorWords(call) || parkingWords(call) || transferWords(call);
  row.querySelector("[data-phone]").textContent = wayOf(call) || "–";
  row.querySelector("[data-started]").textContent = new Date(call.started_at * 1000).toLocaleTimeString();
  renderNote(row.querySelector("[data-note]"), notes.get(call.session_id));
  const button = row.querySelector("[data-hang-up]");
  if (!button) return;
  const control = row.querySelector("[data-control]");
  control.setAttribute("aria-label", `Control the call from ${call.caller} to ${call.callee}`);
  control.hidden = !((call.sides || []).length || (call.monitored_sides || []).length || call.may_record
    || call.may_redirect);
  button.setAttribute("aria-label", `Hang up the call from ${call.caller} to ${call.callee}`);
  // Events do not say whether this call may be ended; the list does.
  button.hidden = call.may_hang_up === false;
}

function render() {
  for (const row of [...rows.children]) {
    if (calls.has(row.dataset.session)) continue;
    notes.delete(row.dataset.session);
    row.remove();
  }
  [...calls.values()].sort((a, b) => a.started_at - b.started_at).forEach(renderRow);
  card.querySelector("[data-empty]").hidden = calls.size > 0;
  card.querySelector("table").hidden = calls.size === 0;
  card.querySelector("[data-count]").textContent = calls.size ? `(${calls.size})` : "";
  dialog.render();
  tick();
}

function tick() {
  const now = Date.now() / 1000;
  for (const row of rows.children) {
    const call = calls.get(row.dataset.session);
    const since = call.answered_at || call.started_at;
    row.querySelector("[data-duration]").textContent = formatDuration(now - since);
  }
}

async function askList() {
  const asked = { at: performance.now(), events: [] };
  onTheWay.add(asked);
  const response = await fetch(card.dataset.listUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  const list = response?.ok ? (await response.json()).results : null;
  onTheWay.delete(asked);
  return { list, ...asked };
}

async function reload() {
  const { list, at, events } = await askList();
  isListKnown = list !== null;
  showConnection();
  if (!isListKnown) {
    window.setTimeout(reload, RETRY_MS);
    return;
  }
  const isFresh = (told) => at - told < LIST_LAGS_MS;
  const running = new Map(list.map((call) => [call.session_id, call]));
  for (const [id, told] of endedAt) isFresh(told) ? running.delete(id) : endedAt.delete(id);
  for (const [id, call] of calls) if (!running.has(id) && !isFresh(call.told_at)) calls.delete(id);
  for (const [id, call] of running) calls.set(id, call);
  for (const event of events) follow(event);
  render();
}

// Who may do what on which side is told by the list alone; all else is known from the events.
async function learnSides(tries = 5) {
  const { list } = await askList();
  for (const listed of list || []) {
    const call = calls.get(listed.session_id);
    if (!call) continue;
    const { sides, may_record, may_redirect, may_answer, monitored_sides } = listed;
    Object.assign(call, { sides, may_record, may_redirect, may_answer, monitored_sides, may_hang_up: listed.may_hang_up });
    if (listed.state === call.state) call.learns = false;
  }
  const isLagging = [...calls.values()].some((call) => call.learns);
  if (isLagging && tries > 1) window.setTimeout(() => learnSides(tries - 1), LEARN_AGAIN_MS);
  render();
}

function learn(call) {
  call.learns = true;
  learnSides();
}

function withSide(sides, side, isIn) {
  const others = (sides || []).filter((one) => one !== side);
  return isIn ? [...others, side] : others;
}

function apply(event) {
  for (const asked of onTheWay) asked.events.push(event);
  if (event.key === "call_start") announce(`Call from ${event.caller} to ${event.callee}`);
  const ended = event.key === "call_ended" && calls.get(event.session_id);
  if (ended) announce(`Call from ${ended.caller} to ${ended.callee} ended`);
  follow(event);
  render();
}

function follow(event) {
  const id = event.session_id;
  const call = calls.get(id);
  if (event.key === "call_start") {
    calls.set(id, {
      session_id: id, caller: event.caller, callee: event.callee, state: "dialling", caller_user_agent: "",
      caller_display_name: event.caller_display_name, started_at: Number(event.time), answered_at: null,
      may_hang_up: card.dataset.ends !== "some",
      trunk_name: event.trunk_name, outbound_trunk_name: "", told_at: performance.now(),
    });
    if (card.dataset.ends === "some") learn(calls.get(id));
  } else if (event.key === "call_ended") {
    calls.delete(id);
    endedAt.set(id, performance.now());
  } else if (!call) {
    return;
  } else if (event.key === "target_add") {
    call.outbound_trunk_name = event.trunk_name || "";
  } else if (event.key === "target_ringing" && call.state === "dialling") {
    call.state = "ringing";
    learn(call);
  } else if (event.key === "monitor_started" || event.key === "monitor_changed") {
    Object.assign(call, { monitored: event.monitored, monitor_mode: event.mode });
  } else if (event.key === "call_parked") {
    Object.assign(call, { park_slot: event.slot, parked_number: event.target_number });
  } else if (event.key === "call_unparked") {
    call.park_slot = "";
  } else if (event.key === "call_established") {
    Object.assign(call, { state: "talking", answered_at: Number(event.time), answered_number: event.target_number });
    learn(call);
  } else if (event.key === "transfer_started") {
    call.transferring_to = event.transfer_target;
  } else if (event.key === "transfer_failed") {
    call.transferring_to = "";
  } else if (event.key === "call_transferred" || event.key === "call_joined") {
    takeSeat(call, event);
    learn(call);
  } else if (event.key in RECORDING) {
    call.recording = RECORDING[event.key];
  } else if (event.key === "call_hold" || event.key === "call_unhold") {
    call.held_by = withSide(call.held_by, event.side, event.key === "call_hold");
    call.state = call.held_by.length ? "held" : "talking";
  } else if (event.key === "call_mute" || event.key === "call_unmute") {
    call.muted = withSide(call.muted, event.side, event.key === "call_mute");
  }
}

async function hangUp(sessionId) {
  const button = rows.querySelector(`[data-session="${CSS.escape(sessionId)}"] [data-hang-up]`);
  if (!button) return;
  button.disabled = true;
  const url = card.dataset.hangUpUrl.replace("SESSION", encodeURIComponent(sessionId));
  const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": card.dataset.csrf } });
  if (response.ok) return;
  const answer = await response.json().catch(() => ({}));
  note(sessionId, answer.message || "The call could not be hung up.", true);
  button.disabled = false;
  if (response.status === 404) reload();
}

function showConnection() {
  const state = socketState === "live" && !isListKnown ? "unknown" : socketState;
  window.showTandemConnection(card.querySelector("[data-connection]"), state);
}

rows.addEventListener("click", (event) => {
  const call = calls.get(event.target.closest("tr")?.dataset.session);
  if (!call) return;
  if (event.target.closest("[data-hang-up]")) dialog.ask(call);
  if (event.target.closest("[data-control]")) dialog.open(call);
});

new window.TandemEvents({
  tenant: card.dataset.tenant,
  topics: [{ topic: "extension_events", keys: [
    "call_start", "target_add", "target_ringing", "call_established", "call_hold", "call_unhold", "call_ended",
    "call_mute", "call_unmute",
    "monitor_started", "monitor_changed", "call_parked", "call_unparked",
    "transfer_started", "transfer_failed", "call_transferred", "call_joined",
    ...Object.keys(RECORDING),
  ] }],
  onEvent: apply,
  onResync: reload,
  onState: (state) => {
    socketState = state;
    showConnection();
  },
});
window.setInterval(tick, 1000);
// What a lost event left behind disappears here at the latest; how a call sounds is told by the list alone.
window.setInterval(reload, 30_000);
window.setInterval(() => { if (dialog.dialog?.open) reload(); }, 5_000);
