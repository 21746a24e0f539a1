"""A run forked: the numbers of a manifest that can be turned, and the text with one of them turned."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import yaml

from learn.cluster.api.fielderror import Path, path_text
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.edits import apply_fix
from learn.sandbox.objects import ManifestObject

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A number that stands in a manifest, at `line` (from 1) from `column` up to `end_column`.

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
    column: int
    end_column: int

    @property
    def text(self) -> str:
        """The value as one writes it: `3`, `25%`."""
        return f"{self.value}{self.unit}"


def knobs_of(objects: Sequence[ManifestObject]) -> tuple[Knob, ...]:
    """The numbers that matter to a run, in the order of the text; what an anchor shares counts once."""
    found: dict[tuple[int, int], Knob] = {}
    for obj in objects:
        for path, value in _numbers(obj.value, ()):
            knob = _knob(obj, path, value)
            if knob:
                found.setdefault((knob.line, knob.column), knob)
    return tuple(found[place] for place in sorted(found)[:MAX_KNOBS])


def turned(text: str, knob: Knob, value: int) -> str:
    """The text with another value for a number, and nothing else changed."""
    edit = Edit(
        line=knob.line,
        column=knob.column,
        end_line=knob.line,
        end_column=knob.end_column,
        text=str(value),
    )
    return apply_fix(text, Fix(edits=(edit,)))


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
    number = int(written["digits"])
    limits = _FIELDS[str(path[-1])]
    high = 100 if written["unit"] else limits.high
    return Knob(
        key=f"{obj.kind}/{obj.namespace}/{obj.name}/{path_text(path)}",
        where=" ".join(filter(None, (f"{obj.kind}/{obj.name}", _container(obj, path)))),
        field=".".join(str(step) for step in path[-2:] if step != "spec"),
        value=number,
        unit=written["unit"],
        low=limits.low,
        high=max(high, 2 * number),
        line=line + 1,
        column=start + written.start("digits") + 1,
        end_column=start + written.end("digits") + 1,
    )


def _means_its_digits(value: object, written: re.Match[str]) -> bool:
    """Whether a scalar is the number or percentage that its digits show; octal and plain strings are not."""
    if written["unit"]:
        return value == written["digits"] + "%"
    return not isinstance(value, bool) and value == int(written["digits"])


def _container(obj: ManifestObject, path: Path) -> str:
    """The name of the container that a path leads through, "" for none."""
    value: object = obj.value
    name = ""
    for above, step in zip((None, *path), path, strict=False):
        value = value[step]  # type: ignore[index]  # the path came from walking this very value
        if isinstance(value, dict) and above in ("containers", "initContainers"):
            name = str(value.get("name", ""))
    return name
