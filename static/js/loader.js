/* Fetches scripts when they are wanted, so that none stands between a page and its reader: what a comment form needs once
   the page is there, htmx at the first sign that somebody is; where people work, at once. Until then, and without it,
   every form is a plain form. */
(() => {
  const { htmx, integrity, comment, when, history = "false" } = document.currentScript.dataset;
  const SIGNS = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown", "input"];
  const add = (tag, values) => document.head.appendChild(Object.assign(document.createElement(tag), values));
  let loaded, asked = !comment;

  /* Without "async" they run in the order in which they were added, whichever comes first: a form is looked after before
     htmx sends it. */
  const script = (values) => add("script", { async: false, ...values });
  const lookAfterComments = () => { if (!asked) asked = script({ src: comment }); };

  function load() {
    for (const sign of SIGNS) removeEventListener(sign, load, true);
    lookAfterComments();
    return loaded ||= new Promise((resolve) => {
      add("meta", { name: "htmx-config", content: `{"includeIndicatorCSS":false,"history":${history}}` });
      const fetched = script({ src: htmx, integrity, crossOrigin: "anonymous" });
      /* It takes the page over in a task of its own, which it has asked for by now. */
      fetched.onload = () => setTimeout(() => { sayAgain(); resolve(); });
      fetched.onerror = resolve;
    });
  }

  /* What was typed meanwhile, it has not heard. */
  function sayAgain() {
    const field = document.activeElement;
    if (field.matches("input, select, textarea") && field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  if (when) load();
  else for (const sign of SIGNS) addEventListener(sign, load, { capture: true, passive: true });
  addEventListener("load", () => (window.requestIdleCallback || setTimeout)(lookAfterComments, { timeout: 500 }));
  window.loadHtmx = load; // for who needs it before anybody stirs
})();
