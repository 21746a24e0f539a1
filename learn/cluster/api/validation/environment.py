"""Validation of environment variables and of references to fields (core/validation, ValidateEnv)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import maps_at, text_at
from learn.cluster.api.fielderror import FieldError, Path, invalid, invalid_each, not_supported, required
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.metadata import NameForm
from learn.cluster.api.versions import Behaviour

_ENV_FIELDS = frozenset(
    {
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    }
)
VOLUME_FIELDS = frozenset(
    {"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}
)
_KNOWN_FIELDS = (
    _ENV_FIELDS
    | VOLUME_FIELDS
    | {"spec.restartPolicy", "spec.schedulerName", "status.phase", "spec.host", "status.nominatedNodeName"}
)
"""What ConvertDownwardAPIFieldLabel knows; anything else is not even a field label."""
_RESOURCE_NAMES = ("cpu", "ephemeral-storage", "memory")
_RESOURCE_FIELDS = tuple(f"{side}.{name}" for side in ("limits", "requests") for name in _RESOURCE_NAMES)
_HUGE_FIELDS = ("limits.hugepages-", "requests.hugepages-")
_SIZE_UNITS = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_NO_SOURCE = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"


def _name_form(rules: Behaviour) -> NameForm:
    return names.relaxed_env_name if rules.relaxed_env_names else names.env_name


def validate_env(container: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    form = _name_form(rules)
    for index, variable in enumerate(maps_at(container, "env")):
        name = text_at(variable, "name")
        if not name:
            errors.append(required((*path, "env", index, "name")))
        elif reasons := form(name):
            errors += invalid_each((*path, "env", index, "name"), name, reasons)
        if isinstance(variable.get("valueFrom"), dict):
            errors += _validate_value_from(variable, (*path, "env", index, "valueFrom"))
    return errors


def _validate_value_from(variable: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    source = variable["valueFrom"]
    given = [key for key in _SOURCES if isinstance(source.get(key), dict)]
    for key in given:
        reference, at = source[key], (*path, key)
        match key:
            case "fieldRef":
                errors += validate_field_reference(reference, _ENV_FIELDS, at)
            case "resourceFieldRef":
                errors += validate_resource_field(reference, at)
            case "configMapKeyRef" | "secretKeyRef":
                errors += _validate_key_reference(reference, at)
    if not given:
        errors.append(invalid(path, "", _NO_SOURCE))
    elif text_at(variable, "value"):
        errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif len(given) > 1:
        errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _validate_key_reference(reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    """One key of a ConfigMap or Secret: the object's name, and a key that such objects can have."""
    name, key = text_at(reference, "name"), text_at(reference, "key")
    errors = invalid_each((*path, "name"), name, names.dns_subdomain(name))
    if not key:
        return [*errors, required((*path, "key"))]
    return errors + invalid_each((*path, "key"), key, names.config_key(key))


def validate_field_reference(
    reference: Mapping[str, Any], allowed: frozenset[str], path: Path
) -> list[FieldError]:
    """A fieldRef: a known field of the Pod, or one label or annotation of it."""
    api_version, field = text_at(reference, "apiVersion"), text_at(reference, "fieldPath")
    if not api_version:
        return [required((*path, "apiVersion"))]
    if not field:
        return [required((*path, "fieldPath"))]
    at = (*path, "fieldPath")
    base, key = _subscript(field)
    if api_version != "v1":
        return [invalid(at, field, f"error converting fieldPath: unsupported pod version: {api_version}")]
    if key is not None:
        match base:
            case "metadata.annotations":
                return invalid_each(at, key.lower(), names.qualified_name(key.lower()), shown=path)
            case "metadata.labels":
                return invalid_each(at, key, names.qualified_name(key), shown=path)
        detail = f'error converting fieldPath: field label does not support subscript: "{field}"'
        return [invalid(at, field, detail)]
    if field not in _KNOWN_FIELDS:
        return [invalid(at, field, f"error converting fieldPath: field label not supported: {field}")]
    if field == "spec.host":
        field = "spec.nodeName"
    return [] if field in allowed else [not_supported(at, field, sorted(allowed))]


def _subscript(field: str) -> tuple[str, str | None]:
    """SplitMaybeSubscriptedPath: `metadata.labels['app']` gives the map and the key."""
    if field.endswith("']"):
        base, quote, key = field.removesuffix("']").partition("['")
        if base and quote:
            return base, key
    return field, None


def validate_resource_field(
    reference: Mapping[str, Any], path: Path, *, in_volume: bool = False
) -> list[FieldError]:
    """A resourceFieldRef: a request or limit of a container, divided by a unit that makes sense."""
    errors: list[FieldError] = []
    resource = text_at(reference, "resource")
    if in_volume and not text_at(reference, "containerName"):
        errors.append(required((*path, "containerName")))
    elif not resource:
        errors.append(required((*path, "resource")))
    elif resource not in _RESOURCE_FIELDS and not resource.startswith(_HUGE_FIELDS):
        errors.append(not_supported((*path, "resource"), resource, _RESOURCE_FIELDS))
    return errors + _validate_divisor(resource, reference, path)


def _validate_divisor(resource: str, reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    divisor = try_parse(reference.get("divisor"))
    if not divisor:
        return []
    unit = str(divisor)
    kind = resource.partition(".")[2]
    at = (*path, "divisor")
    if resource in ("limits.cpu", "requests.cpu"):
        if unit not in ("1m", "1"):
            return [
                invalid(at, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
            ]
    elif (resource in _RESOURCE_FIELDS or resource.startswith(_HUGE_FIELDS)) and unit not in _SIZE_UNITS:
        what = {"ephemeral-storage": "local ephemeral storage", "memory": "memory"}.get(kind, "hugepages")
        detail = f"only divisor's values {', '.join(_SIZE_UNITS)} are supported with the {what} resource"
        return [invalid(at, resource, detail)]
    return []


def validate_env_from(container: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    form = _name_form(rules)
    shown = (*path, "envFrom")
    for index, source in enumerate(maps_at(container, "envFrom")):
        at = (*shown, index)
        prefix = text_at(source, "prefix")
        if prefix:
            errors += invalid_each((*at, "prefix"), prefix, form(prefix))
        given = [key for key in ("configMapRef", "secretRef") if isinstance(source.get(key), dict)]
        for key in given:
            name = text_at(source[key], "name")
            place = (*at, key, "name")
            errors += invalid_each(place, name, names.dns_subdomain(name)) if name else [required(place)]
        if not given:
            errors.append(invalid(at, "", "must specify one of: `configMapRef` or `secretRef`", shown=shown))
        elif len(given) > 1:
            detail = "may not have more than one field specified at a time"
            errors.append(invalid(at, "", detail, shown=shown))
    return errors
