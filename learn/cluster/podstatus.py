"""The status of a Pod from what its kubelet knows, as pure functions.

Upstream: pkg/kubelet/kubelet_pods.go (getPhase, convertToAPIContainerStatuses), pkg/kubelet/status/generate.go.
A container is plain data here: `kind` (init, sidecar, app), `state` (waiting, running, terminated), `reason`,
`message`, `started`, `finished`, `exit`, `last` (the previous termination), `restarts`, `ready`, `ok` (started).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from learn.cluster.api.images import parse_image
from learn.cluster.clock import Clock
from learn.cluster.objects import Obj

Container = Mapping[str, Any]
FINAL_PHASES = ("Succeeded", "Failed")


def has_stopped(container: Container) -> bool:
    """Ended, or waiting for its next start after having ended."""
    return container["state"] == "terminated" or (
        container["state"] == "waiting" and container["last"] is not None
    )


def exit_code(container: Container) -> int | None:
    """Of the present or the last run; None if there was none."""
    if container["state"] == "terminated":
        return int(container["exit"])
    return int(container["last"]["exit"]) if container["last"] else None


def phase(policy: str, containers: Iterable[Container], *, is_initialized: bool) -> str:
    """getPhase: the first row of its table that applies.

    A sidecar that runs keeps a Pod Running; one that has stopped does not count.
    """
    listed = list(containers)
    if not is_initialized:
        failed = any(c["kind"] == "init" and has_stopped(c) and exit_code(c) != 0 for c in listed)
        return "Failed" if failed and policy == "Never" else "Pending"
    lasting = [c for c in listed if c["kind"] != "init"]
    apps = [c for c in lasting if c["kind"] == "app"]
    if any(c["state"] == "waiting" and c["last"] is None for c in lasting):
        return "Pending"
    if any(c["state"] == "running" for c in lasting):
        return "Running"
    if policy == "Always":
        return "Running"
    if all(exit_code(c) == 0 for c in apps):
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def reported_phase(spec: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The phase to report of a Pod's record: a final one only once it is `ended` and nothing runs any more.

    A record holds `containers`, `initialized`, `ended`, the `phase` before, and `failure` when the Pod was
    ended as failed.  A Pod ended from outside is Failed if any app container was, else Succeeded.
    """
    containers = record["containers"].values()
    policy = str(spec.get("restartPolicy") or "Always")
    found = phase(policy, containers, is_initialized=record["initialized"])
    is_running = any(c["state"] == "running" for c in containers)
    if "failure" in record:
        found = "Failed"
    elif record["ended"] and found not in FINAL_PHASES:
        has_failed = any(c["exit"] for c in containers if c["kind"] == "app")
        found = "Failed" if has_failed else "Succeeded"
    if found in FINAL_PHASES and (is_running or not record["ended"]):
        return str(record["phase"]) if record["phase"] != "Pending" or not is_running else "Running"
    return found


def _terminated(run: Mapping[str, Any], clock: Clock) -> Obj:
    state: Obj = {
        "containerID": run["container_id"],
        "exitCode": run["exit"],
        "finishedAt": clock.timestamp(run["finished"]),
        "reason": run["reason"],
        "startedAt": clock.timestamp(run["started"]),
    }
    if run.get("message"):
        state["message"] = run["message"]
    return state


def _state(container: Container, clock: Clock) -> Obj:
    match container["state"]:
        case "running":
            return {"running": {"startedAt": clock.timestamp(container["started"])}}
        case "terminated":
            return {"terminated": _terminated(container, clock)}
    waiting = {"reason": container["reason"]}
    if container["message"]:
        waiting["message"] = container["message"]
    return {"waiting": waiting}


def container_status(container: Container, spec: Mapping[str, Any], clock: Clock) -> Obj:
    """One entry of `containerStatuses`."""
    image = str(spec.get("image") or "")
    status: Obj = {
        "image": canonical_image(image),
        "imageID": image_id(image) if container["container_id"] else "",
        "lastState": {"terminated": _terminated(container["last"], clock)} if container["last"] else {},
        "name": spec["name"],
        "ready": container["ready"],
        "restartCount": container["restarts"],
        "started": container["ok"] and container["state"] == "running",
        "state": _state(container, clock),
    }
    if container["container_id"]:
        status["containerID"] = container["container_id"]
    resources = spec.get("resources") or {}
    if resources and container["container_id"]:
        status["resources"] = resources
        if resources.get("requests"):
            status["allocatedResources"] = resources["requests"]
    return status


@lru_cache(maxsize=1024)
def canonical_image(image: str) -> str:
    """The image as the runtime names it: `nginx` becomes `docker.io/library/nginx:latest`."""
    reference = parse_image(image)
    if reference is None:
        return image
    tag = f":{reference.tag}" if reference.tag else ""
    return f"{reference.repository}{tag}" + (f"@{reference.digest}" if reference.digest else "")


@lru_cache(maxsize=1024)
def image_id(image: str) -> str:
    reference = parse_image(image)
    repository = reference.repository if reference else image
    return f"{repository}@sha256:{hashlib.sha256(canonical_image(image).encode()).hexdigest()}"


def container_id(pod_uid: str, name: str, serial: int) -> str:
    return f"containerd://{hashlib.sha256(f'{pod_uid}/{name}/{serial}'.encode()).hexdigest()}"


def _condition(kind: str, ok: bool, reason: str = "", message: str = "") -> Obj:
    found: Obj = {"type": kind, "status": "True" if ok else "False"}
    if not ok and reason:
        found["reason"] = reason
        found["message"] = message
    return found


def conditions(
    pod: Obj,
    containers: Mapping[str, Container],
    *,
    phase: str,
    is_initialized: bool,
    has_sandbox: bool,
) -> list[Obj]:
    """The kubelet's own conditions, without times (generate.go).  Others' conditions are not touched."""
    spec = pod["spec"]
    incomplete = [
        name
        for name, c in containers.items()
        if (c["kind"] == "init" and exit_code(c) != 0) or (c["kind"] == "sidecar" and not c["ok"])
    ]
    unready = [name for name, c in containers.items() if c["kind"] != "init" and not c["ready"]]
    if is_initialized or not incomplete:
        initialized = _condition("Initialized", True)
        if phase == "Succeeded":
            initialized["reason"] = "PodCompleted"
    else:
        text = f"containers with incomplete status: [{' '.join(incomplete)}]"
        initialized = _condition("Initialized", False, "ContainersNotInitialized", text)
    if phase in ("Succeeded", "Failed"):
        reason = "PodCompleted" if phase == "Succeeded" else "PodFailed"
        ready = _condition("ContainersReady", False, reason)
        ready.pop("message", None)
    elif unready:
        text = f"containers with unready status: [{' '.join(unready)}]"
        ready = _condition("ContainersReady", False, "ContainersNotReady", text)
    else:
        ready = _condition("ContainersReady", True)
    return [
        _condition("PodReadyToStartContainers", has_sandbox and phase not in ("Succeeded", "Failed")),
        initialized,
        _pod_ready(ready, spec.get("readinessGates") or (), pod),
        ready,
    ]


def _pod_ready(containers_ready: Obj, gates: Sequence[Mapping[str, Any]], pod: Obj) -> Obj:
    if containers_ready["status"] != "True":
        return {**containers_ready, "type": "Ready"}
    known = {c["type"]: c["status"] for c in pod["status"].get("conditions") or ()}
    missing = [g["conditionType"] for g in gates if g["conditionType"] not in known]
    false = [g["conditionType"] for g in gates if known.get(g["conditionType"], "True") != "True"]
    texts = [f'corresponding condition of pod readiness gate "{name}" does not exist.' for name in missing]
    texts += [f'the status of pod readiness gate "{name}" is not "True", but {known[name]}' for name in false]
    if texts:
        return _condition("Ready", False, "ReadinessGatesNotReady", ", ".join(texts))
    return _condition("Ready", True)


def merged_conditions(old: Sequence[Obj], new: Sequence[Obj], stamp: str, generation: int) -> list[Obj]:
    """New conditions with their transition times: kept while the status is the same; others' stay as they are."""
    before = {c["type"]: c for c in old}
    own = {c["type"] for c in new}
    merged = []
    for each in new:
        known = before.get(each["type"])
        same = known is not None and known["status"] == each["status"]
        merged.append(
            {
                **each,
                "lastProbeTime": None,
                "lastTransitionTime": known["lastTransitionTime"] if same and known else stamp,
                "observedGeneration": generation,
            }
        )
    return merged + [c for c in old if c["type"] not in own]


def pod_status(
    pod: Obj,
    record: Mapping[str, Any],
    *,
    clock: Clock,
    now: int,
    host_ip: str,
    wanted_phase: str,
) -> Obj:
    """The whole status, as the kubelet writes it."""
    containers: Mapping[str, Container] = record["containers"]
    spec = pod["spec"]
    generation = pod["metadata"].get("generation", 1)
    fresh = conditions(
        pod,
        containers,
        phase=wanted_phase,
        is_initialized=record["initialized"],
        has_sandbox=record["mounted"],
    )
    if not any(c["type"] == "PodScheduled" for c in pod["status"].get("conditions") or ()):
        fresh.append(_condition("PodScheduled", True))
    stamp = clock.timestamp(now)
    status: Obj = {
        **pod["status"],
        "phase": wanted_phase,
        "conditions": merged_conditions(pod["status"].get("conditions") or (), fresh, stamp, generation),
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "startTime": clock.timestamp(record["admitted"]),
        "containerStatuses": [
            container_status(containers[each["name"]], each, clock) for each in spec["containers"]
        ],
        "observedGeneration": generation,
    }
    if record["ip"] and record["mounted"]:
        status["podIP"] = record["ip"]
        status["podIPs"] = [{"ip": record["ip"]}]
    if spec.get("initContainers"):
        status["initContainerStatuses"] = [
            container_status(containers[each["name"]], each, clock) for each in spec["initContainers"]
        ]
    return status
