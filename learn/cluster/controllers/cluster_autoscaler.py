"""Adds nodes for Pods that find no room and removes nodes that are not needed (kubernetes/autoscaler).

An exercise defines the groups of nodes; without any the autoscaler does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from learn.cluster.api.access import int_at
from learn.cluster.autoscaling.nodegroups import (
    EXPENDABLE_BELOW,
    Group,
    ScaleUp,
    keeps_node,
    no_scale_up_text,
    scale_up,
    still_pending,
)
from learn.cluster.bootstrap import add_node
from learn.cluster.controllers.base import Controller
from learn.cluster.errors import ApiError, bad_request
from learn.cluster.nodes import NodeSpec, node_object
from learn.cluster.objects import Obj, controller_of, is_deleting, labels_of, ref_of
from learn.cluster.pods import condition
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot, pod_info

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

SCAN_MS = 10_000
PROVISION_MS = 60_000
UNNEEDED_MS = 600_000
DELAY_AFTER_ADD_MS = 600_000
MAX_EMPTY_AT_ONCE = 10
GROUP_LABEL = "node-group"
TAINT = "ToBeDeletedByClusterAutoscaler"
SOURCE = "cluster-autoscaler"
FIRST_INDEX = 100
"""Addresses of new nodes start here, clear of those that were there from the beginning."""

_TEMPLATE_FIELDS = frozenset(each.name for each in fields(NodeSpec)) - {"name", "index"}


class ClusterAutoscaler(Controller):
    """State: `groups` by name, nodes `coming`, since when nodes are `unneeded`, nodes `leaving`, `added` last."""

    name = "cluster-autoscaler"
    component = "cluster-autoscaler"
    timers = ("scan", "provisioned")

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {
            "groups": {}, "coming": {}, "unneeded": {}, "leaving": {}, "serial": 0, "added": None, "said": {},
        }  # fmt: skip

    def define_group(self, name: str, *, minimum: int = 0, maximum: int = 10, **template: Any) -> None:
        """From now on there is a group of nodes; `template` has the fields of NodeSpec.

        Nodes with the label `node-group: NAME` belong to it.  Raises ApiError for an unknown field.
        """
        unknown = sorted(set(template) - _TEMPLATE_FIELDS)
        if unknown:
            raise bad_request(f"unknown field of a node: {', '.join(unknown)}")
        is_first = not self.state["groups"]
        self.state["groups"][name] = {"minimum": minimum, "maximum": maximum, "template": template}
        if is_first:
            self.after(SCAN_MS, "scan")

    # -- every 10 s ------------------------------------------------------------------------------

    def scan(self) -> None:
        self.after(SCAN_MS, "scan")
        if self.is_stopped:
            return
        self._finish_leaving()
        pending = self._pending()
        uids = {pod.uid for pod in pending}
        self.state["said"] = {uid: said for uid, said in self.state["said"].items() if uid in uids}
        snapshot = self._snapshot()
        if pending:
            self._scale_up(pending, snapshot)
        self._scale_down(snapshot, is_quiet=not pending)

    def _pending(self) -> list[PodInfo]:
        """Pods that the scheduler could not place, but for those too unimportant to add a node for."""
        found = []
        for pod in self.store.objects("Pod"):
            told = condition(pod, "PodScheduled")
            if told is None or told.get("reason") != "Unschedulable" or is_deleting(pod):
                continue
            if not pod["spec"].get("nodeName") and (int_at(pod["spec"], "priority") or 0) >= EXPENDABLE_BELOW:
                found.append(pod_info(pod))
        return found

    def _snapshot(self) -> Snapshot:
        """The cluster as it will be when every node on its way has come."""
        snapshot = Snapshot.of(self.store.objects("Node"), self.store.objects("Pod"))
        snapshot.lister = self.store
        snapshot.minor = int(self.cluster.version.partition(".")[2])
        coming = [NodeInfo(self._node(name, group)) for name, group in self.state["coming"].items()]
        return snapshot.replacing(*coming)

    def _node(self, name: str, group: str) -> Obj:
        return node_object(self._spec(name, group), self.clock, self.engine.now, self.cluster.version)

    def _spec(self, name: str, group: str) -> NodeSpec:
        template = self.state["groups"][group]["template"]
        labels = {**template.get("labels", {}), GROUP_LABEL: group}
        index = FIRST_INDEX + int(name.rpartition("-")[2] or 0)
        return NodeSpec(**{"zone": "zone-a", **template, "labels": labels, "name": name, "index": index})

    def _groups(self) -> list[Group]:
        sizes: dict[str, int] = {}
        for node in self.store.objects("Node"):
            group = labels_of(node).get(GROUP_LABEL, "")
            sizes[group] = sizes.get(group, 0) + 1
        for group in self.state["coming"].values():
            sizes[group] = sizes.get(group, 0) + 1
        return [
            Group(
                name=name,
                size=sizes.get(name, 0),
                minimum=bounds["minimum"],
                maximum=bounds["maximum"],
                template=self._node(f"{name}-0", name),
            )
            for name, bounds in sorted(self.state["groups"].items())
        ]

    # -- more nodes ------------------------------------------------------------------------------

    def _scale_up(self, pending: Sequence[PodInfo], snapshot: Snapshot) -> None:
        left, filled = still_pending(pending, snapshot)
        if not left:
            return
        found = scale_up(left, self._groups(), filled)
        if found.group is not None:
            self._grow(found, found.group)
        for pod in left:
            reasons = found.unhelped.get(pod.uid)
            if reasons is not None:
                self._tell_unhelped(pod, reasons)

    def _grow(self, found: ScaleUp, group: Group) -> None:
        change = f"{group.name} {group.size}->{group.size + found.count} (max: {group.maximum})"
        told = [condition(pod.pod, "PodScheduled") for pod in found.pods]
        causes = tuple(
            versions[-1].entry for pod in found.pods[:8] if (versions := self.trace.versions(ref_of(pod.pod)))
        )
        data = {
            "rule": "scale-up",
            "group": group.name,
            "nodes": found.count,
            "pods": [f"{pod.namespace}/{pod.name}" for pod in found.pods],
            "messages": sorted({each["message"] for each in told if each}),
        }
        entry = self.trace.record(ref_of(found.pods[0].pod), "decision", causes=causes, data=data)
        for _ in range(found.count):
            self.state["serial"] += 1
            name = f"{group.name}-{self.state['serial']}"
            self.state["coming"][name] = group.name
            delay = self.cluster.setting("nodeProvisionMs", PROVISION_MS)
            self.after(delay, "provisioned", name, entry)
        self.state["added"] = self.engine.now
        for pod in found.pods:
            text = f"pod triggered scale-up: [{{{change}}}]"
            self.events.record(pod.pod, "Normal", "TriggeredScaleUp", text, source=SOURCE, causes=(entry,))

    def _tell_unhelped(self, pod: PodInfo, reasons: Mapping[str, str]) -> None:
        """Say why no new node would help; an unchanged reason is an Event of its own only now and then."""
        text = no_scale_up_text(reasons)
        said = self.state["said"].get(pod.uid)
        if said is not None and said[0] == text and self.engine.now - said[1] < DELAY_AFTER_ADD_MS // 2:
            return
        self.state["said"][pod.uid] = [text, self.engine.now]
        self.events.record(pod.pod, "Normal", "NotTriggerScaleUp", text, source=SOURCE)

    def provisioned(self, name: str, cause: int) -> None:
        """A new node has booted and joins."""
        group = self.state["coming"].pop(name)
        with self.trace.caused_by(cause):
            add_node(self.cluster, self._spec(name, group))

    # -- fewer nodes -----------------------------------------------------------------------------

    def _scale_down(self, snapshot: Snapshot, *, is_quiet: bool) -> None:
        """Count how long nodes have not been needed, and remove those whose time has come."""
        budgets = self.store.objects("PodDisruptionBudget")
        unneeded: dict[str, int] = {}
        for group in self._groups():
            spare = group.size - group.minimum
            for name, node in snapshot.nodes.items():
                is_here = name not in self.state["coming"] and name not in self.state["leaving"]
                if spare <= 0 or not is_here or node.labels.get(GROUP_LABEL) != group.name:
                    continue
                if not keeps_node(node, snapshot, budgets):
                    unneeded[name] = self.state["unneeded"].get(name, self.engine.now)
                    spare -= 1
        self.state["unneeded"] = unneeded
        added = self.state["added"]
        if not is_quiet or (added is not None and self.engine.now - added < DELAY_AFTER_ADD_MS):
            return
        due = [name for name, since in unneeded.items() if self.engine.now - since >= UNNEEDED_MS]
        empty = [name for name in due if not _movable(snapshot.nodes[name])]
        for name in empty[:MAX_EMPTY_AT_ONCE] or due[:1]:
            self._remove(snapshot.nodes[name], unneeded[name])

    def _remove(self, node: NodeInfo, since: int) -> None:
        """Taint a node and evict what runs there; it goes when it is empty."""
        ref = ref_of(node.node)
        data = {"rule": "scale-down", "unneededSinceMs": since}
        entry = self.trace.record(ref, "decision", data=data)
        taint = {"key": TAINT, "value": str(self.engine.now // 1000), "effect": "NoSchedule"}

        def tainted(obj: Obj) -> Obj:
            return {**obj, "spec": {**obj["spec"], "taints": [*(obj["spec"].get("taints") or ()), taint]}}

        with self.trace.caused_by(entry):
            marked = self.api.modify(ref, tainted)
            text = "marked the node as toBeDeleted/unschedulable"
            self.events.record(marked, "Normal", "ScaleDown", text, source=SOURCE)
            for pod in _movable(node):
                self.events.record(
                    pod.pod, "Normal", "ScaleDown", "deleting pod for node scale down", source=SOURCE
                )
        self.state["unneeded"].pop(node.name, None)
        self.state["leaving"][node.name] = self.engine.now
        self._finish_leaving()

    def _finish_leaving(self) -> None:
        """Evict what is still on leaving nodes; delete those that are empty."""
        for name in list(self.state["leaving"]):
            node = self.store.find("Node", "", name)
            if node is None:
                del self.state["leaving"][name]
                continue
            here = [pod for pod in self.store.pods_on(name) if not _is_of_daemon_set(pod)]
            for pod in here:
                if not is_deleting(pod):
                    self._evict(pod)
            if not here:
                del self.state["leaving"][name]
                self.api.delete(ref_of(node))

    def _evict(self, pod: Obj) -> None:
        try:
            self.api.evict(ref_of(pod))
        except ApiError:
            return  # tried again at the next scan


def _is_of_daemon_set(pod: Obj) -> bool:
    owner = controller_of(pod)
    return owner is not None and owner["kind"] == "DaemonSet"


def _movable(node: NodeInfo) -> list[PodInfo]:
    return [pod for pod in node.pods.values() if not _is_of_daemon_set(pod.pod)]


def autoscaler_of(cluster: Cluster) -> ClusterAutoscaler:
    part = cluster.parts[ClusterAutoscaler.name]
    assert isinstance(part, ClusterAutoscaler)
    return part
