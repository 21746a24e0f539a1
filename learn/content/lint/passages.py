"""What learners read in a file: its passages of words and its samples of code, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from learn.content.parse.blocks import Callout, Fence, ProseText, RawBlock, split_blocks
from learn.content.parse.exercise import EXERCISE_FILE
from learn.content.parse.frontmatter import split_front_matter
from learn.content.parse.lesson import LESSON_FILE
from learn.content.parse.problems import Problems

_MARKDOWN_KEYS = frozenset({"task", "debrief", "body"})
_CODE_KEYS = frozenset({"run", "output", "expression", "messageExpression", "commands", "when"})
_UNREAD_KEYS = frozenset(
    {"id", "url", "reading", "synonyms", "accept", "english", "file", "raises", "lesson", "example"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """``text`` starts in ``line``; ``language`` is empty for words and names the language of code.

    ``before`` holds the lines just above a piece of code, where an author marks a 誤りの例.
    """

    path: str
    line: int
    text: str
    language: str = ""
    before: str = ""


def passages_of(path: str, text: str) -> tuple[Passage, ...]:
    """The passages of a lesson, an exercise, a course, the glossary or a manifest; none if unreadable."""
    name = path.rpartition("/")[2]
    if name == LESSON_FILE:
        return tuple(_lesson_passages(path, text))
    if name.endswith(".yaml"):
        if name in (EXERCISE_FILE, "course.yaml", "terms.yaml"):
            return tuple(_yaml_passages(path, text, 1))
        return (Passage(path=path, line=1, text=text, language="yaml"),)
    return ()


def _lesson_passages(path: str, text: str) -> Iterator[Passage]:
    parts = split_front_matter(text, path=path, problems=Problems())
    if parts is None:
        return
    yield from _yaml_passages(path, parts.text, 2)
    yield from _markdown_passages(path, parts.body, parts.body_line)


def _markdown_passages(path: str, text: str, first_line: int) -> Iterator[Passage]:
    lines = text.split("\n")
    for block in split_blocks(text, path=path, first_line=first_line, problems=Problems()):
        index = block.source.line - first_line
        yield from _block_passages(block, "\n".join(lines[max(index - 4, 0) : index]))


def _block_passages(block: RawBlock, before: str) -> Iterator[Passage]:
    match block:
        case ProseText():
            yield from _paragraphs(block)
        case Callout():
            yield Passage(path=block.source.path, line=block.source.line, text=block.title)
            for inner in block.blocks:
                yield from _block_passages(inner, before)
        case Fence(info="quiz" | "diagram" | "command"):
            yield from _yaml_passages(block.source.path, block.text, block.text_line)
        case Fence():
            yield Passage(
                path=block.source.path,
                line=block.text_line,
                text=block.text,
                language=block.info or "text",
                before=before,
            )


def _paragraphs(block: ProseText) -> Iterator[Passage]:
    """Paragraphs, list items and table rows: what a sentence never crosses."""
    pieces = re.split(r"(\n(?:\s*\n)*(?=\s*(?:[-*+]|\d+\.)\s|\s*\||#)|\n\s*\n)", block.text)
    line = block.source.line
    for piece in pieces:
        if piece.strip():
            yield Passage(path=block.source.path, line=line, text=piece)
        line += piece.count("\n")


def _yaml_passages(path: str, text: str, first_line: int) -> Iterator[Passage]:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return
    if root is not None:
        yield from _node_passages(root, "", path, first_line)


def _node_passages(node: yaml.Node, key: str, path: str, first_line: int) -> Iterator[Passage]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _node_passages(value, str(name.value), path, first_line)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _node_passages(item, key, path, first_line)
    elif isinstance(node, yaml.ScalarNode) and key not in _UNREAD_KEYS:
        line = first_line + node.start_mark.line + (node.style in ("|", ">"))
        if key in _MARKDOWN_KEYS:
            yield from _markdown_passages(path, node.value, line)
        else:
            language = "text" if key in _CODE_KEYS else ""
            yield Passage(path=path, line=line, text=node.value, language=language)
