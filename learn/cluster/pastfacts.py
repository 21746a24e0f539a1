"""Facts of a cluster that is put away and taken up again: its snapshot has no trace, so what happened is kept beside it.

>>> from learn.cluster.cluster import Cluster
>>> cluster = Cluster(seed=0)
>>> _ = cluster.run_for(1_000)
>>> past = kept_facts({}, cluster)
>>> facts_since_start(past, Cluster.restore(cluster.snapshot())) == facts_since_start({}, cluster)
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from learn.cluster.facts import NEVER, Series, facts, first_reached

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

Facts: TypeAlias = Mapping[str, Any]

MOST = 2_000
"""Of a list that grows, so many of its last items are kept."""

_LISTS = ("restarts", "kills", "exits", "events", "refused")
_SERIES = ("ready", "replicas", "endpoints")


def kept_facts(past: Facts, cluster: Cluster) -> dict[str, Any]:
    """What to keep with a snapshot: `past` (empty at first) and what has happened since the cluster was taken up.

    Load that goes on is left to the snapshot, which counts it.
    """
    return _joined(past, facts(cluster, with_open_load=False))


def facts_since_start(past: Facts, cluster: Cluster) -> dict[str, Any]:
    """`learn.cluster.facts.facts` from the very start, for a cluster that was taken up with `past`."""
    return _joined(past, facts(cluster))


def _joined(past: Facts, later: Facts) -> dict[str, Any]:
    """Both as one; a past that was kept before there was such a fact knows nothing of it."""
    if not past:
        return dict(later)
    found: dict[str, Any] = {name: [*past.get(name, ()), *later[name]][-MOST:] for name in _LISTS}
    for name in _SERIES:
        found[name] = _by_key(past.get(name, {}), later[name], _one_series)
    found["pods"] = _by_key(past.get("pods", {}), later["pods"], _one_pod)
    found["requests"] = _by_key(past.get("requests", {}), later["requests"], _one_total)
    found["readyAt"] = {app: first_reached(series) for app, series in found["ready"].items()}
    return {**found, "windows": {}}


def _by_key(
    past: Mapping[str, Any], later: Mapping[str, Any], join: Callable[[Any, Any], Any]
) -> dict[str, Any]:
    both = {key: join(past[key], value) if key in past else value for key, value in later.items()}
    return {**past, **both}


def _one_series(past: Series, later: Series) -> Series:
    """The first step of what comes later is how things were when the cluster was taken up: no step of its own."""
    joined = list(past)
    for step in later:
        if not joined or {**joined[-1], "ms": 0} != {**step, "ms": 0}:
            joined.append(step)
    return joined[-MOST:]


def _one_pod(past: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Instants are the first ones, but a Pod that is there again under its name has not been deleted."""
    first = {key: value if past[key] in (NEVER, "") else past[key] for key, value in later.items()}
    return {**first, "deleted": later["deleted"]}


def _one_total(past: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    pods = {**past["byPod"], **later["byPod"]}
    return {
        "sent": past["sent"] + later["sent"],
        "failed": past["failed"] + later["failed"],
        "byPod": {pod: past["byPod"].get(pod, 0) + later["byPod"].get(pod, 0) for pod in pods},
        "latencyMs": max(past["latencyMs"], later["latencyMs"]),
    }
