"""Why a Pod has no node, written into the trace node by node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.objects import Obj, Ref, ref_of
from learn.cluster.scheduling.cycle import Unschedulable
from learn.cluster.scheduling.preemption import Preemption
from learn.cluster.scheduling.verdict import Refusal
from learn.cluster.trace import Trace


def signature(message: str, failed: Unschedulable) -> str:
    """Equal for two failed attempts that need only one explanation."""
    nodes = ";".join(f"{name}={refusal.plugin}" for name, refusal in failed.refusals.items())
    return f"{message}|{nodes}"


def explain(trace: Trace, pod: Obj, failed: Unschedulable, outcome: Preemption, message: str) -> int:
    """Record why each node refused and what preemption would have brought; gives the summary's entry."""
    ref = ref_of(pod)
    if failed.prefilter is not None:
        data = {"rule": failed.prefilter.plugin, "reasons": [failed.prefilter.message]}
        parts = [trace.record(ref, "decision", field=failed.prefilter.field, data=data)]
    else:
        parts = _explain_nodes(trace, ref, failed.refusals)
    summary: dict[str, Any] = {"rule": "schedule", "message": message}
    if outcome.refusals:
        summary["preemption"] = {name: list(refusal.reasons) for name, refusal in outcome.refusals.items()}
    if outcome.victims:
        summary["victims"] = [f"{victim.namespace}/{victim.name}" for victim in outcome.victims.pods]
        summary["node"] = outcome.victims.node
    return trace.record(ref, "decision", causes=(*trace.because, *parts), data=summary)


def _explain_nodes(trace: Trace, ref: Ref, refusals: Mapping[str, Refusal]) -> list[int]:
    """One entry per kind of refusal, with the nodes and their numbers."""
    groups: dict[tuple[str, tuple[str, ...], str], dict[str, Any]] = {}
    for name, refusal in refusals.items():
        group = groups.setdefault((refusal.plugin, refusal.reasons, refusal.field), {})
        group[name] = dict(refusal.detail)
    parts = []
    for (plugin, reasons, field), nodes in groups.items():
        known = [trace.versions(Ref("Node", "", name)) for name in nodes]
        causes = (*trace.because, *(versions[-1].entry for versions in known if versions))
        data = {"rule": plugin, "reasons": list(reasons), "nodes": nodes}
        parts.append(trace.record(ref, "decision", causes=causes, field=field, data=data))
    return parts
