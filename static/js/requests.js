// What a learner sees while htmx waits, and when the answer does not come.

const BUSY_AFTER_MS = 400;
const waiting = new WeakMap();

function submitterOf(event) {
  return event.detail.requestConfig?.triggeringEvent?.submitter ?? null;
}

function barOf(form) {
  return form.querySelector(".notice[data-role=failure]");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  const submitter = submitterOf(event);
  event.detail.target?.setAttribute("aria-busy", "true");
  barOf(form)?.remove();
  if (!submitter) return;
  const before = [...submitter.childNodes];
  const timer = setTimeout(() => {
    submitter.setAttribute("aria-busy", "true");
    submitter.replaceChildren("確かめています…");
  }, BUSY_AFTER_MS);
  waiting.set(form, () => {
    clearTimeout(timer);
    if (!submitter.hasAttribute("aria-busy")) return;
    submitter.removeAttribute("aria-busy");
    submitter.replaceChildren(...before);
  });
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  event.detail.target?.removeAttribute("aria-busy");
  waiting.get(form)?.();
  waiting.delete(form);
});

// Where the pressed button has gone, the part names what to read next.
document.addEventListener("htmx:afterSettle", (event) => {
  if (document.activeElement === document.body) event.target.querySelector("[data-focus]")?.focus();
});

function failed(event) {
  const form = event.detail.elt;
  if (!(form instanceof HTMLFormElement)) return;
  const submitter = submitterOf(event);
  const words = "結果を受け取れませんでした。書いた内容は残っています。";
  const bar = document.createElement("div");
  bar.className = "notice";
  bar.dataset.kind = "fail";
  bar.dataset.role = "failure";
  const text = document.createElement("span");
  text.className = "rich";
  text.textContent = words;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button";
  again.dataset.size = "small";
  again.textContent = "もう一度確かめる";
  again.addEventListener("click", () => form.requestSubmit(submitter?.isConnected ? submitter : undefined));
  bar.append(text, again);
  barOf(form)?.remove();
  (submitter?.closest(".actions") ?? form.lastElementChild).after(bar);
  document.getElementById("announcer").textContent = words;
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, failed);
