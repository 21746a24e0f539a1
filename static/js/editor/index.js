customElements.define("hb-editor", class extends HTMLElement {});
