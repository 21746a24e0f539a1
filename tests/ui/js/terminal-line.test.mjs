import assert from "node:assert/strict";
import test from "node:test";

import { commandsOf, completed, History } from "../../../static/js/elements/terminal-line.js";

test("every line is a command, empty ones are none", () => {
  assert.deepEqual(commandsOf("a\r\n\n  \nb"), ["a", "b"]);
  assert.deepEqual(commandsOf(" \n"), []);
});

test("a here-document and a continued line stay whole", () => {
  assert.deepEqual(commandsOf("cat <<EOF | kubectl apply -f -\na: 1\nEOF\nls"), ["cat <<EOF | kubectl apply -f -\na: 1\nEOF", "ls"]);
  assert.deepEqual(commandsOf("kubectl get \\\n  pods\nls"), ["kubectl get \\\n  pods", "ls"]);
  assert.deepEqual(commandsOf("cat <<'END'\nunfinished"), ["cat <<'END'\nunfinished"]);
});

test("a word grows as far as all candidates agree", () => {
  assert.equal(completed("kubectl desc", ["describe"]), "kubectl describe ");
  assert.equal(completed("kubectl get s", ["services", "serviceaccounts"]), "kubectl get service");
  assert.equal(completed("kubectl get p", []), "kubectl get p");
  assert.equal(completed("kubectl get s", ["secrets", "services"]), "kubectl get se");
});

test("history goes back to the first line and forward to what was being written", () => {
  const history = new History(["a", "b"]);
  assert.deepEqual([history.back("dra"), history.back("b"), history.back("a")], ["b", "a", "a"]);
  assert.deepEqual([history.forward(), history.forward(), history.forward()], ["b", "dra", "dra"]);
  history.add("c");
  history.add("c");
  assert.equal(history.back(""), "c");
  assert.equal(history.back("c"), "b");
});
