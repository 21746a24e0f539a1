"""Where an object departs from its schema: unknown fields, wrong types, missing fields, bad values.

`validate_schema` finds every problem as data; `decode_error` gives the one text that the API
server answers with when it decodes the object strictly (fieldValidation=Strict).
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from learn.cluster.api.fielderror import Path, path_text
from learn.cluster.api.quantity import QuantityError, parse_json
from learn.cluster.api.schema import Schema, Type, schema_of
from learn.cluster.api.versions import NEWEST


class Departure(StrEnum):
    """How a value can depart from its schema."""

    UNKNOWN_FIELD = "unknown-field"
    WRONG_TYPE = "wrong-type"
    OUT_OF_RANGE = "out-of-range"
    """A whole number that does not fit the field's 32 or 64 bits, or the bounds of a custom resource."""
    MISSING_FIELD = "missing-field"
    NOT_ALLOWED = "not-allowed"
    """A value outside the schema's enumeration."""
    BAD_QUANTITY = "bad-quantity"
    BAD_BASE64 = "bad-base64"
    BAD_TIME = "bad-time"
    BAD_PATTERN = "bad-pattern"
    BAD_SIZE = "bad-size"
    """Too long, too short, too many or too few, for a custom resource."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One departure. For an unknown or missing field, `path` ends in the field's name."""

    departure: Departure
    path: Path
    value: Any
    schema: Schema
    """The type wanted here; for an unknown or missing field the type of the object around it."""
    owner: str = ""
    """The named type around the field, as `PodSpec`."""
    detail: str = ""
    """The server's text where the departure has one of its own."""

    @property
    def field(self) -> str:
        return path_text(self.path)


_INT32 = (-(2**31), 2**31 - 1)
_INT64 = (-(2**63), 2**63 - 1)


def validate_schema(obj: Any, *, schema: Schema | None = None, version: str = NEWEST) -> list[Problem]:
    """Every departure of an object from the schema of its apiVersion and kind, in document order.

    An object whose kind is unknown here has no problems: nothing is known about it.
    """
    if schema is None and isinstance(obj, dict):
        schema = schema_of(obj.get("apiVersion"), obj.get("kind"), version)
    problems: list[Problem] = []
    if schema is not None:
        _check(obj, schema, (), "", problems)
    return problems


def _check(value: Any, schema: Schema, path: Path, owner: str, problems: list[Problem]) -> None:
    if value is None:
        return
    kind = schema.type
    if kind is Type.STRING:
        if isinstance(value, str):
            if schema.raw.keys() & _STRING_RULES:
                _check_text(value, schema, path, owner, problems)
        else:
            problems.append(Problem(Departure.WRONG_TYPE, path, value, schema, owner))
    elif kind is Type.OBJECT:
        if isinstance(value, dict):
            _check_object(value, schema, path, owner, problems)
        else:
            problems.append(Problem(Departure.WRONG_TYPE, path, value, schema, owner))
    elif kind is Type.ARRAY:
        if isinstance(value, list):
            if schema.items is not None:
                for index, item in enumerate(value):
                    _check(item, schema.items, (*path, index), owner, problems)
            _check_size(len(value), "Items", schema, path, value, owner, problems)
        else:
            problems.append(Problem(Departure.WRONG_TYPE, path, value, schema, owner))
    elif kind is Type.MAP:
        if isinstance(value, dict):
            if schema.values is not None:
                for key, item in value.items():
                    _check(item, schema.values, (*path, key), owner, problems)
        else:
            problems.append(Problem(Departure.WRONG_TYPE, path, value, schema, owner))
    elif kind is not Type.ANY:
        _check_scalar(value, schema, path, owner, problems)


def _check_object(
    value: dict[Any, Any], schema: Schema, path: Path, owner: str, problems: list[Problem]
) -> None:
    properties = schema.properties
    owner = schema.short_name or owner
    for key, item in value.items():
        child = properties.get(key)
        if child is not None:
            if item is not None:
                _check(item, child, (*path, key), owner, problems)
        elif not schema.open:
            problems.append(Problem(Departure.UNKNOWN_FIELD, (*path, str(key)), item, schema, owner))
    for field in schema.required:
        if value.get(field) is None:
            problems.append(Problem(Departure.MISSING_FIELD, (*path, field), None, schema, owner))


_STRING_RULES = frozenset({"enum", "format", "pattern", "minLength", "maxLength"})


def _check_text(value: str, schema: Schema, path: Path, owner: str, problems: list[Problem]) -> None:
    if schema.enum and value not in schema.enum:
        problems.append(Problem(Departure.NOT_ALLOWED, path, value, schema, owner))
    match schema.format:
        case "byte":
            if detail := _base64_error(value):
                problems.append(Problem(Departure.BAD_BASE64, path, value, schema, owner, detail))
        case "date-time":
            if detail := _time_error(value):
                problems.append(Problem(Departure.BAD_TIME, path, value, schema, owner, detail))
    pattern = schema.raw.get("pattern")
    if pattern and not re.search(pattern, value):
        problems.append(Problem(Departure.BAD_PATTERN, path, value, schema, owner))
    _check_size(len(value), "Length", schema, path, value, owner, problems)


def _check_size(
    size: int, what: str, schema: Schema, path: Path, value: Any, owner: str, problems: list[Problem]
) -> None:
    low, high = schema.raw.get(f"min{what}"), schema.raw.get(f"max{what}")
    if (low is not None and size < low) or (high is not None and size > high):
        problems.append(Problem(Departure.BAD_SIZE, path, value, schema, owner))


def _check_scalar(value: Any, schema: Schema, path: Path, owner: str, problems: list[Problem]) -> None:
    departure, detail = Departure.WRONG_TYPE, ""
    match schema.type:
        case Type.INTEGER:
            if _is_whole(value):
                low, high = _bounds(schema)
                if low <= value <= high:
                    return
                departure = Departure.OUT_OF_RANGE
        case Type.NUMBER:
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return
        case Type.BOOLEAN:
            if isinstance(value, bool):
                return
        case Type.INT_OR_STRING:
            if isinstance(value, str):
                return
            if _is_whole(value):
                if _INT32[0] <= value <= _INT32[1]:
                    return
                departure = Departure.OUT_OF_RANGE
        case Type.QUANTITY:
            try:
                parse_json(value)
                return
            except QuantityError as error:
                departure, detail = Departure.BAD_QUANTITY, str(error)
    problems.append(Problem(departure, path, value, schema, owner, detail))


def _is_whole(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    return isinstance(value, float) and value.is_integer()


def _bounds(schema: Schema) -> tuple[float, float]:
    low, high = _INT32 if schema.format == "int32" else _INT64
    return max(low, schema.raw.get("minimum", low)), min(high, schema.raw.get("maximum", high))


def _base64_error(value: str) -> str:
    """Go's base64 decoder skips line breaks and names the first byte that does not fit."""
    text = value.replace("\r", "").replace("\n", "")
    try:
        b64decode(text.encode(), validate=True)
        return ""
    except ValueError:
        body = re.match("[A-Za-z0-9+/]*", text)
        good = len(body[0]) if body else 0
        return f"illegal base64 data at input byte {good if good < len(text) and text[good] != '=' else good - good % 4}"


_GO_LAYOUT = '"2006-01-02T15:04:05Z07:00"'


def _time_error(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
        try:
            datetime.fromisoformat(re.sub(r"\.\d+", "", value))
            return ""
        except ValueError:
            return f'parsing time "{value}": out of range'
    return f'parsing time "{value}" as {_GO_LAYOUT}: cannot parse "{value}" as "2006"'


_FATAL = frozenset(
    {
        Departure.WRONG_TYPE,
        Departure.OUT_OF_RANGE,
        Departure.BAD_QUANTITY,
        Departure.BAD_BASE64,
        Departure.BAD_TIME,
    }
)


def decode_error(
    obj: Any, problems: Iterable[Problem], *, duplicates: Iterable[Path] = (), strict: bool = True
) -> str | None:
    """The server's BadRequest message when it cannot decode an object, or None when it can.

    `duplicates` are the paths of keys that stand twice, which only the YAML reader can see. Without
    `strict`, unknown and duplicate fields are dropped silently.
    """
    problems = list(problems)
    fatal = next((problem for problem in problems if problem.departure in _FATAL), None)
    if fatal is not None:
        return f"{_subject(obj)}: {_fatal_text(fatal)}"
    unknown = [f'unknown field "{p.field}"' for p in problems if p.departure is Departure.UNKNOWN_FIELD]
    parts = unknown + [f'duplicate field "{path_text(path)}"' for path in duplicates]
    return f"{_subject(obj)}: strict decoding error: {', '.join(parts)}" if strict and parts else None


def strict_warnings(problems: Iterable[Problem]) -> list[str]:
    """What fieldValidation=Warn answers: one warning per unknown field."""
    return [f'unknown field "{p.field}"' for p in problems if p.departure is Departure.UNKNOWN_FIELD]


def _subject(obj: Any) -> str:
    obj = obj if isinstance(obj, dict) else {}
    kind = obj.get("kind", "")
    version = str(obj.get("apiVersion", "")).rpartition("/")[2]
    return f'{kind} in version "{version}" cannot be handled as a {kind}'


def _fatal_text(problem: Problem) -> str:
    if problem.detail:
        return problem.detail
    if problem.schema.type is Type.INT_OR_STRING:
        return f"json: cannot unmarshal {_value_word(problem)} into Go value of type int32"
    names = ".".join(element for element in problem.path if isinstance(element, str))
    place = f"Go struct field {problem.owner}.{names}" if names else "Go value"
    return f"json: cannot unmarshal {_value_word(problem)} into {place} of type {go_type(problem.schema)}"


def _value_word(problem: Problem) -> str:
    match problem.value:
        case bool():
            return "bool"
        case int() | float():
            whole = problem.schema.type in {Type.INTEGER, Type.INT_OR_STRING}
            return f"number {problem.value}" if whole else "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def go_type(schema: Schema) -> str:
    """The Go type that holds a field, as decoding errors name it: `int32`, `[]v1.Container`."""
    match schema.type:
        case Type.STRING:
            return "[]uint8" if schema.format == "byte" else "string"
        case Type.INTEGER:
            return schema.format or "int64"
        case Type.NUMBER:
            return "float64"
        case Type.BOOLEAN:
            return "bool"
        case Type.ARRAY:
            return f"[]{go_type(schema.items)}" if schema.items else "[]interface {}"
        case Type.MAP:
            return f"map[string]{go_type(schema.values)}" if schema.values else "map[string]interface {}"
        case Type.QUANTITY:
            return "resource.Quantity"
        case Type.INT_OR_STRING:
            return "intstr.IntOrString"
    parts = schema.name.split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 else "map[string]interface {}"
