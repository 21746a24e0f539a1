"""Services against the Pods behind them."""

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.api.access import int_at, map_at, maps_at, text_at, texts_at
from learn.sandbox.checks.registry import Finding, object_check
from learn.sandbox.checks.world import Workload, World, namespace_of
from learn.sandbox.objects import ManifestObject

_NODE_PORTS = range(30000, 32768)


def _selected(service: ManifestObject, world: World) -> list[Workload]:
    selector = texts_at(map_at(service.value, "spec"), "selector")
    return world.selected(selector, namespace_of(service)) if selector else []


def _as_text(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in labels.items())


@object_check("service-no-endpoints", "Service")
def no_endpoints(service: ManifestObject, world: World) -> Iterator[Finding]:
    """A selector that fits no Pod of the manifest, though Pods are there."""
    selector = texts_at(map_at(service.value, "spec"), "selector")
    neighbours = [w for w in world.workloads if w.namespace == namespace_of(service)]
    if not selector or not neighbours or _selected(service, world):
        return
    closest = max(
        neighbours,
        key=lambda w: (
            sum(w.labels.get(k) == v for k, v in selector.items()) * 2
            + len(w.labels.keys() & selector.keys())
        ),
    )
    params = {
        "selector": _as_text(selector),
        "labels": _as_text(closest.labels) or "なし",
        "workload": closest.obj.name,
    }
    yield Finding(obj=service, path=("spec", "selector"), params=params, on_key=True)


@object_check("service-other-namespace", "Service")
def other_namespace(service: ManifestObject, world: World) -> Iterator[Finding]:
    """A selector that fits Pods, but only in another namespace."""
    selector = texts_at(map_at(service.value, "spec"), "selector")
    if not selector or any(w.namespace == namespace_of(service) for w in world.workloads):
        return
    for workload in world.workloads:
        if workload.namespace != namespace_of(service) and workload in world.selected(
            selector, workload.namespace
        ):
            params = {
                "own": namespace_of(service),
                "other": workload.namespace,
                "workload": workload.obj.name,
            }
            yield Finding(obj=service, path=("spec", "selector"), params=params, on_key=True)
            return


def _service_ports(service: ManifestObject) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield from enumerate(maps_at(map_at(service.value, "spec"), "ports"))


@object_check("service-target-port-name", "Service")
def target_port_name(service: ManifestObject, world: World) -> Iterator[Finding]:
    """A named targetPort that no container of the selected Pods has."""
    workloads = _selected(service, world)
    names = {text_at(port, "name") for w in workloads for port in w.ports}
    for index, port in _service_ports(service):
        target = port.get("targetPort")
        if workloads and isinstance(target, str) and target not in names:
            known = "、".join(f"`{name}`" for name in sorted(names - {""})) or "なし"
            yield Finding(
                obj=service,
                path=("spec", "ports", index, "targetPort"),
                params={"target": target, "known": known},
            )


@object_check("service-target-port-number", "Service")
def target_port_number(service: ManifestObject, world: World) -> Iterator[Finding]:
    """A target number that no container of the selected Pods declares, though they declare others."""
    workloads = _selected(service, world)
    declared = {int_at(port, "containerPort") for w in workloads for port in w.ports} - {None}
    for index, port in _service_ports(service):
        explicit = "targetPort" in port
        target = int_at(port, "targetPort") if explicit else int_at(port, "port")
        if declared and target is not None and target not in declared:
            known = "、".join(str(number) for number in sorted(n for n in declared if n is not None))
            path = ("spec", "ports", index, "targetPort" if explicit else "port")
            yield Finding(obj=service, path=path, params={"target": str(target), "known": known})


@object_check("service-port-protocol", "Service")
def port_protocol(service: ManifestObject, world: World) -> Iterator[Finding]:
    """The container's port has the number, but another protocol."""
    declared = [port for w in _selected(service, world) for port in w.ports]
    for index, port in _service_ports(service):
        target = port.get("targetPort", port.get("port"))
        protocol = text_at(port, "protocol") or "TCP"
        found = {
            text_at(p, "protocol") or "TCP"
            for p in declared
            if target in (p.get("containerPort"), p.get("name"))
        }
        if found and protocol not in found:
            params = {"protocol": protocol, "found": "、".join(sorted(found))}
            yield Finding(obj=service, path=("spec", "ports", index), params=params)


@object_check("service-nodeport-range", "Service")
def node_port_range(service: ManifestObject, world: World) -> Iterator[Finding]:
    """A node port outside kube-apiserver's --service-node-port-range, by default 30000-32767.

    The number is refused by the allocator (pkg/registry/core/service/portallocator), not by validation.
    """
    for index, port in _service_ports(service):
        number = int_at(port, "nodePort")
        if number and number not in _NODE_PORTS and 1 <= number <= 65535:
            english = (
                f'The Service "{service.name}" is invalid: spec.ports[{index}].nodePort: Invalid value: {number}: '
                "provided port is not in the valid range. The range of valid ports is 30000-32767"
            )
            params = {"value": str(number), "english": english}
            yield Finding(obj=service, path=("spec", "ports", index, "nodePort"), params=params)


@object_check("service-external-name-selector", "Service")
def external_name_with_selector(service: ManifestObject, world: World) -> Iterator[Finding]:
    """ExternalName only answers with a name; its selector has no effect."""
    spec = map_at(service.value, "spec")
    if text_at(spec, "type") == "ExternalName" and spec.get("selector"):
        yield Finding(obj=service, path=("spec", "selector"), on_key=True)
