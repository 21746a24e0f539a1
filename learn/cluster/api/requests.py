"""What a Pod asks for in all: its containers, sidecars, init containers and overhead together.

Follows component-helpers/resource (helpers.go): the sum over containers and sidecars, or what one
init container needs beside the sidecars started before it, whichever is larger.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from learn.cluster.api.access import map_at, maps_at
from learn.cluster.api.quantity import ZERO, Quantity, try_parse

Resources: TypeAlias = dict[str, Quantity]


def is_pod_level(name: str) -> bool:
    """Whether a resource may stand in a Pod's own `resources`: cpu, memory and hugepages."""
    return name in {"cpu", "memory"} or name.startswith("hugepages-")


def resource_list(value: Mapping[str, Any]) -> Resources:
    """The quantities of a resource list, without those that cannot be read."""
    parsed = ((name, try_parse(quantity)) for name, quantity in value.items())
    return {name: quantity for name, quantity in parsed if quantity is not None}


def pod_requests(spec: Mapping[str, Any]) -> Resources:
    return _pod_total(spec, "requests")


def pod_limits(spec: Mapping[str, Any]) -> Resources:
    return _pod_total(spec, "limits")


def _pod_total(spec: Mapping[str, Any], side: str) -> Resources:
    total = containers_total(spec, side)
    for name, quantity in resource_list(map_at(map_at(spec, "resources"), side)).items():
        if is_pod_level(name):
            total[name] = quantity
    overhead = resource_list(map_at(spec, "overhead"))
    for name, quantity in overhead.items():
        if side == "requests" or name in total:
            total[name] = total.get(name, ZERO) + quantity
    return total


def containers_total(spec: Mapping[str, Any], side: str) -> Resources:
    """Requests or limits of the containers alone, without the Pod's own resources and overhead."""
    running = _sum(_of(container, side) for container in maps_at(spec, "containers"))
    sidecars: Resources = {}
    peak: Resources = {}
    for container in maps_at(spec, "initContainers"):
        needs = _of(container, side)
        if container.get("restartPolicy") == "Always":
            running = _sum((running, needs))
            sidecars = _sum((sidecars, needs))
            peak = _larger(peak, sidecars)
        else:
            peak = _larger(peak, _sum((sidecars, needs)))
    return _larger(running, peak)


def _of(container: Mapping[str, Any], side: str) -> Resources:
    return resource_list(map_at(map_at(container, "resources"), side))


def _sum(lists: Iterable[Resources]) -> Resources:
    total: Resources = {}
    for resources in lists:
        for name, quantity in resources.items():
            total[name] = total[name] + quantity if name in total else quantity
    return total


def _larger(left: Resources, right: Resources) -> Resources:
    result = dict(left)
    for name, quantity in right.items():
        if name not in result or result[name] < quantity:
            result[name] = quantity
    return result
