"""Volumes of a Pod or Pod template."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.objects import Obj
from learn.kubectl.describe.common import Scene, lower
from learn.kubectl.describe.writer import NONE, Writer


def describe_volumes(scene: Scene, out: Writer, volumes: Sequence[Obj], *, in_template: bool = False) -> None:
    level, indent = (1, " ") if in_template else (0, "")
    if not volumes:
        out.line(f"Volumes:\t{NONE}", level)
        return
    out.line("Volumes:", level)
    for volume in volumes:
        out.line(f"{indent}{volume['name']}:", 1)
        describe_source(scene, out, volume, 2)


def describe_source(scene: Scene, out: Writer, volume: Obj, level: int) -> None:
    """What is behind a volume; `<unknown>` for a source that is not known here."""
    fields = _fields(scene, volume)
    if not fields:
        out.line("<unknown>", 1)
    for name, value in fields:
        out.line(f"{name}:\t{value}", level)


def _fields(scene: Scene, volume: Obj) -> list[tuple[str, object]]:
    if (source := volume.get("hostPath")) is not None:
        return [
            ("Type", "HostPath (bare host directory volume)"),
            ("Path", source.get("path", "")),
            ("HostPathType", "<none>" if source.get("type") is None else source["type"]),
        ]
    if (source := volume.get("emptyDir")) is not None:
        return [
            ("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)"),
            ("Medium", source.get("medium", "")),
            ("SizeLimit", source.get("sizeLimit", "<unset>")),
        ]
    if (source := volume.get("configMap")) is not None:
        return [
            ("Type", "ConfigMap (a volume populated by a ConfigMap)"),
            ("Name", source.get("name", "")),
            ("Optional", lower(source.get("optional"))),
        ]
    if (source := volume.get("secret")) is not None:
        return [
            ("Type", "Secret (a volume populated by a Secret)"),
            ("SecretName", source.get("secretName", "")),
            ("Optional", lower(source.get("optional"))),
        ]
    if (source := volume.get("persistentVolumeClaim")) is not None:
        return [
            ("Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)"),
            ("ClaimName", source.get("claimName", "")),
            ("ReadOnly", lower(source.get("readOnly"))),
        ]
    if (source := volume.get("projected")) is not None:
        return _projected(scene, source)
    if (source := volume.get("downwardAPI")) is not None:
        return [("Type", "DownwardAPI (a volume populated by information about the pod)"), ("Items", "")]
    if (source := volume.get("local")) is not None:
        return [
            ("Type", "LocalVolume (a persistent volume backed by local storage on a node)"),
            ("Path", source.get("path", "")),
        ]
    if (source := volume.get("nfs")) is not None:
        return [
            ("Type", "NFS (an NFS mount that lasts the lifetime of a pod)"),
            ("Server", source.get("server", "")),
            ("Path", source.get("path", "")),
            ("ReadOnly", lower(source.get("readOnly"))),
        ]
    if (source := volume.get("csi")) is not None:
        return [
            ("Type", "CSI (a Container Storage Interface (CSI) volume source)"),
            ("Driver", source.get("driver", "")),
            ("FSType", source.get("fsType", "")),
            ("ReadOnly", lower(source.get("readOnly"))),
        ]
    if volume.get("ephemeral") is not None:
        return [
            (
                "Type",
                "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
            )
        ]
    return []


def _projected(scene: Scene, source: Obj) -> list[tuple[str, object]]:
    fields: list[tuple[str, object]] = [
        ("Type", "Projected (a volume that contains injected data from multiple sources)")
    ]
    for each in source.get("sources") or ():
        if (secret := each.get("secret")) is not None:
            fields += [("SecretName", secret.get("name", "")), ("Optional", lower(secret.get("optional")))]
        if each.get("downwardAPI") is not None:
            fields.append(("DownwardAPI", "true"))
        if (config := each.get("configMap")) is not None:
            fields.append(("ConfigMapName", config.get("name", "")))
            if scene.minor <= 32:
                value = config.get("optional")
                fields.append(("ConfigMapOptional", "<nil>" if value is None else lower(value)))
            else:
                fields.append(("Optional", lower(config.get("optional"))))
        if (token := each.get("serviceAccountToken")) is not None:
            fields.append(("TokenExpirationSeconds", token.get("expirationSeconds", "")))
    return fields
