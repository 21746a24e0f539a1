import assert from "node:assert/strict";
import test from "node:test";
import { chooseText, forgetDraft, readDraft, writeDraft } from "../../../static/js/editor/drafts.js";

function storage(initial = {}) {
  const data = new Map(Object.entries(initial));
  return {
    getItem: (key) => data.get(key) ?? null,
    setItem: (key, value) => void data.set(key, value),
    removeItem: (key) => void data.delete(key),
  };
}

const broken = {
  getItem() { throw new Error("denied"); },
  setItem() { throw new Error("full"); },
  removeItem() { throw new Error("denied"); },
};

test("without a draft the server's text is shown", () => {
  assert.deepEqual(chooseText({ text: "a", at: 5 }, null), { text: "a", other: null });
});

test("a draft that equals the server's text is no second text, whatever its line ends", () => {
  const draft = { text: "a\nb\n", at: 1, synced: false };
  assert.equal(chooseText({ text: "a\r\nb\r\n", at: 5 }, draft).other, null);
});

test("a newer draft is shown and the server's text offered back", () => {
  const choice = chooseText({ text: "old", at: 5 }, { text: "new", at: 9, synced: false });
  assert.equal(choice.text, "new");
  assert.deepEqual(choice.other, { text: "old", at: 5, from: "server" });
});

test("an older draft is offered back, not lost", () => {
  const choice = chooseText({ text: "new", at: 9 }, { text: "old", at: 5, synced: false });
  assert.equal(choice.text, "new");
  assert.deepEqual(choice.other, { text: "old", at: 5, from: "browser" });
});

test("a draft the server already had gives way, even when this browser's clock is ahead", () => {
  const choice = chooseText({ text: "written elsewhere", at: 5 }, { text: "sent before", at: 900, synced: true });
  assert.equal(choice.text, "written elsewhere");
  assert.equal(choice.other.text, "sent before");
});

test("a draft survives in storage", () => {
  const store = storage();
  assert.equal(writeDraft(store, "k", { text: "x", at: 1, synced: false }), true);
  assert.deepEqual(readDraft(store, "k"), { text: "x", at: 1, synced: false });
  forgetDraft(store, "k");
  assert.equal(readDraft(store, "k"), null);
});

test("broken storage or nonsense in it is no draft, and nothing throws", () => {
  assert.equal(readDraft(broken, "k"), null);
  assert.equal(writeDraft(broken, "k", { text: "x", at: 1 }), false);
  assert.doesNotThrow(() => forgetDraft(broken, "k"));
  for (const nonsense of ["{", "null", "[]", '{"text":3}']) assert.equal(readDraft(storage({ k: nonsense }), "k"), null);
});
