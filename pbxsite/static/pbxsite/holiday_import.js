// Another country has other regions: ask for them as soon as it is chosen.
const countryForm = document.querySelector("[data-country-form]");
if (countryForm) {
  const choose = countryForm.querySelector("[data-country-choose]");
  choose.hidden = true;
  countryForm.elements.country.addEventListener("change", () => countryForm.requestSubmit(choose));
}
