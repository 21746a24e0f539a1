"""Binds Pods to nodes: provisionally the node with the most free CPU, then memory, among those that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from learn.cluster.api.quantity import ZERO, Quantity
from learn.cluster.api.requests import pod_requests, resource_list
from learn.cluster.controllers.base import Controller, KeysOf, split_key
from learn.cluster.objects import Obj, Ref, ref_of
from learn.cluster.pods import is_terminal
from learn.cluster.store import Notice


def choose_node(pod: Obj, nodes: Sequence[Obj], pods: Sequence[Obj]) -> str:
    """The name of the node for a Pod, or "" when it fits none.  `pods` are those bound already."""
    needs = pod_requests(pod["spec"])
    best: tuple[Quantity, int, str] | None = None
    for node in nodes:
        if node["spec"].get("unschedulable"):
            continue
        here = [
            p for p in pods if p["spec"].get("nodeName") == node["metadata"]["name"] and not is_terminal(p)
        ]
        free = resource_list(node["status"]["allocatable"])
        for each in here:
            for name, amount in pod_requests(each["spec"]).items():
                free[name] = free.get(name, ZERO) - amount
        if any(free.get(name, ZERO) < amount for name, amount in needs.items()):
            continue
        rank = (ZERO - free["cpu"], len(here), node["metadata"]["name"])
        if best is None or rank < best:
            best = rank
    return best[2] if best else ""


class Scheduler(Controller):
    name = "scheduler"
    component = "kube-scheduler"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Pod": self._unbound, "Node": lambda notice: map(self._key, self._waiting())}

    def _key(self, pod: Obj) -> str:
        return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"

    def _waiting(self) -> list[Obj]:
        return [p for p in self.store.objects("Pod") if not p["spec"].get("nodeName")]

    def _unbound(self, notice: Notice) -> Iterable[str]:
        if notice.new is None:
            return map(self._key, self._waiting())
        if notice.new["spec"].get("nodeName"):
            return ()
        return (f"{notice.ref.namespace}/{notice.ref.name}",)

    def reconcile(self, key: str) -> None:
        pod = self.store.get(Ref("Pod", *split_key(key)))
        if pod is None or pod["spec"].get("nodeName") or "deletionTimestamp" in pod["metadata"]:
            return
        node = choose_node(pod, self.store.objects("Node"), self.store.objects("Pod"))
        if node:
            self.api.bind(ref_of(pod), node)
            text = f"Successfully assigned {key} to {node}"
            self.events.record(pod, "Normal", "Scheduled", text, source="default-scheduler")
