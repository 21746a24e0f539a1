"""Validation of a Pod's volumes (core/validation, ValidateVolumes)."""

from collections.abc import Callable, Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.containers import (
    validate_field_reference,
    validate_local_path,
    validate_resource_field,
)
from learn.cluster.api.validation.metadata import NOT_NEGATIVE, one_of

FILE_MODE = "must be a number between 0 and 0777 (octal), both inclusive"
_HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_VOLUME_FIELDS = frozenset(
    {"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}
)

Check = Callable[[Mapping[str, Any], Path], list[FieldError]]


def validate_volumes(
    spec: Mapping[str, Any], path: Path
) -> tuple[dict[str, Mapping[str, Any]], list[FieldError]]:
    """The volumes by name, and what is wrong with them."""
    volumes: dict[str, Mapping[str, Any]] = {}
    errors: list[FieldError] = []
    for index, volume in enumerate(maps_at(spec, "volumes")):
        at = (*path, "volumes", index)
        name = text_at(volume, "name")
        source_errors = _validate_source(volume, at)
        if not name:
            source_errors.append(required((*at, "name")))
        elif reasons := names.dns_label(name):
            source_errors += invalid_each((*at, "name"), name, reasons)
        if name in volumes:
            source_errors.append(duplicate((*at, "name"), name))
        errors += source_errors
        if not source_errors:
            volumes[name] = volume
        else:
            volumes.setdefault(name, volume)
    return volumes, errors


def _validate_source(volume: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    given = [key for key in _SOURCES if isinstance(volume.get(key), dict)]
    for position, key in enumerate(given):
        if position:
            errors.append(forbidden((*path, key), "may not specify more than 1 volume type"))
        elif check := _SOURCES[key]:
            errors += check(volume[key], (*path, key))
    if not given and not any(key != "name" for key in volume):
        errors.append(required(path, "must specify a volume type"))
    return errors


def _empty_dir(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    limit = try_parse(source.get("sizeLimit"))
    if limit is not None and limit.sign < 0:
        return [forbidden((*path, "sizeLimit"), "SizeLimit field must be a valid resource quantity")]
    return []


def _host_path(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    target = text_at(source, "path")
    if not target:
        return [required((*path, "path"))]
    errors = _no_backsteps(target, (*path, "path"))
    kind = source.get("type")
    if isinstance(kind, str) and kind not in _HOST_PATH_TYPES:
        errors.append(not_supported((*path, "type"), kind, _HOST_PATH_TYPES))
    return errors


def _no_backsteps(value: str, path: Path) -> list[FieldError]:
    return [invalid(path, value, "must not contain '..'")] if ".." in value.split("/") else []


def _mode(source: Mapping[str, Any], path: Path, key: str = "defaultMode") -> list[FieldError]:
    mode = int_at(source, key)
    return [invalid((*path, key), mode, FILE_MODE)] if mode is not None and not 0 <= mode <= 0o777 else []


def _key_items(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, item in enumerate(maps_at(source, "items")):
        at = (*path, "items", index)
        if not text_at(item, "key"):
            errors.append(required((*at, "key")))
        target = text_at(item, "path")
        if not target:
            errors.append(required((*at, "path")))
        else:
            errors += _non_escaping(target, (*at, "path"))
        errors += _mode(item, at, "mode")
    return errors


def _non_escaping(value: str, path: Path) -> list[FieldError]:
    """validateLocalNonReservedPath: relative, not upwards, not beginning with '..'."""
    errors = validate_local_path(value, path)
    if value.startswith("..") and not value.startswith("../") and value != "..":
        errors.append(invalid(path, value, "must not start with '..'"))
    return errors


def _config_map(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "name") else [required((*path, "name"))]
    return errors + _mode(source, path) + _key_items(source, path)


def _secret(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "secretName") else [required((*path, "secretName"))]
    return errors + _mode(source, path) + _key_items(source, path)


def _downward_items(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, item in enumerate(maps_at(source, "items")):
        at = path if not isinstance(path, tuple) else (*path, "items", index)
        target = text_at(item, "path")
        if not target:
            errors.append(required((*at, "path")))
        errors += _non_escaping(target, (*at, "path"))
        field, resource = item.get("fieldRef"), item.get("resourceFieldRef")
        if isinstance(field, dict):
            errors += validate_field_reference(field, _VOLUME_FIELDS, (*at, "fieldRef"))
            if isinstance(resource, dict):
                errors.append(
                    invalid(
                        at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"
                    )
                )
        elif isinstance(resource, dict):
            errors += validate_resource_field(resource, (*at, "resourceFieldRef"), in_volume=True)
        else:
            errors.append(required(at, "one of fieldRef and resourceFieldRef is required"))
        errors += _mode(item, at, "mode")
    return errors


def _downward(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    return _mode(source, path) + _downward_items(source, path)


def _projected(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = _mode(source, path)
    seen: set[str] = set()
    for index, projection in enumerate(maps_at(source, "sources")):
        at = (*path, "sources", index)
        given = [
            key
            for key in ("secret", "configMap", "downwardAPI", "serviceAccountToken")
            if isinstance(projection.get(key), dict)
        ]
        for position, key in enumerate(given):
            part = projection[key]
            if position:
                errors.append(forbidden((*at, key), "may not specify more than 1 volume type per source"))
                continue
            if key in ("secret", "configMap"):
                if not text_at(part, "name"):
                    errors.append(required((*at, key, "name")))
                errors += _key_items(part, (*at, key))
            elif key == "downwardAPI":
                errors += _downward_items(part, (*at, key))
            else:
                errors += _token(part, (*at, key))
            errors += _projected_conflicts(part, key, (*at, key), seen)
    return errors


def _projected_conflicts(part: Mapping[str, Any], key: str, path: Path, seen: set[str]) -> list[FieldError]:
    targets = (
        [text_at(part, "path")]
        if key == "serviceAccountToken"
        else [text_at(i, "path") for i in maps_at(part, "items")]
    )
    errors: list[FieldError] = []
    for target in filter(None, targets):
        if target in seen:
            errors.append(
                invalid(
                    path,
                    text_at(part, "name") or target,
                    f"conflicting duplicate paths: {target}" if False else "conflicting duplicate paths",
                )
            )
        seen.add(target)
    return errors


def _token(part: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seconds = int_at(part, "expirationSeconds")
    if seconds is not None and seconds < 600:
        errors.append(
            invalid((*path, "expirationSeconds"), seconds, "may not specify a duration less than 10 minutes")
        )
    if seconds is not None and seconds > 1 << 32:
        errors.append(
            invalid(
                (*path, "expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds"
            )
        )
    if not text_at(part, "path"):
        errors.append(required((*path, "path")))
    else:
        errors += _non_escaping(text_at(part, "path"), (*path, "path"))
    return errors


def _claim(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    return [] if text_at(source, "claimName") else [required((*path, "claimName"))]


def _nfs(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "server") else [required((*path, "server"))]
    target = text_at(source, "path")
    if not target:
        errors.append(required((*path, "path")))
    if not target.startswith("/"):
        errors.append(invalid((*path, "path"), target, "must be an absolute path"))
    return errors


def _csi(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    driver = text_at(source, "driver")
    errors = csi_driver_name(driver, (*path, "driver"))
    reference = source.get("nodePublishSecretRef")
    if isinstance(reference, dict) and not text_at(reference, "name"):
        errors.append(required((*path, "nodePublishSecretRef", "name")))
    return errors


def csi_driver_name(name: str, path: Path) -> list[FieldError]:
    if not name:
        return [required(path)]
    errors: list[FieldError] = []
    if len(name) > 63:
        from learn.cluster.api.fielderror import too_long

        errors.append(too_long(path, 63))
    return errors + invalid_each(path, name, names.dns_subdomain(name.lower()))


def _git_repo(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    return [] if text_at(source, "repository") else [required((*path, "repository"))]


def _image(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "reference") else [required((*path, "reference"))]
    return errors + one_of(source, "pullPolicy", ("Always", "IfNotPresent", "Never"), path)


def _ephemeral(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    from learn.cluster.api.validation.storage import validate_claim_spec

    template = source.get("volumeClaimTemplate")
    at = (*path, "volumeClaimTemplate")
    if not isinstance(template, dict):
        return [required(at)]
    return validate_claim_spec(map_at(template, "spec"), (*at, "spec"))


_SOURCES: dict[str, Check | None] = {
    "emptyDir": _empty_dir,
    "hostPath": _host_path,
    "gitRepo": _git_repo,
    "gcePersistentDisk": None,
    "awsElasticBlockStore": None,
    "secret": _secret,
    "nfs": _nfs,
    "iscsi": None,
    "glusterfs": None,
    "flocker": None,
    "persistentVolumeClaim": _claim,
    "rbd": None,
    "cinder": None,
    "cephfs": None,
    "quobyte": None,
    "downwardAPI": _downward,
    "fc": None,
    "configMap": _config_map,
    "azureFile": None,
    "flexVolume": None,
    "vsphereVolume": None,
    "photonPersistentDisk": None,
    "portworxVolume": None,
    "azureDisk": None,
    "storageos": None,
    "projected": _projected,
    "scaleIO": None,
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _image,
}

__all__ = ["NOT_NEGATIVE", "csi_driver_name", "list_at", "validate_volumes"]
