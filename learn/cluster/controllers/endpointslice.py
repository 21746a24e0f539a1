"""Lists the Pods behind every Service with a selector (staging/src/k8s.io/endpointslice reconciler.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from learn.cluster.api.access import as_map
from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.controllers.slicefilling import fill
from learn.cluster.objects import Obj, is_deleting, labels_of, owner_reference, ref_of, with_metadata
from learn.cluster.pods import is_ready, is_terminal
from learn.cluster.store import Notice

MANAGED_BY = "endpointslice-controller.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_LABEL = "endpointslice.kubernetes.io/managed-by"
HEADLESS_LABEL = "service.kubernetes.io/headless"
RESERVED_LABELS = (SERVICE_NAME, MANAGED_LABEL, HEADLESS_LABEL)
TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"
TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")

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
    return 0


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


def has_hostname(service: Obj, pod: Obj) -> bool:
    """ShouldSetHostname: a Pod that the headless Service names in DNS."""
    spec = pod["spec"]
    return bool(spec.get("hostname")) and spec.get("subdomain") == service["metadata"]["name"]


def endpoint_for(service: Obj, pod: Obj, zone: str) -> Obj:
    """One entry of a slice (podToEndpoint), with its hints (trafficdist.go)."""
    serving, terminating = is_ready(pod), is_deleting(pod)
    ready = bool(service["spec"].get("publishNotReadyAddresses")) or (serving and not terminating)
    node = pod["spec"].get("nodeName")
    endpoint: Obj = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        **({"nodeName": node} if node else {}),
        "targetRef": {
            "kind": "Pod",
            "name": pod["metadata"]["name"],
            "namespace": pod["metadata"]["namespace"],
            "uid": pod["metadata"]["uid"],
        },
    }
    if has_hostname(service, pod):
        endpoint["hostname"] = pod["spec"]["hostname"]
    if zone:
        endpoint["zone"] = zone
    hints = _hints(_distribution(service), zone, node) if ready else {}
    return {**endpoint, "hints": hints} if hints else endpoint


def _distribution(service: Obj) -> str:
    """trafficDistribution, unless the older annotation asks for hints by the capacity of zones (hintsEnabled)."""
    annotations = as_map(service["metadata"].get("annotations"))
    mode = annotations.get(TOPOLOGY_HINTS, annotations.get(TOPOLOGY_MODE))
    wanted = service["spec"].get("trafficDistribution")
    return wanted if wanted in DISTRIBUTIONS and mode not in ("Auto", "auto") else ""


def _hints(distribution: str, zone: str, node: str | None) -> Obj:
    hints: Obj = {}
    if distribution and zone:
        hints["forZones"] = [{"name": zone}]
    if distribution == "PreferSameNode" and node:
        hints["forNodes"] = [{"name": node}]
    return hints


def labels_for(service: Obj) -> dict[str, str]:
    """The Service's own labels and those of the controller (setEndpointSliceLabels)."""
    labels = {key: value for key, value in labels_of(service).items() if key not in RESERVED_LABELS}
    if service["spec"].get("clusterIP") in (None, "", "None"):
        labels[HEADLESS_LABEL] = ""
    return {**labels, SERVICE_NAME: service["metadata"]["name"], MANAGED_LABEL: MANAGED_BY}


class EndpointSliceController(Controller):
    name = "endpointslice"

    def watches(self) -> Mapping[str, KeysOf]:
        return {
            "Service": own_key,
            "Pod": self._services_of,
            "EndpointSlice": self._service_of,
            "Node": self._services_on,
        }

    def _services_on(self, notice: Notice) -> Iterable[str]:
        """A Node that comes back: its Pods may be listed again."""
        if notice.old is not None:
            return ()
        pods = self.store.pods_on(notice.ref.name)
        return dict.fromkeys(
            key for pod in pods for key in self._selecting(pod["metadata"]["namespace"], pod)
        )

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
        return self._selecting(notice.ref.namespace, old, new)

    def _selecting(self, namespace: str, *pods: Obj | None) -> list[str]:
        found = []
        for service in self.store.objects("Service", namespace):
            selector = service["spec"].get("selector")
            if not selector:
                continue
            if any(obj is not None and selector.items() <= labels_of(obj).items() for obj in pods):
                found.append(f"{namespace}/{service['metadata']['name']}")
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
        self._bring_up_to_date(service, slices)

    def _bring_up_to_date(self, service: Obj, slices: Sequence[Obj]) -> None:
        """reconcileByAddressType and finalize: what goes is used again for what comes, where it can be."""
        labels, uid = labels_for(service), service["metadata"]["uid"]
        doomed = [each for each in slices if not _is_owned(each, uid)]
        by_ports: dict[Ports, list[Obj]] = {}
        for each in slices:
            if _is_owned(each, uid):
                by_ports.setdefault(_ports_of(each), []).append(each)
        created: list[tuple[Ports, list[Obj]]] = []
        groups = self._groups(service)
        for ports, wanted in groups.items():
            existing = by_ports.pop(ports, [])
            relabelled = [i for i, each in enumerate(existing) if labels_of(each) != labels]
            before = [each.get("endpoints") or [] for each in existing]
            filled = fill(before, wanted, relabelled=relabelled)
            for slice_, old, endpoints in zip(existing, before, filled, strict=False):
                if old and not endpoints:
                    doomed.append(slice_)
                elif old != endpoints or labels_of(slice_) != labels:
                    self._update(slice_, ports, endpoints, labels)
            created += [(ports, endpoints) for endpoints in filled[len(existing) :]]
        for rest in by_ports.values():
            doomed += rest
        if len(doomed) == len(slices) and not created:
            if len(doomed) == 1 and _is_placeholder(doomed[0], labels, uid):
                return
            created.append(((), []))
        for slice_ in doomed:
            if created and _is_owned(slice_, uid):
                self._update(slice_, *created.pop(), labels)
            else:
                self.api.delete(ref_of(slice_))
        for ports, endpoints in created:
            self._create(service, ports, endpoints, labels)

    def _groups(self, service: Obj) -> dict[Ports, dict[str, Obj]]:
        """Endpoints by the ports that they serve, then by Pod uid.

        A Pod whose Node is gone is left out, unless unready addresses are published.
        """
        groups: dict[Ports, dict[str, Obj]] = {}
        unready_too = bool(service["spec"].get("publishNotReadyAddresses"))
        for pod in self.store.pods_matching(service["metadata"]["namespace"], service["spec"]["selector"]):
            if not belongs(pod):
                continue
            group = groups.setdefault(ports_for(service, pod), {})
            node = self.store.find("Node", "", pod["spec"].get("nodeName", ""))
            if node is None and not unready_too:
                continue
            group[pod["metadata"]["uid"]] = endpoint_for(service, pod, _zone_of(node))
        return groups

    def _update(self, slice_: Obj, ports: Ports, endpoints: list[Obj], labels: dict[str, str]) -> None:
        def change(obj: Obj) -> Obj:
            listed = {**obj, "endpoints": endpoints, "ports": [_port(*each) for each in ports]}
            return with_metadata(listed, labels=labels)

        self.api.modify(ref_of(slice_), change, field="spec.selector")

    def _create(self, service: Obj, ports: Ports, endpoints: list[Obj], labels: dict[str, str]) -> None:
        meta = service["metadata"]
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


def _zone_of(node: Obj | None) -> str:
    return str(labels_of(node).get("topology.kubernetes.io/zone", "")) if node else ""


def _is_owned(slice_: Obj, uid: str) -> bool:
    """Whether it is a slice of this very Service, not of an earlier one with the same name."""
    owners = slice_["metadata"].get("ownerReferences") or ()
    return any(each.get("uid") == uid and each.get("kind") == "Service" for each in owners)


def _is_placeholder(slice_: Obj, labels: Mapping[str, str], uid: str) -> bool:
    """What a Service without Pods has: one slice without endpoints and ports."""
    empty = not slice_.get("endpoints") and not slice_.get("ports")
    return empty and labels_of(slice_) == labels and _is_owned(slice_, uid)


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
