// Asks the server about the text a little after typing stops. One question at a time; a stale answer is dropped.

const DELAY_MS = 400;

export class Live {
  /** `ask(text, signal)` promises an answer, `show(answer, text)` gets it; both wait while `isComposing()`. */
  constructor({ ask, show, isComposing, delay = DELAY_MS }) {
    Object.assign(this, { ask, show, isComposing, delay, timer: 0, question: null });
  }

  later(text) {
    this.stop();
    this.timer = setTimeout(() => this.now(text), this.delay);
  }

  /** The answer about this text, null if it was overtaken or did not come. */
  async now(text) {
    this.stop();
    if (this.isComposing()) {
      this.later(text);
      return null;
    }
    const question = new AbortController();
    this.question = question;
    let answer = null;
    try {
      answer = await this.ask(text, question.signal);
    } catch {
      return null;
    }
    if (question.signal.aborted || answer === null) return null;
    if (this.isComposing()) {
      this.later(text);
      return null;
    }
    this.show(answer, text);
    return answer;
  }

  stop() {
    clearTimeout(this.timer);
    this.question?.abort();
    this.question = null;
  }
}
