// Help while somebody types: live problems with their fixes, layout, what changed, the objects of the text.

import { isolateHistory } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { diffLines, withContext } from "./diff.js";
import { Live } from "./live.js";
import { changesOf } from "./positions.js";
import { allProblems, isFresh, problemsOn, showProblems } from "./problems.js";

const DIFF_WORDS = { del: "消した行", ins: "足した行" };

export class Assist {
  /** `parts` are the elements below the text: problem, outline, diff. `checked` hears of every new text after `checkedText`. */
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
    this.showOutline(outline ?? []);
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

  /** Show or hide what differs from `start`; `button` says which. */
  toggleDiff(start, button) {
    const { diff } = this.parts;
    diff.hidden = !diff.hidden;
    button.setAttribute("aria-expanded", String(!diff.hidden));
    this.start = start;
    this.refreshDiff();
    if (diff.hidden) return;
    diff.scrollIntoView({ block: "nearest" });
    this.announce(diff.querySelector("p").textContent);
  }

  refreshDiff() {
    if (this.parts.diff.hidden) return;
    const rows = diffLines(this.start.replaceAll("\r\n", "\n"), this.text);
    const count = (kind) => rows.filter((row) => row.kind === kind).length;
    const words = document.createElement("p");
    const [gone, new_] = [count("del"), count("ins")];
    words.textContent = gone + new_ ? `はじめの内容から、${gone}行を消し、${new_}行を足しました。` : "はじめの内容と同じです。";
    const list = document.createElement("ol");
    if (gone + new_) list.append(...withContext(rows).map(diffRow));
    this.parts.diff.replaceChildren(words, ...(gone + new_ ? [list] : []));
  }

  showOutline(items) {
    const { outline } = this.parts;
    outline.hidden = items.length < 2;
    const rows = items.map(({ line, kind, name }) => {
      const link = document.createElement("a");
      link.href = `#L${line}`;
      link.textContent = name ? `${kind} ${name}` : kind;
      const row = document.createElement("li");
      row.append(link);
      return row;
    });
    outline.querySelector("ol").replaceChildren(...rows);
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

/** The one stretch in which two texts differ. */
export function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

function diffRow({ kind, text }) {
  const row = document.createElement("li");
  row.dataset.kind = kind;
  if (kind === "gap") {
    row.textContent = "…";
    return row;
  }
  const line = document.createElement(kind === "same" ? "span" : kind);
  line.textContent = text || " ";
  line.lang = "en";
  line.translate = false;
  if (kind === "same") {
    row.append(line);
    return row;
  }
  const word = document.createElement("span");
  word.className = "visually-hidden";
  word.textContent = `${DIFF_WORDS[kind]}：`;
  row.append(word, line);
  return row;
}
