"""Keeps as many Pods as a ReplicaSet wants (pkg/controller/replicaset/replica_set.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from learn.cluster.api.labels import from_label_selector
from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.ranking import deletion_order
from learn.cluster.controllers.replicas import (
    claim,
    is_available,
    next_available,
    pod_from,
    set_condition,
    without_zeros,
)
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, controller_of, is_deleting, labels_of, ref_of
from learn.cluster.pods import is_active, is_ready, is_terminal
from learn.cluster.store import Notice

BURST = 500


def batches(count: int) -> Iterable[int]:
    """Sizes of the batches in which Pods are created: 1, 2, 4, … (slowStartBatch)."""
    size = 1
    while count > 0:
        step = min(size, count)
        yield step
        count -= step
        size *= 2


class ReplicaSetController(Controller):
    name = "replicaset"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"ReplicaSet": own_key, "Pod": self._of_pod}

    def _of_pod(self, notice: Notice) -> Iterable[str]:
        """The owner's key; for a Pod without a controller, those of ReplicaSets that would adopt it."""
        found = list(_owner(notice))
        new = notice.new
        if new is not None and controller_of(new) is None and not is_deleting(new):
            for replica_set in self.store.objects("ReplicaSet", notice.ref.namespace):
                if from_label_selector(replica_set["spec"].get("selector")).matches(labels_of(new)):
                    found.append(f"{notice.ref.namespace}/{replica_set['metadata']['name']}")
        return found

    def reconcile(self, key: str) -> None:
        replica_set = self.store.find("ReplicaSet", *split_key(key))
        if replica_set is None:
            return
        pods = claim(self, replica_set, "Pod")
        active = [pod for pod in pods if is_active(pod)]
        failure = None
        if not is_deleting(replica_set):
            failure = self._manage(replica_set, active)
        self._report(replica_set, failure)
        if failure is not None:
            raise failure

    def _manage(self, replica_set: Obj, active: Sequence[Obj]) -> ApiError | None:
        """Create what is missing or delete what is too much; gives what stood in the way."""
        wanted = int(replica_set["spec"].get("replicas") or 0)
        missing = wanted - len(active)
        if missing > 0:
            return self._create(replica_set, min(missing, BURST))
        if missing < 0:
            self._delete(replica_set, active, min(-missing, BURST))
        return None

    def _create(self, replica_set: Obj, count: int) -> ApiError | None:
        base = f"{replica_set['metadata']['name']}-"
        pod = pod_from(replica_set["spec"]["template"], replica_set, generateName=base)
        for batch in batches(count):
            failure = None
            for _ in range(batch):
                try:
                    created = self.api.create(pod, trusted=True, field="spec.replicas")
                except ApiError as error:
                    failure = error
                    self._tell(replica_set, "Warning", "FailedCreate", f"Error creating: {error.message}")
                    continue
                text = f"Created pod: {created['metadata']['name']}"
                self._tell(replica_set, "Normal", "SuccessfulCreate", text)
            if failure is not None:
                return failure
        if count == BURST:
            self.enqueue(f"{replica_set['metadata']['namespace']}/{replica_set['metadata']['name']}")
        return None

    def _delete(self, replica_set: Obj, active: Sequence[Obj], count: int) -> None:
        now = self.clock.start_ms + self.engine.now
        for pod in deletion_order(active, self._related(replica_set), now)[:count]:
            self.api.delete(ref_of(pod), field="spec.replicas")
            text = f"Deleted pod: {pod['metadata']['name']}"
            self._tell(replica_set, "Normal", "SuccessfulDelete", text)

    def _related(self, replica_set: Obj) -> list[Obj]:
        """The active Pods of all ReplicaSets of the same owner (getIndirectlyRelatedPods)."""
        owner = controller_of(replica_set)
        siblings = [replica_set]
        if owner is not None:
            siblings = self.store.owned_by(owner["uid"], "ReplicaSet")
        return [
            pod
            for each in siblings
            for pod in self.store.owned_by(each["metadata"]["uid"], "Pod")
            if is_active(pod)
        ]

    def _tell(self, replica_set: Obj, type_: str, reason: str, message: str) -> None:
        self.events.record(replica_set, type_, reason, message, source="replicaset-controller")

    def _report(self, replica_set: Obj, failure: ApiError | None) -> None:
        ref = ref_of(replica_set)
        current = self.store.get(ref)
        if current is None:
            return
        seconds = int(current["spec"].get("minReadySeconds") or 0)
        owned = [p for p in self.store.owned_by(current["metadata"]["uid"], "Pod") if not is_terminal(p)]
        pods = [pod for pod in owned if not is_deleting(pod)]
        template = (current["spec"]["template"].get("metadata") or {}).get("labels") or {}
        now = self.engine.now
        status: Obj = {
            "replicas": len(pods),
            "fullyLabeledReplicas": sum(template.items() <= labels_of(pod).items() for pod in pods),
            "readyReplicas": sum(map(is_ready, pods)),
            "availableReplicas": sum(is_available(pod, seconds, self.clock, now) for pod in pods),
            "observedGeneration": current["metadata"]["generation"],
        }
        if self.terminating_counted:
            status["terminatingReplicas"] = len(owned) - len(pods)
        conditions = list((current.get("status") or {}).get("conditions") or ())
        if failure is not None:
            condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": failure.message}  # fmt: skip
            conditions = set_condition(conditions, condition, self.now_stamp())
        else:
            conditions = [c for c in conditions if c["type"] != "ReplicaFailure"]
        if conditions:
            status["conditions"] = conditions
        self.api.update_status(ref, without_zeros(status, "replicas", "terminatingReplicas"))
        due = next_available(pods, seconds, self.clock, now)
        if due is not None:
            self.enqueue(f"{ref.namespace}/{ref.name}", delay_ms=due - now)

    @property
    def terminating_counted(self) -> bool:
        """`status.terminatingReplicas` is on by default since 1.35."""
        return int(self.cluster.version.partition(".")[2]) >= 35


_owner = owner_key("ReplicaSet")
