"""
Tables as kubectl prints them: columns padded to their widest cell and three blanks, the last one unpadded.

Widths are counted in letters, wide ones too, as Go's text/tabwriter counts them.

Source: staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go, tabwriter.go.
"""

from collections.abc import Iterable, Sequence

GAP = 3
MINIMUM_WIDTH = 6


def render_table(rows: Iterable[Sequence[str]], *, pads_last: bool = False) -> str:
    """Return the rows (the header first, unless it is left out) as lines, each with its newline."""
    listed = [list(row) for row in rows]
    if not listed:
        return ""
    columns = len(listed[0])
    widths = [max(MINIMUM_WIDTH, *(len(row[column]) + GAP for row in listed)) for column in range(columns)]
    lines = []
    for row in listed:
        cells = [
            cell if column == columns - 1 and not pads_last else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ]
        lines.append("".join(cells) + "\n")
    return "".join(lines)
