"""The blocks of a body: prose, fences, callouts and places of exercises, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from learn.content.model import Source
from learn.content.parse.problems import Problems

_FENCE = re.compile(r"(`{3,})(.*)")
_CALLOUT = re.compile(r":::\s*(\S*)\s*(.*)")
_EXERCISE = re.compile(r"\{\{exercise:([^{}]*)\}\}")


class CalloutKind(StrEnum):
    NOTE = "note"
    PITFALL = "pitfall"
    DEEPDIVE = "deepdive"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProseText:
    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """``info`` is the language or the kind of block, ``options`` what follows it."""

    info: str
    options: str
    text: str
    source: Source

    @property
    def text_line(self) -> int:
        return self.source.line + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    kind: CalloutKind
    title: str
    blocks: tuple[ProseText | Fence, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ExercisePlace:
    exercise_id: str
    source: Source


RawBlock = ProseText | Fence | Callout | ExercisePlace


def split_blocks(text: str, *, path: str, first_line: int, problems: Problems) -> tuple[RawBlock, ...]:
    """The blocks of a body in order. Fences and callouts start at the left edge of a line."""
    return tuple(_Scanner(text.split("\n"), path, first_line, problems).blocks())


class _Scanner:
    """Walks the lines once; ``_index`` is the line to read next."""

    def __init__(self, lines: list[str], path: str, first_line: int, problems: Problems) -> None:
        self._lines = lines
        self._path = path
        self._first_line = first_line
        self._problems = problems
        self._index = 0

    def blocks(self) -> Iterator[RawBlock]:
        prose_start = self._index
        while self._index < len(self._lines):
            start = self._index
            block = self._special()
            if block is None:
                self._index += 1
                continue
            yield from self._prose(prose_start, start)
            yield block
            prose_start = self._index
        yield from self._prose(prose_start, self._index)

    def _special(self) -> RawBlock | None:
        """The block that starts at this line if it is not prose; moves behind it."""
        line = self._lines[self._index].rstrip()
        if match := _FENCE.fullmatch(line):
            return self._fence(match[1], match[2].strip())
        if line.lstrip().startswith("```"):
            self._report(self._index, "indented-fence", "コードのブロックは、行の先頭から書きます。")
        if match := _CALLOUT.fullmatch(line):
            return self._callout(match[1], match[2].strip())
        if match := _EXERCISE.fullmatch(line.strip()):
            self._index += 1
            return ExercisePlace(exercise_id=match[1].strip(), source=self._source(self._index - 1))
        return None

    def _fence(self, ticks: str, info: str) -> Fence:
        start = self._index
        end = next(
            (n for n in range(start + 1, len(self._lines)) if self._lines[n].rstrip() == ticks),
            None,
        )
        if end is None:
            self._report(start, "unclosed", f"「{ticks}」で始めたブロックが閉じていません。")
            end = len(self._lines)
        self._index = end + 1
        name, _, options = info.partition(" ")
        text = "\n".join(self._lines[start + 1 : end])
        return Fence(info=name, options=options.strip(), text=text, source=self._source(start))

    def _callout(self, kind: str, title: str) -> RawBlock | None:
        start = self._index
        if kind not in list(CalloutKind):
            self._report(start, "unknown-callout", _callout_advice(kind))
            self._index += 1
            return ProseText(text="", source=self._source(start))
        self._index += 1
        inner = list(self._callout_blocks(start))
        return Callout(kind=CalloutKind(kind), title=title, blocks=tuple(inner), source=self._source(start))

    def _callout_blocks(self, start: int) -> Iterator[ProseText | Fence]:
        prose_start = self._index
        while self._index < len(self._lines):
            here, line = self._index, self._lines[self._index].rstrip()
            if line == ":::":
                yield from self._prose(prose_start, here)
                self._index += 1
                return
            if line.startswith(":::"):
                self._report(here, "nested-callout", "コールアウトの中にコールアウトは入れられません。")
            block = self._special() if line.startswith("```") else None
            if isinstance(block, Fence):
                yield from self._prose(prose_start, here)
                yield block
                prose_start = self._index
            else:
                self._index += 1
        self._report(start, "unclosed", "コールアウトが「:::」の行で閉じていません。")
        yield from self._prose(prose_start, len(self._lines))

    def _prose(self, start: int, end: int) -> Iterator[ProseText]:
        """The lines from start to end, without empty ones around them."""
        while start < end and not self._lines[start].strip():
            start += 1
        text = "\n".join(self._lines[start:end]).rstrip()
        if text:
            yield ProseText(text=text, source=self._source(start))

    def _source(self, index: int) -> Source:
        return Source(path=self._path, line=self._first_line + index)

    def _report(self, index: int, code: str, message: str) -> None:
        self._problems.add(self._source(index), code, message)


def _callout_advice(kind: str) -> str:
    if not kind:
        return "「:::」に対応する始まりがありません。"
    return f"コールアウト「{kind}」はありません。使えるのは{'、'.join(CalloutKind)}です。"
