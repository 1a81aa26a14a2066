// Saves each field at once; what is not sent yet stays in this browser.
const form = document.querySelector("form[data-save]");
const shelf = document.querySelector("[data-shelf]")?.dataset.shelf;
const status = document.querySelector("[data-status]");
const box = document.querySelector("#not-my-phone");
const queue = new Map(); // field: { value, client, sequence, time, known }
const known = new Map(); // field: mark of what the server has
const touched = new Set();
let sequence = 0, failures = 0, timer = 0, sending = false, stopped = false, leaving = false;

const isPrivate = () => sessionStorage.getItem("delphi private") === "1";
const stored = () => Object.keys(localStorage).filter((key) => key.startsWith(`${shelf} `));
const controls = (field) => [...form.elements].filter((each) => each.name === field);
const say = (words) => status && words && (status.textContent = words);
const unsent = () => say(isPrivate() ? form.dataset.unsentPrivate : form.dataset.unsent);

function keep(field) {
  const key = `${shelf} ${field}`;
  try {
    if (queue.has(field) && !isPrivate()) localStorage.setItem(key, JSON.stringify(queue.get(field)));
    else localStorage.removeItem(key);
  } catch { /* full or forbidden */ }
}

function write({ name, type, checked, value }) {
  sequence = Math.max(sequence + 1, Date.now());
  touched.add(name);
  queue.set(name, {
    value: type === "checkbox" && !checked ? "" : value,
    client: form.elements.client.value, sequence, time: new Date(), known: known.get(name) ?? ""
  });
  keep(name);
}

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(send, wait);
}

async function send() {
  if (sending || stopped || !queue.size) return;
  sending = true;
  const [field, entry] = queue.entries().next().value;
  let wait = 0;
  try {
    const answer = await fetch(form.dataset.save, {
      method: "POST", keepalive: true, signal: AbortSignal.timeout(20000),
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify({ field, ...entry }),
    });
    const said = await answer.json().catch(() => ({}));
    const { ok, status: code } = answer;
    if (ok || code === 422) {
      failures = 0;
      if (said.known) known.set(field, said.known);
      if (queue.get(field)?.sequence === entry.sequence) {
        queue.delete(field);
        if (ok || said.kept) keep(field);
        complain(field, said.error);
        form.dispatchEvent(new CustomEvent("kept", { detail: { field, ...said } }));
      }
      if (said.notice) status.before(line("notice", said.notice));
      if (said.saved && !queue.size) say(form.dataset.saved.replace("{time}", said.saved));
    } else if (code < 500 && code !== 429) {
      stopped = true; // closed or signed out
      say(code === 409 ? said.error : form.dataset.again);
    } else throw code;
  } catch {
    wait = Math.min(60000, 1000 * 2 ** failures++) * (0.75 + Math.random() / 2);
    unsent();
  }
  sending = false;
  if (queue.size) soon(wait);
  else if (form.dataset.fresh && !leaving && !stored().length) location.reload();
}

function line(className, textContent) {
  const made = Object.assign(document.createElement("p"), { className, textContent });
  if (className !== "count") made.setAttribute("role", "status");
  return made;
}

function complain(field, error) {
  const [control] = controls(field);
  document.getElementById(`${field}-error`)?.remove();
  control?.toggleAttribute("aria-invalid", Boolean(error));
  if (error && control) control.before(Object.assign(line("error", error), { id: `${field}-error` }));
}

function count(area) {
  const { limit, count } = form.dataset;
  if (area.nextElementSibling?.matches(".count")) area.nextElementSibling.remove();
  if (area.value.length > limit / 2) area.after(line("count", count.replace("{n}", area.value.length).replace("{limit}", limit)));
}

function restore(key) {
  const field = key.slice(shelf.length + 1), entry = JSON.parse(localStorage.getItem(key));
  queue.set(field, entry);
  for (const control of controls(field)) {
    if (/radio|checkbox/.test(control.type)) control.checked = control.value === entry.value;
    else control.value = entry.value;
    control.closest("details")?.setAttribute("open", "");
    touched.add(field);
  }
}

if (form) {
  for (const part of form.elements.seen?.value.split(" ").slice(1) ?? []) known.set(...part.split("."));
  stored().forEach(restore);
  if (box) {
    box.closest("[hidden]").hidden = false;
    box.checked = isPrivate();
    box.onchange = () => {
      sessionStorage.setItem("delphi private", box.checked ? "1" : "");
      [...queue.keys()].forEach(keep);
    };
  }
  form.addEventListener("input", ({ target }) => {
    if (!target.name) return;
    write(target);
    if (target.matches("textarea")) count(target);
    soon(target.matches("textarea, [type=text]") ? 900 : 0);
  });
  form.addEventListener("change", () => soon(0));
  form.onclick = (event) => {
    const own = document.getElementById(`${event.target.value?.split(" ")[1]}-own`); // a button that keeps it
    if (own) event.preventDefault(), own.click(), own.focus();
  };
  form.addEventListener("submit", (event) => {
    leaving = navigator.onLine;
    if (!leaving) event.preventDefault(), unsent();
    else if (form.elements.touched) form.elements.touched.value = [sequence, ...touched].join(" ");
  });
  form.querySelectorAll("textarea").forEach(count);
  addEventListener("online", () => { failures = 0; soon(0); });
  addEventListener("pagehide", send);
  addEventListener("beforeunload", (event) => isPrivate() && queue.size && !leaving && event.preventDefault());
  if (queue.size) unsent(), soon(0);
} else stored().forEach((key) => localStorage.removeItem(key));

document.querySelector(".error-summary")?.focus();

for (const time of document.querySelectorAll("time[data-here]")) {
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  const at = new Date(time.dateTime); // UTC is on the page
  if (at.getTimezoneOffset() && clock.resolvedOptions().timeZone !== time.dataset.zone) time.append(" ", time.dataset.here.replace("{moment}", clock.format(at)));
}
