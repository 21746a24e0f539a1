"""Which Pods of a ReplicaSet go first when it shrinks (pkg/controller/controller_utils.go ActivePodsWithRanks)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cmp_to_key

from learn.cluster.clock import parse_timestamp
from learn.cluster.objects import Obj, annotations_of
from learn.cluster.pods import condition, is_ready, is_sidecar

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_is_cost = re.compile(r"-[0-9]+|0|[1-9][0-9]*").fullmatch
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def deletion_cost(pod: Obj) -> int:
    """The annotation as a 32-bit number; anything else counts 0.

    A positive number has neither a plus sign nor leading zeros (apis/core/helper validFirstDigit).
    """
    text = annotations_of(pod).get(DELETION_COST, "0")
    value = int(text) if _is_cost(text) and len(text) < 100 else 0
    return value if -(2**31) <= value < 2**31 else 0


def deletion_order(pods: Sequence[Obj], related: Sequence[Obj], now_ms: int) -> list[Obj]:
    """The Pods, those to delete first at the front.

    `related` are the active Pods of the same owner's ReplicaSets (these included), which tell how crowded a
    node is; `now_ms` is the time since 1970.
    """
    crowd: dict[str, int] = {}
    for pod in related:
        node = pod["spec"].get("nodeName")
        if node:
            crowd[node] = crowd.get(node, 0) + 1

    def compare(left: Obj, right: Obj) -> int:
        return _compare(left, right, crowd, now_ms)

    return sorted(pods, key=cmp_to_key(compare))


def active_order(pods: Sequence[Obj]) -> list[Obj]:
    """The Pods, those that got least far at the front (ActivePods): what a Job deletes first.

    Unlike `deletion_order` it knows neither costs nor crowded nodes, and compares times as they are.
    """

    def rank(pod: Obj) -> tuple[float, ...]:
        ready = is_ready(pod)
        apps, sidecars = _restarts(pod)
        since = _newer_first(_ready_time(pod)) if ready else 0
        created = _newer_first(pod["metadata"].get("creationTimestamp", ""))
        return (bool(pod["spec"].get("nodeName")), _phase(pod), ready, since, -apps, -sidecars, created)

    return sorted(pods, key=rank)


def _newer_first(timestamp: str) -> float:
    return -parse_timestamp(timestamp) if timestamp else float("-inf")


def _compare(left: Obj, right: Obj, crowd: dict[str, int], now_ms: int) -> int:
    left_node, right_node = left["spec"].get("nodeName"), right["spec"].get("nodeName")
    if bool(left_node) != bool(right_node):
        return -1 if not left_node else 1
    ready = is_ready(left), is_ready(right)
    for a, b in (
        (_phase(left), _phase(right)),
        ready,
        (deletion_cost(left), deletion_cost(right)),
        (-crowd.get(left_node, 0), -crowd.get(right_node, 0)),
    ):
        if a != b:
            return -1 if a < b else 1
    if all(ready) and (decided := _by_time(left, right, _ready_time(left), _ready_time(right), now_ms)):
        return decided
    for a, b in zip(_restarts(left), _restarts(right), strict=True):
        if a != b:
            return -1 if a > b else 1
    created = (left["metadata"].get("creationTimestamp", ""), right["metadata"].get("creationTimestamp", ""))
    return _by_time(left, right, *created, now_ms)


def _phase(pod: Obj) -> int:
    return _PHASES.get((pod.get("status") or {}).get("phase", ""), 0)


def _ready_time(pod: Obj) -> str:
    found = condition(pod, "Ready")
    return str((found or {}).get("lastTransitionTime") or "")


def _by_time(left: Obj, right: Obj, a: str, b: str, now_ms: int) -> int:
    """The later time first, by powers of two of the age; an unset time is first; then the smaller uid."""
    if a == b:
        return 0
    if not a or not b:
        return -1 if not a else 1
    difference = _bucket(a, now_ms) - _bucket(b, now_ms)
    if difference == 0:
        return -1 if left["metadata"]["uid"] < right["metadata"]["uid"] else 1
    return difference


def _bucket(timestamp: str, now_ms: int) -> int:
    """floor(log2(age in nanoseconds)); -1 for an age of zero."""
    age = (now_ms - parse_timestamp(timestamp)) * 1_000_000
    return age.bit_length() - 1 if age > 0 else -1


def _restarts(pod: Obj) -> tuple[int, int]:
    """The highest restart count of the app containers, and of the sidecars."""
    status = pod.get("status") or {}
    sidecars = {c["name"] for c in pod["spec"].get("initContainers") or () if is_sidecar(c)}
    apps = [c.get("restartCount", 0) for c in status.get("containerStatuses") or ()]
    others = [
        c.get("restartCount", 0)
        for c in status.get("initContainerStatuses") or ()
        if c.get("name") in sidecars
    ]
    return max(apps, default=0), max(others, default=0)
