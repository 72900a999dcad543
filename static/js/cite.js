/* A button that copies the citation. Without this file the words can be marked and copied as any others. */
(() => {
  const words = document.getElementById("citation"), said = document.getElementById("copied");
  if (!navigator.clipboard) return; // browsers keep it from pages that came without https
  const button = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: "Copy" });
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(words.textContent.trim()); said.textContent = "Copied."; } catch { said.textContent = "It could not be copied. Mark the words instead."; }
  });
  words.after(button);
})();
