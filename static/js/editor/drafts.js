// What was typed stays in this browser. Pure decisions here; the element does the rest.
// A draft is `{text, at, synced}`: `at` in ms since the epoch, `synced` once the server has the same text.

export function readDraft(storage, key) {
  try {
    const draft = JSON.parse(storage.getItem(key));
    return typeof draft?.text === "string" ? draft : null;
  } catch {
    return null;
  }
}

/** Return whether it was kept: storage may be full or switched off. */
export function writeDraft(storage, key, draft) {
  try {
    storage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forgetDraft(storage, key) {
  try {
    storage.removeItem(key);
  } catch {
    // Nothing was kept, so nothing remains.
  }
}

/**
 * Choose between the server's text and the draft: the newer one is shown and the other one offered back.
 * A draft that the server had already can only be older than another text on the server. An empty text that
 * nobody saved is no second text.
 */
export function chooseText(server, draft) {
  if (!draft || sameText(draft.text, server.text)) return { text: server.text, other: null };
  if (!server.text && !server.at) return { text: draft.text, other: null };
  const isDraftNewer = !draft.synced && draft.at >= server.at;
  return isDraftNewer
    ? { text: draft.text, other: { text: server.text, at: server.at, from: "server" } }
    : { text: server.text, other: { text: draft.text, at: draft.at, from: "browser" } };
}

/** Forms send CRLF; editors keep LF. */
export function sameText(a, b) {
  return a.replaceAll("\r\n", "\n") === b.replaceAll("\r\n", "\n");
}
