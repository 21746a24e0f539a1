"""
How fast an HPA may follow its recommendation: stabilization, rate policies, bounds.

Rules: pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas,
normalizeDesiredReplicasWithBehaviors). Times are milliseconds of virtual time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple

DOWNSCALE_STABILIZATION_MS = 300_000
SCALE_UP_FACTOR = 2
SCALE_UP_MINIMUM = 4


class Stamped(NamedTuple):
    """A recommendation, or the size of a change made, at an instant."""

    at_ms: int
    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    current: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A replica count and why: the reason and message of an HPA condition."""

    replicas: int
    reason: str
    message: str


IN_RANGE = ("DesiredWithinRange", "the desired count is within the acceptable range")
TOO_MANY = ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
TOO_FEW = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
UP_LIMIT = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
DOWN_LIMIT = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
READY = ("ReadyForNewScale", "recommended size matches current size")
UP_STABILIZED = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)
DOWN_STABILIZED = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
)


def stabilize(
    desired: int,
    recommendations: Sequence[Stamped],
    *,
    current: int,
    now_ms: int,
    behavior: Mapping[str, Any] | None = None,
) -> Decision:
    """
    Hold a recommendation back by the ones before it.

    Without `behavior` only a scale-down waits, for the highest recommendation of the last 300 s.
    """
    up_ms, down_ms = 0, DOWNSCALE_STABILIZATION_MS
    if behavior is not None:
        up_ms = 1000 * (rules(behavior, "scaleUp").get("stabilizationWindowSeconds") or 0)
        seconds = rules(behavior, "scaleDown").get("stabilizationWindowSeconds")
        down_ms = DOWNSCALE_STABILIZATION_MS if seconds is None else 1000 * seconds
    lowest = min([desired, *(item.replicas for item in recommendations if item.at_ms > now_ms - up_ms)])
    highest = max([desired, *(item.replicas for item in recommendations if item.at_ms > now_ms - down_ms)])
    replicas = min(max(current, lowest), highest) if behavior is not None else highest
    if replicas == desired:
        return Decision(replicas=replicas, reason=READY[0], message=READY[1])
    reason, message = UP_STABILIZED if replicas < desired else DOWN_STABILIZED
    return Decision(replicas=replicas, reason=reason, message=message)


def limit(
    desired: int,
    bounds: Bounds,
    *,
    now_ms: int,
    behavior: Mapping[str, Any] | None = None,
    ups: Sequence[Stamped] = (),
    downs: Sequence[Stamped] = (),
) -> Decision:
    """
    Keep a stabilized recommendation within the allowed rate, then within the bounds.

    `ups` and `downs` are the changes made lately, as positive sizes.
    """
    current = bounds.current
    if behavior is None:
        return _limit_by_default(desired, bounds)
    if desired > current:
        ceiling = max(current, scale_up_limit(current, rules(behavior, "scaleUp"), ups, downs, now_ms))
        if desired > min(ceiling, bounds.maximum):
            reason = UP_LIMIT if bounds.maximum > ceiling else TOO_MANY
            return _decide(min(ceiling, bounds.maximum), reason)
    elif desired < current:
        floor = min(current, scale_down_limit(current, rules(behavior, "scaleDown"), ups, downs, now_ms))
        if desired < max(floor, bounds.minimum):
            reason = DOWN_LIMIT if bounds.minimum < floor else TOO_FEW
            return _decide(max(floor, bounds.minimum), reason)
    return _decide(desired, IN_RANGE)


def rules(behavior: Mapping[str, Any], direction: str) -> Mapping[str, Any]:
    """Return the rules of `scaleUp` or `scaleDown` with the API server's defaults (v2/defaults.go) filled in."""
    written = behavior.get(direction) or {}
    percent = {"type": "Percent", "value": 100, "periodSeconds": 15}
    if direction == "scaleUp":
        pods = {"type": "Pods", "value": 4, "periodSeconds": 15}
        defaults = {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [pods, percent]}
    else:
        defaults = {"stabilizationWindowSeconds": None, "selectPolicy": "Max", "policies": [percent]}
    return {**defaults, **{key: value for key, value in written.items() if value is not None and value != []}}


def scale_up_limit(
    current: int, up: Mapping[str, Any], ups: Sequence[Stamped], downs: Sequence[Stamped], now_ms: int
) -> int:
    """Return how many replicas the scale-up policies allow at most."""
    if up["selectPolicy"] == "Disabled":
        return current
    allowed = []
    for policy in up["policies"]:
        start = _period_start(current, policy, ups, downs, now_ms)
        if policy["type"] == "Pods":
            allowed.append(start + policy["value"])
        else:
            allowed.append(ceil(start * (1 + policy["value"] / 100)))
    return int(min(allowed) if up["selectPolicy"] == "Min" else max(allowed))


def scale_down_limit(
    current: int, down: Mapping[str, Any], ups: Sequence[Stamped], downs: Sequence[Stamped], now_ms: int
) -> int:
    """Return how many replicas the scale-down policies allow at least."""
    if down["selectPolicy"] == "Disabled":
        return current
    allowed = []
    for policy in down["policies"]:
        start = _period_start(current, policy, ups, downs, now_ms)
        if policy["type"] == "Pods":
            allowed.append(start - policy["value"])
        else:
            allowed.append(int(start * (1 - policy["value"] / 100)))
    return int(max(allowed) if down["selectPolicy"] == "Min" else min(allowed))


def _period_start(
    current: int, policy: Mapping[str, Any], ups: Sequence[Stamped], downs: Sequence[Stamped], now_ms: int
) -> int:
    cutoff = now_ms - 1000 * policy["periodSeconds"]
    added = sum(event.replicas for event in ups if event.at_ms > cutoff)
    removed = sum(event.replicas for event in downs if event.at_ms > cutoff)
    return current - added + removed


def _limit_by_default(desired: int, bounds: Bounds) -> Decision:
    ceiling = max(SCALE_UP_FACTOR * bounds.current, SCALE_UP_MINIMUM)
    if desired < bounds.minimum:
        return _decide(bounds.minimum, TOO_FEW)
    if desired > min(ceiling, bounds.maximum):
        reason = UP_LIMIT if bounds.maximum > ceiling else TOO_MANY
        return _decide(min(ceiling, bounds.maximum), reason)
    return _decide(desired, IN_RANGE)


def _decide(replicas: int, reason: tuple[str, str]) -> Decision:
    return Decision(replicas=replicas, reason=reason[0], message=reason[1])
