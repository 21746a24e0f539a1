// The objects of the text, as links to their lines.

/** Fill the list in `element`; one object needs no list. */
export function showOutline(element, items) {
  element.hidden = items.length < 2;
  element.querySelector("ol").replaceChildren(...items.map(row));
}

function row({ line, kind, name }) {
  const link = document.createElement("a");
  link.href = `#L${line}`;
  link.textContent = name ? `${kind} ${name}` : kind;
  const item = document.createElement("li");
  item.append(link);
  return item;
}
