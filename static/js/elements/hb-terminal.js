// <hb-terminal>: history, completion, pasted lines and the beat of a waiting command, around a form that works alone.

import { Completion } from "./terminal-completion.js";
import { commandsOf, History } from "./terminal-line.js";

const BEAT_MS = 1000;

class HbTerminal extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return; // of a terminal that cannot be read only the log is left
    this.input = this.querySelector("#command");
    this.log = this.querySelector("#log");
    this.offers = this.querySelector("[data-part=offers]");
    this.history = new History([...this.log.querySelectorAll("kbd")].map((line) => line.textContent));
    this.queue = [];
    this.stops = new AbortController();
    const { signal } = this.stops;
    this.completion = new Completion(this, signal);
    this.input.addEventListener("keydown", this.onKey, { signal });
    this.form.addEventListener("submit", this.onSubmit, { signal, capture: true });
    this.form.addEventListener("htmx:configRequest", this.onRequest, { signal });
    this.form.addEventListener("htmx:afterRequest", this.onAnswer, { signal });
    document.addEventListener("click", this.onClick, { signal });
    document.addEventListener("visibilitychange", () => this.beat(), { signal });
    this.scrollToEnd();
    this.beat();
  }

  disconnectedCallback() {
    this.stops?.abort();
    clearTimeout(this.timer);
  }

  get isWaiting() {
    return document.getElementById("terminal-status").hasAttribute("data-waiting");
  }

  press(id) {
    const button = document.getElementById(id);
    if (button) this.form.requestSubmit(button);
  }

  onKey = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const { input } = this;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    const nothingSelected = input.selectionStart === input.selectionEnd;
    if (event.key === "Enter" && plain) {
      event.preventDefault();
      this.enter();
    } else if (event.key === "Tab" && plain && input.value.trim() && nothingSelected) {
      event.preventDefault();
      this.completion.ask();
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && plain && !input.value.includes("\n")) {
      event.preventDefault();
      this.put(event.key === "ArrowUp" ? this.history.back(input.value) : this.history.forward());
    } else if (event.key === "c" && event.ctrlKey && nothingSelected) {
      event.preventDefault();
      this.queue = [];
      if (this.isWaiting) this.press("stop");
      else this.put("");
    } else if (event.key === "l" && event.ctrlKey) {
      event.preventDefault();
      this.press("clear");
    }
  };

  /** Run what stands in the input; of several lines the first, and the others one by one after it. */
  enter() {
    const [first, ...rest] = commandsOf(this.input.value);
    if (first === undefined || this.isRunning) return;
    this.queue = rest;
    if (rest.length) this.put(first);
    this.press("run");
  }

  /** One line at a time: what is pressed again while it is under way is the same line. */
  onSubmit = (event) => {
    if (event.submitter && event.submitter.value !== "run") return;
    if (this.isRunning) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    this.isRunning = true;
  };

  onRequest = (event) => {
    const { parameters, triggeringEvent } = event.detail;
    parameters.do = triggeringEvent?.submitter?.value ?? "run";
  };

  onAnswer = (event) => {
    const { requestConfig, xhr } = event.detail;
    if (requestConfig.parameters.do === "run") {
      this.isRunning = false;
      if (xhr.status === 200) this.finish(requestConfig.parameters.line);
      else this.takeBack();
    }
    this.showQueue();
    setTimeout(() => {
      this.scrollToEnd();
      this.runNext();
      this.beat();
    });
  };

  finish(line) {
    const plain = (text) => text.replaceAll("\r\n", "\n");
    if (line.trim()) this.history.add(plain(line));
    if (plain(this.input.value) === plain(line)) this.put("");
  }

  /** A line was refused: it stays, with those that were to follow it. */
  takeBack() {
    if (this.queue.length) this.put([this.input.value, ...this.queue].join("\n"));
    this.queue = [];
  }

  runNext() {
    if (this.isWaiting || this.isRunning || this.input.value || !this.queue.length) return;
    this.put(this.queue.shift());
    this.press("run");
  }

  beat() {
    clearTimeout(this.timer);
    if (!this.isWaiting || document.hidden || document.querySelector("#terminal-status[data-paused]")) return;
    this.timer = setTimeout(() => this.press("follow"), BEAT_MS);
  }

  showQueue() {
    if (!this.queue.length) return;
    const list = document.createElement("ol");
    list.append(...this.queue.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    this.offers.replaceChildren(`続けて実行します（残り${this.queue.length}件。Ctrl+Cでやめる）`, list);
    this.offers.hidden = false;
  }

  onClick = (event) => {
    const filling = event.target.closest("a[data-line]");
    if (filling) {
      event.preventDefault();
      this.put(filling.dataset.line);
    } else if (event.target.id === "copy-log") {
      navigator.clipboard.writeText([...this.log.querySelectorAll("pre")].map((pre) => pre.textContent).join("\n"));
      this.say("履歴をコピーしました。");
    }
  };

  put(text) {
    this.input.value = text;
    this.completion.clear();
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
  }

  say(words) {
    document.getElementById("announcer").textContent = words;
  }

  scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

customElements.define("hb-terminal", HbTerminal);
