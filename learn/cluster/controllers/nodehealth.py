"""When a silent node is noticed, what its silence means, and how long Pods stay on it, as pure functions.

Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/tainteviction, pkg/controller/podgc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from learn.cluster.leases import last_heartbeat
from learn.cluster.objects import Obj
from learn.cluster.scheduling.taints import tolerates

CHECK_MS = 5_000
GC_CHECK_MS, QUARANTINE_MS = 20_000, 40_000
UNHEALTHY_ZONE = 0.55


def grace_ms(version: str) -> int:
    """node-monitor-grace-period: 50 s, 40 s before 1.32."""
    return 50_000 if int(version.partition(".")[2]) >= 32 else 40_000


def noticed_at(silent_ms: int, grace: int) -> int:
    """When silence from `silent_ms` on is noticed.

    The last heartbeat came at a multiple of 10 s; the controller looks every 5 s whether more than `grace` has
    passed since.
    """
    return (last_heartbeat(silent_ms) + grace) // CHECK_MS * CHECK_MS + CHECK_MS


def eviction_delay_ms(pod: Obj, taints: Sequence[Mapping[str, Any]]) -> int | None:
    """How long a Pod may stay with NoExecute taints: 0 at once, None for ever (getMinTolerationTime)."""
    tolerations = pod["spec"].get("tolerations") or ()
    times = []
    for taint in taints:
        if taint.get("effect") != "NoExecute":
            continue
        used = [t for t in tolerations if tolerates(t, taint)]
        if not used:
            return 0
        times += [
            max(0, int(t["tolerationSeconds"])) * 1000 for t in used if t.get("tolerationSeconds") is not None
        ]
    return min(times, default=None)


def collected_at(gone_ms: int) -> int:
    """When the Pods of a node that went at `gone_ms` are deleted.

    Pod GC looks every 20 s, and keeps a node in mind for 40 s that it misses for the first time.
    """
    return gone_ms // GC_CHECK_MS * GC_CHECK_MS + GC_CHECK_MS + QUARANTINE_MS


class ZoneState(StrEnum):
    """How much of a zone is silent."""

    NORMAL = "normal"
    PARTIAL = "partial"
    FULL = "full"


def zone_state(ready: Sequence[bool]) -> ZoneState:
    """The state of a zone from whether each of its nodes is Ready (ComputeZoneState)."""
    silent = sum(not each for each in ready)
    if ready and silent == len(ready):
        return ZoneState.FULL
    is_partial = silent > 2 and silent / len(ready) >= UNHEALTHY_ZONE
    return ZoneState.PARTIAL if is_partial else ZoneState.NORMAL
