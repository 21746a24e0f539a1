"""Volumes of a Pod or Pod template, and what is behind a PersistentVolume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learn.cluster.api.quantity import ZERO, try_parse
from learn.cluster.objects import Obj
from learn.kubectl.describe.common import Scene, lower
from learn.kubectl.describe.writer import MAX_ANNOTATION, NONE, Writer

UNSET = "<unset>"
_DEFAULTS: Mapping[str, object] = {"readOnly": False, "optional": False, "partition": 0}
_SIMPLE: Mapping[str, tuple[str, str]] = {
    "gcePersistentDisk": (
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        "PDName=pdName FSType=fsType Partition=partition ReadOnly=readOnly",
    ),
    "awsElasticBlockStore": (
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        "VolumeID=volumeID FSType=fsType Partition=partition ReadOnly=readOnly",
    ),
    "gitRepo": (
        "GitRepo (a volume that is pulled from git when the pod is created)",
        "Repository=repository Revision=revision",
    ),
    "secret": ("Secret (a volume populated by a Secret)", "SecretName=secretName Optional=optional"),
    "configMap": ("ConfigMap (a volume populated by a ConfigMap)", "Name=name Optional=optional"),
    "nfs": (
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        "Server=server Path=path ReadOnly=readOnly",
    ),
    "glusterfs": (
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        "EndpointsName=endpoints Path=path ReadOnly=readOnly",
    ),
    "persistentVolumeClaim": (
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        "ClaimName=claimName ReadOnly=readOnly",
    ),
    "azureDisk": (
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        "DiskName=diskName DiskURI=diskURI Kind=kind FSType=fsType CachingMode=cachingMode ReadOnly=readOnly",
    ),
    "azureFile": (
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        "SecretName=secretName ShareName=shareName ReadOnly=readOnly",
    ),
    "vsphereVolume": (
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        "VolumePath=volumePath FSType=fsType StoragePolicyName=storagePolicyName",
    ),
    "local": ("LocalVolume (a persistent volume backed by local storage on a node)", "Path=path"),
    "image": ("Image (a container image or OCI artifact)", "Reference=reference PullPolicy=pullPolicy"),
}
"""Of each source its text and `TITLE=FIELD` pairs."""


def describe_volumes(scene: Scene, out: Writer, volumes: Sequence[Obj], *, in_template: bool = False) -> None:
    level, indent = (1, " ") if in_template else (0, "")
    if not volumes:
        out.line(f"Volumes:\t{NONE}", level)
        return
    out.line("Volumes:", level)
    for volume in volumes:
        out.line(f"{indent}{volume['name']}:", 1)
        describe_source(scene, out, volume)


def describe_source(scene: Scene, out: Writer, volume: Obj) -> None:
    """What is behind a volume; `<unknown>` for a source that is not known here."""
    for name, (text, titles) in _SIMPLE.items():
        if isinstance(source := volume.get(name), dict):
            out.field("Type", text, 2)
            for title, _, key in (each.partition("=") for each in titles.split()):
                out.field(title, _shown(source.get(key, _DEFAULTS.get(key, ""))), 2)
            return
    for name, describe in _DESCRIBERS.items():
        if isinstance(source := volume.get(name), dict):
            describe(scene, out, source)
            return
    out.line("<unknown>", 1)


def _shown(value: object) -> object:
    return lower(value) if isinstance(value, bool) else value


def _host_path(scene: Scene, out: Writer, source: Obj) -> None:
    out.field("Type", "HostPath (bare host directory volume)", 2)
    out.field("Path", source.get("path", ""), 2)
    out.field("HostPathType", NONE if source.get("type") is None else source["type"], 2)


def _empty_dir(scene: Scene, out: Writer, source: Obj) -> None:
    out.field("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)", 2)
    out.field("Medium", source.get("medium", ""), 2)
    limit = source.get("sizeLimit")
    amount = try_parse(limit) if limit is not None else None
    out.field("SizeLimit", limit if amount and amount > ZERO else UNSET, 2)


def _downward(scene: Scene, out: Writer, source: Obj) -> None:
    out.field("Type", "DownwardAPI (a volume populated by information about the pod)", 2)
    out.line("Items:", 2)
    for item in source.get("items") or ():
        for field, key in (("fieldRef", "fieldPath"), ("resourceFieldRef", "resource")):
            if item.get(field):
                out.line(f"{item[field].get(key, '')} -> {item.get('path', '')}", 3)


def _fibre_channel(scene: Scene, out: Writer, source: Obj) -> None:
    out.field("Type", "FC (a Fibre Channel disk)", 2)
    out.field("TargetWWNs", ", ".join(source.get("targetWWNs") or ()), 2)
    out.field("LUN", NONE if source.get("lun") is None else source["lun"], 2)
    out.field("FSType", source.get("fsType", ""), 2)
    out.field("ReadOnly", lower(source.get("readOnly")), 2)


def _csi(scene: Scene, out: Writer, source: Obj) -> None:
    out.field("Type", "CSI (a Container Storage Interface (CSI) volume source)", 2)
    out.field("Driver", source.get("driver", ""), 2)
    out.field("FSType", source.get("fsType", ""), 2)
    if "volumeHandle" in source:
        out.field("VolumeHandle", source["volumeHandle"], 2)
    out.field("ReadOnly", lower(source.get("readOnly")), 2)
    attributes = source.get("volumeAttributes") or {}
    if not attributes:
        out.field("VolumeAttributes", NONE, 2)
    for index, key in enumerate(sorted(attributes)):
        text = f"{key}={attributes[key]}"
        shown = text if len(text) <= MAX_ANNOTATION else text[:MAX_ANNOTATION] + "..."
        # The client writes its indentation again before every piece of a line.
        out.line(f"{'VolumeAttributes:' if index == 0 else '    '}\t    {shown}", 2)


def _ephemeral(scene: Scene, out: Writer, source: Obj) -> None:
    text = "an inline specification for a volume that gets created and deleted with the pod"
    out.field("Type", f"EphemeralVolume ({text})", 2)
    template = source.get("volumeClaimTemplate")
    if not template:
        return
    meta, spec = template.get("metadata") or {}, template.get("spec") or {}
    out.field("StorageClass", spec.get("storageClassName") or "", 2)
    out.field("Volume", spec.get("volumeName", ""), 2)
    out.labels("Labels", meta.get("labels"), 2)
    out.annotations("Annotations", meta.get("annotations"), 2)
    out.field("Capacity", "", 2)
    out.field("Access Modes", "", 2)
    if spec.get("volumeMode"):
        out.field("VolumeMode", spec["volumeMode"], 2)


def _projected(scene: Scene, out: Writer, source: Obj) -> None:
    out.field("Type", "Projected (a volume that contains injected data from multiple sources)", 2)
    for each in source.get("sources") or ():
        if (secret := each.get("secret")) is not None:
            out.field("SecretName", secret.get("name", ""), 2)
            out.field("Optional", lower(secret.get("optional")), 2)
        elif each.get("downwardAPI") is not None:
            out.field("DownwardAPI", "true", 2)
        elif (config := each.get("configMap")) is not None:
            out.field("ConfigMapName", config.get("name", ""), 2)
            _config_optional(scene, out, config.get("optional"))
        elif (token := each.get("serviceAccountToken")) is not None:
            out.field("TokenExpirationSeconds", token.get("expirationSeconds", ""), 2)


def _config_optional(scene: Scene, out: Writer, value: Any) -> None:
    if scene.minor <= 32:
        out.field("ConfigMapOptional", "<nil>" if value is None else lower(value), 2)
    else:
        out.field("Optional", lower(value), 2)


_DESCRIBERS = {
    "hostPath": _host_path,
    "emptyDir": _empty_dir,
    "downwardAPI": _downward,
    "fc": _fibre_channel,
    "csi": _csi,
    "ephemeral": _ephemeral,
    "projected": _projected,
}
