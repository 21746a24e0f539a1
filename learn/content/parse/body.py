"""A body's blocks as HTML; quizzes and exercises stay values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

from learn.content.model import AnyQuiz, Block, Exercise, ExerciseBlock, Heading, Prose, QuizBlock, Source
from learn.content.parse.blocks import (
    Callout,
    CalloutKind,
    ExercisePlace,
    Fence,
    ProseText,
    RawBlock,
    split_blocks,
)
from learn.content.parse.diagram import parse_diagram
from learn.content.parse.fields import Fields, compose_fields
from learn.content.parse.words import Words
from learn.content.render.code import (
    LANGUAGES,
    OWN_TERMINAL,
    code_html,
    command_html,
    parse_line_numbers,
)

_CALLOUT_TITLES = {
    CalloutKind.NOTE: "補足",
    CalloutKind.PITFALL: "落とし穴",
    CalloutKind.DEEPDIVE: "",
    CalloutKind.SUMMARY: "まとめ",
}
_HEADING = re.compile(r"(#+)")
_LIST_ITEM = re.compile(r"( *)([-*+]|\d+\.)\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    blocks: tuple[Block, ...]
    toc: tuple[Heading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What a body may place: the lesson's exercises (None if unreadable), quizzes, SVG files by name. Its commands
    are tried in the terminal at the address ``terminal``.
    """

    name: str
    exercises: Mapping[str, Exercise | None]
    read_quiz: Callable[[Fence, int], AnyQuiz | None] | None
    drawings: Mapping[str, str]
    terminal: str = OWN_TERMINAL


def parse_fragment(
    text: str, source: Source, name: str, words: Words, *, terminal: str = OWN_TERMINAL
) -> str:
    """HTML of a Markdown field with blocks, such as a task; it places no quiz and no exercise."""
    surroundings = Surroundings(name=name, exercises={}, read_quiz=None, drawings={}, terminal=terminal)
    body = parse_body(text, source, surroundings, words)
    return "".join(block.html for block in body.blocks if isinstance(block, Prose))


def parse_body(text: str, source: Source, surroundings: Surroundings, words: Words) -> Body:
    """Blocks and headings of a body whose first line is ``source``."""
    words.start_page()
    reader = _BodyReader(surroundings, words)
    raw = split_blocks(text, path=source.path, first_line=source.line, problems=words.problems)
    blocks = _merge_prose([block for each in raw if (block := reader.block(each))])
    return Body(blocks=tuple(blocks), toc=tuple(reader.toc))


def _merge_prose(blocks: list[Block]) -> Iterator[Block]:
    for is_prose, group in groupby(blocks, key=lambda block: isinstance(block, Prose)):
        if is_prose:
            yield Prose(html="\n".join(block.html for block in group if isinstance(block, Prose)))
        else:
            yield from group


class _BodyReader:
    """Turns raw blocks into blocks, in order; keeps the headings and counts the diagrams."""

    def __init__(self, surroundings: Surroundings, words: Words) -> None:
        self._around = surroundings
        self._words = words
        self._problems = words.problems
        self._diagrams = 0
        self._quizzes = 0
        self.toc: list[Heading] = []

    def block(self, raw: RawBlock) -> Block | None:
        match raw:
            case ProseText():
                return Prose(html=self._prose(raw))
            case Callout():
                return Prose(html=self._callout(raw))
            case ExercisePlace():
                return self._exercise(raw)
            case Fence(info="quiz"):
                return self._quiz(raw)
            case Fence():
                return Prose(html=self._fence(raw))

    def _prose(self, raw: ProseText) -> str:
        depth = 0
        for number, line in enumerate(raw.text.split("\n")):
            source = Source(path=raw.source.path, line=raw.source.line + number)
            self._check_line(line, source)
            if item := _LIST_ITEM.match(line):
                if len(item[1]) > depth + 3:
                    message = "入れ子の箇条書きは、親より2字下げて書きます。"
                    self._problems.add(source, "list-indent", message)
                depth = len(item[1])
        html, found = self._words.prose(raw.text, raw.source)
        self.toc += found
        return html

    def _check_line(self, line: str, source: Source) -> None:
        heading = _HEADING.match(line)
        if heading and len(heading[1]) not in (2, 3):
            message = "本文の見出しは「##」と「###」だけです。題名はfront matterの「title」に書きます。"
            self._problems.add(source, "heading", message)
        if "![" in line:
            self._problems.add(source, "image", "画像はdiagramブロック（kind: svg）で示します。")

    def _callout(self, raw: Callout) -> str:
        title = self._words.inline(raw.title or _CALLOUT_TITLES[raw.kind], raw.source)
        body = "\n".join(self._callout_part(part) for part in raw.blocks)
        if not body:
            self._problems.add(raw.source, "empty-callout", "コールアウトの中身がありません。")
        if raw.kind is not CalloutKind.DEEPDIVE:
            return (
                f'<aside class="callout" data-kind="{raw.kind}">'
                f'<p class="callout-title">{title}</p>{body}</aside>'
            )
        if not raw.title:
            message = "「詳しく」には見出しが要ります。「:::deepdive 見出し」と書きます。"
            self._problems.add(raw.source, "callout-title", message)
        return (
            f'<details class="callout" data-kind="deepdive">'
            f'<summary class="callout-title">{title}</summary><div>{body}</div></details>'
        )

    def _callout_part(self, part: ProseText | Fence) -> str:
        if isinstance(part, ProseText):
            if re.search("^#", part.text, re.MULTILINE):
                self._problems.add(part.source, "heading", "コールアウトの中に見出しは置けません。")
            return self._prose(part)
        if part.info == "quiz":
            self._problems.add(part.source, "bad-block", "クイズはコールアウトの外に置きます。")
            return ""
        return self._fence(part)

    def _exercise(self, raw: ExercisePlace) -> Block | None:
        if raw.exercise_id not in self._around.exercises:
            message = f"演習「{raw.exercise_id}」が、このレッスンのフォルダーにありません。"
            self._problems.add(raw.source, "unknown-exercise", message)
            return None
        exercise = self._around.exercises[raw.exercise_id]
        return ExerciseBlock(exercise=exercise) if exercise else None

    def _quiz(self, raw: Fence) -> Block | None:
        if self._around.read_quiz is None:
            self._problems.add(raw.source, "bad-block", "クイズはlesson.mdの本文だけに置けます。")
            return None
        self._quizzes += 1
        quiz = self._around.read_quiz(raw, self._quizzes)
        return QuizBlock(quiz=quiz) if quiz else None

    def _fence(self, raw: Fence) -> str:
        if raw.info == "command":
            return self._command(raw)
        if raw.info == "diagram":
            self._diagrams += 1
            name = f"{self._around.name}-diagram-{self._diagrams}"
            return parse_diagram(raw, name, self._around.drawings, self._problems)
        if raw.info in LANGUAGES:
            return self._code(raw)
        known = "、".join(("quiz", "diagram", "command", *LANGUAGES))
        message = f"ブロック「{raw.info}」はありません。使えるのは{known}です。"
        self._problems.add(raw.source, "unknown-block", message)
        return f"<pre>{escape(raw.text)}</pre>"

    def _code(self, raw: Fence) -> str:
        options = self._options(raw)
        marked: frozenset[int] = frozenset()
        if "lines" in options:
            marked = self._line_numbers(options["lines"], raw)
        return code_html(raw.text, language=raw.info, file=options.get("file", ""), marked=marked)

    def _options(self, raw: Fence) -> dict[str, str]:
        options: dict[str, str] = {}
        for word in raw.options.split():
            key, separator, value = word.partition("=")
            if key not in ("file", "lines") or not separator or not value:
                message = f"「{word}」は使えません。「file=ファイル名」と「lines=4-6」だけです。"
                self._problems.add(raw.source, "fence-option", message)
            options[key] = value
        return options

    def _line_numbers(self, text: str, raw: Fence) -> frozenset[int]:
        try:
            marked = parse_line_numbers(text)
        except ValueError:
            marked = frozenset()
        if not marked or min(marked) < 1 or max(marked) > raw.text.count("\n") + 1:
            message = f"「lines={text}」は、このコードの行の範囲（例：4-6）で書きます。"
            self._problems.add(raw.source, "fence-option", message)
        return marked

    def _command(self, raw: Fence) -> str:
        path, line = raw.source.path, raw.text_line
        fields = compose_fields(raw.text, path=path, first_line=line, problems=self._problems)
        if fields is None:
            return ""
        run, output = fields.text("run"), fields.optional_text("output")
        if run.startswith("$"):
            message = "「run」に「$」は付けません。表示するときに付きます。"
            self._problems.add(fields.source_of("run"), "command-prompt", message)
        explain = fields.optional_text("explain")
        explain_html, _ = self._words.prose(explain, fields.source_of("explain")) if explain else ("", ())
        terminal = self._terminal_of(fields, is_printed=bool(output))
        fields.close()
        return command_html(run, output=output, explain_html=explain_html, terminal=terminal)

    def _terminal_of(self, fields: Fields, *, is_printed: bool) -> str:
        """The terminal of the exercise that the command names, else the one of this place.

        None ("") where the output is printed already: the learner's own cluster has none of its objects.
        """
        exercise_id = fields.optional_text("exercise")
        if not exercise_id:
            return "" if is_printed and self._around.terminal == OWN_TERMINAL else self._around.terminal
        exercise = self._around.exercises.get(exercise_id)
        if exercise_id not in self._around.exercises:
            message = f"演習「{exercise_id}」は、このレッスンにありません。"
            self._problems.add(fields.source_of("exercise"), "unknown-exercise", message)
        return exercise.url if exercise else self._around.terminal
