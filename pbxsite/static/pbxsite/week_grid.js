// Bars over the week, drawn and changed by dragging. The lines of text below are the form; this only writes into them.
const DAY = 24 * 60;
const STEP = 30;
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const grid = document.querySelector("[data-hours-grid]");
const form = grid.closest("form");
const lines = DAYS.map((day) => form.querySelector(`[data-hours-day="${day}"]`));
const mayChange = [...form.elements].some((element) => element.type === "submit");
// Where the hours count only if they are switched on: who sets some wants them.
const onSwitch = form.querySelector("[name=has_own_hours]");
const onChoice = form.querySelector("select[name=hours]");
const tracks = [];

function minutes(text) {
  const found = /^([01]?\d|2[0-4])[:.]([0-5]\d)$/.exec(text.trim());
  return found ? Number(found[1]) * 60 + Number(found[2]) : NaN;
}

function clock(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

// [start, end] of one line; an end that is not later is on the next day. null if the line can't be read.
function spansOf(line) {
  const spans = [];
  for (const part of line.value.split(",").map((one) => one.trim()).filter(Boolean)) {
    const [start, end, ...rest] = part.split(/\s*(?:-|–|to)\s*/).map(minutes);
    if (rest.length || Number.isNaN(start) || Number.isNaN(end) || start === end) return null;
    spans.push([start, end > start ? end : end + DAY]);
  }
  return spans;
}

// Pieces of every day, those over midnight cut in two.
function readWeek() {
  const week = DAYS.map(() => []);
  for (const [day, line] of lines.entries()) {
    for (const [start, end] of spansOf(line) || []) {
      week[day].push([start, Math.min(end, DAY)]);
      if (end > DAY) week[(day + 1) % 7].push([0, end - DAY]);
    }
  }
  return week.map(joined);
}

function joined(spans) {
  const result = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

function without(spans, [from, to]) {
  return spans.flatMap(([start, end]) => [[start, Math.min(end, from)], [Math.max(start, to), end]])
    .filter(([start, end]) => start < end);
}

// A night belongs to the day it begins on, unless it would last a day or more.
function writeWeek(week) {
  const spans = week.map((day) => day.map((span) => [...span]));
  for (const [day, own] of spans.entries()) {
    const night = own.at(-1);
    const next = spans[(day + 1) % 7];
    const isNight = night && night[1] === DAY && night[0] > 0 && next[0] && next[0][0] === 0 && next[0][1] < night[0];
    if (isNight) night[1] += next.shift()[1];
  }
  for (const [day, own] of spans.entries()) {
    const text = own.map(([start, end]) => `${clock(start)}-${clock(end > DAY ? end - DAY : end)}`).join(", ");
    if (lines[day].value !== text) lines[day].value = text;
  }
}

function draw() {
  for (const [day, spans] of readWeek().entries()) {
    for (const bar of tracks[day].querySelectorAll(".td-week-bar")) bar.remove();
    for (const [start, end] of spans) place(tracks[day], "td-week-bar", start, end);
  }
}

function place(track, name, start, end) {
  const bar = track.appendChild(document.createElement("div"));
  bar.className = name;
  bar.style.left = `${(start / DAY) * 100}%`;
  bar.style.width = `${((end - start) / DAY) * 100}%`;
  return bar;
}

function minuteAt(track, event) {
  const box = track.getBoundingClientRect();
  return Math.max(0, Math.min(DAY - 1, ((event.clientX - box.left) / box.width) * DAY));
}

function isOpenAt(day, minute) {
  return readWeek()[day].some(([start, end]) => start <= minute && minute < end);
}

function listen(track, day) {
  let drag = null;
  const span = (event) => {
    const at = minuteAt(track, event);
    return [
      Math.floor(Math.min(drag.from, at) / STEP) * STEP,
      Math.min(DAY, Math.floor(Math.max(drag.from, at) / STEP) * STEP + STEP),
    ];
  };
  const end = () => {
    drag.draft.remove();
    drag = null;
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const from = minuteAt(track, event);
    drag = { from, closes: isOpenAt(day, from), draft: null };
    const name = drag.closes ? "td-week-draft td-week-draft-closing" : "td-week-draft";
    drag.draft = place(track, name, ...span(event));
    track.setPointerCapture(event.pointerId);
  });
  track.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [start, until] = span(event);
    drag.draft.style.left = `${(start / DAY) * 100}%`;
    drag.draft.style.width = `${((until - start) / DAY) * 100}%`;
  });
  track.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const week = readWeek();
    const drawn = span(event);
    week[day] = drag.closes ? without(week[day], drawn) : joined([...week[day], drawn]);
    end();
    writeWeek(week);
    switchOn();
    draw();
  });
  // The browser took the finger for scrolling.
  track.addEventListener("pointercancel", () => { if (drag) end(); });
}

function build() {
  const head = grid.appendChild(document.createElement("div"));
  head.className = "td-week-head";
  head.append(document.createElement("span"));
  const scale = head.appendChild(document.createElement("div"));
  scale.className = "td-week-scale";
  for (let hour = 3; hour < 24; hour += 3) {
    const mark = scale.appendChild(document.createElement("span"));
    mark.textContent = String(hour);
    mark.style.left = `${(hour / 24) * 100}%`;
  }
  for (const [day, name] of DAYS.entries()) {
    const row = grid.appendChild(document.createElement("div"));
    row.className = "td-week-day";
    const label = row.appendChild(document.createElement("span"));
    label.className = "td-week-name";
    label.textContent = name.slice(0, 3).replace(/^./, (letter) => letter.toUpperCase());
    const track = row.appendChild(document.createElement("div"));
    track.className = "td-week-track";
    track.dataset.track = name;
    tracks.push(track);
    if (mayChange) listen(track, day);
  }
  grid.hidden = false;
  form.querySelector("[data-hours-hint]").hidden = !mayChange;
}

function begin() {
  // Below the switch it depends on.
  const before = onSwitch || onChoice;
  const own = form.querySelector("[data-hours-draw]");
  if (own) own.hidden = false;
  if (before) before.closest("fieldset > div > div").after(own);
  build();
  draw();
  for (const line of lines) {
    line.addEventListener("input", () => { switchOn(); draw(); });
    line.readOnly = !mayChange;
  }
  const copy = form.querySelector("[data-hours-copy]");
  if (!copy) return;
  copy.hidden = false;
  copy.addEventListener("click", () => {
    for (const line of lines.slice(1, 5)) line.value = lines[0].value;
    switchOn();
    draw();
  });
}

function switchOn() {
  if (onChoice) onChoice.value = "own_hours";
  if (!onSwitch || onSwitch.checked) return;
  onSwitch.checked = true;
  onSwitch.dispatchEvent(new Event("change", { bubbles: true }));
}

// Who only reads has no lines to write into.
if (lines.every(Boolean)) begin();
