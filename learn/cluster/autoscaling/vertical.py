"""What a VerticalPodAutoscaler says, and what it makes of a container (updater/priority, admission-controller)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.quantity import Quantity
from learn.cluster.api.requests import resource_list
from learn.cluster.autoscaling.recommendation import proportional_limit
from learn.cluster.objects import Obj

LONG_LIVED_MS = 12 * 3_600_000
SIGNIFICANT_CHANGE = 0.1
SCALES = {"cpu": -3, "memory": 0}


def recommended(vpa: Obj, which: str = "target") -> dict[str, dict[str, Quantity]]:
    """Container -> the recommended amounts (`target`, `lowerBound` or `upperBound`)."""
    listed = maps_at(map_at(map_at(vpa, "status"), "recommendation"), "containerRecommendations")
    return {text_at(each, "containerName"): resource_list(map_at(each, which)) for each in listed}


def needs_update(vpa: Obj, pod: Obj, age_ms: int) -> dict[str, Any]:
    """Why a Pod should be made anew (updater/priority); empty if it should not.

    A request outside the bounds, or, after 12 hours, one that is off by a tenth.
    """
    targets, lower, upper = recommended(vpa), recommended(vpa, "lowerBound"), recommended(vpa, "upperBound")
    for container in maps_at(pod["spec"], "containers"):
        name, requests = text_at(container, "name"), requests_of(container)
        for resource, target in targets.get(name, {}).items():
            request = requests.get(resource)
            low, high = lower[name].get(resource), upper[name].get(resource)
            outside = request is None or (low and request < low) or (high and high < request)
            scale = SCALES[resource]
            have, want = (request.scaled_value(scale) if request else 0), target.scaled_value(scale)
            is_stale = age_ms > LONG_LIVED_MS and abs(have - want) > SIGNIFICANT_CHANGE * max(1, have)
            if (outside or is_stale) and have != want:
                return {
                    "container": name,
                    "resource": resource,
                    "request": str(request),
                    "target": str(target),
                }
    return {}


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
