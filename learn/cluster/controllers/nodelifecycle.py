"""Notices nodes that have gone silent, taints them, and lets taints evict Pods.

Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/tainteviction, pkg/controller/podgc.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.controllers.nodehealth import (
    CHECK_MS,
    ZoneState,
    collected_at,
    eviction_delay_ms,
    grace_ms,
    noticed_at,
    zone_state,
)
from learn.cluster.leases import NodeLeases, last_heartbeat
from learn.cluster.nodes import ready_condition
from learn.cluster.objects import Obj, Ref, is_deleting, labels_of, ref_of
from learn.cluster.pods import condition, is_terminal
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

GONE = "gone/"
"""The part of the state that holds nodes that are gone, and when their Pods go; no node has this name."""

LARGE_ZONE = 50
"""A partly silent zone of at most so many nodes evicts nothing (large-cluster-size-threshold)."""

ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"
UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"


class NodeLifecycleController(Controller):
    """Keys are names of nodes, or `evict/namespace/name/uid`."""

    name = "node-lifecycle"
    timers = ("silent", "evict")

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.leases = NodeLeases(cluster)

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Node": self._tainted, "Pod": self._landed}

    def _tainted(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        if old is not None and new is not None and old["spec"] is new["spec"]:
            return ()
        return (notice.ref.name,)

    def _landed(self, notice: Notice) -> Iterable[str]:
        """A Pod that comes to a node with NoExecute taints."""
        old, new = notice.old, notice.new
        if new is None or (old is not None and old["spec"] is new["spec"]):
            return ()
        node = self.store.find("Node", "", new["spec"].get("nodeName") or "")
        if node is None or not _no_execute(node):
            return ()
        return (node["metadata"]["name"],)

    def reconcile(self, key: str) -> None:
        node = self.store.find("Node", "", key)
        if node is None:
            self._collect(key)
            return
        self.state.setdefault(GONE, {}).pop(key, None)
        if not self._sync_unschedulable(node):
            self._sync_evictions(key, _no_execute(node))

    def _sync_evictions(self, node: str, taints: Sequence[Obj]) -> None:
        """Evict Pods now or later, as the taints and their tolerations have it (processPodOnNode)."""
        waiting = self.state.setdefault(node, {})
        if not taints and not waiting:
            return
        for pod in self.store.pods_on(node):
            if is_deleting(pod):
                continue
            delay = eviction_delay_ms(pod, taints)
            meta = pod["metadata"]
            if delay is None or delay == 0:
                self._cancel(node, pod)
            if delay == 0:
                self.evict(node, meta["namespace"], meta["name"], meta["uid"])
            elif delay is not None and meta["uid"] not in waiting:
                waiting[meta["uid"]] = self.after(
                    delay, "evict", node, meta["namespace"], meta["name"], meta["uid"]
                )

    def _cancel(self, node: str, pod: Obj) -> None:
        meta = pod["metadata"]
        number = self.state[node].pop(meta["uid"], None)
        if number is not None:
            self.engine.cancel(number)
            text = f"Cancelling deletion of Pod {meta['namespace']}/{meta['name']}"
            self.events.record(
                pod, "Normal", "TaintManagerEviction", text, source="taint-eviction-controller"
            )

    def _sync_unschedulable(self, node: Obj) -> bool:
        """The unschedulable taint follows `spec.unschedulable` (doNoScheduleTaintingPass)."""
        wanted = bool(node["spec"].get("unschedulable"))
        has = any(t["key"] == UNSCHEDULABLE for t in node["spec"].get("taints") or ())
        if wanted == has:
            return False
        if wanted:
            self._add_taints(node, ("NoSchedule",), UNSCHEDULABLE)
        else:
            self._drop_taints(node, (UNSCHEDULABLE,))
        return True

    def _collect(self, node: str) -> None:
        """Delete the Pods of a node that is gone, once it has been so for a while (podgc gcOrphaned)."""
        due = self.state.setdefault(GONE, {}).setdefault(node, collected_at(self.engine.now))
        if self.engine.now < due:
            self.enqueue(node, delay_ms=due - self.engine.now)
            return
        del self.state[GONE][node]
        for pod in self.store.pods_on(node):
            told = _disrupted(pod, "DeletionByPodGC", "PodGC: node no longer exists", self.now_stamp())
            if not is_terminal(pod):
                told["phase"] = "Failed"
            self.api.update_status(ref_of(pod), told)
            self.api.delete(ref_of(pod), grace_seconds=0)

    def evict(self, node: str, namespace: str, name: str, uid: str) -> None:
        """Delete a Pod that no longer tolerates its node."""
        self.state.setdefault(node, {}).pop(uid, None)
        pod = self.store.find("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != uid or is_deleting(pod) or self.is_stopped:
            return
        self.events.record(
            pod, "Normal", "TaintManagerEviction", f"Marking for deletion Pod {namespace}/{name}",
            source="taint-eviction-controller",
        )  # fmt: skip
        text = "Taint manager: deleting due to NoExecute taint"
        self.api.update_status(ref_of(pod), _disrupted(pod, "DeletionByTaintManager", text, self.now_stamp()))
        self.api.delete(ref_of(pod), field="spec.tolerations")

    # -- silence ---------------------------------------------------------------------------------

    def fell_silent(self, node: str) -> None:
        """The kubelet of a node sends no more heartbeats from now on."""
        self.leases.write(node, last_heartbeat(self.engine.now))
        due = noticed_at(self.engine.now, grace_ms(self.cluster.version))
        self.engine.at(due, self.priority, f"{self.name}.silent", node)

    def spoke_again(self, node_name: str) -> None:
        """Heartbeats again: the node is Ready, its taints go."""
        node = self.store.find("Node", "", node_name)
        if node is None:
            return
        self.leases.write(node_name, self.engine.now)
        found = condition(node, "Ready")
        if found is not None and found["status"] != "True":
            self._set_ready(node, is_ready=True)
            node = self.api.get(ref_of(node))
            self._tell(node, "NodeReady", f"Node {node_name} status is now: NodeReady")
        self._drop_taints(node, (UNREACHABLE, NOT_READY))
        self._taint_for_eviction()

    def silent(self, node_name: str) -> None:
        """Nothing has been heard for the whole grace period."""
        node = self.store.find("Node", "", node_name)
        if node is None or not self.cluster.kubelet.is_frozen(node_name):
            return
        if self.is_stopped:
            self.after(CHECK_MS, "silent", node_name)
            return
        self._set_ready(node, is_ready=False)
        node = self.api.get(ref_of(node))
        self._tell(node, "NodeNotReady", f"Node {node_name} status is now: NodeNotReady")
        self._mark_pods(node_name)
        self._add_taints(node, ("NoSchedule",), UNREACHABLE)
        self._taint_for_eviction()

    def _taint_for_eviction(self) -> None:
        """Let silent nodes lose their Pods, unless so much is silent that the fault is likely elsewhere (handleDisruption)."""
        nodes = self.store.objects("Node")
        zones: dict[tuple[str, str], list[Obj]] = {}
        for node in nodes:
            labels = labels_of(node)
            zones.setdefault((labels.get(REGION, ""), labels.get(ZONE, "")), []).append(node)
        states = {zone: zone_state(list(map(_is_ready, listed))) for zone, listed in zones.items()}
        is_halted = all(state is ZoneState.FULL for state in states.values())
        for zone, listed in zones.items():
            is_slow = states[zone] is ZoneState.PARTIAL and len(listed) <= LARGE_ZONE
            for node in listed:
                has_taint = any(taint["key"] == UNREACHABLE for taint in _no_execute(node))
                if is_halted and has_taint:
                    self._drop_taints(node, (UNREACHABLE,), "NoExecute")
                elif not (is_halted or is_slow or has_taint or _is_ready(node)):
                    self._add_taints(node, ("NoExecute",), UNREACHABLE)

    def _mark_pods(self, node: str) -> None:
        """Pods of a silent node are not Ready any more (MarkPodsNotReady)."""
        for pod in self.store.pods_on(node):
            conditions = pod["status"].get("conditions") or ()
            if not any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
                continue
            changed = [
                {**c, "status": "False", "lastTransitionTime": self.now_stamp()}
                if c["type"] == "Ready"
                else c
                for c in conditions
            ]
            self.api.update_status(ref_of(pod), {**pod["status"], "conditions": changed})

    def _set_ready(self, node: Obj, *, is_ready: bool) -> None:
        stamp = self.now_stamp()
        found = condition(node, "Ready") or {}
        heartbeat = stamp if is_ready else found.get("lastHeartbeatTime", stamp)
        new = ready_condition(heartbeat, stamp, is_ready=is_ready)
        others = [
            c
            if is_ready
            else {
                **c,
                "status": "Unknown",
                "reason": "NodeStatusUnknown",
                "message": "Kubelet stopped posting node status.",
                "lastTransitionTime": stamp,
            }
            for c in node["status"]["conditions"]
            if c["type"] != "Ready"
        ]
        if is_ready:
            others = [{**c, "status": "False"} for c in others]
        self.api.update_status(ref_of(node), {**node["status"], "conditions": [*others, new]})

    def _add_taints(self, node: Obj, effects: Sequence[str], key: str) -> None:
        added = [{"key": key, "effect": effect, "timeAdded": self.now_stamp()} for effect in effects]

        def changed(obj: Obj) -> Obj:
            taints = obj["spec"].get("taints") or ()
            kept = [t for t in taints if t["key"] != key or t["effect"] not in effects]
            return {**obj, "spec": {**obj["spec"], "taints": [*kept, *added]}}

        self.api.modify(ref_of(node), changed)

    def _drop_taints(self, node: Obj, keys: Sequence[str], effect: str = "") -> None:
        def goes(taint: Obj) -> bool:
            return taint["key"] in keys and effect in ("", taint["effect"])

        def changed(obj: Obj) -> Obj:
            left = [t for t in obj["spec"].get("taints") or () if not goes(t)]
            spec = {key: value for key, value in obj["spec"].items() if key != "taints"}
            return {**obj, "spec": {**spec, **({"taints": left} if left else {})}}

        if any(goes(t) for t in node["spec"].get("taints") or ()):
            self.api.modify(Ref("Node", "", node["metadata"]["name"]), changed)

    def _tell(self, node: Obj, reason: str, message: str) -> None:
        self.events.record(node, "Normal", reason, message, source="node-controller")


def _disrupted(pod: Obj, reason: str, message: str, stamp: str) -> Obj:
    """A Pod's status with the condition that says why it goes."""
    marked = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": reason,
        "message": message,
        "lastProbeTime": None,
        "lastTransitionTime": stamp,
    }
    others = [c for c in pod["status"].get("conditions") or () if c["type"] != "DisruptionTarget"]
    return {**pod["status"], "conditions": [*others, marked]}


def _is_ready(node: Obj) -> bool:
    found = condition(node, "Ready")
    return found is not None and found["status"] == "True"


def _no_execute(node: Obj) -> list[Obj]:
    return [t for t in node["spec"].get("taints") or () if t.get("effect") == "NoExecute"]
