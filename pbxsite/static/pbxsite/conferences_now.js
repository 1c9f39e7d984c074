// Above the list of conference rooms: how many are in use, and beside each how many are in, as it happens.
"use strict";

(() => {
  const card = document.querySelector("#conferences-now");
  const READ_AFTER_MS = 300;
  let socketState = "waiting";
  let isKnown = true;
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

  function showConnection() {
    const state = socketState === "live" && !isKnown ? "unknown" : socketState;
    window.showTandemConnection(card.querySelector("[data-connection]"), state);
  }

  const reading = new window.TandemReading({
    url: card.dataset.nowUrl,
    afterMs: READ_AFTER_MS,
    // Null while nobody can tell.
    take: ({ participants }) => (participants ? show(participants) : false),
    onRead: (isRead) => {
      isKnown = isRead;
      showConnection();
    },
  });
  new window.TandemEvents({
    tenant: card.dataset.tenant,
    topics: [{ topic: "conference_events", keys: ["conference_status"] }],
    onEvent: () => reading.soon(),
    onResync: () => reading.read(),
    onState: (state) => {
      socketState = state;
      showConnection();
    },
  });
  reading.read();
  window.setInterval(() => reading.read(), 15_000);
})();
