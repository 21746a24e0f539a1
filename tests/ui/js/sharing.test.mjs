import assert from "node:assert/strict";
import test from "node:test";
import { pack, shareLink, sharedText, unpack } from "../../../static/js/editor/sharing.js";

test("what is packed is unpacked", async () => {
  for (const text of ["", "kind: Pod\n", "名前：値𠮷", "x: y\n".repeat(5000)]) {
    assert.equal(await unpack(await pack(text)), text);
  }
});

test("a link of the server is read", async () => {
  assert.equal(await unpack("S7RSMOQCAA"), "a: 1\n");
});

test("what was cut off or is too long is no text", async () => {
  const shared = await pack("kind: Pod\nmetadata: {name: web}\n");
  assert.equal(await unpack(shared.slice(0, -4)), null);
  assert.equal(await unpack("%%%"), null);
  assert.equal(await unpack(await pack("a".repeat(64 * 1024 + 1))), null);
});

test("a fragment holds the text and the version", async () => {
  assert.deepEqual(await sharedText(await shareLink("a: 1\n", "1.35")), { text: "a: 1\n", version: "1.35" });
  assert.equal(await sharedText("#L12"), undefined);
  assert.equal(await sharedText("#t=%%%"), null);
});
