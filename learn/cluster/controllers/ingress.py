"""
What in-cluster Ingress controllers write: the address of their own Service, into every Ingress of their class.

Sources: ingress-nginx, internal/ingress/status/status.go; plugin/pkg/admission/network/defaultingressclass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.network.ingressclass import controller_of, with_default_class
from learn.cluster.network.ingressproxy import controller_name
from learn.cluster.objects import Obj, is_deleting, labels_of, ref_of
from learn.cluster.pods import is_ready
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

SOURCE = "nginx-ingress-controller"
SYNC_MS = 1_000
"""From a change of an Ingress to the proxy's configuration and status."""


def published_addresses(service: Obj) -> list[dict[str, str]]:
    """Return what an Ingress's status shows for the Service in front of its proxy (statusAddressFromService)."""
    spec = service["spec"]
    external = [{"ip": ip} for ip in spec.get("externalIPs") or ()]
    match spec.get("type"):
        case "LoadBalancer":
            balancer = (service.get("status") or {}).get("loadBalancer") or {}
            own = [
                {name: each[name] for name in ("ip", "hostname") if each.get(name)}
                for each in balancer.get("ingress") or ()
            ]
            return [*own, *external]
        case "NodePort":
            return external or [{"ip": spec["clusterIP"]}]
        case "ExternalName":
            return [{"hostname": spec["externalName"]}]
    return [{"ip": spec["clusterIP"]}] if spec.get("clusterIP") not in (None, "", "None") else []


class IngressController(Controller):
    """Keys are those of Ingresses; `seen` in the state holds the generation that each was told about."""

    name = "ingress"
    component: ClassVar[str] = "ingress-controller"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"seen": {}}
        self.api.mutating.append(self._admit)

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Ingress": own_key, "IngressClass": self._all, "Service": self._all, "Pod": self._proxy_pod}

    def _all(self, notice: Notice) -> list[str]:
        return [
            f"{each['metadata']['namespace']}/{each['metadata']['name']}"
            for each in self.store.objects("Ingress")
        ]

    def _proxy_pod(self, notice: Notice) -> Iterable[str]:
        """Wakes all Ingresses when a proxy's readiness may have changed; cheap where there is none."""
        keys = self._all(notice)
        return keys if keys and _controllers_in(notice.obj) else ()

    def _admit(self, verb: str, obj: Obj, old: Obj | None) -> Obj:
        """DefaultIngressClass: new Ingresses without a class get the default one."""
        if verb != "create" or obj["kind"] != "Ingress":
            return obj
        return with_default_class(obj, self.store.objects("IngressClass"))

    def reconcile(self, key: str) -> None:
        ingress = self.store.find("Ingress", *split_key(key))
        if ingress is None or is_deleting(ingress):
            self.state["seen"].pop(key, None)
            return
        pods = list(self._proxies(controller_of(ingress, self.store.objects("IngressClass"))))
        if not pods:
            return
        generation = ingress["metadata"].get("generation", 1)
        if self.state["seen"].get(key) != generation:
            self.state["seen"][key] = generation
            self.events.record(ingress, "Normal", "Sync", "Scheduled for sync", source=SOURCE)
            self.enqueue(key, delay_ms=SYNC_MS)
            return
        service = self._service_of(pods[0])
        status = {"loadBalancer": {"ingress": published_addresses(service)} if service else {}}
        if service and not status["loadBalancer"]["ingress"]:
            status = {"loadBalancer": {}}
        self.api.update_status(ref_of(ingress), status, field="spec.ingressClassName")

    def _proxies(self, controller: str) -> Iterator[Obj]:
        """The ready Pods that serve a controller name."""
        for pod in self.store.objects("Pod") if controller else ():
            if is_ready(pod) and controller in _controllers_in(pod):
                yield pod

    def _service_of(self, pod: Obj) -> Obj | None:
        """The Service in front of a proxy: the one that selects its Pods and is reachable from outside, if there is one."""
        found = [
            service
            for service in self.store.objects("Service", pod["metadata"]["namespace"])
            if service["spec"].get("selector")
            and service["spec"]["selector"].items() <= labels_of(pod).items()
        ]
        order = {"LoadBalancer": 0, "NodePort": 1}
        return min(found, key=lambda each: order.get(each["spec"].get("type", ""), 2), default=None)


def _controllers_in(pod: Obj) -> set[str]:
    names = {controller_name(pod["spec"], each["name"]) for each in pod["spec"].get("containers") or ()}
    return names - {""}
