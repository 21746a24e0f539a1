"""When a Pod that did not fit is tried again (pkg/scheduler/backend/queue)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from learn.cluster.api.access import map_at
from learn.cluster.objects import Obj, labels_of

FIRST_BACKOFF_MS = 1_000
LAST_BACKOFF_MS = 10_000
FLUSH_MS = 300_000
"""A Pod that no event has woken is tried again after so long."""


class Happening(StrEnum):
    """What can make an unschedulable Pod schedulable (framework.ClusterEvent, made coarser)."""

    POD_LEFT = "a Pod left its node"
    POD_CAME = "a Pod came to a node"
    POD_SHRANK = "a Pod asks for less"
    NODE_ADDED = "a node was added"
    NODE_LABEL = "a node's labels changed"
    NODE_TAINT = "a node's taints changed"
    NODE_ALLOCATABLE = "a node has more to give"
    STORAGE = "a claim, volume or class changed"
    NAMESPACE = "a namespace's labels changed"


_NODE = frozenset({Happening.NODE_ADDED})
_HELPS: Mapping[str, frozenset[Happening]] = {
    "NodeUnschedulable": _NODE | {Happening.NODE_TAINT},
    "NodeName": _NODE,
    "TaintToleration": _NODE | {Happening.NODE_TAINT},
    "NodeAffinity": _NODE | {Happening.NODE_LABEL},
    "NodePorts": _NODE | {Happening.POD_LEFT},
    "NodeResourcesFit": _NODE | {Happening.NODE_ALLOCATABLE, Happening.POD_LEFT, Happening.POD_SHRANK},
    "VolumeRestrictions": _NODE | {Happening.POD_LEFT, Happening.STORAGE},
    "VolumeBinding": _NODE | {Happening.NODE_LABEL, Happening.NODE_TAINT, Happening.STORAGE},
    "VolumeZone": _NODE | {Happening.NODE_LABEL, Happening.STORAGE},
    "PodTopologySpread": _NODE
    | {Happening.NODE_LABEL, Happening.NODE_TAINT, Happening.POD_LEFT, Happening.POD_CAME},
    "InterPodAffinity": _NODE
    | {Happening.NODE_LABEL, Happening.POD_LEFT, Happening.POD_CAME, Happening.NAMESPACE},
}
"""Per plugin what may help (its EventsToRegister); one that preemption may help, too, hears of Pods that left."""


def helps(plugins: Iterable[str], happening: Happening) -> bool:
    """Whether something is worth a new try for a Pod that these plugins refused; with none named, anything is."""
    named = tuple(plugins)
    return not named or any(happening in _HELPS.get(plugin, frozenset(Happening)) for plugin in named)


def backoff_ms(attempts: int) -> int:
    """How long a Pod rests after its `attempts`-th failure: 1 s, doubled each time up to 10 s."""
    return min(FIRST_BACKOFF_MS << min(attempts - 1, 10), LAST_BACKOFF_MS)


def node_happenings(old: Obj | None, new: Obj) -> tuple[Happening, ...]:
    """What changed on a node, as far as Pods could care."""
    if old is None:
        return (Happening.NODE_ADDED,)
    found = []
    before, after = map_at(old, "spec"), map_at(new, "spec")
    if before is not after and any(
        before.get(name) != after.get(name) for name in ("taints", "unschedulable")
    ):
        found.append(Happening.NODE_TAINT)
    if labels_of(old) != labels_of(new):
        found.append(Happening.NODE_LABEL)
    if map_at(old, "status").get("allocatable") != map_at(new, "status").get("allocatable"):
        found.append(Happening.NODE_ALLOCATABLE)
    return tuple(found)
