"""The status of a Deployment: its counts and conditions, as pure functions.

Upstream: pkg/controller/deployment/{sync,progress}.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.controllers import rollout
from learn.cluster.controllers.replicas import without_zeros
from learn.cluster.objects import Obj
from learn.cluster.pods import condition


def counts(deployment: Obj, new: Obj | None, sets: Sequence[Obj]) -> Obj:
    """The counts of a status, summed over its ReplicaSets (calculateStatus)."""

    def total(field: str) -> int:
        return sum(int((each.get("status") or {}).get(field) or 0) for each in sets)

    replicas, available = total("replicas"), total("availableReplicas")
    wanted = sum(int(each["spec"].get("replicas") or 0) for each in sets)
    status: Obj = {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": replicas,
        "updatedReplicas": int(((new or {}).get("status") or {}).get("replicas") or 0),
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, wanted - available),
    }
    if any("terminatingReplicas" in (each.get("status") or {}) for each in sets):
        return {**without_zeros(status), "terminatingReplicas": total("terminatingReplicas")}
    return without_zeros(status)


def availability(status: Obj, floor: int) -> Obj:
    """The Available condition: True with at least `floor` available Pods."""
    if status.get("availableReplicas", 0) >= floor:
        return {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "message": "Deployment has minimum availability."}  # fmt: skip
    return {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable", "message": "Deployment does not have minimum availability."}  # fmt: skip


def progress(
    deployment: Obj,
    status: Obj,
    known: Obj | None,
    new: Obj | None,
    *,
    replicas: int,
    has_timed_out: bool,
) -> Obj | None:
    """The Progressing condition to set (syncRolloutStatus); None leaves the `known` one as it is."""
    updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
    if known is not None and known["reason"] == "NewReplicaSetAvailable" and total == updated:
        return None
    kind, whose = ("ReplicaSet", new) if new else ("Deployment", deployment)
    name = f'{kind} "{whose["metadata"]["name"]}"'
    if updated == total == status.get("availableReplicas", 0) == replicas:
        return progressing("True", "NewReplicaSetAvailable", f"{name} has successfully progressed.")
    if rollout.is_progressing(deployment.get("status") or {}, status):
        return progressing("True", "ReplicaSetUpdated", f"{name} is progressing.")
    if not has_timed_out or (known is not None and known["reason"] == "ProgressDeadlineExceeded"):
        return None
    return progressing("False", "ProgressDeadlineExceeded", f"{name} has timed out progressing.")


def progressing(status: str, reason: str, message: str) -> Obj:
    """A Progressing condition."""
    return {"type": "Progressing", "status": status, "reason": reason, "message": message}


def with_failure(conditions: Sequence[Obj], deployment: Obj, sets: Sequence[Obj], stamp: str) -> list[Obj]:
    """The conditions with the ReplicaFailure of the first ReplicaSet that has one, and without when none has."""
    kept = [c for c in conditions if c["type"] != "ReplicaFailure"]
    found = next(
        (
            c
            for each in sets
            for c in (each.get("status") or {}).get("conditions") or ()
            if c["type"] == "ReplicaFailure"
        ),
        None,
    )
    if found is None:
        return kept
    known = condition(deployment, "ReplicaFailure") or {}
    times = {
        "lastTransitionTime": found["lastTransitionTime"],
        "lastUpdateTime": known.get("lastUpdateTime", stamp),
    }
    return [*kept, {**found, **times}]
