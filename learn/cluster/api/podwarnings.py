"""What the API server accepts in a Pod but warns about (pkg/api/pod/warnings.go)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.quantity import try_parse

Place = tuple[str, Mapping[str, Any]]

_TEMPLATES = frozenset(
    {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"}
)


def pod_warnings(obj: Mapping[str, Any]) -> list[str]:
    """The warnings about the Pod in a workload, or about a Pod itself, without `Warning: `."""
    kind, spec = obj.get("kind"), map_at(obj, "spec")
    if kind == "Pod":
        return list(_warnings(spec, "spec"))
    if kind in _TEMPLATES:
        return list(_warnings(map_at(map_at(spec, "template"), "spec"), "spec.template.spec"))
    if kind == "CronJob":
        job = map_at(map_at(spec, "jobTemplate"), "spec")
        path = "spec.jobTemplate.spec.template.spec"
        return list(_warnings(map_at(map_at(job, "template"), "spec"), path))
    return []


def _warnings(spec: Mapping[str, Any], path: str) -> Iterator[str]:
    containers = [
        (f"{path}.{field}[{index}]", container)
        for field in ("initContainers", "containers")
        for index, container in enumerate(maps_at(spec, field))
    ]
    for place, container in containers:
        yield from _hidden_variables(container, place)
        yield from _fractions(container, place)
    ports: dict[tuple[Any, str], list[Place]] = {}
    for place, container in containers:
        yield from _clashing_ports(container, place, ports)


def _fractions(container: Mapping[str, Any], place: str) -> Iterator[str]:
    """Memory and disk in parts of a byte, as `128m` for 128Mi."""
    for side in ("limits", "requests"):
        amounts = map_at(map_at(container, "resources"), side)
        for name in ("memory", "ephemeral-storage"):
            amount = try_parse(amounts.get(name))
            if amount is not None and amount.milli_value() % 1000:
                where = f"{place}.resources.{side}[{name}]"
                yield f'{where}: fractional byte value "{amount}" is invalid, must be an integer'


def _hidden_variables(container: Mapping[str, Any], place: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, variable in enumerate(maps_at(container, "env")):
        name = text_at(variable, "name")
        if name in seen:
            where = f"{place}.env[{index}]"
            yield f'{where}: hides previous definition of "{name}", which may be dropped when using apply'
        seen.add(name)


def _clashing_ports(
    container: Mapping[str, Any], place: str, found: dict[tuple[Any, str], list[Place]]
) -> Iterator[str]:
    for index, port in enumerate(maps_at(container, "ports")):
        where = f"{place}.ports[{index}]"
        others = found.setdefault((port.get("containerPort"), port.get("protocol") or "TCP"), [])
        for other_place, other in others:
            if clash := _clash(port, other):
                yield f"{where}: {clash} port definition with {other_place}"
        others.append((where, port))


def _clash(port: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    numbers = (port.get("hostPort") or 0, other.get("hostPort") or 0)
    addresses = (port.get("hostIP") or "", other.get("hostIP") or "")
    if numbers[0] == numbers[1] and addresses[0] == addresses[1]:
        return "duplicate"
    if 0 in numbers:
        return "overlapping"
    if numbers[0] == numbers[1] and (addresses[0] == "") is not (addresses[1] == ""):
        return "dangerously ambiguous"
    return ""
