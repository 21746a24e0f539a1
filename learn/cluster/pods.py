"""Facts about one Pod read off its object: what several parts of the cluster ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import as_map, map_at, maps_at
from learn.cluster.api.quantity import ZERO, Quantity, try_parse
from learn.cluster.objects import Obj


def qos_class(spec: Mapping[str, Any]) -> str:
    """Guaranteed, Burstable or BestEffort (pkg/apis/core/v1/helper/qos ComputePodQOS).

    Pod-level resources, where set, decide instead of the containers'.  The spec may still be unchecked.
    """
    spec = as_map(spec)
    pod_level = map_at(spec, "resources")
    sets = (
        [pod_level]
        if pod_level.get("requests") or pod_level.get("limits")
        else [
            map_at(c, "resources") for c in (*maps_at(spec, "initContainers"), *maps_at(spec, "containers"))
        ]
    )
    amounts = [(map_at(resources, "requests"), map_at(resources, "limits")) for resources in sets]
    if not any(_compute(requests) or _compute(limits) for requests, limits in amounts):
        return "BestEffort"
    guaranteed = all(
        _amount(limits, name) and _amount({**limits, **requests}, name) == _amount(limits, name)
        for requests, limits in amounts
        for name in ("cpu", "memory")
    )
    return "Guaranteed" if guaranteed else "Burstable"


def _compute(amounts: Mapping[str, Any]) -> bool:
    return any(_amount(amounts, name) for name in ("cpu", "memory"))


def _amount(amounts: Mapping[str, Any], name: str) -> Quantity:
    return try_parse(amounts.get(name)) or ZERO


def containers_of(spec: Mapping[str, Any]) -> list[Obj]:
    """Init containers, then app containers."""
    return [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]


def container_spec(pod: Obj, name: str) -> Obj:
    """The container of this name, an app or an init container.  Raises KeyError."""
    for group in ("containers", "initContainers"):
        for each in pod["spec"].get(group) or ():
            if each["name"] == name:
                return each  # type: ignore[no-any-return]  # plain data
    raise KeyError(name)


def container_field(pod: Obj, name: str, field: str) -> str:
    """The manifest path of a container's field, e.g. `spec.containers[0].livenessProbe`; "" without one."""
    for group in ("containers", "initContainers"):
        for index, each in enumerate(pod["spec"].get(group) or ()):
            if each["name"] == name:
                return f"spec.{group}[{index}].{field}"
    return ""


def grace_seconds(pod: Obj) -> int:
    """terminationGracePeriodSeconds with its default."""
    grace = pod["spec"].get("terminationGracePeriodSeconds")
    return 30 if grace is None else int(grace)


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
