"""Laying a manifest out anew: two spaces a level, nothing else changed. Comments and quotes stay."""

from collections.abc import Sequence
from typing import Any

import yaml

from learn.cluster.api.fielderror import Path
from learn.sandbox.assist.structure import Entry, documents, entries
from learn.sandbox.document import Limits, Reader, TooDeep, compose

_LIMITS = Limits()


def format_manifest(text: str) -> str | None:
    """The text laid out anew, None where YAML cannot read it or would read the result differently."""
    before = _values(text)
    if before is None:
        return None
    lines = text.split("\n")
    laid_out = list(lines)
    for within in documents(lines):
        _lay_out(lines, within, laid_out)
    formatted = "\n".join(laid_out).strip("\n") + "\n"
    return formatted if _values(formatted) == before else None


def _values(text: str) -> list[Any] | None:
    try:
        nodes = list(compose(text, _LIMITS))
    except (yaml.YAMLError, TooDeep):
        return None
    return [Reader(1, _LIMITS, ()).read(node).value for node in nodes]


def _lay_out(lines: Sequence[str], within: range, laid_out: list[str]) -> None:
    """Write the lines of one document with their new indentation."""
    found = entries(lines, within)
    columns = _new_columns(found)
    starts: dict[int, list[Entry]] = {}
    for entry in found:
        starts.setdefault(entry.line, []).append(entry)
    shift = 0
    for number in within:
        if number in starts:
            first = starts[number][0]
            shift = columns[first.path] - first.column
            laid_out[number] = " " * columns[first.path] + _line_content(lines[number], starts[number])
        elif lines[number].lstrip().startswith("#"):
            laid_out[number] = _comment(lines[number], number, found, columns, shift)
        else:
            laid_out[number] = _shifted(lines[number], shift)


def _new_columns(found: Sequence[Entry]) -> dict[Path, int]:
    """The new column of each entry. A list that shares its key's column goes on doing so."""
    old: dict[Path, int] = {}
    new: dict[Path, int] = {}
    for entry in found:
        parent = entry.path[:-1]
        is_aligned = isinstance(entry.path[-1], int) and old.get(parent) == entry.column
        depth = 0 if not parent or is_aligned else 2
        new[entry.path] = new.get(parent, 0) + depth
        old[entry.path] = entry.column
    return new


def _line_content(text: str, line_entries: Sequence[Entry]) -> str:
    """A line without its indentation: one space behind each dash, and one between key and value."""
    last = line_entries[-1]
    dashes = "- " * sum(not entry.key for entry in line_entries)
    if not last.key:
        return (dashes + text[last.value_column :]).rstrip()
    if not last.value:
        return dashes + text[last.column :].rstrip()
    key = text[last.column : last.value_column].rstrip()
    return f"{dashes}{key} {text[last.value_column :].rstrip()}"


def _comment(text: str, number: int, found: Sequence[Entry], columns: dict[Path, int], shift: int) -> str:
    """A comment goes with the entry below it, unless it stands deeper: then with the one above."""
    column = len(text) - len(text.lstrip())
    below = next((entry for entry in found if entry.line > number), None)
    if below is None or column > below.column:
        return _shifted(text, shift)
    return " " * columns[below.path] + text.strip()


def _shifted(text: str, shift: int) -> str:
    """A line of a longer value, moved with its key."""
    if shift < 0:
        spaces = len(text) - len(text.lstrip(" "))
        return text[min(-shift, spaces) :]
    return (" " * shift + text).rstrip() if not text.strip() else " " * shift + text
