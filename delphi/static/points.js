// Counts the points that are left to share while they are typed; the server says the same after saving.
for (const group of document.querySelectorAll("[data-points]")) {
  const status = group.nextElementSibling;
  const words = status.dataset.words;
  const total = Number(group.dataset.points);
  group.addEventListener("input", () => {
    const typed = [...group.querySelectorAll("input")].map((input) => input.value.trim());
    const readable = typed.some(Boolean) && typed.every((value) => /^\d*$/.test(value));
    const left = total - typed.reduce((sum, value) => sum + Number(value || 0), 0);
    status.textContent = readable ? words.replace("{left}", left) : "";
  });
}
