"""Validation of PersistentVolumeClaims and claim templates (core/validation, ValidatePersistentVolumeClaimSpec)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import copy_json, list_at, map_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.metadata import (
    IMMUTABLE,
    validate_annotations,
    validate_label_selector,
    validate_labels,
    validate_metadata,
)
from learn.cluster.api.validation.resources import validate_positive
from learn.cluster.api.versions import Behaviour

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
_SPEC: Path = ("spec",)


def validate_claim(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    errors += validate_claim_spec(map_at(obj, "spec"), _SPEC)
    return errors if old is None else errors + _validate_update(obj, old)


def validate_claim_template(template: Mapping[str, Any], path: Path) -> list[FieldError]:
    """ValidatePersistentVolumeClaimTemplate: only labels and annotations besides the spec."""
    meta, at = map_at(template, "metadata"), (*path, "metadata")
    errors = validate_annotations(meta.get("annotations"), (*at, "annotations"))
    errors += validate_labels(meta.get("labels"), (*at, "labels"))
    for key in sorted(map(str, meta)):
        if key not in ("annotations", "labels") and meta.get(key):
            errors.append(forbidden((*at, key), "cannot be set"))
    return errors + validate_claim_spec(map_at(template, "spec"), (*path, "spec"))


def validate_access_modes(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    at = (*path, "accessModes")
    modes = [mode for mode in list_at(spec, "accessModes") if isinstance(mode, str)]
    for index, mode in enumerate(modes):
        if mode not in ACCESS_MODES:
            errors.append(not_supported((*at, index), mode, ACCESS_MODES, shown=at))
    if "ReadWriteOncePod" in modes and any(m in ACCESS_MODES and m != "ReadWriteOncePod" for m in modes):
        errors.append(forbidden(at, "may not use ReadWriteOncePod with other access modes"))
    return errors


def validate_claim_spec(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not list_at(spec, "accessModes"):
        errors.append(required((*path, "accessModes"), "at least 1 access mode is required"))
    errors += validate_label_selector(spec.get("selector"), (*path, "selector"))
    errors += validate_access_modes(spec, path)
    errors += _validate_size(spec, path)
    errors += _validate_class(spec, "storageClassName", path)
    mode = spec.get("volumeMode")
    if isinstance(mode, str) and mode not in VOLUME_MODES:
        errors.append(not_supported((*path, "volumeMode"), mode, VOLUME_MODES))
    errors += _validate_sources(spec, path)
    return errors + _validate_class(spec, "volumeAttributesClassName", path)


def _validate_size(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    requests = map_at(map_at(spec, "resources"), "requests")
    at = (*path, "resources", "requests", "storage")
    shown = (*path, "resources", Key("storage"))
    if "storage" not in requests:
        return [required((*path, "resources"), shown=shown)]
    size = try_parse(requests["storage"])
    if size is None:
        return []
    return [invalid(at, error.value, error.detail, shown=shown) for error in validate_positive(size, at)]


def _validate_class(spec: Mapping[str, Any], key: str, path: Path) -> list[FieldError]:
    name = text_at(spec, key)
    return invalid_each((*path, key), name, names.dns_subdomain(name)) if name else []


def _validate_sources(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    for key in ("dataSource", "dataSourceRef"):
        if isinstance(spec.get(key), dict):
            errors += _validate_source(spec[key], (*path, key))
    if isinstance(source, dict) and isinstance(reference, dict):
        field = ".".join(map(str, (*path, "dataSource")))
        if text_at(reference, "namespace"):
            errors.append(
                invalid(path, field, "may not be specified when dataSourceRef.namespace is specified")
            )
        elif any(source.get(key) != reference.get(key) for key in ("apiGroup", "kind", "name")):
            errors.append(invalid(path, field, "must match dataSourceRef"))
    return errors


def _validate_source(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [required((*path, key)) for key in ("name", "kind") if not text_at(source, key)]
    group, kind, namespace = (text_at(source, key) for key in ("apiGroup", "kind", "namespace"))
    if not group and kind != "PersistentVolumeClaim":
        detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        errors.append(invalid(path, kind, detail))
    if group:
        errors += invalid_each((*path, "apiGroup"), group, names.dns_subdomain(group))
    if namespace:
        errors += invalid_each((*path, "namespace"), namespace, names.dns_label(namespace))
    return errors


_UPDATE = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"


def _validate_update(obj: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """ValidatePersistentVolumeClaimUpdate: a bound claim may grow; nothing else changes."""
    errors: list[FieldError] = []
    spec: dict[str, Any] = copy_json(dict(map_at(obj, "spec")))
    before: dict[str, Any] = copy_json(dict(map_at(old, "spec")))
    if not before.get("volumeName"):
        before["volumeName"] = spec.get("volumeName")
    if before.get("storageClassName") is None:
        before["storageClassName"] = spec.get("storageClassName")
    if text_at(map_at(obj, "status"), "phase") == "Bound":
        for side in (spec, before):
            requests = (
                side.get("resources", {}).get("requests") if isinstance(side.get("resources"), dict) else None
            )
            if isinstance(requests, dict):
                requests.pop("storage", None)
            side.pop("volumeAttributesClassName", None)
    if _without_empty(spec) != _without_empty(before):
        errors.append(forbidden(_SPEC, _UPDATE))
    errors += _validate_resize(obj, old)
    if map_at(obj, "spec").get("volumeMode") != map_at(old, "spec").get("volumeMode"):
        mode = map_at(obj, "spec").get("volumeMode")
        errors.append(invalid((*_SPEC, "volumeMode"), mode, IMMUTABLE, shown=("volumeMode",)))
    return errors


def _validate_resize(obj: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    new_size, old_size = (
        try_parse(map_at(map_at(map_at(o, "spec"), "resources"), "requests").get("storage"))
        for o in (obj, old)
    )
    actual = try_parse(map_at(map_at(old, "status"), "capacity").get("storage"))
    if new_size is None or old_size is None or new_size >= old_size:
        return []
    if actual is None or new_size > actual:
        return []
    at = (*_SPEC, "resources", "requests", "storage")
    return [forbidden(at, "field can not be less than status.capacity")]


def _without_empty(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if value is not None}
