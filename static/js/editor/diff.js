// What changed between two texts, line by line.

/** The rows `{kind, text}` in reading order; `kind` is same, del or ins. */
export function diffLines(before, after) {
  const a = before.split("\n");
  const b = after.split("\n");
  const [head, tail] = commonEnds(a, b);
  const middle = diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (text) => ({ kind: "same", text });
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

/** The changed rows with `context` rows around them; `{kind: "gap", text: ""}` stands for what is left out. */
export function withContext(rows, context = 2) {
  const isNear = rows.map(() => false);
  rows.forEach((row, index) => {
    if (row.kind === "same") return;
    const last = Math.min(index + context, rows.length - 1);
    for (let near = Math.max(index - context, 0); near <= last; near += 1) isNear[near] = true;
  });
  const kept = [];
  rows.forEach((row, index) => {
    if (isNear[index]) kept.push(row);
    else if (kept.at(-1)?.kind !== "gap") kept.push({ kind: "gap", text: "" });
  });
  return kept;
}

function commonEnds(a, b) {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return [head, tail];
}

const MOST_CELLS = 4_000_000;

/** Longest common subsequence; two long texts with nothing in common are told as one block for another. */
function diffMiddle(a, b) {
  const del = a.map((text) => ({ kind: "del", text }));
  const ins = b.map((text) => ({ kind: "ins", text }));
  if (a.length * b.length > MOST_CELLS || !a.length || !b.length) return [...del, ...ins];
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const down = lengths[(i + 1) * width + j];
      const right = lengths[i * width + j + 1];
      lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(down, right);
    }
  }
  const rows = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ kind: "same", text: a[i] });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      rows.push(del[i]);
      i += 1;
    } else {
      rows.push(ins[j]);
      j += 1;
    }
  }
  return rows;
}

/** The one stretch in which two texts differ. */
export function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}
