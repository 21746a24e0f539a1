"""The lanes of a Pod: what each container was doing, and every attempt of its probes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from learn.cluster.facts import name_of
from learn.cluster.objects import Obj, Ref, is_deleting
from learn.cluster.pods import containers_of, is_sidecar
from learn.cluster.probes import FIELDS
from learn.cluster.scenario import Run
from learn.content.render.lanes import Lane, LaneState
from learn.labs.moments import failed_probes, is_shown, short_name
from learn.labs.timeline_lane import Stretch, marks

MAX_PODS = 6
"""So many Pods have lanes of their own."""

_MAX_POINTS = 110

_PROBE_LANES = ("startup", "liveness", "readiness")
_WAITING = {
    "ContainerCreating": "作成中",
    "PodInitializing": "Init待ち",
    "CrashLoopBackOff": "再起動待ち",
    "ErrImagePull": "取得できない",
    "ImagePullBackOff": "取得できない",
    "CreateContainerConfigError": "設定の誤り",
}


def shown_pods(run: Run) -> list[Ref]:
    """Every Pod that there ever was, in the order in which they came."""
    trace = run.cluster.trace
    pods = [ref for ref in trace.refs("Pod") if is_shown(ref)]
    return sorted(pods, key=lambda ref: (trace.versions(ref)[0].time_ms, ref.name))


def pod_lanes(run: Run, most: int) -> Iterator[Lane]:
    """The lanes of the first Pods, at most so many."""
    pods = shown_pods(run)
    for ref in pods[:most]:
        yield from _pod_lanes(run, ref, prefix=f"{short_name(name_of(ref))} " if len(pods) > 1 else "")


def _pod_lanes(run: Run, ref: Ref, *, prefix: str) -> list[Lane]:
    versions = run.cluster.trace.versions(ref)
    pod = next((version.obj for version in versions if version.obj is not None), None)
    if pod is None:
        return []
    lanes = []
    containers = containers_of(pod["spec"])
    for container in containers:
        name = container["name"]
        label = f"{prefix}{name}" if prefix or len(containers) > 1 else "コンテナ"
        lanes.append(marks(run, label, _container_stretches(run, ref, name)))
        for kind in _PROBE_LANES:
            field = FIELDS[kind]
            if field in container:
                inner = f"{name}の{field}" if len(containers) > 1 else field
                points = list(_probe_points(run, ref, name, kind))
                notes = _restart_notes(run, ref, name, kind)
                lanes.append(marks(run, inner, (), _thinned(points), notes))
    return lanes


def _container_stretches(run: Run, ref: Ref, name: str) -> list[Stretch]:
    """What a container was doing, from the statuses of its Pod."""
    found: list[Stretch] = []
    versions = [*run.cluster.trace.versions(ref)]
    ends = [version.time_ms for version in versions[1:]] + [run.cluster.now]
    for version, end in zip(versions, ends, strict=True):
        if version.obj is None:
            break
        text, state = _doing(version.obj, name)
        if found and (found[-1].text, found[-1].state) == (text, state):
            found[-1] = found[-1]._replace(to_ms=end)
        elif version.time_ms < end:
            found.append(Stretch(version.time_ms, end, text, state))
    return found


def _doing(pod: Obj, name: str) -> tuple[str, LaneState]:
    status = pod.get("status") or {}
    listed = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    found = next((each for each in listed if each["name"] == name), None)
    if found is None:
        return ("Pending", LaneState.WAIT)
    state: dict[str, Any] = found.get("state") or {}
    if "running" in state:
        if is_deleting(pod):
            return ("終了処理", LaneState.END)
        return ("Running", LaneState.READY) if found.get("started") else ("起動中", LaneState.WAIT)
    if "terminated" in state:
        if _is_restarted(pod, name, state["terminated"]):
            return ("再起動", LaneState.FAIL)
        if state["terminated"].get("exitCode"):
            return (str(state["terminated"].get("reason") or "Error"), LaneState.FAIL)
        return ("完了", LaneState.END)
    reason = str((state.get("waiting") or {}).get("reason") or "")
    if found.get("restartCount") and reason in ("", "ContainerCreating"):
        return ("再起動", LaneState.FAIL)
    return (
        _WAITING.get(reason, reason or "待ち"),
        LaneState.FAIL if "Back" in reason or "Err" in reason else LaneState.WAIT,
    )


def _is_restarted(pod: Obj, name: str, terminated: Mapping[str, Any]) -> bool:
    """Whether the kubelet starts a container again after this end."""
    if is_deleting(pod) or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return False
    spec = next(each for each in containers_of(pod["spec"]) if each["name"] == name)
    policy = spec.get("restartPolicy") or pod["spec"].get("restartPolicy") or "Always"
    is_init = spec in (pod["spec"].get("initContainers") or ()) and not is_sidecar(spec)
    if is_init or policy == "OnFailure":
        return policy != "Never" and terminated.get("exitCode") != 0
    return bool(policy == "Always")


def _probe_points(run: Run, ref: Ref, name: str, kind: str) -> Iterator[tuple[int, LaneState]]:
    """Every attempt, those included that the trace tells only as "again every period"."""
    trace = run.cluster.trace
    mine = [e for e in trace.of(ref, "probe") if (e.data["container"], e.data["probe"]) == (name, kind)]
    stops = [
        e.time_ms
        for e in trace.of(ref, "container-exited", "container-killing", "deleted")
        if e.change == "deleted" or e.data["container"] == name
    ]
    for entry, following in pairwise([*mine, None]):
        if entry is None:
            continue
        yield entry.time_ms, LaneState.READY if entry.data["success"] else LaneState.FAIL
        period = entry.data.get("period_ms")
        if period and kind != "startup":
            until = following.data["started_ms"] if following else run.cluster.now + 1
            until = min([until, *(stop for stop in stops if stop > entry.time_ms)])
            yield from (
                (ms, LaneState.READY) for ms in range(entry.data["started_ms"] + period, until, period)
            )


def _thinned(points: Sequence[tuple[int, LaneState]]) -> list[tuple[int, LaneState]]:
    """At most about `_MAX_POINTS`: within a run of equal outcomes only every n-th is kept, and both its ends."""
    keep_every = -(-len(points) // _MAX_POINTS)
    kept = []
    run_length = 0
    for index, (ms, state) in enumerate(points):
        run_length = run_length + 1 if index and points[index - 1][1] is state else 0
        is_last = index + 1 == len(points) or points[index + 1][1] is not state
        if run_length % max(1, keep_every) == 0 or is_last:
            kept.append((ms, state))
    return kept


def _restart_notes(run: Run, ref: Ref, name: str, kind: str) -> Iterator[tuple[int, str]]:
    for entry in run.cluster.trace.of(ref, "container-killing"):
        if entry.data["container"] == name and f"failed {kind} probe" in entry.data["text"]:
            failures = len(failed_probes(run, entry))
            yield entry.time_ms, f"{failures}回連続" if failures > 1 else "失敗"
