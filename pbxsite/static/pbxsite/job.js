// Follows a background job; when it is over the page is read once more, with its result.
"use strict";

const card = document.querySelector("[data-job-url]");
const ASK_EVERY_MS = 1000;

function show(job) {
  card.querySelector("[data-job-state]").textContent = job.state_words;
  card.querySelector("[data-job-bar]").value = job.percent;
  card.querySelector("[data-job-done]").textContent = job.rows_done;
  card.querySelector("[data-job-total]").textContent = job.rows_total;
}

async function ask() {
  try {
    const answer = await fetch(card.dataset.jobUrl, { headers: { Accept: "application/json" } });
    const job = await answer.json();
    show(job);
    if (job.is_over) return window.location.reload();
  } catch {
    // The server restarts, or the network is away: ask again.
    card.querySelector("[data-job-state]").textContent = "Waiting for the server…";
  }
  window.setTimeout(ask, ASK_EVERY_MS);
}

if (card) ask();
