// Help while somebody types: live problems with their fixes, layout, the objects of the text.

import { isolateHistory } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { difference } from "./diff.js";
import { Live } from "./live.js";
import { showOutline } from "./outline.js";
import { changesOf } from "./positions.js";
import { allProblems, isFresh, problemsOn, showProblems } from "./problems.js";

export class Assist {
  /** `parts` are the elements below the text: problem and outline. `checked` hears of every new text after `checkedText`. */
  constructor({ view, server, parts, announce, checked, checkedText }) {
    Object.assign(this, { view, server, parts, announce, checked, checkedText });
    this.live = new Live({
      ask: (text, signal) => (text.trim() ? server.ask("check", { text }, signal) : NOTHING),
      show: (answer, text) => this.show(answer, text),
      isComposing: () => view.composing,
    });
  }

  get text() { return this.view.state.doc.toString(); }

  show({ diagnostics, outline, error }, text) {
    if (text !== this.text) return;
    this.error = error;
    showProblems(this.view, diagnostics ?? []);
    showOutline(this.parts.outline, outline ?? []);
    this.showProblem();
    if (this.checkedText !== text) this.checked();
    this.checkedText = text;
  }

  /** The problem of the caret's line, else how many there are. */
  showProblem() {
    const { state } = this.view;
    const line = state.doc.lineAt(state.selection.main.head).number;
    const here = problemsOn(state, line)[0]?.problem;
    const { problem: box } = this.parts;
    box.dataset.severity = here?.severity ?? "";
    box.querySelector("[data-part=words]").textContent = here?.message ?? this.summary();
    box.querySelector("[data-part=cure]").textContent = here?.cure ?? "";
    const button = box.querySelector("button");
    button.hidden = !here?.fix;
    button.value = here?.key ?? "";
  }

  summary() {
    if (this.error) return this.error;
    return counted(allProblems(this.view.state)) || "直すところは見つかっていません。";
  }

  /** Make the fix of the problem named `key`, of the text as it is now. */
  async fix(key) {
    if (!isFresh(this.view.state) || !this.find(key)) await this.live.now(this.text);
    const problem = this.find(key);
    if (!problem?.fix || !isFresh(this.view.state)) {
      this.announce("そこは、もう直っています。");
      return;
    }
    const changes = changesOf(this.text, problem.fix);
    this.change(changes, changes[0].from);
    this.announce(`${problem.line}行目を直しました。Ctrl+Zで元に戻せます。`);
    this.view.focus();
  }

  /** The fix of the first problem on the caret's line that has one, by keyboard. */
  fixHere() {
    const { state } = this.view;
    const line = state.doc.lineAt(state.selection.main.head).number;
    const found = problemsOn(state, line).find((item) => item.problem.fix);
    if (found) this.fix(found.problem.key);
    else this.announce("この行には、自動で直せるところがありません。");
    return true;
  }

  find(key) {
    return allProblems(this.view.state).find((problem) => problem.key === key);
  }

  async layOut() {
    const text = this.text;
    const answer = await this.server.ask("format", { text });
    if (text !== this.text) return;
    if (answer?.text && answer.text !== text) {
      const { from, to, insert } = difference(text, answer.text);
      this.change([{ from, to, insert }], this.view.state.selection.main.head);
    }
    this.announce(layoutWords(text, answer));
  }

  /** Take the value that `button` names into the text; false where nothing came of it. */
  async adopt(button) {
    const text = this.text;
    const answer = await this.server.send(button.formAction, { text, adopt: button.value });
    if (text !== this.text) return false;
    if (!answer?.text) {
      this.announce(answer?.error || "取り込めませんでした。もう一度試してください。");
      return false;
    }
    const { from, to, insert } = difference(text, answer.text);
    this.change([{ from, to, insert }], from);
    this.view.focus();
    this.announce(`${this.view.state.doc.lineAt(from).number}行目に取り込みました。Ctrl+Zで元に戻せます。`);
    return true;
  }

  change(changes, caret) {
    const mapped = this.view.state.changes(changes);
    this.view.dispatch({
      changes: mapped,
      selection: { anchor: mapped.mapPos(caret, 1) },
      effects: EditorView.scrollIntoView(mapped.mapPos(caret, 1), { y: "nearest" }),
      annotations: isolateHistory.of("full"),
      userEvent: "input.fix",
    });
    this.live.now(this.text);
  }
}

const NOTHING = Promise.resolve({ diagnostics: [], outline: [] });

function counted(problems) {
  const count = (severity) => problems.filter((problem) => problem.severity === severity).length;
  const words = [["error", "直すところ"], ["warning", "確かめるところ"], ["info", "参考"]];
  return words.filter(([severity]) => count(severity)).map(([severity, name]) => `${name} ${count(severity)}件`).join("、");
}

function layoutWords(text, answer) {
  if (!answer) return "整形できませんでした。もう一度試してください。";
  if (!answer.text) return "YAMLとして読めないため、整形できませんでした。";
  return answer.text === text ? "字下げはそろっています。" : "字下げをそろえました。Ctrl+Zで元に戻せます。";
}
