"""A run forked: the numbers of a manifest that can be turned, written or not, and the text with one turned."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from learn.cluster.api.fielderror import Path, path_text
from learn.labs.fork_defaults import Unwritten, unwritten_fields
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.edits import apply_fix
from learn.sandbox.objects import ManifestObject
from learn.sandbox.pipeline import DEFAULT_LIMITS
from learn.sandbox.repair_changes import Change
from learn.sandbox.repair_edits import changed

MAX_VALUE = 99_999
MAX_KNOBS = 60

_PROBES = frozenset({"livenessProbe", "readinessProbe", "startupProbe"})
_SPEC = frozenset({"spec"})
_SHARES = frozenset({"rollingUpdate", "spec"})
_WRITTEN = re.compile(r"""(?P<quote>["']?)(?P<digits>\d{1,5})(?P<unit>%?)(?P=quote)""", re.ASCII)


class _Range(NamedTuple):
    """Where a field counts as this one, and the ends of its slider."""

    parents: frozenset[str]
    low: int
    high: int


_FIELDS = {
    "failureThreshold": _Range(_PROBES, 1, 10),
    "periodSeconds": _Range(_PROBES, 1, 60),
    "initialDelaySeconds": _Range(_PROBES, 0, 120),
    "timeoutSeconds": _Range(_PROBES, 1, 30),
    "successThreshold": _Range(_PROBES, 1, 5),
    "terminationGracePeriodSeconds": _Range(_PROBES | _SPEC, 0, 120),
    "seconds": _Range(frozenset({"sleep"}), 0, 60),
    "replicas": _Range(_SPEC, 0, 10),
    "minReadySeconds": _Range(_SPEC, 0, 60),
    "progressDeadlineSeconds": _Range(_SPEC, 1, 600),
    "maxSurge": _Range(_SHARES, 0, 10),
    "maxUnavailable": _Range(_SHARES, 0, 10),
    "minAvailable": _Range(_SPEC, 0, 10),
    "minReplicas": _Range(_SPEC, 1, 10),
    "maxReplicas": _Range(_SPEC, 1, 20),
    "averageUtilization": _Range(frozenset({"target"}), 1, 100),
    "stabilizationWindowSeconds": _Range(frozenset({"scaleUp", "scaleDown"}), 0, 600),
    "backoffLimit": _Range(_SPEC, 0, 10),
    "completions": _Range(_SPEC, 1, 10),
    "parallelism": _Range(_SPEC, 0, 10),
    "activeDeadlineSeconds": _Range(_SPEC, 1, 600),
}


class _Written(NamedTuple):
    """The columns (from 1) of a number in its line; the second is the one behind it."""

    start: int
    end: int


class _Left(NamedTuple):
    """A field that an object leaves out."""

    kind: str
    name: str
    field: Unwritten


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A number that a manifest states, or leaves at its default, at `line` (from 1) or in the block that begins there.

    `key` names it in whatever text has it; `low` and `high` bound a slider, not what may be tried.
    """

    key: str
    where: str
    field: str
    value: int
    unit: str
    low: int
    high: int
    line: int
    place: _Written | _Left

    @property
    def is_written(self) -> bool:
        return isinstance(self.place, _Written)

    @property
    def text(self) -> str:
        """The value as one writes it: `3`, `25%`."""
        return f"{self.value}{self.unit}"


def knobs_of(objects: Sequence[ManifestObject]) -> tuple[Knob, ...]:
    """The numbers that matter to a run: those written in the order of the text, then the defaults.

    What an anchor shares counts once, and of two objects with one kind and name only the first has defaults.
    """
    found: dict[tuple[int, int], Knob] = {}
    left: dict[tuple[int, int, str], Knob] = {}
    named: set[tuple[str, str]] = set()
    for obj in objects:
        for path, value in _numbers(obj.value, ()):
            knob = _knob(obj, path, value)
            if knob and isinstance(knob.place, _Written):
                found.setdefault((knob.line, knob.place.start), knob)
        if (obj.kind, obj.name) not in named:
            named.add((obj.kind, obj.name))
            for field in unwritten_fields(obj):
                _, node = obj.document.locate((*obj.base, *field.path[: field.present]))
                place = (node.start_mark.line, node.start_mark.column, str(field.path[-1]))
                left.setdefault(place, _unwritten_knob(obj, field))
    return (*(found[place] for place in sorted(found)), *left.values())[:MAX_KNOBS]


def turned(text: str, knob: Knob, value: int) -> str | None:
    """The text with another value for a number, and nothing else changed; None where it cannot be written."""
    match knob.place:
        case _Written(start, end):
            edit = Edit(line=knob.line, column=start, end_line=knob.line, end_column=end, text=str(value))
            return apply_fix(text, Fix(edits=(edit,)))
        case _Left(kind, name, field):
            path, entry = field.written(f"{value}{knob.unit}" if knob.unit else value)
            return changed(text, [Change(kind=kind, name=name, path=path, value=entry)], DEFAULT_LIMITS)


def _numbers(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """Every scalar at a field that can be turned."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, (*path, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, (dict, list)):
                yield from _numbers(item, (*path, name))
            elif path and name in _FIELDS and path[-1] in _FIELDS[name].parents:
                yield (*path, name), item


def _knob(obj: ManifestObject, path: Path, value: object) -> Knob | None:
    _, node = obj.document.locate((*obj.base, *path))
    if not isinstance(node, yaml.ScalarNode) or node.start_mark.line != node.end_mark.line:
        return None
    line, start, end = node.start_mark.line, node.start_mark.column, node.end_mark.column
    written = _WRITTEN.fullmatch(obj.document.lines[line][start:end])
    if written is None or not _means_its_digits(value, written):
        return None
    place = _Written(start + written.start("digits") + 1, start + written.end("digits") + 1)
    return _of(obj, path, int(written["digits"]), written["unit"], line + 1, place)


def _unwritten_knob(obj: ManifestObject, field: Unwritten) -> Knob:
    digits = str(field.default).removesuffix("%")
    unit = "%" if digits != str(field.default) else ""
    line = obj.key_span(field.path[: field.present]).line
    return _of(obj, field.path, int(digits), unit, line, _Left(obj.kind, obj.name, field))


def _of(obj: ManifestObject, path: Path, number: int, unit: str, line: int, place: _Written | _Left) -> Knob:
    limits = _FIELDS[str(path[-1])]
    return Knob(
        key=f"{obj.kind}/{obj.namespace}/{obj.name}/{path_text(path)}",
        where=" ".join(filter(None, (f"{obj.kind}/{obj.name}", _container(obj, path)))),
        field=".".join(str(step) for step in path[-2:] if step != "spec"),
        value=number,
        unit=unit,
        low=limits.low,
        high=max(100 if unit else limits.high, 2 * number),
        line=line,
        place=place,
    )


def _means_its_digits(value: object, written: re.Match[str]) -> bool:
    """Whether a scalar is the number or percentage that its digits show; octal and plain strings are not."""
    if written["unit"]:
        return value == written["digits"] + "%"
    return not isinstance(value, bool) and value == int(written["digits"])


def _container(obj: ManifestObject, path: Path) -> str:
    """The name of the container that a path leads through, "" for none."""
    depth = next((i + 2 for i, step in enumerate(path) if step in ("containers", "initContainers")), 0)
    value: Any = obj.value
    for step in path[:depth]:
        value = value[step]
    return str(value.get("name", "")) if depth and isinstance(value, dict) else ""
