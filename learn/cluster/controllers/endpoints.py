"""Keeps the Endpoints objects that EndpointSlices have replaced (pkg/controller/endpoint); deprecated since 1.33."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.controllers.endpointslice import (
    HEADLESS_LABEL,
    SERVICE_NAME,
    Ports,
    belongs,
    has_hostname,
    ports_for,
)
from learn.cluster.objects import Obj, Ref, is_deleting, labels_of
from learn.cluster.pods import is_ready
from learn.cluster.store import Notice

MANAGED_LABEL = "endpoints.kubernetes.io/managed-by"
MANAGED_BY = "endpoint-controller"
MAX_ADDRESSES = 1_000


def subsets(service: Obj, pods: Sequence[Obj]) -> list[Obj]:
    """The subsets of a Service's Endpoints: Pods by the ports that they serve, ready ones apart.

    A Pod that is being deleted is listed nowhere, unlike in an EndpointSlice, unless unready addresses are published.
    """
    unready_too = bool(service["spec"].get("publishNotReadyAddresses"))
    groups: dict[Ports, dict[str, list[Obj]]] = {}
    for pod in pods:
        ports = ports_for(service, pod)
        leaving = is_deleting(pod) and not unready_too
        if not belongs(pod) or leaving or (service["spec"].get("ports") and not ports):
            continue
        side = "addresses" if is_ready(pod) or unready_too else "notReadyAddresses"
        address = {
            "ip": pod["status"]["podIP"],
            **({"hostname": pod["spec"]["hostname"]} if has_hostname(service, pod) else {}),
            "nodeName": pod["spec"].get("nodeName", ""),
            "targetRef": {
                "kind": "Pod",
                "name": pod["metadata"]["name"],
                "namespace": pod["metadata"]["namespace"],
                "uid": pod["metadata"]["uid"],
            },
        }
        groups.setdefault(ports, {}).setdefault(side, []).append(address)
    found = []
    for ports, sides in sorted(groups.items()):
        listed: Obj = {
            side: sorted(each, key=_by_address)[:MAX_ADDRESSES] for side, each in sorted(sides.items())
        }
        if ports:
            listed["ports"] = [
                {
                    **({"name": name} if name else {}),
                    "port": number,
                    "protocol": protocol,
                    **({"appProtocol": application} if application else {}),
                }
                for name, number, protocol, application in ports
            ]
        found.append(listed)
    return found


def _by_address(address: Obj) -> list[int]:
    return [int(part) for part in address["ip"].split(".") if part.isdecimal()]


class EndpointsController(Controller):
    name = "endpoints"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Service": own_key, "EndpointSlice": self._service_of}

    def _service_of(self, notice: Notice) -> Iterable[str]:
        """The slices change exactly when the Endpoints do."""
        service = labels_of(notice.obj).get(SERVICE_NAME)
        return (f"{notice.ref.namespace}/{service}",) if service else ()

    def reconcile(self, key: str) -> None:
        namespace, name = split_key(key)
        service = self.store.find("Service", namespace, name)
        ref = Ref("Endpoints", namespace, name)
        known = self.store.get(ref)
        if (
            service is None
            or not service["spec"].get("selector")
            or service["spec"].get("type") == "ExternalName"
        ):
            if known is not None and labels_of(known).get(MANAGED_LABEL) == MANAGED_BY:
                self.api.delete(ref)
            return
        found = subsets(service, self.store.pods_matching(namespace, service["spec"]["selector"]))
        labels = {**labels_of(service), MANAGED_LABEL: MANAGED_BY}
        if service["spec"].get("clusterIP") in (None, "", "None"):
            labels[HEADLESS_LABEL] = ""
        obj: Obj = {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
        }
        if found:
            obj["subsets"] = found
        if known is None:
            self.api.create(obj, trusted=True, field="spec.selector")
        elif known.get("subsets", []) != found or labels_of(known) != labels:
            self.api.update(obj, trusted=True, field="spec.selector")
