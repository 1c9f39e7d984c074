// One authorised event socket for a console page; reconnects by itself. The session cookie signs it in.
"use strict";

// What a page's pill says of its socket: the states of TandemEvents; `unknown`, where the socket lives and the list does
// not come; `partly`, where not all of it is known.
window.showTandemConnection = (pill, state) => {
  const looks = {
    live: ["Live", "td-good td-pulse"],
    waiting: ["Reconnecting…", "td-warn"],
    unknown: ["Not known at the moment", "td-warn"],
    partly: ["Calls are not known", "td-warn"],
    refused: ["Not allowed", "td-bad"],
  };
  const [label, look] = looks[state];
  pill.textContent = label;
  pill.classList.remove("td-good", "td-pulse", "td-warn", "td-bad");
  pill.classList.add(...look.split(" "));
};

// What a page reads as a whole: one question at a time, and again `afterMs` after something has happened. `take` gets the
// answer and when it was asked for, and returns false where that says nothing; `onRead` hears whether it was read.
window.TandemReading = class {
  static RETRY_MS = 3_000;

  constructor({ url, afterMs, take, onRead }) {
    Object.assign(this, { url, afterMs, take, onRead });
    this.timer = null;
    this.isReading = false;
    this.isStale = false;
  }

  async read() {
    if (this.isReading) {
      this.isStale = true;
      return;
    }
    this.isReading = true;
    this.isStale = false;
    const askedAt = performance.now();
    const answer = await fetch(this.url, { headers: { Accept: "application/json" } }).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    this.isReading = false;
    const isRead = told !== null && this.take(told, askedAt) !== false;
    this.onRead(isRead);
    if (!isRead) window.setTimeout(() => this.read(), window.TandemReading.RETRY_MS);
    else if (this.isStale) this.soon();
  }

  soon() {
    this.timer ??= window.setTimeout(() => {
      this.timer = null;
      this.read();
    }, this.afterMs);
  }
};

window.TandemEvents = class {
  constructor({ tenant, topics, onEvent, onResync, onState }) {
    this.request = { command: "subscribe", topics, tenant };
    this.handlers = { onEvent, onResync, onState };
    this.failures = 0;
    this.connect();
  }

  connect() {
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${window.location.host}/ws/events`);
    this.socket.onopen = () => this.socket.send(JSON.stringify(this.request));
    this.socket.onmessage = (message) => this.receive(JSON.parse(message.data));
    this.socket.onclose = () => this.retry();
  }

  receive(message) {
    if (message.status === 0) {
      this.failures = 0;
      this.handlers.onState("live");
      this.handlers.onResync();
    } else if (message.status === -1) {
      this.handlers.onState("refused");
    } else if (message.key === "resync") {
      this.handlers.onResync();
    } else {
      this.handlers.onEvent(message);
    }
  }

  retry() {
    this.handlers.onState("waiting");
    const delay = Math.min(500 * 2 ** this.failures, 10_000);
    this.failures += 1;
    window.setTimeout(() => this.connect(), delay);
  }
};
