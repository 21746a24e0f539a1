// What differs from the text that the page began with, shown below the editor.

import { diffLines, withContext } from "./diff.js";

const WORDS = { del: "消した行", ins: "足した行" };

export class DiffPane {
  /** `textOf` gives the text as it is now. */
  constructor({ element, textOf, announce }) {
    Object.assign(this, { element, textOf, announce });
  }

  /** Show or hide what differs from `start`; `button` says which. */
  toggle(start, button) {
    this.start = start;
    this.element.hidden = !this.element.hidden;
    button.setAttribute("aria-expanded", String(!this.element.hidden));
    this.refresh();
    if (this.element.hidden) return;
    this.element.scrollIntoView({ block: "nearest" });
    this.announce(this.element.querySelector("p").textContent);
  }

  refresh() {
    if (this.element.hidden) return;
    const rows = diffLines(this.start.replaceAll("\r\n", "\n"), this.textOf());
    const count = (kind) => rows.filter((row) => row.kind === kind).length;
    const [gone, added] = [count("del"), count("ins")];
    const words = document.createElement("p");
    words.textContent = gone + added
      ? `はじめの内容から、${gone}行を消し、${added}行を足しました。`
      : "はじめの内容と同じです。";
    const list = document.createElement("ol");
    if (gone + added) list.append(...withContext(rows).map(diffRow));
    this.element.replaceChildren(words, ...(gone + added ? [list] : []));
  }
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
  word.textContent = `${WORDS[kind]}：`;
  row.append(word, line);
  return row;
}
