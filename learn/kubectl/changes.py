"""What has changed since a waiting command last looked: a watch over the trace."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from learn.cluster.cluster import Cluster
from learn.cluster.objects import Obj, Ref, ref_of


class Change(NamedTuple):
    """A watch event: ADDED, MODIFIED or DELETED, with the object as it was then (before its deletion, as it was last)."""

    type: str
    ref: Ref
    obj: Obj
    time_ms: int


def changes(cluster: Cluster, since: int, kinds: frozenset[str]) -> Iterator[Change]:
    """Every version of objects of these kinds written after the trace entry `since`, in order."""
    trace = cluster.trace
    if "Event" in kinds:
        yield from _events(cluster, since)
    for number in range(since + 1, trace.last_id + 1):
        entry = trace.get(number)
        if entry is not None and entry.ref.kind in kinds and entry.change != "event":
            found = _version(cluster, entry.ref, number)
            if found:
                yield found


def _events(cluster: Cluster, since: int) -> Iterator[Change]:
    found = []
    for obj in cluster.store.objects("Event"):
        ref = ref_of(obj)
        for version in reversed(cluster.trace.versions(ref)):
            if version.entry <= since:
                break
            kind = "ADDED" if (version.obj or {}).get("count", 1) == 1 else "MODIFIED"
            found.append((version.entry, Change(kind, ref, version.obj or obj, version.time_ms)))
    yield from (change for _, change in sorted(found, key=lambda pair: pair[0]))


def _version(cluster: Cluster, ref: Ref, number: int) -> Change | None:
    """The version that a trace entry wrote; None when it wrote none."""
    versions = cluster.trace.versions(ref)
    index = bisect_left(versions, number, key=lambda version: version.entry)
    if index == len(versions) or versions[index].entry != number:
        return None
    before = versions[index - 1].obj if index else None
    obj = versions[index].obj or before
    if obj is None:
        return None
    kind = "DELETED" if versions[index].obj is None else "ADDED" if before is None else "MODIFIED"
    return Change(kind, ref, obj, versions[index].time_ms)
