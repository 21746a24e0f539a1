// A slider over a run: it tells the change at its instant, and the arrow keys go from change to change.

import { neighbour, valueText } from "./changes.js";

class Scrubber extends HTMLElement {
  connectedCallback() {
    this.changes = JSON.parse(this.querySelector("#timeline-changes")?.textContent ?? "[]");
    this.addEventListener("input", this);
    this.addEventListener("keydown", this);
    this.addEventListener("htmx:afterSettle", this);
    this.tell();
    this.showCursor();
  }

  disconnectedCallback() {
    this.removeEventListener("input", this);
    this.removeEventListener("keydown", this);
    this.removeEventListener("htmx:afterSettle", this);
  }

  get slider() {
    return this.querySelector("input[type=range]");
  }

  handleEvent(event) {
    if (event.type === "input") this.tell();
    if (event.type === "keydown") this.step(event);
    if (event.type === "htmx:afterSettle") this.follow();
  }

  tell() {
    this.slider.setAttribute("aria-valuetext", valueText(this.changes, Number(this.slider.value)));
  }

  step(event) {
    const forward = { ArrowRight: true, ArrowUp: true, ArrowLeft: false, ArrowDown: false }[event.key];
    if (event.target !== this.slider || forward === undefined || event.isComposing) return;
    event.preventDefault();
    const second = neighbour(this.changes, Number(this.slider.value), forward);
    if (second === undefined) return;
    this.slider.value = String(second);
    this.slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // A button has moved the instant: the slider goes along, and the drawing shows where it is.
  follow() {
    const second = this.querySelector("#moment")?.dataset.second;
    if (second !== undefined && document.activeElement !== this.slider) {
      this.slider.value = second;
      this.tell();
    }
    this.showCursor();
  }

  showCursor() {
    const box = this.querySelector(".diagram-drawing");
    const cursor = this.querySelector(".cursor-line");
    if (!box || !cursor || box.scrollWidth <= box.clientWidth) return;
    const place = cursor.getBoundingClientRect().left - box.getBoundingClientRect().left;
    box.scrollLeft += place - box.clientWidth * 0.7;
  }
}

customElements.define("hb-scrubber", Scrubber);
