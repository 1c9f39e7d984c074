// Finds countries by name or code, and counts the chosen ones. Without it the whole list is there.

const search = document.querySelector("[data-country-search]");
const count = document.querySelector("[data-country-count]");
const entries = [...document.querySelectorAll("[data-country]")];

function show() {
  const wanted = search.value.trim().toLowerCase();
  for (const entry of entries) entry.hidden = !entry.dataset.country.includes(wanted);
}

function tell() {
  const chosen = entries.filter((entry) => entry.querySelector("input").checked).length;
  count.textContent = chosen === 1 ? "1 country is chosen." : `${chosen} countries are chosen.`;
}

search.hidden = false;
count.hidden = false;
search.addEventListener("input", show);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
for (const entry of entries) entry.addEventListener("change", tell);
tell();
