"""Verbs that a mistyped one may have meant (cobra's SuggestionsFor: prefix, or at most two letters wrong)."""

from collections.abc import Iterable

_NEAR = 2


def suggest(word: str, names: Iterable[str]) -> list[str]:
    if len(word) > 40:
        return []
    lower = word.lower()
    return [name for name in names if name.startswith(lower) or distance(lower, name) <= _NEAR]


def distance(left: str, right: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != other))
    return row[-1]
