// The form that forks a run: the chosen field sets the value and the slider, and these two follow each other.

class Fork extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
    this.show();
    this.showFirstCut();
  }

  disconnectedCallback() {
    this.removeEventListener("input", this);
  }

  get field() { return this.querySelector("select"); }
  get number() { return this.querySelector("input[type=number]"); }
  get slider() { return this.querySelector("[data-part=slider]"); }

  handleEvent({ target }) {
    if (target === this.field) this.number.value = this.field.selectedOptions[0].dataset.value;
    if (target === this.slider) this.number.value = this.slider.value;
    this.show();
  }

  /** Where the drawings are wider than their box, the first restart comes into view. */
  showFirstCut() {
    const box = this.closest("#fork").querySelector(".fork-drawing");
    const cut = box?.querySelector(".cut");
    if (!cut || box.scrollWidth <= box.clientWidth) return;
    box.scrollLeft += cut.getBoundingClientRect().left - box.getBoundingClientRect().left - box.clientWidth * 0.7;
  }

  /** The slider stands at the number, within the bounds of the field. */
  show() {
    const { low, high, unit } = this.field.selectedOptions[0].dataset;
    Object.assign(this.slider, { min: low, max: high, value: this.number.value });
    this.slider.setAttribute("aria-valuetext", `${this.slider.value}${unit}`);
    this.querySelector("[data-part=unit]").textContent = unit;
  }
}

customElements.define("hb-fork", Fork);
