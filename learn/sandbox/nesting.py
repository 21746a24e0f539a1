"""Slips of nesting that the schema shows: a field beside the empty key that should hold it, an item torn in two."""

from dataclasses import dataclass
from typing import Any

import yaml

from learn.cluster.api.conformance import Problem
from learn.cluster.api.fielderror import Path
from learn.cluster.api.schema import Schema, Type
from learn.sandbox.diagnostics import Edit, Fix, Span
from learn.sandbox.edits import last_line
from learn.sandbox.objects import ManifestObject

_STEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NotIndented:
    """A field that belongs under `owner`, an empty key above it; `fix` indents all that belong there."""

    owner: str
    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class TornItem:
    """Items of the list at `path` that are one; `span` is where the torn-off part starts."""

    path: Path
    span: Span
    fix: Fix


def not_indented(obj: ManifestObject, problem: Problem) -> NotIndented | None:
    """Whether an unknown field follows an empty key that has a place for it.

    `problem.schema` is the type of the mapping that holds both.
    """
    _, node = obj.document.locate((*obj.base, *problem.path[:-1]))
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    names = [key.value for key, _ in node.value]
    known = problem.schema.properties
    if problem.path[-1] not in names:
        return None
    first = names.index(problem.path[-1])
    while first > 0 and names[first - 1] not in known:
        first -= 1
    if first == 0 or not _is_empty(node.value[first - 1][1]):
        return None
    owner = names[first - 1]
    moved = []
    for key, value in node.value[first:]:
        if key.value in known or not _has_room(known[owner], key.value):
            break
        moved.append((key, value))
    if problem.path[-1] not in [key.value for key, _ in moved]:
        return None
    lines = range(moved[0][0].start_mark.line, last_line(moved[-1][1]) + 1)
    filled = (line for line in lines if obj.document.lines[line].strip())
    edits = tuple(
        Edit(line=line + 1, column=1, end_line=line + 1, end_column=1, text=" " * _STEP) for line in filled
    )
    return NotIndented(owner=owner, fix=Fix(edits=edits))


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and not node.value


def _has_room(schema: Schema, name: str) -> bool:
    return schema.type is Type.MAP or (schema.type is Type.OBJECT and name in schema.properties)


def torn_item(obj: ManifestObject, path: Path) -> TornItem | None:
    """Whether the list's item that lacks the field at `path` goes on in a neighbour, with no key in common."""
    if len(path) < 2 or not isinstance(path[-2], int):
        return None
    _, node = obj.document.locate((*obj.base, *path[:-2]))
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        return None
    if not all(isinstance(item, yaml.MappingNode) and not item.flow_style for item in node.value):
        return None
    keys = [{key.value for key, _ in item.value} for item in node.value]
    first, last = _run_of_disjoint(keys, path[-2])
    if first == last or str(path[-1]) not in set().union(*keys[first : last + 1]):
        return None
    rest = node.value[first + 1 : last + 1]
    column = node.start_mark.column
    if any(obj.document.lines[item.start_mark.line][:column].strip() for item in rest):
        return None
    edits = tuple(_undashed(item, column) for item in rest)
    start = rest[0].start_mark
    span = Span(line=start.line + 1, column=column + 1, length=start.column - column)
    return TornItem(path=path[:-2], span=span, fix=Fix(edits=edits))


def _run_of_disjoint(keys: list[set[Any]], at: int) -> tuple[int, int]:
    """The longest run of items around `at` in which no key comes twice; only its first may have a name."""
    first = last = at
    seen = set(keys[at])
    while first > 0 and not seen & keys[first - 1]:
        first -= 1
        seen |= keys[first]
    while last + 1 < len(keys) and not seen & keys[last + 1]:
        last += 1
        seen |= keys[last]
    starts = [index for index in range(first, last + 1) if "name" in keys[index]]
    return max([first, *(index for index in starts if index <= at)]), min(
        [last, *(i - 1 for i in starts if i > at)]
    )


def _undashed(item: yaml.Node, column: int) -> Edit:
    line, end = item.start_mark.line + 1, item.start_mark.column
    return Edit(line=line, column=column + 1, end_line=line, end_column=end + 1, text=" " * (end - column))
