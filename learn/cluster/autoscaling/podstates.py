"""What the replica calculator reads off Pod objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.requests import pod_requests
from learn.cluster.autoscaling.replica_calculator import PodState
from learn.cluster.clock import Clock
from learn.cluster.objects import Obj
from learn.cluster.pods import condition


def pod_state(pod: Obj, clock: Clock, resource: str, container: str = "") -> PodState:
    """A Pod as the calculator sees it; `container` narrows the requests to that one (ContainerResource)."""
    status = map_at(pod, "status")
    ready = condition(pod, "Ready")
    started = text_at(status, "startTime")
    return PodState(
        name=pod["metadata"]["name"],
        phase=text_at(status, "phase"),
        is_deleting="deletionTimestamp" in pod["metadata"],
        is_ready=None if ready is None else ready.get("status") != "False",
        ready_since_ms=clock.ms(ready["lastTransitionTime"]) if ready else 0,
        started_ms=clock.ms(started) if started else None,
        requests=requests_of(map_at(pod, "spec"), resource, container),
    )


def requests_of(spec: Mapping[str, Any], resource: str, container: str = "") -> dict[str, int | None]:
    """Container -> its request in thousandths.

    Requests of the Pod itself stand for all containers, under the name "" (calculatePodLevelRequests).
    """
    if map_at(map_at(spec, "resources"), "requests") and not container:
        whole = pod_requests(spec).get(resource)
        return {"": None if whole is None else whole.milli_value()}
    listed = maps_at(spec, "containers") + [
        each for each in maps_at(spec, "initContainers") if each.get("restartPolicy") == "Always"
    ]
    return {
        text_at(each, "name"): _milli(map_at(map_at(each, "resources"), "requests").get(resource))
        for each in listed
        if not container or each.get("name") == container
    }


def _milli(value: object) -> int | None:
    quantity = try_parse(value) if value is not None else None
    return None if quantity is None else quantity.milli_value()
