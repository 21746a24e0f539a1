// Keys and values that may stand at the caret, from the server, which knows the schema.

import { autocompletion } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { placeOf } from "./positions.js";

const WORD = /^[\w./-]*$/;

/** Whether typing here asks by itself: within a word, or in an empty value; not at the start of a line. */
export function asksByItself(before) {
  return /[\w.-]$/.test(before) && !/#/.test(before);
}

function source(server) {
  return async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (!context.explicit && !asksByItself(before)) return null;
    const question = new AbortController();
    context.addEventListener("abort", () => question.abort());
    const place = placeOf(line.number, before);
    const answer = await server.ask("complete", { text: context.state.doc.toString(), ...place }, question.signal);
    if (!answer?.suggestions?.length || context.aborted) return null;
    const from = line.from + [...before].slice(0, answer.column - 1).join("").length;
    const written = context.state.sliceDoc(from, context.pos);
    if (answer.suggestions.some(({ label }) => label === written) && !context.explicit) return null;
    return { from, options: answer.suggestions.map(option), validFor: (word) => isGoingOn(word, answer.suggestions) };
  };
}

/** A finished word is asked about anew, so that Enter after it is a new line and takes nothing. */
export function isGoingOn(word, suggestions) {
  return WORD.test(word) && !suggestions.some(({ label }) => label === word);
}

function option({ label, insert, detail, summary }, index) {
  return {
    label,
    detail,
    info: summary || undefined,
    boost: -Math.min(index, 90),
    apply(view, completion, from, to) {
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.complete" });
    },
  };
}

export function completion(server) {
  return [
    autocompletion({ override: [source(server)], icons: false, activateOnTypingDelay: 150, maxRenderedOptions: 60 }),
    EditorState.phrases.of({ Completions: "候補" }),
  ];
}
