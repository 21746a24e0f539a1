"""The objects of a run at one instant, as kubectl would show them."""

from dataclasses import dataclass

from learn.cluster.objects import ref_of
from learn.cluster.scenario import Run
from learn.kubectl.columns import columns_of
from learn.kubectl.tables import render_table
from learn.labs.moments import is_shown, origin_of

_KINDS = {
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
    "Job": "jobs",
    "HorizontalPodAutoscaler": "hpa",
    "Pod": "pods",
    "Service": "services",
    "EndpointSlice": "endpointslices",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A command and what it prints."""

    command: str
    output: str


def snapshot(run: Run, second: int) -> tuple[Shown, ...]:
    """`kubectl get` of every kind that there is at a second of the run."""
    ms = origin_of(run) + second * 1000
    now_ms = run.cluster.clock.start_ms + ms
    shown = []
    for kind, plural in _KINDS.items():
        objects = [obj for obj in run.cluster.trace.objects_at(ms, kind) if is_shown(ref_of(obj))]
        if not objects:
            continue
        columns = columns_of(kind)
        count = len(columns.names)
        rows = [columns.names, *(list(columns.cells(obj, now_ms))[:count] for obj in objects)]
        shown.append(Shown(command=f"kubectl get {plural}", output=render_table(rows)))
    return tuple(shown)
