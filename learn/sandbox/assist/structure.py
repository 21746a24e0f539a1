"""The block structure of a text that YAML may not be able to read yet: which key stands on which line.

Lines are read by indentation alone, as far as block style goes; a flow collection is the value of its key.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learn.cluster.api.fielderror import Path

_QUOTED_KEY = re.compile(r"""("[^"\n]*"|'[^'\n]*')[ \t]*:(?=\s|$)""")
_COLON = re.compile(r":(?=\s|$)")
_NO_KEY_STARTS_WITH = frozenset("#&*!|>%@`\"'[]{},?")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]{0,2}(\s+#.*)?$")
_DASH = re.compile(r"-(\s+|$)")
_DEEPEST = 100
"""As deep as the check itself reads."""
_BREAK = re.compile(r"---(\s|$)|\.\.\.(\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key or a list item. `line`, `column` and `value_column` count from 0; `path` leads to the value."""

    line: int
    column: int
    path: Path
    value: str = ""
    value_column: int = 0

    @property
    def key(self) -> str:
        """The key's name, "" for a list item."""
        return self.path[-1] if isinstance(self.path[-1], str) else ""


@dataclass(slots=True)
class _Level:
    """An open collection: the column of its entries, the path to it, and the latest entry inside."""

    column: int
    path: Path
    latest: str | int


def document_lines(lines: Sequence[str], line: int) -> range:
    """The lines, as 0-based numbers, of the document that `line` (0-based) belongs to."""
    first = next((n for n in range(line, -1, -1) if _BREAK.match(lines[n])), -1) + 1
    last = next((n for n in range(max(line, first), len(lines)) if _BREAK.match(lines[n])), len(lines))
    return range(first, last)


def documents(lines: Sequence[str]) -> Iterator[range]:
    """The lines of each document in turn; parts without a line are left out."""
    first = 0
    for number, text in enumerate(lines):
        if _BREAK.match(text):
            if number > first:
                yield range(first, number)
            first = number + 1
    if first < len(lines):
        yield range(first, len(lines))


def entries(lines: Sequence[str], within: range) -> list[Entry]:
    """The entries of one document in line order."""
    found: list[Entry] = []
    levels: list[_Level] = []
    value_indent: int | None = None
    for number in within:
        text = lines[number]
        column = len(text) - len(text.lstrip(" "))
        content = text.strip()
        if value_indent is not None and (not content or column > value_indent):
            continue
        value_indent = None
        if content and not content.startswith("#"):
            value_indent = _read_line(text, number, column, levels, found)
    return found


def _read_line(text: str, number: int, column: int, levels: list[_Level], found: list[Entry]) -> int | None:
    """Add the line's entries; the answer is the indentation of a value that goes on below, or None."""
    indent = column
    while len(levels) < _DEEPEST and (match := _DASH.match(text, column)):
        path = _open_item(levels, column)
        found.append(Entry(line=number, column=column, path=path, value_column=match.end()))
        indent, column = column, match.end()
    found_key = _key_at(text, column)
    if found_key is None or len(levels) >= _DEEPEST:
        return indent if _goes_on(text[column:].strip()) else None
    key, end = found_key
    path = _open_key(levels, column, key)
    rest = text[end:]
    start = end + len(rest) - len(rest.lstrip())
    value = "" if rest.lstrip().startswith("#") else rest.strip()
    found.append(Entry(line=number, column=column, path=path, value=value, value_column=start))
    return column if _goes_on(value) else None


def _goes_on(value: str) -> bool:
    """Whether the next lines belong to a value: a block of text, or an open bracket or quote."""
    if value[:1] in ("[", "{"):
        return value.count("[") + value.count("{") > value.count("]") + value.count("}")
    if value[:1] in ('"', "'"):
        return value.count(value[0]) % 2 == 1
    return _BLOCK_SCALAR.match(value) is not None


def _key_at(text: str, column: int) -> tuple[str, int] | None:
    """The key that starts at `column`, and the column behind its colon."""
    if quoted := _QUOTED_KEY.match(text, column):
        return quoted[1][1:-1], quoted.end()
    if text[column : column + 1] in _NO_KEY_STARTS_WITH:
        return None
    colon = _COLON.search(text, column)
    if colon is None:
        return None
    key = text[column : colon.start()].rstrip()
    return (key, colon.end()) if key and " #" not in key else None


def _open_item(levels: list[_Level], column: int) -> Path:
    while levels and levels[-1].column > column:
        levels.pop()
    top = levels[-1] if levels else None
    if top is not None and top.column == column and isinstance(top.latest, int):
        top.latest += 1
    else:
        levels.append(_Level(column, (*top.path, top.latest) if top else (), 0))
    return (*levels[-1].path, levels[-1].latest)


def _open_key(levels: list[_Level], column: int, key: str) -> Path:
    while levels and (
        levels[-1].column > column or (levels[-1].column == column and isinstance(levels[-1].latest, int))
    ):
        levels.pop()
    top = levels[-1] if levels else None
    if top is not None and top.column == column:
        top.latest = key
    else:
        levels.append(_Level(column, (*top.path, top.latest) if top else (), key))
    return (*levels[-1].path, key)
