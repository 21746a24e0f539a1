"""What a Go template comes to for some data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from learn.kubectl.gotemplate.functions import FUNCTIONS, is_true, text_of
from learn.kubectl.gotemplate.model import (
    NOWHERE,
    Argument,
    Branch,
    Node,
    Pipeline,
    Place,
    TemplateError,
    Text,
)

MAX_OUTPUT = 1_000_000

Scope: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    nodes: tuple[Node, ...]

    def render(self, data: Any) -> str:
        """Return what kubectl prints for `data`. Raises TemplateError."""
        parts, size = [], 0
        try:
            for part in _render(self.nodes, data, {"$": data}):
                size += len(part)
                if size > MAX_OUTPUT:
                    raise NOWHERE.error("output is too long")
                parts.append(part)
        except TemplateError as error:
            error.rendered = "".join(parts)
            raise
        return "".join(parts)


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
    if not is_true(value):
        yield from _render(node.otherwise, dot, dict(scope))
    elif node.keyword == "range":
        for key, item in _items(value, node.pipeline.place):
            inner = dict(scope)
            if len(names) == 2:
                inner[names[0]] = key
            if names:
                inner[names[-1]] = item
            yield from _render(node.body, item, inner)
    else:
        inner = {**scope, **({names[0]: value} if names else {})}
        yield from _render(node.body, value if node.keyword == "with" else dot, inner)


def _items(value: Any, place: Place) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from ((key, value[key]) for key in sorted(value))
    elif isinstance(value, list):
        yield from enumerate(value)
    else:
        raise place.error(f"range can't iterate over {text_of(value)}")


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
            value = FUNCTIONS[command.function](*arguments)
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise command.place.error(f"error calling {command.function}: {error}") from None
    return value


def _argument(argument: Argument, dot: Any, scope: Scope) -> Any:
    if argument.is_literal:
        return argument.literal
    value = dot
    if argument.pipeline is not None:
        value = _evaluate(argument.pipeline, dot, scope)
    elif argument.variable is not None:
        value = scope.get(argument.variable)
    for name in argument.fields:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise argument.place.error(f"can't evaluate field {name} in type interface {{}}")
        value = value.get(name)
    return value
