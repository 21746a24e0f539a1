"""Taints and tolerations (plugins/tainttoleration, plugins/nodeunschedulable, core/v1 toleration.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from learn.cluster.api.versions import behaviour
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.score import normalized
from learn.cluster.scheduling.verdict import NodeFilter, Refusal

Taint: TypeAlias = Mapping[str, Any]
Toleration: TypeAlias = Mapping[str, Any]

UNSCHEDULABLE: Taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether this toleration matches the taint; an empty key with Exists matches every one."""
    if toleration.get("effect") and toleration["effect"] != taint.get("effect"):
        return False
    key = toleration.get("key") or ""
    if key and key != taint.get("key"):
        return False
    own, theirs = toleration.get("value") or "", taint.get("value") or ""
    match toleration.get("operator") or "Equal":
        case "Equal":
            return bool(own == theirs)
        case "Exists":
            return True
        case "Gt" | "Lt" as operator:
            return bool(key) and _compares(operator, own, theirs)
    return False


def _compares(operator: str, own: str, theirs: str) -> bool:
    """`Gt`: the taint's number is greater than the toleration's."""
    try:
        return int(theirs) > int(own) if operator == "Gt" else int(theirs) < int(own)
    except ValueError:
        return False


def is_tolerated(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    return any(tolerates(toleration, taint) for toleration in tolerations)


def untolerated(tolerations: Sequence[Toleration], taints: Iterable[Taint]) -> Taint | None:
    """The first taint that no toleration matches."""
    return next((taint for taint in taints if not is_tolerated(tolerations, taint)), None)


def unschedulable_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    if not any(node.is_unschedulable for node in snapshot.nodes.values()):
        return None
    if is_tolerated(pod.tolerations, UNSCHEDULABLE):
        return None
    refusal = Refusal("NodeUnschedulable", ("node(s) were unschedulable",))
    return lambda node: refusal if node.is_unschedulable else None


def taint_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    if not any(node.taints for node in snapshot.nodes.values()):
        return None
    tolerations = pod.tolerations
    is_named = behaviour(f"1.{snapshot.minor}").taint_named_in_message

    def check(node: NodeInfo) -> Refusal | None:
        taint = untolerated(tolerations, node.taints) if node.taints else None
        if taint is None:
            return None
        named = f"{{{taint.get('key')}: {taint.get('value') or ''}}}" if is_named else "taint(s)"
        text = f"node(s) had untolerated taint {named}" if is_named else f"node(s) had untolerated {named}"
        return Refusal("TaintToleration", (text,), field="spec.tolerations", detail={"taint": dict(taint)})

    return check


def taint_scores(pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int] | None:
    """Fewer untolerated PreferNoSchedule taints are better; None when no node has any."""
    if not any(node.prefer_taints for node in nodes):
        return None
    tolerations = [t for t in pod.tolerations if not t.get("effect") or t["effect"] == "PreferNoSchedule"]
    counts = [sum(not is_tolerated(tolerations, t) for t in node.prefer_taints) for node in nodes]
    return normalized(counts, reverse=True)
