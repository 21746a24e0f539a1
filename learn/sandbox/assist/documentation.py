"""What the field or kind at a place means."""

import re
from dataclasses import dataclass

from learn.cluster.api.fielderror import Path, path_text
from learn.cluster.api.schema import Schema, schema_of
from learn.cluster.api.versions import NEWEST
from learn.sandbox.assist.place import object_around
from learn.sandbox.assist.structure import document_lines, entries
from learn.sandbox.assist.summaries import KINDS, summary_of
from learn.sandbox.assist.values import owner_of, values_of
from learn.sandbox.words import SCHEMA_TYPE_NAMES

_LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """A field: its place in the text (line and column from 1), what it holds, and what it is for.

    `summary` is Japanese, "" where there is none; `english` is the published description.
    """

    line: int
    column: int
    length: int
    name: str
    path: str
    type: str
    required: bool
    summary: str
    english: str
    values: tuple[str, ...] = ()


def describe(text: str, line: int, column: int, *, version: str = NEWEST) -> Documentation | None:
    """The documentation of the field whose key or value stands at a place (from 1); None where there is none.

    A caret on a line with a key asks about that key, wherever on the line it stands.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return None
    found = entries(lines, document_lines(lines, line - 1))
    here = [entry for entry in found if entry.line == line - 1 and entry.key]
    if not here:
        return None
    entry = here[-1]
    base, api_version, kind = object_around(found, entry.path)
    root = schema_of(api_version, kind, version)
    path = entry.path[len(base) :]
    field = root.at(path) if root else None
    parent = root.at(path[:-1]) if root else None
    if root is None or field is None or parent is None:
        return None
    return Documentation(
        line=line,
        column=entry.column + 1,
        length=len(entry.key),
        name=entry.key,
        path=path_text(path),
        type=SCHEMA_TYPE_NAMES[field.type],
        required=entry.key in parent.required,
        summary=_summary(root, path, kind),
        english=_shortened(parent.field_description(entry.key) or field.description),
        values=values_of(root, path),
    )


def _summary(root: Schema, path: Path, kind: str) -> str:
    if path == ("kind",):
        return KINDS.get(kind, "") or summary_of("", "kind")
    return summary_of(owner_of(root, path), str(path[-1]))


def _shortened(english: str) -> str:
    """The description, cut at the end of a sentence."""
    if len(english) <= _LONGEST:
        return english
    ends = [match.end() for match in re.finditer(r"[.!](?=\s)", english[:_LONGEST])]
    return english[: ends[-1]] if ends else english[: _LONGEST - 1] + "…"
