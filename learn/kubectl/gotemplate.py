"""
The part of Go templates that kubectl's users write.

Source: Go's text/template package documentation; staging/src/k8s.io/cli-runtime/pkg/printers/template.go.
Served: fields, variables, pipes, `range`, `if`, `with`, and the functions in `_FUNCTIONS`.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_TEMPLATE = 4096
MAX_OUTPUT = 1_000_000
NO_VALUE = "<no value>"


class TemplateError(Exception):
    """The text after `template: output:1:`."""


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
    pipeline: "Pipeline | None" = None


@dataclass(frozen=True, slots=True)
class Command:
    """A function with arguments, or one argument alone."""

    function: str | None
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`; `names` are the variables that take the result."""

    commands: tuple[Command, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """`range`, `if` or `with`, its body and what stands behind `else`."""

    keyword: str
    pipeline: Pipeline
    body: tuple["Node", ...]
    otherwise: tuple["Node", ...]


Node = Text | Pipeline | Branch
Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    nodes: tuple[Node, ...]

    def render(self, data: Any) -> str:
        """Return what kubectl prints for `data`. Raises TemplateError."""
        parts, size = [], 0
        for part in _render(self.nodes, data, {"$": data}):
            size += len(part)
            if size > MAX_OUTPUT:
                raise TemplateError("output is too long")
            parts.append(part)
        return "".join(parts)


def parse_template(text: str) -> Template:
    """Read a template. Raises TemplateError."""
    if len(text) > MAX_TEMPLATE:
        raise TemplateError("template is too long")
    return Template(_Parser(_actions(text)).nodes_until(()))


_ACTION = re.compile(r"\{\{(-\s)?(.*?)(\s-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)|(?P<declare>:=|=)"""
    r"""|(?P<variable>\$\w*(?:\.\w+)*)|(?P<field>(?:\.[\w]+)+|\.)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[|(),]))"""
)


def _actions(text: str) -> list[tuple[bool, str]]:
    """Split into (is action, text), with the trim marks `{{-` and `-}}` applied."""
    parts: list[tuple[bool, str]] = []
    at, trims = 0, False
    for match in _ACTION.finditer(text):
        before = text[at : match.start()]
        before = before.lstrip() if trims else before
        parts.append((False, before.rstrip() if match.group(1) else before))
        parts.append((True, match.group(2).strip()))
        at, trims = match.end(), bool(match.group(3))
    rest = text[at:]
    if "{{" in rest:
        raise TemplateError("unclosed action")
    parts.append((False, rest.lstrip() if trims else rest))
    return parts


class _Parser:
    def __init__(self, parts: list[tuple[bool, str]]) -> None:
        self._parts = parts
        self._at = 0
        self.ended_by = ""

    def nodes_until(self, ends: Sequence[str]) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while self._at < len(self._parts):
            is_action, text = self._parts[self._at]
            self._at += 1
            if not is_action:
                if text:
                    nodes.append(Text(text))
                continue
            if text.startswith("/*"):
                continue
            word = text.split(maxsplit=1)[0] if text else ""
            if word in ("end", "else"):
                if word not in ends:
                    raise TemplateError(f"unexpected {{{{{word}}}}}")
                self.ended_by = text
                return tuple(nodes)
            if word in ("range", "if", "with"):
                nodes.append(self._branch(word, text[len(word) :]))
            elif word in ("template", "define", "block", "break", "continue"):
                raise TemplateError(f"{{{{{word}}}}} is not served here")
            else:
                nodes.append(_pipeline(text))
        if ends:
            raise TemplateError("unexpected EOF")
        return tuple(nodes)

    def _branch(self, keyword: str, text: str) -> Branch:
        pipeline = _pipeline(text)
        body = self.nodes_until(("end", "else"))
        otherwise: tuple[Node, ...] = ()
        if self.ended_by != "end":
            condition = self.ended_by.removeprefix("else").strip()
            if condition.startswith("if "):
                otherwise = (self._branch("if", condition.removeprefix("if ")),)
            else:
                otherwise = self.nodes_until(("end",))
        return Branch(keyword, pipeline, body, otherwise)


def _pipeline(text: str) -> Pipeline:
    tokens = _Tokens(text)
    pipeline = tokens.pipeline()
    if tokens.peek() is not None:
        raise TemplateError(f"unexpected {tokens.peek()!r} in command")
    return pipeline


class _Tokens:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        at, text = 0, text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise TemplateError(f"unexpected {text[at]!r} in command")
            self._tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
            at = match.end()
        if not self._tokens:
            raise TemplateError("missing value for command")

    def peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def pipeline(self, depth: int = 0) -> Pipeline:
        if depth > 20:
            raise TemplateError("expression is nested too deeply")
        names = self._declared()
        commands = [self._command(depth)]
        while self.peek() == "|":
            self._at += 1
            commands.append(self._command(depth))
        return Pipeline(tuple(commands), names)

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
        while self.peek() not in (None, "|", ")"):
            kind, text = self._tokens[self._at]
            if kind == "word" and text not in ("true", "false", "nil") and function is None and not arguments:
                if text not in _FUNCTIONS:
                    raise TemplateError(f'function "{text}" not defined')
                function = text
                self._at += 1
            else:
                arguments.append(self._argument(depth))
        if function is None and len(arguments) != 1:
            raise TemplateError(
                "missing value for command" if not arguments else "can't give argument to non-function"
            )
        return Command(function, tuple(arguments))

    def _argument(self, depth: int) -> Argument:
        kind, text = self._tokens[self._at]
        self._at += 1
        match kind:
            case "string":
                value = text[1:-1] if text.startswith("`") else json.loads(text)
                return Argument(literal=value, is_literal=True)
            case "number":
                return Argument(literal=float(text) if "." in text else int(text), is_literal=True)
            case "word" if text in ("true", "false", "nil"):
                return Argument(literal={"true": True, "false": False, "nil": None}[text], is_literal=True)
            case "variable":
                name, *fields = text.split(".")
                return Argument(variable=name, fields=tuple(fields))
            case "field":
                return Argument(fields=tuple(part for part in text.split(".") if part))
            case "mark" if text == "(":
                inner = self.pipeline(depth + 1)
                if self.peek() != ")":
                    raise TemplateError("unclosed left paren")
                self._at += 1
                return Argument(pipeline=inner, fields=self._chained())
        raise TemplateError(f"unexpected {text!r} in operand")

    def _chained(self) -> tuple[str, ...]:
        following = self.peek() or ""
        if not following.startswith(".") or following == ".":
            return ()
        self._at += 1
        return tuple(following[1:].split("."))


def _render(nodes: Sequence[Node], dot: Any, scope: Scope) -> Iterator[str]:
    for node in nodes:
        match node:
            case Text(text):
                yield text
            case Pipeline(_, names):
                value = _evaluate(node, dot, scope)
                if names:
                    scope[names[0]] = value
                else:
                    yield text_of(value)
            case Branch():
                yield from _branch(node, dot, scope)


def _branch(node: Branch, dot: Any, scope: Scope) -> Iterator[str]:
    value = _evaluate(node.pipeline, dot, scope)
    names = node.pipeline.names
    if not _is_true(value):
        yield from _render(node.otherwise, dot, dict(scope))
    elif node.keyword == "range":
        for key, item in _items(value):
            inner = dict(scope)
            if len(names) == 2:
                inner[names[0]] = key
            if names:
                inner[names[-1]] = item
            yield from _render(node.body, item, inner)
    else:
        inner = {**scope, **({names[0]: value} if names else {})}
        yield from _render(node.body, value if node.keyword == "with" else dot, inner)


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from ((key, value[key]) for key in sorted(value))
    elif isinstance(value, list):
        yield from enumerate(value)
    else:
        raise TemplateError(f"range can't iterate over {text_of(value)}")


def _evaluate(pipeline: Pipeline, dot: Any, scope: Scope) -> Any:
    value: Any = None
    for index, command in enumerate(pipeline.commands):
        arguments = [_argument(argument, dot, scope) for argument in command.arguments]
        if index:
            arguments.append(value)
        if command.function is None:
            value = arguments[0]
            continue
        try:
            value = _FUNCTIONS[command.function](*arguments)
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise TemplateError(f"error calling {command.function}: {error}") from None
    return value


def _argument(argument: Argument, dot: Any, scope: Scope) -> Any:
    if argument.is_literal:
        return argument.literal
    value = dot
    if argument.pipeline is not None:
        value = _evaluate(argument.pipeline, dot, scope)
    elif argument.variable is not None:
        if argument.variable not in scope:
            raise TemplateError(f'undefined variable "{argument.variable}"')
        value = scope[argument.variable]
    for name in argument.fields:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise TemplateError(f"can't evaluate field {name} in type {type(value).__name__}")
        value = value.get(name)
    return value


def _is_true(value: Any) -> bool:
    return bool(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list):
            if not isinstance(key, int) or not 0 <= key < len(value):
                raise ValueError(f"index out of range: {text_of(key)}")
            value = value[key]
        else:
            raise ValueError(
                "index of untyped nil"
                if value is None
                else f"can't index item of type {type(value).__name__}"
            )
    return value


def _equal(first: Any, *others: Any) -> bool:
    return any(first == other and isinstance(first, bool) == isinstance(other, bool) for other in others)


def _printf(pattern: str, *values: Any) -> str:
    waiting = list(values)

    def fill(match: re.Match[str]) -> str:
        if match.group() == "%%":
            return "%"
        if not waiting:
            return f"%!{match.group()[-1]}(MISSING)"
        value = waiting.pop(0)
        flags, verb = match.group(1), match.group(2)
        if verb == "q":
            return json.dumps(text_of(value), ensure_ascii=False)
        if verb == "d" and not isinstance(value, int):
            return f"%!d({text_of(value)})"
        return f"%{flags}s" % text_of(value)

    return re.sub(r"%(-?\d{0,3})([svdqtf])|%%", fill, pattern)


def _and(*values: Any) -> Any:
    return next((value for value in values if not _is_true(value)), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if _is_true(value)), values[-1])


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "index": _index,
    "len": len,
    "eq": _equal,
    "ne": lambda left, right: not _equal(left, right),
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "and": _and,
    "or": _or,
    "not": lambda value: not _is_true(value),
    "print": lambda *values: "".join(text_of(value) for value in values),
    "println": lambda *values: " ".join(text_of(value) for value in values) + "\n",
    "printf": _printf,
    "exists": lambda value, *keys: _exists(value, keys),
    "base64decode": lambda value: b64decode(value, validate=True).decode(errors="replace"),
}


def _exists(value: Any, keys: Sequence[Any]) -> bool:
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def text_of(value: Any) -> str:
    """Write a value as Go's `%v` does."""
    match value:
        case None:
            return NO_VALUE
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case Mapping():
            return "map[" + " ".join(f"{key}:{text_of(value[key])}" for key in sorted(value)) + "]"
        case list():
            return "[" + " ".join(text_of(item) for item in value) + "]"
        case _:
            return str(value)
