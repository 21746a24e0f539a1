import assert from "node:assert/strict";
import test from "node:test";
import { firstOfEachLine } from "../../../static/js/editor/problems.js";

const problem = (line, message = "m") => ({ line, severity: "error", message });

test("lines come in order, each with its first problem", () => {
  const shown = firstOfEachLine([problem(7, "b"), problem(2, "a"), problem(7, "c")], 10);
  assert.deepEqual(shown.map(([line, { message }]) => [line, message]), [[2, "a"], [7, "b"]]);
});

test("a line after the end is the last one; a problem without a line is not in the text", () => {
  assert.deepEqual(firstOfEachLine([problem(99), problem(null), problem(0), problem(-3)], 4).map(([line]) => line), [4]);
});
