"""Facts about one Pod read off its object: what several parts of the cluster ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.objects import Obj


def qos_class(spec: Mapping[str, Any]) -> str:
    """Guaranteed, Burstable or BestEffort (pkg/apis/core/v1/helper/qos ComputePodQOS).

    Pod-level resources, where set, decide instead of the containers'.
    """
    pod_level = spec.get("resources") or {}
    sets = (
        [pod_level]
        if pod_level.get("requests") or pod_level.get("limits")
        else [c.get("resources") or {} for c in containers_of(spec)]
    )
    amounts = [(resources.get("requests") or {}, resources.get("limits") or {}) for resources in sets]
    if not any(_compute(requests) or _compute(limits) for requests, limits in amounts):
        return "BestEffort"
    guaranteed = all(
        limits.get(name) and requests.get(name, limits[name]) == limits[name]
        for requests, limits in amounts
        for name in ("cpu", "memory")
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _compute(amounts: Mapping[str, Any]) -> bool:
    return any(str(amounts.get(name) or "0") != "0" for name in ("cpu", "memory"))


def containers_of(spec: Mapping[str, Any]) -> list[Obj]:
    """Init containers, then app containers."""
    return [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]


def is_sidecar(container: Mapping[str, Any]) -> bool:
    """For an init container: one that stays (restartPolicy Always)."""
    return container.get("restartPolicy") == "Always"


def condition(obj: Obj, kind: str) -> Obj | None:
    """The condition of this type in an object's status."""
    for found in (obj.get("status") or {}).get("conditions") or ():
        if found.get("type") == kind:
            return found  # type: ignore[no-any-return]  # plain data
    return None


def is_true(obj: Obj, kind: str) -> bool:
    found = condition(obj, kind)
    return found is not None and found.get("status") == "True"


def is_ready(pod: Obj) -> bool:
    return is_true(pod, "Ready")


def is_terminal(pod: Obj) -> bool:
    """Phase Succeeded or Failed: it will never run again."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def is_active(pod: Obj) -> bool:
    """Neither ended nor on its way out (controller_utils.go IsPodActive)."""
    return not is_terminal(pod) and "deletionTimestamp" not in pod["metadata"]


def with_resources(pod: Obj, resources: Mapping[str, Any]) -> Obj:
    """The Pod with other resources for the containers named."""
    containers = [
        {**each, "resources": resources[each["name"]]} if each["name"] in resources else each
        for each in pod["spec"]["containers"]
    ]
    return {**pod, "spec": {**pod["spec"], "containers": containers}}
