"""The text of `kubectl describe`: indented lines whose cells stand below each other.

Source: staging/src/k8s.io/kubectl/pkg/describe/describe.go (PrefixWriter, tabbedString: padding of 2), Go's
text/tabwriter (a column is a run of neighbouring lines that have a cell ended by a tab there).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NONE = "<none>"
INDENT = "  "
MAX_ANNOTATION = 140
SKIPPED_ANNOTATIONS = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


class Writer:
    """Collects lines; `text` aligns them."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def line(self, text: str = "", level: int = 0) -> None:
        """A line, or several; tabs end cells."""
        for each in text.split("\n"):
            self._lines.append(INDENT * level + each)

    def field(self, name: str, value: object, level: int = 0) -> None:
        self.line(f"{name}:\t{value}", level)

    def labels(self, name: str, labels: Mapping[str, str] | None, level: int = 0) -> None:
        """One `key=value` per line, sorted; `<none>` without any."""
        self._list(name, [f"{key}={labels[key]}" for key in sorted(labels)] if labels else [], level)

    def annotations(self, name: str, annotations: Mapping[str, str] | None, level: int = 0) -> None:
        """One `key: value` per line, sorted; a long or many-lined value on lines of its own."""
        shown = {k: v for k, v in (annotations or {}).items() if k not in SKIPPED_ANNOTATIONS}
        indent = "\t" + INDENT
        texts = []
        for key in sorted(shown):
            value = shown[key].rstrip("\n")
            if len(value) + len(key) + 2 > MAX_ANNOTATION or "\n" in value:
                texts.append(f"{key}:")
                texts += [indent[1:] + _shortened(part) for part in value.split("\n")]
            else:
                texts.append(f"{key}: {value}")
        self._list(name, texts, level)

    def _list(self, name: str, texts: Sequence[str], level: int) -> None:
        self.line(f"{name}:\t{texts[0] if texts else NONE}", level)
        for text in texts[1:]:
            self.line(f"\t{text}")

    def table(self, rows: Sequence[Sequence[object]], level: int = 1, *, ends: bool = False) -> None:
        """Rows of cells; `ends` closes the last cell with a tab too."""
        for row in rows:
            self.line("\t".join(map(str, row)) + ("\t" if ends else ""), level)

    @property
    def text(self) -> str:
        return align(self._lines) + ("\n" if self._lines else "")

    @property
    def tabbed(self) -> str:
        """The lines as they were written, tabs and all (a writer that nothing aligns)."""
        return "".join(f"{line}\n" for line in self._lines)


def _shortened(text: str) -> str:
    limit = MAX_ANNOTATION - 2
    return text if len(text) <= limit else text[:limit] + "..."


def align(lines: Sequence[str], padding: int = 2) -> str:
    """Tab-separated cells as elastic columns; the last cell of a line belongs to no column."""
    cells = [line.split("\t") for line in lines]
    widths = [[0] * (len(row) - 1) for row in cells]
    for column in range(max((len(row) for row in widths), default=0)):
        start = 0
        while start < len(cells):
            if len(widths[start]) <= column:
                start += 1
                continue
            end = start
            while end < len(cells) and len(widths[end]) > column:
                end += 1
            wide = max(len(cells[index][column]) for index in range(start, end)) + padding
            for index in range(start, end):
                widths[index][column] = wide
            start = end
    return "\n".join(
        "".join(cell.ljust(wide) for cell, wide in zip(row, sizes, strict=False)) + row[-1]
        for row, sizes in zip(cells, widths, strict=True)
    )
