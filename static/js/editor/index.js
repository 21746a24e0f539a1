// <hb-editor>: turns its textarea into a YAML editor. The textarea stays the form's field, so the plain form works.

import { startCompletion } from "@codemirror/autocomplete";
import { Address } from "./address.js";
import { Assist } from "./assist.js";
import { DiffPane } from "./diffpane.js";
import { explain } from "./documentation.js";
import { chooseText, readDraft, sameText, writeDraft } from "./drafts.js";
import { moveBy, moveToLine, replaceAll } from "./moves.js";
import { Offer } from "./offers.js";
import { showProblems } from "./problems.js";
import { Saving } from "./saving.js";
import { Server } from "./server.js";
import { createView, setTabIndents } from "./setup.js";

const TAB_KEY = "hatoba:tab-indents";

class HbEditor extends HTMLElement {
  connectedCallback() {
    if (this.view) return;
    this.textarea = this.querySelector("textarea");
    this.status = this.part("status");
    this.offer = new Offer(this.part("offer"), this.draftKey);
    this.listening = new AbortController();
    const server = { text: this.textarea.value, at: Number(this.dataset.savedAt ?? 0) };
    const choice = chooseText(server, readDraft(localStorage, this.draftKey));
    this.mount(choice.text);
    if ("share" in this.dataset) this.address = new Address(this, announce);
    this.saving = new Saving({ url: this.dataset.draftUrl, token: this.token, report: this.onSaved });
    this.listen();
    const other = choice.other ?? this.offer.leftOver(choice.text);
    if (other) this.offer.show(other);
    if (!sameText(choice.text, server.text)) this.saving.later(choice.text);
    if (!sameText(choice.text, server.text) || this.address) this.assist?.live.now(choice.text);
    this.judged = server.text;
    this.showWhetherStale();
    this.refreshProblems();
    this.openHash();
  }

  disconnectedCallback() {
    this.listening?.abort();
    this.assist?.live.stop();
    this.view?.destroy();
    this.view = undefined;
  }

  get form() { return this.textarea.form; }
  get draftKey() { return `hatoba:draft:${this.dataset.draftKey}`; }
  get token() { return this.form?.elements.csrfmiddlewaretoken?.value ?? ""; }

  part(name) { return this.querySelector(`[data-part=${name}]`); }

  mount(text) {
    const checkedText = this.textarea.value.replaceAll("\r\n", "\n");
    const server = this.token && new Server({
      base: this.dataset.assist,
      token: () => this.token,
      version: () => this.form.elements.version?.value ?? "",
    });
    this.view = createView({
      text,
      nonce: this.dataset.nonce,
      attributes: {
        "aria-label": this.textarea.getAttribute("aria-label") ?? "マニフェスト",
        "aria-describedby": this.part("hint")?.id ?? "",
        lang: "en",
        translate: "no",
        autocapitalize: "none",
        tabindex: "0",
      },
      submit: () => this.submit(),
      changed: (now) => this.onChanged(now),
      moved: () => this.assist?.showProblem(),
      fixHere: () => this.assist?.fixHere() ?? false,
      server,
      announce,
    });
    this.textarea.value = text;
    this.textarea.hidden = true;
    this.textarea.after(this.view.dom);
    const toggle = this.part("tab");
    toggle.checked = localStorage.getItem(TAB_KEY) === "1";
    setTabIndents(this.view, toggle.checked);
    if (server) this.mountAssist(server, checkedText);
    else for (const name of ["problem", "tools"]) this.part(name).hidden = true;
  }

  mountAssist(server, checkedText) {
    const parts = { problem: this.part("problem"), outline: this.part("outline") };
    const checked = () => this.dispatchEvent(new CustomEvent("hatoba:checked", { bubbles: true }));
    this.assist = new Assist({ view: this.view, server, parts, announce, checked, checkedText });
    this.diffPane = new DiffPane({ element: this.part("diff"), textOf: () => this.textarea.value, announce });
    this.explain = explain(server, announce);
  }

  listen() {
    const options = { signal: this.listening.signal };
    (this.form ?? this).addEventListener("click", this.onClick, options);
    this.addEventListener("change", this.onToggle, options);
    document.addEventListener("click", this.onLineLink, options);
    document.addEventListener("click", this.onAdopt, options);
    document.addEventListener("htmx:beforeRequest", this.onAsked, options);
    document.addEventListener("htmx:afterSettle", this.onAnswered, options);
    addEventListener("pagehide", () => this.saving.now({ keepalive: true }), options);
    addEventListener("storage", this.onOtherTab, options);
    addEventListener("hashchange", () => this.openHash(), options);
    this.form?.elements.version?.addEventListener("change", () => this.assist?.live.now(this.textarea.value), options);
  }

  onChanged(text) {
    this.textarea.value = text;
    this.address?.leave(text);
    const isKept = writeDraft(localStorage, this.draftKey, { text, at: Date.now(), synced: false });
    this.say(isKept ? "このブラウザーに保存しました" : "まだ保存していません");
    this.saving.later(text);
    this.assist?.live.later(text);
    this.diffPane?.refresh();
    this.showWhetherStale();
  }

  /** The form asks about the text as it is now; the result that comes is about this one. */
  onAsked = (event) => {
    if (event.detail.elt === this.form) this.asked = this.textarea.value;
  };

  onAnswered = (event) => {
    if (event.target.id === "result") this.judged = this.asked ?? this.judged;
    this.refreshProblems();
    this.showWhetherStale();
  };

  /** A result tells about the text that was judged; the page says so once the text differs. */
  showWhetherStale() {
    this.form?.toggleAttribute("data-stale", !sameText(this.judged, this.textarea.value));
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
    if (draft && !sameText(draft.text, this.textarea.value)) this.offer.show({ ...draft, from: "tab" });
  };

  onToggle = (event) => {
    if (event.target.dataset.part !== "tab") return;
    localStorage.setItem(TAB_KEY, event.target.checked ? "1" : "0");
    setTabIndents(this.view, event.target.checked);
  };

  onClick = (event) => {
    const button = event.target.closest("button[data-act]");
    const act = ACTS[button?.dataset.act];
    if (!act) return;
    event.preventDefault();
    act.call(this, button);
  };

  onLineLink = (event) => {
    const line = lineOf(event.target.closest("a[href^='#L']")?.hash);
    if (!line) return;
    event.preventDefault();
    this.goTo(line);
  };

  /** A value that was tried in a fork comes into the text as it is now. */
  onAdopt = async (event) => {
    const button = event.target.closest("button[data-act=adopt]");
    if (!button || !this.assist) return;
    event.preventDefault();
    if (await this.assist.adopt(button)) this.scrollIntoView({ block: "nearest" });
  };

  /** A line to go to, or a text that somebody shared. */
  openHash() {
    const line = lineOf(location.hash);
    if (line) this.goTo(line);
    this.address?.open();
  }

  goTo(line) {
    moveToLine(this.view, line);
    this.scrollIntoView({ block: "nearest" });
    this.view.focus();
  }

  replace(text) { replaceAll(this.view, text); }

  get start() { return JSON.parse(document.getElementById(this.dataset.start).textContent); }

  revert() {
    const before = this.textarea.value;
    if (sameText(before, this.start)) return;
    this.replace(this.start);
    this.offer.show({ text: before, at: Date.now(), from: "revert" });
  }

  swap() {
    const { text, at, from } = this.offer.other;
    const before = this.textarea.value;
    this.replace(text);
    this.offer.show({ text: before, at: from === "revert" ? at : Date.now(), from: "swap" });
    this.view.focus();
  }

  dismiss() {
    this.offer.forget();
    this.view.focus();
  }

  share() { return this.address?.share(); }

  insert(button) {
    this.view.dispatch(this.view.state.replaceSelection(button.dataset.text));
    this.view.focus();
  }

  move(button) {
    moveBy(this.view, Number(button.dataset.step));
    this.view.focus();
  }

  submit() {
    if (!this.form) return false;
    this.form.requestSubmit(this.form.querySelector("[data-kind=primary]") ?? undefined);
    return true;
  }

  /** What a check by the form found; the live check says the same with places and fixes. */
  async refreshProblems() {
    const data = document.getElementById(this.dataset.diagnostics);
    if (!data || data === this.shown) return;
    this.shown = data;
    const answer = await this.assist?.live.now(this.textarea.value);
    if (!answer && this.view) showProblems(this.view, JSON.parse(data.textContent));
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }
}

const ACTS = {
  revert: HbEditor.prototype.revert,
  swap: HbEditor.prototype.swap,
  dismiss: HbEditor.prototype.dismiss,
  insert: HbEditor.prototype.insert,
  move: HbEditor.prototype.move,
  share: HbEditor.prototype.share,
  fix(button) { return this.assist?.fix(button.value); },
  layout() { return this.assist?.layOut(); },
  diff(button) { return this.diffPane?.toggle(this.start, button); },
  complete() {
    this.view.focus();
    startCompletion(this.view);
  },
  explain() {
    this.view.focus();
    this.explain?.(this.view);
  },
};

function lineOf(hash) {
  return Number(/^#L(\d{1,6})$/.exec(hash ?? "")?.[1] ?? 0);
}

function announce(words) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = words;
}

customElements.define("hb-editor", HbEditor);
