"""Notices nodes that have gone silent, taints them, and lets taints evict Pods.

Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/tainteviction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.leases import NodeLeases, last_heartbeat
from learn.cluster.nodes import ready_condition
from learn.cluster.objects import Obj, Ref, is_deleting, labels_of, ref_of
from learn.cluster.pods import condition
from learn.cluster.scheduling.taints import tolerates
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

CHECK_MS = 5_000
UNHEALTHY_ZONE = 0.55
LARGE_ZONE = 50
"""A partly silent zone of at most so many nodes evicts nothing (large-cluster-size-threshold)."""

ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"
UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"


def grace_ms(version: str) -> int:
    """node-monitor-grace-period: 50 s, 40 s before 1.32."""
    return 50_000 if int(version.partition(".")[2]) >= 32 else 40_000


def noticed_at(silent_ms: int, grace: int) -> int:
    """When silence from `silent_ms` on is noticed.

    The last heartbeat came at a multiple of 10 s; the controller looks every 5 s whether more than `grace` has
    passed since.
    """
    return (last_heartbeat(silent_ms) + grace) // CHECK_MS * CHECK_MS + CHECK_MS


def eviction_delay_ms(pod: Obj, taints: Sequence[Mapping[str, Any]]) -> int | None:
    """How long a Pod may stay with NoExecute taints: 0 at once, None for ever (getMinTolerationTime)."""
    tolerations = pod["spec"].get("tolerations") or ()
    times = []
    for taint in taints:
        if taint.get("effect") != "NoExecute":
            continue
        used = [t for t in tolerations if tolerates(t, taint)]
        if not used:
            return 0
        times += [
            max(0, int(t["tolerationSeconds"])) * 1000 for t in used if t.get("tolerationSeconds") is not None
        ]
    return min(times, default=None)


class ZoneState(StrEnum):
    """How much of a zone is silent."""

    NORMAL = "normal"
    PARTIAL = "partial"
    FULL = "full"


def zone_state(ready: Sequence[bool]) -> ZoneState:
    """The state of a zone from whether each of its nodes is Ready (ComputeZoneState)."""
    silent = sum(not each for each in ready)
    if ready and silent == len(ready):
        return ZoneState.FULL
    is_partial = silent > 2 and silent / len(ready) >= UNHEALTHY_ZONE
    return ZoneState.PARTIAL if is_partial else ZoneState.NORMAL


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
        if new is None or (old is not None and old["spec"] is new["spec"]):
            return ()
        return (new["metadata"]["name"],)

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
            self._forget_pods(key)
            return
        if self._sync_unschedulable(node):
            return
        taints = _no_execute(node)
        waiting = self.state.setdefault(key, {})
        if not taints:
            for number in waiting.values():
                self.engine.cancel(number)
            self.state[key] = {}
            return
        for pod in self.store.pods_on(key):
            uid = pod["metadata"]["uid"]
            delay = eviction_delay_ms(pod, taints)
            if is_deleting(pod) or uid in waiting or delay is None:
                continue
            if delay == 0:
                self.evict(key, pod["metadata"]["namespace"], pod["metadata"]["name"], uid)
            else:
                meta = pod["metadata"]
                waiting[uid] = self.after(delay, "evict", key, meta["namespace"], meta["name"], uid)

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

    def _forget_pods(self, node: str) -> None:
        """Pod GC: Pods of a node that is gone are deleted without grace (pkg/controller/podgc)."""
        for pod in self.store.pods_on(node):
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
        marked = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint",
            "lastProbeTime": None,
            "lastTransitionTime": self.now_stamp(),
        }
        others = [c for c in pod["status"].get("conditions") or () if c["type"] != "DisruptionTarget"]
        self.api.update_status(ref_of(pod), {**pod["status"], "conditions": [*others, marked]})
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


def _is_ready(node: Obj) -> bool:
    found = condition(node, "Ready")
    return found is not None and found["status"] == "True"


def _no_execute(node: Obj) -> list[Obj]:
    return [t for t in node["spec"].get("taints") or () if t.get("effect") == "NoExecute"]
