"""The tables of `kubectl get`: rows of objects with the columns that the flags ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.columns import columns_of
from learn.kubectl.columns.model import labels_text
from learn.kubectl.resources import shown_kind
from learn.kubectl.tables import GAP, MINIMUM_WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """What `get`'s flags say of a table."""

    wide: bool = False
    namespaces: bool = False
    kinds: bool = False
    headers: bool = True
    show_labels: bool = False
    label_columns: tuple[str, ...] = ()


def header(kind: Kind, options: TableOptions) -> list[str]:
    found = columns_of(kind.kind, is_wide=options.wide)
    names = [*found.names, *(found.wide if options.wide else ())]
    if options.namespaces and kind.namespaced:
        names.insert(0, "NAMESPACE")
    names += [label.rpartition("/")[2].upper() for label in options.label_columns]
    return [*names, "LABELS"] if options.show_labels else names


def row(obj: Obj, kind: Kind, options: TableOptions, now_ms: int) -> list[str]:
    found = columns_of(kind.kind, is_wide=options.wide)
    cells = list(found.cells(obj, now_ms))
    cells = cells[: len(found.names) + (len(found.wide) if options.wide else 0)]
    if options.kinds and "NAME" in found.names:
        place = found.names.index("NAME")
        cells[place] = f"{shown_kind(kind)}/{cells[place]}"
    if options.namespaces and kind.namespaced:
        cells.insert(0, obj["metadata"].get("namespace", ""))
    labels = obj["metadata"].get("labels") or {}
    cells += [labels.get(label, "") for label in options.label_columns]
    cells = [_one_line(cell) for cell in cells]
    return [*cells, labels_text(labels)] if options.show_labels else cells


def _one_line(cell: str) -> str:
    """Only the first line of a cell is shown (tableprinter.go)."""
    first, newline, _ = cell.partition("\n")
    return first + ("..." if newline else "")


def widened(widths: Sequence[int], rows: Sequence[Sequence[str]]) -> list[int]:
    """The column widths that a watch remembers, grown to hold `rows`."""
    columns = max((len(each) for each in rows), default=0)
    grown = [*widths, *[MINIMUM_WIDTH] * (columns - len(widths))]
    for each in rows:
        for index, cell in enumerate(each):
            grown[index] = max(grown[index], len(cell) + GAP)
    return grown


def lines(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    """Rows with given column widths; the last cell is not padded."""
    text = ""
    for each in rows:
        padded = [cell.ljust(widths[index]) for index, cell in enumerate(each[:-1])]
        text += "".join(padded) + each[-1] + "\n"
    return text
