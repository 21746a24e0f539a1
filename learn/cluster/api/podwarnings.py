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


_OLD_LABELS = {
    "beta.kubernetes.io/arch": ("v1.14", "kubernetes.io/arch"),
    "beta.kubernetes.io/os": ("v1.14", "kubernetes.io/os"),
    "failure-domain.beta.kubernetes.io/region": ("v1.17", "topology.kubernetes.io/region"),
    "failure-domain.beta.kubernetes.io/zone": ("v1.17", "topology.kubernetes.io/zone"),
    "beta.kubernetes.io/instance-type": ("v1.17", "node.kubernetes.io/instance-type"),
}
"""Labels of nodes that have got other names (pkg/api/node/util.go)."""
_SECCOMP = ("seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/")
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def pod_warnings(obj: Mapping[str, Any]) -> list[str]:
    """The warnings about the Pod in a workload, or about a Pod itself, without `Warning: `."""
    kind, spec = obj.get("kind"), map_at(obj, "spec")
    if kind == "Pod":
        return list(_warnings(obj, ""))
    if kind in _TEMPLATES:
        return list(_warnings(map_at(spec, "template"), "spec.template."))
    if kind == "CronJob":
        job = map_at(map_at(spec, "jobTemplate"), "spec")
        return list(_warnings(map_at(job, "template"), "spec.jobTemplate.spec.template."))
    return []


def _warnings(pod: Mapping[str, Any], before: str) -> Iterator[str]:
    spec, path = map_at(pod, "spec"), f"{before}spec"
    yield from _old_labels(map_at(spec, "nodeSelector"), f"{path}.nodeSelector")
    yield from _old_annotations(
        map_at(map_at(pod, "metadata"), "annotations"), f"{before}metadata.annotations"
    )
    for index, secret in enumerate(maps_at(spec, "imagePullSecrets")):
        if not text_at(secret, "name"):
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'
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


def _old_labels(selector: Mapping[str, Any], place: str) -> Iterator[str]:
    for label in selector:
        if label in _OLD_LABELS:
            since, successor = _OLD_LABELS[label]
            yield f'{place}[{label}]: deprecated since {since}; use "{successor}" instead'


def _old_annotations(annotations: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in sorted(annotations):
        if name.startswith(_SECCOMP):
            yield f'{place}[{name}]: non-functional in v1.27+; use the "seccompProfile" field instead'
        elif name.startswith(_APPARMOR):
            yield f'{place}[{name}]: deprecated since v1.30; use the "appArmorProfile" field instead'


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
