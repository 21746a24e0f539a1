"""The objects of a manifest in text order, readable or not."""

from dataclasses import dataclass

from learn.sandbox.assist.structure import documents, entries


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineItem:
    """An object: the line (from 1) where it starts, its kind and name, "" where they are not written."""

    line: int
    kind: str
    name: str


def outline(text: str) -> list[OutlineItem]:
    """Every object that names its kind: one per document, or the items of a List."""
    lines = text.split("\n")
    items: list[OutlineItem] = []
    for within in documents(lines):
        found = entries(lines, within)
        values = {entry.path: entry.value.partition(" #")[0].strip().strip("\"'") for entry in found}
        bases = [path[:-1] for path in values if path[-1] == "kind" and _is_object(path[:-1])]
        nested = [base for base in bases if base]
        for base in nested or bases:
            start = min(entry.line for entry in found if entry.path[: len(base)] == base)
            name = values.get((*base, "metadata", "name")) or values.get((*base, "metadata", "generateName"))
            items.append(OutlineItem(line=start + 1, kind=values[*base, "kind"], name=name or ""))
    return items


def _is_object(base: tuple[str | int, ...]) -> bool:
    return not base or (len(base) == 2 and base[0] == "items" and isinstance(base[1], int))
