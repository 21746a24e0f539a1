// The extensions of a YAML editor that leaves Tab to the keyboard user until told otherwise.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { yaml } from "@codemirror/lang-yaml";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { completion } from "./completion.js";
import { documentation, documentationKeys, explain } from "./documentation.js";
import { problemKeys, problems } from "./problems.js";
import { theme } from "./theme.js";

const tabCompartment = new Compartment();

/** Full-width and no-break spaces look like nothing and break YAML, so they are drawn. */
const wideSpaces = highlightSpecialChars({
  specialChars: /[\u3000\u00a0\u2000-\u200b\ufeff]/g,
  render(code) {
    const mark = document.createElement("span");
    mark.className = "cm-wide-space";
    mark.textContent = code === 0x3000 ? "\u3000" : "\u00a0";
    mark.title = code === 0x3000 ? "全角の空白" : "特殊な空白";
    mark.setAttribute("aria-label", mark.title);
    return mark;
  },
});

export function setTabIndents(view, isOn) {
  view.dispatch({ effects: tabCompartment.reconfigure(isOn ? keymap.of([indentWithTab]) : []) });
}

/** What a server that knows the schemas adds. */
function assisted(server, announce, fixHere) {
  const keys = [
    { key: "Mod-.", run: fixHere, preventDefault: true },
    { key: "F1", run: explain(server, announce), preventDefault: true },
    ...documentationKeys,
  ];
  return [completion(server), documentation(server), Prec.high(keymap.of(keys))];
}

/** `server` is null where nobody can be asked about the text. */
export function createView({ text, nonce, attributes, submit, changed, moved, fixHere, server, announce }) {
  const ours = [{ key: "Mod-Enter", run: submit }, ...problemKeys(announce)];
  return new EditorView({
    doc: text,
    extensions: [
      nonce ? EditorView.cspNonce.of(nonce) : [],
      Prec.highest(keymap.of(ours)),
      tabCompartment.of([]),
      problems,
      server ? assisted(server, announce, fixHere) : [],
      lineNumbers(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      wideSpaces,
      history(),
      bracketMatching(),
      EditorState.tabSize.of(2),
      indentUnit.of("  "),
      yaml(),
      theme,
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of(attributes),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.doc.toString());
        if (update.docChanged || update.selectionSet) moved();
      }),
    ],
  });
}
