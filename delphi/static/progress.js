// Keeps "5 of 16 done" true while somebody answers, and shows the hint that the server gives to a text it has kept.
const form = document.querySelector("form[data-save]");
const meter = form?.querySelector("[data-status] + *");

const isBlank = (value) => !value.trim() || value === "none" || value === "answer";
const now = ({ type, checked, value }) => (/radio|checkbox/.test(type) ? checked : true) && !isBlank(value);
const atFirst = ({ type, defaultChecked, defaultValue, options, value }) =>
  /radio|checkbox/.test(type) ? defaultChecked && !isBlank(value)
    : !isBlank(options ? [...options].find((one) => one.defaultSelected)?.value ?? "" : defaultValue);

// A card's text, a statement with all its ratings, a further question without a complaint.
function isDone(part, answers) {
  if (part.matches("textarea")) return answers(part);
  const groups = part.matches(".further") ? [part] : [...part.querySelectorAll(".question")];
  return !part.matches(".further:has(.error)")
    && groups.every((group) => [...group.querySelectorAll("input, select, textarea")].some(answers));
}

const parts = [...form?.querySelectorAll(".card textarea, .block") ?? []];
const done = (answers) => parts.filter((part) => isDone(part, answers)).length;
const elsewhere = parseInt(meter?.textContent) - done(atFirst);

function measure() {
  const n = elsewhere + done(now), plural = new Intl.PluralRules(document.documentElement.lang).select(n);
  meter.textContent = (meter.dataset[plural] ?? meter.textContent).replace(/\d+/, n);
}

if (meter && parts.length) {
  measure();
  form.addEventListener("input", measure);
  form.addEventListener("kept", ({ detail: { field, hint } }) => {
    measure();
    const control = form.elements[field];
    if (control?.nextElementSibling?.matches(".hint")) control.nextElementSibling.remove();
    if (hint) control?.after(Object.assign(document.createElement("p"), { className: "hint", textContent: hint, role: "status" }));
  });
}
