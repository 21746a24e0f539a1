"""The YAML between the two lines ``---`` at the top of a lesson."""

from __future__ import annotations

from dataclasses import dataclass

from learn.content.model import Source
from learn.content.parse.problems import Problems

_FENCE = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """``text`` begins in line 2 of the file; ``body`` in line ``body_line``."""

    text: str
    body: str
    body_line: int


def split_front_matter(text: str, *, path: str, problems: Problems) -> FrontMatter | None:
    """Part a lesson file into front matter and body."""
    lines = text.split("\n")
    closing = next((n for n, line in enumerate(lines) if n and line.rstrip() == _FENCE), None)
    if lines[0].rstrip() != _FENCE or closing is None:
        message = "ファイルの先頭に、「---」の行で挟んだ情報（YAML）を置いてください。"
        problems.add(Source(path=path, line=1), "front-matter", message)
        return None
    return FrontMatter(
        text="\n".join(lines[1:closing]),
        body="\n".join(lines[closing + 1 :]),
        body_line=closing + 2,
    )
