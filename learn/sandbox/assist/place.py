"""Where a caret stands: which object, which field, and whether a key or a value is being written."""

import re
from dataclasses import dataclass

from learn.cluster.api.fielderror import Path
from learn.cluster.api.schema import Schema, Type, schema_of
from learn.sandbox.assist.structure import Entry, document_lines, entries

_CARET = "caret-goes-here"
_LEAD = re.compile(r" *(?:- +)*")
_KEY_PART = re.compile(r"[\w./-]*")
_WITHIN_VALUE = re.compile(r"[^\s#]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A caret in a document.

    `path` leads to the mapping that a key would join, or to the value being written; it starts at the
    object, whose own path in the document is `base`. `start` is the 0-based column of the word at the
    caret, `column` that of the keys around it, `siblings` are the keys that stand there already.
    """

    is_key: bool
    path: Path
    base: Path
    api_version: str
    kind: str
    start: int
    column: int
    prefix: str
    siblings: frozenset[str] = frozenset()
    after_dash: bool = False

    def schema(self, version: str) -> Schema | None:
        """The type at `path`, None where nothing is known."""
        root = schema_of(self.api_version, self.kind, version)
        return root.at(self.path) if root else None


def place_at(lines: list[str], line: int, column: int) -> Place | None:
    """The place of a caret (0-based line and column); None where nothing of the schema can stand.

    That is inside a comment, a block of text, or a flow collection.
    """
    within = document_lines(lines, line)
    if line not in within:
        return None
    before = lines[line][:column]
    lead = _LEAD.match(before)
    start = lead.end() if lead else 0
    rest = before[start:]
    if rest.startswith("#") or " #" in rest:
        return None
    if _KEY_PART.fullmatch(rest):
        return _key_place(lines, within, line, start, rest)
    return _value_place(lines, within, line, before)


def _key_place(lines: list[str], within: range, line: int, start: int, prefix: str) -> Place | None:
    """Read the document as if a key of its own stood at the caret."""
    text = lines[line]
    tried = [*lines]
    tried[line] = f"{text[:start]}{_CARET}:"
    found = entries(tried, within)
    here = next((entry for entry in found if entry.line == line and entry.key == _CARET), None)
    if here is None:
        return None
    parent = here.path[:-1]
    base, api_version, kind = object_around(found, parent)
    return Place(
        is_key=True,
        path=parent[len(base) :],
        base=base,
        api_version=api_version,
        kind=kind,
        start=start,
        column=start,
        prefix=prefix,
        siblings=frozenset(e.key for e in found if e.path[:-1] == parent and e is not here and e.key),
        after_dash=text[:start].rstrip().endswith("-"),
    )


def _value_place(lines: list[str], within: range, line: int, before: str) -> Place | None:
    found = entries(lines, within)
    here = next((entry for entry in reversed(found) if entry.line == line and entry.key), None)
    if here is None or before.endswith(":"):
        return None
    prefix = before[here.value_column :]
    if not _WITHIN_VALUE.fullmatch(prefix):
        return None
    base, api_version, kind = object_around(found, here.path)
    return Place(
        is_key=False,
        path=here.path[len(base) :],
        base=base,
        api_version=api_version,
        kind=kind,
        start=len(before) - len(prefix),
        column=here.column,
        prefix=prefix,
    )


def object_around(found: list[Entry], path: Path) -> tuple[Path, str, str]:
    """(path in the document, apiVersion, kind) of the object that `path` lies in: the document's, or a List's item."""
    values = {entry.path: entry.value for entry in found}
    bases = [path[:2], ()] if len(path) >= 2 and path[0] == "items" else [()]
    for base in bases:
        kind = _scalar(values.get((*base, "kind"), ""))
        if kind or not base:
            return base, _scalar(values.get((*base, "apiVersion"), "")), kind
    raise AssertionError("the document itself is always a base")


def _scalar(value: str) -> str:
    return value.partition(" #")[0].strip().strip("\"'")


def is_list_of_objects(schema: Schema | None) -> bool:
    """Whether the schema is a list whose items have known fields."""
    return (
        schema is not None
        and schema.type is Type.ARRAY
        and schema.items is not None
        and schema.items.type is Type.OBJECT
    )
