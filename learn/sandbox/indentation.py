"""Which line probably stands at the wrong depth: candidates for a re-indentation, the likeliest first."""

from collections.abc import Iterator
from dataclasses import dataclass

from learn.sandbox.code_text import BLANK
from learn.sandbox.diagnostics import Edit, Fix

_REACH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Move the line (0-based) and what hangs under it from column `have` to column `want`."""

    line: int
    have: int
    want: int
    cost: int
    fix: Fix


def indent_fixes(lines: list[str], code: list[str], complaint: int) -> Iterator[Candidate]:
    """Candidates around the line that the parser complained about."""
    filled = [i for i in range(min(complaint, len(lines) - 1), -1, -1) if code[i].strip(BLANK + " ")][:_REACH]
    if not filled:
        return
    levels = _levels(lines, filled)
    for distance, culprit in enumerate(filled[:8]):
        have = _indent(lines[culprit])
        block = _subtree(lines, code, culprit)
        for want in sorted(levels, key=lambda level: abs(level - have)):
            if want == have:
                continue
            yield _shift(lines, culprit, block, want, distance)
            if len(block) > 1 and distance < 3:
                yield _shift(lines, culprit, block[:1], want, distance)


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
    return Candidate(line=culprit, have=have, want=want, cost=cost, fix=Fix(edits=tuple(edits)))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
