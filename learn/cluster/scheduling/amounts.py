"""Resources as integers: `cpu` in thousandths, everything else in whole units (framework.Resource)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from learn.cluster.api.access import map_at, maps_at
from learn.cluster.api.quantity import Quantity
from learn.cluster.api.requests import pod_requests, resource_list
from learn.cluster.objects import Obj

Amounts: TypeAlias = Mapping[str, int]

SCORED_CPU_MILLI = 100
SCORED_MEMORY = 200 * 1024 * 1024
"""What a container without a request counts when nodes are scored (scheduler/util/pod_resources.go)."""

_Items: TypeAlias = tuple[tuple[str, str], ...]
_Shape: TypeAlias = tuple[tuple[tuple[_Items, bool], ...], tuple[tuple[_Items, bool], ...], _Items, _Items]


class PodAmounts(NamedTuple):
    """What a Pod asks for; `scored_cpu` and `scored_memory` with the defaults for containers that ask nothing."""

    requests: Amounts
    scored_cpu: int
    scored_memory: int


def amounts_of(resources: Mapping[str, Quantity]) -> dict[str, int]:
    return {
        name: quantity.milli_value() if name == "cpu" else quantity.value()
        for name, quantity in resources.items()
    }


def node_amounts(node: Obj) -> dict[str, int]:
    """What a node has to give."""
    return amounts_of(resource_list(map_at(map_at(node, "status"), "allocatable")))


def pod_amounts(pod: Obj) -> PodAmounts:
    """What a Pod occupies: its requests, or what its containers were given if a resize has not gone through."""
    spec = map_at(pod, "spec")
    given = differing_allocations(pod)
    return _amounts(
        (
            tuple(_container(each, given) for each in maps_at(spec, "containers")),
            tuple(_container(each, given) for each in maps_at(spec, "initContainers")),
            _items(map_at(map_at(spec, "resources"), "requests")),
            _items(map_at(spec, "overhead")),
        )
    )


def differing_allocations(pod: Obj) -> dict[str, Mapping[str, Any]]:
    """Container -> `allocatedResources`, where they are not what it requests: a resize is under way."""
    status = map_at(pod, "status")
    listed = [
        each
        for name in ("containerStatuses", "initContainerStatuses")
        for each in status.get(name) or ()
        if each.get("allocatedResources")
    ]
    if not listed:
        return {}
    spec = map_at(pod, "spec")
    requests = {
        each.get("name"): map_at(map_at(each, "resources"), "requests")
        for each in (*maps_at(spec, "containers"), *maps_at(spec, "initContainers"))
    }
    return {
        each["name"]: each["allocatedResources"]
        for each in listed
        if requests.get(each["name"]) != each["allocatedResources"]
    }


def _container(container: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> tuple[_Items, bool]:
    requests = map_at(map_at(container, "resources"), "requests")
    allocated = given.get(container.get("name", "")) if given else None
    if allocated is not None:
        ours, theirs = resource_list(requests), resource_list(allocated)
        requests = {
            name: str(max(ours.get(name, quantity), quantity))
            for name, quantity in {**ours, **theirs}.items()
        }
    return _items(requests), container.get("restartPolicy") == "Always"


def _items(resources: Mapping[str, Any]) -> _Items:
    return tuple((name, str(value)) for name, value in resources.items())


@lru_cache(maxsize=4096)
def _amounts(shape: _Shape) -> PodAmounts:
    requests = amounts_of(pod_requests(_spec(shape, {})))
    scored = amounts_of(
        pod_requests(_spec(shape, {"cpu": f"{SCORED_CPU_MILLI}m", "memory": str(SCORED_MEMORY)}))
    )
    return PodAmounts(requests, scored.get("cpu", 0), scored.get("memory", 0))


def _spec(shape: _Shape, missing: Mapping[str, str]) -> dict[str, Any]:
    """A Pod spec of this shape, with `missing` where a container says nothing."""
    containers, init_containers, pod_level, overhead = shape

    def written(requests: _Items, stays: bool) -> dict[str, Any]:
        container: dict[str, Any] = {"resources": {"requests": {**missing, **dict(requests)}}}
        return {**container, "restartPolicy": "Always"} if stays else container

    return {
        "containers": [written(*each) for each in containers],
        "initContainers": [written(*each) for each in init_containers],
        "resources": {"requests": dict(pod_level)},
        "overhead": dict(overhead),
    }
