import assert from "node:assert/strict";
import test from "node:test";
import { difference, diffLines, withContext } from "../../../static/js/editor/diff.js";

const shown = (before, after) => diffLines(before, after).map(({ kind, text }) => `${kind[0]} ${text}`);

test("a changed line is one gone and one new", () => {
  assert.deepEqual(shown("a\nb\nc", "a\nB\nc"), ["s a", "d b", "i B", "s c"]);
});

test("the same text has no difference", () => {
  assert.deepEqual(shown("a\n", "a\n"), ["s a", "s "]);
});

test("lines that moved together stay the same lines", () => {
  assert.deepEqual(shown("a\nb\nc\nd", "b\nx\nc\nd"), ["d a", "s b", "i x", "s c", "s d"]);
});

test("either side may be empty", () => {
  assert.deepEqual(shown("", "a"), ["d ", "i a"]);
});

test("what is far from a change is left out", () => {
  const rows = withContext(diffLines("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\nX"), 1);
  assert.deepEqual(rows.map(({ kind }) => kind), ["gap", "same", "del", "ins"]);
});

test("the stretch that differs, applied, gives the other text", () => {
  for (const [before, after] of [["a\n  b\n", "a\nb\n"], ["", "x"], ["aaa", "aa"], ["same", "same"]]) {
    const { from, to, insert } = difference(before, after);
    assert.equal(before.slice(0, from) + insert + before.slice(to), after);
  }
});
