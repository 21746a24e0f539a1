"""Tables in plain text whose columns line up where Japanese letters are twice as wide."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """The lines with their first cell to the left and all others to the right."""
    widths = [max(_width(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(_row(line, widths) for line in lines)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers = ((cell, " " * (width - _width(cell))) for cell, width in zip(cells, widths, strict=True))
    return "".join((*name, *(f"  {pad}{cell}" for cell, pad in numbers)))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
