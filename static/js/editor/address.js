// The page's address may hold the text: opening such a link, making one, and leaving it once the text differs.

import { sameText } from "./drafts.js";
import { shareLink, sharedText } from "./sharing.js";

const BROKEN = "共有リンクが途中で切れているため、マニフェストを読み取れませんでした。";
const COPIED = "共有リンクをコピーしました。";
const MADE = "共有リンクを作りました。アドレスをコピーして渡せます。";

export class Address {
  constructor(editor, announce) {
    Object.assign(this, { editor, announce, text: undefined });
  }

  get versions() { return this.editor.form.elements.version; }

  /** Show the text in the address, if there is one; the text before can be brought back. */
  async open() {
    const shared = await sharedText(location.hash);
    if (shared === undefined) return;
    if (shared === null) {
      this.editor.say(BROKEN);
      this.announce(BROKEN);
      return;
    }
    const before = this.editor.textarea.value;
    this.text = shared.text;
    if ([...this.versions.options].some(({ value }) => value === shared.version)) this.versions.value = shared.version;
    if (sameText(before, shared.text)) return;
    this.editor.replace(shared.text);
    if (before.trim()) this.editor.offer.show({ text: before, at: Date.now(), from: "browser" });
  }

  /** An address names the text that it brought; once that has changed, a reload shall bring the draft. */
  leave(text) {
    if (text === this.text) return;
    if (location.search || location.hash.startsWith("#t=")) history.replaceState(null, "", location.pathname);
  }

  async share() {
    this.text = this.editor.textarea.value;
    const link = await shareLink(this.text, this.versions.value);
    history.replaceState(null, "", `${location.pathname}${link}`);
    const isCopied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    const box = document.getElementById("share");
    box.hidden = false;
    box.querySelector("input").value = location.href;
    box.querySelector("[data-part=words]").textContent = isCopied ? COPIED : MADE;
    this.announce(isCopied ? COPIED : MADE);
  }
}
