"""Indexes of a Job: those that are done, those that failed, and when enough have succeeded.

Source: pkg/controller/job/indexed_job_utils.go, success_policy.go, pkg/apis/batch/validation (parseIndexInterval).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any


def ranges(indexes: Iterable[Any]) -> str:
    """Indexes as the status has them: `0-2,5,6`; three or more in a row stand as a range (orderedIntervals.String)."""
    numbers = sorted({int(each) for each in indexes if str(each).isdecimal()})
    parts: list[str] = []
    start = previous = None
    for number in [*numbers, None]:
        if start is not None and previous is not None and number != previous + 1:
            joint = "-" if previous > start + 1 else ","
            parts.append(str(start) if start == previous else f"{start}{joint}{previous}")
            start = number
        start = number if start is None else start
        previous = number
    return ",".join(parts)


def intervals_in(text: str, completions: int) -> list[tuple[int, int]]:
    """The indexes below `completions` that `0-2,5` names, as pairs of the first and the last of each part."""
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (last or first).isdecimal() and int(first) < completions:
            found.append((int(first), min(int(last or first), completions - 1)))
    return found


def met_rule(policy: Mapping[str, Any] | None, succeeded: Collection[int], completions: int) -> int | None:
    """The first rule of a successPolicy that holds (matchSuccessPolicy); none before an index has succeeded.

    `succeededIndexes` asks for all of them, or for as many of them as `succeededCount` says; a
    `succeededCount` alone for so many of any.
    """
    for number, rule in enumerate((policy or {}).get("rules") or () if succeeded else ()):
        wanted, count = rule.get("succeededIndexes"), rule.get("succeededCount")
        if wanted is None:
            if count is not None and len(succeeded) >= int(count):
                return number
            continue
        named = intervals_in(str(wanted), completions)
        total = sum(last - first + 1 for first, last in named)
        met = sum(any(first <= index <= last for first, last in named) for index in succeeded)
        if named and (met == total or (count is not None and met >= int(count))):
            return number
    return None


def failed_indexes(spec: Mapping[str, Any], failures: Mapping[str, int], given_up: Iterable[str]) -> set[int]:
    """Indexes that failed more often than backoffLimitPerIndex, or that a policy gave up; none without that limit."""
    limit = spec.get("backoffLimitPerIndex")
    if limit is None:
        return set()
    over = (index for index, number in failures.items() if number > int(limit))
    return {int(index) for index in (*over, *given_up) if index.isdecimal()}
