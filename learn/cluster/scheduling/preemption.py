"""Whom to evict for a more important Pod (framework/preemption, plugins/defaultpreemption)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learn.cluster.api.access import int_at, map_at, text_at
from learn.cluster.api.labels import from_label_selector
from learn.cluster.objects import Obj
from learn.cluster.pods import condition
from learn.cluster.scheduling.cycle import Nominated, Unschedulable, refusal_on, refusal_with_nominated
from learn.cluster.scheduling.fiterror import node_summary
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.verdict import Refusal, Refused

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
POLICY_NEVER = "not eligible due to preemptionPolicy=Never."
TERMINATING = "not eligible due to a terminating pod on the nominated node."

_NEVER_STARTED = "9999"
"""Sorts after every timestamp: a Pod that has not started is the least important of its priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Victims:
    """The Pods to evict from a node, the most important first, and how many evictions break a budget."""

    node: str
    pods: tuple[PodInfo, ...]
    violations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preemption:
    """Either the victims, or the text that the failed attempt gets and why per node."""

    victims: Victims | None = None
    message: str = ""
    refusals: Mapping[str, Refusal] | None = None


def preempt(
    pod: PodInfo,
    failed: Unschedulable,
    snapshot: Snapshot,
    budgets: Sequence[Obj] = (),
    nominated: Nominated | None = None,
) -> Preemption:
    """Look for the node where evicting less important Pods costs least.

    `budgets` are PodDisruptionBudgets; room made for `nominated` Pods as important as this one is theirs.
    """
    why_not = not_eligible(pod, failed, snapshot)
    if why_not:
        return Preemption(message=f"preemption: {why_not}")
    candidates = []
    refusals: dict[str, Refusal] = {}
    for name, node in snapshot.nodes.items():
        refusal = failed.refusals.get(name)
        if failed.prefilter is not None or refusal is None or not refusal.resolvable:
            refusals[name] = Refusal("DefaultPreemption", (NOT_HELPFUL,))
            continue
        found = select_victims(pod, node, snapshot, budgets, nominated)
        if isinstance(found, Refusal):
            refusals[name] = found
        else:
            candidates.append(found)
    if candidates:
        return Preemption(victims=cheapest(candidates))
    text = node_summary(len(snapshot.nodes), (refusal.reasons for refusal in refusals.values()))
    return Preemption(message=f"preemption: {text}", refusals=refusals)


def not_eligible(pod: PodInfo, failed: Unschedulable, snapshot: Snapshot) -> str:
    """Why this Pod may not preempt at all; "" if it may."""
    if pod.spec.get("preemptionPolicy") == "Never":
        return POLICY_NEVER
    nominated = text_at(map_at(pod.pod, "status"), "nominatedNodeName")
    node = snapshot.nodes.get(nominated)
    if node is None:
        return ""
    refusal = failed.refusals.get(nominated)
    if refusal is not None and not refusal.resolvable:
        return ""
    ending = any(_is_preempted(other) and other.priority < pod.priority for other in node.pods.values())
    return TERMINATING if ending else ""


def _is_preempted(pod: PodInfo) -> bool:
    """Whether a Pod ends because the scheduler made room (podTerminatingByPreemption)."""
    told = condition(pod.pod, "DisruptionTarget")
    is_victim = (
        told is not None and told["status"] == "True" and told.get("reason") == "PreemptionByScheduler"
    )
    return pod.is_deleting and is_victim


def select_victims(
    pod: PodInfo,
    node: NodeInfo,
    snapshot: Snapshot,
    budgets: Sequence[Obj] = (),
    nominated: Nominated | None = None,
) -> Victims | Refusal:
    """The fewest and least important Pods whose leaving makes room; Pods under a spent budget are spared first."""
    lower = [other for other in node.pods.values() if other.priority < pod.priority]
    if not lower:
        return Refusal("DefaultPreemption", (NO_VICTIMS,))
    emptied = node.copy()
    for other in lower:
        emptied.remove(other.uid)
    refusal = _refusal(pod, emptied, snapshot, nominated)
    if refusal is not None:
        return refusal
    lower.sort(key=importance)
    violating, others = by_budget(lower, budgets)
    victims: list[PodInfo] = []
    violations = 0
    for group in (violating, others):
        for other in group:
            emptied.add(other)
            if _refusal(pod, emptied, snapshot, nominated) is not None:
                emptied.remove(other.uid)
                victims.append(other)
                violations += group is violating
    if not victims:
        return Refusal("DefaultPreemption", (NO_VICTIMS,))
    victims.sort(key=importance)
    return Victims(node=node.name, pods=tuple(victims), violations=violations)


def _refusal(pod: PodInfo, node: NodeInfo, snapshot: Snapshot, nominated: Nominated | None) -> Refusal | None:
    changed = snapshot.replacing(node)
    try:
        return refusal_on(pod, node, changed) or refusal_with_nominated(pod, node, changed, nominated)
    except Refused as refused:
        return Refusal(refused.plugin, (refused.message,))


def importance(pod: PodInfo) -> tuple[int, str, str]:
    """Sorts the more important Pods first: higher priority, then the longer running (util.MoreImportantPod)."""
    started = text_at(map_at(pod.pod, "status"), "startTime") or _NEVER_STARTED
    return (-pod.priority, started, pod.name)


def by_budget(pods: Sequence[PodInfo], budgets: Sequence[Obj]) -> tuple[list[PodInfo], list[PodInfo]]:
    """Pods whose eviction would break a PodDisruptionBudget, and the others; each one uses up its budgets."""
    left = [int_at(map_at(budget, "status"), "disruptionsAllowed") or 0 for budget in budgets]
    violating: list[PodInfo] = []
    others: list[PodInfo] = []
    for pod in pods:
        breaks = False
        for place, budget in enumerate(budgets):
            if pod.labels and _guards(budget, pod):
                left[place] -= 1
                breaks = breaks or left[place] < 0
        (violating if breaks else others).append(pod)
    return violating, others


def _guards(budget: Obj, pod: PodInfo) -> bool:
    if budget["metadata"].get("namespace") != pod.namespace:
        return False
    selector = from_label_selector(budget["spec"].get("selector"))
    if selector.is_everything or not selector.matches(pod.labels):
        return False
    return pod.name not in map_at(map_at(budget, "status"), "disruptedPods")


def cheapest(candidates: Sequence[Victims]) -> Victims:
    """pickOneNodeForPreemption: fewest broken budgets, lowest top priority, smallest sum, fewest, latest started."""

    def cost(victims: Victims) -> tuple[int, int, int, int]:
        priorities = [pod.priority for pod in victims.pods]
        return (
            victims.violations,
            max(priorities),
            sum(priority + 2**31 for priority in priorities),
            len(priorities),
        )

    lowest = min(cost(each) for each in candidates)
    left = [each for each in candidates if cost(each) == lowest]
    latest = max(_top_start(each) for each in left)
    return next(each for each in left if _top_start(each) == latest)


def _top_start(victims: Victims) -> str:
    """When the earliest started of the most important victims started."""
    top = max(pod.priority for pod in victims.pods)
    return min(importance(pod)[1] for pod in victims.pods if pod.priority == top)
