/* The desk's keys: each presses a button or opens a part that is there for the mouse as well. Without this file, and
   without htmx, every button is a plain form's. */
(() => {
  "use strict";
  const OFF = "desk-keys-off";
  const list = () => document.querySelector(".queue");
  const items = () => [...document.querySelectorAll(".item")];
  const here = () => document.activeElement?.closest(".item");
  /* Storage can be refused by the browser's settings; then the choice lasts as long as the page. */
  const store = (act) => { try { return act(localStorage); } catch { return null; } };
  const busy = new WeakSet();
  let off = store((s) => s.getItem(OFF)) === "yes", next = null;

  function show() {
    const line = document.querySelector("[data-keys]"), box = document.querySelector("#keys-on");
    if (line) line.hidden = false;
    if (box) box.checked = !off;
  }

  function go(step) {
    const all = items(), at = all.indexOf(here());
    const to = at < 0 ? all[0] : all[Math.min(Math.max(at + step, 0), all.length - 1)];
    if (!to) return;
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }

  function press(item, key) {
    const target = item.querySelector(`[data-key="${key}"]`);
    if (!target) return;
    if (target.tagName !== "SUMMARY") return target.click();
    target.parentElement.open = true;
    target.parentElement.querySelector("textarea, input:not([type=hidden])").focus();
  }

  function undo() {
    const all = [...document.querySelectorAll("[data-decision]")];
    all.sort((a, b) => b.dataset.decision - a.dataset.decision)[0]?.click();
  }

  const typing = (target) => target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox])");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    if (typing(event.target)) {
      if (event.key === "Escape") here()?.focus();
      return;
    }
    if (off || !list()) return;
    const key = event.key.toLowerCase(), item = here();
    if (key === "j" || key === "k") go(key === "j" ? 1 : -1);
    else if (key === "u") undo();
    else if (key.length === 1 && "persx".includes(key) && item) press(item, key);
    else return;
    event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.id !== "keys-on") return;
    off = !event.target.checked;
    store((s) => off ? s.setItem(OFF, "yes") : s.removeItem(OFF));
  });

  /* A settled comment gives the focus to the next one; one that came back takes it. A second press waits for the answer
     to the first: it would only be told that somebody was quicker. */
  document.addEventListener("submit", (event) => {
    const item = event.target.closest(".item"), one = item || event.target, all = items();
    if (busy.has(one)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (window.htmx && event.target.hasAttribute("hx-post")) busy.add(one);
    const at = all.indexOf(item);
    const neighbour = at < 0 ? null : all[at + 1] || all[at - 1];
    next = { own: (item || event.target.closest(".settled"))?.id, other: neighbour?.id };
  }, true);
  document.addEventListener("htmx:finally:request", (event) => {
    for (const one of [event.target.closest?.(".item"), event.target]) busy.delete(one);
  });
  document.addEventListener("htmx:after:swap", () => {
    show();
    if (!next) return;
    const own = next.own && document.getElementById(next.own);
    if (own?.contains(document.activeElement) && own.matches(".item")) return;
    const stays = own?.matches(".item");
    const to = stays ? own.querySelector("[aria-invalid]") || own : next.other && document.getElementById(next.other) || own;
    next = null;
    to?.focus({ preventScroll: true });
    to?.scrollIntoView({ block: "nearest" });
  });

  show();
})();
