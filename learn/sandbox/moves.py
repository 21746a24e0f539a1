"""Fixes that take a field to the level where it belongs."""

from typing import Any

import yaml

from learn.cluster.api.fielderror import Path
from learn.sandbox.diagnostics import Edit, Fix
from learn.sandbox.edits import last_line
from learn.sandbox.homes import holds
from learn.sandbox.objects import ManifestObject


def move_field(obj: ManifestObject, path: Path, home: Path) -> Fix | None:
    """Move the lines of the field at `path` to `home`, with the levels that lead there.

    None where that is not certain: in flow style, for the first field of a list's item, for the only field
    of its mapping, where the field stands there already, and where a list's item would have to be made up.
    """
    key, node = obj.document.locate((*obj.base, *path))
    _, beside = obj.document.locate((*obj.base, *path[:-1]))
    if key is None or not isinstance(beside, yaml.MappingNode) or beside.flow_style or len(beside.value) < 2:
        return None
    first, last, column = key.start_mark.line, last_line(node), key.start_mark.column
    lines = obj.document.lines
    if lines[first][:column].strip():
        return None
    owner = _deepest_present(obj, home)
    if owner == home:
        return None
    levels = [str(step) for step in home[len(owner) : -1]]
    if any(isinstance(step, int) for step in home[len(owner) : -1]):
        return None
    place = _end_of(obj, owner)
    if place is None:
        return None
    line, depth = (first, column) if owner == path[:-1] else place
    above = [f"{' ' * (depth + 2 * index)}{level}:" for index, level in enumerate(levels)]
    shift = depth + 2 * len(levels) - column
    moved = [_shifted(text, shift) for text in lines[first : last + 1]]
    text = "\n".join([*above, *moved])
    if line in (first, last + 1):
        return Fix(edits=(_replace(first, last, len(lines[last]), text),))
    if line >= len(lines):
        return None
    cut = Edit(line=first + 1, column=1, end_line=last + 2, end_column=1, text="")
    put = Edit(line=line + 1, column=1, end_line=line + 1, end_column=1, text=f"{text}\n")
    return Fix(edits=(put, cut) if line < first else (cut, put)) if last + 1 < len(lines) else None


def _deepest_present(obj: ManifestObject, path: Path) -> Path:
    """The longest part of `path` that stands in the object."""
    value: Any = obj.value
    for length, step in enumerate(path):
        if not holds(value, step):
            return path[:length]
        value = value[step]
    return path


def _end_of(obj: ManifestObject, path: Path) -> tuple[int, int] | None:
    """The line after a block mapping, or below a key without a value, and the column of its fields."""
    key, node = obj.document.locate((*obj.base, *path))
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return last_line(node) + 1, node.start_mark.column
    if isinstance(node, yaml.ScalarNode) and not node.value and key is not None:
        return key.start_mark.line + 1, key.start_mark.column + 2
    return None


def _shifted(line: str, columns: int) -> str:
    if not line.strip():
        return line
    return " " * columns + line if columns >= 0 else line[min(-columns, len(line) - len(line.lstrip(" "))) :]


def _replace(first: int, last: int, length: int, text: str) -> Edit:
    return Edit(line=first + 1, column=1, end_line=last + 1, end_column=length + 1, text=text)
