"""The part of each line that YAML reads as structure or plain text.

Comments, the insides of quoted strings and the lines of block scalars are blanked out with NUL
characters of the same length, so that columns stay true.
"""

import re
from collections.abc import Iterator

BLANK = "\0"
_BLOCK_HEADER = re.compile(r"(?:^|[:\-?]\s+)(?:[!&]\S*\s+)*[|>][-+0-9]*\s*$")
_QUOTE_OPENERS = frozenset(" \t\u3000[{,:-(")


def code_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(index, code) of each line; lines inside a block scalar come blank."""
    block_indent: int | None = None
    quote = ""
    for index, line in enumerate(lines):
        stripped = line.lstrip(" ")
        indent = len(line) - len(stripped)
        if block_indent is not None:
            if indent > block_indent or not stripped:
                yield index, BLANK * len(line)
                continue
            block_indent = None
        code, quote = _mask(line, quote)
        yield index, code
        if not quote and _BLOCK_HEADER.search(code.rstrip(BLANK + " \t")):
            block_indent = indent


def _mask(line: str, quote: str) -> tuple[str, str]:
    """The line without comment and quoted text, and the quote still open at its end ("" for none)."""
    if not quote and "#" not in line and '"' not in line and "'" not in line:
        return line, ""
    out: list[str] = []
    i = 0
    while i < len(line):
        char = line[i]
        if quote:
            step = 2 if _is_escape(line, i, quote) else 1
            if step == 1 and char == quote:
                out.append(char)
                quote = ""
            else:
                out.append(BLANK * min(step, len(line) - i))
            i += step
            continue
        before = line[i - 1] if i else " "
        if char == "#" and before in " \t\u3000":
            out.append(BLANK * (len(line) - i))
            break
        if char in "\"'" and before in _QUOTE_OPENERS:
            quote = char
        out.append(char)
        i += 1
    return "".join(out), quote


def _is_escape(line: str, i: int, quote: str) -> bool:
    if quote == '"':
        return line[i] == "\\"
    return line[i : i + 2] == "''"
