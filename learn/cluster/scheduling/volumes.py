"""Claims of a Pod and the volumes that a node can offer (plugins/volumebinding, volumezone, volumerestrictions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.labels import from_label_selector
from learn.cluster.api.quantity import ZERO, Quantity
from learn.cluster.api.requests import resource_list
from learn.cluster.objects import Obj, annotations_of, labels_of
from learn.cluster.scheduling.nodeaffinity import selector_matcher, term_matcher
from learn.cluster.scheduling.nodeinfo import Lister, NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.verdict import NodeFilter, Refusal, Refused

NO_PROVISIONER = "kubernetes.io/no-provisioner"
NO_VOLUME = "node(s) didn't find available persistent volumes to bind"
VOLUME_MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
EXCLUSIVE = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
ZONE_CONFLICT = "node(s) had no available volume zone"
ZONE_LABELS = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")
NEW_AFFINITY_TEXT_SINCE = 34


@dataclass(frozen=True, slots=True)
class Claims:
    """A Pod's claims: `bound` with their volumes' names, `delayed` that wait for a node (WaitForFirstConsumer)."""

    bound: tuple[Obj, ...] = ()
    delayed: tuple[Obj, ...] = ()


def claim_names(pod: PodInfo) -> list[str]:
    names = []
    for volume in maps_at(pod.spec, "volumes"):
        if "persistentVolumeClaim" in volume:
            names.append(text_at(map_at(volume, "persistentVolumeClaim"), "claimName"))
        elif "ephemeral" in volume:
            names.append(f"{pod.name}-{text_at(volume, 'name')}")
    return names


def claims_of(pod: PodInfo, lister: Lister) -> Claims:
    """Sort a Pod's claims.  Raises Refused for one that is missing, lost, ending or unbound without a class
    that waits for the Pod."""
    bound, delayed = [], []
    for name in claim_names(pod):
        claim = lister.find("PersistentVolumeClaim", pod.namespace, name)
        if claim is None:
            raise Refused("VolumeBinding", f'persistentvolumeclaim "{name}" not found', "spec.volumes")
        if map_at(claim, "status").get("phase") == "Lost":
            volume = text_at(claim["spec"], "volumeName")
            text = f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
            raise Refused("VolumeBinding", text, "spec.volumes")
        if "deletionTimestamp" in claim["metadata"]:
            raise Refused("VolumeBinding", f'persistentvolumeclaim "{name}" is being deleted', "spec.volumes")
        if is_bound(claim):
            bound.append(claim)
        elif is_delayed(claim, lister):
            delayed.append(claim)
        else:
            raise Refused("VolumeBinding", "pod has unbound immediate PersistentVolumeClaims", "spec.volumes")
    return Claims(tuple(bound), tuple(delayed))


def is_bound(claim: Obj) -> bool:
    return bool(text_at(claim["spec"], "volumeName")) and map_at(claim, "status").get("phase") == "Bound"


def is_delayed(claim: Obj, lister: Lister) -> bool:
    """Its class binds when the first Pod is placed."""
    storage_class = lister.find("StorageClass", "", text_at(claim["spec"], "storageClassName"))
    return storage_class is not None and storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"


def volume_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    """Raises Refused when the claims rule out every node."""
    if not claim_names(pod):
        return None
    lister = snapshot.lister
    claims = claims_of(pod, lister)
    conflict = (
        "node(s) didn't match PersistentVolume's node affinity"
        if snapshot.minor >= NEW_AFFINITY_TEXT_SINCE
        else "node(s) had volume node affinity conflict"
    )

    def check(node: NodeInfo) -> Refusal | None:
        reasons = []
        volumes = [lister.find("PersistentVolume", "", claim["spec"]["volumeName"]) for claim in claims.bound]
        if any(volume is None for volume in volumes):
            reasons.append(VOLUME_MISSING)
        elif not all(reaches(volume, node) for volume in volumes if volume):
            reasons.append(conflict)
        elif matched_volumes(claims.delayed, node, lister) is None:
            reasons.append(NO_VOLUME)
        if not reasons:
            return None
        detail = {"claims": [claim["metadata"]["name"] for claim in (*claims.bound, *claims.delayed)]}
        return Refusal("VolumeBinding", tuple(reasons), False, "spec.volumes", detail)

    return check


def exclusive_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    """A ReadWriteOncePod claim that another Pod uses on the node."""
    names = {
        name
        for name in claim_names(pod)
        if (claim := snapshot.lister.find("PersistentVolumeClaim", pod.namespace, name))
        and "ReadWriteOncePod" in list_at(claim["spec"], "accessModes")
    }
    if not names:
        return None
    refusal = Refusal("VolumeRestrictions", (EXCLUSIVE,), True, "spec.volumes")

    def check(node: NodeInfo) -> Refusal | None:
        used = any(
            other.namespace == pod.namespace and names & set(claim_names(other))
            for other in node.pods.values()
        )
        return refusal if used else None

    return check


def zone_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    """The zone labels of bound volumes."""
    wanted: list[tuple[str, set[str]]] = []
    for name in claim_names(pod):
        claim = snapshot.lister.find("PersistentVolumeClaim", pod.namespace, name)
        volume = (
            snapshot.lister.find("PersistentVolume", "", claim["spec"]["volumeName"])
            if claim and is_bound(claim)
            else None
        )
        labels = labels_of(volume) if volume else {}
        wanted += [(key, set(labels[key].split("__"))) for key in ZONE_LABELS if key in labels]
    if not wanted:
        return None
    refusal = Refusal("VolumeZone", (ZONE_CONFLICT,), False, "spec.volumes")
    return lambda node: None if all(node.labels.get(key) in values for key, values in wanted) else refusal


def reaches(volume: Obj, node: NodeInfo) -> bool:
    """Whether a volume can be used on a node."""
    required = map_at(map_at(volume["spec"], "nodeAffinity"), "required")
    return not required or selector_matcher(required)(node.name, node.labels)


def matched_volumes(
    claims: Sequence[Obj], node: NodeInfo, lister: Lister
) -> list[tuple[Obj, Obj | None]] | None:
    """A volume for each waiting claim on this node, or None in its place when one would be made; None if impossible."""
    taken: set[str] = set()
    matched: list[tuple[Obj, Obj | None]] = []
    for claim in sorted(claims, key=lambda each: _size(each["spec"])):
        volume = find_volume(claim, lister, node, taken)
        if volume is not None:
            taken.add(volume["metadata"]["name"])
        elif not _can_provision(claim, node, lister):
            return None
        matched.append((claim, volume))
    return matched


def find_volume(
    claim: Obj, lister: Lister, node: NodeInfo | None = None, taken: set[str] | None = None
) -> Obj | None:
    """The smallest volume that satisfies a claim (component-helpers volume/pv_helpers FindMatchingVolume)."""
    candidates = [
        volume
        for volume in lister.objects("PersistentVolume")
        if volume["metadata"]["name"] not in (taken or ())
        and satisfies(volume, claim)
        and (node is None or reaches(volume, node))
    ]
    claimed = [volume for volume in candidates if volume["spec"].get("claimRef")]
    listed = claimed or sorted(candidates, key=lambda each: (_capacity(each), each["metadata"]["name"]))
    return listed[0] if listed else None


def satisfies(volume: Obj, claim: Obj) -> bool:
    """Class, size, modes and labels fit, and nobody else has claimed the volume."""
    have, want = volume["spec"], claim["spec"]
    owner = map_at(have, "claimRef")
    meta = claim["metadata"]
    if owner and (owner.get("namespace"), owner.get("name")) != (meta.get("namespace"), meta["name"]):
        return False
    if owner.get("uid") and owner["uid"] != meta.get("uid"):
        return False
    if not owner and map_at(volume, "status").get("phase") in ("Released", "Failed", "Bound"):
        return False
    if "deletionTimestamp" in volume["metadata"] or _capacity(volume) < _size(want):
        return False
    if text_at(have, "storageClassName") != text_at(want, "storageClassName"):
        return False
    if (have.get("volumeMode") or "Filesystem") != (want.get("volumeMode") or "Filesystem"):
        return False
    if not set(list_at(want, "accessModes")) <= set(list_at(have, "accessModes")):
        return False
    named = text_at(want, "volumeName")
    if named and named != volume["metadata"]["name"]:
        return False
    selector = want.get("selector")
    return selector is None or from_label_selector(selector).matches(labels_of(volume))


def _can_provision(claim: Obj, node: NodeInfo, lister: Lister) -> bool:
    storage_class = lister.find("StorageClass", "", text_at(claim["spec"], "storageClassName"))
    if storage_class is None or text_at(storage_class, "provisioner") in ("", NO_PROVISIONER):
        return False
    selected = annotations_of(claim).get("volume.kubernetes.io/selected-node")
    if selected and selected != node.name:
        return False
    topologies = maps_at(storage_class, "allowedTopologies")
    return not topologies or any(_in_topology(each, node) for each in topologies)


def _in_topology(topology: Mapping[str, Any], node: NodeInfo) -> bool:
    expressions = [{**each, "operator": "In"} for each in maps_at(topology, "matchLabelExpressions")]
    return not expressions or term_matcher({"matchExpressions": expressions})(node.name, node.labels)


def _size(spec: Mapping[str, Any]) -> Quantity:
    return resource_list(map_at(map_at(spec, "resources"), "requests")).get("storage", ZERO)


def _capacity(volume: Obj) -> Quantity:
    return resource_list(map_at(volume["spec"], "capacity")).get("storage", ZERO)
