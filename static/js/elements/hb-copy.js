// Puts a copy button on every code block.

for (const figure of document.querySelectorAll("figure.code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "コピー";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(figure.querySelector("code").textContent);
    button.textContent = "コピーしました";
    setTimeout(() => { button.textContent = "コピー"; }, 2000);
  });
  figure.prepend(button);
}
