import assert from "node:assert/strict";
import test from "node:test";
import { neighbour, valueText } from "../../../static/js/elements/changes.js";

const CHANGES = [[0, "動き始めました"], [60, "固まりました"], [81, "再起動しました"]];

test("a second with a change tells it, one between tells the last", () => {
  assert.equal(valueText(CHANGES, 60), "60秒 固まりました");
  assert.equal(valueText(CHANGES, 70), "70秒 直前の変化は60秒 固まりました");
  assert.equal(valueText([], 5), "5秒");
});

test("arrows lead to the neighbouring change and stop at the ends", () => {
  assert.equal(neighbour(CHANGES, 60, true), 81);
  assert.equal(neighbour(CHANGES, 60, false), 0);
  assert.equal(neighbour(CHANGES, 70, false), 60);
  assert.equal(neighbour(CHANGES, 81, true), undefined);
  assert.equal(neighbour(CHANGES, 0, false), undefined);
});
