"""What a VerticalPodAutoscaler says, and what it makes of a container (updater/priority, admission-controller)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.quantity import Quantity
from learn.cluster.api.requests import resource_list
from learn.cluster.autoscaling.recommendation import proportional_limit
from learn.cluster.clock import parse_timestamp
from learn.cluster.objects import Obj

LONG_LIVED_MS = 12 * 3_600_000
SIGNIFICANT_CHANGE = 0.1
QUICK_OOM_MS = 600_000
SCALES = {"cpu": -3, "memory": 0}


def recommended(vpa: Obj, which: str = "target") -> dict[str, dict[str, Quantity]]:
    """Container -> the recommended amounts (`target`, `lowerBound` or `upperBound`)."""
    listed = maps_at(map_at(map_at(vpa, "status"), "recommendation"), "containerRecommendations")
    return {text_at(each, "containerName"): resource_list(map_at(each, which)) for each in listed}


def needs_update(vpa: Obj, pod: Obj, age_ms: int) -> dict[str, Any]:
    """Why a Pod should be made anew (updater/priority); empty if it should not.

    A request outside the bounds; or, after 12 hours, requests that differ by a tenth in sum; or a container
    that ran out of memory within ten minutes, if that changes anything.
    """
    targets, lower, upper = recommended(vpa), recommended(vpa, "lowerBound"), recommended(vpa, "upperBound")
    asked: dict[str, int] = {}
    wanted: dict[str, int] = {}
    first: dict[str, Any] = {}
    is_outside = False
    for container in maps_at(pod["spec"], "containers"):
        name, requests = text_at(container, "name"), requests_of(container)
        for resource, target in targets.get(name, {}).items():
            request = requests.get(resource)
            low, high = lower[name].get(resource), upper[name].get(resource)
            outside = request is None or bool((low and request < low) or (high and high < request))
            asked[resource] = asked.get(resource, 0) + (request.milli_value() if request else 0)
            wanted[resource] = wanted.get(resource, 0) + target.milli_value()
            told = {"container": name, "resource": resource, "request": str(request), "target": str(target)}
            if (outside and not is_outside) or (not first and request != target):
                first = told
            is_outside = is_outside or outside
    difference = sum(abs(max(asked[name], 1) - total) / max(asked[name], 1) for name, total in wanted.items())
    is_stale = age_ms >= LONG_LIVED_MS and difference >= SIGNIFICANT_CHANGE
    if is_outside or is_stale or (difference and _ran_out_quickly(pod, targets)):
        return first
    return {}


def _ran_out_quickly(pod: Obj, targets: Mapping[str, Any]) -> bool:
    """Whether a scaled container was last killed for memory within ten minutes of its start."""
    for each in map_at(pod, "status").get("containerStatuses") or ():
        ended = map_at(map_at(each, "lastState"), "terminated")
        if each["name"] in targets and ended.get("reason") == "OOMKilled":
            ran = parse_timestamp(ended["finishedAt"]) - parse_timestamp(ended["startedAt"])
            if ran < QUICK_OOM_MS:
                return True
    return False


def with_recommendation(
    container: Mapping[str, Any], target: Mapping[str, Quantity], policy: Mapping[str, Any]
) -> Obj:
    """The container with the recommended requests, and limits that keep their ratio unless only requests are controlled."""
    resources = map_at(container, "resources")
    requests, limits = (
        resource_list(map_at(resources, "requests")),
        resource_list(map_at(resources, "limits")),
    )
    new_requests = {**map_at(resources, "requests"), **{name: str(value) for name, value in target.items()}}
    new_limits = dict(map_at(resources, "limits"))
    if policy.get("controlledValues", "RequestsAndLimits") == "RequestsAndLimits":
        for name, value in target.items():
            if name in limits:
                scale = SCALES[name]
                new_limits[name] = str(proportional_limit(limits[name], requests.get(name), value, scale))
    changed: Obj = {**resources, "requests": new_requests}
    if new_limits:
        changed["limits"] = new_limits
    return {**container, "resources": changed}


def requests_of(container: Mapping[str, Any]) -> dict[str, Quantity]:
    return resource_list(map_at(map_at(container, "resources"), "requests"))


def mode_of(vpa: Obj) -> str:
    return text_at(map_at(vpa["spec"], "updatePolicy"), "updateMode") or "Recreate"


def policy_of(vpa: Obj, container: str) -> Mapping[str, Any]:
    """The policy for a container: its own, else that of `*`."""
    policies = maps_at(map_at(vpa["spec"], "resourcePolicy"), "containerPolicies")
    by_name = {text_at(each, "containerName"): each for each in policies}
    return by_name.get(container) or by_name.get("*") or {}
