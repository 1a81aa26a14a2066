// Asks the browser to make or to use a passkey, and sends its answer with the form. Everything else works without this.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const trouble = form.querySelector("[data-trouble]");
  if (!window.PublicKeyCredential) continue;
  button.disabled = false;
  form.querySelector("[data-without]")?.remove();
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    trouble.hidden = true;
    button.disabled = true;
    try {
      const options = JSON.parse(form.dataset.options);
      const answer = form.dataset.passkey === "new" ? await make(options) : await use(options);
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch {
      trouble.hidden = false;
      button.disabled = false;
    }
  });
}

async function make(options) {
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = (options.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const made = await navigator.credentials.create({ publicKey: options });
  return {
    ...named(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    },
  };
}

async function use(options) {
  options.challenge = bytes(options.challenge);
  options.allowCredentials = (options.allowCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const used = await navigator.credentials.get({ publicKey: options });
  return {
    ...named(used),
    response: {
      clientDataJSON: text(used.response.clientDataJSON),
      authenticatorData: text(used.response.authenticatorData),
      signature: text(used.response.signature),
      userHandle: used.response.userHandle ? text(used.response.userHandle) : null,
    },
  };
}

function named(credential) {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {} };
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
