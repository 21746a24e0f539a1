"""
Tables as kubectl prints them: columns padded to their widest cell and three blanks, the last one unpadded.

Source: staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go, tabwriter.go.
"""

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

GAP = 3
MINIMUM_WIDTH = 6


def width(text: str) -> int:
    """Count the terminal's cells: an East Asian wide letter takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def render_table(rows: Iterable[Sequence[str]], *, pads_last: bool = False) -> str:
    """Return the rows (the header first, unless it is left out) as lines, each with its newline."""
    listed = [list(row) for row in rows]
    if not listed:
        return ""
    columns = len(listed[0])
    widths = [max(MINIMUM_WIDTH, *(width(row[column]) + GAP for row in listed)) for column in range(columns)]
    lines = []
    for row in listed:
        cells = [
            cell if column == columns - 1 and not pads_last else cell + " " * (widths[column] - width(cell))
            for column, cell in enumerate(row)
        ]
        lines.append("".join(cells) + "\n")
    return "".join(lines)
