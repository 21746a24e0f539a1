// The changes of a run, [second, text] in order: what one hears at a second, and where the next one is.

export function valueText(changes, second) {
  const past = changes.filter(([at]) => at <= second);
  if (!past.length) return `${second}秒`;
  const [at, text] = past[past.length - 1];
  return at === second ? `${second}秒 ${text}` : `${second}秒 直前の変化は${at}秒 ${text}`;
}

export function neighbour(changes, second, forward) {
  const seconds = changes.map(([at]) => at);
  return forward ? seconds.find((at) => at > second) : seconds.findLast((at) => at < second);
}
