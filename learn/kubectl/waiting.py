"""Letting virtual time pass for a command that waits: from change to change, never past the end of the command."""

from __future__ import annotations

from collections.abc import Callable

from learn.cluster.cluster import Cluster


def advance(
    cluster: Cluster, until_ms: int, goes_on: Callable[[], bool], deadline: Callable[[], int | None]
) -> bool:
    """Let time pass up to `until_ms`; `goes_on` is asked whenever an object has changed or `deadline` has come.

    Gives whether the command still waits.
    """
    while cluster.now < until_ms:
        due = cluster.engine.next_due()
        wanted = deadline()
        target = min(instant for instant in (due, wanted, until_ms) if instant is not None)
        version, entries = cluster.store.resource_version, cluster.trace.last_id
        end = cluster.run_until(max(target, cluster.now))
        if not end.is_complete:
            return goes_on()
        changed = cluster.store.resource_version != version or cluster.trace.last_id != entries
        if (changed or (wanted is not None and cluster.now >= wanted)) and not goes_on():
            return False
    return True
