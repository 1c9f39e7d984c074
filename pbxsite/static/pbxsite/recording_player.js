// The player of recordings: an outline of the sound to see and to jump in. Without this file the browser's own player stays.
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const STEP_S = 5;
const LEAP_S = 30;
const KEYS = { ArrowRight: STEP_S, ArrowUp: STEP_S, ArrowLeft: -STEP_S, ArrowDown: -STEP_S, PageUp: LEAP_S, PageDown: -LEAP_S };
let playing = null;

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
}

function element(tag, className, attributes = {}) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

class Player {
  constructor(root) {
    this.audio = root.querySelector("audio");
    this.duration = Number(root.dataset.duration) || 0;
    this.peaks = JSON.parse(root.dataset.peaks || "[]");
    this.pauses = JSON.parse(root.dataset.pauses || "[]");
    this.root = root;
    this.build(root.dataset.label);
    this.listen();
    this.show();
  }

  build(label) {
    this.audio.removeAttribute("controls");
    this.toggle = element("button", "td-player-toggle", { type: "button" });
    this.icon = element("span", "material-symbols-outlined", { "aria-hidden": "true" });
    this.toggle.append(this.icon);
    this.wave = element("div", "td-player-wave", {
      role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": "0",
      "aria-valuemax": String(Math.round(this.duration)),
    });
    this.canvas = element("canvas", "", { "aria-hidden": "true" });
    this.wave.append(this.canvas);
    if (this.peaks.length === 2) {
      const tracks = element("div", "td-player-tracks", { "aria-hidden": "true" });
      for (const side of ["Caller", "Callee"]) {
        const name = element("span", "");
        name.textContent = side;
        tracks.append(name);
      }
      this.wave.append(tracks);
    }
    const side = element("div", "td-player-side");
    this.time = element("span", "td-player-time");
    this.speed = element("button", "td-player-speed", { type: "button" });
    side.append(this.time, this.speed);
    this.root.append(this.toggle, this.wave, side);
    this.root.classList.add("td-ready");
  }

  listen() {
    this.toggle.addEventListener("click", () => this.switch());
    this.speed.addEventListener("click", () => {
      const next = (SPEEDS.indexOf(this.audio.playbackRate) + 1) % SPEEDS.length;
      this.audio.playbackRate = SPEEDS[next];
      this.show();
    });
    this.wave.addEventListener("keydown", (event) => this.key(event));
    const seek = (event) => {
      const box = this.wave.getBoundingClientRect();
      this.jump(((event.clientX - box.left) / box.width) * this.duration);
    };
    this.wave.addEventListener("pointerdown", (event) => {
      this.wave.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.wave.addEventListener("pointermove", (event) => {
      if (this.wave.hasPointerCapture(event.pointerId)) seek(event);
    });
    for (const name of ["timeupdate", "play", "pause", "ended", "seeked", "loadedmetadata"]) {
      this.audio.addEventListener(name, () => this.show());
    }
    this.audio.addEventListener("error", () => this.fail());
    new ResizeObserver(() => this.draw()).observe(this.wave);
    // Light and dark: the canvas does not follow by itself.
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  }

  switch() {
    if (!this.audio.paused) return this.audio.pause();
    if (playing && playing !== this) playing.audio.pause();
    playing = this;
    return this.audio.play().catch(() => this.fail());
  }

  jump(seconds) {
    const wanted = Math.min(Math.max(0, seconds), this.duration);
    // Nothing is loaded before somebody wants to hear it.
    if (this.audio.readyState === 0) {
      this.audio.addEventListener("loadedmetadata", () => { this.audio.currentTime = wanted; }, { once: true });
      this.audio.load();
      this.position = wanted;
    } else {
      this.audio.currentTime = wanted;
    }
    this.show();
  }

  key(event) {
    const at = this.at;
    if (event.key === " " || event.key === "Enter") this.switch();
    else if (event.key === "Home") this.jump(0);
    else if (event.key === "End") this.jump(this.duration);
    else if (event.key in KEYS) this.jump(at + KEYS[event.key]);
    else return;
    event.preventDefault();
  }

  get at() {
    return this.audio.readyState === 0 ? this.position || 0 : this.audio.currentTime;
  }

  show() {
    const isPlaying = !this.audio.paused && !this.audio.ended;
    this.icon.textContent = isPlaying ? "pause" : "play_arrow";
    this.toggle.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    this.speed.textContent = `${this.audio.playbackRate} ×`;
    this.speed.setAttribute("aria-label", `Speed ${this.audio.playbackRate}, change`);
    this.time.textContent = `${clock(this.at)} / ${clock(this.duration)}`;
    this.wave.setAttribute("aria-valuenow", String(Math.round(this.at)));
    this.wave.setAttribute("aria-valuetext", `${clock(this.at)} of ${clock(this.duration)}`);
    this.draw();
  }

  fail() {
    if (this.root.querySelector(".td-player-failed")) return;
    const words = element("p", "td-player-failed", { role: "alert" });
    words.textContent = "The recording can't be played. It may have been deleted.";
    this.root.append(words);
  }

  draw() {
    const { width, height } = this.wave.getBoundingClientRect();
    const scale = window.devicePixelRatio || 1;
    if (!width || !this.duration) return;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const context = this.canvas.getContext("2d");
    context.scale(scale, scale);
    const style = getComputedStyle(this.wave);
    const colour = (name) => style.getPropertyValue(name).trim();
    context.fillStyle = colour("--td-warn-soft");
    for (const [from, to] of this.pauses) {
      const left = (from / this.duration) * width;
      context.fillRect(left, 0, ((to ?? this.duration) / this.duration) * width - left, height);
    }
    const played = (this.at / this.duration) * width;
    const lane = height / Math.max(1, this.peaks.length);
    this.peaks.forEach((track, number) => {
      const bars = Math.max(1, Math.floor(width / 3));
      for (let bar = 0; bar < bars; bar += 1) {
        const from = Math.floor((bar * track.length) / bars);
        const to = Math.max(from + 1, Math.floor(((bar + 1) * track.length) / bars));
        const loud = Math.max(...track.slice(from, to), 0) / 255;
        const tall = Math.max(2, Math.sqrt(loud) * (lane - 8));
        context.fillStyle = bar * 3 < played ? colour("--td-accent") : colour("--td-subtle");
        context.globalAlpha = bar * 3 < played ? 1 : 0.55;
        context.fillRect(bar * 3, lane * number + (lane - tall) / 2, 2, tall);
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = colour("--td-strong");
    context.fillRect(Math.min(width - 2, played), 0, 2, height);
  }
}

for (const root of document.querySelectorAll("[data-player]")) new Player(root);
