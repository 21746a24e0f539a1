"""Validation of a Pod's volumes (core/validation, ValidateVolumes)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, map_at, maps_at, text_at
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
from learn.cluster.api.validation.claims import validate_claim_template
from learn.cluster.api.validation.environment import (
    VOLUME_FIELDS,
    validate_field_reference,
    validate_resource_field,
)
from learn.cluster.api.validation.metadata import validate_label_selector
from learn.cluster.api.validation.mounts import file_path, no_backsteps, relative_path
from learn.cluster.api.validation.plugins import PLUGINS, VolumeCheck, validate_csi_driver_name

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
_MANY = "may not specify more than 1 volume type"


def validate_volumes(
    spec: Mapping[str, Any], path: Path, pod_name: str = "", is_pod: bool = False
) -> tuple[dict[str, Mapping[str, Any]], list[FieldError]]:
    """The sound volumes by name, and what is wrong with the others.

    A volume that is wrong is unknown to the mounts, so that they are reported as well.
    """
    volumes: dict[str, Mapping[str, Any]] = {}
    errors: list[FieldError] = []
    generated = {
        f"{pod_name}-{text_at(volume, 'name')}"
        for volume in maps_at(spec, "volumes")
        if pod_name and "ephemeral" in volume
    }
    for index, volume in enumerate(maps_at(spec, "volumes")):
        at = (*path, "volumes", index)
        name = text_at(volume, "name")
        wrong = _validate_source(volume, at, is_pod)
        if not name:
            wrong.append(required((*at, "name")))
        elif reasons := names.dns_label(name):
            wrong += invalid_each((*at, "name"), name, reasons)
        if name in volumes:
            wrong.append(duplicate((*at, "name"), name))
        if not wrong:
            volumes[name] = volume
        errors += wrong
        claim = text_at(map_at(volume, "persistentVolumeClaim"), "claimName")
        if claim in generated:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            errors.append(invalid((*at, "persistentVolumeClaim", "claimName"), claim, detail))
    return volumes, errors


def _validate_source(volume: Mapping[str, Any], path: Path, is_pod: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    given = [key for key in _SOURCES if isinstance(volume.get(key), dict)]
    for position, key in enumerate(given):
        if position:
            errors.append(forbidden((*path, key), _MANY))
        else:
            errors += _SOURCES[key](volume[key], (*path, key))
    if "image" in given and is_pod and not text_at(volume["image"], "reference"):
        errors.append(required((*path, "image", "reference")))
    if not given and not any(key != "name" for key in volume):
        errors.append(required(path, "must specify a volume type"))
    return errors


def _empty_dir(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    limit = try_parse(source.get("sizeLimit"))
    if limit is not None and limit.sign < 0:
        return [forbidden((*path, "sizeLimit"), "SizeLimit field must be a valid resource quantity")]
    return []


def validate_host_path(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    target = text_at(source, "path")
    if not target:
        return [required((*path, "path"))]
    errors = no_backsteps(target, (*path, "path"))
    kind = source.get("type")
    if isinstance(kind, str) and kind not in _HOST_PATH_TYPES:
        errors.append(not_supported((*path, "type"), kind, _HOST_PATH_TYPES))
    return errors


def _git_repo(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "repository") else [required((*path, "repository"))]
    return errors + relative_path(text_at(source, "directory"), (*path, "directory"))


def _mode(source: Mapping[str, Any], path: Path, key: str = "defaultMode") -> list[FieldError]:
    mode = int_at(source, key)
    return [invalid((*path, key), mode, FILE_MODE)] if mode is not None and not 0 <= mode <= 0o777 else []


def _key_items(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, item in enumerate(maps_at(source, "items")):
        at = (*path, "items", index)
        target = text_at(item, "path")
        if not text_at(item, "key"):
            errors.append(required((*at, "key")))
        if not target:
            errors.append(required((*at, "path")))
        errors += file_path(target, (*at, "path"))
        errors += _mode(item, at, "mode")
    return errors


def _config_map(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "name") else [required((*path, "name"))]
    return errors + _mode(source, path) + _key_items(source, path)


def _secret(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = [] if text_at(source, "secretName") else [required((*path, "secretName"))]
    return errors + _mode(source, path) + _key_items(source, path)


def _downward_items(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Files of the downward API; the server names no item, only the volume."""
    errors: list[FieldError] = []
    for index, item in enumerate(maps_at(source, "items")):
        at = (*path, "items", index)
        target = text_at(item, "path")
        if not target:
            errors.append(required((*at, "path"), shown=(*path, "path")))
        errors += file_path(target, (*at, "path"), shown=(*path, "path"))
        field, resource = item.get("fieldRef"), item.get("resourceFieldRef")
        if isinstance(field, dict):
            errors += validate_field_reference(field, VOLUME_FIELDS, (*path, "fieldRef"))
            if isinstance(resource, dict):
                detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
                errors.append(invalid(at, "resource", detail, shown=path))
        elif isinstance(resource, dict):
            errors += validate_resource_field(resource, (*path, "resourceFieldRef"), in_volume=True)
        else:
            errors.append(required(at, "one of fieldRef and resourceFieldRef is required", shown=path))
        mode = int_at(item, "mode")
        if mode is not None and not 0 <= mode <= 0o777:
            errors.append(invalid((*at, "mode"), mode, FILE_MODE, shown=(*path, "mode")))
    return errors


def _downward(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    return _mode(source, path) + _downward_items(source, path)


def _projected(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Several sources in one directory: one per entry, and no file twice."""
    errors = _mode(source, path)
    seen: set[str] = set()
    for index, projection in enumerate(maps_at(source, "sources")):
        at = (*path, "sources", index)
        given = [key for key in _PROJECTIONS if isinstance(projection.get(key), dict)]
        for key in given:
            part, place = projection[key], (*at, key)
            match key:
                case "secret" | "configMap":
                    if not text_at(part, "name"):
                        errors.append(required((*place, "name")))
                    errors += _key_items(part, place)
                case "downwardAPI":
                    errors += _downward_items(part, place)
                case "serviceAccountToken":
                    errors += _token(part, place, path)
                case "clusterTrustBundle":
                    errors += _trust_bundle(part, place)
            errors += _conflicts(part, key, place, path, seen)
        if len(given) > 1:
            errors.append(forbidden(at, "may not specify more than 1 volume type per source"))
    return errors


_PROJECTIONS = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle")


def _conflicts(
    part: Mapping[str, Any], key: str, path: Path, shown: Path, seen: set[str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    if key == "serviceAccountToken":
        return errors
    entries = [part] if key == "clusterTrustBundle" else maps_at(part, "items")
    for index, entry in enumerate(entries):
        target = text_at(entry, "path")
        if target and target in seen:
            value = text_at(part, "name") if key in ("secret", "configMap") else target
            at = (*path, "path") if entry is part else (*path, "items", index, "path")
            errors.append(invalid(at, value, "conflicting duplicate paths", shown=shown))
        seen.add(target)
    return errors


def _token(part: Mapping[str, Any], path: Path, shown: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seconds, at = int_at(part, "expirationSeconds"), (*path, "expirationSeconds")
    if seconds is not None and seconds < 600:
        errors.append(invalid(at, seconds, "may not specify a duration less than 10 minutes"))
    if seconds is not None and seconds > 1 << 32:
        errors.append(invalid(at, seconds, "may not specify a duration larger than 2^32 seconds"))
    target = text_at(part, "path")
    if not target:
        return [*errors, required((*path, "path"), shown=(*shown, "path"))]
    return errors + file_path(target, (*path, "path"), shown=(*shown, "path"))


def _trust_bundle(part: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    by_name, by_signer = part.get("name") is not None, part.get("signerName") is not None
    if by_name and by_signer:
        errors.append(invalid(path, dict(part), "only one of name and signerName may be used"))
    elif by_signer:
        errors += validate_label_selector(part.get("labelSelector"), (*path, "labelSelector"))
    elif by_name and part.get("labelSelector") is not None:
        detail = "labelSelector must be unset if name is specified"
        errors.append(invalid((*path, "labelSelector"), part["labelSelector"], detail, "v1.LabelSelector"))
    elif not by_name:
        errors.append(required(path, "either name or signerName must be specified"))
    if not text_at(part, "path"):
        errors.append(required((*path, "path")))
    return errors + file_path(text_at(part, "path"), (*path, "path"))


def _claim(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    return [] if text_at(source, "claimName") else [required((*path, "claimName"))]


def _csi(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = validate_csi_driver_name(text_at(source, "driver"), (*path, "driver"))
    reference = source.get("nodePublishSecretRef")
    if isinstance(reference, dict):
        name, at = text_at(reference, "name"), (*path, "nodePublishSecretRef", "name")
        if not name:
            errors.append(required(at))
        else:
            errors += invalid_each(at, name, names.dns_subdomain(name), shown=(*path, "name"))
    return errors


def _image(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    policy, at = text_at(source, "pullPolicy"), (*path, "pullPolicy")
    allowed = ("Always", "IfNotPresent", "Never")
    if policy in allowed:
        return []
    return [not_supported(at, policy, allowed) if policy else required(at)]


def _ephemeral(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    template = source.get("volumeClaimTemplate")
    at = (*path, "volumeClaimTemplate")
    return validate_claim_template(template, at) if isinstance(template, dict) else [required(at)]


_SOURCES: dict[str, VolumeCheck] = {
    "emptyDir": _empty_dir,
    "hostPath": validate_host_path,
    "gitRepo": _git_repo,
    "secret": _secret,
    "persistentVolumeClaim": _claim,
    "downwardAPI": _downward,
    "configMap": _config_map,
    "projected": _projected,
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _image,
    **PLUGINS,
}
"""Every way a volume can be filled; of several given, the first in this order is looked into."""
