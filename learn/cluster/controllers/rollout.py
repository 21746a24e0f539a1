"""The arithmetic of Deployments, as pure functions over numbers.

Upstream: pkg/controller/deployment/{rolling,recreate,sync}.go, util/deployment_util.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from learn.cluster.api.intstr import IntOrString, scaled


class ReplicaSetSize(NamedTuple):
    """What the arithmetic needs of one ReplicaSet.

    `size` is spec.replicas, `available` status.availableReplicas, `created` orders by age, `most` the
    max-replicas annotation (0 when there is none), `desired` the desired-replicas annotation (None without).
    """

    name: str
    size: int
    available: int = 0
    created: str = ""
    most: int = 0
    desired: int | None = None


class Bounds(NamedTuple):
    """maxSurge and maxUnavailable as numbers of Pods."""

    surge: int
    unavailable: int


def resolve_bounds(surge: IntOrString | None, unavailable: IntOrString | None, replicas: int) -> Bounds:
    """Percentages of `replicas`, surge rounded up and unavailable down; never both 0 (ResolveFenceposts).

    None counts as 0.  Raises IntOrStringError for a string that is no percentage.
    """
    more = scaled(surge or 0, replicas, round_up=True)
    fewer = scaled(unavailable or 0, replicas, round_up=False)
    if more == 0 and fewer == 0:
        fewer = 1
    return Bounds(more, fewer)


def _age(each: ReplicaSetSize) -> tuple[str, str]:
    """Sorts the oldest first, those of one instant by name (ReplicaSetsByCreationTimestamp)."""
    return each.created, each.name


def max_unavailable(bounds: Bounds, replicas: int) -> int:
    """Never more than there are replicas (MaxUnavailable)."""
    return min(bounds.unavailable, replicas) if replicas else 0


def new_size(sets: Sequence[ReplicaSetSize], new: int, replicas: int, surge: int) -> int:
    """The size that the new ReplicaSet may grow to now (NewRSNewReplicas); `sets` are all, the new one included."""
    total = sum(each.size for each in sets)
    room = replicas + surge - total
    if room <= 0:
        return new
    return new + min(room, replicas - new)


def reconcile_new(sets: Sequence[ReplicaSetSize], new: ReplicaSetSize, replicas: int, surge: int) -> int:
    """The next size of the new ReplicaSet (reconcileNewReplicaSet)."""
    if new.size >= replicas:
        return replicas
    return new_size(sets, new.size, replicas, surge)


def reconcile_old(
    old: Sequence[ReplicaSetSize], new: ReplicaSetSize, replicas: int, bounds: Bounds
) -> dict[str, int]:
    """The next sizes of the old ReplicaSets that shrink (reconcileOldReplicaSets).

    Pods that are not available go first, then available ones as far as the lower bound allows; in both
    steps the oldest ReplicaSet is the first.
    """
    sizes = {each.name: each.size for each in old}
    total = sum(sizes.values()) + new.size
    floor = replicas - max_unavailable(bounds, replicas)
    most = total - floor - (new.size - new.available)
    if not sum(sizes.values()) or most <= 0:
        return {}
    by_age = sorted(old, key=_age)
    cleaned = 0
    for each in by_age:
        if cleaned >= most:
            break
        spare = min(most - cleaned, sizes[each.name] - each.available)
        if sizes[each.name] and spare > 0:
            sizes[each.name] -= spare
            cleaned += spare
    budget = sum(each.available for each in old) + new.available - floor
    for each in by_age:
        if budget <= 0:
            break
        step = min(sizes[each.name], budget)
        sizes[each.name] -= step
        budget -= step
    return {each.name: sizes[each.name] for each in old if sizes[each.name] != each.size}


def proportional(
    sets: Sequence[ReplicaSetSize], replicas: int, surge: int, *, before: int = 0
) -> dict[str, int]:
    """New sizes when a Deployment is scaled in the middle of a rollout (sync.go scale).

    Each active ReplicaSet gets its share, the biggest also what rounding leaves over.  `before` is the
    Deployment's status.replicas, for ReplicaSets without the max-replicas annotation.
    """
    sets = [each._replace(most=each.most or before) for each in sets]
    active = [each for each in sets if each.size > 0]
    allowed = replicas + surge if replicas > 0 else 0
    to_add = allowed - sum(each.size for each in active)
    ordered = sorted(active, key=_age, reverse=to_add > 0)
    ordered.sort(key=lambda each: each.size, reverse=True)
    sizes: dict[str, int] = {}
    added = 0
    for each in ordered:
        share = _proportion(each, replicas, surge, to_add, added) if to_add else 0
        sizes[each.name] = each.size + share
        added += share
    if ordered and to_add:
        first = ordered[0].name
        sizes[first] = max(0, sizes[first] + to_add - added)
    return sizes


def _proportion(each: ReplicaSetSize, replicas: int, surge: int, to_add: int, added: int) -> int:
    """GetReplicaSetProportion: the share of one ReplicaSet, within what is left."""
    if to_add == added:
        return 0
    left = to_add - added
    fraction = _fraction(each, replicas, surge)
    return min(fraction, left) if to_add > 0 else max(fraction, left)


def _fraction(each: ReplicaSetSize, replicas: int, surge: int) -> int:
    """Keep the share that the ReplicaSet had of the former maximum; halves round away from zero."""
    if replicas == 0:
        return -each.size
    if each.most <= 0:
        return 0
    numerator = 2 * each.size * (replicas + surge) + each.most
    return numerator // (2 * each.most) - each.size


def active_or_latest(new: ReplicaSetSize | None, old: Sequence[ReplicaSetSize]) -> ReplicaSetSize | None:
    """The one ReplicaSet to scale: the only active one, or the latest if none is; None if several are active."""
    active = [each for each in [*old, *([new] if new else [])] if each.size > 0]
    if len(active) > 1:
        return None
    if active:
        return active[0]
    if new is not None:
        return new
    return max(old, key=_age) if old else None


def is_saturated(new: ReplicaSetSize | None, replicas: int) -> bool:
    """The new ReplicaSet serves everything that is wanted (IsSaturated)."""
    return new is not None and new.size == replicas == new.available and new.desired == replicas


def is_progressing(before: dict[str, int], after: dict[str, int]) -> bool:
    """Whether anything moved on between two statuses (DeploymentProgressing)."""

    def old_replicas(status: dict[str, int]) -> int:
        return status.get("replicas", 0) - status.get("updatedReplicas", 0)

    return (
        after.get("updatedReplicas", 0) > before.get("updatedReplicas", 0)
        or old_replicas(after) < old_replicas(before)
        or after.get("readyReplicas", 0) > before.get("readyReplicas", 0)
        or after.get("availableReplicas", 0) > before.get("availableReplicas", 0)
    )
