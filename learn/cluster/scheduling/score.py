"""Scales of scores: every plugin gives 0 to 100 (plugins/helper/normalize_score.go)."""

from __future__ import annotations

from collections.abc import Sequence

MAX_SCORE = 100


def normalized(counts: Sequence[int], *, reverse: bool = False) -> list[int]:
    """Scaled so that the largest is 100; turned round with `reverse`.  All zero stays zero (reversed: 100)."""
    largest = max(counts, default=0)
    if not largest:
        return [MAX_SCORE if reverse else 0] * len(counts)
    scaled = [MAX_SCORE * count // largest for count in counts]
    return [MAX_SCORE - score for score in scaled] if reverse else scaled
