"""Line breaks of a source file that are no spaces in Japanese."""

from __future__ import annotations

import re
import unicodedata

_MARKUP = "*_`[](){}"
_BLOCK_START = re.compile(r"([-*+]|\d+\.)\s|#|\||>")
_LIST_START = re.compile(r"([-*+]|\d+\.)\s")


def join_lines(text: str) -> str:
    """Join the lines of each paragraph where a break next to Japanese would show as a space.

    A list or a table that follows a paragraph directly gets the empty line
    that Markdown wants before it.
    """
    joined: list[str] = []
    for line in text.split("\n"):
        previous = joined[-1] if joined else ""
        if not previous.strip() or not line.strip() or previous.endswith("  "):
            joined.append(line)
        elif _BLOCK_START.match(line.lstrip()):
            if _interrupts(previous, line):
                joined.append("")
            joined.append(line)
        elif previous.lstrip().startswith(("#", "|")) or not _touches_japanese(previous, line):
            joined.append(line)
        else:
            joined[-1] = previous + line.lstrip()
    return "\n".join(joined)


def one_line(text: str) -> str:
    """The text of a field as a single line."""
    lines = [line.strip() for line in text.strip().split("\n")]
    result = lines[0]
    for line in lines[1:]:
        result += line if _touches_japanese(result, line) else f" {line}"
    return result


def _interrupts(previous: str, line: str) -> bool:
    """Whether a list or table starts right below the text of a paragraph."""
    if line.startswith(" ") or previous.startswith((" ", "#", ">")):
        return False
    if line.startswith("|"):
        return not previous.startswith("|")
    return bool(_LIST_START.match(line)) and not _LIST_START.match(previous)


def _touches_japanese(before: str, after: str) -> bool:
    """Whether the last letter before a break or the first one after it is wide."""
    last = before.rstrip().rstrip(_MARKUP)[-1:]
    first = after.lstrip().lstrip(_MARKUP)[:1]
    return is_wide(last) or is_wide(first)


def is_wide(char: str) -> bool:
    """Whether a character takes the width of a kanji."""
    return bool(char) and unicodedata.east_asian_width(char) in "WF"
