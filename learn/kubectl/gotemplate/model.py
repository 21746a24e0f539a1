"""Go templates as a tree: text, actions and the places that errors name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


class TemplateError(Exception):
    """The text behind `template: output:`; `rendered` is what had come out before."""

    rendered: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a template: line from 1, letters before it in the line, and how it is written."""

    line: int = 1
    column: int = 0
    text: str = ""

    def error(self, problem: str) -> TemplateError:
        return TemplateError(f'{self.line}:{self.column}: executing "output" at <{self.text}>: {problem}')


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Argument:
    """A field path from dot, from a variable, a literal, or a pipeline in parentheses."""

    fields: tuple[str, ...] = ()
    variable: str | None = None
    literal: Any = None
    is_literal: bool = False
    pipeline: Pipeline | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Command:
    """A function with arguments, or one argument alone."""

    function: str | None
    arguments: tuple[Argument, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`; `names` are the variables that take the result."""

    commands: tuple[Command, ...]
    names: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """`range`, `if` or `with`, its body and what stands behind `else`."""

    keyword: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]


Node: TypeAlias = Text | Pipeline | Branch
