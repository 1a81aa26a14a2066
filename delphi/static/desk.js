// The synthesis desk: single keys that may be switched off, and a sign of life that says who else works here.
const IN_TEXT = "input:not([type=checkbox]):not([type=radio]), textarea, select";
const EVERY = 20_000;
const keys = document.querySelector(".keys");
const toggle = document.querySelector(".keys-on");
const bar = document.querySelector("[data-here]");

if (keys && toggle) {
  keys.hidden = false;
  toggle.checked = localStorage.getItem("desk-keys") !== "off";
  toggle.addEventListener("change", () => localStorage.setItem("desk-keys", toggle.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!toggle.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(IN_TEXT)) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    target.matches("input") ? target.focus() : target.click();
    if (event.key === "p") document.getElementById("reason")?.focus();
    if (event.key === "?") keys.scrollIntoView();
  });
}

async function signOfLife() {
  const token = document.querySelector("[name=csrf_token]")?.value;
  if (document.hidden || !token) return;
  const answer = await fetch(bar.dataset.here, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
  if (!answer?.ok) return;
  const { others, step, search } = await answer.json();
  const note = bar.querySelector(".here");
  const words = others ? note.dataset.one.replace("{names}", others) : "";
  if (note.textContent !== words) note.textContent = words;
  if (String(step) !== bar.dataset.step) document.querySelector(".went-on")?.removeAttribute("hidden");
  const looking = document.querySelector(".near progress");
  if (looking && search) Object.assign(looking, { max: search.steps || 1, value: search.done });
  if (looking && !search) document.querySelector(".went-on")?.removeAttribute("hidden");
}

if (bar) {
  signOfLife();
  setInterval(signOfLife, EVERY);
}
