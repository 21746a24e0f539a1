"""Gives Pods their nodes (pkg/scheduler): the loop around the decisions in `scheduling`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from learn.cluster.api.access import int_at, map_at, text_at
from learn.cluster.controllers.base import Controller, KeysOf, split_key
from learn.cluster.objects import Obj, is_deleting, labels_of, ref_of
from learn.cluster.pods import condition, is_terminal
from learn.cluster.scheduling.backoff import Happening, node_happenings
from learn.cluster.scheduling.cache import Cache, matters
from learn.cluster.scheduling.cycle import Placement, Unschedulable, schedule
from learn.cluster.scheduling.explanation import explain, signature
from learn.cluster.scheduling.fiterror import fit_error
from learn.cluster.scheduling.nodeinfo import PodInfo, pod_info
from learn.cluster.scheduling.preemption import Preemption, Victims, preempt
from learn.cluster.scheduling.queue import SchedulingQueue
from learn.cluster.scheduling.verdict import Refused
from learn.cluster.scheduling.volumes import claims_of, matched_volumes
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

SOURCE = "default-scheduler"
QUEUE = "queue"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
GATED = "Scheduling is blocked due to non-empty scheduling gates"


class Scheduler(Controller):
    """One key, `queue`: each look at it tries every Pod whose time has come.

    State: `waiting`, the entries of the queue; `binding`, the Pods that have a node but wait for a volume.
    """

    name = "scheduler"
    component = "kube-scheduler"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self._cache: Cache | None = None
        self._load({"waiting": {}, "binding": {}, "seq": 0})

    def _load(self, state: dict[str, Any]) -> None:
        self.state = state
        self.queue = SchedulingQueue(state["waiting"])

    def restore(self, data: Mapping[str, Any]) -> None:
        super().restore(data)
        self._cache = None
        self._load(self.state)

    @property
    def cache(self) -> Cache:
        """The picture of the cluster; made anew from the store after a restore."""
        if self._cache is None:
            self._cache = Cache(self.store, int(self.cluster.version.partition(".")[2]))
            for key, node in self.state["binding"].items():
                pod = self.store.find("Pod", *split_key(key))
                if pod is not None:
                    self._cache.assume(pod_info(pod), node)
        return self._cache

    # -- what wakes it ---------------------------------------------------------------------------

    def watches(self) -> Mapping[str, KeysOf]:
        storage = self._happened(Happening.STORAGE)
        return {
            "Pod": self._pod_changed,
            "Node": self._node_changed,
            "Namespace": self._namespace_changed,
            "PersistentVolumeClaim": storage,
            "PersistentVolume": storage,
            "StorageClass": storage,
        }

    def _happened(self, happening: Happening) -> Callable[[Notice], Iterable[str]]:
        def keys(notice: Notice) -> Iterable[str]:
            return self._wake(happening, notice.entry)

        return keys

    def _wake(self, happening: Happening, cause: int) -> Iterable[str]:
        """Let parked Pods hear of something, and look at the queue when the first of them is due."""
        due = self.queue.wake(happening, self.engine.now, cause)
        if due is not None:
            self.enqueue(QUEUE, delay_ms=max(0, due - self.engine.now))
        return (QUEUE,) if self.state["binding"] else ()

    def _node_changed(self, notice: Notice) -> Iterable[str]:
        if self._cache is not None:
            self._cache.node_changed(notice)
        for happening in node_happenings(notice.old, notice.new) if notice.new else ():
            self._wake(happening, notice.entry)
        return ()

    def _namespace_changed(self, notice: Notice) -> Iterable[str]:
        if notice.old and notice.new and labels_of(notice.old) == labels_of(notice.new):
            return ()
        return self._wake(Happening.NAMESPACE, notice.entry)

    def _pod_changed(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        key = f"{notice.ref.namespace}/{notice.ref.name}"
        if new is not None and not new["spec"].get("nodeName"):
            return self._unbound_changed(key, old, new, notice.entry)
        if old is not None and new is not None and old["spec"].get("nodeName") and not matters(old, new):
            return ()
        self.queue.remove(key)
        self.state["binding"].pop(key, None)
        if self._cache is not None:
            self._cache.pod_changed(notice)
        if new is None or is_terminal(new):
            return self._wake(Happening.POD_LEFT, notice.entry)
        came = old is None or not old["spec"].get("nodeName") or labels_of(old) != labels_of(new)
        return self._wake(Happening.POD_CAME if came else Happening.POD_SHRANK, notice.entry)

    def _unbound_changed(self, key: str, old: Obj | None, new: Obj, entry: int) -> Iterable[str]:
        """A Pod without a node: new, or changed in its spec or labels (its status is our own writing)."""
        if text_at(new["spec"], "schedulerName") not in ("", SOURCE) or is_deleting(new):
            self.queue.remove(key)
            return ()
        if old is not None and old["spec"] == new["spec"] and labels_of(old) == labels_of(new):
            return ()
        if key in self.state["binding"]:
            return ()
        self.state["seq"] += 1
        priority = int_at(new["spec"], "priority") or 0
        self.queue.add(key, priority=priority, now=self.engine.now, seq=self.state["seq"], cause=entry)
        return (QUEUE,)

    # -- the loop --------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        for waiting in list(self.state["binding"]):
            self._finish_binding(waiting)
        for waiting in self.queue.ready(self.engine.now):
            if waiting in self.queue.entries:
                self._try(waiting)
        due = self.queue.next_due()
        if due is not None:
            self.enqueue(QUEUE, delay_ms=max(0, due - self.engine.now))

    def _try(self, key: str) -> None:
        """One scheduling cycle."""
        pod = self.store.find("Pod", *split_key(key))
        if pod is None or pod["spec"].get("nodeName") or is_terminal(pod):
            self.queue.remove(key)
            return
        causes = tuple(self.queue.entries[key]["woken"])
        with self.trace.caused_by(*causes):
            if pod["spec"].get("schedulingGates"):
                self.queue.remove(key)
                self._set_condition(pod, "SchedulingGated", GATED)
                return
            info = pod_info(pod)
            result = schedule(info, self.cache.snapshot, self._nominated())
            if isinstance(result, Placement):
                self._place(key, info, result)
            else:
                self._refuse(key, info, result)

    def _nominated(self) -> dict[str, list[PodInfo]]:
        found: dict[str, list[PodInfo]] = {}
        for key, node in self.queue.nominated.items():
            pod = self.store.find("Pod", *split_key(key))
            if pod is not None:
                found.setdefault(node, []).append(pod_info(pod))
        return found

    # -- a node was found ------------------------------------------------------------------------

    def _place(self, key: str, info: PodInfo, found: Placement) -> None:
        causes = None
        if len(found.scores) > 1:
            data = {"rule": "score", "node": found.node, "scores": found.scores, "plugins": found.plugins}
            causes = (self.trace.record(ref_of(info.pod), "decision", data=data),)
        self.queue.remove(key)
        if self._wait_for_volumes(key, info, found.node, causes):
            return
        self._bind(info.pod, found.node, causes)

    def _bind(self, pod: Obj, node: str, causes: tuple[int, ...] | None = None) -> None:
        self.api.bind(ref_of(pod), node, causes=causes)
        meta = pod["metadata"]
        text = f"Successfully assigned {meta['namespace']}/{meta['name']} to {node}"
        self.events.record(pod, "Normal", "Scheduled", text, source=SOURCE)

    def _wait_for_volumes(self, key: str, info: PodInfo, node: str, causes: tuple[int, ...] | None) -> bool:
        """Claims that waited for this decision get their volume, or are told the node for which one is made."""
        if not info.spec.get("volumes"):
            return False
        delayed = claims_of(info, self.store).delayed
        if not delayed:
            return False
        self.state["binding"][key] = node
        self.cache.assume(info, node)
        for claim, volume in matched_volumes(delayed, self.cache.snapshot.nodes[node], self.store) or ():
            target = ref_of(claim if volume is None else volume)
            change = _select_node(node) if volume is None else _claim_volume(claim)
            self.api.modify(target, change, causes=causes)
        return True

    def _finish_binding(self, key: str) -> None:
        """Bind a Pod once all its claims are bound."""
        pod = self.store.find("Pod", *split_key(key))
        if pod is None:
            self.state["binding"].pop(key)
            return
        try:
            is_waiting = bool(claims_of(pod_info(pod), self.store).delayed)
        except Refused:
            self._give_back(key, pod)
            return
        if not is_waiting:
            self._bind(pod, self.state["binding"].pop(key))

    def _give_back(self, key: str, pod: Obj) -> None:
        """A claim is gone while its volume was awaited: the Pod looks for a node again."""
        self.state["binding"].pop(key)
        self.cache.forget(pod["metadata"]["uid"])
        self.state["seq"] += 1
        priority = int_at(pod["spec"], "priority") or 0
        self.queue.add(key, priority=priority, now=self.engine.now, seq=self.state["seq"], cause=0)

    # -- no node was found -----------------------------------------------------------------------

    def _refuse(self, key: str, info: PodInfo, failed: Unschedulable) -> None:
        outcome = (
            preempt(
                info,
                failed,
                self.cache.snapshot,
                self.store.objects("PodDisruptionBudget"),
                self._nominated(),
            )
            if failed.total
            else Preemption()
        )
        message = fit_error(failed, outcome.message)
        entry = self.queue.entries[key]
        said = signature(message, failed)
        if entry["said"] != said:
            entry["said"] = said
            entry["decision"] = explain(self.trace, info.pod, failed, outcome, message)
        with self.trace.caused_by(entry["decision"]):
            self.events.record(info.pod, "Warning", "FailedScheduling", message, source=SOURCE)
            victims = outcome.victims
            self.queue.nominate(key, victims.node if victims else "")
            self.queue.failed(key, plugins=failed.plugins, now=self.engine.now)
            self._set_condition(info.pod, "Unschedulable", message, entry["nominated"])
            if victims:
                self._evict(info, victims)

    def _set_condition(self, pod: Obj, reason: str, message: str, nominated: str = "") -> None:
        stamp = self.now_stamp()
        known = condition(pod, "PodScheduled")
        if known is not None and known["status"] == "False":
            stamp = known["lastTransitionTime"]
        scheduled = {
            "type": "PodScheduled",
            "status": "False",
            "reason": reason,
            "message": message,
            "lastProbeTime": None,
            "lastTransitionTime": stamp,
            "observedGeneration": pod["metadata"].get("generation", 1),
        }
        status = pod.get("status") or {}
        others = [c for c in status.get("conditions") or () if c["type"] != "PodScheduled"]
        changed = {**status, "conditions": [*others, scheduled]}
        changed.pop("nominatedNodeName", None)
        if nominated:
            changed["nominatedNodeName"] = nominated
        self.api.update_status(ref_of(pod), changed)

    def _evict(self, preemptor: PodInfo, victims: Victims) -> None:
        """End the victims gracefully; less important Pods lose their claim to the room."""
        for victim in victims.pods:
            if victim.is_deleting:
                continue
            ref = ref_of(victim.pod)
            self.api.update_status(ref, _disrupted(self.api.get(ref), self.now_stamp()))
            self.api.delete(ref, field="spec.priority")
            text = f"Preempted by pod {preemptor.uid} on node {victims.node}"
            self.events.record(victim.pod, "Normal", "Preempted", text, source=SOURCE)
        for key, node in list(self.queue.nominated.items()):
            other = self.store.find("Pod", *split_key(key))
            if (
                node == victims.node
                and other
                and (int_at(other["spec"], "priority") or 0) < preemptor.priority
            ):
                self.queue.nominate(key, "")
                status = {k: v for k, v in other["status"].items() if k != "nominatedNodeName"}
                self.api.update_status(ref_of(other), status)


def _disrupted(pod: Obj, stamp: str) -> Obj:
    """A victim's status with the condition that says why it ends."""
    told = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "PreemptionByScheduler",
        "message": f"{SOURCE}: preempting to accommodate a higher priority pod",
        "lastProbeTime": None,
        "lastTransitionTime": stamp,
    }
    status = map_at(pod, "status")
    others = [c for c in status.get("conditions") or () if c["type"] != "DisruptionTarget"]
    return {**status, "conditions": [*others, told]}


def _select_node(node: str) -> Callable[[Obj], Obj]:
    def change(claim: Obj) -> Obj:
        meta = claim["metadata"]
        annotations = {**(meta.get("annotations") or {}), SELECTED_NODE: node}
        return {**claim, "metadata": {**meta, "annotations": annotations}}

    return change


def _claim_volume(claim: Obj) -> Callable[[Obj], Obj]:
    meta = claim["metadata"]
    reference = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "name": meta["name"],
        "namespace": meta["namespace"],
        "uid": meta["uid"],
    }

    def change(volume: Obj) -> Obj:
        return {**volume, "spec": {**volume["spec"], "claimRef": reference}}

    return change
