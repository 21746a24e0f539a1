"""Lists the Pods behind every Service with a selector (staging/src/k8s.io/endpointslice reconciler.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from learn.cluster.api.access import as_map
from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.objects import Obj, is_deleting, labels_of, owner_reference, ref_of
from learn.cluster.pods import is_ready, is_terminal
from learn.cluster.probes import container_port
from learn.cluster.store import Notice

MAX_ENDPOINTS = 100
MANAGED_BY = "endpointslice-controller.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_LABEL = "endpointslice.kubernetes.io/managed-by"
HEADLESS_LABEL = "service.kubernetes.io/headless"

Ports = tuple[tuple[str, int, str, str], ...]


def belongs(pod: Obj) -> bool:
    """ShouldPodBeInEndpoints: it has an address and has not ended; a terminating Pod is still listed."""
    return not is_terminal(pod) and bool((pod.get("status") or {}).get("podIP"))


def target_port(port: Mapping[str, object], pod: Obj) -> int:
    """The number behind targetPort for one Pod; 0 for a name that no container declares (FindPort)."""
    target = port.get("targetPort")
    if target in (None, "", 0):
        target = port.get("port")
    if isinstance(target, int):
        return target
    protocol = port.get("protocol") or "TCP"
    for container in [*(pod["spec"].get("containers") or ()), *(pod["spec"].get("initContainers") or ())]:
        if (
            container in (pod["spec"].get("initContainers") or ())
            and container.get("restartPolicy") != "Always"
        ):
            continue
        for declared in container.get("ports") or ():
            if declared.get("name") == target and (declared.get("protocol") or "TCP") == protocol:
                return int(declared["containerPort"])
    return container_port(target, {})


def ports_for(service: Obj, pod: Obj) -> Ports:
    """`(name, number, protocol, appProtocol)` of each port that the Pod serves (getEndpointPorts).

    A Pod that has none of the named ports serves no port, and is listed in a slice without any.
    """
    found = []
    for port in service["spec"].get("ports") or ():
        number = target_port(port, pod)
        if number:
            found.append(
                (port.get("name") or "", number, port.get("protocol") or "TCP", port.get("appProtocol") or "")
            )
    return tuple(found)


def endpoint_for(service: Obj, pod: Obj, zone: str) -> Obj:
    """One entry of a slice (podToEndpoint)."""
    serving, terminating = is_ready(pod), is_deleting(pod)
    ready = bool(service["spec"].get("publishNotReadyAddresses")) or (serving and not terminating)
    endpoint: Obj = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        "nodeName": pod["spec"].get("nodeName", ""),
        "targetRef": {
            "kind": "Pod",
            "name": pod["metadata"]["name"],
            "namespace": pod["metadata"]["namespace"],
            "uid": pod["metadata"]["uid"],
        },
    }
    hostname = pod["spec"].get("hostname")
    if hostname and pod["spec"].get("subdomain") == service["metadata"]["name"]:
        endpoint["hostname"] = hostname
    if zone:
        endpoint["zone"] = zone
    distribution = service["spec"].get("trafficDistribution")
    if ready and zone and distribution in ("PreferClose", "PreferSameZone", "PreferSameNode"):
        endpoint["hints"] = {"forZones": [{"name": zone}]}
    if ready and distribution == "PreferSameNode" and endpoint["nodeName"]:
        endpoint.setdefault("hints", {})["forNodes"] = [{"name": endpoint["nodeName"]}]
    return endpoint


def fill(
    existing: Sequence[Sequence[Obj]], wanted: Mapping[str, Obj], limit: int = MAX_ENDPOINTS
) -> list[list[Obj]]:
    """Endpoints shared out over slices: those that stay keep their slice, new ones fill the gaps, then new slices.

    `wanted` is by Pod uid.  Gives one list per existing slice (perhaps empty), then those of new slices.
    """
    left = dict(wanted)
    slices = []
    for old in existing:
        kept = []
        for endpoint in old:
            uid = as_map(endpoint.get("targetRef")).get("uid", "")
            if uid in left:
                kept.append(left.pop(uid))
        slices.append(kept)
    rest = list(left.values())
    for each in slices:
        room = limit - len(each)
        each += rest[:room]
        rest = rest[room:]
    while rest:
        slices.append(rest[:limit])
        rest = rest[limit:]
    return slices


class EndpointSliceController(Controller):
    name = "endpointslice"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Service": own_key, "Pod": self._services_of, "EndpointSlice": self._service_of}

    def _service_of(self, notice: Notice) -> Iterable[str]:
        """A slice of ours that someone else deleted is made again."""
        labels = labels_of(notice.obj)
        if notice.new is not None or labels.get(MANAGED_LABEL) != MANAGED_BY:
            return ()
        return (f"{notice.ref.namespace}/{labels.get(SERVICE_NAME, '')}",)

    def _services_of(self, notice: Notice) -> Iterable[str]:
        """Services that select the Pod, before or after; only when something about it matters to them."""
        old, new = notice.old, notice.new
        if old is not None and new is not None and _facts(old) == _facts(new):
            return ()
        found = []
        for service in self.store.objects("Service", notice.ref.namespace):
            selector = service["spec"].get("selector")
            if not selector:
                continue
            if any(obj is not None and selector.items() <= labels_of(obj).items() for obj in (old, new)):
                found.append(f"{notice.ref.namespace}/{service['metadata']['name']}")
        return found

    def reconcile(self, key: str) -> None:
        namespace, name = split_key(key)
        service = self.store.find("Service", namespace, name)
        slices = [
            each
            for each in self.store.objects("EndpointSlice", namespace)
            if labels_of(each).get(SERVICE_NAME) == name and labels_of(each).get(MANAGED_LABEL) == MANAGED_BY
        ]
        if (
            service is None
            or not service["spec"].get("selector")
            or service["spec"].get("type") == "ExternalName"
        ):
            for each in slices:
                self.api.delete(ref_of(each))
            return
        groups = self._groups(service)
        by_ports: dict[Ports, list[Obj]] = {}
        for each in slices:
            by_ports.setdefault(_ports_of(each), []).append(each)
        for ports in [*by_ports, *(p for p in groups if p not in by_ports)]:
            keep = not groups and ports == next(iter(by_ports), None)
            self._write(service, ports, by_ports.get(ports, []), groups.get(ports, {}), keep=keep)
        if not groups and not slices:
            self._create(service, (), [])

    def _groups(self, service: Obj) -> dict[Ports, dict[str, Obj]]:
        """Endpoints by the ports that they serve, then by Pod uid."""
        groups: dict[Ports, dict[str, Obj]] = {}
        pods = self.store.pods_matching(service["metadata"]["namespace"], service["spec"]["selector"])
        zones: dict[str, str] = {}
        for pod in pods:
            if not belongs(pod):
                continue
            group = groups.setdefault(ports_for(service, pod), {})
            node = pod["spec"].get("nodeName", "")
            if node not in zones:
                zones[node] = self._zone(node)
            group[pod["metadata"]["uid"]] = endpoint_for(service, pod, zones[node])
        return groups

    def _zone(self, node_name: str) -> str:
        node = self.store.find("Node", "", node_name)
        return str(labels_of(node).get("topology.kubernetes.io/zone", "")) if node else ""

    def _write(
        self, service: Obj, ports: Ports, existing: Sequence[Obj], wanted: Mapping[str, Obj], *, keep: bool
    ) -> None:
        """Bring the slices of one set of ports up to date; `keep` leaves one even when it is empty."""
        filled = fill([each.get("endpoints") or [] for each in existing], wanted)
        for slice_, endpoints in zip(existing, filled, strict=False):
            if not endpoints and not keep:
                self.api.delete(ref_of(slice_))
                continue
            keep = False
            if slice_.get("endpoints") != endpoints:
                self._set_endpoints(slice_, endpoints)
        for endpoints in filled[len(existing) :]:
            self._create(service, ports, endpoints)

    def _set_endpoints(self, slice_: Obj, endpoints: list[Obj]) -> None:
        self.api.modify(ref_of(slice_), lambda obj: {**obj, "endpoints": endpoints}, field="spec.selector")

    def _create(self, service: Obj, ports: Ports, endpoints: list[Obj]) -> None:
        meta = service["metadata"]
        labels = {**labels_of(service), SERVICE_NAME: meta["name"], MANAGED_LABEL: MANAGED_BY}
        if service["spec"].get("clusterIP") == "None":
            labels[HEADLESS_LABEL] = ""
        self.api.create(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "generateName": f"{meta['name']}-",
                    "namespace": meta["namespace"],
                    "labels": labels,
                    "ownerReferences": [owner_reference(service)],
                },
                "addressType": "IPv4",
                "endpoints": endpoints,
                "ports": [_port(*each) for each in ports],
            },
            trusted=True,
            field="spec.selector",
        )


def _port(name: str, number: int, protocol: str, app_protocol: str) -> Obj:
    port: Obj = {"name": name, "port": number, "protocol": protocol}
    if app_protocol:
        port["appProtocol"] = app_protocol
    return port


def _ports_of(slice_: Obj) -> Ports:
    return tuple(
        (p.get("name") or "", p.get("port") or 0, p.get("protocol") or "TCP", p.get("appProtocol") or "")
        for p in slice_.get("ports") or ()
    )


def _facts(pod: Obj) -> tuple[object, ...]:
    status = pod.get("status") or {}
    return (
        status.get("podIP"),
        is_ready(pod),
        is_terminal(pod),
        is_deleting(pod),
        pod["metadata"].get("labels"),
        pod["spec"].get("nodeName"),
    )
