// Terms open in place when pressed; the link stays a link for everything else.

let popover;

function close() {
  if (!popover) return;
  const { anchor } = popover;
  popover.element.remove();
  anchor.setAttribute("aria-expanded", "false");
  popover = undefined;
}

function place(element, anchor) {
  const box = anchor.getClientRects()[0];
  const left = Math.min(box.left, document.documentElement.clientWidth - element.offsetWidth - 16);
  element.style.setProperty("left", `${Math.max(16, left) + scrollX}px`);
  element.style.setProperty("top", `${anchor.getBoundingClientRect().bottom + scrollY + 8}px`);
}

async function open(anchor) {
  const response = await fetch(anchor.href, { headers: { "HX-Request": "true" } });
  if (!response.ok) throw new Error(`${response.status}`);
  const element = document.createElement("div");
  element.className = "term-popover";
  element.id = "term-popover";
  element.tabIndex = -1;
  element.setAttribute("role", "dialog");
  element.setAttribute("aria-label", `用語：${anchor.textContent}`);
  element.innerHTML = await response.text();
  close();
  document.body.append(element);
  place(element, anchor);
  anchor.setAttribute("aria-expanded", "true");
  popover = { element, anchor };
  element.focus();
}

document.addEventListener("click", async (event) => {
  const anchor = event.target.closest("a.term");
  if (popover && !popover.element.contains(event.target)) {
    const wasMine = popover.anchor === anchor;
    close();
    if (wasMine) {
      event.preventDefault();
      return;
    }
  }
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!anchor || !isPlain || popover?.element.contains(anchor)) return;
  event.preventDefault();
  try {
    await open(anchor);
  } catch {
    location.assign(anchor.href);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !popover || event.isComposing) return;
  const { anchor } = popover;
  close();
  anchor.focus();
});

document.addEventListener("focusin", (event) => {
  if (popover && !popover.element.contains(event.target) && event.target !== popover.anchor) close();
});
