"""The glossary's entries."""

from __future__ import annotations

from dataclasses import dataclass

from learn.content.model.findings import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A term that learners take for another one, and what tells them apart."""

    term_id: str
    difference_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A glossary entry; ``reading`` (katakana) sorts it, ``reference_url`` may be empty."""

    id: str
    name: str
    english: str
    reading: str
    summary_html: str
    summary: str
    body_html: str
    confused_with: tuple[Confusion, ...]
    synonyms: tuple[str, ...]
    reference_url: str
    source: Source

    @property
    def url(self) -> str:
        return f"/glossary/{self.id}/"
