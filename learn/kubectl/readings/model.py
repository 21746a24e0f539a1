"""What a reading is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that kubectl prints: known by its `key` columns; `columns` is what each of them says."""

    name: str
    key: frozenset[str]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A line that is known by its words, what it says, and what to do about it ("" for nothing)."""

    words: re.Pattern[str]
    meaning: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing on the screen and what it says; `example` is what stood there, `cure` what to do about it."""

    term: str
    meaning: str
    example: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Notes under a heading."""

    title: str
    notes: tuple[Note, ...]
