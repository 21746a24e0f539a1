"""How to read what was printed: the columns of tables, the words in them, and what failures say.

>>> from learn.kubectl.readings import read_output
>>> [note.term for part in read_output("NAME   READY   STATUS    RESTARTS   AGE\\nweb    0/1     Pending   0          5s\\n") for note in part.notes]
['READY', 'STATUS', 'RESTARTS', 'AGE', 'Pending']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from learn.kubectl.readings.columns import TABLES
from learn.kubectl.readings.model import Note, Part, Table
from learn.kubectl.readings.problems import PATTERNS
from learn.kubectl.readings.words import (
    FIELDS,
    PLACEHOLDERS,
    POD_FIELDS,
    REASONS,
    SERVICE_FIELDS,
    SERVICE_TYPES,
    STATES,
)

__all__ = ["Note", "Part", "read_output"]

MOST_LINES = 120
MOST_CHARACTERS = 20_000
_WORDS = "表示された言葉"
_CELL = re.compile(r"\S+(?: \S+)*")
_FIELD = re.compile(r"^\s*([A-Z][A-Za-z]+(?: [A-Za-z]+)*):(?:\s|$)\s*(.*)")
_HEADS = ("NAME", "LAST SEEN", "REVISION", "POD")
"""How the head of a table begins."""

_ANY_MESSAGE = re.compile("|".join(pattern.words.pattern for pattern in PATTERNS))
_UNTOLD = {"NAME"}
_EVENT_CELLS = 4
"""A line with so many columns is an event; its message stands last."""

_EVENT_HEADER = {"Type", "Reason", "Age", "From", "Message"}


def read_output(output: str) -> tuple[Part, ...]:
    """The notes on everything in an output that there is something to say about; long outputs are read in part."""
    lines = output[:MOST_CHARACTERS].splitlines()[:MOST_LINES]
    tables = list(_tables(lines))
    parts = [_columns(table, rows) for table, rows in tables]
    if not tables:
        parts.append(Part(title="項目", notes=tuple(_fields(lines))))
    parts.append(Part(title=_WORDS, notes=tuple(_words(lines, tables))))
    parts.append(Part(title="メッセージ", notes=tuple(_messages(lines))))
    return tuple(part for part in _without_twins(parts) if part.notes)


def _without_twins(parts: Iterable[Part]) -> Iterator[Part]:
    seen: set[str] = set()
    for part in parts:
        if part.title not in seen:
            yield part
        seen.add(part.title)


# -- tables ----------------------------------------------------------------------------------------


Rows = Sequence[Mapping[str, str]]


def _tables(lines: Sequence[str]) -> Iterator[tuple[Table, Rows]]:
    """Each table that is known, with its rows by column."""
    for index, line in enumerate(lines):
        if not line.startswith(_HEADS):
            continue
        heads = [(match.group(), match.start()) for match in _CELL.finditer(_apart(line))]
        names = [name for name, _ in heads]
        if table := _table_of(names):
            starts = [start for _, start in heads]
            yield table, [dict(zip(names, _cells(row, starts), strict=True)) for row in _rows(lines, index)]


def _apart(line: str) -> str:
    """Tabs, as in the history of rollouts, part columns too."""
    return line.expandtabs(8)


def _table_of(names: Sequence[str]) -> Table | None:
    """The known table that these heads fit best; one that is known by little may have no column but its own."""
    found = set(names)
    fitting = [
        table
        for table in TABLES
        if table.key <= found and ("NAME" not in table.key or found <= set(table.columns) | {"NAMESPACE"})
    ]
    return max(fitting, key=lambda table: len(table.key), default=None)


def _rows(lines: Sequence[str], header: int) -> Iterator[str]:
    for line in lines[header + 1 :]:
        if not line.strip() or (line.startswith(_HEADS) and _table_of(_CELL.findall(_apart(line)))):
            return
        yield _apart(line)


def _cells(row: str, starts: Sequence[int]) -> list[str]:
    ends = [*starts[1:], len(row)]
    return [row[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _columns(table: Table, rows: Rows) -> Part:
    first: Mapping[str, str] = rows[0] if rows else {}
    shown = list(first) or [*table.columns]
    notes = (
        Note(term=name, example=first.get(name, ""), meaning=table.columns[name])
        for name in shown
        if name in table.columns and name not in _UNTOLD
    )
    return Part(title=f"{table.name}の列", notes=tuple(notes))


# -- words -----------------------------------------------------------------------------------------

_CELL_WORDS: Mapping[str, Mapping[str, str]] = {
    "STATUS": {**PLACEHOLDERS, **STATES},
    "REASON": {**PLACEHOLDERS, **REASONS},
    "TYPE": {**PLACEHOLDERS, **SERVICE_TYPES},
}


def _words(lines: Sequence[str], tables: Sequence[tuple[Table, Rows]]) -> Iterator[Note]:
    """The words that stand in cells of the tables, or in a description, each once and in their order."""
    cells = dict.fromkeys(
        (column, cell) for _, rows in tables for row in rows for column, cell in row.items()
    )
    found: dict[str, str] = {}
    for column, cell in cells:
        known = _CELL_WORDS.get(column, PLACEHOLDERS)
        for word in cell.split(","):
            if meaning := known.get(word) or _init_word(word, column):
                found.setdefault(word, meaning)
    if not tables:
        for word in _described_words(lines):
            found.setdefault(word, {**STATES, **REASONS}[word])
    return (Note(term=word, meaning=meaning) for word, meaning in found.items())


def _init_word(word: str, column: str) -> str:
    if column != "STATUS" or not word.startswith("Init:"):
        return ""
    done = re.fullmatch(r"Init:(\d+)/(\d+)", word)
    if done:
        return f"initコンテナ{done[2]}つのうち、{done[1]}つが終わった"
    return f"initコンテナの状態。{STATES.get(word.removeprefix('Init:'), 'describeで理由を見る')}"


def _described_words(lines: Sequence[str]) -> Iterator[str]:
    """States, reasons of conditions and reasons of events in what `describe` prints."""
    in_table = False
    for line in lines:
        cells = _CELL.findall(line)
        if set(cells) >= _EVENT_HEADER or cells[:3] == ["Type", "Status", "Reason"]:
            in_table = True
        elif in_table:
            in_table = line.startswith(" ")
            yield from (cell for cell in cells[1:3] if cell in REASONS)
        elif (field := _FIELD.match(line)) and field[1] in ("State", "Last State", "Reason"):
            yield from (word for word in [field[2].strip()] if word in STATES)


# -- descriptions and messages ---------------------------------------------------------------------


def _fields(lines: Sequence[str]) -> Iterator[Note]:
    """The fields of a description, which begins with a name."""
    if not any(line.startswith("Name:") for line in lines):
        return
    is_service = any(line.startswith("TargetPort:") for line in lines)
    known = {**FIELDS, **(SERVICE_FIELDS if is_service else POD_FIELDS)}
    told: set[str] = set()
    for line in lines:
        field = _FIELD.match(line)
        if field and field[1] in known and field[1] not in told:
            told.add(field[1])
            yield Note(term=field[1], example=field[2].strip(), meaning=known[field[1]])


def _messages(lines: Sequence[str]) -> Iterator[Note]:
    told: set[str] = set()
    for line in filter(_ANY_MESSAGE.search, lines):
        pattern = next((each for each in PATTERNS if each.words.search(line)), None)
        if pattern and pattern.meaning not in told:
            told.add(pattern.meaning)
            cells = _CELL.findall(line)
            term = cells[-1] if len(cells) >= _EVENT_CELLS else line.strip()
            yield Note(term=term, meaning=pattern.meaning, cure=pattern.cure)
