"""Resizes Pods in place: what a kubelet's allocation manager decides (pkg/kubelet/allocation/allocation_manager.go).

While a resize waits, the kubelet goes on with the resources that were allocated before
(`kubelet.state["allocated"]`, by uid and container).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.cluster.controllers.base import Controller, KeysOf, key_of, split_key
from learn.cluster.engine import Priority
from learn.cluster.objects import Obj, is_deleting, ref_of
from learn.cluster.pods import is_terminal
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, pod_info
from learn.cluster.store import Notice

PENDING = "PodResizePending"
RETRY_MS = 180_000
"""A deferred resize is looked at again after so long, or when a Pod leaves the node."""


class Verdict(NamedTuple):
    """`reason` is "" for a resize that can be done, else Deferred or Infeasible."""

    reason: str = ""
    message: str = ""


def verdict(wanted: PodInfo, node: NodeInfo) -> Verdict:
    """Whether a Pod can have what it now asks for.  `node` is without the Pod."""
    for name in ("memory", "cpu"):
        asked, capacity = wanted.requests.get(name, 0), node.allocatable.get(name, 0)
        if asked > capacity:
            text = f"Node didn't have enough capacity: {name}, requested: {asked}, capacity: {capacity}"
            return Verdict("Infeasible", text)
    for name in ("cpu", "memory"):
        asked, capacity = wanted.requests.get(name, 0), node.allocatable.get(name, 0)
        used = node.requested.get(name, 0)
        if asked > capacity - used:
            text = f"Node didn't have enough resource: {name}, requested: {asked}, used: {used}, capacity: {capacity}"
            return Verdict("Deferred", text)
    return Verdict()


def needs_restart(container: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a change of resources restarts a container: one of them has the resizePolicy RestartContainer."""
    after = map_at(container, "resources")
    restarting = {
        text_at(each, "resourceName")
        for each in maps_at(container, "resizePolicy")
        if each.get("restartPolicy") == "RestartContainer"
    }
    return any(
        map_at(before, side).get(name) != map_at(after, side).get(name)
        for side in ("requests", "limits")
        for name in restarting
    )


class PodResizer(Controller):
    """Keys are `namespace/name` of Pods whose resources were changed on their node."""

    name = "pod-resize"
    component = "kubelet"
    priority: ClassVar[int] = Priority.KUBELET

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Pod": self._changed}

    def _changed(self, notice: Notice) -> Iterable[str]:
        """A resize; or room on a node on which others wait for it."""
        old, new = notice.old, notice.new
        if old is None or not old["spec"].get("nodeName"):
            return ()
        allocated: dict[str, Any] = self.cluster.kubelet.state["allocated"]
        uid = old["metadata"]["uid"]
        if new is None or is_terminal(new):
            allocated.pop(uid, None)
            return self._waiting(old["spec"]["nodeName"]) if allocated else ()
        if old["spec"] is new["spec"]:
            return ()
        before = {each["name"]: each.get("resources") or {} for each in maps_at(old["spec"], "containers")}
        after = {each["name"]: each.get("resources") or {} for each in maps_at(new["spec"], "containers")}
        if before == after:
            return ()
        allocated.setdefault(uid, before)
        return (f"{notice.ref.namespace}/{notice.ref.name}",)

    def _waiting(self, node: str) -> list[str]:
        """Pods of a node that wait for a resize, the most important first."""
        allocated = self.cluster.kubelet.state["allocated"]
        pods = [pod for pod in self.store.pods_on(node) if pod["metadata"]["uid"] in allocated]
        pods.sort(key=lambda pod: -(int_at(pod["spec"], "priority") or 0))
        return [key_of(pod) for pod in pods]

    def reconcile(self, key: str) -> None:
        kubelet = self.cluster.kubelet
        pod = self.store.find("Pod", *split_key(key))
        if pod is None or is_deleting(pod) or pod["metadata"]["uid"] not in kubelet.state["allocated"]:
            return
        node = self.store.find("Node", "", pod["spec"]["nodeName"])
        if node is None or kubelet.is_frozen(node["metadata"]["name"]):
            self.enqueue(key, delay_ms=RETRY_MS)
            return
        info = NodeInfo(node)
        for other in self.store.pods_on(node["metadata"]["name"]):
            if other["metadata"]["uid"] != pod["metadata"]["uid"] and not is_terminal(other):
                info.add(pod_info(other))
        found = verdict(pod_info({**pod, "status": {}}), info)
        if found.reason:
            self._hold(pod, found)
            if found.reason == "Deferred":
                self.enqueue(key, delay_ms=RETRY_MS)
        else:
            self._grant(pod)

    def _hold(self, pod: Obj, found: Verdict) -> None:
        known = next((c for c in pod["status"].get("conditions") or () if c["type"] == PENDING), None)
        if known is not None and (known["reason"], known["message"]) == found:
            return
        data = {"rule": "resize", "reason": found.reason, "message": found.message}
        entry = self.trace.record(ref_of(pod), "decision", field="spec.containers", data=data)
        condition = {
            "type": PENDING,
            "status": "True",
            "reason": found.reason,
            "message": found.message,
            "lastProbeTime": None,
            "lastTransitionTime": known["lastTransitionTime"] if known else self.now_stamp(),
            "observedGeneration": pod["metadata"].get("generation", 1),
        }
        others = [c for c in pod["status"].get("conditions") or () if c["type"] != PENDING]
        status = {**pod["status"], "conditions": [*others, condition]}
        self.api.update_status(ref_of(pod), status, causes=(entry,))

    def _grant(self, pod: Obj) -> None:
        """Give the containers what they ask for; those that cannot take it as they run are restarted."""
        kubelet = self.cluster.kubelet
        before = kubelet.state["allocated"].pop(pod["metadata"]["uid"])
        entry = self.trace.record(
            ref_of(pod),
            "decision",
            field="spec.containers",
            data={"rule": "resize", "reason": "", "message": ""},
        )
        others = [c for c in pod["status"].get("conditions") or () if c["type"] != PENDING]
        self.api.update_status(ref_of(pod), {**pod["status"], "conditions": others}, causes=(entry,))
        record = kubelet.record(pod["metadata"]["uid"])
        if record is None:
            return
        for container in maps_at(pod["spec"], "containers"):
            if needs_restart(container, before.get(container["name"], {})):
                grace = pod["spec"].get("terminationGracePeriodSeconds")
                text = f"Container {container['name']} resize requires restart"
                kubelet.containers.kill(
                    record, pod, container["name"],
                    message=text, grace_ms=(30 if grace is None else int(grace)) * 1000, causes=(entry,),
                    field="spec.containers.resizePolicy",
                )  # fmt: skip
        kubelet.publish(record, causes=(entry,))
