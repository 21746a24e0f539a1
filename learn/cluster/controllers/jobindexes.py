"""Indexes of a Job: those that are done, those that failed, and when enough have succeeded.

Source: pkg/controller/job/indexed_job_utils.go, success_policy.go, pkg/apis/batch/validation (parseIndexInterval).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def ranges(indexes: Iterable[Any]) -> str:
    """Indexes as the status has them: `0-2,5`; two neighbours stand as a range, too."""
    numbers = sorted({int(each) for each in indexes if str(each).isdecimal()})
    parts: list[str] = []
    start = previous = None
    for number in [*numbers, None]:
        if previous is not None and number != previous + 1:
            parts.append(str(start) if start == previous else f"{start}-{previous}")
            start = number
        start = number if start is None else start
        previous = number
    return ",".join(parts)


def indexes_in(text: str, completions: int) -> set[int]:
    """The indexes below `completions` that `0-2,5` names."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            found.update(range(int(first), min(int(last or first), completions - 1) + 1))
    return found


def met_rule(policy: Mapping[str, Any] | None, succeeded: set[int], completions: int) -> int | None:
    """The first rule of a successPolicy that holds (matchSuccessPolicy).

    `succeededIndexes` alone asks for all of them, `succeededCount` for so many (of those indexes, if named).
    """
    for number, rule in enumerate((policy or {}).get("rules") or ()):
        wanted = rule.get("succeededIndexes")
        named = indexes_in(wanted, completions) if wanted is not None else None
        counted = succeeded if named is None else succeeded & named
        count = rule.get("succeededCount")
        least = count if count is not None else len(named or ())
        if len(counted) >= least and (named is not None or count is not None):
            return number
    return None


def failed_indexes(spec: Mapping[str, Any], failures: Mapping[str, int], given_up: Iterable[str]) -> set[int]:
    """Indexes that failed more often than backoffLimitPerIndex, or that a policy gave up; none without that limit."""
    limit = spec.get("backoffLimitPerIndex")
    if limit is None:
        return set()
    over = (index for index, number in failures.items() if number > int(limit))
    return {int(index) for index in (*over, *given_up) if index.isdecimal()}
