// The editor's colours are the page's own CSS variables, so day and night need no second theme.

import { HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { Prec } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const frame = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--well)", fontSize: "var(--editor-size, .9375rem)" },
  "&.cm-focused": { outline: "none" },
  // Above the marked lines and the gutter, which would hide an outline of the editor itself.
  "&.cm-focused::after": {
    content: "''",
    position: "absolute",
    inset: "0",
    zIndex: "300",
    border: "3px solid var(--ink)",
    pointerEvents: "none",
  },
  ".cm-content:focus-visible": { outline: "none", boxShadow: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.7", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-line": { padding: "0 1rem 0 .6rem" },
  ".cm-gutters": { color: "var(--ink-3)", backgroundColor: "var(--well)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.2em", padding: "0 .4em 0 .2em" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--surface) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)", fontWeight: "700" },
  ".cm-number": { color: "var(--end)" },
  ".cm-wide-space": { outline: "1px solid var(--fail)", outlineOffset: "-2px", backgroundColor: "var(--fail-tint)" },
  ".cm-problem-gutter": { width: "1.1em" },
  ".cm-problem-gutter .cm-gutterElement": { fontWeight: "700", textAlign: "center" },
  ".cm-problem[data-severity=error]": { boxShadow: "inset 4px 0 var(--fail)", backgroundColor: "var(--fail-tint)" },
  ".cm-problem[data-severity=warning]": { boxShadow: "inset 4px 0 var(--warn)", backgroundColor: "var(--warn-tint)" },
  ".cm-problem[data-severity=info]": { boxShadow: "inset 4px 0 var(--ai)", backgroundColor: "var(--ai-tint)" },
  ".cm-problem-place": { textDecoration: "underline wavy 1px", textUnderlineOffset: ".25em" },
  ".cm-problem-place[data-severity=error]": { textDecorationColor: "var(--fail)" },
  ".cm-problem-place[data-severity=warning]": { textDecorationColor: "var(--warn)" },
  ".cm-problem-place[data-severity=info]": { textDecorationColor: "var(--ai)" },
  ".cm-tooltip": { border: "1px solid var(--edge)", borderRadius: "4px", backgroundColor: "var(--surface)", color: "var(--ink)", zIndex: "10" },
  ".cm-card": { maxWidth: "min(30rem, 90vw)", maxHeight: "18rem", overflow: "auto", padding: ".6rem .9rem", fontFamily: "var(--gothic)", fontSize: ".875rem", lineHeight: "1.7" },
  ".cm-card p": { margin: "0 0 .25rem" },
  ".cm-card-head": { display: "flex", flexWrap: "wrap", gap: "0 .75rem", color: "var(--ink-2)" },
  ".cm-card code": { fontFamily: "var(--mono)", color: "var(--ai)" },
  ".cm-card-english": { color: "var(--ink-2)", fontSize: ".8125rem" },
  ".cm-card-problem": { margin: "0 0 .4rem", paddingLeft: ".6rem", borderLeft: "4px solid var(--fail)" },
  ".cm-card-problem[data-severity=warning]": { borderLeftColor: "var(--warn)" },
  ".cm-card-problem[data-severity=info]": { borderLeftColor: "var(--ai)" },
  ".cm-tooltip-autocomplete.cm-tooltip > ul": { fontFamily: "var(--mono)", fontSize: ".875rem", maxHeight: "16rem" },
  ".cm-tooltip-autocomplete.cm-tooltip > ul > li": { padding: ".3rem .75rem", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete.cm-tooltip > ul > li[aria-selected]": { backgroundColor: "var(--ai)", color: "var(--on-ai)" },
  ".cm-completionDetail": { fontStyle: "normal", fontFamily: "var(--gothic)", fontSize: ".8125rem", marginLeft: ".75rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { padding: ".5rem .75rem", maxWidth: "20rem", fontFamily: "var(--gothic)", fontSize: ".875rem", lineHeight: "1.7" },
  ".cm-problem-mark[data-severity=error]": { color: "var(--fail)" },
  ".cm-problem-mark[data-severity=warning]": { color: "var(--warn)" },
  ".cm-problem-mark[data-severity=info]": { color: "var(--ai)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--ai)" },
  { tag: [tags.string, tags.content], color: "var(--ready)" },
  { tag: tags.comment, color: "var(--ink-3)" },
  { tag: [tags.labelName, tags.typeName], color: "var(--warn)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--ink-2)" },
  { tag: tags.meta, color: "var(--ink-3)" },
]);

const NUMBER_OR_BOOL = /^(?:[-+]?\d[\d_]*(?:\.\d+)?|true|false|null|~)$/;
const number = Decoration.mark({ class: "cm-number" });

function markNumbers(view) {
  const marks = [];
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter(node) {
        if (node.name !== "Literal" || node.node.parent?.name === "Key") return;
        if (NUMBER_OR_BOOL.test(view.state.sliceDoc(node.from, node.to))) marks.push(number.range(node.from, node.to));
      },
    });
  }
  return Decoration.set(marks, true);
}

const numbers = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = markNumbers(view);
    }

    update(update) {
      const isParsed = syntaxTree(update.startState) !== syntaxTree(update.state);
      if (update.docChanged || update.viewportChanged || isParsed) this.decorations = markNumbers(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

// The highest precedence makes the mark the inner element, whose colour is the one that shows.
export const theme = [frame, syntaxHighlighting(colours), Prec.highest(numbers)];
