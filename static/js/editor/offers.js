// A second text beside the one in the editor: what was written elsewhere, or before a step back.

import { forgetDraft, readDraft, sameText, writeDraft } from "./drafts.js";

const WORDS = {
  server: (at) => `${at}サーバーに保存された、別の内容があります。`,
  browser: (at) => `${at}このブラウザーで書いた、別の内容があります。`,
  tab: () => "別のタブで、内容が変わりました。",
  revert: () => "はじめの内容に戻しました。戻す前の内容も残っています。",
  swap: () => "内容を入れ替えました。入れ替える前の内容も残っています。",
};

export class Offer {
  /** `element` says in `[data-part=words]` that the other text is there; `key` is where the browser keeps it. */
  constructor(element, key) {
    this.element = element;
    this.key = `${key}:other`;
    this.other = null;
  }

  show(other) {
    this.other = other;
    writeDraft(localStorage, this.key, other);
    this.element.querySelector("[data-part=words]").textContent = WORDS[other.from](when(other.at));
    this.element.hidden = false;
  }

  /** The text that was offered back before and neither taken nor dismissed. */
  leftOver(text) {
    const other = readDraft(localStorage, this.key);
    return other && !sameText(other.text, text) ? { ...other, from: "browser" } : null;
  }

  forget() {
    forgetDraft(localStorage, this.key);
    this.element.hidden = true;
  }
}

function when(at) {
  if (!at) return "";
  return `${new Date(at).toLocaleString("ja-JP", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })}に`;
}
