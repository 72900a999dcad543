/* Asks the browser for a passkey and sends its answer as a form. Without this file the page says what is missing. */
(() => {
  "use strict";
  const form = document.querySelector("[data-passkey]");
  if (!form) return;
  const again = form.querySelector("[data-ask]"), make = form.dataset.passkey === "make";
  const PROBLEMS = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known", SecurityError: "number" };

  function say(what, busy) {
    for (const each of form.querySelectorAll("[data-say]")) each.hidden = each.dataset.say !== what;
    again.hidden = busy || what === "unknown" || what === "number";
  }

  /* Browsers before 2025 want bytes where JSON has base64url, and give bytes back. */
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (all) => (all || []).map((each) => ({ ...each, id: bytes(each.id) }));

  function parsed(json) {
    const parse = PublicKeyCredential[make ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON"];
    if (parse) return parse.call(PublicKeyCredential, json);
    const options = { ...json, challenge: bytes(json.challenge) };
    if (make) return { ...options, user: { ...json.user, id: bytes(json.user.id) }, excludeCredentials: listed(json.excludeCredentials) };
    return { ...options, allowCredentials: listed(json.allowCredentials) };
  }

  function written(passkey) {
    if (passkey.toJSON) return passkey.toJSON();
    const response = {};
    for (const key of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (passkey.response[key]) response[key] = text(passkey.response[key]);
    if (passkey.response.getTransports) response.transports = passkey.response.getTransports();
    return { id: passkey.id, rawId: passkey.id, type: passkey.type, response, clientExtensionResults: {} };
  }

  async function ask() {
    if (!window.PublicKeyCredential) return say(window.isSecureContext ? "unknown" : "number");
    say("wait", true);
    try {
      const publicKey = parsed(JSON.parse(form.dataset.options));
      const passkey = await navigator.credentials[make ? "create" : "get"]({ publicKey });
      form.elements.credential.value = JSON.stringify(written(passkey));
      form.submit();
    } catch (problem) {
      say(PROBLEMS[problem.name] || "failed");
    }
  }

  again.addEventListener("click", ask);
  ask();
})();
