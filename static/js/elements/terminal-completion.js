// What the word at the caret may become, asked for by Tab and shown under the input.

import { completed } from "./terminal-line.js";

export class Completion {
  constructor(terminal, signal) {
    this.terminal = terminal;
    this.input = terminal.input;
    this.offers = terminal.offers;
    this.input.addEventListener("input", () => this.clear(), { signal });
    this.offers.addEventListener("click", (event) => this.take(event), { signal });
  }

  get line() {
    return this.input.value.slice(0, this.input.selectionStart);
  }

  async ask() {
    const { line, terminal } = this;
    const token = terminal.form.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ line, csrfmiddlewaretoken: token });
    const response = await fetch(terminal.dataset.complete, { method: "POST", body }).catch(() => null);
    if (!response?.ok) return terminal.say("候補を受け取れませんでした。");
    if (this.line !== line) return;
    const { words } = await response.json();
    this.write(completed(line, words));
    this.show(words.length > 1 ? words : []);
    terminal.say(words.length ? words.slice(0, 10).join("、") : "候補はありません。");
  }

  write(text) {
    const { line, input } = this;
    if (text !== line) input.setRangeText(text, 0, line.length, "end");
  }

  show(words) {
    const make = (word) => Object.assign(document.createElement("button"), { type: "button", textContent: word });
    this.offers.replaceChildren(...words.map(make));
    this.offers.hidden = !words.length;
  }

  clear() {
    this.show([]);
  }

  take(event) {
    const button = event.target.closest("button");
    if (!button) return;
    this.write(completed(this.line, [button.textContent]));
    this.clear();
    this.input.focus();
  }
}
