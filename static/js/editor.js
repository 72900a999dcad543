/* The editor's safety and tools. Without this file the editor is a plain form, and every button works.

   What is typed is kept on the server a moment later, in a draft of this tab. While the server cannot be reached, the
   words wait in this browser. A form is sent only after the server has said that it has the words. */
(() => {
  "use strict";
  const form = document.querySelector("#editor");
  if (!form) return;
  const PAUSE = 1500, FIRST = 2e3, LONGEST = 8e3, KEY = "tab " + location.pathname;
  const STASH = `post ${location.pathname} ${form.dataset.account}`;
  const said = JSON.parse(form.dataset.words), url = form.getAttribute("action"), body = form.elements.body;
  const line = document.querySelector("[data-saved]"), note = document.querySelector("[data-say]");
  let timer = 0, delay = FIRST, busy = null, dirty = false, trouble = false, at = 0, sure = false, page = "";

  /* Storage can be refused by the browser's settings; then the words are on the server and in the window only. */
  const store = (area, act) => { try { return act(area()); } catch { return null; } };
  const day = () => localStorage, here = () => sessionStorage;
  const words = () => new URLSearchParams(new FormData(form));
  const typed = () => { const all = Object.fromEntries(words()); for (const name of ["csrf_token", "tab", "restored"]) delete all[name]; return all; };
  const stash = () => store(day, (s) => s.setItem(STASH, JSON.stringify({ at: Date.now(), words: typed() })));
  const unstash = () => store(day, (s) => s.removeItem(STASH));
  const say = (text, link) => {
    note.textContent = text;
    if (link) note.append(" ", Object.assign(document.createElement("a"), { href: "/sign-in", target: "_blank", rel: "noopener", textContent: link }));
  };

  /* One tab, one draft. The name is taken out of the storage while the page is open, so that a doubled tab finds none. */
  const known = form.dataset.tabs.split(" "), tab = form.elements.tab;
  const mine = store(here, (s) => s.getItem(KEY));
  if (mine && (mine === form.elements.restored.value || !known.includes(mine))) tab.value = mine;
  store(here, (s) => s.removeItem(KEY));

  function tick() {
    if (!at) return;
    const seconds = Math.round((Date.now() - at) / 1e3);
    line.textContent = seconds < 2 ? said.now : seconds < 60 ? said.seconds.replace("{n}", seconds) : said.minutes.replace("{n}", Math.round(seconds / 60));
  }

  function wait(text, link) {
    stash();
    trouble = true;
    line.textContent = said.unsaved;
    line.classList.add("waits");
    say(text, link);
    clearTimeout(timer);
    timer = setTimeout(keep, delay);
    delay = Math.min(delay * 2, LONGEST);
  }

  /* A session that began after this page has another seal, and may be somebody else's. */
  async function reseal() {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#editor");
    if (!fresh || fresh.dataset.account !== form.dataset.account) return false;
    const seal = fresh.elements.csrf_token.value;
    for (const each of document.querySelectorAll("[name=csrf_token]")) each.value = seal;
    return true;
  }

  /* Returns whether the server has the words, or said that it will not take them in this form. */
  function keep() {
    clearTimeout(timer);
    busy ??= send().finally(() => { busy = null; });
    return busy;
  }

  async function send(again) {
    const sent = words();
    let answer;
    dirty = false;
    try {
      answer = await fetch(`${url}/draft`, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
      if (answer.status === 400 && !again && await reseal()) return send(true);
    } catch { answer = null; }
    if (answer?.ok) {
      document.querySelector("#others").innerHTML = await answer.text();
      at = Date.now(); delay = FIRST; trouble = false;
      line.classList.remove("waits");
      say(""); tick();
      if (dirty) later(); else unstash();
      return true;
    }
    dirty = true;
    if (answer?.status === 503) wait(said.full);
    else if (!answer || answer.status >= 500 || answer.status === 429) wait(said.down);
    else if ([400, 401, 403, 404].includes(answer.status)) wait(said.out, said.in);
    else { wait(await answer.text()); clearTimeout(timer); return answer.status === 409; }
    return false;
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(keep, trouble ? delay : PAUSE);
  }

  form.addEventListener("input", () => {
    dirty = true;
    if (trouble) stash(); else { at = 0; line.textContent = said.unsaved; }
    later();
  });

  /* Every form of this page waits until the words are kept: Save, Throw away, Sign out. */
  document.addEventListener("submit", async (event) => {
    const target = event.target, button = event.submitter;
    if (target === form && button?.value === "preview" && window.htmx) {
      event.preventDefault();
      const shown = document.querySelector("#preview");
      window.htmx.trigger(shown, "refresh");
      shown.scrollIntoView({ block: "start" });
      shown.focus({ preventScroll: true });
      return;
    }
    if (target.dataset.forget !== undefined) { sure = true; dirty = false; unstash(); }
    if (sure || (target !== form && !dirty)) return;
    event.preventDefault();
    while (busy) await busy;
    if (!await keep() && target === form) return;
    sure = true;
    target.requestSubmit(button);
  });

  function leave() {
    store(here, (s) => s.setItem(KEY, tab.value));
    if (sure || !dirty) return;
    stash();
    navigator.sendBeacon(`${url}/draft`, words());
  }
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) { sure = false; store(here, (s) => s.removeItem(KEY)); } });
  addEventListener("online", () => { if (trouble) { delay = FIRST; keep(); } });
  document.addEventListener("visibilitychange", () => { if (dirty || trouble) { delay = FIRST; keep(); } });
  setInterval(tick, 1e3);

  /* ---- words that had not reached the server ---- */
  const left = store(day, (s) => JSON.parse(s.getItem(STASH))), offer = document.querySelector("[data-stash]");
  const same = left && Object.entries(left.words).every(([name, text]) => name === "base" || (form.elements[name]?.value ?? "").trim() === text.trim());
  if (same) unstash();
  else if (left) {
    offer.hidden = false;
    offer.querySelector("[data-stash-time]").textContent = new Date(left.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    offer.addEventListener("click", (event) => {
      const what = event.target.dataset.stashDo;
      if (!what) return;
      offer.hidden = true;
      if (what === "drop") return unstash();
      for (const [name, text] of Object.entries(left.words)) if (form.elements[name]) form.elements[name].value = text;
      body.dispatchEvent(new Event("input", { bubbles: true }));
      body.focus();
    });
  }
  if (form.dataset.unsaved !== undefined) dirty = true;

  /* ---- tools: each types like a person, so that the browser's own undo takes it back ---- */
  function type(text, from, to, pick) {
    body.focus();
    body.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) {
      body.setRangeText(text, from, to, "end");
      body.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (pick) body.setSelectionRange(from + pick[0], from + pick[1]);
  }
  function wrap(mark, empty) {
    const { selectionStart: a, selectionEnd: b, value } = body, inner = value.slice(a, b) || empty;
    type(mark + inner + mark, a, b, [mark.length, mark.length + inner.length]);
  }
  function lines(mark) {
    const { selectionStart: a, selectionEnd: b, value } = body;
    const from = value.lastIndexOf("\n", a - 1) + 1, end = value.indexOf("\n", b), to = end < 0 ? value.length : end;
    type(value.slice(from, to).split("\n").map((each) => mark + each).join("\n"), from, to);
  }
  const tools = {
    bold: () => wrap("**", "bold"),
    italic: () => wrap("*", "italic"),
    quote: () => lines("> "),
    list: () => lines("- "),
    link() {
      const { selectionStart: a, selectionEnd: b, value } = body, inner = value.slice(a, b) || "words";
      type(`[${inner}](https://)`, a, b, value.slice(a, b) ? [inner.length + 3, inner.length + 11] : [1, 1 + inner.length]);
    },
    picture: () => show(box.hidden),
  };
  for (const each of document.querySelectorAll("[data-tools]")) each.hidden = false;
  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]"), tag = event.target.closest("[data-tag]");
    if (tool) tools[tool.dataset.tool]();
    if (tag) {
      const input = form.elements.tags;
      input.value = [...input.value.split(",").slice(0, -1).map((each) => each.trim()), tag.dataset.tag].join(", ") + ", ";
      tag.parentElement.replaceChildren();
      input.focus();
      form.dispatchEvent(new Event("input"));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase(), tool = { b: "bold", i: "italic", k: "link" }[key];
    if (key === "s") form.requestSubmit(form.querySelector("[value=save]"));
    else if (tool && event.target === body) tools[tool]();
    else return;
    event.preventDefault();
  });

  /* ---- pictures: picked, dropped or pasted; the answer is the Markdown to put in ---- */
  const box = document.querySelector("#picture-box"), file = document.querySelector("#picture"), alt = document.querySelector("#picture-alt");
  const problem = box.querySelector("[data-picture=problem]");
  function show(open) {
    box.hidden = !open;
    document.querySelector("[data-tool=picture]").setAttribute("aria-expanded", open);
    (open ? (file.files.length ? alt : file) : body).focus();
  }
  function take(files) {
    if (![...files].some((each) => each.type.startsWith("image/"))) return false;
    file.files = files;
    show(true);
    return true;
  }
  async function add() {
    problem.textContent = "";
    if (!file.files.length) { problem.textContent = said.choose; return; }
    const data = new FormData();
    data.append("picture", file.files[0]);
    data.append("alt", alt.value);
    data.append("csrf_token", form.elements.csrf_token.value);
    try {
      const answer = await fetch("/desk/pictures", { method: "POST", body: data, headers: { "HX-Request": "true" } });
      const text = await answer.text();
      if (answer.status !== 201) { problem.textContent = [413, 415, 422].includes(answer.status) ? text : said.later; return; }
      file.value = alt.value = "";
      show(false);
      const { selectionEnd: to, value } = body, before = value.slice(0, to);
      type((!before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n") + text + "\n\n", to, to);
    } catch { problem.textContent = said.broken; }
  }
  box.addEventListener("click", (event) => {
    if (event.target.dataset.picture === "add") add();
    if (event.target.dataset.picture === "close") show(false);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === alt) { event.preventDefault(); add(); }
    if (event.key === "Escape") show(false);
  });
  box.addEventListener("input", (event) => event.stopPropagation());
  body.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); body.classList.add("over"); } });
  body.addEventListener("dragleave", () => body.classList.remove("over"));
  body.addEventListener("drop", (event) => { body.classList.remove("over"); if (take(event.dataTransfer.files)) event.preventDefault(); });
  body.addEventListener("paste", (event) => { if (take(event.clipboardData.files)) event.preventDefault(); });
})();
