"""Validation of PersistentVolumes and StorageClasses (core/validation and storage/validation)."""

import posixpath
from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
    too_long,
)
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.claims import VOLUME_MODES, validate_access_modes
from learn.cluster.api.validation.metadata import IMMUTABLE, validate_metadata
from learn.cluster.api.validation.mounts import no_backsteps
from learn.cluster.api.validation.plugins import PLUGINS, VolumeCheck, validate_csi_driver_name
from learn.cluster.api.validation.resources import validate_positive
from learn.cluster.api.validation.scheduling import validate_node_selector
from learn.cluster.api.validation.volumes import validate_host_path
from learn.cluster.api.versions import Behaviour

_SPEC: Path = ("spec",)
_RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
_BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
_PARAMETERS_MAX = 512
_PARAMETERS_SIZE = 256 * 1024


def validate_persistent_volume(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    if not list_at(spec, "accessModes"):
        errors.append(required((*_SPEC, "accessModes")))
    errors += validate_access_modes(spec, _SPEC)
    errors += _validate_capacity(spec)
    policy = text_at(spec, "persistentVolumeReclaimPolicy")
    if policy and policy not in _RECLAIM_POLICIES:
        errors.append(not_supported((*_SPEC, "persistentVolumeReclaimPolicy"), policy, _RECLAIM_POLICIES))
    errors += _validate_node_affinity(spec)
    errors += _validate_source(spec)
    host_path = text_at(map_at(spec, "hostPath"), "path")
    if policy == "Recycle" and host_path and posixpath.normpath(host_path) == "/":
        detail = "may not be 'recycle' for a hostPath mount of '/'"
        errors.append(forbidden((*_SPEC, "persistentVolumeReclaimPolicy"), detail))
    storage_class = text_at(spec, "storageClassName")
    if storage_class:
        errors += invalid_each(
            (*_SPEC, "storageClassName"), storage_class, names.dns_subdomain(storage_class)
        )
    mode = spec.get("volumeMode")
    if isinstance(mode, str) and mode not in VOLUME_MODES:
        errors.append(not_supported((*_SPEC, "volumeMode"), mode, VOLUME_MODES))
    return errors if old is None else errors + _validate_volume_update(spec, map_at(old, "spec"))


def _validate_capacity(spec: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    capacity, at = map_at(spec, "capacity"), (*_SPEC, "capacity")
    if not capacity:
        errors.append(required(at))
    if "storage" not in capacity or len(capacity) > 1:
        errors.append(not_supported(at, dict(capacity), ("storage",)))
    for name in sorted(map(str, capacity)):
        quantity = try_parse(capacity.get(name))
        if quantity is not None:
            if quantity.value() < 0:
                detail = "must be a valid resource quantity"
                errors.append(invalid((*at, Key(name)), quantity.value(), detail))
            errors += validate_positive(quantity, (*at, Key(name)))
    return errors


def _validate_node_affinity(spec: Mapping[str, Any]) -> list[FieldError]:
    affinity = spec.get("nodeAffinity")
    if not isinstance(affinity, dict):
        return []
    at = (*_SPEC, "nodeAffinity", "required")
    if not isinstance(affinity.get("required"), dict):
        return [required(at, "must specify required node constraints")]
    return validate_node_selector(affinity["required"], at)


def _local(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    target = text_at(source, "path")
    return no_backsteps(target, (*path, "path")) if target else [required((*path, "path"))]


def _csi(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = validate_csi_driver_name(text_at(source, "driver"), (*path, "driver"))
    if not text_at(source, "volumeHandle"):
        errors.append(required((*path, "volumeHandle")))
    for key in (
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ):
        if isinstance(source.get(key), dict):
            errors += _secret_reference(source[key], (*path, key))
    return errors


def _secret_reference(reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for key, form in (("name", names.dns_subdomain), ("namespace", names.dns_label)):
        value, at = text_at(reference, key), (*path, key)
        errors += invalid_each(at, value, form(value)) if value else [required(at)]
    return errors


_SOURCES: dict[str, VolumeCheck] = {
    "hostPath": validate_host_path,
    **PLUGINS,
    "local": _local,
    "csi": _csi,
}


def _validate_source(spec: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    given = [key for key in _SOURCES if isinstance(spec.get(key), dict)]
    for position, key in enumerate(given):
        if position:
            errors.append(forbidden((*_SPEC, key), "may not specify more than 1 volume type"))
        else:
            errors += _SOURCES[key](spec[key], (*_SPEC, key))
    if "local" in given and not isinstance(spec.get("nodeAffinity"), dict):
        errors.append(required((*_SPEC, "nodeAffinity"), "Local volume requires node affinity"))
    if not given:
        errors.append(required(_SPEC, "must specify a volume type"))
    return errors


def _validate_volume_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    if any(spec.get(key) != old.get(key) for key in _SOURCES):
        shown = (*_SPEC, "persistentvolumesource")
        errors.append(
            forbidden(_SPEC, "spec.persistentvolumesource is immutable after creation", shown=shown)
        )
    if spec.get("volumeMode") != old.get("volumeMode"):
        errors.append(
            invalid((*_SPEC, "volumeMode"), spec.get("volumeMode"), IMMUTABLE, shown=("volumeMode",))
        )
    if old.get("nodeAffinity") is not None and spec.get("nodeAffinity") != old["nodeAffinity"]:
        detail = f"{IMMUTABLE}, except for updating from beta label to GA"
        at = (*_SPEC, "nodeAffinity")
        errors.append(invalid(at, spec.get("nodeAffinity"), detail, shown=("nodeAffinity",)))
    return errors


def validate_storage_class(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    if old is None:
        errors += _validate_class_fields(obj)
        return errors
    for key, what in (("parameters", "parameters"), ("provisioner", "provisioner")):
        if obj.get(key) != old.get(key):
            errors.append(forbidden((key,), f"updates to {what} are forbidden."))
    if obj.get("reclaimPolicy") != old.get("reclaimPolicy"):
        errors.append(forbidden(("reclaimPolicy",), "updates to reclaimPolicy are forbidden."))
    if obj.get("volumeBindingMode") != old.get("volumeBindingMode"):
        errors.append(invalid(("volumeBindingMode",), obj.get("volumeBindingMode"), IMMUTABLE))
    return errors


def _validate_class_fields(obj: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    provisioner = text_at(obj, "provisioner")
    if not provisioner:
        errors.append(required(("provisioner",)))
    else:
        errors += invalid_each(("provisioner",), provisioner, names.qualified_name(provisioner.lower()))
    parameters = map_at(obj, "parameters")
    if len(parameters) > _PARAMETERS_MAX:
        errors.append(too_long(("parameters",), _PARAMETERS_MAX))
    else:
        if "" in parameters:
            errors.append(invalid(("parameters",), "", "field can not be empty."))
        size = sum(len(str(key)) + len(str(value)) for key, value in parameters.items())
        if size > _PARAMETERS_SIZE:
            errors.append(too_long(("parameters",), _PARAMETERS_SIZE))
    policy, mode = text_at(obj, "reclaimPolicy"), text_at(obj, "volumeBindingMode")
    if policy and policy not in ("Delete", "Retain"):
        errors.append(not_supported(("reclaimPolicy",), policy, ("Delete", "Retain")))
    if not mode:
        errors.append(required(("volumeBindingMode",)))
    elif mode not in _BINDING_MODES:
        errors.append(not_supported(("volumeBindingMode",), mode, _BINDING_MODES))
    return errors + _validate_topologies(obj)


def _validate_topologies(obj: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, term in enumerate(maps_at(obj, "allowedTopologies")):
        keys: set[str] = set()
        for number, expression in enumerate(maps_at(term, "matchLabelExpressions")):
            at: Path = ("allowedTopologies", index, "matchLabelExpressions", number)
            key, values = text_at(expression, "key"), list_at(expression, "values")
            if not values:
                errors.append(required((*at, "values")))
            for place, value in enumerate(values):
                if value in values[:place]:
                    errors.append(duplicate((*at, "values", place), value))
            errors += invalid_each((*at, "key"), key, names.qualified_name(key))
            if key in keys:
                errors.append(duplicate((*at, "key"), key))
            keys.add(key)
    return errors
