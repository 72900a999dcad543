/* Fetches htmx at the first sign that somebody is there, so that it never stands between a page and its reader; where
   people work, at once. Until then, and without it, every form is a plain form. */
(() => {
  const { htmx, integrity, when, history = "false" } = document.currentScript.dataset;
  const SIGNS = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown", "input"];
  const add = (tag, values) => document.head.appendChild(Object.assign(document.createElement(tag), values));
  let loaded;

  function load() {
    for (const sign of SIGNS) removeEventListener(sign, load, true);
    return loaded ||= new Promise((resolve) => {
      add("meta", { name: "htmx-config", content: `{"includeIndicatorCSS":false,"history":${history}}` });
      const script = add("script", { src: htmx, integrity, crossOrigin: "anonymous" });
      /* It takes the page over in a task of its own, which it has asked for by now. */
      script.onload = () => setTimeout(() => { sayAgain(); resolve(); });
      script.onerror = resolve;
    });
  }

  /* What was typed meanwhile, it has not heard. */
  function sayAgain() {
    const field = document.activeElement;
    if (field.matches("input, select, textarea") && field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  if (when) load();
  else for (const sign of SIGNS) addEventListener(sign, load, { capture: true, passive: true });
  window.loadHtmx = load; // for who needs it before anybody stirs
})();
