"""Validation of metadata, labels and selectors (apimachinery's api/validation and meta/v1/validation)."""

from collections.abc import Callable, Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
    too_long,
)

NameForm = Callable[[str], names.Reasons]

IMMUTABLE = "field is immutable"
NOT_NEGATIVE = "must be greater than or equal to 0"
ANNOTATIONS_LIMIT = 256 * 1024
METADATA: Path = ("metadata",)


def validate_metadata(obj: Mapping[str, Any], name_form: NameForm, path: Path = METADATA) -> list[FieldError]:
    """ValidateObjectMeta, except for the namespace, which the request gives when the object does not."""
    meta = map_at(obj, "metadata")
    errors: list[FieldError] = []
    prefix, name, namespace = text_at(meta, "generateName"), text_at(meta, "name"), text_at(meta, "namespace")
    if prefix:
        errors += invalid_each((*path, "generateName"), prefix, name_form(names.mask_trailing_dash(prefix)))
    if name:
        errors += invalid_each((*path, "name"), name, name_form(name))
    elif not prefix:
        errors.append(required((*path, "name"), "name or generateName is required"))
    if namespace:
        errors += invalid_each((*path, "namespace"), namespace, names.dns_label(namespace))
    if "labels" in meta:
        errors += validate_labels(meta["labels"], (*path, "labels"))
    if "annotations" in meta:
        errors += validate_annotations(meta["annotations"], (*path, "annotations"))
    if "ownerReferences" in meta:
        errors += _validate_owners(meta, (*path, "ownerReferences"))
    if "finalizers" in meta:
        errors += _validate_finalizers(meta, (*path, "finalizers"))
    return errors


def validate_metadata_update(
    obj: Mapping[str, Any], old: Mapping[str, Any], path: Path = METADATA
) -> list[FieldError]:
    """ValidateObjectMetaUpdate: what identifies an object cannot change, nor what deletes it."""
    new_meta, old_meta = map_at(obj, "metadata"), map_at(old, "metadata")
    errors: list[FieldError] = []
    if (int_at(new_meta, "generation") or 0) < (int_at(old_meta, "generation") or 0):
        errors.append(
            invalid((*path, "generation"), int_at(new_meta, "generation") or 0, "must not be decremented")
        )
    for key in (
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ):
        new_value, old_value = new_meta.get(key), old_meta.get(key)
        if new_value != old_value and old_value is not None and new_value is not None:
            errors.append(invalid((*path, key), new_value, IMMUTABLE))
    if old_meta.get("deletionTimestamp"):
        added = [
            name for name in list_at(new_meta, "finalizers") if name not in list_at(old_meta, "finalizers")
        ]
        if added:
            shown = ", ".join(f'"{name}"' for name in added)
            detail = (
                "no new finalizers can be added if the object is being deleted, "
                f"found new finalizers []string{{{shown}}}"
            )
            errors.append(forbidden((*path, "finalizers"), detail))
    return errors


def validate_labels(value: object, path: Path) -> list[FieldError]:
    """Each key a qualified name, each value a label value; keys in sorted order."""
    errors: list[FieldError] = []
    if isinstance(value, dict):
        for key in sorted(key for key in value if isinstance(key, str)):
            if reasons := names.qualified_name(key):
                errors += invalid_each(path, key, reasons)
            text = value[key]
            if isinstance(text, str) and (reasons := names.label_value(text)):
                errors += invalid_each(path, text, reasons)
    return errors


def validate_annotations(value: object, path: Path) -> list[FieldError]:
    """Keys as qualified names whatever their case; 256 KiB in all."""
    errors: list[FieldError] = []
    if isinstance(value, dict):
        size = 0
        for key, text in value.items():
            if isinstance(key, str):
                errors += invalid_each(path, key, names.qualified_name(key.lower()))
                size += names.byte_length(key) + (names.byte_length(text) if isinstance(text, str) else 0)
        if size > ANNOTATIONS_LIMIT:
            errors.append(too_long(path, ANNOTATIONS_LIMIT))
    return errors


def _validate_owners(meta: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    controller = ""
    for index, owner in enumerate(maps_at(meta, "ownerReferences")):
        at = (*path, index)
        api_version, kind = text_at(owner, "apiVersion"), text_at(owner, "kind")
        if not api_version.rpartition("/")[2]:
            errors.append(invalid((*at, "apiVersion"), api_version, "version must not be empty"))
        for key in ("kind", "name", "uid"):
            if not text_at(owner, key):
                errors.append(invalid((*at, key), "", "must not be empty"))
        if api_version == "v1" and kind == "Event":
            errors.append(invalid(at, dict(owner), "/v1, Kind=Event is disallowed from being an owner"))
        if flag_at(owner, "controller"):
            this = f"{kind}/{text_at(owner, 'name')}"
            if controller:
                detail = (
                    'Only one reference can have Controller set to true. Found "true" in references '
                    f"for {controller} and {this}"
                )
                errors.append(invalid(path, list_at(meta, "ownerReferences"), detail))
            controller = controller or this
    return errors


def _validate_finalizers(meta: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    finalizers = [name for name in list_at(meta, "finalizers") if isinstance(name, str)]
    for name in finalizers:
        errors += invalid_each(path, name, names.qualified_name(name))
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        detail = "finalizer orphan and foregroundDeletion cannot be both set"
        errors.append(invalid(path, finalizers, detail))
    return errors


def validate_label_selector(value: object, path: Path) -> list[FieldError]:
    """ValidateLabelSelector: matchLabels and matchExpressions of any selector field."""
    if not isinstance(value, dict):
        return []
    errors = validate_labels(value.get("matchLabels"), (*path, "matchLabels"))
    for index, term in enumerate(maps_at(value, "matchExpressions")):
        errors += _validate_requirement(term, (*path, "matchExpressions", index))
    return errors


def _validate_requirement(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    values = list_at(term, "values")
    match text_at(term, "operator"):
        case "In" | "NotIn":
            if not values:
                detail = "must be specified when `operator` is 'In' or 'NotIn'"
                errors.append(required((*path, "values"), detail))
        case "Exists" | "DoesNotExist":
            if values:
                detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                errors.append(forbidden((*path, "values"), detail))
        case operator:
            errors.append(invalid((*path, "operator"), operator, "not a valid selector operator"))
    key = text_at(term, "key")
    errors += invalid_each((*path, "key"), key, names.qualified_name(key))
    for index, value in enumerate(values):
        if isinstance(value, str):
            errors += invalid_each((*path, "values", index), value, names.label_value(value))
    return errors


def not_negative(obj: Mapping[str, Any], key: str, path: Path) -> list[FieldError]:
    """ValidateNonnegativeField, for a number that is there."""
    value = int_at(obj, key)
    return [invalid((*path, key), value, NOT_NEGATIVE)] if value is not None and value < 0 else []


def one_of(
    obj: Mapping[str, Any], key: str, supported: tuple[str, ...], path: Path, *, or_empty: bool = False
) -> list[FieldError]:
    """Unsupported value unless the field holds one of the names; missing and empty are Required."""
    value = text_at(obj, key)
    if value in supported or (or_empty and not value):
        return []
    return [not_supported((*path, key), value, supported) if value else required((*path, key))]


def selects(selector: object, labels: Mapping[str, Any]) -> bool:
    """Whether a label selector matches a template's labels."""
    from learn.cluster.api.labels import from_label_selector

    return from_label_selector(selector).matches(texts_at({"labels": labels}, "labels"))
