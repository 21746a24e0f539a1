"""kube-proxy: its rules follow the EndpointSlices, a second later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.engine import Priority
from learn.cluster.network.services import SERVICE_NAME
from learn.cluster.objects import Obj
from learn.cluster.store import Notice

PROPAGATION_MS = 1_000
"""From the change of an EndpointSlice to the rules on every node."""


class KubeProxy(Controller):
    """`state["slices"]` holds the EndpointSlices as the rules know them, by namespace/name."""

    name = "kube-proxy"
    component = "kube-proxy"
    priority: ClassVar[int] = Priority.NETWORK
    timers = ("sync",)

    def watches(self) -> Mapping[str, KeysOf]:
        return {"EndpointSlice": self._changed}

    def start(self) -> None:
        self.state.update(slices={}, pending={})

    def _changed(self, notice: Notice) -> Iterable[str]:
        """Remember the slice as it is now; the rules have it when the delay is over."""
        number = str(self.store.resource_version)
        self.state["pending"][number] = [
            f"{notice.ref.namespace}/{notice.ref.name}",
            notice.new,
            notice.entry,
        ]
        self.after(self.cluster.setting("endpointDelayMs", PROPAGATION_MS), "sync", number)
        return ()

    def sync(self, number: str) -> None:
        if self.is_stopped or number not in self.state["pending"]:
            return
        self._take(number)
        self.cluster.traffic.changed()

    def _take(self, number: str) -> None:
        key, found, entry = self.state["pending"].pop(number)
        if found is None:
            self.state["slices"].pop(key, None)
        else:
            self.state["slices"][key] = found
        self.trace.because = (entry,)

    def resume(self) -> None:
        """Rules that were due while kube-proxy stood still follow at once."""
        super().resume()
        for number in list(self.state["pending"]):
            self._take(number)
        self.cluster.traffic.changed()

    def slices(self, namespace: str, service: str) -> list[Obj]:
        """The slices of a Service, as the rules on the nodes know them."""
        found: dict[str, Any] = self.state["slices"]
        return [
            each
            for key, each in sorted(found.items())
            if key.startswith(f"{namespace}/")
            and (each["metadata"].get("labels") or {}).get(SERVICE_NAME) == service
        ]
