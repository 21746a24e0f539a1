// Comfort for what is on this page; every page works without it.

const parts = [
  ["hb-order", () => import("./elements/hb-order.js")],
  ["a.term", () => import("./elements/hb-term.js")],
  ["figure.code", () => import("./elements/hb-copy.js")],
  ["#timeline, #predict-run", () => import("./elements/hb-scrubber.js")],
  ["#timeline", () => import("./elements/hb-fork.js")],
  [".lesson-toc", () => import("./elements/hb-toc.js")],
  ["[hx-post]", () => import("./requests.js")],
];

for (const [selector, load] of parts) {
  if (document.querySelector(selector)) load();
}
