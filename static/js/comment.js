/* A commenter's words on a bad line. Without this file every form is a plain form.

   One submission has one key: the challenge in the form. Whatever happens to the answer, the same key is sent again, and
   the server publishes it once. So a retry is always safe, even from a page that was opened anew. */
(() => {
  const DAY = 864e5, FIRST = 2e3, LONGEST = 6e4;
  const WORDS = ["name", "title", "place", "email", "body", "disclosure", "parent"];
  const PREFIX = "comment ";
  let begun = false, busy = false, pressed = false, unsure = false, pause = 0, timer = 0, delay = FIRST;

  const form = () => document.querySelector("#leave form");
  const field = (f, name) => f.elements.namedItem(name);
  const key = (f) => PREFIX + f.getAttribute("action");
  const say = (f, words) => { const line = f.querySelector("[data-say]"); if (line) line.textContent = words; };
  const said = (f, name, words) => JSON.parse(f.dataset.words || "{}")[name] || words; // English stands here: it costs no bytes in pages
  const keeps = (f) => f.querySelector("[data-day]")?.checked;

  /* Storage can be refused by the browser's settings; then there is no draft, and nothing else changes. */
  const store = (area, act) => { try { return act(area === "day" ? localStorage : sessionStorage); } catch { return null; } };
  const each = (act) => { for (const area of ["tab", "day"]) store(area, act); };

  /* Until an answer came, what was sent stays as it was sent: the server may have published it. */
  function freeze(f, on) {
    unsure = on;
    for (const name of WORDS) if (field(f, name)) field(f, name).readOnly = on;
  }

  function save(f, sending) {
    if (unsure && !sending) return;
    const draft = { at: Date.now(), words: {}, day: !!keeps(f) };
    for (const name of WORDS) draft.words[name] = field(f, name)?.value || "";
    if (sending) draft.sending = { challenge: field(f, "challenge")?.value, code: field(f, "code")?.value, plain: !window.htmx };
    each((s) => s.removeItem(key(f)));
    if (sending || WORDS.some((name) => name !== "parent" && draft.words[name])) store(draft.day ? "day" : "tab", (s) => s.setItem(key(f), JSON.stringify(draft)));
  }

  function saved(f) {
    for (const area of ["tab", "day"]) {
      const draft = store(area, (s) => JSON.parse(s.getItem(key(f))));
      if (draft && Date.now() - draft.at < DAY) return draft;
    }
    return null;
  }

  function forget(f) {
    each((s) => s.removeItem(key(f)));
  }

  function forgetAll(old) {
    each((s) => {
      for (const name of Object.keys(s)) {
        if (!name.startsWith(PREFIX)) continue;
        let at = 0;
        try { at = JSON.parse(s.getItem(name)).at; } catch { /* not ours any more */ }
        if (!old || Date.now() - at > DAY) s.removeItem(name);
      }
    });
  }

  function hidden(f, name, value) {
    for (const other of f.querySelectorAll(`[name=${name}]`)) other.remove();
    f.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  /* The choice is made here and not in the page: without this file it would do nothing, and each reader would pay for it. */
  function offer(f) {
    if (f.querySelector("[data-day]")) return;
    const line = Object.assign(document.createElement("p"), { className: "check" });
    line.innerHTML = '<input id="day" type="checkbox" data-day><label for="day"></label>';
    line.lastChild.textContent = said(f, "day", "Keep my draft on this device for a day. Leave it off on a shared workstation.");
    f.querySelector(".submit").parentElement.before(line);
  }

  /* The page may have been closed between sending and the answer: the draft then still holds the key it was sent with. */
  function restore(f) {
    const draft = saved(f);
    offer(f);
    if (f.querySelector("[role=alert]:not(:empty)")) return save(f);
    if (!draft) return;
    for (const name of WORDS) {
      const input = field(f, name);
      if (input && !input.value) input.value = draft.words[name] || "";
      else if (!input && name === "parent" && draft.words.parent) hidden(f, name, draft.words.parent);
    }
    const box = f.querySelector("[data-day]");
    if (box) box.checked = draft.day;
    if (!draft.sending?.challenge) return say(f, said(f, "again", "Your draft is here again."));
    f.querySelector("#code-box")?.remove();
    hidden(f, "challenge", draft.sending.challenge);
    hidden(f, "code", draft.sending.code || "");
    window.loadHtmx().then(() => retry(f, 0));
  }

  /* For who hears links without what stands around them. In the page each reader would pay for fifty names. */
  function nameReplies() {
    for (const link of document.querySelectorAll('.comment footer a[href*="?reply="]')) link.ariaLabel = `${link.textContent}: ${link.closest(".comment").querySelector("header b").textContent}`;
  }

  function retry(f, wait) {
    clearTimeout(timer);
    timer = setTimeout(() => { if (!busy && f.isConnected) f.requestSubmit(); }, wait);
  }

  function notSent(f) {
    say(f, said(f, "down", "Not sent yet. Your text is safe here, and is sent again when the line is back."));
    retry(f, delay);
    delay = Math.min(delay * 2, LONGEST);
  }

  document.addEventListener("submit", (event) => {
    const f = event.target;
    if (f.action.endsWith("/sign-out")) { unsure = true; return forgetAll(); }
    if (f !== form()) return;
    begin();
    if (event.submitter?.name === "refresh") return save(f);
    if (busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    busy = true;
    pressed = document.activeElement?.matches(".submit");
    clearTimeout(pause);
    pause = 0;
    save(f, true);
    freeze(f, true);
    say(f, said(f, "sending", "Sending…"));
    if (!window.htmx) setTimeout(() => { busy = false; }, 1e4); // the browser's own Stop button tells nobody
  }, true);

  document.addEventListener("htmx:error", (event) => {
    if (event.target === form() && event.detail.ctx?.text === undefined) notSent(event.target);
  });
  document.addEventListener("htmx:response:error", (event) => {
    if (event.target !== form()) return;
    if (event.detail.ctx.response.status >= 500) notSent(event.target);
    else { freeze(event.target, false); save(event.target); say(event.target, ""); }
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!event.target.matches?.("#leave form")) return;
    busy = false;
    /* The button was off while it waited, and what is off loses the focus. */
    setTimeout(() => { if (pressed && document.activeElement === document.body) form()?.querySelector(".submit")?.focus({ preventScroll: true }); });
  });
  document.addEventListener("htmx:after:swap", () => {
    nameReplies();
    const posted = document.querySelector("#leave [data-posted]"), f = form();
    if (!f?.querySelector("[readonly]")) busy = unsure = false; // a form anew
    if (!posted || !f) return;
    forget(f);
    delay = FIRST; clearTimeout(timer);
    /* A page opened after the comment was stored shows it already. */
    const twins = document.querySelectorAll(`[id="comment-${posted.dataset.posted}"]`);
    for (let i = 0; i < twins.length - 1; i++) twins[i].remove();
    offer(f);
  });

  document.addEventListener("focusin", () => begin());
  document.addEventListener("input", (event) => {
    begin();
    const f = form();
    if (f?.contains(event.target) && !busy) { clearTimeout(pause); pause = setTimeout(() => save(f), 300); }
  });
  addEventListener("pagehide", () => { const f = form(); if (f && !busy && pause) save(f); });
  addEventListener("online", () => { begin(); const f = form(); if (f && saved(f)?.sending) { delay = FIRST; retry(f, 0); } });
  /* Back from the cache of the browser: what was under way is not any more. */
  addEventListener("pageshow", (event) => { if (event.persisted) busy = false; });

  function begin() {
    if (begun) return;
    begun = true;
    forgetAll(true);
    nameReplies();
    const f = form();
    if (!f) return;
    /* Sent without htmx, the answer to a posted comment is this page, at the comment. */
    if (saved(f)?.sending?.plain && location.hash.startsWith("#comment-")) forget(f);
    restore(f);
  }

  /* Once the page is shown: what is kept may have to come from a disk. But before anything is typed. */
  if (form()?.contains(document.activeElement)) begin();
  else (window.requestIdleCallback || setTimeout)(begin);
})();
