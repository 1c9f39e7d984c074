// The form of a trunk: brands by country, a brand's public facts filled in, and only the fields that the kind of trunk has.

const field = (name) => document.getElementById(`id_${name}`);
const rowOf = (name) => field(name)?.closest(".form-row, .field-line") ?? null;

const country = field("country");
const brand = field("brand");
const authentication = field("authentication");
const source = field("called_number_source");
const transport = field("transport");

function show(name, isShown) {
  const box = field(name)?.closest(`.field-${name}, [class*="field-${name}"]`) ?? rowOf(name);
  if (box) box.hidden = !isShown;
}

function offerBrands() {
  for (const option of brand.options) {
    const of = option.dataset.country ?? "";
    option.hidden = option.disabled = country.value !== "" && of !== country.value && option.value !== "generic" && !option.selected;
  }
}

function fillIn() {
  const facts = JSON.parse(brand.selectedOptions[0]?.dataset.facts ?? "null");
  if (facts === null) return;
  for (const [name, value] of Object.entries(facts)) {
    const input = field(name);
    if (input) input.value = value;
  }
  country.value = brand.selectedOptions[0].dataset.country;
  offerBrands();
  showFields();
}

function showFields() {
  const kind = authentication.value;
  for (const name of ["username", "authorization_name", "password"]) show(name, kind !== "ip");
  show("reregister_interval_s", kind === "register");
  for (const name of ["outbound_proxy", "outbound_proxy_port", "addresses"]) show(name, kind !== "accept_register");
  show("called_number_header", source.value === "header");
  for (const name of ["verifies_certificate", "ca_certificates"]) show(name, transport.value === "tls" && kind !== "accept_register");
}

if (country && brand && authentication && source && transport) {
  country.addEventListener("change", () => {
    if (country.value !== "" && (brand.selectedOptions[0]?.dataset.country ?? "") !== country.value) brand.value = "generic";
    offerBrands();
  });
  brand.addEventListener("change", fillIn);
  authentication.addEventListener("change", showFields);
  source.addEventListener("change", showFields);
  transport.addEventListener("change", showFields);
  offerBrands();
  showFields();
}
