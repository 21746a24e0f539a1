"""What a careless paste brings along: Markdown fences, shell prompts, here-document marks, merge conflicts.

A fix empties the line and leaves its break, so that all other lines keep their numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from learn.sandbox.code_text import BLANK
from learn.sandbox.diagnostics import Diagnostic, Edit, Fix, Span

_SIGNS = re.compile(
    r"^(?:[ \t]*(?:```|~~~)|[$%❯➜>] ?\S|(?:kubectl|sudo|cat|tee) .*|\[?[\w.-]+@[\w.-]+[: ]|PS [A-Z]:|[A-Z]:\\|NAME +[A-Z]|[a-z0-9.]+[/ ][\w.\"-]+ (?:created|configured|unchanged|deleted)\b|[=*_]{3,}[ \t]*$|EO[FSLM]\s*$|[<=>|]{7}|--[ \t]*$|-{4,}[ \t]*$|\+|[ \t]*\d+ ?[:|│ ][ \t]*(?:apiVersion|kind)\b)",
    re.MULTILINE,
)
_FENCE = re.compile(r"\s*(?:```|~~~)\S*\s*$")
_PROMPT = re.compile(
    r"(?:[$%❯➜>] ?(?:sudo |kubectl|cat |k |helm |vi |vim |curl |echo ).*|(?:sudo |kubectl |cat <<).*"
    r"|\[?[\w.-]+@[\w.-]+[^$#%>]*[$#%>].*|(?:PS )?[A-Z]:\\[^>]*>.*)$"
)
_HEREDOC_END = re.compile(r"EO[FSLM]\s*$")
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)|={7}\s*$")
_NUMBER = re.compile(r"\s*(\d+)(?: ?[:|│])?(?=[ ]|$)")

_OUTPUT = re.compile(
    r"NAME +[A-Z]{2,}.*$|[a-z0-9.]+(?:/| \")[\w.-]+\"? (?:created|configured|unchanged|deleted)\b.*$"
)
_SEPARATOR = re.compile(r"(?:--|-{4,}|={3,6}|={8,}|\*{3,}|_{3,})[ \t]*$")
_DIFF = re.compile(r"[-+ ]|@@ |(?:diff|index) |$")

_RULES = (
    ("text-markdown-fence", _FENCE),
    ("text-shell-prompt", _PROMPT),
    ("text-command-output", _OUTPUT),
    ("text-heredoc-mark", _HEREDOC_END),
    ("text-conflict-mark", _CONFLICT),
)


def may_be_pasted(text: str) -> bool:
    """Whether a closer look at the lines is worth its time."""
    return _SIGNS.search(text) is not None


def pasted_lines(lines: list[str], code: list[str]) -> list[Diagnostic]:
    """What is no part of the manifest. One fix takes away all of it, so each finding offers the same."""
    if _are_numbered(lines):
        return [_unnumbered(lines)]
    if added := _added_lines(lines, code):
        return [_undiffed(lines, added)]
    found = list(_foreign_lines(lines, code))
    edits = tuple(edit for each in found if each.fix for edit in each.fix.edits)
    return [replace(each, fix=Fix(edits=edits)) if each.fix else each for each in found]


def _foreign_lines(lines: list[str], code: list[str]) -> Iterator[Diagnostic]:
    for index, line in enumerate(lines):
        if not code[index].strip(BLANK + " "):
            continue
        if _SEPARATOR.match(line):
            yield _slip("yaml-bad-separator", index, line, len(line), "---")
            continue
        name = next((name for name, pattern in _RULES if pattern.match(line)), "")
        if name:
            yield _slip(name, index, line, len(line))


def _added_lines(lines: list[str], code: list[str]) -> list[int]:
    """The lines that a patch would have added; no manifest has a line that starts with a plus sign."""
    return [i for i, line in enumerate(lines) if line.startswith("+") and code[i].startswith("+")]


def _undiffed(lines: list[str], added: list[int]) -> Diagnostic:
    """The finding on a patch; its fix keeps what the patch leaves in the file.

    Where other lines have no margin for the marks, only what was added and what stands beside it is the patch.
    """
    has_margin = all(_DIFF.match(line) for line in lines)
    edits = []
    for index, line in enumerate(lines):
        is_added = line.startswith("+") and not line.startswith("+++")
        if is_added or (has_margin and line.startswith(" ")):
            edits.append(_removal(index, 1))
        elif line and (has_margin or line.startswith("+") or _is_removed(lines, index)):
            edits.append(_removal(index, len(line)))
    number = added[0] + 1
    return Diagnostic(
        code="text-diff-mark",
        span=Span(line=number, column=1),
        params={"line": str(number)},
        fix=Fix(edits=tuple(edits)),
    )


def _is_removed(lines: list[str], index: int) -> bool:
    """Whether a line with a minus sign stands in one block with added lines."""
    while index < len(lines) and lines[index].startswith("-"):
        index += 1
    return index < len(lines) and lines[index].startswith("+") and lines[index - 1].startswith("-")


def _removal(index: int, length: int) -> Edit:
    return Edit(line=index + 1, column=1, end_line=index + 1, end_column=length + 1, text="")


def _unnumbered(lines: list[str]) -> Diagnostic:
    """One finding on the numbers that all lines start with, and the space that sets them apart."""
    found = [(number, match.end()) for number, line in enumerate(lines, 1) if (match := _NUMBER.match(line))]
    rests = [lines[number - 1][end:] for number, end in found]
    margin = min((len(rest) - len(rest.lstrip(" ")) for rest in rests if rest.strip()), default=0)
    edits = tuple(
        Edit(line=number, column=1, end_line=number, end_column=end + min(margin, len(rest)) + 1, text="")
        for (number, end), rest in zip(found, rests, strict=True)
    )
    number, end = found[0]
    return Diagnostic(
        code="text-line-number",
        span=Span(line=number, column=1, length=end),
        params={"line": str(number), "last": str(found[-1][0])},
        fix=Fix(edits=edits),
    )


def _are_numbered(lines: list[str]) -> bool:
    """Whether every filled line starts with a number one higher than the one before."""
    numbers = [_NUMBER.match(line) for line in lines if line.strip()]
    if len(numbers) < 3 or not all(numbers):
        return False
    values = [int(match[1]) for match in numbers if match]
    return all(later == earlier + 1 for earlier, later in zip(values, values[1:], strict=False))


def _slip(code: str, index: int, line: str, length: int, text: str = "") -> Diagnostic:
    number = index + 1
    edit = Edit(line=number, column=1, end_line=number, end_column=length + 1, text=text)
    found = line.strip()
    params = {"line": str(number), "found": found if len(found) <= 40 else found[:39] + "…"}
    fix = None if code == "text-conflict-mark" else Fix(edits=(edit,))
    return Diagnostic(
        code=code, span=Span(line=number, column=1, length=max(length, 1)), params=params, fix=fix
    )
