"""Requests against what a node has left, and host ports (plugins/noderesources, plugins/nodeports)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from learn.cluster.api.access import map_at, maps_at
from learn.cluster.scheduling.nodeinfo import EVERY_ADDRESS, HostPort, NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.score import MAX_SCORE
from learn.cluster.scheduling.verdict import NodeFilter, Refusal

_ORDER = {"pods": 0, "cpu": 1, "memory": 2, "ephemeral-storage": 3}
MARGINAL_BALANCE_SINCE = 36
"""From this minor version on the balance is scored by what the Pod changes."""


def insufficient(pod: PodInfo, node: NodeInfo) -> dict[str, dict[str, int]]:
    """What a node lacks for a Pod: resource -> `requested`, `free`, `allocatable`; `pods` for their number."""
    lacking: dict[str, dict[str, int]] = {}
    allowed = node.allocatable.get("pods", 0)
    if len(node.pods) + 1 > allowed:
        lacking["pods"] = {"requested": 1, "free": allowed - len(node.pods), "allocatable": allowed}
    for name, amount in pod.requests.items():
        if not amount:
            continue
        allocatable = node.allocatable.get(name, 0)
        free = allocatable - node.requested.get(name, 0)
        if amount > free:
            lacking[name] = {"requested": amount, "free": free, "allocatable": allocatable}
    return lacking


def fit_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter:
    def check(node: NodeInfo) -> Refusal | None:
        lacking = insufficient(pod, node)
        if not lacking:
            return None
        listed = sorted(lacking, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))
        reasons = tuple("Too many pods" if name == "pods" else f"Insufficient {name}" for name in listed)
        hopeless = any(
            each["requested"] > each["allocatable"] for name, each in lacking.items() if name != "pods"
        )
        field = _request_field(pod.spec, listed[0])
        return Refusal("NodeResourcesFit", reasons, not hopeless, field, lacking)

    return check


def _request_field(spec: Mapping[str, Any], name: str) -> str:
    for group in ("containers", "initContainers"):
        for index, container in enumerate(maps_at(spec, group)):
            if name in map_at(map_at(container, "resources"), "requests"):
                return f"spec.{group}[{index}].resources.requests.{name}"
    return ""


def least_allocated(pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int]:
    """The mean share of CPU and memory that stays free with the Pod there, in percent."""
    return [
        least_allocated_score(
            (node.scored_cpu + pod.scored_cpu, node.scored_memory + pod.scored_memory),
            (node.allocatable.get("cpu", 0), node.allocatable.get("memory", 0)),
        )
        for node in nodes
    ]


def least_allocated_score(requested: Sequence[int], allocatable: Sequence[int]) -> int:
    total = weights = 0
    for amount, capacity in zip(requested, allocatable, strict=True):
        if capacity:
            weights += 1
            total += (capacity - amount) * MAX_SCORE // capacity if amount <= capacity else 0
    return total // weights if weights else 0


def balanced_allocation(pod: PodInfo, nodes: Sequence[NodeInfo], minor: int) -> list[int] | None:
    """How evenly CPU and memory would be used; None for a Pod that requests neither."""
    cpu, memory = pod.requests.get("cpu", 0), pod.requests.get("memory", 0)
    if not cpu and not memory:
        return None
    scores = []
    for node in nodes:
        used = (node.requested.get("cpu", 0), node.requested.get("memory", 0))
        allocatable = (node.allocatable.get("cpu", 0), node.allocatable.get("memory", 0))
        score = balance((used[0] + cpu, used[1] + memory), allocatable)
        if minor >= MARGINAL_BALANCE_SINCE:
            half = MAX_SCORE // 2
            score = half + int((half + score - balance(used, allocatable)) / 2)
        scores.append(score)
    return scores


def balance(requested: Sequence[int], allocatable: Sequence[int]) -> int:
    """100 less the standard deviation of the used fractions, in percent."""
    fractions = [
        amount / capacity if amount < capacity else 1.0
        for amount, capacity in zip(requested, allocatable, strict=True)
        if capacity
    ]
    if len(fractions) == 2:
        return int((1 - abs(fractions[0] - fractions[1]) / 2) * MAX_SCORE)
    mean = sum(fractions) / len(fractions) if fractions else 0.0
    variance = sum((fraction - mean) ** 2 for fraction in fractions) / max(1, len(fractions))
    return int((1 - sqrt(variance)) * MAX_SCORE)


def ports_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    if not pod.ports:
        return None

    def check(node: NodeInfo) -> Refusal | None:
        taken = [port for port in pod.ports if any(port_conflicts(port, used) for used in node.ports)]
        if not taken:
            return None
        return Refusal(
            "NodePorts",
            ("node(s) didn't have free ports for the requested pod ports",),
            True,
            _port_field(pod.spec, taken[0].port),
            {"ports": [list(port) for port in taken]},
        )

    return check


def port_conflicts(one: HostPort, other: HostPort) -> bool:
    """The same port and protocol, on the same address or on every one."""
    if one.port != other.port or one.protocol != other.protocol:
        return False
    return one.address == other.address or EVERY_ADDRESS in (one.address, other.address)


def _port_field(spec: Mapping[str, Any], number: int) -> str:
    for group in ("containers", "initContainers"):
        for index, container in enumerate(maps_at(spec, group)):
            for place, port in enumerate(maps_at(container, "ports")):
                if port.get("hostPort") == number:
                    return f"spec.{group}[{index}].ports[{place}].hostPort"
    return ""
