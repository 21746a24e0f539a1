"""PersistentVolumeClaims, PersistentVolumes, StorageClasses."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.objects import Obj
from learn.kubectl.columns.cluster import access_modes, is_default_class, storage_class
from learn.kubectl.columns.model import labels_text
from learn.kubectl.describe.common import Scene, events, time_text, yes
from learn.kubectl.describe.volumes import describe_source
from learn.kubectl.describe.writer import NONE, Writer

UNSET = "<unset>"


def describe_claim(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    out.field("Name", meta["name"])
    out.field("Namespace", meta["namespace"])
    out.field("StorageClass", storage_class(obj))
    out.field("Status", _phase(scene, obj))
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
    users = [pod["metadata"]["name"] for pod in scene.objects("Pod", meta["namespace"]) if _uses(pod, obj)]
    out.field("Used By", users[0] if users else NONE)
    for name in users[1:]:
        out.line(f"\t{name}")
    _claim_conditions(out, status.get("conditions") or ())
    events(scene, out, obj)


def _claim_conditions(out: Writer, conditions: Sequence[Obj]) -> None:
    if not conditions:
        return
    names = ("Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message")
    out.line("Conditions:")
    rules = ("----", "------", "-----------------", "------------------", "------", "-------")
    out.table([names, rules])
    for each in conditions:
        probed, changed = time_text(each.get("lastProbeTime")), time_text(each.get("lastTransitionTime"))
        cells = (each["type"], each["status"], probed, changed, each.get("reason", ""))
        out.table([(*(f"{cell} " for cell in cells), each.get("message", ""))])


def _phase(scene: Scene, obj: Obj) -> str:
    deleted = obj["metadata"].get("deletionTimestamp")
    if deleted:
        return f"Terminating (lasts {scene.age(deleted)})"
    return str((obj.get("status") or {}).get("phase", ""))


def _uses(pod: Obj, claim: Obj) -> bool:
    """It mounts the claim, or owns it (a claim made for a generic ephemeral volume)."""
    meta, volumes = claim["metadata"], pod["spec"].get("volumes") or ()
    names = {(each.get("persistentVolumeClaim") or {}).get("claimName") for each in volumes}
    owners = {each.get("uid") for each in meta.get("ownerReferences") or () if each.get("kind") == "Pod"}
    return meta["name"] in names or pod["metadata"].get("uid") in owners


def describe_volume(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    out.field("Name", meta["name"])
    out.labels("Labels", meta.get("labels"))
    out.annotations("Annotations", meta.get("annotations"))
    out.field("Finalizers", f"[{' '.join(meta.get('finalizers') or ())}]")
    out.field("StorageClass", storage_class(obj))
    out.field("Status", _phase(scene, obj))
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
    describe_source(scene, out, spec)
    events(scene, out, obj)


def _node_affinity(out: Writer, affinity: Obj | None) -> None:
    required = (affinity or {}).get("required")
    if required is None:
        out.field("Node Affinity", NONE)
        return
    terms = required.get("nodeSelectorTerms") or ()
    out.line("Node Affinity:\t")
    if not terms:
        out.field("Required Terms", NONE, 1)
        return
    out.line("Required Terms:\t", 1)
    for index, term in enumerate(terms):
        expressions = [
            f"{each['key']} {str(each['operator']).lower()}{_values(each)}"
            for each in term.get("matchExpressions") or ()
        ]
        out.line(f"Term {index}:\t{expressions[0] if expressions else NONE}", 2)
        for text in expressions[1:]:
            out.line(f"\t{text}", 2)


def _values(requirement: Obj) -> str:
    values = requirement.get("values") or ()
    return f" [{', '.join(values)}]" if values else ""


def describe_storage_class(scene: Scene, out: Writer, obj: Obj) -> None:
    annotations = obj["metadata"].get("annotations") or {}
    out.field("Name", obj["metadata"]["name"])
    out.field("IsDefaultClass", "Yes" if is_default_class(obj) else "No")
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
    if obj.get("allowedTopologies") is not None:
        _topologies(out, obj["allowedTopologies"])
    events(scene, out, obj)


def _topologies(out: Writer, terms: Sequence[Obj]) -> None:
    out.line(f"AllowedTopologies:\t{'' if terms else NONE}")
    for index, term in enumerate(terms):
        texts = [f"{each['key']} in{_values(each)}" for each in term.get("matchLabelExpressions") or ()]
        out.line(f"Term {index}:\t{texts[0] if texts else NONE}", 1)
        for text in texts[1:]:
            out.line(f"\t{text}", 1)
