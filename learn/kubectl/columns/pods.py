"""
Pods in `kubectl get`.

Source: pkg/printers/internalversion/printers.go (printPod).
"""

from typing import Any, NamedTuple

from learn.cluster.clock import parse_timestamp
from learn.kubectl.columns.model import NONE, Obj, age, columns, name_of, span, status_of


class Summary(NamedTuple):
    """The READY, STATUS and RESTARTS cells of a Pod."""

    ready: str
    status: str
    restarts: str


@columns("NAME|READY|STATUS|RESTARTS|AGE", wide="IP|NODE|NOMINATED NODE|READINESS GATES")
def POD(pod: Obj, now_ms: int) -> list[str]:
    found = summarize(pod, now_ms)
    status = status_of(pod)
    gates = pod["spec"].get("readinessGates") or ()
    passed = sum(
        any(item["type"] == gate["conditionType"] and item["status"] == "True" for item in _conditions(pod))
        for gate in gates
    )
    return [
        name_of(pod),
        *found,
        age(pod, now_ms),
        status.get("podIP") or NONE,
        pod["spec"].get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        f"{passed}/{len(gates)}" if gates else NONE,
    ]


def summarize(pod: Obj, now_ms: int) -> Summary:
    """Return what STATUS and its neighbours say of a Pod."""
    status = status_of(pod)
    reason = status.get("reason") or status.get("phase") or "Unknown"
    if any(
        item["type"] == "PodScheduled" and item.get("reason") == "SchedulingGated"
        for item in _conditions(pod)
    ):
        reason = "SchedulingGated"
    sidecars = {
        item["name"]
        for item in pod["spec"].get("initContainers") or ()
        if item.get("restartPolicy") == "Always"
    }
    init_statuses = status.get("initContainerStatuses") or ()
    total = len(pod["spec"].get("containers") or ()) + len(sidecars)
    ready = sum(
        bool(item.get("started") and item.get("ready")) for item in init_statuses if item["name"] in sidecars
    )
    init_reason = _init_reason(pod, sidecars)
    main = status.get("containerStatuses") or ()
    counted = list(init_statuses)
    reason = init_reason or reason
    if not init_reason or _is_initialized(pod):
        counted = [*main, *(item for item in init_statuses if item["name"] in sidecars)]
        reason, running = _container_reason(main, reason)
        ready += running
        if reason == "Completed" and running:
            reason = "Running" if _is_ready(pod) else "NotReady"
    if pod["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            reason = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            reason = "Terminating"
    return Summary(f"{ready}/{total}", reason, _restarts(counted, now_ms))


def _conditions(pod: Obj) -> list[dict[str, Any]]:
    return list(status_of(pod).get("conditions") or ())


def _is_initialized(pod: Obj) -> bool:
    return any(item["type"] == "Initialized" and item["status"] == "True" for item in _conditions(pod))


def _is_ready(pod: Obj) -> bool:
    return any(item["type"] == "Ready" and item["status"] == "True" for item in _conditions(pod))


def _init_reason(pod: Obj, sidecars: set[str]) -> str:
    statuses = status_of(pod).get("initContainerStatuses") or ()
    for index, item in enumerate(statuses):
        state = item.get("state") or {}
        terminated, waiting = state.get("terminated"), state.get("waiting")
        if terminated and terminated.get("exitCode") == 0:
            continue
        if item["name"] in sidecars and item.get("started"):
            continue
        if terminated:
            return "Init:" + (terminated.get("reason") or _exit(terminated))
        if waiting and waiting.get("reason") not in (None, "", "PodInitializing"):
            return f"Init:{waiting['reason']}"
        return f"Init:{index}/{len(pod['spec']['initContainers'])}"
    return ""


def _container_reason(statuses: Any, reason: str) -> tuple[str, int]:
    running = 0
    for item in reversed(list(statuses)):
        state = item.get("state") or {}
        waiting, terminated = state.get("waiting") or {}, state.get("terminated")
        if waiting.get("reason"):
            reason = waiting["reason"]
        elif terminated:
            reason = terminated.get("reason") or _exit(terminated)
        elif item.get("ready") and state.get("running") is not None:
            running += 1
    return reason, running


def _exit(terminated: Obj) -> str:
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _restarts(statuses: Any, now_ms: int) -> str:
    count = sum(item.get("restartCount", 0) for item in statuses)
    finished = [
        last["terminated"]["finishedAt"]
        for item in statuses
        if (last := item.get("lastState") or {}).get("terminated", {}).get("finishedAt")
    ]
    if not count or not finished:
        return str(count)
    return f"{count} ({span(max(finished, key=parse_timestamp), now_ms)} ago)"
