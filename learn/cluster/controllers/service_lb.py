"""
Gives Services of type LoadBalancer an address, where the cluster has somebody who can.

Source: k8s.io/cloud-provider, controllers/service/controller.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.network.pool import next_free, used_addresses
from learn.cluster.network.services import load_balancer_ips
from learn.cluster.objects import Obj, is_deleting, ref_of

SOURCE = "service-controller"


def is_wanted(service: Obj, load_balancer_class: str) -> bool:
    """Tell whether a load balancer of this class serves the Service; one without a class is for the default."""
    spec = service["spec"]
    wanted = spec.get("loadBalancerClass") or ""
    return (
        spec.get("type") == "LoadBalancer"
        and not is_deleting(service)
        and wanted in ("", load_balancer_class)
    )


class ServiceLoadBalancers(Controller):
    """State: `due` when the load balancer of a Service will be ready, by namespace/name."""

    name = "service-lb"
    component: ClassVar[str] = "cloud-controller-manager"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Service": own_key}

    def reconcile(self, key: str) -> None:
        balancers = self.cluster.proxy.settings.load_balancers
        service = self.store.find("Service", *split_key(key))
        if service is None or balancers is None:
            self.state.pop(key, None)
            return
        if not is_wanted(service, balancers.load_balancer_class):
            self._release(key, service)
            return
        if load_balancer_ips(service):
            return
        if key not in self.state:
            self._tell(service, "EnsuringLoadBalancer", "Ensuring load balancer")
            self.state[key] = self.engine.now + balancers.delay_ms
        if self.engine.now < self.state[key]:
            self.enqueue(key, delay_ms=self.state[key] - self.engine.now)
            return
        wanted = service["spec"].get("loadBalancerIP") or ""
        used = used_addresses(self.cluster)
        address = wanted if wanted and wanted not in used else next_free(balancers.pool, used)
        if not address:
            self._tell(
                service, "SyncLoadBalancerFailed", "Error syncing load balancer: no address left", warn=True
            )
            return
        del self.state[key]
        status = {
            **(service.get("status") or {}),
            "loadBalancer": {"ingress": [{"ip": address, "ipMode": balancers.ip_mode}]},
        }
        self.api.update_status(ref_of(service), status, field="spec.type", data={"address": address})
        self._tell(service, "EnsuredLoadBalancer", "Ensured load balancer")

    def _release(self, key: str, service: Obj) -> None:
        """The Service is of another type now: its load balancer goes."""
        self.state.pop(key, None)
        if not load_balancer_ips(service) or service["spec"].get("type") == "LoadBalancer":
            return
        self._tell(service, "DeletingLoadBalancer", "Deleting load balancer")
        status = {**(service.get("status") or {}), "loadBalancer": {}}
        self.api.update_status(ref_of(service), status, field="spec.type")
        self._tell(service, "DeletedLoadBalancer", "Deleted load balancer")

    def _tell(self, service: Obj, reason: str, message: str, *, warn: bool = False) -> None:
        kind = "Warning" if warn else "Normal"
        self.events.record(service, kind, reason, message, source=SOURCE, field="spec.type")
