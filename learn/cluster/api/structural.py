"""Words for writing structural schemas (openAPIV3Schema) by hand."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Raw: TypeAlias = Mapping[str, Any]

TEXT: Raw = {"type": "string"}
QUANTITY: Raw = {"$ref": "#/$defs/io.k8s.apimachinery.pkg.api.resource.Quantity"}
CONDITION: Raw = {"$ref": "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.Condition"}
LABEL_SELECTOR: Raw = {"$ref": "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"}
PORT: Raw = {"type": "integer", "format": "int32", "minimum": 1, "maximum": 65535}


def struct(fields: Mapping[str, Raw], *, required: Sequence[str] = (), **more: Any) -> Raw:
    return {"type": "object", "properties": dict(fields), "required": list(required), **more}


def text(low: int | None = None, high: int | None = None, pattern: str = "", **more: Any) -> Raw:
    bounds = {"minLength": low, "maxLength": high, "pattern": pattern or None}
    return {"type": "string", **{key: value for key, value in bounds.items() if value is not None}, **more}


def choice(*names: str, **more: Any) -> Raw:
    return {"type": "string", "enum": list(names), **more}


def number(low: int | None = None, high: int | None = None, **more: Any) -> Raw:
    bounds = {"minimum": low, "maximum": high}
    kept = {key: value for key, value in bounds.items() if value is not None}
    return {"type": "integer", "format": "int32", **kept, **more}


def listing(items: Raw, *, high: int | None = None, low: int | None = None, **more: Any) -> Raw:
    bounds = {"minItems": low, "maxItems": high}
    return {
        "type": "array",
        "items": items,
        **{key: value for key, value in bounds.items() if value is not None},
        **more,
    }


def keyed(items: Raw, *keys: str, high: int | None = None, low: int | None = None) -> Raw:
    """A list whose items are told apart by fields, for server-side apply."""
    more = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}
    return {**listing(items, high=high, low=low), **more}


def mapping(values: Raw, **more: Any) -> Raw:
    return {"type": "object", "additionalProperties": values, **more}
