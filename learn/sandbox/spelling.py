"""Which known name a misspelt one probably meant."""

from collections.abc import Iterable

_SHORTEST_PART = 4


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The one candidate that is clearly nearest to `name`, None if none is near or two are equally near.

    Distance counts insertions, deletions, substitutions and swaps of neighbours; case differences are free
    among equals. A third of the letters may differ.
    """
    folded = name.casefold().replace("_", "").replace("-", "")
    limit = max(1, len(folded) // 3)
    best: list[str] = []
    best_distance = limit + 1
    for candidate in candidates:
        target = candidate.casefold()
        if abs(len(target) - len(folded)) > limit:
            continue
        distance = edit_distance(folded, target)
        if distance < best_distance:
            best, best_distance = [candidate], distance
        elif distance == best_distance and best:
            best.append(candidate)
    return best[0] if len(best) == 1 else None


def abbreviated(name: str, candidates: Iterable[str]) -> str | None:
    """The one candidate that begins or ends with `name`, None for none, for several, or for a short name."""
    folded = name.casefold()
    if len(folded) < _SHORTEST_PART:
        return None
    found = [c for c in candidates if c.casefold().startswith(folded) or c.casefold().endswith(folded)]
    return found[0] if len(found) == 1 else None


def edit_distance(a: str, b: str) -> int:
    """Optimal string alignment distance: a swap of neighbours counts as one."""
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i]
        for j, right in enumerate(b, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]
