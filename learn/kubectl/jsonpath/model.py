"""JSONPath templates as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


class JSONPathError(Exception):
    """The text after `error: `; parse errors name the template."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A word that begins an action without a dot, such as `{items}`; none but `range` and `end` means anything."""

    name: str


@dataclass(frozen=True, slots=True)
class Key:
    name: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    pass


@dataclass(frozen=True, slots=True)
class Descend:
    pass


@dataclass(frozen=True, slots=True)
class Slice:
    start: int | None
    stop: int | None
    step: int | None
    is_index: bool = False


@dataclass(frozen=True, slots=True)
class Union:
    options: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class Filter:
    left: Operand
    operator: str
    right: Operand | None


@dataclass(frozen=True, slots=True)
class Path:
    steps: tuple[Step, ...]
    from_root: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    path: Path
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


Step: TypeAlias = Key | Wildcard | Descend | Slice | Union | Filter
Operand: TypeAlias = Path | Literal
Node: TypeAlias = Text | Identifier | Path | Range
