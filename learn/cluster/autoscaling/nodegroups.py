"""How many nodes of which group, and which nodes are not needed, as pure functions.

Rules: kubernetes/autoscaler cluster-autoscaler (FAQ.md, core/scaleup/orchestrator, estimator/binpacking_estimator.go,
simulator/drainability).  Simulations use requests and the scheduler's own filters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from learn.cluster.api.access import int_at, map_at, maps_at
from learn.cluster.objects import Obj, annotations_of, controller_of
from learn.cluster.scheduling.cycle import refusal_on
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot, pod_info
from learn.cluster.scheduling.preemption import by_budget
from learn.cluster.scheduling.verdict import Refused

EXPENDABLE_BELOW = -10
MAX_REACHED = "max node group size reached"
UTILIZATION_THRESHOLD = 0.5
SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Nodes of one kind: how many there are (coming ones included), the bounds, and what a new one is like."""

    name: str
    size: int
    minimum: int
    maximum: int
    template: Obj


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleUp:
    """A group is to grow from `size` to `size + count` for these Pods; why each other Pod is not helped by it."""

    group: Group | None = None
    count: int = 0
    pods: tuple[PodInfo, ...] = ()
    unhelped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def still_pending(pods: Sequence[PodInfo], snapshot: Snapshot) -> tuple[list[PodInfo], Snapshot]:
    """The Pods for which there is no room even on nodes that are coming; and the snapshot with the others in."""
    left = []
    for pod in pods:
        node = next((node for node in snapshot.nodes.values() if _fits(pod, node, snapshot)), None)
        if node is None:
            left.append(pod)
        else:
            filled = node.copy()
            filled.add(pod)
            snapshot = snapshot.replacing(filled)
    return left, snapshot


def scale_up(pods: Sequence[PodInfo], groups: Sequence[Group], snapshot: Snapshot) -> ScaleUp:
    """The group that helps the most Pods, with the least waste; as many nodes as packing takes."""
    best: tuple[tuple[int, float, str], ScaleUp] | None = None
    unhelped: dict[str, dict[str, str]] = {pod.uid: {} for pod in pods}
    for group in groups:
        room = group.maximum - group.size
        count, helped, reasons = pack(pods, group, snapshot, room)
        for uid, reason in reasons.items():
            unhelped[uid][group.name] = reason
        if helped:
            rank = (-len(helped), _waste(helped, group, count), group.name)
            if best is None or rank < best[0]:
                best = (rank, ScaleUp(group=group, count=count, pods=tuple(helped)))
    if best is None:
        return ScaleUp(unhelped=unhelped)
    chosen = best[1]
    helped_now = {pod.uid for pod in chosen.pods}
    others = {uid: reasons for uid, reasons in unhelped.items() if uid not in helped_now}
    return ScaleUp(group=chosen.group, count=chosen.count, pods=chosen.pods, unhelped=others)


def pack(
    pods: Sequence[PodInfo], group: Group, snapshot: Snapshot, room: int
) -> tuple[int, list[PodInfo], dict[str, str]]:
    """Put Pods on new nodes of a group, the largest first: how many nodes, for whom, and why not for the others."""
    fresh: list[NodeInfo] = []
    helped: list[PodInfo] = []
    reasons: dict[str, str] = {}
    for pod in sorted(pods, key=lambda each: (-_size(each, group), each.namespace, each.name)):
        place = next((node for node in fresh if _fits(pod, node, snapshot.replacing(*fresh))), None)
        if place is None:
            new = NodeInfo(_named(group.template, f"{group.name}-new-{len(fresh) + 1}"))
            reason = _why_not(pod, new, snapshot.replacing(*fresh, new))
            if not reason and len(fresh) >= room:
                reason = MAX_REACHED
            if reason:
                reasons[pod.uid] = reason
                continue
            fresh.append(new)
            place = new
        place.add(pod)
        helped.append(pod)
    return len(fresh), helped, reasons


def _named(template: Obj, name: str) -> Obj:
    labels = {**(template["metadata"].get("labels") or {}), "kubernetes.io/hostname": name}
    return {**template, "metadata": {**template["metadata"], "name": name, "labels": labels}}


def _fits(pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> bool:
    return not _why_not(pod, node, snapshot)


def _why_not(pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> str:
    try:
        refusal = refusal_on(pod, node, snapshot)
    except Refused as refused:
        return refused.message
    return ", ".join(refusal.reasons) if refusal else ""


def _size(pod: PodInfo, group: Group) -> float:
    allocatable = NodeInfo(group.template).allocatable
    return sum(
        pod.requests.get(name, 0) / allocatable[name] for name in ("cpu", "memory") if allocatable.get(name)
    )


def _waste(pods: Sequence[PodInfo], group: Group, count: int) -> float:
    """The share of the new nodes that stays unused (expander least-waste)."""
    return 2.0 * count - sum(_size(pod, group) for pod in pods) if count else 0.0


def no_scale_up_text(reasons: Mapping[str, str]) -> str:
    """`pod didn't trigger scale-up: 1 Insufficient cpu, 1 max node group size reached`."""
    counts: dict[str, int] = {}
    for reason in reasons.values():
        counts[reason] = counts.get(reason, 0) + 1
    listed = ", ".join(f"{counts[reason]} {reason}" for reason in sorted(counts))
    return f"pod didn't trigger scale-up: {listed}"


# -- scaling down ------------------------------------------------------------------------------------


def utilization(node: NodeInfo) -> float:
    """The larger share of CPU or memory that is requested."""
    shares = [
        node.requested.get(name, 0) / node.allocatable[name]
        for name in ("cpu", "memory")
        if node.allocatable.get(name)
    ]
    return max(shares, default=0.0)


def keeps_node(node: NodeInfo, snapshot: Snapshot, budgets: Sequence[Obj]) -> str:
    """What keeps a node from being removed; "" if nothing does and all its Pods find room elsewhere."""
    if utilization(node) >= UTILIZATION_THRESHOLD:
        return f"utilization {utilization(node):.0%} is not below {UTILIZATION_THRESHOLD:.0%}"
    movable = [pod for pod in node.pods.values() if not pod.is_deleting and not _is_of_daemon_set(pod)]
    for pod in movable:
        why = blocks_removal(pod, budgets)
        if why:
            return f"{pod.namespace}/{pod.name}: {why}"
    others = Snapshot(
        {name: each for name, each in snapshot.nodes.items() if name != node.name},
        snapshot.lister,
        snapshot.minor,
    )
    left, _ = still_pending([_unplaced(pod) for pod in movable], others)
    return f"{left[0].namespace}/{left[0].name}: no place to move to" if left else ""


def _unplaced(pod: PodInfo) -> PodInfo:
    """The Pod that its controller would create instead."""
    spec = {name: value for name, value in pod.spec.items() if name != "nodeName"}
    return pod_info({**pod.pod, "spec": spec})


def _is_of_daemon_set(pod: PodInfo) -> bool:
    owner = controller_of(pod.pod)
    return owner is not None and owner["kind"] == "DaemonSet"


def blocks_removal(pod: PodInfo, budgets: Sequence[Obj]) -> str:
    """Why a Pod may not be moved (simulator/drainability/rules); "" if it may."""
    mark = annotations_of(pod.pod).get(SAFE_TO_EVICT)
    if mark == "true":
        return ""
    if mark == "false":
        return "not safe to evict annotation present"
    if controller_of(pod.pod) is None:
        return "not replicated"
    guarded = [each for each in budgets if by_budget([pod], [_spent(each)])[0]]
    if pod.namespace == "kube-system" and not guarded:
        return "non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present"
    if any("emptyDir" in volume or "hostPath" in volume for volume in maps_at(pod.spec, "volumes")):
        return "local storage requested"
    if any(not int_at(map_at(each, "status"), "disruptionsAllowed") for each in guarded):
        return "not enough pod disruption budget to move pod"
    return ""


def _spent(budget: Obj) -> Obj:
    return {**budget, "status": {"disruptionsAllowed": 0}}
