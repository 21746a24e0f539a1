const elements = [
  ["hb-order", () => import("./elements/hb-order.js")],
  ["a.term", () => import("./elements/hb-term.js")],
  ["figure.code", () => import("./elements/hb-copy.js")],
];

for (const [selector, load] of elements) {
  if (document.querySelector(selector)) load();
}
