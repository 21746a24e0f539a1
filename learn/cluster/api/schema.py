"""The published schemas of a Kubernetes version, and a walker that names every departure from them.

The definitions come from the installed kubernetes-validate package (`_definitions.json`, the
strict edition), loaded once per version; custom resources have small structural schemas of their
own (`crds`). Types are compiled on first use, so that only what is met costs time.
"""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path as FilePath
from typing import Any

from learn.cluster.api.fielderror import Path
from learn.cluster.api.versions import NEWEST, SUPPORTED

_REF = "#/$defs/"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_OPEN_TYPES = frozenset(
    {
        "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
        "io.k8s.apimachinery.pkg.runtime.RawExtension",
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
    }
)


class Type(StrEnum):
    """What a field may hold."""

    OBJECT = "object"
    """A struct with known fields."""
    MAP = "map"
    """Free keys, values of one type."""
    ARRAY = "array"
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INT_OR_STRING = "int-or-string"
    QUANTITY = "quantity"
    ANY = "any"


class Schema:
    """One type of the API. Children are compiled when first asked for."""

    __slots__ = ("_definitions", "_properties", "enum", "items", "name", "raw", "required", "type", "values")

    def __init__(self, raw: Mapping[str, Any], definitions: "Definitions", name: str = "") -> None:
        self.raw = raw
        self.name = name
        self._definitions = definitions
        self._properties: dict[str, Schema] | None = None
        self.type = _type(raw, name)
        self.required: tuple[str, ...] = tuple(raw.get("required", ()))
        self.enum: tuple[object, ...] = tuple(raw.get("enum", ()))
        self.items: Schema | None = (
            definitions.schema(raw["items"]) if self.type is Type.ARRAY and "items" in raw else None
        )
        self.values: Schema | None = (
            definitions.schema(raw["additionalProperties"])
            if self.type is Type.MAP and isinstance(raw.get("additionalProperties"), dict)
            else None
        )

    @property
    def properties(self) -> Mapping[str, "Schema"]:
        if self._properties is None:
            fields = self.raw.get("properties", {})
            self._properties = {name: self._definitions.schema(raw) for name, raw in fields.items()}
        return self._properties

    @property
    def open(self) -> bool:
        """Whether fields that are not listed are kept (x-kubernetes-preserve-unknown-fields)."""
        return bool(self.raw.get("x-kubernetes-preserve-unknown-fields"))

    @property
    def short_name(self) -> str:
        """`PodSpec`; empty for a type without a name of its own."""
        return self.name.rpartition(".")[2]

    @property
    def description(self) -> str:
        return str(self.raw.get("description", ""))

    @property
    def format(self) -> str:
        return str(self.raw.get("format", ""))

    @property
    def list_map_keys(self) -> tuple[str, ...]:
        """The fields that identify an item of a list that is merged like a map."""
        return tuple(self.raw.get("x-kubernetes-list-map-keys", ()))

    @property
    def list_type(self) -> str:
        """atomic, set, map, or empty."""
        return str(self.raw.get("x-kubernetes-list-type", ""))

    @property
    def map_type(self) -> str:
        """atomic, granular, or empty."""
        return str(self.raw.get("x-kubernetes-map-type", ""))

    @property
    def merge_key(self) -> str:
        """The key of a strategic merge patch over this list; empty if the list has none."""
        return str(self.raw.get("x-kubernetes-patch-merge-key", ""))

    @property
    def patch_strategies(self) -> tuple[str, ...]:
        """merge, replace, retainKeys; empty means replace."""
        return tuple(filter(None, str(self.raw.get("x-kubernetes-patch-strategy", "")).split(",")))

    def field_description(self, field: str) -> str:
        """The documentation of a field, in English: what the field says, else what its type says."""
        own = self.raw.get("properties", {}).get(field, {}).get("description")
        return str(own) if own else self.properties[field].description if field in self.properties else ""

    def child(self, element: str | int) -> "Schema | None":
        """The type one step down a path; a string element of a list names no type."""
        match self.type:
            case Type.OBJECT:
                return self.properties.get(str(element))
            case Type.MAP:
                return self.values
            case Type.ARRAY:
                return self.items if isinstance(element, int) else None
        return None

    def at(self, path: Path) -> "Schema | None":
        """The type at a path below this one, or None where the schema knows nothing."""
        schema: Schema | None = self
        for element in path:
            if schema is None:
                return None
            schema = schema.child(element)
        return schema


def _type(raw: Mapping[str, Any], name: str) -> Type:
    if name == _QUANTITY:
        return Type.QUANTITY
    if name == _INT_OR_STRING or raw.get("x-kubernetes-int-or-string"):
        return Type.INT_OR_STRING
    if name in _OPEN_TYPES:
        return Type.ANY
    declared = raw.get("type")
    kind = next((t for t in declared if t != "null"), None) if isinstance(declared, list) else declared
    if kind == "object" or "properties" in raw:
        if raw.get("properties"):
            return Type.OBJECT
        return Type.MAP if isinstance(raw.get("additionalProperties"), dict) else Type.ANY
    return Type(kind) if kind in {"array", "string", "integer", "number", "boolean"} else Type.ANY


class Definitions:
    """All types of one version, by name and by group, version and kind."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._compiled: dict[str, Schema] = {}

    def schema(self, raw: Mapping[str, Any]) -> Schema:
        """The type that a position describes: a reference is followed, anything else compiled."""
        reference = raw.get("$ref")
        return self.named(reference.removeprefix(_REF)) if isinstance(reference, str) else Schema(raw, self)

    def named(self, name: str) -> Schema:
        """A type by its full name (`io.k8s.api.core.v1.PodSpec`); raises KeyError."""
        schema = self._compiled.get(name)
        if schema is None:
            schema = self._compiled[name] = Schema(self._raw[name], self, name)
        return schema

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], str]:
        """(apiVersion, kind) to the type's name. A type that many groups share (DeleteOptions) is left out."""
        found = {}
        for name, raw in self._raw.items():
            kinds = raw.get("x-kubernetes-group-version-kind", ())
            if len(kinds) == 1:
                gvk = kinds[0]
                group = f"{gvk['group']}/" if gvk["group"] else ""
                found[f"{group}{gvk['version']}", gvk["kind"]] = name
        return found

    def of_kind(self, api_version: str, kind: str) -> Schema | None:
        name = self._kinds.get((api_version, kind))
        return self.named(name) if name else None

    def kinds(self) -> frozenset[tuple[str, str]]:
        """Every (apiVersion, kind) that the version publishes."""
        return frozenset(self._kinds)


@cache
def definitions(version: str = NEWEST) -> Definitions:
    """The published types of a version, read once. Raises ValueError for an unsupported version."""
    if version not in SUPPORTED:
        raise ValueError(f"unsupported Kubernetes version {version!r}")
    raw = json.loads((_published() / f"v{version}.0-local-strict" / "_definitions.json").read_bytes())
    return Definitions(raw["$defs"])


def _published() -> FilePath:
    """The folder of schemas in the kubernetes-validate package, found without running its code."""
    package = find_spec("kubernetes_validate")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("kubernetes-validate is not installed")
    return FilePath(package.origin).parent / "kubernetes-json-schema"


def schema_of(api_version: object, kind: object, version: str = NEWEST) -> Schema | None:
    """The type of a built-in kind or of a custom resource known here; None for any other."""
    if not (isinstance(api_version, str) and isinstance(kind, str)):
        return None
    from learn.cluster.api.crds import crd_schema  # custom resources build on this module

    return definitions(version).of_kind(api_version, kind) or crd_schema(api_version, kind, version)


def walk(value: Any, schema: Schema, path: Path = ()) -> Iterator[tuple[Path, Any, Schema]]:
    """Every value of an object with its path and type, parents first; unknown fields are skipped."""
    yield path, value, schema
    if isinstance(value, dict):
        for key, item in value.items():
            child = schema.child(key) if isinstance(key, str) else None
            if child is not None:
                yield from walk(item, child, (*path, key))
    elif isinstance(value, list) and schema.items is not None:
        for index, item in enumerate(value):
            yield from walk(item, schema.items, (*path, index))
