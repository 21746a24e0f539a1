"""A text that YAML cannot read, seen from the parser's complaint."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from learn.sandbox.code_text import BLANK, code_lines
from learn.sandbox.diagnostics import Diagnostic, Fix, Span
from learn.sandbox.edits import apply_fix
from learn.sandbox.layout import Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The text, its lines and their code, and the parser's complaint. Lines and columns count from 0."""

    text: str
    lines: list[str]
    code: list[str]
    line: int
    column: int
    problem: str
    context: str
    context_line: int
    judge: Judge

    def near(self, count: int = 2) -> Iterator[int]:
        """The line of the complaint and the last `count` before it that hold anything."""
        yield min(self.line, len(self.lines) - 1)
        found = 0
        for index in range(min(self.line, len(self.lines)) - 1, -1, -1):
            if self.code[index].strip(BLANK + " "):
                yield index
                found += 1
                if found == count:
                    return

    def improves(self, fix: Fix) -> bool:
        """Whether the parser gets further with `fix`."""
        return self.judge(apply_fix(self.text, fix)) < (1, -(self.line + 1))


def scene_of(error: yaml.YAMLError, text: str, judge: Judge) -> Scene:
    """The scene of a complaint about `text`."""
    lines = text.split("\n")
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    code = [""] * len(lines)
    for index, masked in code_lines(lines):
        code[index] = masked
    return Scene(
        text=text,
        lines=lines,
        code=code,
        line=mark.line if mark else 0,
        column=mark.column if mark else 0,
        problem=str(getattr(error, "problem", None) or error),
        context=str(getattr(error, "context", None) or ""),
        context_line=context.line if context else 0,
        judge=judge,
    )


def diagnose(
    scene: Scene, code: str, line: int, column: int, fix: Fix | None = None, length: int = 1, **params: str
) -> Diagnostic:
    """A finding at a 0-based line and column, with the parser's own words."""
    span = Span(line=line + 1, column=max(column, 0) + 1, length=max(length, 1))
    english = f"error converting YAML to JSON: yaml: line {scene.line + 1}: {scene.problem}"
    common = {"line": str(line + 1), "english": english}
    return Diagnostic(code=code, span=span, params={**common, **params}, fix=fix)
