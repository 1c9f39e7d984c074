// One authorised event socket for a console page; reconnects by itself. The session cookie signs it in.
"use strict";

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
