// Diagnostics in the text: tint and bar on the line, `!` in the gutter, F8 and Shift+F8 to walk through them.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutter } from "@codemirror/view";

const setProblems = StateEffect.define();

class Mark extends GutterMarker {
  constructor(problem) {
    super();
    this.problem = problem;
  }

  eq(other) {
    return this.problem.message === other.problem.message && this.problem.severity === other.problem.severity;
  }

  toDOM() {
    const mark = document.createElement("span");
    mark.className = "cm-problem-mark";
    mark.dataset.severity = this.problem.severity;
    mark.textContent = "!";
    mark.title = this.problem.message;
    return mark;
  }
}

/** The first problem of each line, by line: problems are `{line, severity, message}`; lines count from 1. */
export function firstOfEachLine(problems, lines) {
  const first = new Map();
  for (const problem of problems) {
    const line = Math.min(Math.max(problem.line ?? 0, 0), lines);
    if (line > 0 && !first.has(line)) first.set(line, problem);
  }
  return [...first].sort(([a], [b]) => a - b);
}

const field = StateField.define({
  create: () => RangeSet.empty,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setProblems)) continue;
      const { doc } = transaction.state;
      const ranges = firstOfEachLine(effect.value, doc.lines);
      now = RangeSet.of(ranges.map(([line, problem]) => new Mark(problem).range(doc.line(line).from)));
    }
    return now;
  },
  provide: (self) => [
    gutter({ class: "cm-problem-gutter", markers: (view) => view.state.field(self) }),
    EditorView.decorations.compute([self, "doc"], (state) => {
      const tints = [];
      for (const cursor = state.field(self).iter(); cursor.value; cursor.next()) {
        const attributes = { class: "cm-problem", "data-severity": cursor.value.problem.severity };
        tints.push(Decoration.line({ attributes }).range(state.doc.lineAt(cursor.from).from));
      }
      return Decoration.set(tints, true);
    }),
  ],
});

/** Find the problem after (step 1) or before (step -1) the caret's line, around the ends. */
function neighbour(state, step) {
  const here = state.doc.lineAt(state.selection.main.head).from;
  const all = [];
  for (const cursor = state.field(field).iter(); cursor.value; cursor.next()) {
    all.push({ at: state.doc.lineAt(cursor.from).from, problem: cursor.value.problem });
  }
  if (step > 0) return all.find(({ at }) => at > here) ?? all[0];
  return all.findLast(({ at }) => at < here) ?? all.at(-1);
}

function move(step, announce) {
  return (view) => {
    const target = neighbour(view.state, step);
    if (!target) return false;
    const effects = EditorView.scrollIntoView(target.at, { y: "center" });
    view.dispatch({ selection: { anchor: target.at }, effects });
    announce(`${view.state.doc.lineAt(target.at).number}行目。${target.problem.message}`);
    return true;
  };
}

export const problems = field;

export function showProblems(view, list) {
  view.dispatch({ effects: setProblems.of(list) });
}

export function problemKeys(announce) {
  return [
    { key: "F8", run: move(1, announce), shift: move(-1, announce), preventDefault: true },
  ];
}
