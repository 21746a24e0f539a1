// Places as the server counts them: lines and columns from 1, columns in characters, lines as YAML breaks them.

const BREAKS = /\r\n|[\n\r\x85\u2028\u2029]/g;

/** The offset at which each line starts; a byte order mark is no part of the first line. */
export function lineStarts(text) {
  const starts = [text.startsWith("\ufeff") ? 1 : 0];
  for (const match of text.matchAll(BREAKS)) starts.push(match.index + match[0].length);
  return starts;
}

/** The offset of a place, kept within its line and the text. */
export function offsetOf(text, starts, line, column) {
  if (line > starts.length) return text.length;
  const start = starts[Math.max(line, 1) - 1];
  const end = line < starts.length ? starts[line] : text.length;
  let offset = start;
  for (let left = column - 1; left > 0 && offset < end; left -= 1) {
    offset += text.codePointAt(offset) > 0xffff ? 2 : 1;
  }
  return Math.min(offset, end);
}

/** A caret in a line of the editor as `{line, column}`: `before` is the line's text up to it. */
export function placeOf(number, before) {
  return { line: number, column: [...before].length + 1 };
}

/** The edits of a fix as changes `{from, to, insert}` of the text. */
export function changesOf(text, edits) {
  const starts = lineStarts(text);
  return edits.map((edit) => ({
    from: offsetOf(text, starts, edit.line, edit.column),
    to: offsetOf(text, starts, edit.end_line, edit.end_column),
    insert: edit.text,
  }));
}
