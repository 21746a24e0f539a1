"""What the kubelet decides for one Pod, as pure functions over its containers.

Upstream: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions, computeInitContainerActions).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.pods import is_sidecar
from learn.cluster.podstatus import exit_code, has_stopped
from learn.cluster.restarts import should_restart

Container = Mapping[str, Any]


def new_containers(spec: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every container of a Pod that has just come to its node, in their order."""
    has_init = bool(spec.get("initContainers"))
    found = {}
    for each in spec.get("initContainers") or ():
        found[each["name"]] = _waiting("sidecar" if is_sidecar(each) else "init", "PodInitializing")
    for each in spec.get("containers") or ():
        found[each["name"]] = _waiting("app", "PodInitializing" if has_init else "ContainerCreating")
    return found


def _waiting(kind: str, reason: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "state": "waiting",
        "reason": reason,
        "message": "",
        "started": 0,
        "finished": 0,
        "exit": 0,
        "last": None,
        "restarts": 0,
        "serial": 0,
        "container_id": "",
        "ready": False,
        "ok": False,
        "backoff": None,
        "pull": None,
        "process": None,
        "probes": {},
        "killing": None,
        "replace": False,
        "log": [],
        "previous_log": [],
        "entry": 0,
        "fault_entry": 0,
        "image": "",
    }


def is_done(container: Container) -> bool:
    """A regular init container that has succeeded."""
    return container["state"] != "running" and exit_code(container) == 0


def initialized(containers: Mapping[str, Container]) -> bool:
    """Every init container has succeeded and every sidecar has started."""
    return all(
        is_done(c) if c["kind"] == "init" else c["state"] == "running" and c["ok"]
        for c in containers.values()
        if c["kind"] != "app"
    )


def wants_restart(container: Container, spec: Mapping[str, Any], policy: str) -> bool:
    """Whether a container that is not running should run (again).

    One that the kubelet ended to start it anew (`replace`) does, whatever its exit code (computePodActions).
    """
    if container["state"] == "running":
        return False
    if container["replace"]:
        return True
    own = "Always" if container["kind"] == "sidecar" else str(spec.get("restartPolicy") or "")
    if container["kind"] == "init" and not own:
        # An init container is retried under Always as under OnFailure: success ends it.
        own = "Never" if policy == "Never" else "OnFailure"
    return should_restart(
        policy=policy,
        exit_code=exit_code(container),
        container_policy=own,
        rules=spec.get("restartPolicyRules") or (),
    )


def to_start(
    spec: Mapping[str, Any], containers: Mapping[str, Container], *, is_initialized: bool
) -> tuple[str, ...]:
    """The containers to start next, first things first: init containers one by one, then all the others."""
    policy = str(spec.get("restartPolicy") or "Always")
    found: list[str] = []
    for each in spec.get("initContainers") or ():
        container = containers[each["name"]]
        if container["kind"] == "sidecar":
            if container["state"] != "running":
                found.append(each["name"])
            if not is_initialized and not (container["state"] == "running" and container["ok"]):
                return tuple(found)
        elif not is_initialized and not is_done(container):
            if wants_restart(container, each, policy):
                found.append(each["name"])
            return tuple(found)
    apps = spec.get("containers") or ()
    found += [each["name"] for each in apps if wants_restart(containers[each["name"]], each, policy)]
    return tuple(found)


def has_ended(spec: Mapping[str, Any], containers: Mapping[str, Container], *, is_initialized: bool) -> bool:
    """Whether no app container will ever run again: sidecars are then ended and the phase becomes final."""
    policy = str(spec.get("restartPolicy") or "Always")
    if not is_initialized:
        return policy == "Never" and any(
            c["kind"] == "init" and has_stopped(c) and exit_code(c) != 0 for c in containers.values()
        )
    if policy == "Always":
        return False
    return all(
        has_stopped(containers[each["name"]]) and not wants_restart(containers[each["name"]], each, policy)
        for each in spec.get("containers") or ()
    )


def may_stop(containers: Mapping[str, Container], name: str) -> bool:
    """Whether it is a container's turn to stop when its Pod ends (kuberuntime_termination_order.go).

    App and init containers stop at once, a sidecar when they and the sidecars after it have stopped.
    """
    if containers[name]["kind"] != "sidecar":
        return True
    names = list(containers)
    later = names[names.index(name) + 1 :]
    return not any(
        containers[other]["state"] == "running"
        for other in names
        if containers[other]["kind"] != "sidecar" or other in later
    )
