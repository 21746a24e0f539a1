"""Lanes of numbers that controllers move: replicas, utilisation, Pods that are ready, endpoints."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from learn.cluster.api.intstr import IntOrStringError
from learn.cluster.controllers.rollout import resolve_bounds
from learn.cluster.facts import name_of
from learn.cluster.objects import Obj, Ref, annotations_of, controller_of
from learn.cluster.scenario import Run
from learn.content.render.lanes import Lane, LaneState
from learn.labs.moments import end_of, is_shown, is_shown_name, origin_of
from learn.labs.timeline_lane import Stretch, chart, marks

_REVISION = "deployment.kubernetes.io/revision"


def autoscaling_lanes(run: Run) -> Iterator[Lane]:
    """For each HorizontalPodAutoscaler, what it measured against its target."""
    trace = run.cluster.trace
    for ref in filter(is_shown, trace.refs("HorizontalPodAutoscaler")):
        series: list[tuple[int, int | None]] = []
        target = None
        for version in trace.versions(ref):
            if version.obj is not None:
                measured, target = _utilization(version.obj)
                series.append((version.time_ms - origin_of(run), measured))
        if any(amount is not None for _, amount in series):
            limit = (target, f"目標{target}%") if target is not None else None
            yield chart(run, f"{name_of(ref)}のCPU使用率", series, unit="%", limit=limit)


def _utilization(hpa: Obj) -> tuple[int | None, int | None]:
    """What the first resource metric measures and what it shall be, in percent of the requests."""
    spec = next((m["resource"] for m in hpa["spec"].get("metrics") or () if m.get("resource")), None)
    status = (hpa.get("status") or {}).get("currentMetrics") or ()
    found: dict[str, Any] = next((m["resource"]["current"] for m in status if m.get("resource")), {})
    return found.get("averageUtilization"), spec and spec["target"].get("averageUtilization")


def count_lanes(run: Run) -> Iterator[Lane]:
    """Replicas where they change, a rollout, and how many Pods of each workload are ready."""
    for app in filter(is_shown_name, run.facts["ready"]):
        wanted = run.facts["replicas"].get(app, [])
        is_scaled = len({step["count"] for step in wanted}) > 1
        if is_scaled:
            yield chart(run, f"{app}のレプリカ数", _pairs(wanted), held=_stabilized(run, app))
        rollout = [*_rollout_lanes(run, app)]
        yield from rollout
        if is_scaled and not rollout:
            yield chart(run, f"{app}の準備完了", _pairs(run.facts["ready"][app]))
        elif not rollout:
            yield from _ready_lane(run, app)


def _stabilized(run: Run, app: str) -> Iterator[tuple[int, int, str]]:
    """While an autoscaler's stabilization window holds a workload's replicas, up to its next decision."""
    trace, origin = run.cluster.trace, origin_of(run)
    for ref in filter(is_shown, trace.refs("HorizontalPodAutoscaler")):
        spec = next(version.obj for version in trace.versions(ref) if version.obj is not None)["spec"]
        target = spec["scaleTargetRef"]
        if name_of(Ref(target["kind"], ref.namespace, target["name"])) != app:
            continue
        decisions = [entry for entry in trace.of(ref, "decision") if entry.time_ms >= origin]
        for entry in decisions:
            if entry.data["rule"] == "hpa-stabilization":
                later = (each.time_ms for each in decisions if each.time_ms > entry.time_ms)
                until = next(later, run.cluster.now)
                yield entry.time_ms - origin, until - origin, f"安定化の期間（{entry.data['seconds']}秒）"


def _pairs(series: Sequence[dict[str, Any]]) -> list[tuple[int, int | None]]:
    return [(0, 0), *((step["ms"], step["count"]) for step in series)]


def _rollout_lanes(run: Run, app: str) -> Iterator[Lane]:
    """A Deployment that changes its template: the Pods of each ReplicaSet, all of them, and the ready ones."""
    sets = _replica_sets(run, app)
    if len(sets) < 2:
        return
    for revision, ref in sets:
        yield chart(run, f"{app}のReplicaSet（改訂{revision}）", _pairs(run.facts["replicas"][name_of(ref)]))
    total = [
        (ms, sum(_count_at(run.facts["replicas"][name_of(ref)], ms) for _, ref in sets))
        for ms in sorted({step["ms"] for _, ref in sets for step in run.facts["replicas"][name_of(ref)]})
    ]
    most, least = _bounds(run, app)
    yield chart(run, f"{app}のPodの数", [(0, 0), *total], limit=(most, f"maxSurgeによる上限{most}"))
    ready = _pairs(run.facts["ready"][app])
    yield chart(run, f"{app}の準備完了", ready, limit=(least, f"maxUnavailableによる下限{least}"))


def _replica_sets(run: Run, app: str) -> list[tuple[int, Ref]]:
    """The ReplicaSets of a Deployment with their revisions, the oldest first."""
    trace = run.cluster.trace
    found = []
    for ref in filter(is_shown, trace.refs("ReplicaSet")):
        obj = next((version.obj for version in trace.versions(ref) if version.obj is not None), None)
        owner = controller_of(obj) if obj else None
        if obj and owner and name_of(Ref(owner["kind"], ref.namespace, owner["name"])) == app:
            found.append((int(annotations_of(obj).get(_REVISION, 0)), ref))
    return sorted(found)


def _count_at(series: Sequence[Mapping[str, Any]], ms: int) -> int:
    return next((int(step["count"]) for step in reversed(series) if step["ms"] <= ms), 0)


def _bounds(run: Run, app: str) -> tuple[int, int]:
    """The most Pods, and the fewest available ones, that a Deployment's rollout may come to at the end."""
    trace = run.cluster.trace
    ref = next(ref for ref in trace.refs("Deployment") if name_of(ref) == app)
    spec = next(version.obj for version in reversed(trace.versions(ref)) if version.obj is not None)["spec"]
    replicas = int(spec.get("replicas", 1))
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return replicas, 0
    rolling = strategy.get("rollingUpdate") or {}
    try:
        bounds = resolve_bounds(
            rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%"), replicas
        )
    except IntOrStringError:
        bounds = resolve_bounds("25%", "25%", replicas)
    return replicas + bounds.surge, max(0, replicas - bounds.unavailable)


def _ready_lane(run: Run, app: str) -> Iterator[Lane]:
    """How many Pods of an app are ready, against how many are wanted."""
    origin, series = origin_of(run), run.facts["ready"][app]
    wanted = [step["count"] for step in run.facts["replicas"].get(app, ())]
    most = max([*wanted, *(step["count"] for step in series)], default=0)
    if most < 2 or not series:
        return
    ends = [step["ms"] for step in series[1:]] + [end_of(run)]
    stretches = [
        Stretch(step["ms"] + origin, end + origin, f"{step['count']} / {most}", _filled(step["count"], most))
        for step, end in zip(series, ends, strict=True)
    ]
    if series[0]["ms"] > 0:
        stretches.insert(0, Stretch(origin, series[0]["ms"] + origin, f"0 / {most}", LaneState.WAIT))
    yield marks(run, f"{app}の準備完了", stretches)


def _filled(count: int, most: int) -> LaneState:
    if count == 0:
        return LaneState.WAIT
    return LaneState.READY if count == most else LaneState.WARN


def endpoint_lanes(run: Run) -> Iterator[Lane]:
    """How many ready endpoints each Service has; which ones they are, kubectl tells."""
    origin = origin_of(run)
    for service, series in run.facts["endpoints"].items():
        if not is_shown_name(service):
            continue
        changes = [step for before, step in pairwise([{}, *series]) if step["count"] != before.get("count")]
        ends = [step["ms"] for step in changes[1:]] + [end_of(run)]
        stretches = [
            Stretch(step["ms"] + origin, end + origin, f"{step['count']}個", LaneState.AI)
            for step, end in zip(changes, ends, strict=True)
            if step["count"]
        ]
        yield marks(run, f"{service}の宛先", stretches)
