"""Choosing the change of layout that lets a text be read best, by trying it."""

from collections.abc import Callable, Sequence

from learn.sandbox.code_text import code_lines
from learn.sandbox.diagnostics import Diagnostic, Span
from learn.sandbox.edits import apply_fix
from learn.sandbox.indentation import Candidate, irregularity, layout_fixes
from learn.sandbox.messages import Severity

Score = tuple[int, int]
Judge = Callable[[str], Score]
"""Scores a text: (0, number of errors) if YAML reads it, (1, -line of the complaint) if not. Lower is better."""

_CLEAN: Score = (0, 0)
_SUSPECT = frozenset(
    {
        "schema-misplaced-field",
        "schema-misplaced-root-field",
        "schema-undefined-field",
        "schema-empty-field",
        "schema-wrong-type",
        "schema-missing-dash",
        "schema-extra-dash",
        "schema-scalar-not-list",
    }
)
_MOST_TRIES, _CHARACTERS = 120, 200_000


def best_layout(
    text: str,
    lines: list[str],
    code: list[str],
    line: int,
    judge: Judge,
    limit: Score,
    *,
    enclosing: bool = False,
) -> tuple[Candidate, Score] | None:
    """The candidate near `line` (0-based) whose text scores best, if it scores better than `limit`."""
    tries = max(4, min(_MOST_TRIES, _CHARACTERS // (len(text) + 1)))
    best: tuple[Score, int, int] | None = None
    chosen: Candidate | None = None
    for _, candidate in zip(range(tries), layout_fixes(lines, code, line, enclosing=enclosing), strict=False):
        mended = apply_fix(text, candidate.fix)
        score = judge(mended)
        if score < limit:
            rank = score, irregularity(mended.split("\n")), candidate.cost
            if best is None or rank < best:
                best, chosen = rank, candidate
    return (chosen, best[0]) if chosen is not None and best is not None else None


def blame_layout(text: str, found: Sequence[Diagnostic], judge: Judge) -> list[Diagnostic]:
    """The findings, told as one slip of layout where mending that alone would mend every error.

    A field at the wrong level makes one field unknown and another one missing. If the line that did it
    was spoken about already, that finding gets the fix; the others only follow from it.
    """
    errors = sorted((d for d in found if d.severity is Severity.ERROR), key=lambda d: d.span.line)
    suspects = [d for d in errors if d.code in _SUSPECT]
    if not suspects or len({d.document for d in errors}) > 1:
        return list(found)
    lines = text.split("\n")
    code = [masked for _, masked in code_lines(lines)]
    line = max(suspect.span.line for suspect in suspects[:2])
    chosen = best_layout(text, lines, code, line - 1, judge, (0, 1))
    if chosen is None or chosen[1] != _CLEAN:
        return list(found)
    rest = [d for d in found if d.severity is not Severity.ERROR]
    suspect = next((d for d in suspects if d.span.line == chosen[0].line + 1), suspects[0])
    return [_told(chosen[0], suspect, lines), *rest]


def _told(candidate: Candidate, suspect: Diagnostic, lines: list[str]) -> Diagnostic:
    number = candidate.line + 1
    if suspect.span.line == number and candidate.code == "yaml-bad-indent":
        code, span, params = suspect.code, suspect.span, dict(suspect.params)
    else:
        length = max(len(lines[candidate.line].strip()), 1)
        code, span = candidate.code, Span(line=number, column=candidate.have + 1, length=length)
        params = {"have": str(candidate.have), "want": str(candidate.want), "line": str(number)}
        params["english"] = suspect.params.get("english", "")
    return Diagnostic(
        code=code, span=span, path=suspect.path, params=params, fix=candidate.fix, document=suspect.document
    )
