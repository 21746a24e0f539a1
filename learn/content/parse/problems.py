"""The findings of one reading, collected so that an author sees all of them at once."""

from __future__ import annotations

from learn.content.model import Finding, Source


class Problems:
    """Collects findings while files are read."""

    def __init__(self) -> None:
        self._findings: set[Finding] = set()

    def add(self, source: Source, code: str, message: str) -> None:
        self._findings.add(Finding(path=source.path, line=source.line, code=code, message=message))

    def __len__(self) -> int:
        return len(self._findings)

    def in_order(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._findings, key=lambda f: (f.path, f.line, f.code, f.message)))
