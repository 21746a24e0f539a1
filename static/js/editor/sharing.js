// A text inside a link: UTF-8, deflated without header, base64url without padding. The server reads the same.

const MAX_BYTES = 64 * 1024;

export async function pack(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The text, or null if the link was cut off or altered or holds more than a manifest may. */
export async function unpack(shared) {
  try {
    const binary = atob(shared.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new TextDecoder("utf-8", { fatal: true }).decode(await readAtMost(stream, MAX_BYTES));
  } catch {
    return null;
  }
}

/** The address, relative to this page, that holds the text. */
export async function shareLink(text, version = "") {
  const parameters = new URLSearchParams({ t: await pack(text), ...(version && { version }) });
  return `#${parameters}`;
}

/** What a fragment holds as `{text, version}`; null if it is broken, undefined if it holds no text. */
export async function sharedText(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  if (!parameters.has("t")) return undefined;
  const text = await unpack(parameters.get("t"));
  return text === null ? null : { text, version: parameters.get("version") ?? "" };
}

async function readAtMost(stream, most) {
  const parts = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > most) throw new RangeError("too long");
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
