// Diagnostics in the text: tint and bar on the line, underline at the place, `!` in the gutter;
// F8 and Shift+F8 walk through them.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutter } from "@codemirror/view";
import { lineStarts, offsetOf } from "./positions.js";

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

/** Where each problem stands, as `{from, to, problem}` in text order; one without a column has its line's start. */
export function placed(problems, text) {
  const starts = lineStarts(text);
  const items = problems
    .filter((problem) => problem.line > 0)
    .map((problem) => {
      const { line, column = 1, length = 0 } = problem;
      const from = offsetOf(text, starts, line, column);
      return { from, to: offsetOf(text, starts, line, column + length), problem };
    });
  return items.sort((a, b) => a.from - b.from);
}

const NOTHING = { items: [], isFresh: true };

const field = StateField.define({
  create: () => NOTHING,
  update(value, transaction) {
    let now = value;
    if (transaction.docChanged) {
      const map = ({ from, to, problem }) => ({
        from: transaction.changes.mapPos(from, 1),
        to: transaction.changes.mapPos(to, -1),
        problem,
      });
      now = { items: value.items.map(map), isFresh: false };
    }
    for (const effect of transaction.effects) {
      if (effect.is(setProblems)) now = { items: placed(effect.value, transaction.state.doc.toString()), isFresh: true };
    }
    return now;
  },
  provide: (self) => [
    gutter({ class: "cm-problem-gutter", markers: (view) => marks(view.state) }),
    EditorView.decorations.compute([self], (state) => {
      const ranges = [];
      for (const [line, problem] of firstLines(state)) {
        const attributes = { class: "cm-problem", "data-severity": problem.severity };
        ranges.push(Decoration.line({ attributes }).range(state.doc.line(line).from));
      }
      for (const { from, to, problem } of state.field(self).items) {
        const attributes = { class: "cm-problem-place", "data-severity": problem.severity };
        if (to > from) ranges.push(Decoration.mark({ attributes }).range(from, to));
      }
      return Decoration.set(ranges, true);
    }),
  ],
});

/** The gravest problem of each line, which comes first in the server's order. */
function firstLines(state) {
  const problems = state.field(field).items.map((item) => ({ ...item.problem, line: state.doc.lineAt(item.from).number }));
  problems.sort((a, b) => RANKS[a.severity] - RANKS[b.severity]);
  return firstOfEachLine(problems, state.doc.lines);
}

const RANKS = { error: 0, warning: 1, info: 2 };

function marks(state) {
  return RangeSet.of(firstLines(state).map(([line, problem]) => new Mark(problem).range(state.doc.line(line).from)));
}

/** Find the first problem of the next (step 1) or previous (step -1) line that has one, around the ends. */
function neighbour(state, step) {
  const here = state.doc.lineAt(state.selection.main.head).number;
  const all = firstLines(state);
  const line = step > 0
    ? (all.find(([number]) => number > here) ?? all[0])?.[0]
    : (all.findLast(([number]) => number < here) ?? all.at(-1))?.[0];
  return line && problemsOn(state, line)[0];
}

function move(step, announce) {
  return (view) => {
    const target = neighbour(view.state, step);
    if (!target) return false;
    const effects = EditorView.scrollIntoView(target.from, { y: "center" });
    view.dispatch({ selection: { anchor: target.from }, effects });
    announce(`${view.state.doc.lineAt(target.from).number}行目。${target.problem.message}`);
    return true;
  };
}

export const problems = field;

/** The problems of a line, the gravest first, as `{from, to, problem}`. */
export function problemsOn(state, number) {
  const items = state.field(field).items.filter((item) => state.doc.lineAt(item.from).number === number);
  return items.sort((a, b) => RANKS[a.problem.severity] - RANKS[b.problem.severity]);
}

export function allProblems(state) {
  return state.field(field).items.map((item) => item.problem);
}

/** Whether the places and fixes of the problems are those of the text as it is now. */
export function isFresh(state) {
  return state.field(field).isFresh;
}

export function showProblems(view, list) {
  view.dispatch({ effects: setProblems.of(list) });
}

export function problemKeys(announce) {
  return [
    { key: "F8", run: move(1, announce), shift: move(-1, announce), preventDefault: true },
  ];
}
