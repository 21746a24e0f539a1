"""Which line probably stands at the wrong depth or lacks its dash: candidates, the likeliest first."""

from collections.abc import Iterator
from dataclasses import dataclass

from learn.sandbox.code_text import BLANK
from learn.sandbox.diagnostics import Edit, Fix

_REACH = 30
_NEAREST = 4
_NEARBY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A change of layout at a line (0-based).

    `yaml-bad-indent`: move the line and what hangs under it from column `have` to column `want`.
    `yaml-missing-dash`: put a dash before what stands at column `have`.
    `yaml-extra-dash`: take the dash at column `have` away. The lower `cost`, the likelier.
    """

    code: str
    line: int
    have: int
    want: int
    cost: int
    fix: Fix


def layout_fixes(
    lines: list[str], code: list[str], complaint: int, *, enclosing: bool
) -> Iterator[Candidate]:
    """Candidates around the line (0-based) that was complained about, nearest first.

    With `enclosing`, lines further up that enclose it are candidates too.
    """
    filled = [i for i in range(min(complaint, len(lines) - 1), -1, -1) if code[i].strip(BLANK + " ")][:_REACH]
    if not filled:
        return
    levels = _levels(lines, filled)
    for distance, culprit in enumerate(_culprits(lines, filled) if enclosing else filled[:_NEARBY]):
        if lines[culprit].lstrip(" ").startswith("- "):
            yield from _undashed(lines, culprit, distance)
        else:
            yield _dash(lines, culprit, distance)
        have = _indent(lines[culprit])
        block = _subtree(lines, code, culprit)
        near = sorted((level for level in levels if level != have), key=lambda level: abs(level - have))
        for want in near[:_NEAREST]:
            yield _shift(lines, culprit, block, want, distance)
            if len(block) > 1:
                yield _shift(lines, culprit, block[:1], want, distance)
            above = [index for index in block if index < filled[0]]
            if 1 < len(above) < len(block):
                yield _shift(lines, culprit, above, want, distance)


def _culprits(lines: list[str], filled: list[int]) -> list[int]:
    """The nearest lines, then those further up that enclose the first of them."""
    enclosing, depth = [], _indent(lines[filled[0]])
    for index in filled:
        if _indent(lines[index]) < depth:
            enclosing.append(index)
            depth = _indent(lines[index])
    near = filled[:_NEARBY]
    return near + [index for index in enclosing if index not in near]


def _undashed(lines: list[str], culprit: int, distance: int) -> Iterator[Candidate]:
    """The line without its dash: what follows it moved to the dash's column, or left at its own."""
    column = _indent(lines[culprit])
    after = column + 2
    for text in ("", "  "):
        edit = Edit(
            line=culprit + 1, column=column + 1, end_line=culprit + 1, end_column=after + 1, text=text
        )
        yield Candidate(
            code="yaml-extra-dash",
            line=culprit,
            have=column,
            want=column + len(text),
            cost=distance * 2 + 3,
            fix=Fix(edits=(edit,)),
        )


def _dash(lines: list[str], culprit: int, distance: int) -> Candidate:
    column = _indent(lines[culprit])
    edit = Edit(line=culprit + 1, column=column + 1, end_line=culprit + 1, end_column=column + 1, text="- ")
    cost = distance * 2 + 2
    return Candidate(
        code="yaml-missing-dash", line=culprit, have=column, want=column, cost=cost, fix=Fix(edits=(edit,))
    )


def _levels(lines: list[str], filled: list[int]) -> list[int]:
    """The columns in use nearby: of keys, of dashes, of what follows a dash, and two deeper."""
    levels: set[int] = set()
    for index in filled[:16]:
        line = lines[index]
        column = _indent(line)
        levels.add(column)
        rest = line[column:]
        while rest.startswith("- "):
            column += 2
            rest = rest[2:]
            levels.add(column)
        if rest.rstrip().endswith(":"):
            levels.add(column + 2)
    return sorted(levels)


def _subtree(lines: list[str], code: list[str], first: int) -> list[int]:
    """The line and those below that are indented deeper."""
    indent = _indent(lines[first])
    block = [first]
    for index in range(first + 1, len(lines)):
        if not lines[index].strip():
            continue
        if _indent(lines[index]) <= indent:
            break
        block.append(index)
    return block


def _shift(lines: list[str], culprit: int, block: list[int], want: int, distance: int) -> Candidate:
    have = _indent(lines[culprit])
    edits = []
    for index in block:
        indent = _indent(lines[index])
        moved = " " * max(indent + want - have, 0)
        edits.append(Edit(line=index + 1, column=1, end_line=index + 1, end_column=indent + 1, text=moved))
    cost = distance * 2 + len(block) + abs(want - have)
    return Candidate(
        code="yaml-bad-indent", line=culprit, have=have, want=want, cost=cost, fix=Fix(edits=tuple(edits))
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def irregularity(lines: list[str]) -> int:
    """How far a layout is from steps of two: the number of lines at an odd column or after an odd step."""
    count = 0
    before = 0
    allowed: tuple[int, ...] = (0,)
    for line in lines:
        content = line.lstrip(" ")
        if not content or content.startswith("#"):
            continue
        indent = len(line) - len(content)
        step = indent - before
        count += (indent % 2) + (step > 0 and step not in allowed)
        before, allowed = indent, (2, 4) if content.startswith("- ") else (2,)
    return count
