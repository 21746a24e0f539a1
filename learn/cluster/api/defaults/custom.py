"""Defaults of custom resources: the `default` of each field of their structural schema."""

from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json
from learn.cluster.api.crds import crd_schema
from learn.cluster.api.schema import Schema, Type

Object: TypeAlias = dict[str, Any]


def default_by_schema(obj: Object, version: str) -> None:
    """Fill in what the schema of a known custom resource gives; any other object is left alone."""
    schema = crd_schema(str(obj.get("apiVersion")), str(obj.get("kind")), version)
    if schema is not None:
        _fill(obj, schema)


def _fill(value: Any, schema: Schema) -> None:
    """A default is set before its own children are looked at, as structural defaulting does."""
    if schema.type is Type.OBJECT and isinstance(value, dict):
        for name, child in schema.properties.items():
            if name not in value and "default" in child.raw:
                value[name] = copy_json(child.raw["default"])
            if name in value:
                _fill(value[name], child)
    elif schema.type is Type.ARRAY and schema.items is not None and isinstance(value, list):
        for item in value:
            _fill(item, schema.items)
    elif schema.type is Type.MAP and schema.values is not None and isinstance(value, dict):
        for item in value.values():
            _fill(item, schema.values)
