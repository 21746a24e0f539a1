"""From the text of a Go template to its tree."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from learn.kubectl.gotemplate.functions import FUNCTIONS
from learn.kubectl.gotemplate.model import (
    Argument,
    Branch,
    Command,
    Node,
    Pipeline,
    Place,
    TemplateError,
    Text,
)
from learn.kubectl.gotemplate.rendering import Template

MAX_TEMPLATE = 4096
_WORD = re.compile(r"[A-Za-z]*")


def parse_template(text: str) -> Template:
    """Read a template. Raises TemplateError."""
    if len(text) > MAX_TEMPLATE:
        raise TemplateError("template is too long")
    return Template(_Parser(text).nodes_until(()))


class _Part(NamedTuple):
    """Text, or an action without its braces; `start` is where it begins in the template."""

    is_action: bool
    text: str
    start: int


_ACTION = re.compile(r"\{\{(-\s)?(.*?)(\s-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)|(?P<declare>:=|=)"""
    r"""|(?P<variable>\$\w*(?:\.\w+)*)|(?P<field>(?:\.[\w]+)+|\.)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[|(),]))"""
)


def _parts(text: str) -> list[_Part]:
    """Text and actions, with the trim marks `{{-` and `-}}` applied."""
    parts: list[_Part] = []
    at, trims = 0, False
    for match in _ACTION.finditer(text):
        before = text[at : match.start()]
        before = before.lstrip() if trims else before
        parts.append(_Part(False, before.rstrip() if match.group(1) else before, at))
        inside = match.group(2)
        parts.append(_Part(True, inside.strip(), match.start(2) + len(inside) - len(inside.lstrip())))
        at, trims = match.end(), bool(match.group(3))
    rest = text[at:]
    if "{{" in rest:
        raise TemplateError("unclosed action")
    parts.append(_Part(False, rest.lstrip() if trims else rest, at))
    return parts


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = _parts(text)
        self._at = 0
        self._declared = {"$"}
        self._ended_by = _Part(True, "", 0)

    def nodes_until(self, ends: Sequence[str]) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while self._at < len(self._parts):
            part = self._parts[self._at]
            is_action, text, start = part
            self._at += 1
            if not is_action:
                if text:
                    nodes.append(Text(text))
                continue
            if text.startswith("/*"):
                continue
            word = _WORD.match(text)[0]  # type: ignore[index]  # matches the empty word too
            if word in ("end", "else"):
                if word not in ends:
                    raise TemplateError(f"unexpected {{{{{word}}}}}")
                self._ended_by = part
                return tuple(nodes)
            if word in ("range", "if", "with"):
                nodes.append(self._branch(word, text[len(word) :], start + len(word)))
            elif word in ("template", "define", "block", "break", "continue"):
                raise TemplateError(f"{{{{{word}}}}} is not served here")
            else:
                nodes.append(self._pipeline(text, start))
        if ends:
            raise TemplateError("unexpected EOF")
        return tuple(nodes)

    def _branch(self, keyword: str, text: str, start: int) -> Branch:
        pipeline = self._pipeline(text, start)
        body = self.nodes_until(("end", "else"))
        otherwise: tuple[Node, ...] = ()
        _, ending, ending_start = self._ended_by
        if ending != "end":
            condition = ending.removeprefix("else").strip()
            if condition.startswith("if "):
                place = ending_start + ending.index("if ") + len("if ")
                otherwise = (self._branch("if", condition.removeprefix("if "), place),)
            else:
                otherwise = self.nodes_until(("end",))
        return Branch(keyword, pipeline, body, otherwise)

    def _pipeline(self, text: str, start: int) -> Pipeline:
        tokens = _Tokens(self._text, start, start + len(text), self._declared)
        pipeline = tokens.pipeline()
        if tokens.peek() is not None:
            raise TemplateError(f"unexpected {tokens.peek()!r} in command")
        return pipeline


def _unquoted(text: str) -> str:
    """The string that a token writes. Raises TemplateError, for a line break between double quotes too."""
    if text.startswith("`"):
        return text[1:-1]
    if "\n" in text:
        raise TemplateError("unterminated quoted string")
    try:
        return str(json.loads(text.replace("\t", "\\t")))
    except ValueError:
        raise TemplateError("invalid syntax") from None


class _Tokens:
    """The tokens of one action; `declared` are the variables that there are."""

    def __init__(self, template: str, start: int, end: int, declared: set[str]) -> None:
        self._template = template
        self._declared_names = declared
        self._tokens: list[tuple[str, str]] = []
        self._spans: list[tuple[int, int]] = []
        self._at = 0
        at = start
        while template[at:end].strip():
            match = _TOKEN.match(template, at, end)
            if not match:
                raise TemplateError(f"unexpected {template[at:end].lstrip()[0]!r} in command")
            group = match.lastgroup or ""
            self._tokens.append((group, match.group(group)))
            self._spans.append(match.span(group))
            at = match.end()
        if not self._tokens:
            raise TemplateError("missing value for command")

    def peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _place(self, first: int, inside: int = 0) -> Place:
        """From the token `first` to the one before the next; errors point `inside` letters behind its start."""
        start, (_, end) = self._spans[first][0], self._spans[self._at - 1]
        before = self._template[: start + inside]
        written = " ".join(self._template[start:end].split())
        return Place(before.count("\n") + 1, len(before) - before.rfind("\n") - 1, written)

    def pipeline(self, depth: int = 0) -> Pipeline:
        if depth > 20:
            raise TemplateError("expression is nested too deeply")
        names = self._declared()
        self._declared_names.update(names)
        first = self._at
        commands = [self._command(depth)]
        while self.peek() == "|":
            self._at += 1
            commands.append(self._command(depth))
        return Pipeline(tuple(commands), names, self._place(first))

    def _declared(self) -> tuple[str, ...]:
        kinds = [kind for kind, _ in self._tokens[self._at : self._at + 4]]
        texts = [text for _, text in self._tokens[self._at : self._at + 4]]
        if kinds[:2] == ["variable", "declare"]:
            self._at += 2
            return (texts[0],)
        if kinds == ["variable", "mark", "variable", "declare"] and texts[1] == ",":
            self._at += 4
            return (texts[0], texts[2])
        return ()

    def _command(self, depth: int) -> Command:
        function: str | None = None
        arguments: list[Argument] = []
        first = self._at
        while self.peek() not in (None, "|", ")"):
            kind, text = self._tokens[self._at]
            if kind == "word" and text not in ("true", "false", "nil") and function is None and not arguments:
                if text not in FUNCTIONS:
                    raise TemplateError(f'function "{text}" not defined')
                function = text
                self._at += 1
            else:
                arguments.append(self._argument(depth))
        if function is None and len(arguments) != 1:
            raise TemplateError(
                "missing value for command" if not arguments else "can't give argument to non-function"
            )
        return Command(function, tuple(arguments), self._place(first))

    def _argument(self, depth: int) -> Argument:
        kind, text = self._tokens[self._at]
        first = self._at
        self._at += 1
        match kind:
            case "string":
                return Argument(literal=_unquoted(text), is_literal=True)
            case "number":
                return Argument(literal=float(text) if "." in text else int(text), is_literal=True)
            case "word" if text in ("true", "false", "nil"):
                return Argument(literal={"true": True, "false": False, "nil": None}[text], is_literal=True)
            case "variable":
                name, *rest = text.split(".")
                if name not in self._declared_names:
                    raise TemplateError(f'undefined variable "{name}"')
                return Argument(variable=name, fields=tuple(rest), place=self._place(first, len(name)))
            case "field":
                path = tuple(part for part in text.split(".") if part)
                inside = len(path[0]) + 1 if len(path) > 1 else 0
                return Argument(fields=path, place=self._place(first, inside))
            case "mark" if text == "(":
                inner = self.pipeline(depth + 1)
                if self.peek() != ")":
                    raise TemplateError("unclosed left paren")
                self._at += 1
                fields = self._chained()
                return Argument(pipeline=inner, fields=fields, place=self._place(first))
        raise TemplateError(f"unexpected {text!r} in operand")

    def _chained(self) -> tuple[str, ...]:
        following = self.peek() or ""
        if not following.startswith(".") or following == ".":
            return ()
        self._at += 1
        return tuple(following[1:].split("."))
