"""From the text of a JSONPath template to its tree."""

from __future__ import annotations

import re
from typing import Any

from learn.kubectl.jsonpath.evaluation import Template, values_of
from learn.kubectl.jsonpath.model import (
    Descend,
    Filter,
    Identifier,
    JSONPathError,
    Key,
    Literal,
    Node,
    Operand,
    Path,
    Range,
    Slice,
    Step,
    Text,
    Union,
    Wildcard,
)

MAX_TEMPLATE = 4096
_RELAXED = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")
_UNEXPECTED = "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"


def parse_template(text: str) -> Template:
    """
    Read a template such as `{.items[*].metadata.name}`.

    Raises JSONPathError with the client's text.
    """
    if len(text) > MAX_TEMPLATE:
        raise JSONPathError(f"error parsing jsonpath: template is longer than {MAX_TEMPLATE} characters")
    try:
        return Template(_TemplateParser(text).nodes())
    except _Unreadable as error:
        raise JSONPathError(f"error parsing jsonpath {text}, {error}") from None


def find(expression: str, data: Any) -> list[Any]:
    """
    Return the values of one path as `--sort-by` and custom columns use it; braces and the first dot may be left out.

    Raises JSONPathError.
    """
    node, *others = parse_template(relaxed(expression)).nodes
    if others or not isinstance(node, Path):
        raise JSONPathError(_UNEXPECTED)
    return values_of(node, data, data)


def relaxed(expression: str) -> str:
    """`.metadata.name`, `metadata.name` and `{metadata.name}` as `{.metadata.name}` (RelaxedJSONPathExpression).

    Raises JSONPathError.
    """
    found = _RELAXED.fullmatch(expression)
    if not found:
        raise JSONPathError(_UNEXPECTED)
    return "{." + (found[1] or found[2]) + "}"


class _Unreadable(Exception):
    pass


_NAME = re.compile(r"(?:\\.|[^\s.\[\](){}<>=!,'\"@$?*\\|&:])+")
_PATH_NAMES = re.compile(r"(?:\\.|[^.\\])+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COMPARE = re.compile(r"==|!=|<=|>=|<|>")


class _TemplateParser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[tuple[Path, list[Node]]] = []

    def nodes(self) -> tuple[Node, ...]:
        current: list[Node] = []
        while self._at < len(self._text):
            brace = self._text.find("{", self._at)
            if brace < 0:
                current.append(Text(self._text[self._at :]))
                break
            if brace > self._at:
                current.append(Text(self._text[self._at : brace]))
            self._at = brace + 1
            current = self._action(current)
        if self._open:
            raise _Unreadable("unterminated range")
        return tuple(current)

    def _action(self, current: list[Node]) -> list[Node]:
        while True:
            self._skip_blanks()
            rest = self._text[self._at :]
            if not rest:
                raise _Unreadable("unclosed action")
            if rest[0] == "}":
                self._at += 1
                return current
            if rest[0] in "\"'":
                current.append(Text(self._quoted()))
            elif re.match(r"range\b", rest):
                self._at += len("range")
                self._skip_blanks()
                self._open.append((self._path(), current))
                current = []
            elif re.match(r"end\b", rest):
                self._at += len("end")
                if not self._open:
                    raise _Unreadable("not in range, nothing to end")
                path, outer = self._open.pop()
                outer.append(Range(path, tuple(current)))
                current = outer
            elif name := self._name():
                current.append(Text(name) if name in ("true", "false") else Identifier(name))
            else:
                current.append(self._path())

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
            self._at += 1

    def _quoted(self) -> str:
        quote, end = self._text[self._at], self._at + 1
        while end < len(self._text) and self._text[end] != quote:
            end += 2 if self._text[end] == "\\" else 1
        if end >= len(self._text):
            raise _Unreadable("unterminated quoted string")
        body = self._text[self._at + 1 : end]
        self._at = end + 1
        return _unescaped(body)

    def _path(self) -> Path:
        steps: list[Step] = []
        start, from_root = self._at, False
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter == "$":
                self._at += 1
                from_root = True
            elif letter == "@":
                self._at += 1
            elif self._text.startswith("..", self._at):
                self._at += 2
                steps.append(Descend())
                if name := self._name():
                    steps.append(Key(name))
                elif self._text[self._at : self._at + 1] == "*":
                    self._at += 1
                    steps.append(Wildcard())
            elif letter == ".":
                self._at += 1
                if self._text[self._at : self._at + 1] == "*":
                    self._at += 1
                    steps.append(Wildcard())
                elif name := self._name():
                    steps.append(Key(name))
            elif letter == "[":
                steps += self._bracket()
            elif letter == "*" and self._at == start:
                self._at += 1
                steps.append(Wildcard())
            elif self._at == start and (name := self._name()):
                steps.append(Key(name))
            else:
                break
        if self._at == start:
            raise _Unreadable(
                f"unrecognized character in action: U+{ord(self._text[self._at]):04X} '{self._text[self._at]}'"
            )
        return Path(tuple(steps), from_root)

    def _name(self) -> str:
        match = _NAME.match(self._text, self._at)
        if not match:
            return ""
        self._at = match.end()
        return re.sub(r"\\(.)", r"\1", match.group())

    def _bracket(self) -> tuple[Step, ...]:
        self._at += 1
        if self._text.startswith("?(", self._at):
            return (self._filter(),)
        end = self._closing_bracket()
        inside = self._text[self._at : end].strip()
        self._at = end + 1
        if inside == "*":
            return (Wildcard(),)
        parts = _split(inside)
        if len(parts) == 1:
            return _bracket_steps(parts[0])
        return (Union(tuple(_bracket_steps(part) for part in parts)),)

    def _closing_bracket(self) -> int:
        quote = ""
        for index in range(self._at, len(self._text)):
            letter = self._text[index]
            if quote:
                quote = "" if letter == quote and self._text[index - 1] != "\\" else quote
            elif letter in "\"'":
                quote = letter
            elif letter == "]":
                return index
        raise _Unreadable("unterminated array")

    def _filter(self) -> Filter:
        self._at += 2
        left = self._operand()
        self._skip_blanks()
        operator, right = "exists", None
        if match := _COMPARE.match(self._text, self._at):
            self._at = match.end()
            operator, right = match.group(), self._operand()
            self._skip_blanks()
        if not self._text.startswith(")", self._at):
            raise _Unreadable(
                "unterminated filter"
                if ")" not in self._text[self._at :]
                else "unrecognized character in action in filter"
            )
        self._at += 1
        if not self._text.startswith("]", self._at):
            raise _Unreadable("unclosed array expect ]")
        self._at += 1
        return Filter(left, operator, right)

    def _operand(self) -> Operand:
        self._skip_blanks()
        rest = self._text[self._at :]
        if rest[:1] in {'"', "'"}:
            return Literal(self._quoted())
        if match := _NUMBER.match(rest):
            self._at += match.end()
            number = match.group()
            return Literal(float(number) if "." in number else int(number))
        for word, value in (("true", True), ("false", False)):
            if re.match(word + r"\b", rest):
                self._at += len(word)
                return Literal(value)
        return self._path()


def _split(inside: str) -> list[str]:
    parts, current, quote = [], "", ""
    for letter in inside:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == ",":
            parts.append(current.strip())
            current = ""
            continue
        current += letter
    return [*parts, current.strip()]


def _bracket_steps(text: str) -> tuple[Step, ...]:
    """The client reads what is quoted in brackets as a path: `['a.b']` is `.a.b`, and `['a\\.b']` one key."""
    if text[:1] in {"'", '"'} and text[-1:] == text[:1]:
        return tuple(Key(re.sub(r"\\(.)", r"\1", name)) for name in _PATH_NAMES.findall(text[1:-1]))
    if text == "*":
        return (Wildcard(),)
    if re.fullmatch(r"-?\d+", text):
        return (Slice(int(text), None, None, is_index=True),)
    if re.fullmatch(r"(-?\d*)(:-?\d*){1,2}", text):
        bounds = [int(part) if part else None for part in text.split(":")]
        return (Slice(bounds[0], bounds[1], bounds[2] if len(bounds) > 2 else None),)
    raise _Unreadable(f"invalid array index {text}")


def _unescaped(text: str) -> str:
    known = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: known.get(match.group(1), match.group(1)), text)
