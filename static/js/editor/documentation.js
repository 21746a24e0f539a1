// What the field under the pointer or at the caret means, with the problem that stands there.

import { StateEffect, StateField } from "@codemirror/state";
import { hoverTooltip, showTooltip } from "@codemirror/view";
import { placeOf } from "./positions.js";
import { problemsOn } from "./problems.js";

const setCard = StateEffect.define();

const card = StateField.define({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCard)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (self) => showTooltip.from(self),
});

async function ask(server, state, pos) {
  const line = state.doc.lineAt(pos);
  const place = placeOf(line.number, line.text.slice(0, pos - line.from));
  const answer = await server.ask("describe", { text: state.doc.toString(), ...place });
  return answer?.field ?? null;
}

/** Show what the field at the caret is; the words are said as well. */
export function explain(server, announce) {
  return (view) => {
    const asked = view.state;
    ask(server, asked, asked.selection.main.head).then((field) => {
      if (view.state.doc !== asked.doc) return;
      if (!field) {
        announce("この行の項目の説明はありません。");
        return;
      }
      const pos = view.state.selection.main.head;
      view.dispatch({ effects: setCard.of({ pos, above: true, create: () => ({ dom: fieldCard(field) }) }) });
      announce(`${field.name}、${field.type}。${field.summary || field.english}`);
    });
    return true;
  };
}

function close(view) {
  if (!view.state.field(card)) return false;
  view.dispatch({ effects: setCard.of(null) });
  return true;
}

export function documentation(server) {
  const hover = hoverTooltip(
    async (view, pos) => {
      const line = view.state.doc.lineAt(pos);
      if (!line.text.trim()) return null;
      const found = problemsOn(view.state, line.number).map((item) => item.problem);
      const field = await ask(server, view.state, pos);
      if (!field && !found.length) return null;
      return { pos, above: true, create: () => ({ dom: hoverCard(found, field) }) };
    },
    { hoverTime: 500, hideOnChange: true },
  );
  return [card, hover];
}

export const documentationKeys = [{ key: "Escape", run: close }];

function hoverCard(found, field) {
  const box = element("div", "cm-card");
  for (const problem of found) {
    const part = element("div", "cm-card-problem");
    part.dataset.severity = problem.severity;
    part.append(element("strong", "", problem.message));
    if (problem.cure) part.append(element("p", "", problem.cure));
    if (problem.fix) part.append(fixButton(problem));
    box.append(part);
  }
  if (field) box.append(...fieldCard(field).childNodes);
  return box;
}

function fixButton({ key }) {
  const button = element("button", "button", "直す");
  Object.assign(button, { type: "button", value: key });
  Object.assign(button.dataset, { act: "fix", size: "small" });
  return button;
}

function fieldCard(field) {
  const box = element("div", "cm-card");
  const head = element("p", "cm-card-head");
  const name = element("code", "", field.path);
  name.lang = "en";
  name.translate = false;
  head.append(name, element("span", "", field.required ? `${field.type}、必須` : field.type));
  box.append(head);
  if (field.summary) box.append(element("p", "", field.summary));
  if (field.values.length) box.append(element("p", "", `書ける値：${field.values.join("、")}`));
  if (field.english) {
    const english = element("p", "cm-card-english", field.english);
    english.lang = "en";
    box.append(english);
  }
  return box;
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
