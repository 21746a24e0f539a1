"""Network cuts: two sides between which nothing passes for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from learn.cluster.controllers.base import Controller
from learn.cluster.engine import Priority
from learn.cluster.network.clients import Client
from learn.cluster.objects import Obj, Ref, labels_of


def is_side(text: str, *, namespace: str, pod: str, node: str, zone: str) -> bool:
    """
    Tell whether one end of a connection is on a side.

    Sides are `node/NAME`, `zone/NAME`, `namespace/NAME`, `pod/NAMESPACE/NAME`, `outside` and `*`.
    """
    head, _, name = text.partition("/")
    match head:
        case "*":
            return True
        case "outside":
            return not node and not namespace
        case "node":
            return node == name
        case "zone":
            return bool(zone) and zone == name
        case "namespace":
            return namespace == name
        case "pod":
            return f"{namespace}/{pod}" == name
    return False


class NetworkCuts(Controller):
    """State: `cuts` as `[number, one side, other side]` while they last."""

    name = "network-cuts"
    component: ClassVar[str] = "network-cuts"
    priority: ClassVar[int] = Priority.ACTION
    timers = ("mend",)

    def start(self) -> None:
        self.state.update(cuts=[], serial=0)

    def cut(self, one: str, other: str, for_ms: int | None = None) -> None:
        """Let nothing pass between two sides, for good or for a while."""
        self.state["serial"] += 1
        number = self.state["serial"]
        self.state["cuts"].append([number, one, other])
        self.trace.record(Ref("Network", "", one), "cut", data={"from": one, "to": other})
        if for_ms is not None:
            self.after(for_ms, "mend", number)
        self.cluster.traffic.changed()

    def mend(self, number: int) -> None:
        self.state["cuts"] = [each for each in self.state["cuts"] if each[0] != number]
        self.cluster.traffic.changed()

    def between(self, client: Client, pod: Obj | None, node: str) -> bool:
        """Whether a cut lies between a client and a Pod, or a node's own address."""
        cuts = self.state.get("cuts")
        if not cuts:
            return False
        here = self._end(client.namespace, client.pod, client.node)
        meta: Mapping[str, Any] = pod["metadata"] if pod else {}
        there = self._end(meta.get("namespace", ""), meta.get("name", ""), node)
        return any(
            (is_side(one, **here) and is_side(other, **there))
            or (is_side(other, **here) and is_side(one, **there))
            for _, one, other in cuts
        )

    def _end(self, namespace: str, pod: str, node: str) -> dict[str, str]:
        found = self.store.find("Node", "", node) if node else None
        zone = labels_of(found).get("topology.kubernetes.io/zone", "") if found else ""
        return {"namespace": namespace, "pod": pod, "node": node, "zone": str(zone)}
