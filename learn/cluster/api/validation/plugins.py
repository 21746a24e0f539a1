"""Validation of volumes that a storage system serves (core/validation): NFS, iSCSI, CSI and the old in-tree ones."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    invalid,
    invalid_each,
    not_supported,
    required,
    too_long,
)

VolumeCheck = Callable[[Mapping[str, Any], Path], list[FieldError]]

_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$").search
_EUI = re.compile(r"eui.[A-Za-z0-9]{16}").fullmatch
_NAA = re.compile(r"naa.[A-Za-z0-9]{32}").fullmatch
_LUN = names.range_reason(0, 255)
_PARTITION = names.range_reason(1, 255)


def _require(source: Mapping[str, Any], keys: Iterable[str], path: Path) -> list[FieldError]:
    return [required((*path, key)) for key in keys if not source.get(key)]


def _requires(*keys: str) -> VolumeCheck:
    """A volume that only has to name some things."""
    return lambda source, path: _require(source, keys, path)


def _nfs(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = _require(source, ("server", "path"), path)
    target = text_at(source, "path")
    if not target.startswith("/"):
        errors.append(invalid((*path, "path"), target, "must be an absolute path"))
    return errors


def _iscsi(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = _require(source, ("targetPortal", "iqn"), path)
    if text_at(source, "iqn"):
        errors += _initiator(text_at(source, "iqn"), (*path, "iqn"), (*path, "iqn"))
    errors += _lun(source, path)
    if (flag_at(source, "chapAuthDiscovery") or flag_at(source, "chapAuthSession")) and not source.get(
        "secretRef"
    ):
        errors.append(required((*path, "secretRef")))
    if text_at(source, "initiatorName"):
        at = (*path, "initiatorName")
        errors += _initiator(text_at(source, "initiatorName"), at, (*path, "initiatorname"))
    return errors


def _initiator(name: str, path: Path, shown: Path) -> list[FieldError]:
    if not name.startswith(("iqn", "eui", "naa")):
        return [invalid(path, name, "must be valid format starting with iqn, eui, or naa", shown=shown)]
    form = _IQN if name.startswith("iqn") else _EUI if name.startswith("eui") else _NAA
    return [] if form(name) else [invalid(path, name, "must be valid format", shown=shown)]


def _lun(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    number = int_at(source, "lun") or 0
    return [] if 0 <= number <= 255 else [invalid((*path, "lun"), number, _LUN)]


def _fibre_channel(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    targets, wwids = list_at(source, "targetWWNs"), list_at(source, "wwids")
    at = (*path, "targetWWNs")
    errors: list[FieldError] = []
    if not targets and not wwids:
        errors.append(required(at, "must specify either targetWWNs or wwids, but not both"))
    if targets and wwids:
        errors.append(invalid(at, targets, "targetWWNs and wwids can not be specified simultaneously"))
    if targets:
        if source.get("lun") is None:
            errors.append(required((*path, "lun"), "lun is required if targetWWNs is specified"))
        else:
            errors += _lun(source, path)
    return errors


def _partitioned(key: str) -> VolumeCheck:
    def check(source: Mapping[str, Any], path: Path) -> list[FieldError]:
        number = int_at(source, "partition") or 0
        errors = _require(source, (key,), path)
        return errors if 0 <= number <= 255 else [*errors, invalid((*path, "partition"), number, _PARTITION)]

    return check


def _flocker(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    name, uid = text_at(source, "datasetName"), text_at(source, "datasetUUID")
    errors: list[FieldError] = []
    if not name and not uid:
        errors.append(required(path, "one of datasetName and datasetUUID is required"))
    if name and uid:
        detail = "datasetName and datasetUUID can not be specified simultaneously"
        errors.append(invalid(path, "resource", detail))
    if "/" in name:
        errors.append(invalid((*path, "datasetName"), name, "must not contain '/'"))
    return errors


def _quobyte(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    registry = text_at(source, "registry")
    pairs = "must be a host:port pair or multiple pairs separated by commas"
    errors: list[FieldError] = []
    if not registry:
        errors.append(required((*path, "registry"), pairs))
    elif len(text_at(source, "tenant")) >= 65:
        detail = "must be a UUID and may not exceed a length of 64 characters"
        errors.append(required((*path, "tenant"), detail))
    else:
        broken = [pair for pair in registry.split(",") if pair.count(":") != 1]
        errors += [invalid((*path, "registry"), registry, pairs) for _ in broken]
    return errors + _require(source, ("volume",), path)


def _flex(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = _require(source, ("driver",), path)
    for key in sorted(map(str, map_at(source, "options"))):
        domain = f".{key.partition('/')[0].lower()}"
        if domain.endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            errors.append(invalid((*path, "options", Key(key)), key, detail))
    return errors


_MANAGED = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
_BLOB = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"


def _azure_disk(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = _require(source, ("diskName", "diskURI"), path)
    kind, uri = source.get("kind"), text_at(source, "diskURI")
    for key, allowed in (
        ("cachingMode", ("None", "ReadOnly", "ReadWrite")),
        ("kind", ("Dedicated", "Managed", "Shared")),
    ):
        value = source.get(key)
        if isinstance(value, str) and value not in allowed:
            errors.append(not_supported((*path, key), value, allowed))
    if kind == "Managed" and not uri.startswith("/subscriptions/"):
        errors.append(not_supported((*path, "diskURI"), uri, (_MANAGED,)))
    if isinstance(kind, str) and kind != "Managed" and not uri.startswith("https://"):
        errors.append(not_supported((*path, "diskURI"), uri, (_BLOB,)))
    return errors


def _cinder(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    return _require(source, ("volumeID",), path) + secret_name(source, path)


def _storage_os(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    name, namespace = text_at(source, "volumeName"), text_at(source, "volumeNamespace")
    at = (*path, "volumeName")
    errors += invalid_each(at, name, names.dns_label(name)) if name else [required(at)]
    if namespace:
        errors += invalid_each((*path, "volumeNamespace"), namespace, names.dns_label(namespace))
    return errors + secret_name(source, path)


def secret_name(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    """A secretRef, where given, has a name."""
    reference = source.get("secretRef")
    if isinstance(reference, dict) and not text_at(reference, "name"):
        return [required((*path, "secretRef", "name"))]
    return []


def validate_csi_driver_name(name: str, path: Path) -> list[FieldError]:
    errors = [] if name else [required(path)]
    if len(name) > 63:
        errors.append(too_long(path, 63))
    return errors + invalid_each(path, name, names.dns_subdomain(name.lower()))


PLUGINS: dict[str, VolumeCheck] = {
    "nfs": _nfs,
    "iscsi": _iscsi,
    "fc": _fibre_channel,
    "gcePersistentDisk": _partitioned("pdName"),
    "awsElasticBlockStore": _partitioned("volumeID"),
    "glusterfs": _requires("endpoints", "path"),
    "flocker": _flocker,
    "rbd": _requires("monitors", "image"),
    "cinder": _cinder,
    "cephfs": _requires("monitors"),
    "quobyte": _quobyte,
    "flexVolume": _flex,
    "azureFile": _requires("secretName", "shareName"),
    "azureDisk": _azure_disk,
    "vsphereVolume": _requires("volumePath"),
    "photonPersistentDisk": _requires("pdID"),
    "portworxVolume": _requires("volumeID"),
    "scaleIO": _requires("gateway", "system", "volumeName"),
    "storageos": _storage_os,
}
