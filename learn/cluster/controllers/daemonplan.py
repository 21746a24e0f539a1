"""Where a DaemonSet runs and what an update does next, as pure functions (pkg/controller/daemon: daemon_controller.go, update.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from learn.cluster.objects import Obj
from learn.cluster.scheduling.nodeaffinity import matches_node
from learn.cluster.scheduling.taints import tolerates

_NODE = "node.kubernetes.io"
TOLERATIONS = (
    {"effect": "NoExecute", "key": f"{_NODE}/not-ready", "operator": "Exists"},
    {"effect": "NoExecute", "key": f"{_NODE}/unreachable", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/disk-pressure", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/memory-pressure", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/pid-pressure", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/unschedulable", "operator": "Exists"},
)
NETWORK_TOLERATION = {"effect": "NoSchedule", "key": f"{_NODE}/network-unavailable", "operator": "Exists"}


def should_run(
    spec: Mapping[str, Any], tolerations: Sequence[Mapping[str, Any]], node: Obj
) -> tuple[bool, bool]:
    """`(start there, keep running there)` for a node (NodeShouldRunDaemonPod)."""
    if not matches_node(spec, node) or spec.get("nodeName") not in (None, "", node["metadata"]["name"]):
        return False, False
    taints = node["spec"].get("taints") or ()
    bad = [t for t in taints if not any(tolerates(each, t) for each in tolerations)]
    if any(taint["effect"] == "NoExecute" for taint in bad):
        return False, False
    return not any(taint["effect"] == "NoSchedule" for taint in bad), True


class OnNode(NamedTuple):
    """The Pods of a DaemonSet on one node: is there an old one, a new one, and is it available."""

    node: str
    old: bool = False
    old_available: bool = False
    new: bool = False
    new_available: bool = False


class Surge(NamedTuple):
    """Nodes whose old Pod has had its day, and nodes that get a new one beside the old."""

    done: list[str]
    start: list[str]


def surge_step(nodes: Sequence[OnNode], max_surge: int) -> Surge:
    """One step of an update with maxSurge (daemon/update.go rollingUpdate).

    An old Pod that is not available may be doubled at once; others up to `max_surge` that are not yet available.
    """
    doubled = [each for each in nodes if each.old and each.new]
    waiting = sum(not each.new_available for each in doubled)
    left = [each for each in nodes if each.old and not each.new]
    at_once = [each.node for each in left if not each.old_available]
    candidates = [each.node for each in left if each.old_available]
    done = [each.node for each in doubled if each.new_available]
    return Surge(done, [*at_once, *candidates[: max(0, max_surge - waiting)]])


def replace_step(nodes: Sequence[OnNode], max_unavailable: int) -> list[str]:
    """The nodes whose old Pod is deleted in one step of an update without surge (daemon/update.go rollingUpdate).

    Old Pods that are not available go in any case, and beside the budget, which only new Pods and empty nodes
    use up; available ones go within it.
    """
    missing = sum(each.old == each.new or (each.new and not each.new_available) for each in nodes)
    left = [each for each in nodes if each.old and not each.new]
    at_once = [each.node for each in left if not each.old_available]
    candidates = [each.node for each in left if each.old_available]
    return [*at_once, *candidates[: max(0, max_unavailable - missing)]]
