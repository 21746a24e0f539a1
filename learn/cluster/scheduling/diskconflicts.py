"""Disks named in a Pod's own spec that only one Pod of a node may use (plugins/volumerestrictions isVolumeConflict)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.verdict import NodeFilter, Refusal

REASON = "node(s) had no available disk"
DISKS = ("gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd")


def conflicts(volume: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two volumes are the same disk, and not both read it only (an EBS volume never allows two)."""
    for kind in DISKS:
        if kind not in volume or kind not in other:
            continue
        one, two = map_at(volume, kind), map_at(other, kind)
        is_read_only = bool(one.get("readOnly")) and bool(two.get("readOnly"))
        if _is_same(kind, one, two) and (kind == "awsElasticBlockStore" or not is_read_only):
            return True
    return False


def _is_same(kind: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    match kind:
        case "gcePersistentDisk":
            return bool(one.get("pdName") == two.get("pdName"))
        case "awsElasticBlockStore":
            return bool(one.get("volumeID") == two.get("volumeID"))
        case "iscsi":
            return bool(one.get("iqn") == two.get("iqn"))
    shares_monitor = bool(set(list_at(one, "monitors")) & set(list_at(two, "monitors")))
    return shares_monitor and all(one.get(name) == two.get(name) for name in ("pool", "image"))


def disk_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    """A disk of this Pod that another Pod of the node uses."""
    wanted = [volume for volume in maps_at(pod.spec, "volumes") if any(kind in volume for kind in DISKS)]
    if not wanted:
        return None
    refusal = Refusal("VolumeRestrictions", (REASON,), True, "spec.volumes")

    def check(node: NodeInfo) -> Refusal | None:
        taken = [volume for other in node.pods.values() for volume in maps_at(other.spec, "volumes")]
        return refusal if any(conflicts(one, two) for one in wanted for two in taken) else None

    return check
