"""PersistentVolumeClaims, PersistentVolumes, StorageClasses."""

from __future__ import annotations

from learn.cluster.objects import Obj
from learn.kubectl.columns.cluster import access_modes
from learn.kubectl.columns.model import labels_text
from learn.kubectl.describe.common import Scene, events, yes
from learn.kubectl.describe.volumes import describe_source
from learn.kubectl.describe.writer import NONE, Writer

UNSET = "<unset>"
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def describe_claim(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    out.field("Name", meta["name"])
    out.field("Namespace", meta["namespace"])
    out.field("StorageClass", spec.get("storageClassName") or "")
    out.field("Status", _phase(obj))
    out.field("Volume", spec.get("volumeName", ""))
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    out.field("Finalizers", f"[{' '.join(meta.get('finalizers') or ())}]")
    bound = bool(spec.get("volumeName"))
    out.field("Capacity", (status.get("capacity") or {}).get("storage", "") if bound else "")
    out.field("Access Modes", access_modes(status.get("accessModes") or ()) if bound else "")
    if spec.get("volumeMode"):
        out.field("VolumeMode", spec["volumeMode"])
    if source := spec.get("dataSource"):
        out.line("DataSource:")
        for name, key in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")):
            if source.get(key):
                out.field(name, source[key], 1)
    users = [
        pod["metadata"]["name"] for pod in scene.objects("Pod", meta["namespace"]) if _uses(pod, meta["name"])
    ]
    out.field("Used By", users[0] if users else NONE)
    for name in users[1:]:
        out.line(f"\t{name}")
    events(scene, out, obj)


def _phase(obj: Obj) -> str:
    if obj["metadata"].get("deletionTimestamp"):
        return "Terminating (lasts 0s)" if obj["kind"] == "PersistentVolumeClaim" else "Terminating"
    return str((obj.get("status") or {}).get("phase", ""))


def _uses(pod: Obj, claim: str) -> bool:
    volumes = pod["spec"].get("volumes") or ()
    return any((each.get("persistentVolumeClaim") or {}).get("claimName") == claim for each in volumes)


def describe_volume(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    out.field("Name", meta["name"])
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    out.field("Finalizers", f"[{' '.join(meta.get('finalizers') or ())}]")
    out.field("StorageClass", spec.get("storageClassName") or "")
    out.field("Status", _phase(obj))
    claim = spec.get("claimRef")
    out.field("Claim", f"{claim.get('namespace', '')}/{claim['name']}" if claim else "")
    out.field("Reclaim Policy", spec.get("persistentVolumeReclaimPolicy", ""))
    out.field("Access Modes", access_modes(spec.get("accessModes") or ()))
    if spec.get("volumeMode"):
        out.field("VolumeMode", spec["volumeMode"])
    out.field("Capacity", (spec.get("capacity") or {}).get("storage", ""))
    _node_affinity(out, spec.get("nodeAffinity"))
    out.field("Message", status.get("message", ""))
    out.line("Source:")
    describe_source(scene, out, spec, 2)
    events(scene, out, obj)


def _node_affinity(out: Writer, affinity: Obj | None) -> None:
    if affinity is None:
        out.field("Node Affinity", NONE)
        return
    terms = (affinity.get("required") or {}).get("nodeSelectorTerms") or ()
    out.line("Node Affinity:\t")
    if not terms:
        out.field("Required Terms", NONE, 1)
        return
    out.line("Required Terms:\t", 1)
    for index, term in enumerate(terms):
        expressions = [
            f"{each['key']} {str(each['operator']).lower()} [{', '.join(each.get('values') or ())}]"
            for each in term.get("matchExpressions") or ()
        ]
        out.line(f"Term {index}:\t{expressions[0] if expressions else NONE}", 2)
        for text in expressions[1:]:
            out.line(f"\t{text}", 2)


def describe_storage_class(scene: Scene, out: Writer, obj: Obj) -> None:
    annotations = obj["metadata"].get("annotations") or {}
    out.field("Name", obj["metadata"]["name"])
    out.field("IsDefaultClass", "Yes" if annotations.get(_DEFAULT_CLASS) == "true" else "No")
    out.field("Annotations", labels_text(annotations))
    out.field("Provisioner", obj.get("provisioner", ""))
    out.field("Parameters", labels_text(obj.get("parameters")))
    expansion = obj.get("allowVolumeExpansion")
    out.field("AllowVolumeExpansion", UNSET if expansion is None else yes(expansion))
    if obj.get("mountOptions"):
        out.line("MountOptions:")
        for option in obj["mountOptions"]:
            out.line(str(option), 1)
    else:
        out.field("MountOptions", NONE)
    for name, key in (("ReclaimPolicy", "reclaimPolicy"), ("VolumeBindingMode", "volumeBindingMode")):
        if obj.get(key):
            out.field(name, obj[key])
    events(scene, out, obj)
