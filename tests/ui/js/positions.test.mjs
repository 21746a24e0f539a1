import assert from "node:assert/strict";
import test from "node:test";
import { changesOf, lineStarts, offsetOf, placeOf } from "../../../static/js/editor/positions.js";

const at = (text, line, column) => offsetOf(text, lineStarts(text), line, column);

test("columns count characters, not halves of them", () => {
  assert.equal(at("𠮷𠮷: 1", 1, 3), 4);
  assert.deepEqual(placeOf(3, "𠮷𠮷:"), { line: 3, column: 4 });
});

test("lines are those of YAML", () => {
  assert.deepEqual(lineStarts("a\nb\r\nc\u2028d"), [0, 2, 5, 7]);
  assert.equal(at("a\u2028bc", 2, 2), 3);
});

test("a byte order mark is no part of the first line", () => {
  assert.equal(at("\ufeffkind", 1, 1), 1);
});

test("a place outside the text is brought into it", () => {
  assert.equal(at("ab\nc", 1, 99), 3);
  assert.equal(at("ab\nc", 9, 1), 4);
  assert.equal(at("ab", 0, 0), 0);
});

test("edits become changes", () => {
  const edit = { line: 2, column: 1, end_line: 2, end_column: 5, text: "image" };
  assert.deepEqual(changesOf("a:\nimag: b", [edit]), [{ from: 3, to: 7, insert: "image" }]);
});
