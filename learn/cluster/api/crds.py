"""Structural schemas of custom resources: those that lessons teach, and those that a learner defines."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.gatewayapi import GATEWAY_API
from learn.cluster.api.schema import Schema, definitions
from learn.cluster.api.vpa import METRICS, VERTICAL_POD_AUTOSCALER

Raw: TypeAlias = Mapping[str, Any]

_METADATA: Raw = {"$ref": "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
_TYPE_FIELDS: dict[str, Raw] = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": _METADATA,
}
_KNOWN: Mapping[tuple[str, str], Raw] = {**GATEWAY_API, **VERTICAL_POD_AUTOSCALER, **METRICS}
KNOWN_KINDS = frozenset(_KNOWN)
"""(apiVersion, kind) of every custom resource with a schema here."""


@cache
def crd_schema(api_version: str, kind: str, version: str) -> Schema | None:
    """The type of a custom resource known here, or None."""
    raw = _KNOWN.get((api_version, kind))
    return _schema(raw, version, f"{api_version}.{kind}") if raw is not None else None


def schema_from_crd(crd: Raw, crd_version: str, version: str) -> Schema | None:
    """The type that a CustomResourceDefinition gives one of its versions; None if it does not serve it."""
    spec = map_at(crd, "spec")
    name = text_at(map_at(spec, "names"), "kind")
    for served in maps_at(spec, "versions"):
        if served.get("name") == crd_version and served.get("served") is True:
            raw = map_at(map_at(served, "schema"), "openAPIV3Schema")
            return _schema(raw, version, f"{text_at(spec, 'group')}/{crd_version}.{name}")
    return None


def _schema(raw: Raw, version: str, name: str) -> Schema:
    """The schema with the fields that every object has."""
    properties = {**raw.get("properties", {}), **_TYPE_FIELDS}
    return Schema({"type": "object", **raw, "properties": properties}, definitions(version), name)
