// Sends the text to the server a little after typing stops, one request at a time.

const DELAY_MS = 1200;

export class Saving {
  constructor({ url, token, report }) {
    this.url = url;
    this.token = token;
    this.report = report;
    this.timer = 0;
    this.waiting = null;
  }

  later(text) {
    if (!this.url) return;
    this.waiting = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), DELAY_MS);
  }

  async now({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    if (this.waiting === null || this.isBusy) return;
    const text = this.waiting;
    this.waiting = null;
    this.isBusy = true;
    const isKept = await this.send(text, keepalive);
    this.isBusy = false;
    this.report(isKept, text);
    if (this.waiting !== null) this.later(this.waiting);
  }

  async send(text, keepalive) {
    try {
      const body = new URLSearchParams({ text });
      const headers = { "X-CSRFToken": this.token };
      const response = await fetch(this.url, { method: "POST", body, headers, keepalive });
      return response.ok;
    } catch {
      return false;
    }
  }
}
