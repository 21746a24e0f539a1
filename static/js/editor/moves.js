// Where the caret goes, and what stands there.

import { EditorView } from "@codemirror/view";

/** Put the caret on the first letter of a line, counted from 1, in the middle of what is seen. */
export function moveToLine(view, line) {
  const { doc } = view.state;
  const target = doc.line(Math.min(line, doc.lines));
  const caret = target.from + target.text.search(/\S|$/);
  view.dispatch({ selection: { anchor: caret }, effects: EditorView.scrollIntoView(caret, { y: "center" }) });
}

/** Move the caret by characters, as far as the text goes. */
export function moveBy(view, step) {
  const head = view.state.selection.main.head + step;
  view.dispatch({ selection: { anchor: Math.min(Math.max(head, 0), view.state.doc.length) } });
}

export function replaceAll(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}
