// <hb-order><ol><li>… <select></select></li></ol></hb-order>: moves items with ↑↓ buttons instead of numbers.
// The selects stay in the form and keep its values, so the server reads the same answer either way.

class HbOrder extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector("ol");
    for (const item of this.items) this.upgrade(item);
    this.sort();
    this.renumber();
    this.addEventListener("click", this.onClick);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.onClick);
  }

  get items() {
    return [...this.list.children];
  }

  upgrade(item) {
    item.querySelector("label").hidden = true;
    const text = item.firstElementChild.textContent.trim();
    const moves = document.createElement("span");
    moves.className = "actions";
    for (const [step, sign, word] of [[-1, "↑", "上へ"], [1, "↓", "下へ"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.dataset.size = "small";
      button.dataset.step = step;
      button.textContent = sign;
      button.setAttribute("aria-label", `「${text}」を${word}`);
      moves.append(button);
    }
    item.append(moves);
  }

  onClick = (event) => {
    const button = event.target.closest("button[data-step]");
    if (!button) return;
    const item = button.closest("li");
    const step = Number(button.dataset.step);
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item);
    else other.after(item);
    this.renumber();
    button.focus();
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = `${this.items.indexOf(item) + 1}番目に移しました。`;
  };

  /** Show the items in the order that the selects tell, if they tell one. */
  sort() {
    const position = (item) => Number(item.querySelector("select").value);
    const { items } = this;
    if (new Set(items.map(position)).size === items.length) this.list.append(...items.sort((a, b) => position(a) - position(b)));
  }

  renumber() {
    this.items.forEach((item, index) => {
      item.querySelector("select").value = String(index + 1);
    });
  }
}

customElements.define("hb-order", HbOrder);
