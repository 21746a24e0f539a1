"""Scales workloads by their metrics every 15 s (pkg/controller/podautoscaler/horizontal.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from learn.cluster.autoscaling.podstates import pod_state
from learn.cluster.autoscaling.replica_calculator import PodState
from learn.cluster.controllers.base import Controller, KeysOf, key_of, split_key
from learn.cluster.controllers.hpa_sync import Sync
from learn.cluster.objects import Obj
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

SYNC_MS = 15_000
KEPT_READINGS = 10_000


class HorizontalController(Controller):
    """State by key: `recommendations`, `ups` and `downs` as `[ms, replicas]`, and what was `said` last."""

    name = "hpa"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self._read: dict[tuple[str, str, str], tuple[Obj, PodState]] = {}

    def state_of(self, pod: Obj, resource: str, container: str) -> PodState:
        """What the calculator reads of a Pod; read anew only when the Pod has changed."""
        key = (pod["metadata"]["uid"], resource, container)
        known = self._read.get(key)
        if known is not None and known[0] is pod:
            return known[1]
        if len(self._read) >= KEPT_READINGS:
            self._read.clear()
        state = pod_state(pod, self.clock, resource, container)
        self._read[key] = (pod, state)
        return state

    def watches(self) -> Mapping[str, KeysOf]:
        return {"HorizontalPodAutoscaler": self._changed}

    def _changed(self, notice: Notice) -> Iterable[str]:
        """A new HPA is looked at after one period; changes of it wait for the next one."""
        key = key_of(notice.obj)
        if notice.new is None:
            self.state.pop(key, None)
        elif notice.old is None:
            self.enqueue(key, delay_ms=SYNC_MS, cause=notice.entry)
        return ()

    def reconcile(self, key: str) -> None:
        hpa = self.store.find("HorizontalPodAutoscaler", *split_key(key))
        if hpa is None:
            return
        self.enqueue(key, delay_ms=SYNC_MS)
        kept = self.state.setdefault(key, {"recommendations": [], "ups": [], "downs": [], "said": ""})
        Sync(self, hpa, kept).run()
