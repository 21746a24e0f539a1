"""Validation of metadata, labels and selectors (apimachinery's api/validation and meta/v1/validation)."""

from collections.abc import Callable, Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
    too_long,
)
from learn.cluster.api.labels import Selector, from_label_selector

NameForm = Callable[[str], names.Reasons]

IMMUTABLE = "field is immutable"
NOT_NEGATIVE = "must be greater than or equal to 0"
ANNOTATIONS_LIMIT = 256 * 1024
METADATA: Path = ("metadata",)
_FIXED = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")
_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})


def validate_metadata(
    obj: Mapping[str, Any],
    old: Mapping[str, Any] | None,
    form: NameForm,
    path: Path = METADATA,
    *,
    is_built_in: bool = True,
) -> list[FieldError]:
    """ValidateObjectMeta, or ValidateObjectMetaUpdate when the object replaces an old one.

    The namespace may be missing, since the request gives it, and so may the resourceVersion.
    """
    meta = map_at(obj, "metadata")
    errors = (
        _validate_name(meta, form, path)
        if old is None
        else _validate_update(meta, map_at(old, "metadata"), path)
    )
    if "generation" in meta:
        errors += not_negative(meta, "generation", path)
    if "labels" in meta:
        errors += validate_labels(meta["labels"], (*path, "labels"))
    if "annotations" in meta:
        errors += validate_annotations(meta["annotations"], (*path, "annotations"))
    if "ownerReferences" in meta:
        errors += _validate_owners(meta, (*path, "ownerReferences"))
    if "finalizers" in meta:
        errors += _validate_finalizers(meta, (*path, "finalizers"), is_built_in=is_built_in)
    return errors


def _validate_name(meta: Mapping[str, Any], form: NameForm, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    prefix, name, namespace = text_at(meta, "generateName"), text_at(meta, "name"), text_at(meta, "namespace")
    if prefix:
        errors += invalid_each((*path, "generateName"), prefix, form(names.mask_trailing_dash(prefix)))
    if name:
        errors += invalid_each((*path, "name"), name, form(name))
    elif not prefix:
        errors.append(required((*path, "name"), "name or generateName is required"))
    if namespace:
        errors += invalid_each((*path, "namespace"), namespace, names.dns_label(namespace))
    return errors


def _validate_update(meta: Mapping[str, Any], old: Mapping[str, Any], path: Path) -> list[FieldError]:
    """What identifies an object cannot change, nor what deletes it."""
    errors: list[FieldError] = []
    if old.get("deletionTimestamp"):
        added = [name for name in list_at(meta, "finalizers") if name not in list_at(old, "finalizers")]
        if added:
            shown = ", ".join(f'"{name}"' for name in sorted(map(str, added)))
            detail = (
                "no new finalizers can be added if the object is being deleted, "
                f"found new finalizers []string{{{shown}}}"
            )
            errors.append(forbidden((*path, "finalizers"), detail))
    before, after = int_at(old, "generation") or 0, int_at(meta, "generation")
    if after is not None and after < before:
        errors.append(invalid((*path, "generation"), after, "must not be decremented"))
    for key in _FIXED:
        if meta.get(key) is not None and old.get(key) is not None and meta[key] != old[key]:
            errors.append(invalid((*path, key), meta[key], IMMUTABLE))
    return errors


def validate_labels(value: object, path: Path, *, shown: Path | None = None) -> list[FieldError]:
    """Each key a qualified name, each value a label value; keys in sorted order.

    The server names the whole map; the error's own path leads to the label.
    """
    errors: list[FieldError] = []
    if isinstance(value, dict):
        place = path if shown is None else shown
        for key in sorted(key for key in value if isinstance(key, str)):
            if reasons := names.qualified_name(key):
                errors += invalid_each((*path, Key(key)), key, reasons, shown=place)
            text = value[key]
            if isinstance(text, str) and (reasons := names.label_value(text)):
                errors += invalid_each((*path, Key(key)), text, reasons, shown=place)
    return errors


def validate_annotations(value: object, path: Path, *, shown: Path | None = None) -> list[FieldError]:
    """Keys as qualified names whatever their case; 256 KiB in all."""
    errors: list[FieldError] = []
    if isinstance(value, dict):
        size = 0
        place = path if shown is None else shown
        for key, text in value.items():
            if isinstance(key, str):
                errors += invalid_each((*path, Key(key)), key, names.qualified_name(key.lower()), shown=place)
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
            detail = "version must not be empty"
            errors.append(invalid((*at, "apiVersion"), api_version, detail, shown=(*path, "apiVersion")))
        for key in ("kind", "name", "uid"):
            if not text_at(owner, key):
                errors.append(invalid((*at, key), "", "must not be empty", shown=(*path, key)))
        if api_version == "v1" and kind == "Event":
            detail = "/v1, Kind=Event is disallowed from being an owner"
            errors.append(invalid(at, dict(owner), detail, shown=path))
        if flag_at(owner, "controller"):
            this = f"{kind}/{text_at(owner, 'name')}"
            if controller:
                detail = (
                    'Only one reference can have Controller set to true. Found "true" in references '
                    f"for {controller} and {this}"
                )
                errors.append(invalid(at, list_at(meta, "ownerReferences"), detail, shown=path))
            controller = controller or this
    return errors


def _validate_finalizers(meta: Mapping[str, Any], path: Path, *, is_built_in: bool) -> list[FieldError]:
    """Names of a built-in kind's finalizers need a domain, but for the standard ones; others need none."""
    errors: list[FieldError] = []
    finalizers = [name for name in list_at(meta, "finalizers") if isinstance(name, str)]
    for index, name in enumerate(finalizers):
        errors += invalid_each((*path, index), name, names.qualified_name(name), shown=path)
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        errors.append(invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"))
    for index, name in enumerate(finalizers):
        if is_built_in and "/" not in name and name not in _STANDARD_FINALIZERS:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            errors.append(invalid((*path, index), name, detail))
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
                errors.append(
                    required((*path, "values"), "must be specified when `operator` is 'In' or 'NotIn'")
                )
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


def selector_of(value: object) -> Selector | None:
    """LabelSelectorAsSelector: the selector, or None where it cannot be built.

    A missing selector matches nothing.
    """
    return from_label_selector(value) if not validate_label_selector(value, ()) else None


def matches_template(selector: Selector, template: Mapping[str, Any]) -> bool:
    return selector.matches(texts_at(map_at(template, "metadata"), "labels"))


def not_negative(obj: Mapping[str, Any], key: str, path: Path) -> list[FieldError]:
    """ValidateNonnegativeField, for a number that is there."""
    value = int_at(obj, key)
    return [invalid((*path, key), value, NOT_NEGATIVE)] if value is not None and value < 0 else []


def one_of(obj: Mapping[str, Any], key: str, supported: tuple[str, ...], path: Path) -> list[FieldError]:
    """Required when missing or empty, Unsupported unless it is one of the names."""
    value = text_at(obj, key)
    if value in supported:
        return []
    return [not_supported((*path, key), value, supported) if value else required((*path, key))]


def unchanged(
    obj: Mapping[str, Any], old: Mapping[str, Any], key: str, path: Path, go_type: str = ""
) -> list[FieldError]:
    """ValidateImmutableField for one field of two objects."""
    if obj.get(key) == old.get(key):
        return []
    return [invalid((*path, key), obj.get(key), IMMUTABLE, go_type)]
