import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isGoingOn } from "../../../static/js/editor/completion.js";
import { Live } from "../../../static/js/editor/live.js";
import { placed } from "../../../static/js/editor/problems.js";

function watched(options = {}) {
  const asked = [];
  const shown = [];
  const live = new Live({
    delay: 5,
    isComposing: () => false,
    show: (answer) => shown.push(answer),
    ask: async (text) => {
      asked.push(text);
      await pause(5);
      return `about ${text}`;
    },
    ...options,
  });
  return { live, asked, shown };
}

test("only the last of several changes is asked about", async () => {
  const { live, asked, shown } = watched();
  for (const text of ["a", "ab", "abc"]) live.later(text);
  await pause(60);
  assert.deepEqual([asked, shown], [["abc"], ["about abc"]]);
});

test("an answer that was overtaken is not shown, and its question is cancelled", async () => {
  const signals = [];
  const { live, shown } = watched({
    ask: async (text, signal) => {
      signals.push(signal);
      await pause(text === "slow" ? 40 : 1);
      return text;
    },
  });
  const slow = live.now("slow");
  await live.now("fast");
  assert.equal(await slow, null);
  assert.deepEqual([shown, signals[0].aborted], [["fast"], true]);
});

test("nothing is asked or shown while an IME composes", async () => {
  let composing = true;
  const { live, asked, shown } = watched({ isComposing: () => composing });
  live.later("か");
  await pause(40);
  assert.deepEqual([asked, shown], [[], []]);
  composing = false;
  await pause(60);
  assert.deepEqual(shown, ["about か"]);
});

test("an answer that arrives during composition waits for its end", async () => {
  let composing = false;
  const { live, shown } = watched({ isComposing: () => composing });
  const asking = live.now("a");
  composing = true;
  assert.equal(await asking, null);
  assert.deepEqual(shown, []);
  composing = false;
  await pause(60);
  assert.deepEqual(shown, ["about a"]);
});

test("a lost connection shows nothing and throws nothing", async () => {
  const { live, shown } = watched({ ask: () => Promise.reject(new Error("offline")) });
  assert.equal(await live.now("a"), null);
  assert.deepEqual(shown, []);
});

test("a finished word is asked about anew", () => {
  const suggestions = [{ label: "Always" }];
  assert.equal(isGoingOn("Alw", suggestions), true);
  assert.equal(isGoingOn("Always", suggestions), false);
  assert.equal(isGoingOn("Alw:", suggestions), false);
});

test("problems stand at their place; one without a column at its line", () => {
  const text = "a: 1\n𠮷: x\n";
  const list = [{ line: 2, column: 4, length: 1 }, { line: 1 }, { line: 0 }];
  assert.deepEqual(placed(list, text).map(({ from, to }) => [from, to]), [[0, 0], [9, 10]]);
});
