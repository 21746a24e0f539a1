"""The functions of Go templates that are served here, and values as Go writes them."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from learn.kubectl.gotext import go_type

NO_VALUE = "<no value>"


def is_true(value: Any) -> bool:
    return bool(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list):
            if key == len(value):
                raise ValueError("reflect: slice index out of range")
            if not isinstance(key, int) or not 0 <= key < len(value):
                raise ValueError(f"index out of range: {text_of(key)}")
            value = value[key]
        else:
            raise ValueError(
                "index of untyped nil" if value is None else f"can't index item of type {go_type(value)}"
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
            return f"%!d({go_type(value)}={text_of(value)})"
        kind = "d" if verb == "d" else "s"
        return f"%{flags}{kind}" % (value if verb == "d" else text_of(value))

    return re.sub(r"%(-?\d{0,3})([svdqtf])|%%", fill, pattern)


def _and(*values: Any) -> Any:
    return next((value for value in values if not is_true(value)), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), values[-1])


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
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
    "not": lambda value: not is_true(value),
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
