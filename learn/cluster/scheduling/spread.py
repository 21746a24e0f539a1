"""topologySpreadConstraints (plugins/podtopologyspread: common.go, filtering.go, scoring.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log
from typing import Any, TypeAlias

from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.labels import EVERYTHING, Selector, from_label_selector, from_map
from learn.cluster.objects import controller_of
from learn.cluster.scheduling.nodeaffinity import required_matcher
from learn.cluster.scheduling.nodeinfo import GroupKey, NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.score import MAX_SCORE
from learn.cluster.scheduling.taints import untolerated
from learn.cluster.scheduling.terms import with_label_keys
from learn.cluster.scheduling.verdict import NodeFilter, Refusal

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
SYSTEM_DEFAULTS = ((HOSTNAME, 3), (ZONE, 5))
REASON = "node(s) didn't match pod topology spread constraints"
MISSING_LABEL = f"{REASON} (missing required label)"

Eligible: TypeAlias = Callable[[NodeInfo], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One constraint; `index` is its place in the Pod's spec, -1 for a system default."""

    index: int
    max_skew: int
    topology_key: str
    selector: Selector
    min_domains: int = 1
    honors_affinity: bool = True
    honors_taints: bool = False


def constraints_of(pod: PodInfo, when: str) -> tuple[Constraint, ...]:
    """The Pod's constraints with this whenUnsatisfiable."""
    return tuple(
        Constraint(
            index=index,
            max_skew=int_at(each, "maxSkew") or 1,
            topology_key=text_at(each, "topologyKey"),
            selector=with_label_keys(
                from_label_selector(each.get("labelSelector")),
                pod.labels,
                same=list_at(each, "matchLabelKeys"),
            ),
            min_domains=int_at(each, "minDomains") or 1,
            honors_affinity=each.get("nodeAffinityPolicy", "Honor") != "Ignore",
            honors_taints=each.get("nodeTaintsPolicy") == "Honor",
        )
        for index, each in enumerate(maps_at(pod.spec, "topologySpreadConstraints"))
        if (text_at(each, "whenUnsatisfiable") or "DoNotSchedule") == when
    )


def spread_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    constraints = constraints_of(pod, "DoNotSchedule")
    if not constraints:
        return None
    counted = [
        (constraint, counts, _least(constraint, counts), int(constraint.selector.matches(pod.labels)))
        for constraint, counts in zip(constraints, _domains(pod, constraints, snapshot), strict=True)
    ]

    def check(node: NodeInfo) -> Refusal | None:
        for constraint, counts, least, itself in counted:
            field = f"spec.topologySpreadConstraints[{constraint.index}]"
            domain = node.labels.get(constraint.topology_key)
            if domain is None:
                detail = {"missing": constraint.topology_key}
                return Refusal("PodTopologySpread", (MISSING_LABEL,), False, field, detail)
            here = counts.get(domain, 0)
            if here + itself - least > constraint.max_skew:
                numbers: dict[str, Any] = {
                    "key": constraint.topology_key, "domain": domain, "pods": here, "least": least,
                    "maxSkew": constraint.max_skew, "itself": itself,
                }  # fmt: skip
                return Refusal("PodTopologySpread", (REASON,), True, field, numbers)
        return None

    return check


def _domains(pod: PodInfo, constraints: Sequence[Constraint], snapshot: Snapshot) -> list[dict[str, int]]:
    """Per constraint: domain -> matching Pods, over the nodes that count for it."""
    keys = [constraint.topology_key for constraint in constraints]
    nodes = [node for node in snapshot.nodes.values() if all(key in node.labels for key in keys)]
    found = []
    for constraint in constraints:
        is_eligible = _eligibility(pod, constraint)
        eligible = [node for node in nodes if is_eligible(node)]
        counts: dict[str, int] = {}
        matching = _by_node(eligible, constraint.selector, pod.namespace)
        for node in eligible:
            domain = node.labels[constraint.topology_key]
            counts[domain] = counts.get(domain, 0) + matching[node.name]
        found.append(counts)
    return found


def _eligibility(pod: PodInfo, constraint: Constraint) -> Eligible:
    matches = required_matcher(pod.spec) if constraint.honors_affinity else None
    tolerations = pod.tolerations if constraint.honors_taints else None

    def is_eligible(node: NodeInfo) -> bool:
        if matches is not None and not matches(node.name, node.labels):
            return False
        return tolerations is None or untolerated(tolerations, node.taints) is None

    return is_eligible


def _least(constraint: Constraint, counts: Mapping[str, int]) -> int:
    """The global minimum: 0 while there are fewer domains than minDomains (1 unless set)."""
    return 0 if len(counts) < constraint.min_domains else min(counts.values())


# -- scoring -----------------------------------------------------------------------------------------


def spread_scores(pod: PodInfo, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> list[int] | None:
    """Fewer matching Pods in a node's domains are better; None when nothing asks for spreading."""
    own = maps_at(pod.spec, "topologySpreadConstraints")
    constraints = constraints_of(pod, "ScheduleAnyway") if own else default_constraints(pod, snapshot)
    if not constraints:
        return None
    keys = [constraint.topology_key for constraint in constraints]
    ignored = [bool(own) and not all(key in node.labels for key in keys) for node in nodes]
    scored = [node for node, skip in zip(nodes, ignored, strict=True) if not skip]
    raw = _raw_scores(pod, constraints, scored, snapshot, needs_all=bool(own))
    low, high = min(raw, default=0), max(raw, default=0)
    ready = iter(raw)
    return [0 if skip else _inverted(next(ready), low, high) for skip in ignored]


def _inverted(score: int, low: int, high: int) -> int:
    return MAX_SCORE * (high + low - score) // high if high else MAX_SCORE


def _raw_scores(
    pod: PodInfo,
    constraints: Sequence[Constraint],
    nodes: Sequence[NodeInfo],
    snapshot: Snapshot,
    *,
    needs_all: bool,
) -> list[int]:
    """Matching Pods per domain, weighed by how many domains there are, summed over the constraints.

    Nodes without the label, which only system defaults score, are together one more domain.
    """
    totals = [0.0] * len(nodes)
    keys = [constraint.topology_key for constraint in constraints]
    everywhere = [
        node for node in snapshot.nodes.values() if not needs_all or all(key in node.labels for key in keys)
    ]
    counted: dict[Selector, dict[str, int]] = {}
    for constraint in constraints:
        counts = counted.get(constraint.selector)
        if counts is None:
            counts = counted[constraint.selector] = _by_node(everywhere, constraint.selector, pod.namespace)
        key = constraint.topology_key
        if key == HOSTNAME:
            domains, weight = {}, log(len(nodes) + 2)
        else:
            domains = _by_domain(pod, constraint, nodes, everywhere, counts)
            lacks_one = any(key not in node.labels for node in nodes)
            weight = log(len(domains) + lacks_one + 2)
        for place, node in enumerate(nodes):
            domain = node.labels.get(key)
            if domain is not None:
                count = counts[node.name] if key == HOSTNAME else domains[domain]
                totals[place] += count * weight + (constraint.max_skew - 1)
    return [floor(total + 0.5) for total in totals]


def _by_node(nodes: Iterable[NodeInfo], selector: Selector, namespace: str) -> dict[str, int]:
    """Node -> Pods of the namespace that match and are not ending; an empty selector counts none.

    Pods with the same labels are looked at once.
    """
    if selector.is_everything:
        return {node.name: 0 for node in nodes}
    matched: dict[GroupKey, bool] = {}
    counts = {}
    for node in nodes:
        total = 0
        for key, group in node.groups.items():
            found = matched.get(key)
            if found is None:
                found = matched[key] = group.namespace == namespace and selector.matches(group.labels)
            if found:
                total += group.live
        counts[node.name] = total
    return counts


def _by_domain(
    pod: PodInfo,
    constraint: Constraint,
    nodes: Sequence[NodeInfo],
    everywhere: Sequence[NodeInfo],
    counts: Mapping[str, int],
) -> dict[str, int]:
    """Domain of the feasible nodes -> matching Pods on every eligible node of it."""
    key = constraint.topology_key
    domains = {node.labels[key]: 0 for node in nodes if key in node.labels}
    is_eligible = _eligibility(pod, constraint)
    for node in everywhere:
        domain = node.labels.get(key)
        if domain in domains and is_eligible(node):
            domains[domain] += counts[node.name]
    return domains


def default_constraints(pod: PodInfo, snapshot: Snapshot) -> tuple[Constraint, ...]:
    """The built-in ScheduleAnyway constraints, for Pods that a Service or a controller selects."""
    selector = default_selector(pod, snapshot)
    if selector.is_everything:
        return ()
    return tuple(
        Constraint(index=-1, max_skew=skew, topology_key=key, selector=selector)
        for key, skew in SYSTEM_DEFAULTS
    )


def default_selector(pod: PodInfo, snapshot: Snapshot) -> Selector:
    """The selectors of the Pod's Services and of its controller together (helper/spread.go DefaultSelector)."""
    labels: dict[str, str] = {}
    for service in snapshot.lister.objects("Service", pod.namespace):
        wanted = texts_at(map_at(service, "spec"), "selector")
        if wanted and all(pod.labels.get(key) == value for key, value in wanted.items()):
            labels |= wanted
    owner = controller_of(pod.pod)
    if owner is None or owner["kind"] not in ("ReplicationController", "ReplicaSet", "StatefulSet"):
        return from_map(labels)
    found = snapshot.lister.find(owner["kind"], pod.namespace, owner["name"])
    spec: Mapping[str, Any] = map_at(found, "spec") if found else {}
    if owner["kind"] == "ReplicationController":
        return from_map(labels | texts_at(spec, "selector"))
    theirs = from_label_selector(spec.get("selector")) if found else EVERYTHING
    return Selector((*from_map(labels).requirements, *theirs.requirements))
