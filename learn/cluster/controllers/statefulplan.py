"""The next step of a StatefulSet, as a pure function (pkg/controller/statefulset/stateful_set_control.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple


class Member(NamedTuple):
    """One Pod as the rules see it."""

    ordinal: int
    revision: str
    healthy: bool
    """Running, ready for minReadySeconds, and not being deleted."""
    terminating: bool = False
    ended: bool = False


class Plan(NamedTuple):
    """What to do next: ordinals to create and to delete, and why the rest waits."""

    create: tuple[int, ...] = ()
    delete: tuple[int, ...] = ()


class UpdateMode(StrEnum):
    """How old Pods are chosen: what the gate MaxUnavailableStatefulSet brought, release by release."""

    ONE = "one"
    """Without the gate: one at a time."""
    BUDGET = "budget"
    """1.35: as many as may be missing, whatever state they are in."""
    BROKEN_FIRST = "broken-first"
    """1.37: with Parallel, old Pods that are unavailable go beside the budget."""


def update_mode(version: str) -> UpdateMode:
    return {"1.35": UpdateMode.BUDGET, "1.37": UpdateMode.BROKEN_FIRST}.get(version, UpdateMode.ONE)


def plan(
    members: Sequence[Member],
    *,
    start: int,
    replicas: int,
    ordered: bool,
    strategy: str,
    partition: int,
    update_revision: str,
    max_unavailable: int = 1,
    mode: UpdateMode = UpdateMode.BROKEN_FIRST,
) -> Plan:
    """The next step of a StatefulSet (updateStatefulSet): fill up, then shrink, then update.

    With OrderedReady each step waits for the one before.  `partition` counts from the first ordinal.
    """
    wanted = range(start, start + replicas)
    by_ordinal = {member.ordinal: member for member in members}
    create: list[int] = []
    delete: list[int] = []
    for ordinal in wanted:
        member = by_ordinal.get(ordinal)
        if member is None:
            create.append(ordinal)
        elif member.ended and not member.terminating:
            delete.append(ordinal)
        if ordered and (member is None or member.ended or not member.healthy):
            return Plan(tuple(create), tuple(delete))
    delete += _to_condemn([m for m in members if m.ordinal not in wanted], ordered=ordered)
    is_shrinking = any(member.ordinal not in wanted for member in members)
    if strategy != "OnDelete" and not (ordered and is_shrinking):
        update = _Update(by_ordinal, wanted, start + partition, update_revision)
        chosen = update.chosen(
            max_unavailable, UpdateMode.BUDGET if ordered and mode is not UpdateMode.ONE else mode
        )
        delete += [ordinal for ordinal in chosen if ordinal not in delete]
    return Plan(tuple(create), tuple(delete))


def _to_condemn(members: Sequence[Member], *, ordered: bool) -> list[int]:
    """Pods outside the range, from the highest; in order each must be healthy, or the first that is not (processCondemned)."""
    if not ordered:
        return sorted((m.ordinal for m in members if not m.terminating), reverse=True)
    if not members:
        return []
    highest = max(members)
    first_broken = min((m.ordinal for m in members if not m.healthy), default=None)
    if highest.terminating or (not highest.healthy and highest.ordinal != first_broken):
        return []
    return [highest.ordinal]


class _Update(NamedTuple):
    """A rolling update: old Pods from `lowest` on are replaced, the highest ordinal first."""

    by_ordinal: Mapping[int, Member]
    wanted: range
    lowest: int
    revision: str

    def is_old(self, ordinal: int) -> bool:
        member = self.by_ordinal.get(ordinal)
        return member is not None and member.revision != self.revision and not member.terminating

    def is_missing(self, ordinal: int) -> bool:
        member = self.by_ordinal.get(ordinal)
        return member is None or not member.healthy

    def chosen(self, most: int, mode: UpdateMode) -> list[int]:
        targets = [ordinal for ordinal in reversed(self.wanted) if ordinal >= self.lowest]
        if mode is UpdateMode.ONE:
            first = next((each for each in targets if self.is_old(each) or self.is_missing(each)), None)
            return [first] if first is not None and self.is_old(first) else []
        old = [ordinal for ordinal in targets if self.is_old(ordinal)]
        room = max(0, most - sum(map(self.is_missing, self.wanted)))
        if mode is UpdateMode.BUDGET:
            return old[:room]
        broken = [ordinal for ordinal in old if self.is_missing(ordinal)]
        return broken + [ordinal for ordinal in old if ordinal not in broken][:room]
