// The dashboard follows the system: when something happened, the figures are read anew and put in place.
"use strict";

(() => {
  const home = document.getElementById("home");
  const connection = document.querySelector("[data-connection]");
  const tenant = home.dataset.tenant;
  const RESULT_COLOURS = ["answered", "busy", "no-answer", "cancelled", "failed", "refused"];
  const PAUSE_MS = 2000;
  const charts = {};

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const figures = () => JSON.parse(document.getElementById("home-chart").textContent);

  function hoursConfig(data) {
    const axis = { ticks: { color: colour("--td-subtle") }, grid: { color: colour("--td-line") } };
    return {
      type: "bar",
      data: {
        labels: data.hours,
        datasets: [
          { label: "Answered", data: data.answered, backgroundColor: colour("--td-answered"), borderRadius: 3 },
          { label: "Not answered", data: data.other, backgroundColor: colour("--td-cancelled"), borderRadius: 3 },
        ],
      },
      options: {
        maintainAspectRatio: false,
        animation: false,
        scales: {
          x: { ...axis, stacked: true, grid: { display: false } },
          y: { ...axis, stacked: true, beginAtZero: true, suggestedMax: 4, ticks: { ...axis.ticks, precision: 0 } },
        },
        plugins: { legend: { labels: { color: colour("--td-text"), boxWidth: 12 } } },
      },
    };
  }

  function resultsConfig(data) {
    return {
      type: "doughnut",
      data: {
        labels: data.results.labels,
        datasets: [
          {
            data: data.results.values,
            backgroundColor: RESULT_COLOURS.map((name) => colour(`--td-${name}`)),
            borderColor: colour("--td-surface"),
          },
        ],
      },
      options: { maintainAspectRatio: false, animation: false, cutout: "68%", plugins: { legend: { display: false } } },
    };
  }

  function draw() {
    const data = figures();
    const configs = { hours: hoursConfig(data), results: resultsConfig(data) };
    for (const canvas of home.querySelectorAll("canvas[data-chart]")) {
      const name = canvas.dataset.chart;
      if (charts[name]) charts[name].destroy();
      charts[name] = new window.Chart(canvas, configs[name]);
    }
  }

  function put(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of home.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(part.id);
      if (now && part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
    }
    const data = fresh.getElementById("home-chart");
    const old = document.getElementById("home-chart");
    if (data && data.textContent !== old.textContent) {
      old.textContent = data.textContent;
      draw();
    }
  }

  let isReading = false;
  let isStale = false;

  async function read() {
    if (isReading) {
      isStale = true;
      return;
    }
    isReading = true;
    try {
      const answer = await fetch(home.dataset.figuresUrl, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) put(await answer.text());
    } catch {
      // The next event, or the reconnected socket, asks again.
      isStale = false;
    }
    window.setTimeout(() => {
      isReading = false;
      if (isStale) {
        isStale = false;
        read();
      }
    }, PAUSE_MS);
  }

  const STATES = { live: ["Live", "td-good"], waiting: ["Reconnecting…", "td-warn"], refused: ["Not live", "td-bad"] };

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  new window.TandemEvents({
    tenant,
    topics: tenant
      ? [
          { topic: "extension_events", keys: ["extension_register", "call_start", "call_established", "call_ended"] },
          { topic: "cdr_events" },
        ]
      : [{ topic: "fleet_events" }],
    onEvent: read,
    onResync: read,
    onState: (state) => {
      connection.textContent = STATES[state][0];
      connection.className = `td-pill td-connection ${STATES[state][1]}`;
    },
  });
})();
