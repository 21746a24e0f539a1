"""Validation of volume mounts and devices of a container (core/validation, ValidateVolumeMounts)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import flag_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)

_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE = ("Disabled", "Enabled", "IfPossible")

Volumes = Mapping[str, Mapping[str, Any]]


def validate_mounts(container: Mapping[str, Any], path: Path, volumes: Volumes) -> list[FieldError]:
    """Every mount names a volume of the Pod, and no two share a path."""
    errors: list[FieldError] = []
    path = (*path, "volumeMounts")
    targets: set[str] = set()
    devices = {text_at(d, "name"): text_at(d, "devicePath") for d in maps_at(container, "volumeDevices")}
    for index, mount in enumerate(maps_at(container, "volumeMounts")):
        at = (*path, index)
        name, target = text_at(mount, "name"), text_at(mount, "mountPath")
        if not name:
            errors.append(required((*at, "name")))
        if name not in volumes:
            errors.append(not_found((*at, "name"), name))
        if not target:
            errors.append(required((*at, "mountPath")))
        if target in targets:
            errors.append(invalid((*at, "mountPath"), target, "must be unique"))
        targets.add(target)
        if name in devices:
            errors.append(invalid((*at, "name"), name, "must not already exist in volumeDevices"))
        if target in devices.values():
            errors.append(
                invalid((*at, "mountPath"), target, "must not already exist as a path in volumeDevices")
            )
        if len(mount) > 2:
            errors += _validate_sub_paths(mount, at, path)
            errors += _validate_modes(mount, container, at, path)
    return errors


def _validate_sub_paths(mount: Mapping[str, Any], path: Path, shown: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    sub_path, expression = text_at(mount, "subPath"), text_at(mount, "subPathExpr")
    if sub_path:
        errors += relative_path(sub_path, (*path, "subPath"), shown=(*shown, "subPath"))
    if expression:
        if sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            errors.append(invalid((*path, "subPathExpr"), expression, detail))
        errors += relative_path(expression, (*path, "subPathExpr"), shown=(*shown, "subPathExpr"))
    return errors


def _validate_modes(
    mount: Mapping[str, Any], container: Mapping[str, Any], path: Path, shown: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    propagation, recursive = text_at(mount, "mountPropagation"), text_at(mount, "recursiveReadOnly")
    if propagation:
        at, place = (*path, "mountPropagation"), (*shown, "mountPropagation")
        if propagation not in _PROPAGATIONS:
            errors.append(not_supported(at, propagation, _PROPAGATIONS, shown=place))
        if propagation == "Bidirectional" and not flag_at(map_at(container, "securityContext"), "privileged"):
            detail = "Bidirectional mount propagation is available only to privileged containers"
            errors.append(forbidden(at, detail, shown=place))
    if recursive:
        at, place = (*path, "recursiveReadOnly"), (*shown, "recursiveReadOnly")
        if recursive not in _RECURSIVE:
            errors.append(not_supported(at, recursive, _RECURSIVE, shown=place))
        elif recursive != "Disabled":
            if not flag_at(mount, "readOnly"):
                errors.append(forbidden(at, "may only be specified when readOnly is true", shown=place))
            if propagation not in ("", "None"):
                detail = "may only be specified when mountPropagation is None or not specified"
                errors.append(forbidden(at, detail, shown=place))
    return errors


def validate_devices(container: Mapping[str, Any], path: Path, volumes: Volumes) -> list[FieldError]:
    """Block devices: only of claims, each name and path once, none mounted as well."""
    errors: list[FieldError] = []
    mounts = {text_at(m, "name"): text_at(m, "mountPath") for m in maps_at(container, "volumeMounts")}
    seen: set[str] = set()
    targets: set[str] = set()
    for index, device in enumerate(maps_at(container, "volumeDevices")):
        at = (*path, "volumeDevices", index)
        name, target = text_at(device, "name"), text_at(device, "devicePath")
        volume = volumes.get(name)
        if not name:
            errors.append(required((*at, "name")))
        if name in seen:
            errors.append(invalid((*at, "name"), name, "must be unique"))
        if volume is None:
            errors.append(not_found((*at, "name"), name))
        elif "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
            detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            errors.append(invalid((*at, "name"), name, detail))
        if not target:
            errors.append(required((*at, "devicePath")))
        if target in targets:
            errors.append(invalid((*at, "devicePath"), target, "must be unique"))
        if ".." in target.split("/"):
            errors.append(invalid((*at, "devicePath"), target, "can not contain backsteps ('..')"))
        else:
            targets.add(target)
        if name in mounts:
            errors.append(invalid((*at, "name"), name, "must not already exist in volumeMounts"))
        if target in mounts.values():
            errors.append(
                invalid((*at, "devicePath"), target, "must not already exist as a path in volumeMounts")
            )
        if name:
            seen.add(name)
    return errors


def relative_path(value: str, path: Path, *, shown: Path | None = None) -> list[FieldError]:
    """validateLocalDescendingPath: relative, and never upwards."""
    errors: list[FieldError] = []
    if value.startswith("/"):
        errors.append(invalid(path, value, "must be a relative path", shown=shown))
    return errors + no_backsteps(value, path, shown=shown)


def no_backsteps(value: str, path: Path, *, shown: Path | None = None) -> list[FieldError]:
    return [invalid(path, value, "must not contain '..'", shown=shown)] if ".." in value.split("/") else []


def file_path(value: str, path: Path, *, shown: Path | None = None) -> list[FieldError]:
    """ValidateLocalNonReservedPath: relative, not upwards, not beginning with '..'."""
    errors = relative_path(value, path, shown=shown)
    if value.startswith("..") and not value.startswith("../"):
        errors.append(invalid(path, value, "must not start with '..'", shown=shown))
    return errors
