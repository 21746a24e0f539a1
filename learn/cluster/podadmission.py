"""Whether a kubelet takes a Pod that no scheduler has bound (pkg/kubelet/lifecycle/predicate.go)."""

from __future__ import annotations

from collections.abc import Iterable

from learn.cluster.api.quantity import ZERO
from learn.cluster.api.requests import pod_requests, resource_list
from learn.cluster.objects import Obj
from learn.cluster.pods import condition, is_terminal
from learn.cluster.scheduling.nodeaffinity import matches_node


def refusal(pod: Obj, node: Obj, pods_on_node: Iterable[Obj]) -> tuple[str, str] | None:
    """The reason and the message of a refusal; None when the node takes the Pod.

    What the scheduler has bound (condition PodScheduled) is not looked at again.  `pods_on_node` may hold the
    Pod itself and Pods that have ended; neither counts.
    """
    if condition(pod, "PodScheduled") is not None:
        return None
    if not matches_node(pod["spec"], node):
        text = "node(s) didn't match Pod's node affinity/selector"
        return "NodeAffinity", f"Pod was rejected: Predicate NodeAffinity failed: {text}"
    others = [other for other in pods_on_node if other is not pod and not is_terminal(other)]
    free = resource_list(node["status"].get("allocatable") or {})
    for name, amount in pod_requests(pod["spec"]).items():
        used = sum((pod_requests(other["spec"]).get(name, ZERO) for other in others), ZERO)
        capacity = free.get(name, ZERO)
        if amount and used + amount > capacity:
            numbers = [q.milli_value() if name == "cpu" else q.value() for q in (amount, used, capacity)]
            text = f"resource: {name}, requested: {numbers[0]}, used: {numbers[1]}, capacity: {numbers[2]}"
            return f"OutOf{name}", f"Pod was rejected: Node didn't have enough {text}"
    return None
