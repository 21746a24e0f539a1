"""Authors' words as HTML; a reference that leads nowhere becomes a finding at its line."""

from __future__ import annotations

from dataclasses import dataclass

from learn.content.model import Heading, Source
from learn.content.parse.problems import Problems
from learn.content.render.links import Targets, Unresolved
from learn.content.render.markdown import Renderer, plain_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One line with inline Markdown, as HTML and as plain text."""

    html: str
    text: str


class Words:
    """Renders what authors wrote, and keeps the findings."""

    def __init__(self, targets: Targets, problems: Problems) -> None:
        self.targets = targets
        self.problems = problems
        self._renderer = Renderer(targets)

    def start_page(self) -> None:
        self._renderer.start_page()

    def phrase(self, text: str, source: Source) -> Phrase:
        rendered = self._renderer.inline(text) if text else None
        if rendered is None:
            return Phrase(html="", text="")
        self._report(rendered.unresolved, text, source)
        return Phrase(html=rendered.html, text=plain_text(rendered.html))

    def inline(self, text: str, source: Source) -> str:
        return self.phrase(text, source).html

    def prose(self, text: str, source: Source) -> tuple[str, tuple[Heading, ...]]:
        """HTML and headings of a piece of prose that begins at ``source``."""
        rendered = self._renderer.prose(text)
        self._report(rendered.unresolved, text, source)
        return rendered.html, rendered.headings

    def _report(self, unresolved: tuple[Unresolved, ...], text: str, source: Source) -> None:
        for each in unresolved:
            line = source.line + text[: max(text.find(each.needle), 0)].count("\n")
            self.problems.add(Source(path=source.path, line=line), each.code, each.message)
