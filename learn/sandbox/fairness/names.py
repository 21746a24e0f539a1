"""Names and labels that an exercise leaves free, and changing them everywhere at once."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.sandbox.objects import TEMPLATE_PATHS

Object = dict[str, Any]

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
HANDLERS = ("httpGet", "tcpSocket", "grpc", "exec")
_LABEL_MAPS = frozenset({"labels", "selector", "matchLabels"})
_NAMELESS = frozenset({"images"})
"""Parts of a scenario that tell how applications behave, and name nothing of a manifest."""
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What must keep its name: strings that a goal's expression quotes or that a scenario holds."""

    names: frozenset[str]
    labels: frozenset[tuple[str, str]]
    """Pairs by which a scenario's own objects select."""


def fixed_by(expressions: Iterable[str], scenarios: Iterable[str]) -> Fixed:
    """The names that goals (CEL) and scenarios (JSON text) speak of."""
    names = {first or second for text in expressions for first, second in _QUOTED.findall(text)}
    labels: set[tuple[str, str]] = set()
    for scenario in scenarios:
        told = {key: value for key, value in json.loads(scenario).items() if key not in _NAMELESS}
        for key, value, in_labels in _texts(told):
            if in_labels:
                labels.add((key, value))
            else:
                names |= {value, *value.split("/")}
    return Fixed(names=frozenset(names), labels=frozenset(labels))


def _texts(value: Any, key: str = "", in_labels: bool = False) -> Iterator[tuple[str, str, bool]]:
    match value:
        case dict():
            for name, item in value.items():
                yield from _texts(item, name, in_labels or key in _LABEL_MAPS)
        case list():
            for item in value:
                yield from _texts(item, key, in_labels)
        case str():
            yield key, value, in_labels or key in _LABEL_MAPS


def pod_specs(objects: Sequence[Object]) -> Iterator[Object]:
    """The Pod specs inside the objects, each the very map that stands there."""
    for obj in objects:
        steps = TEMPLATE_PATHS.get(text_at(obj, "kind"))
        if steps is not None:
            holder: Any = obj
            for step in steps:
                holder = map_at(holder, str(step))
            yield from [holder["spec"]] if isinstance(holder.get("spec"), dict) else []


def containers(objects: Sequence[Object]) -> Iterator[Object]:
    for spec in pod_specs(objects):
        for group in ("initContainers", "containers"):
            yield from (each for each in list_at(spec, group) if isinstance(each, dict))


def probe_handlers(container: Object) -> Iterator[tuple[str, Object]]:
    """The handlers of a container's probes with their kinds, each the very map that stands there."""
    for probe in PROBES:
        for kind in HANDLERS:
            handler = map_at(container, probe).get(kind)
            if isinstance(handler, dict):
                yield kind, handler


def service_ports(objects: Sequence[Object]) -> Iterator[Object]:
    for obj in objects:
        if text_at(obj, "kind") == "Service":
            yield from (port for port in list_at(map_at(obj, "spec"), "ports") if isinstance(port, dict))


def port_names(objects: Sequence[Object]) -> list[str]:
    found = [text_at(port, "name") for each in containers(objects) for port in maps_at(each, "ports")]
    return sorted({name for name in found if name})


def rename_port(objects: Sequence[Object], old: str, new: str) -> None:
    """Change a container port's name where it is declared, probed and aimed at."""
    for each in containers(objects):
        for port in list_at(each, "ports"):
            if port.get("name") == old:
                port["name"] = new
        for kind, handler in probe_handlers(each):
            if kind != "grpc" and handler.get("port") == old:
                handler["port"] = new
    for port in service_ports(objects):
        if port.get("targetPort") == old:
            port["targetPort"] = new


def rename_volume(objects: Sequence[Object], old: str, new: str) -> None:
    for spec in pod_specs(objects):
        for volume in list_at(spec, "volumes"):
            if volume.get("name") == old:
                volume["name"] = new
    for each in containers(objects):
        for mount in list_at(each, "volumeMounts"):
            if mount.get("name") == old:
                mount["name"] = new


def label_maps(value: Any, key: str = "") -> Iterator[dict[str, Any]]:
    """Every map of labels, and every selector that is one."""
    if isinstance(value, dict):
        if key in _LABEL_MAPS and all(isinstance(each, str) for each in value.values()):
            yield value
        for name, item in value.items():
            yield from label_maps(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from label_maps(item)


def relabel(objects: Sequence[Object], old: tuple[str, str], new: tuple[str, str]) -> None:
    for labels in label_maps(list(objects)):
        if labels.get(old[0]) == old[1]:
            del labels[old[0]]
            labels[new[0]] = new[1]
