// The wallboard: read as a whole, and again soon after anything happened in a queue or to an agent's call.
"use strict";

const board = document.querySelector("#wallboard");
const list = board.querySelector("[data-queues]");
const queueTemplate = document.querySelector("#wall-queue");
const AT_MOST_EVERY_MS = 700;
const SHOWN_MAX = 30;
let shown = { queues: [], are_calls_known: true };
// How much the server's clock is ahead of this one.
let aheadMs = 0;
let socketState = "waiting";
let isKnown = true;
let waitingBefore = new Map();

const STATES = {
  talking: ["Talking", "td-info"],
  ringing: ["Ringing", "td-warn td-pulse"],
  ready: ["Ready", "td-good"],
  wrap_up: ["Wrap-up", "td-info"],
  paused: ["Paused", "td-warn"],
  offline: ["No phone", "td-bad"],
  signed_out: ["Signed out", ""],
};
const ORDER = Object.keys(STATES);
// What may be done with an agent, by whether it is signed in and pauses.
const ORDERS = {
  out: [["sign_in", "Sign in"]],
  paused: [["resume", "Resume"], ["sign_out", "Sign out"]],
  ready: [["pause", "Pause"], ["sign_out", "Sign out"]],
};

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  const short = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${short}` : short;
}

function secondsSince(moment) {
  return (Date.now() + aheadMs - Date.parse(moment)) / 1000;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function who(number, name, note) {
  const made = element("span", "td-wall-who", name || number);
  const small = [name ? number : "", note].filter(Boolean).join(" · ");
  if (small) made.append(element("small", "td-num", small));
  return made;
}

function callerRow(caller) {
  const row = element("li");
  row.append(who(caller.caller, caller.caller_name, ""));
  const time = element("span", `td-wall-time${caller.is_sla_breached ? " td-late" : ""}`);
  time.dataset.since = caller.entered_at;
  if (caller.is_sla_breached) row.append(element("span", "td-visually-hidden", "Waits longer than the SLA allows"));
  row.append(time);
  if (caller.ringing.length) row.append(element("span", "td-pill td-warn", `Rings ${caller.ringing.join(", ")}`));
  return row;
}

function orderButtons(queue, agent) {
  const kind = !agent.is_signed_in ? "out" : agent.is_paused ? "paused" : "ready";
  return ORDERS[kind].map(([happening, label]) => {
    const button = element("button", "td-button td-wall-order", label);
    button.type = "button";
    Object.assign(button.dataset, { queue: queue.number, agent: agent.number, happening });
    button.setAttribute("aria-label", `${label}: ${agent.number} in ${queue.name}`);
    return button;
  });
}

async function order({ queue, agent, happening }) {
  const answer = await fetch(board.dataset.agentUrl, {
    method: "POST",
    headers: { "X-CSRFToken": board.dataset.csrf },
    body: new URLSearchParams({ queue, agent, happening }),
  }).catch(() => null);
  if (!answer?.ok) {
    const told = await answer?.json().catch(() => ({}));
    board.querySelector("[data-announce]").textContent = told?.message || "The agent could not be changed.";
  }
  await reading.read();
}

function agentRow(queue, agent) {
  const row = element("li");
  const [label, look] = STATES[agent.state] || [agent.state, ""];
  row.append(who(agent.number, agent.display_name, agent.state === "paused" ? agent.pause_reason : ""));
  if (agent.state === "paused" && agent.since) {
    const time = element("span", "td-subtle td-num");
    time.dataset.since = agent.since;
    row.append(time);
  }
  if (agent.state === "wrap_up" && agent.rests_until) {
    const time = element("span", "td-subtle td-num");
    time.dataset.until = agent.rests_until;
    row.append(time);
  }
  row.append(element("span", `td-pill ${look}`, label));
  if (board.dataset.agentUrl) row.append(...orderButtons(queue, agent));
  return row;
}

function fill(card, queue) {
  const isLate = queue.waiting.some((caller) => caller.is_sla_breached);
  const mood = isLate ? "late" : queue.waiting.length ? "waiting" : "calm";
  card.dataset.mood = mood;
  const pill = card.querySelector("[data-mood]");
  const [label, look] = { late: ["Over the SLA", "td-bad"], waiting: ["Callers wait", "td-warn"], calm: ["All quiet", "td-good"] }[mood];
  pill.textContent = label;
  pill.className = `td-pill ${look}`;
  card.querySelector("[data-number]").textContent = queue.number;
  card.querySelector("[data-name]").textContent = queue.name;
  card.setAttribute("aria-label", `Queue ${queue.number} ${queue.name}`);
  const figures = {
    waiting: queue.waiting.length,
    answered: queue.today.answered,
    lost: queue.today.lost,
    sla: queue.today.sla_percent === null ? "–" : `${queue.today.sla_percent} %`,
    mean: clock(queue.today.mean_wait_s),
  };
  for (const [name, value] of Object.entries(figures)) {
    card.querySelector(`[data-figure="${name}"]`).textContent = value;
  }
  const longest = card.querySelector('[data-figure="longest"]');
  longest.classList.toggle("td-late", isLate);
  if (queue.waiting.length) longest.dataset.since = queue.waiting[0].entered_at;
  else delete longest.dataset.since;
  if (!queue.waiting.length) longest.textContent = "–";
  const rows = queue.waiting.slice(0, SHOWN_MAX).map(callerRow);
  const more = queue.waiting.length - rows.length;
  if (more > 0) rows.push(element("li", "td-subtle", `and ${more} more`));
  card.querySelector("[data-waiting]").replaceChildren(...rows);
  card.querySelector("[data-nobody]").hidden = queue.waiting.length > 0;
  const agents = [...queue.agents].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  card.querySelector("[data-agents]").replaceChildren(...agents.map((agent) => agentRow(queue, agent)));
  card.querySelector("[data-no-agents]").hidden = agents.length > 0;
  const ready = agents.filter((agent) => agent.state === "ready").length;
  card.querySelector("[data-ready]").textContent = agents.length ? `${ready} of ${agents.length} ready` : "";
}

function render() {
  const cards = new Map([...list.children].map((card) => [card.dataset.queue, card]));
  for (const queue of shown.queues) {
    let card = cards.get(queue.number);
    cards.delete(queue.number);
    if (!card) {
      card = queueTemplate.content.firstElementChild.cloneNode(true);
      card.dataset.queue = queue.number;
      list.append(card);
    }
    fill(card, queue);
  }
  for (const card of cards.values()) card.remove();
  board.querySelector("[data-empty]").hidden = shown.queues.length > 0;
  announce();
  tick();
}

// Only what changes what one would do: how many wait.
function announce() {
  const now = new Map(shown.queues.map((queue) => [queue.number, queue.waiting.length]));
  const news = shown.queues.filter((queue) => (waitingBefore.get(queue.number) ?? 0) !== queue.waiting.length);
  waitingBefore = now;
  if (!news.length) return;
  board.querySelector("[data-announce]").textContent = news
    .map((queue) => `${queue.name}: ${queue.waiting.length === 1 ? "1 caller waits" : `${queue.waiting.length} callers wait`}`)
    .join(". ");
}

function tick() {
  for (const time of board.querySelectorAll("[data-since]")) time.textContent = clock(secondsSince(time.dataset.since));
  for (const time of board.querySelectorAll("[data-until]")) {
    const left = -secondsSince(time.dataset.until);
    time.textContent = clock(left);
    if (left <= 0) reading.soon();
  }
  const wall = board.querySelector("[data-clock]");
  if (wall) wall.textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function take(told) {
  shown = told;
  aheadMs = Date.parse(shown.at) - Date.now();
  render();
}

const reading = new window.TandemReading({
  url: board.dataset.listUrl,
  afterMs: AT_MOST_EVERY_MS,
  take,
  onRead: (isRead) => {
    isKnown = isRead;
    showConnection();
  },
});

function showConnection() {
  let state = socketState;
  if (state === "live" && !isKnown) state = "unknown";
  else if (state === "live" && !shown.are_calls_known) state = "partly";
  window.showTandemConnection(board.querySelector("[data-connection]"), state);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-happening]");
  if (!button) return;
  button.disabled = true;
  order(button.dataset);
});

board.querySelector("[data-full-screen]")?.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});

new window.TandemEvents({
  tenant: board.dataset.tenant,
  topics: [
    { topic: "queue_events" },
    { topic: "extension_events", keys: ["call_established", "call_joined", "call_ended", "extension_register"] },
  ],
  onEvent: (event) => {
    reading.soon();
    // What an agent has dialled is known here a little later.
    if (event.status === "agent_changed") window.setTimeout(() => reading.soon(), 4_000);
  },
  onResync: () => reading.read(),
  onState: (state) => {
    socketState = state;
    showConnection();
  },
});
window.setInterval(tick, 1000);
// What a lost event left behind disappears here at the latest.
window.setInterval(() => reading.read(), Number(board.dataset.everyMs) || 15_000);
