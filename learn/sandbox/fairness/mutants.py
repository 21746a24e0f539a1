"""A solution with one thing spoilt, in every way that a learner or a wrong goal might overlook."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from learn.cluster.api.access import copy_json, list_at, text_at
from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.fielderror import Path
from learn.sandbox.fairness.forms import number_probes
from learn.sandbox.fairness.names import Fixed, Object, containers, service_ports
from learn.sandbox.fairness.spoiling import added, changed, handed_over, is_aside
from learn.sandbox.objects import TEMPLATE_PATHS

_PORT_FIELDS = frozenset({"name", "containerPort", "protocol"})
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_CONTAINERS = frozenset({"containers", "initContainers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """``name`` tells the place and the change, as ``Deployment/web containers/app/livenessProbe removed``."""

    name: str
    objects: tuple[Object, ...]


def mutants(objects: Sequence[Object], sound: Sequence[Sequence[Object]], fixed: Fixed) -> Iterator[Mutant]:
    """Every mutant of ``objects`` that means something else than it and the ``sound`` manifests, each meaning once.

    Free names stay as they are.
    """
    seen = {meaning(each, fixed) for each in (objects, *sound)}
    for name, spoilt in _spoilt(objects, fixed):
        said = meaning(spoilt, fixed)
        if said not in seen:
            seen.add(said)
            yield Mutant(name=name, objects=tuple(spoilt))


def meaning(objects: Sequence[Object], fixed: Fixed) -> str:
    """Equal for manifests that are the same to Kubernetes.

    Defaults are filled in, probes say port numbers, and container ports that nothing names are left out:
    "not specifying a port here does not prevent that port from being exposed" (core/v1 Container.ports).
    An object too broken for that means itself.
    """
    try:
        stored = [apply_defaults(obj) for obj in objects]
        number_probes(stored)
        named = fixed.names | {str(port.get("targetPort")) for port in service_ports(stored)}
        for each in containers(stored):
            each["ports"] = [port for port in list_at(each, "ports") if not _says_nothing(port, named)]
    except (TypeError, KeyError, AttributeError):
        stored = list(objects)
    return json.dumps(stored, sort_keys=True)


def _says_nothing(port: Object, named: Set[str]) -> bool:
    """Whether a container port is valid and named nowhere."""
    name = port.get("name", "")
    return (
        port.keys() <= _PORT_FIELDS
        and isinstance(port.get("containerPort"), int)
        and 0 < port["containerPort"] < 65_536
        and port.get("protocol", "TCP") in ("TCP", "UDP", "SCTP")
        and (not name or (name not in named and _PORT_NAME.fullmatch(name) is not None and len(name) <= 15))
    )


def _spoilt(objects: Sequence[Object], fixed: Fixed) -> Iterator[tuple[str, list[Object]]]:
    places = [place for index, obj in enumerate(objects) for place in _places(obj, (index,))]
    bound = [path for path in places if not _is_free_name(objects, path, fixed)]
    for path in places:
        yield from _without(objects, path)
    for path in bound:
        yield from _spoilt_at(objects, path)
    yield from _swapped(objects, bound)
    if len(objects) > 1:
        for index in range(len(objects)):
            yield f"{_place(objects, (index,))} removed", [*objects[:index], *objects[index + 1 :]]


def _is_free_name(objects: Sequence[Object], path: Path, fixed: Fixed) -> bool:
    """Whether a path is of a name of an object or a container that may be any."""
    of_object = path[1:] == ("metadata", "name")
    of_container = path[-1] == "name" and len(path) > 3 and path[-3] in _CONTAINERS
    return (of_object or of_container) and at(objects, path) not in fixed.names


def _places(value: Any, path: Path) -> Iterator[Path]:
    """The paths of every field and item that matters, outermost first."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, item in entries:
        inner = (*path, step)
        if not is_aside(inner):
            yield inner
            yield from _places(item, inner)


def _without(objects: Sequence[Object], path: Path) -> Iterator[tuple[str, list[Object]]]:
    copy = copy_json(list(objects))
    del at(copy, path[:-1])[path[-1]]
    yield f"{_place(objects, path)} removed", copy
    yield from _moved_out(objects, path)


def _spoilt_at(objects: Sequence[Object], path: Path) -> Iterator[tuple[str, list[Object]]]:
    place, value, step = _place(objects, path), at(objects, path), path[-1]
    for what, new in changed(path, value):
        yield f"{place} {what}", _with(objects, path, new)
    for key, new in handed_over(step, value, at(objects, path[:-1])):
        copy = copy_json(list(objects))
        holder = at(copy, path[:-1])
        del holder[step]
        holder[key] = new
        yield f"{place} → {key}", copy
    for key, new in added(path, value):
        yield f"{place}/{key} added as {json.dumps(new)}", _with(objects, (*path, key), new)


def _moved_out(objects: Sequence[Object], path: Path) -> Iterator[tuple[str, list[Object]]]:
    """A field at the level of the map that holds its own."""
    outer = next(
        (path[:end] for end in range(len(path) - 2, 0, -1) if isinstance(at(objects, path[:end]), dict)), ()
    )
    if isinstance(path[-1], str) and outer and path[-1] not in at(objects, outer):
        copy = copy_json(list(objects))
        at(copy, outer)[path[-1]] = at(copy, path)
        del at(copy, path[:-1])[path[-1]]
        yield f"{_place(objects, path)} one level out", copy


def _swapped(objects: Sequence[Object], places: Sequence[Path]) -> Iterator[tuple[str, list[Object]]]:
    """Two values of one field in two places, or two numbers of one map, each in the other's place."""
    for one, other in combinations(places, 2):
        first, second = at(objects, one), at(objects, other)
        if first != second and type(first) is type(second) and _are_alike(one, other, first):
            copy = _with(_with(objects, one, second), other, first)
            yield f"{_place(objects, one)} ⇄ {_place(objects, other)}", copy


def _are_alike(one: Path, other: Path, value: Any) -> bool:
    if one[:-1] == other[:-1] and isinstance(one[-1], str):
        return isinstance(value, int)
    same_field = [step for step in one if isinstance(step, str)] == [
        step for step in other if isinstance(step, str)
    ]
    return same_field and isinstance(one[-1], str) and not isinstance(value, list | dict)


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(objects: Sequence[Object], path: Path, new: Any) -> list[Object]:
    copy: list[Object] = copy_json(list(objects))
    at(copy, path[:-1])[path[-1]] = copy_json(new)
    return copy


def _place(objects: Sequence[Object], path: Path) -> str:
    """``Deployment/web containers/app/image``: the object, and the path below its Pod spec or its spec."""
    obj = objects[int(path[0])]
    kind = text_at(obj, "kind")
    steps = [_step(obj, path[1:], end) for end in range(1, len(path))]
    for head in ((*map(str, TEMPLATE_PATHS.get(kind, ())), "spec"), ("spec",)):
        if len(steps) > len(head) and tuple(steps[: len(head)]) == head:
            steps = steps[len(head) :]
            break
    return f"{kind}/{text_at(obj.get('metadata', {}), 'name')} {'/'.join(steps)}".rstrip()


def _step(obj: Object, path: Path, end: int) -> str:
    step, item = path[end - 1], at(obj, path[:end])
    name = text_at(item, "name") if isinstance(step, int) and isinstance(item, Mapping) else ""
    return name or str(step)
