// What a terminal does with text alone: split what was pasted, complete a word, go through the history.

/** The commands in a text of several lines; a here-document and a line that ends in a backslash stay whole. */
export function commandsOf(text) {
  const commands = [];
  let open = [];
  let end = null;
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    open.push(line);
    if (end !== null) {
      if (line.trim() === end) end = null;
      else continue;
    } else if (line.endsWith("\\")) {
      continue;
    } else {
      end = line.match(/<<-?\s*(["']?)(\w+)\1/)?.[2] ?? null;
      if (end !== null) continue;
    }
    if (open.join("").trim()) commands.push(open.join("\n"));
    open = [];
  }
  if (open.join("").trim()) commands.push(open.join("\n"));
  return commands;
}

/** The line with its last word as long as all the words agree; a single word is finished by a space. */
export function completed(line, words) {
  if (!words.length) return line;
  const start = line.search(/\S*$/);
  let common = words[0];
  for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
  if (words.length === 1) common += " ";
  return common.length < line.length - start ? line : line.slice(0, start) + common;
}

/** Lines that were run, and the one that was being written when going back began. */
export class History {
  constructor(lines) {
    this.lines = lines;
    this.place = lines.length;
    this.draft = "";
  }

  add(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    this.place = this.lines.length;
    this.draft = "";
  }

  back(written) {
    if (this.place === this.lines.length) this.draft = written;
    this.place = Math.max(this.place - 1, 0);
    return this.lines[this.place] ?? this.draft;
  }

  forward() {
    this.place = Math.min(this.place + 1, this.lines.length);
    return this.lines[this.place] ?? this.draft;
  }
}
