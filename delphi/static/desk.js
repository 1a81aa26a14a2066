// Keys on the synthesis desk: each presses or opens an element that has its own name and place on the page.
const IN_TEXT = "input, textarea, select";

document.querySelector(".keys")?.removeAttribute("hidden");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(IN_TEXT)) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
  if (event.key === "p") document.getElementById("reason")?.focus();
});
