/* A button that copies the citation. Without this file the words can be marked and copied as any others. */
(() => {
  const words = document.getElementById("citation"), said = document.getElementById("copied");
  const [copy, copied, not] = JSON.parse(said.dataset.words);
  if (!navigator.clipboard) return; // browsers keep it from pages that came without https
  const button = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: copy });
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(words.textContent.trim()); said.textContent = copied; } catch { said.textContent = not; }
  });
  words.after(button);
})();
