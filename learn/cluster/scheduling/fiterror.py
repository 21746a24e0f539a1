"""The words of a failed attempt (pkg/scheduler/framework/types.go FitError)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from learn.cluster.scheduling.cycle import Unschedulable

NO_NODES = "no nodes available to schedule pods"


def fit_error(failed: Unschedulable, preemption: str = "") -> str:
    """`0/3 nodes are available: 1 Insufficient cpu, ….`, then what preemption had to say."""
    if not failed.total:
        return NO_NODES
    if failed.prefilter is not None:
        text = f"0/{failed.total} nodes are available: {failed.prefilter.message}."
    else:
        text = node_summary(failed.total, (refusal.reasons for refusal in failed.refusals.values()))
    return f"{text} {preemption}" if preemption else text


def node_summary(total: int, reasons: Iterable[Iterable[str]]) -> str:
    """Counted reasons, sorted as text; a node may have several."""
    counts: dict[str, int] = {}
    for each in reasons:
        for reason in each:
            counts[reason] = counts.get(reason, 0) + 1
    return f"0/{total} nodes are available:{_listed(counts)}"


def _listed(counts: Mapping[str, int]) -> str:
    texts = sorted(f"{count} {reason}" for reason, count in counts.items())
    return f" {', '.join(texts)}." if texts else ""
