"""Validation errors with the path of the field, worded as the API server words them.

Follows apimachinery's util/validation/field (errors.go, path.go).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from learn.cluster.api.versions import NEWEST, behaviour


class Key(str):
    """A path element that is a key of a map: printed in brackets, equal to the plain string."""

    __slots__ = ()


Path: TypeAlias = tuple[str | int, ...]
"""From the root of the object: field names, list indexes, and `Key` for keys of a map."""


def path_text(path: Path) -> str:
    """`spec.containers[0].name`, `metadata.labels[app]`; empty for the object itself `<nil>`."""
    text = ""
    for element in path:
        if isinstance(element, int) or type(element) is Key:
            text += f"[{element}]"
        else:
            text += f".{element}" if text else element
    return text or "<nil>"


class ErrorType(StrEnum):
    """The kinds of field error; the value is the `reason` of a Status cause."""

    NOT_FOUND = "FieldValueNotFound"
    REQUIRED = "FieldValueRequired"
    DUPLICATE = "FieldValueDuplicate"
    INVALID = "FieldValueInvalid"
    NOT_SUPPORTED = "FieldValueNotSupported"
    FORBIDDEN = "FieldValueForbidden"
    TOO_LONG = "FieldValueTooLong"
    TOO_MANY = "FieldValueTooMany"
    INTERNAL = "InternalError"
    TYPE_INVALID = "FieldValueTypeInvalid"


_TITLES = {
    ErrorType.NOT_FOUND: "Not found",
    ErrorType.REQUIRED: "Required value",
    ErrorType.DUPLICATE: "Duplicate value",
    ErrorType.INVALID: "Invalid value",
    ErrorType.NOT_SUPPORTED: "Unsupported value",
    ErrorType.FORBIDDEN: "Forbidden",
    ErrorType.TOO_LONG: "Too long",
    ErrorType.TOO_MANY: "Too many",
    ErrorType.INTERNAL: "Internal error",
    ErrorType.TYPE_INVALID: "Invalid value",
}
LABELS = "map[string]string"
LABEL_SELECTOR = "v1.LabelSelector"
INT_OR_STRING = "intstr.IntOrString"
"""Go types whose values print in a way of their own."""

_WITHOUT_VALUE = frozenset({ErrorType.REQUIRED, ErrorType.FORBIDDEN, ErrorType.TOO_LONG, ErrorType.INTERNAL})


@dataclass(frozen=True, slots=True)
class FieldError:
    """One problem of one field."""

    type: ErrorType
    path: Path
    """Where it stands in the object."""
    value: Any = None
    detail: str = ""
    go_type: str = ""
    """The Go type of the value, for servers up to 1.33, which print values in Go's syntax."""
    shown: Path | None = None
    """The path that the server prints, where that is not where the field stands."""

    @property
    def field(self) -> str:
        return path_text(self.path if self.shown is None else self.shown)

    def body(self, version: str = NEWEST) -> str:
        """The text after the field's path: `Invalid value: 99999: must be between 1 and 65535, inclusive`."""
        title = _TITLES[self.type]
        if self.type not in _WITHOUT_VALUE and self.value is not OMITTED:
            title = f"{title}: {_value_text(self.value, self.go_type, version)}"
        return f"{title}: {self.detail}" if self.detail else title

    def text(self, version: str = NEWEST) -> str:
        return f"{self.field}: {self.body(version)}"

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class GoValue:
    """A value that has no JSON form of its own: what newer servers print, and what older ones do."""

    json: Any
    go: str


class Omitted:
    """Stands for a value that the server does not print (field.OmitValueType)."""

    __slots__ = ()


OMITTED = Omitted()


def nil_list(go_type: str) -> GoValue:
    """A typed nil of Go: `null` in JSON, unlike None, which prints `"null"`."""
    return GoValue(None, f"{go_type}(nil)")


def quote(text: str) -> str:
    """A string as Go's %q writes it (JSON's escapes cover what manifests hold)."""
    return json.dumps(text, ensure_ascii=False)


def _value_text(value: Any, go_type: str, version: str) -> str:
    match value:
        case None:
            return '"null"'
        case bool():
            return "true" if value else "false"
        case str() if go_type == INT_OR_STRING and not behaviour(version).json_values_in_errors:
            return value
        case str():
            return quote(value)
        case int():
            return str(value)
        case float():
            return f"{value:g}"
    if behaviour(version).json_values_in_errors:
        return _json_text(value, go_type)
    return _go_text(value, go_type)


def _json_text(value: Any, go_type: str) -> str:
    """encoding/json: fields of a struct in their order, keys of a map sorted."""
    if isinstance(value, GoValue):
        return json.dumps(value.json, ensure_ascii=False, separators=(",", ":"))
    if go_type == LABEL_SELECTOR and isinstance(value, Mapping):
        value = {key: value[key] for key in ("matchLabels", "matchExpressions") if value.get(key)}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str, sort_keys=True)


def _go_text(value: Any, go_type: str) -> str:
    """Go's %#v for the few types that learners meet; maps are sorted by key."""
    match value:
        case GoValue():
            return value.go
        case Mapping() if go_type == "v1.LabelSelector":
            labels, terms = value.get("matchLabels"), value.get("matchExpressions")
            labels_text = _go_text(labels, "map[string]string") if labels else "map[string]string(nil)"
            terms_text = (
                "[]v1.LabelSelectorRequirement{" + ", ".join(_go_requirement(term) for term in terms) + "}"
                if isinstance(terms, list)
                else "[]v1.LabelSelectorRequirement(nil)"
            )
            return f"v1.LabelSelector{{MatchLabels:{labels_text}, MatchExpressions:{terms_text}}}"
        case Mapping():
            pairs = ", ".join(f"{quote(str(key))}:{_go_item(value[key])}" for key in sorted(value, key=str))
            return f"{go_type or 'map[string]string'}{{{pairs}}}"
        case list():
            return f"{go_type or '[]string'}{{{', '.join(_go_item(item) for item in value)}}}"
    return str(value)


def _go_item(value: Any) -> str:
    return quote(value) if isinstance(value, str) else _json_text(value, "")


def _go_requirement(term: Any) -> str:
    term = term if isinstance(term, Mapping) else {}
    values = term.get("values")
    values_text = _go_text(values, "[]string") if isinstance(values, list) else "[]string(nil)"
    return (
        f"v1.LabelSelectorRequirement{{Key:{_go_item(term.get('key', ''))}, "
        f"Operator:{_go_item(term.get('operator', ''))}, Values:{values_text}}}"
    )


def required(path: Path, detail: str = "", *, shown: Path | None = None) -> FieldError:
    return FieldError(ErrorType.REQUIRED, path, "", detail, shown=shown)


def invalid(
    path: Path, value: Any, detail: str, go_type: str = "", *, shown: Path | None = None
) -> FieldError:
    return FieldError(ErrorType.INVALID, path, value, detail, go_type, shown)


def duplicate(path: Path, value: Any, *, shown: Path | None = None) -> FieldError:
    return FieldError(ErrorType.DUPLICATE, path, value, shown=shown)


def forbidden(path: Path, detail: str, *, shown: Path | None = None) -> FieldError:
    return FieldError(ErrorType.FORBIDDEN, path, "", detail, shown=shown)


def not_found(path: Path, value: Any, detail: str = "") -> FieldError:
    return FieldError(ErrorType.NOT_FOUND, path, value, detail)


def not_supported(
    path: Path, value: Any, supported: Iterable[str], *, shown: Path | None = None
) -> FieldError:
    """`supported` in the order to print; the server sorts those it holds as a set."""
    names = ", ".join(quote(name) for name in supported)
    detail = f"supported values: {names}" if names else ""
    return FieldError(ErrorType.NOT_SUPPORTED, path, value, detail, shown=shown)


def too_long(path: Path, limit: int) -> FieldError:
    return FieldError(ErrorType.TOO_LONG, path, "", f"may not be more than {limit} bytes")


def too_many(path: Path, actual: int, limit: int) -> FieldError:
    plural = "" if limit == 1 else "s"
    return FieldError(ErrorType.TOO_MANY, path, actual, f"must have at most {limit} item{plural}")


def invalid_each(
    path: Path, value: Any, details: Iterable[str], *, shown: Path | None = None
) -> list[FieldError]:
    """One error per reason why the value does not have the wanted form."""
    return [FieldError(ErrorType.INVALID, path, value, detail, shown=shown) for detail in details]
