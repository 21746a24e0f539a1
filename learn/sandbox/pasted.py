"""What a careless paste brings along: Markdown fences, shell prompts, here-document marks, merge conflicts.

A fix empties the line and leaves its break, so that all other lines keep their numbers.
"""

import re
from collections.abc import Iterator

from learn.sandbox.code_text import BLANK
from learn.sandbox.diagnostics import Diagnostic, Edit, Fix, Span

_SIGNS = re.compile(
    r"^(?:[ \t]*(?:```|~~~)|[$%❯➜>] ?\S|(?:kubectl|sudo|cat|tee) .*|EO[FSLM]\s*$|[<=>|]{7}|[ \t]*\d+[:|│ ][ \t]*(?:apiVersion|kind)\b)",
    re.MULTILINE,
)
_FENCE = re.compile(r"\s*(?:```|~~~)\S*\s*$")
_PROMPT = re.compile(
    r"(?:[$%❯➜>] ?(?:sudo |kubectl|cat |k |helm |vi |vim |curl |echo ).*|(?:sudo |kubectl |cat <<).*)$"
)
_HEREDOC_END = re.compile(r"EO[FSLM]\s*$")
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)|={7}\s*$")
_NUMBERED = re.compile(r"(\s*\d+[:|│]?)(?: |$)")

_RULES = (
    ("text-markdown-fence", _FENCE),
    ("text-shell-prompt", _PROMPT),
    ("text-heredoc-mark", _HEREDOC_END),
    ("text-conflict-mark", _CONFLICT),
)


def may_be_pasted(text: str) -> bool:
    """Whether a closer look at the lines is worth its time."""
    return _SIGNS.search(text) is not None


def pasted_lines(lines: list[str], code: list[str]) -> Iterator[Diagnostic]:
    """The lines that are no part of the manifest."""
    numbered = _are_numbered(lines)
    for index, line in enumerate(lines):
        if not code[index].strip(BLANK + " "):
            continue
        for name, pattern in _RULES:
            if pattern.match(line):
                yield _slip(name, index, line, len(line))
                break
        else:
            match = _NUMBERED.match(line) if numbered else None
            if match:
                yield _slip("text-line-number", index, line, match.end())


def _are_numbered(lines: list[str]) -> bool:
    """Whether every filled line starts with a number one higher than the one before."""
    numbers = [re.match(r"\s*(\d+)[:|│]?(?: |$)", line) for line in lines if line.strip()]
    if len(numbers) < 3 or not all(numbers):
        return False
    values = [int(match[1]) for match in numbers if match]
    return all(later == earlier + 1 for earlier, later in zip(values, values[1:], strict=False))


def _slip(code: str, index: int, line: str, length: int) -> Diagnostic:
    number = index + 1
    edit = Edit(line=number, column=1, end_line=number, end_column=length + 1, text="")
    found = line.strip()
    params = {"line": str(number), "found": found if len(found) <= 40 else found[:39] + "…"}
    fix = None if code == "text-conflict-mark" else Fix(edits=(edit,))
    return Diagnostic(
        code=code, span=Span(line=number, column=1, length=max(length, 1)), params=params, fix=fix
    )
