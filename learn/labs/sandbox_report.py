"""A manifest checked on its own, as the sandbox page prints it and as the editor reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from learn.content.model import Catalog
from learn.labs.outcome import Problem, counts_of, key_of, problem_of
from learn.sandbox.assist import outline
from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.edits import apply_fix
from learn.sandbox.messages import Severity
from learn.sandbox.pipeline import Report, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The findings of one severity under their heading."""

    title: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the result pane shows."""

    groups: tuple[Group, ...]
    summary: str
    announcement: str


@lru_cache(maxsize=64)
def report_of(text: str, version: str) -> Report:
    """Check a text; while somebody types, the editor and the page ask for the same one."""
    return check(text, version=version)


def findings_of(catalog: Catalog, report: Report) -> Findings:
    """Put a report into the words of the page."""
    groups = []
    for severity in Severity:
        found = [each for each in report.diagnostics if each.severity is severity]
        if found:
            problems = tuple(problem_of(catalog, each) for each in found)
            groups.append(Group(title=f"{severity.label} {len(found)}件", problems=problems))
    return Findings(
        groups=tuple(groups),
        summary=counts_of(report.diagnostics),
        announcement=_announcement(report.diagnostics),
    )


def editor_reply(text: str, version: str) -> dict[str, Any]:
    """The answer to a check while somebody types: places count from 1, columns in characters."""
    items = [{"line": item.line, "kind": item.kind, "name": item.name} for item in outline(text)]
    return {"diagnostics": [_mark(each) for each in report_of(text, version).diagnostics], "outline": items}


def fixed(text: str, version: str, key: str) -> tuple[str, int] | None:
    """The text with the fix of the finding named `key` made, and its line; None if there is no such fix."""
    for each in report_of(text, version).diagnostics:
        if each.fix and key_of(each) == key:
            return apply_fix(text, each.fix), each.span.line
    return None


_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "info"}


def _mark(each: Diagnostic) -> dict[str, Any]:
    return {
        **each.as_json(),
        "severity": _SEVERITIES[each.severity],
        "key": key_of(each),
        "message": _plain(each.what),
        "what": _plain(each.what),
        "why": _plain(each.why),
        "cure": _plain(each.cure),
    }


def _plain(words: str) -> str:
    return words.replace("`", "")


def _announcement(diagnostics: Sequence[Diagnostic]) -> str:
    """What a screen reader says about a check."""
    lines = [each.span.line for each in diagnostics if each.severity is Severity.ERROR]
    if lines:
        place = f"{lines[0]}行目です。" if len(lines) == 1 else f"最初は{lines[0]}行目です。"
        return f"直すところが{len(lines)}件、{place}"
    warnings = sum(each.severity is Severity.WARNING for each in diagnostics)
    return (
        f"直すところはありません。確かめるところが{warnings}件あります。"
        if warnings
        else "直すところはありません。"
    )
