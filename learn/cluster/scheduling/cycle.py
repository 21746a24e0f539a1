"""One Pod, all nodes: filter, score, choose (pkg/scheduler/schedule_one.go, runtime/framework.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from learn.cluster.api.access import map_at, text_at
from learn.cluster.scheduling.diskconflicts import disk_filter
from learn.cluster.scheduling.imagelocality import image_scores
from learn.cluster.scheduling.interpod import interpod_filter, interpod_scores
from learn.cluster.scheduling.nodeaffinity import (
    affinity_filter,
    affinity_scores,
    named_nodes,
    node_name_filter,
)
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.resources import balanced_allocation, fit_filter, least_allocated, ports_filter
from learn.cluster.scheduling.spread import spread_filter, spread_scores
from learn.cluster.scheduling.taints import taint_filter, taint_scores, unschedulable_filter
from learn.cluster.scheduling.verdict import NodeFilter, Refusal, Refused
from learn.cluster.scheduling.volumes import exclusive_filter, volume_filter, zone_filter

Prepare: TypeAlias = Callable[[PodInfo, Snapshot], NodeFilter | None]
Nominated: TypeAlias = Mapping[str, Sequence[PodInfo]]
"""Pods that wait for room that was made for them, by node."""

FILTERS: tuple[Prepare, ...] = (
    unschedulable_filter,
    node_name_filter,
    taint_filter,
    affinity_filter,
    ports_filter,
    fit_filter,
    disk_filter,
    exclusive_filter,
    volume_filter,
    zone_filter,
    spread_filter,
    interpod_filter,
)
"""In the order of apis/config/v1/default_plugins.go; the first that refuses gives a node's reasons."""

WEIGHTS: Mapping[str, int] = {
    "TaintToleration": 3,
    "NodeAffinity": 2,
    "NodeResourcesFit": 1,
    "PodTopologySpread": 2,
    "InterPodAffinity": 2,
    "NodeResourcesBalancedAllocation": 1,
    "ImageLocality": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The chosen node; `scores` of the nodes that were feasible, `plugins` the parts of the chosen one's."""

    node: str
    scores: Mapping[str, int]
    plugins: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unschedulable:
    """Why no node took the Pod: each node's refusal, or one for all of them (`prefilter`)."""

    total: int
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    prefilter: Refused | None = None

    @property
    def plugins(self) -> tuple[str, ...]:
        """The plugins that refused, sorted."""
        if self.prefilter is not None:
            return (self.prefilter.plugin,)
        return tuple(sorted({refusal.plugin for refusal in self.refusals.values()}))


def prepared(pod: PodInfo, snapshot: Snapshot) -> list[NodeFilter]:
    """The filters that have anything to say about this Pod.  Raises Refused."""
    made = (prepare(pod, snapshot) for prepare in FILTERS)
    return [check for check in made if check is not None]


def first_refusal(checks: Iterable[NodeFilter], node: NodeInfo) -> Refusal | None:
    for check in checks:
        refusal = check(node)
        if refusal is not None:
            return refusal
    return None


def refusal_on(pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> Refusal | None:
    """What stands against one Pod on one node of the snapshot.  Raises Refused."""
    return first_refusal(prepared(pod, snapshot), node)


def schedule(
    pod: PodInfo, snapshot: Snapshot, nominated: Nominated | None = None
) -> Placement | Unschedulable:
    """Find the node with the highest score; equal scores go to the first name.

    A Pod for which room was made on a node takes that node if it fits there now.
    """
    if not snapshot.nodes:
        return Unschedulable(total=0)
    try:
        only = named_nodes(pod)
        checks = prepared(pod, snapshot)
    except Refused as refused:
        return Unschedulable(total=len(snapshot.nodes), prefilter=refused)
    promised = snapshot.nodes.get(text_at(map_at(pod.pod, "status"), "nominatedNodeName"))
    if promised is not None and first_refusal(checks, promised) is None:
        return best(pod, [promised], snapshot)
    feasible: list[NodeInfo] = []
    refusals: dict[str, Refusal] = {}
    for name, node in snapshot.nodes.items():
        if only is not None and name not in only:
            text = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
            refusals[name] = Refusal("NodeAffinity", (text,), field="spec.affinity.nodeAffinity")
            continue
        refusal = first_refusal(checks, node) or refusal_with_nominated(pod, node, snapshot, nominated)
        if refusal is None:
            feasible.append(node)
        else:
            refusals[name] = refusal
    if not feasible:
        return Unschedulable(total=len(snapshot.nodes), refusals=refusals)
    return best(pod, feasible, snapshot)


def refusal_with_nominated(
    pod: PodInfo, node: NodeInfo, snapshot: Snapshot, nominated: Nominated | None
) -> Refusal | None:
    """Room that was made for Pods at least as important is not for this one."""
    waiting = [
        other
        for other in (nominated or {}).get(node.name, ())
        if other.uid != pod.uid and other.priority >= pod.priority
    ]
    if not waiting:
        return None
    crowded = node.copy()
    for other in waiting:
        crowded.add(other)
    return refusal_on(pod, crowded, snapshot.replacing(crowded))


def best(pod: PodInfo, feasible: Sequence[NodeInfo], snapshot: Snapshot) -> Placement:
    """The best of the feasible nodes; a single one is not scored."""
    if len(feasible) == 1:
        return Placement(node=feasible[0].name, scores={feasible[0].name: 0})
    parts = plugin_scores(pod, feasible, snapshot)
    totals = [0] * len(feasible)
    for name, scores in parts.items():
        weight = WEIGHTS[name]
        for place, score in enumerate(scores):
            totals[place] += weight * score
    chosen = max(range(len(feasible)), key=lambda place: (totals[place], -place))
    return Placement(
        node=feasible[chosen].name,
        scores={node.name: total for node, total in zip(feasible, totals, strict=True)},
        plugins={name: scores[chosen] for name, scores in parts.items()},
    )


def plugin_scores(pod: PodInfo, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> dict[str, list[int]]:
    """Scores from 0 to 100 by plugin, in the order of `nodes`; plugins with nothing to say are left out."""
    scores = {
        "TaintToleration": taint_scores(pod, nodes),
        "NodeAffinity": affinity_scores(pod, nodes),
        "NodeResourcesFit": least_allocated(pod, nodes),
        "PodTopologySpread": spread_scores(pod, nodes, snapshot),
        "InterPodAffinity": interpod_scores(pod, nodes, snapshot),
        "NodeResourcesBalancedAllocation": balanced_allocation(pod, nodes, snapshot.minor),
        "ImageLocality": image_scores(pod, nodes, snapshot),
    }
    return {name: given for name, given in scores.items() if given is not None}
