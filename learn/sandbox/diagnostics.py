"""What a check found and where: `Diagnostic`, its `Span`, and the `Fix` that mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from learn.cluster.api.fielderror import Path, path_text
from learn.sandbox.messages import MESSAGES, Severity


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of one line: `line` and `column` count from 1, `length` is in characters."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace the text from (line, column) up to (end_line, end_column) with `text`. All count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Edits that belong together, in text order and without overlap."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. Its words come from `MESSAGES[code]`, filled with `params`."""

    code: str
    span: Span
    path: Path = ()
    params: Mapping[str, str] = field(default_factory=dict)
    fix: Fix | None = None
    document: int = 1

    @property
    def severity(self) -> Severity:
        return MESSAGES[self.code].severity

    @property
    def what(self) -> str:
        """何が起きたか."""
        return MESSAGES[self.code].what.format_map(self.params)

    @property
    def why(self) -> str:
        """なぜか."""
        return MESSAGES[self.code].why.format_map(self.params)

    @property
    def cure(self) -> str:
        """どう直すか."""
        return MESSAGES[self.code].cure.format_map(self.params)

    @property
    def english(self) -> str:
        """What kubectl or the cluster prints for this, "" where it prints nothing."""
        return MESSAGES[self.code].english.format_map(self.params)

    @property
    def lesson(self) -> str | None:
        """Id of the lesson that explains the rule."""
        return MESSAGES[self.code].lesson

    def as_json(self) -> dict[str, Any]:
        """The finding as plain data for a JSON line."""
        return {
            "document": self.document,
            "line": self.span.line,
            "column": self.span.column,
            "length": self.span.length,
            "severity": self.severity.value,
            "code": self.code,
            "path": path_text(self.path) if self.path else "",
            "message": self.what,
            "why": self.why,
            "cure": self.cure,
            "english": self.english,
            "lesson": self.lesson,
            "fix": self.fix and [_edit_json(edit) for edit in self.fix.edits],
        }


def _edit_json(edit: Edit) -> dict[str, Any]:
    return {name: getattr(edit, name) for name in ("line", "column", "end_line", "end_column", "text")}


def sort_diagnostics(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors first, then warnings, then advice; each in line order."""
    return tuple(sorted(diagnostics, key=lambda d: (d.severity.rank, d.span.line, d.span.column, d.code)))
