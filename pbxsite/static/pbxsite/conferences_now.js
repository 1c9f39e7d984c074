// Above the list of conference rooms: how many are in use, and beside each how many are in, as it happens.
"use strict";

(() => {
  const card = document.querySelector("#conferences-now");
  const READ_AFTER_MS = 300;
  const RETRY_MS = 3_000;
  let socketState = "waiting";
  let isKnown = true;
  let timer = null;
  let isReading = false;
  let isStale = false;
  let roomsBefore = null;

  function show(counts) {
    const rooms = Object.values(counts);
    const people = rooms.reduce((sum, count) => sum + count, 0);
    card.querySelector("[data-rooms]").textContent = rooms.length;
    card.querySelector("[data-people]").textContent = people;
    for (const link of document.querySelectorAll("[data-conference]")) {
      const count = counts[link.dataset.conference] || 0;
      const words = count ? `${count} in` : "nobody";
      const pill = link.querySelector(".td-pill");
      pill.textContent = words;
      pill.classList.toggle("td-good", count > 0);
      link.setAttribute("aria-label", `Manage conference ${link.dataset.conference}, ${words}`);
    }
    if (roomsBefore !== null && roomsBefore !== rooms.length) {
      card.querySelector("[data-announce]").textContent = rooms.length === 1 ? "1 room in use" : `${rooms.length} rooms in use`;
    }
    roomsBefore = rooms.length;
  }

  async function read() {
    if (isReading) {
      isStale = true;
      return;
    }
    isReading = true;
    isStale = false;
    const answer = await fetch(card.dataset.nowUrl, { headers: { Accept: "application/json" } }).catch(() => null);
    const counts = answer?.ok ? (await answer.json().catch(() => null))?.participants : null;
    isReading = false;
    isKnown = Boolean(counts);
    if (isKnown) show(counts);
    showConnection();
    if (!isKnown) window.setTimeout(read, RETRY_MS);
    else if (isStale) soon();
  }

  function soon() {
    timer ??= window.setTimeout(() => {
      timer = null;
      read();
    }, READ_AFTER_MS);
  }

  function showConnection() {
    const pill = card.querySelector("[data-connection]");
    const state = socketState === "live" && !isKnown ? "unknown" : socketState;
    const [label, look] = {
      live: ["Live", "td-good td-pulse"],
      waiting: ["Reconnecting…", "td-warn"],
      unknown: ["Not known at the moment", "td-warn"],
      refused: ["Not allowed", "td-bad"],
    }[state];
    pill.textContent = label;
    pill.className = `td-pill td-connection ${look}`;
  }

  new window.TandemEvents({
    tenant: card.dataset.tenant,
    topics: [{ topic: "conference_events", keys: ["conference_status"] }],
    onEvent: soon,
    onResync: read,
    onState: (state) => {
      socketState = state;
      showConnection();
    },
  });
  read();
  window.setInterval(read, 15_000);
})();
