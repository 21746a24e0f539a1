"""What a JSONPath template comes to for some data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learn.kubectl.gotext import go_type
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

MAX_RESULTS = 100_000


@dataclass(frozen=True, slots=True)
class Template:
    nodes: tuple[Node, ...]

    def render(self, data: Any) -> str:
        """
        Return what kubectl prints for `data`, without a newline at the end.

        Raises JSONPathError, e.g. for an index out of bounds.
        """
        return "".join(_render(self.nodes, data, data))


def _render(nodes: Sequence[Node], data: Any, root: Any) -> Iterator[str]:
    for node in nodes:
        match node:
            case Identifier(name):
                raise JSONPathError(f"unrecognized identifier {name}")
            case Text(text):
                yield text
            case Path():
                yield " ".join(text_of(value) for value in values_of(node, data, root))
            case Range(path, body):
                for item in _rangevalues_of(path, data, root):
                    yield from _render(body, item, root)


def _rangevalues_of(path: Path, data: Any, root: Any) -> list[Any]:
    values = values_of(path, data, root)
    if len(values) == 1 and isinstance(values[0], list):
        return list(values[0])
    return values


def values_of(path: Path, data: Any, root: Any) -> list[Any]:
    values = [root if path.from_root else data]
    for step in path.steps:
        if isinstance(step, Union):
            values = _union(step, values, root)
        else:
            values = [found for value in values for found in _step(step, value, root)]
        if len(values) > MAX_RESULTS:
            raise JSONPathError(f"more than {MAX_RESULTS} results")
    return values


def _union(union: Union, values: Sequence[Any], root: Any) -> list[Any]:
    """All that the first option finds, then all that the next one finds (evalUnion)."""
    return [
        found
        for option in union.options
        for value in values
        for found in values_of(Path(option), value, root)
    ]


def _step(step: Step, value: Any, root: Any) -> list[Any]:
    match step:
        case Key(name):
            return [value[name]] if isinstance(value, Mapping) and name in value else []
        case Wildcard():
            if isinstance(value, Mapping):
                return [value[key] for key in sorted(value)]
            return list(value) if isinstance(value, list) else []
        case Descend():
            return list(_descendants(value))
        case Slice():
            return _sliced(step, value)
        case Union():
            return _union(step, [value], root)
        case Filter():
            if not isinstance(value, list):
                return []
            return [item for item in value if _passes(step, item, root)]


def _descendants(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _descendants(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from _descendants(item)


def _sliced(step: Slice, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise JSONPathError(f"{go_type(value)} is not array or slice")
    if step.is_index:
        index = step.start or 0
        position = index + len(value) if index < 0 else index
        if not 0 <= position < len(value):
            raise JSONPathError(f"array index out of bounds: index {index}, length {len(value)}")
        return [value[position]]
    if step.step is not None and step.step <= 0:
        raise JSONPathError("step must be > 0")
    return value[step.start : step.stop : step.step]


def _passes(step: Filter, item: Any, root: Any) -> bool:
    lefts = _operands(step.left, item, root)
    if step.operator == "exists":
        return bool(lefts)
    rights = _operands(step.right, item, root) if step.right else []
    if not lefts or not rights:
        return False
    return _compare(lefts[0], step.operator, rights[0])


def _operands(operand: Operand, item: Any, root: Any) -> list[Any]:
    return [operand.value] if isinstance(operand, Literal) else values_of(operand, item, root)


def _compare(left: Any, operator: str, right: Any) -> bool:
    if operator == "==":
        return bool(left == right and isinstance(left, bool) == isinstance(right, bool))
    if operator == "!=":
        return not _compare(left, "==", right)
    numbers = (int, float)
    if isinstance(left, numbers) != isinstance(right, numbers) or type(left) not in (int, float, str):
        return False
    if operator in ("<", "<="):
        return bool(left < right or (operator == "<=" and left == right))
    return bool(left > right or (operator == ">=" and left == right))


def text_of(value: Any) -> str:
    """Write one value as kubectl does: text and numbers plain, objects and lists as JSON."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case dict() | list():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)
