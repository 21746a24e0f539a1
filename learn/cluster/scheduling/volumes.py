"""Claims of a Pod and the volumes that a node can offer (plugins/volumebinding, volumezone, volumerestrictions)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
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
ZONE_LABELS = {
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""Labels that tell where a volume or a node stands, the old ones too -> the one that a node may have instead."""
NEW_AFFINITY_TEXT_SINCE = 34
SELECTED_NODE = "volume.kubernetes.io/selected-node"


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
    """Sort a Pod's claims.

    Raises Refused for one that is missing, lost or ending, and then for one that should be bound without
    the Pod and is not (volume_binding.go PreFilter; binder.go GetPodVolumeClaims).
    """
    bound, delayed, immediate = [], [], []
    for claim in [_usable_claim(pod, lister, name) for name in claim_names(pod)]:
        if is_bound(claim):
            bound.append(claim)
        elif is_delayed(claim, lister) and not text_at(claim["spec"], "volumeName"):
            delayed.append(claim)
        else:
            immediate.append(claim)
    if immediate:
        raise Refused("VolumeBinding", "pod has unbound immediate PersistentVolumeClaims", "spec.volumes")
    return Claims(tuple(bound), tuple(delayed))


def _usable_claim(pod: PodInfo, lister: Lister, name: str) -> Obj:
    claim = lister.find("PersistentVolumeClaim", pod.namespace, name)
    text = ""
    if claim is None and name in _ephemeral_names(pod):
        text = f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{name}"'
    elif claim is None:
        text = f'persistentvolumeclaim "{name}" not found'
    elif map_at(claim, "status").get("phase") == "Lost":
        volume = text_at(claim["spec"], "volumeName")
        text = f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
    elif "deletionTimestamp" in claim["metadata"]:
        text = f'persistentvolumeclaim "{name}" is being deleted'
    if claim is None or text:
        raise Refused("VolumeBinding", text, "spec.volumes")
    return claim


def _ephemeral_names(pod: PodInfo) -> set[str]:
    volumes = maps_at(pod.spec, "volumes")
    return {f"{pod.name}-{text_at(volume, 'name')}" for volume in volumes if "ephemeral" in volume}


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
        reasons = [_bound_problem(claims.bound, node, lister, conflict)]
        if matched_volumes(claims.delayed, node, lister) is None:
            reasons.append(NO_VOLUME)
        told = tuple(filter(None, reasons))
        if not told:
            return None
        detail = {"claims": [claim["metadata"]["name"] for claim in (*claims.bound, *claims.delayed)]}
        return Refusal("VolumeBinding", told, False, "spec.volumes", detail)

    return check


def _bound_problem(claims: Sequence[Obj], node: NodeInfo, lister: Lister, conflict: str) -> str:
    """What the first of the bound claims says against a node (binder.go checkBoundClaims); "" for nothing."""
    for claim in claims:
        volume = lister.find("PersistentVolume", "", claim["spec"]["volumeName"])
        if volume is None:
            return VOLUME_MISSING
        if not reaches(volume, node):
            return conflict
    return ""


def exclusive_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    """A ReadWriteOncePod claim that another Pod uses, on whatever node: only its going helps."""
    names = {
        name
        for name in claim_names(pod)
        if (claim := snapshot.lister.find("PersistentVolumeClaim", pod.namespace, name))
        and "ReadWriteOncePod" in list_at(claim["spec"], "accessModes")
    }
    if not names or not any(
        other.namespace == pod.namespace and names & set(claim_names(other))
        for node in snapshot.nodes.values()
        for other in node.pods.values()
    ):
        return None
    refusal = Refusal("VolumeRestrictions", (EXCLUSIVE,), True, "spec.volumes")
    return lambda node: refusal


def zone_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    """The zone labels of bound volumes; a node without any such label is in no zone, and takes all."""
    wanted: list[tuple[str, set[str]]] = []
    for name in claim_names(pod):
        claim = snapshot.lister.find("PersistentVolumeClaim", pod.namespace, name)
        named = text_at(claim["spec"], "volumeName") if claim else ""
        volume = snapshot.lister.find("PersistentVolume", "", named) if named else None
        labels = labels_of(volume) if volume else {}
        listed = [
            (key, [zone.strip() for zone in labels[key].split("__")]) for key in ZONE_LABELS if key in labels
        ]
        wanted += [(key, set(zones)) for key, zones in listed if all(zones)]
    if not wanted:
        return None
    refusal = Refusal("VolumeZone", (ZONE_CONFLICT,), False, "spec.volumes")

    def check(node: NodeInfo) -> Refusal | None:
        here = node.labels
        if not any(key in here for key in ZONE_LABELS):
            return None
        fits = all(here.get(key, here.get(ZONE_LABELS[key])) in zones for key, zones in wanted)
        return None if fits else refusal

    return check


def reaches(volume: Obj, node: NodeInfo) -> bool:
    """Whether a volume can be used on a node."""
    required = map_at(map_at(volume["spec"], "nodeAffinity"), "required")
    return not required or selector_matcher(required)(node.name, node.labels)


def matched_volumes(
    claims: Sequence[Obj], node: NodeInfo, lister: Lister
) -> list[tuple[Obj, Obj | None]] | None:
    """A volume for each waiting claim on this node, or None in its place when one would be made; None if impossible.

    A claim for which a node was selected before is provisioned there and nowhere else (binder.go FindPodVolumes).
    """
    taken: set[str] = set()
    matched: list[tuple[Obj, Obj | None]] = []
    for claim in sorted(claims, key=lambda each: _size(each["spec"])):
        selected = annotations_of(claim).get(SELECTED_NODE)
        if selected and selected != node.name:
            return None
        volume = None if selected else find_volume(claim, lister, node, taken)
        if volume is not None:
            taken.add(volume["metadata"]["name"])
        elif not _can_provision(claim, node, lister):
            return None
        matched.append((claim, volume))
    return matched


def find_volume(
    claim: Obj, lister: Lister, node: NodeInfo | None = None, taken: Container[str] = ()
) -> Obj | None:
    """The volume that names the claim, else the smallest available one that satisfies it.

    Rules: component-helpers storage/volume/pv_helpers.go FindMatchingVolume.
    """
    smallest: Obj | None = None
    for volume in lister.objects("PersistentVolume"):
        if volume["metadata"]["name"] in taken or not _is_offered(volume, claim):
            continue
        near = node is None or reaches(volume, node)
        if volume["spec"].get("claimRef"):
            return volume if near else None
        if not near or not satisfies(volume, claim):
            continue
        if smallest is None or _capacity(volume) < _capacity(smallest):
            smallest = volume
    return smallest


def _is_offered(volume: Obj, claim: Obj) -> bool:
    """Large enough, of the same mode, staying, and nobody else's; what names the claim need not fit otherwise."""
    have, want, meta = volume["spec"], claim["spec"], claim["metadata"]
    owner = map_at(have, "claimRef")
    if owner and (owner.get("namespace"), owner.get("name")) != (meta.get("namespace"), meta["name"]):
        return False
    if owner.get("uid") and owner["uid"] != meta.get("uid"):
        return False
    if "deletionTimestamp" in volume["metadata"] or _capacity(volume) < _size(want):
        return False
    return (have.get("volumeMode") or "Filesystem") == (want.get("volumeMode") or "Filesystem")


def satisfies(volume: Obj, claim: Obj) -> bool:
    """Available, and its class, size, modes and labels fit the claim."""
    have, want = volume["spec"], claim["spec"]
    if not _is_offered(volume, claim):
        return False
    if not have.get("claimRef") and map_at(volume, "status").get("phase", "Available") != "Available":
        return False
    if text_at(have, "storageClassName") != text_at(want, "storageClassName"):
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
    topologies = maps_at(storage_class, "allowedTopologies")
    return not topologies or any(_in_topology(each, node) for each in topologies)


def _in_topology(topology: Mapping[str, Any], node: NodeInfo) -> bool:
    expressions = [{**each, "operator": "In"} for each in maps_at(topology, "matchLabelExpressions")]
    return not expressions or term_matcher({"matchExpressions": expressions})(node.name, node.labels)


def _size(spec: Mapping[str, Any]) -> Quantity:
    return resource_list(map_at(map_at(spec, "resources"), "requests")).get("storage", ZERO)


def _capacity(volume: Obj) -> Quantity:
    return resource_list(map_at(volume["spec"], "capacity")).get("storage", ZERO)
