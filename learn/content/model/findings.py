"""Where something was written, and what an author should mend there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where in a file something was written; ``path`` is relative to the lessons folder."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something for an author to mend: where, a stable code, and in Japanese what to do."""

    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"lessons/{self.path}:{self.line}: {self.message}"


class LessonErrors(Exception):
    """The lesson files cannot become a catalog; ``findings`` are all the reasons, in file order."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings)
        self.findings = findings

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))
