"""Affinity between Pods (plugins/interpodaffinity: filtering.go, scoring.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from learn.cluster.scheduling.nodeinfo import GroupCount, GroupKey, NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.score import MAX_SCORE
from learn.cluster.scheduling.terms import Term
from learn.cluster.scheduling.verdict import NodeFilter, Refusal

Topology: TypeAlias = dict[tuple[str, str], int]
"""(label key, value) -> how many Pods, or what weight."""

HARD_AFFINITY_WEIGHT = 1
AFFINITY = "node(s) didn't match pod affinity rules"
ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules"
EXISTING_ANTI_AFFINITY = "node(s) didn't satisfy existing pods anti-affinity rules"


def interpod_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    required, anti = pod.terms.required, pod.terms.anti_required
    existing = _existing_anti(pod, snapshot)
    if not required and not anti and not existing:
        return None
    near = _count_all(required, snapshot) if required else {}
    far = _count_any(anti, snapshot) if anti else {}
    own = required and not near and _matches_all(required, pod.namespace, pod.labels, snapshot)

    def check(node: NodeInfo) -> Refusal | None:
        if required and not _is_near(node, required, near, is_first=bool(own)):
            return _refusal(AFFINITY, False, "podAffinity", required)
        if anti and any(pair in far for pair in _pairs(node, anti)):
            return _refusal(ANTI_AFFINITY, True, "podAntiAffinity", anti)
        if existing and any(existing.get(pair, 0) for pair in node.labels.items()):
            return Refusal("InterPodAffinity", (EXISTING_ANTI_AFFINITY,), True, "metadata.labels")
        return None

    return check


def _pairs(node: NodeInfo, terms: Sequence[Term]) -> list[tuple[str, str]]:
    """The node's place in the topologies of these terms."""
    keys = [term.topology_key for term in terms]
    return [(key, node.labels[key]) for key in keys if key in node.labels]


def _refusal(reason: str, resolvable: bool, side: str, terms: Sequence[Term]) -> Refusal:
    field = f"spec.affinity.{side}.requiredDuringSchedulingIgnoredDuringExecution"
    detail = {"terms": [{"key": term.topology_key, "selector": str(term.selector)} for term in terms]}
    return Refusal("InterPodAffinity", (reason,), resolvable, field, detail)


def _is_near(
    node: NodeInfo, terms: Sequence[Term], near: Mapping[tuple[str, str], int], *, is_first: bool
) -> bool:
    """Every term's topology has such a Pod; the first of a kind that wants its own company only needs the labels."""
    if not all(term.topology_key in node.labels for term in terms):
        return False
    return is_first or all(near.get((term.topology_key, node.labels[term.topology_key]), 0) for term in terms)


def _matches_all(
    terms: Sequence[Term], namespace: str, labels: Mapping[str, str], snapshot: Snapshot
) -> bool:
    return all(term.matches(namespace, labels, snapshot.namespace_labels) for term in terms)


def _count_all(terms: Sequence[Term], snapshot: Snapshot) -> Topology:
    """Pods that match every term, per topology of each term."""
    memo: dict[GroupKey, bool] = {}
    counts: Topology = {}
    for node in snapshot.nodes.values():
        total = 0
        for key, group in node.groups.items():
            if key not in memo:
                memo[key] = _matches_all(terms, group.namespace, group.labels, snapshot)
            total += group.total if memo[key] else 0
        for term in terms:
            _add(counts, node, term.topology_key, total)
    return counts


def _count_any(terms: Sequence[Term], snapshot: Snapshot) -> Topology:
    """Pods that match a term, per topology of that term."""
    counts: Topology = {}
    for term in terms:
        memo: dict[GroupKey, bool] = {}
        for node in snapshot.nodes.values():
            _add(counts, node, term.topology_key, _matching(node.groups, term, memo, snapshot))
    return counts


def _matching(
    groups: Mapping[GroupKey, GroupCount], term: Term, memo: dict[GroupKey, bool], snapshot: Snapshot
) -> int:
    total = 0
    for key, group in groups.items():
        if key not in memo:
            memo[key] = term.matches(group.namespace, group.labels, snapshot.namespace_labels)
        total += group.total if memo[key] else 0
    return total


def _existing_anti(pod: PodInfo, snapshot: Snapshot) -> Topology:
    """Topologies in which a Pod stands whose required anti-affinity means this one."""
    counts: Topology = {}
    for node in snapshot.nodes.values():
        for other in node.anti.values():
            for term in other.terms.anti_required:
                if term.matches(pod.namespace, pod.labels, snapshot.namespace_labels):
                    _add(counts, node, term.topology_key, 1)
    return counts


def _add(counts: Topology, node: NodeInfo, key: str, amount: int) -> None:
    value = node.labels.get(key)
    if amount and value is not None:
        counts[key, value] = counts.get((key, value), 0) + amount


def interpod_scores(pod: PodInfo, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> list[int] | None:
    """Preferred terms of the Pod, and what the Pods already there want of it; None when nobody wants anything."""
    weights: Topology = {}
    own = [(term, term.weight) for term in pod.terms.preferred]
    own += [(term, -term.weight) for term in pod.terms.anti_preferred]
    for term, weight in own:
        memo: dict[GroupKey, bool] = {}
        for node in snapshot.nodes.values():
            _add(weights, node, term.topology_key, weight * _matching(node.groups, term, memo, snapshot))
    for node in snapshot.nodes.values():
        for other in node.affine.values():
            _add_wishes(weights, pod, node, other, snapshot)
    if not weights:
        return None
    raw = [sum(weights.get(pair, 0) for pair in node.labels.items()) for node in nodes]
    low, high = min(raw, default=0), max(raw, default=0)
    return [int(MAX_SCORE * ((score - low) / (high - low))) if high > low else 0 for score in raw]


def _add_wishes(weights: Topology, pod: PodInfo, node: NodeInfo, other: PodInfo, snapshot: Snapshot) -> None:
    """What a Pod that runs already wants of the newcomer."""
    wishes = [(term, HARD_AFFINITY_WEIGHT) for term in other.terms.required]
    wishes += [(term, term.weight) for term in other.terms.preferred]
    wishes += [(term, -term.weight) for term in other.terms.anti_preferred]
    for term, weight in wishes:
        if term.matches(pod.namespace, pod.labels, snapshot.namespace_labels):
            _add(weights, node, term.topology_key, weight)
