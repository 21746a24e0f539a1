// <hb-editor>: turns its textarea into a YAML editor. The textarea stays the form's field, so the plain form works.

import { EditorView } from "@codemirror/view";
import { chooseText, forgetDraft, readDraft, sameText, writeDraft } from "./drafts.js";
import { showProblems } from "./problems.js";
import { Saving } from "./saving.js";
import { createView, setTabIndents } from "./setup.js";

const TAB_KEY = "hatoba:tab-indents";

class HbEditor extends HTMLElement {
  connectedCallback() {
    if (this.view) return;
    this.textarea = this.querySelector("textarea");
    this.status = this.querySelector("[data-part=status]");
    this.offer = this.querySelector("[data-part=offer]");
    this.listening = new AbortController();
    const server = { text: this.textarea.value, at: Number(this.dataset.savedAt ?? 0) };
    const choice = chooseText(server, readDraft(localStorage, this.draftKey));
    this.mount(choice.text);
    this.saving = new Saving({ url: this.dataset.draftUrl, token: this.token, report: this.onSaved });
    this.listen();
    const other = choice.other ?? this.leftOver(choice.text);
    if (other) this.offerBack(other);
    if (!sameText(choice.text, server.text)) this.saving.later(choice.text);
    this.refreshProblems();
    this.goToHash();
  }

  disconnectedCallback() {
    this.listening?.abort();
    this.view?.destroy();
    this.view = undefined;
  }

  get form() { return this.textarea.form; }
  get draftKey() { return `hatoba:draft:${this.dataset.draftKey}`; }
  get token() { return this.form?.elements.csrfmiddlewaretoken?.value ?? ""; }

  /** The text that was offered back before and neither taken nor dismissed. */
  leftOver(text) {
    const other = readDraft(localStorage, `${this.draftKey}:other`);
    return other && !sameText(other.text, text) ? { ...other, from: "browser" } : null;
  }

  mount(text) {
    this.view = createView({
      text,
      nonce: this.dataset.nonce,
      attributes: {
        "aria-label": this.textarea.getAttribute("aria-label") ?? "マニフェスト",
        "aria-describedby": this.querySelector("[data-part=hint]")?.id ?? "",
        lang: "en",
        translate: "no",
        autocapitalize: "none",
        tabindex: "0",
      },
      submit: () => this.submit(),
      changed: (now) => this.onChanged(now),
      announce,
    });
    this.textarea.value = text;
    this.textarea.hidden = true;
    this.textarea.after(this.view.dom);
    const toggle = this.querySelector("[data-part=tab]");
    toggle.checked = localStorage.getItem(TAB_KEY) === "1";
    setTabIndents(this.view, toggle.checked);
  }

  listen() {
    const options = { signal: this.listening.signal };
    (this.form ?? this).addEventListener("click", this.onClick, options);
    this.addEventListener("change", this.onToggle, options);
    document.addEventListener("click", this.onLineLink, options);
    document.addEventListener("htmx:afterSettle", () => this.refreshProblems(), options);
    addEventListener("pagehide", () => this.saving.now({ keepalive: true }), options);
    addEventListener("storage", this.onOtherTab, options);
  }

  onChanged(text) {
    this.textarea.value = text;
    const isKept = writeDraft(localStorage, this.draftKey, { text, at: Date.now(), synced: false });
    this.say(isKept ? "このブラウザーに保存しました" : "まだ保存していません");
    this.saving.later(text);
  }

  onSaved = (isKept, text) => {
    if (isKept && text === this.textarea.value) {
      writeDraft(localStorage, this.draftKey, { text, at: Date.now(), synced: true });
      this.say("保存しました");
    } else if (!isKept) {
      this.say("このブラウザーにだけ保存しました。つながると、続きから保存します");
    }
  };

  onOtherTab = (event) => {
    if (event.key !== this.draftKey || !event.newValue) return;
    const draft = readDraft(localStorage, this.draftKey);
    if (draft && !sameText(draft.text, this.textarea.value)) this.offerBack({ ...draft, from: "tab" });
  };

  onToggle = (event) => {
    if (event.target.dataset.part !== "tab") return;
    localStorage.setItem(TAB_KEY, event.target.checked ? "1" : "0");
    setTabIndents(this.view, event.target.checked);
  };

  onClick = (event) => {
    const button = event.target.closest("button[data-act]");
    if (!button) return;
    event.preventDefault();
    const acts = { revert: this.revert, swap: this.swap, dismiss: this.dismiss, insert: this.insert, move: this.move };
    acts[button.dataset.act]?.call(this, button);
  };

  onLineLink = (event) => {
    const line = lineOf(event.target.closest("a[href^='#L']")?.hash);
    if (!line) return;
    event.preventDefault();
    this.goTo(line);
  };

  goToHash() {
    const line = lineOf(location.hash);
    if (line) this.goTo(line);
  }

  goTo(line) {
    const { doc } = this.view.state;
    const target = doc.line(Math.min(line, doc.lines));
    const caret = target.from + target.text.search(/\S|$/);
    const effects = EditorView.scrollIntoView(caret, { y: "center" });
    this.view.dispatch({ selection: { anchor: caret }, effects });
    this.scrollIntoView({ block: "nearest" });
    this.view.focus();
  }

  replace(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  revert() {
    const start = document.getElementById(this.dataset.start);
    const before = this.textarea.value;
    const text = JSON.parse(start.textContent);
    if (sameText(before, text)) return;
    this.replace(text);
    this.offerBack({ text: before, at: Date.now(), from: "revert" });
  }

  offerBack(other) {
    this.other = other;
    writeDraft(localStorage, `${this.draftKey}:other`, other);
    const words = this.offer.querySelector("[data-part=words]");
    words.textContent = OFFERS[other.from](when(other.at));
    this.offer.hidden = false;
  }

  swap() {
    const { text, at, from } = this.other;
    const before = this.textarea.value;
    this.replace(text);
    this.offerBack({ text: before, at: from === "revert" ? at : Date.now(), from: "swap" });
    this.view.focus();
  }

  dismiss() {
    forgetDraft(localStorage, `${this.draftKey}:other`);
    this.offer.hidden = true;
    this.view.focus();
  }

  insert(button) {
    this.view.dispatch(this.view.state.replaceSelection(button.dataset.text));
    this.view.focus();
  }

  move(button) {
    const head = this.view.state.selection.main.head + Number(button.dataset.step);
    this.view.dispatch({ selection: { anchor: Math.min(Math.max(head, 0), this.view.state.doc.length) } });
    this.view.focus();
  }

  submit() {
    if (!this.form) return false;
    this.form.requestSubmit(this.form.querySelector("[data-kind=primary]") ?? undefined);
    return true;
  }

  refreshProblems() {
    const data = document.getElementById(this.dataset.diagnostics);
    if (!data || data === this.shown) return;
    this.shown = data;
    showProblems(this.view, JSON.parse(data.textContent));
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }
}

const OFFERS = {
  server: (at) => `${at}サーバーに保存された、別の内容があります。`,
  browser: (at) => `${at}このブラウザーで書いた、別の内容があります。`,
  tab: () => "別のタブで、内容が変わりました。",
  revert: () => "はじめの内容に戻しました。戻す前の内容も残っています。",
  swap: () => "内容を入れ替えました。入れ替える前の内容も残っています。",
};

function when(at) {
  if (!at) return "";
  return `${new Date(at).toLocaleString("ja-JP", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })}に`;
}

function lineOf(hash) {
  return Number(/^#L(\d{1,6})$/.exec(hash ?? "")?.[1] ?? 0);
}

function announce(words) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = words;
}

customElements.define("hb-editor", HbEditor);
