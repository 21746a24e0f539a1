"""Validation of ConfigMap, Secret, ServiceAccount, Namespace and Node (core/validation)."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    ErrorType,
    FieldError,
    Key,
    Path,
    forbidden,
    invalid,
    invalid_each,
    required,
    too_long,
)
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.metadata import METADATA, unchanged, validate_metadata
from learn.cluster.api.validation.resources import validate_quantity
from learn.cluster.api.validation.scheduling import validate_effect
from learn.cluster.api.versions import Behaviour

SIZE_MAX = 1024 * 1024
_WHOLE = ("",)
_FROZEN = "field is immutable when `immutable` is set"
_SECRET_KEYS: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_ACCOUNT_NAME = Key("kubernetes.io/service-account.name")


def validate_config_map(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    if old is not None:
        errors += _validate_frozen(obj, old, ("data", "binaryData"))
    data, binary = map_at(obj, "data"), map_at(obj, "binaryData")
    size = 0
    for key, value in data.items():
        at: Path = ("data", Key(str(key)))
        errors += invalid_each(at, str(key), names.config_key(str(key)))
        if key in binary:
            errors.append(invalid(at, str(key), "duplicate of key present in binaryData"))
        size += names.byte_length(value) if isinstance(value, str) else 0
    for key, value in binary.items():
        errors += invalid_each(("binaryData", Key(str(key))), str(key), names.config_key(str(key)))
        size += _decoded_size(value)
    if size > SIZE_MAX:
        errors.append(too_long(_WHOLE, SIZE_MAX))
    return errors


def _decoded_size(value: object) -> int:
    return len(value) * 3 // 4 if isinstance(value, str) else 0


def _validate_frozen(
    obj: Mapping[str, Any], old: Mapping[str, Any], fields: tuple[str, ...]
) -> list[FieldError]:
    """`immutable: true` holds the data, and itself."""
    if old.get("immutable") is not True:
        return []
    errors = [forbidden(("immutable",), _FROZEN)] if obj.get("immutable") is not True else []
    return errors + [forbidden((key,), _FROZEN) for key in fields if obj.get(key) != old.get(key)]


def validate_secret(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    """The keys that a Secret's type promises, and a megabyte at most."""
    errors = validate_metadata(obj, old, names.dns_subdomain)
    if old is not None:
        errors += unchanged(obj, old, "type", ())
        errors += _validate_frozen(obj, old, ("data",))
    data = map_at(obj, "data")
    for key in data:
        errors += invalid_each(("data", Key(str(key))), str(key), names.config_key(str(key)))
    if sum(map(_decoded_size, data.values())) > SIZE_MAX:
        errors.append(too_long(("data",), SIZE_MAX))
    return errors + _validate_secret_type(obj, data)


def _validate_secret_type(obj: Mapping[str, Any], data: Mapping[str, Any]) -> list[FieldError]:
    kind = text_at(obj, "type")
    if kind == "kubernetes.io/service-account-token":
        account = map_at(map_at(obj, "metadata"), "annotations").get(_ACCOUNT_NAME)
        return [] if account else [required((*METADATA, "annotations", _ACCOUNT_NAME))]
    if kind == "kubernetes.io/basic-auth":
        keys = ("username", "password")
        return [] if any(key in data for key in keys) else [required(("data", Key(key))) for key in keys]
    errors: list[FieldError] = []
    for key in _SECRET_KEYS.get(kind, ()):
        at: Path = ("data", Key(key))
        if key not in data or (key == "ssh-privatekey" and not data[key]):
            errors.append(required(at))
        elif kind.startswith("kubernetes.io/docker") and (reason := _json_reason(data[key])):
            errors.append(invalid(at, "<secret contents redacted>", reason))
    return errors


def _json_reason(value: object) -> str:
    """Why registry credentials are not JSON, in the words of Go's decoder as far as they are simple."""
    try:
        decoded = json.loads(b64decode(value, validate=True)) if isinstance(value, str) else None
    except RecursionError:
        return "exceeded max depth"
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            if error.pos >= len(error.doc.rstrip()):
                return "unexpected end of JSON input"
            character = error.doc[error.pos]
            return f"invalid character '{character}' looking for beginning of value"
        return ""
    if isinstance(decoded, dict) or decoded is None:
        return ""
    word = {list: "array", str: "string", bool: "bool"}.get(type(decoded), "number")
    return f"json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"


def validate_service_account(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    return validate_metadata(obj, old, names.dns_subdomain)


def validate_namespace(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_label)
    if old is not None:
        return errors
    for index, name in enumerate(list_at(map_at(obj, "spec"), "finalizers")):
        if isinstance(name, str):
            at, shown = ("spec", "finalizers", index), ("spec", "finalizers")
            errors += invalid_each(at, name, names.qualified_name(name), shown=shown)
            if "/" not in name and name not in ("kubernetes", "orphan", "foregroundDeletion"):
                detail = "name is neither a standard finalizer name nor is it fully qualified"
                errors.append(invalid(at, name, detail, shown=shown))
    return errors


def validate_node(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    errors += validate_taints(spec)
    for side in ("capacity", "allocatable"):
        amounts = map_at(map_at(obj, "status"), side)
        for name in sorted(map(str, amounts)):
            quantity = try_parse(amounts.get(name))
            if quantity is not None:
                errors += validate_quantity(name, quantity, ("status", side, name))
    for index, cidr in enumerate(list_at(spec, "podCIDRs")):
        if isinstance(cidr, str):
            errors += invalid_each(("spec", "podCIDRs", index), cidr, names.cidr(cidr))
    return errors if old is None else errors + _validate_node_update(spec, map_at(old, "spec"))


def validate_taints(spec: Mapping[str, Any]) -> list[FieldError]:
    """validateNodeTaints; the server calls the place metadata.taints."""
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(maps_at(spec, "taints")):
        at, shown = ("spec", "taints", index), (*METADATA, "taints", index)
        key, value, effect = (text_at(taint, field) for field in ("key", "value", "effect"))
        errors += invalid_each((*at, "key"), key, names.qualified_name(key), shown=(*shown, "key"))
        if reasons := names.label_value(value):
            errors.append(invalid((*at, "value"), value, ";".join(reasons), shown=(*shown, "value")))
        errors += validate_effect(effect, (*shown, "effect"))
        if (key, effect) in seen:
            detail = "taints must be unique by key and effect pair"
            errors.append(FieldError(ErrorType.DUPLICATE, at, dict(taint), detail, shown=shown))
        seen.add((key, effect))
    return errors


def _validate_node_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    if list_at(old, "podCIDRs") and list_at(spec, "podCIDRs") != list_at(old, "podCIDRs"):
        detail = 'node updates may not change podCIDR except from "" to valid'
        errors.append(forbidden(("spec", "podCIDRs"), detail))
    if text_at(old, "providerID") and spec.get("providerID") != old.get("providerID"):
        detail = 'node updates may not change providerID except from "" to valid'
        errors.append(forbidden(("spec", "providerID"), detail))
    return errors
