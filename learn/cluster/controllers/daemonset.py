"""One Pod on every node that fits (pkg/controller/daemon/daemon_controller.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from learn.cluster.api.intstr import IntOrStringError, scaled
from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.replicas import claim, is_available, next_available, pod_from, without_zeros
from learn.cluster.controllers.revisions import template_hash
from learn.cluster.objects import Obj, is_deleting, labels_of, ref_of
from learn.cluster.pods import is_ready, is_terminal
from learn.cluster.scheduling.nodeaffinity import matches_node
from learn.cluster.scheduling.taints import tolerates
from learn.cluster.store import Notice

REVISION_LABEL = "controller-revision-hash"
_NODE = "node.kubernetes.io"
TOLERATIONS = (
    {"effect": "NoExecute", "key": f"{_NODE}/not-ready", "operator": "Exists"},
    {"effect": "NoExecute", "key": f"{_NODE}/unreachable", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/disk-pressure", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/memory-pressure", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/pid-pressure", "operator": "Exists"},
    {"effect": "NoSchedule", "key": f"{_NODE}/unschedulable", "operator": "Exists"},
)
NETWORK_TOLERATION = {"effect": "NoSchedule", "key": f"{_NODE}/network-unavailable", "operator": "Exists"}


def should_run(
    spec: Mapping[str, Any], tolerations: Sequence[Mapping[str, Any]], node: Obj
) -> tuple[bool, bool]:
    """`(start there, keep running there)` for a node (NodeShouldRunDaemonPod)."""
    if not matches_node(spec, node) or spec.get("nodeName") not in (None, "", node["metadata"]["name"]):
        return False, False
    taints = node["spec"].get("taints") or ()
    bad = [t for t in taints if not any(tolerates(each, t) for each in tolerations)]
    if any(taint["effect"] == "NoExecute" for taint in bad):
        return False, False
    return not any(taint["effect"] == "NoSchedule" for taint in bad), True


class OnNode(NamedTuple):
    """The Pods of a DaemonSet on one node: is there an old one, a new one, and is it available."""

    node: str
    old: bool = False
    old_available: bool = False
    new: bool = False
    new_available: bool = False


class Surge(NamedTuple):
    """Nodes whose old Pod has had its day, and nodes that get a new one beside the old."""

    done: list[str]
    start: list[str]


def surge_step(nodes: Sequence[OnNode], max_surge: int) -> Surge:
    """One step of an update with maxSurge (daemon/update.go rollingUpdate).

    An old Pod that is not available may be doubled at once; others up to `max_surge` that are not yet available.
    """
    doubled = [each for each in nodes if each.old and each.new]
    waiting = sum(not each.new_available for each in doubled)
    left = [each for each in nodes if each.old and not each.new]
    at_once = [each.node for each in left if not each.old_available]
    candidates = [each.node for each in left if each.old_available]
    done = [each.node for each in doubled if each.new_available]
    return Surge(done, [*at_once, *candidates[: max(0, max_surge - waiting)]])


class DaemonSetController(Controller):
    name = "daemonset"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"DaemonSet": own_key, "Pod": owner_key("DaemonSet"), "Node": self._all}

    def _all(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        if (
            old is not None
            and new is not None
            and old["spec"] is new["spec"]
            and labels_of(old) == labels_of(new)
        ):
            return ()
        return [
            f"{d['metadata']['namespace']}/{d['metadata']['name']}" for d in self.store.objects("DaemonSet")
        ]

    def reconcile(self, key: str) -> None:
        daemon_set = self.store.find("DaemonSet", *split_key(key))
        if daemon_set is None:
            return
        pods = claim(self, daemon_set, "Pod")
        if not is_deleting(daemon_set):
            self._place(daemon_set, pods)
            self._update(daemon_set)
        self._report(daemon_set)

    def _tolerations(self, daemon_set: Obj) -> list[Obj]:
        spec = daemon_set["spec"]["template"]["spec"]
        extra = (*TOLERATIONS, NETWORK_TOLERATION) if spec.get("hostNetwork") else TOLERATIONS
        given = list(spec.get("tolerations") or ())
        return [*given, *(t for t in extra if t not in given)]

    def _node_of(self, pod: Obj) -> str:
        """The node that a Pod is on, or meant for."""
        if pod["spec"].get("nodeName"):
            return str(pod["spec"]["nodeName"])
        affinity = ((pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}).get(
            "requiredDuringSchedulingIgnoredDuringExecution"
        ) or {}
        for term in affinity.get("nodeSelectorTerms") or ():
            for field in term.get("matchFields") or ():
                return str(field["values"][0])
        return ""

    def _by_node(self, pods: Sequence[Obj]) -> dict[str, list[Obj]]:
        found: dict[str, list[Obj]] = {}
        for pod in pods:
            found.setdefault(self._node_of(pod), []).append(pod)
        return found

    def _place(self, daemon_set: Obj, pods: Sequence[Obj]) -> None:
        """A Pod where one is missing, none where none belongs; one that has failed is replaced."""
        spec, tolerations = daemon_set["spec"]["template"]["spec"], self._tolerations(daemon_set)
        by_node = self._by_node(pods)
        for node in self.store.objects("Node"):
            here = by_node.pop(node["metadata"]["name"], [])
            start, keep = should_run(spec, tolerations, node)
            for pod in here:
                if is_deleting(pod):
                    continue
                if is_terminal(pod):
                    text = f"Found failed daemon pod {pod['metadata']['namespace']}/{pod['metadata']['name']} on node {node['metadata']['name']}, will try to kill it"
                    self._tell(daemon_set, "FailedDaemonPod", text, type_="Warning")
                    self.api.delete(ref_of(pod))
                elif not keep:
                    self._delete(daemon_set, pod)
            if start and not here:
                self._create(daemon_set, node["metadata"]["name"], tolerations)
        for name, stray in by_node.items():
            for pod in stray:
                if name and not is_deleting(pod):
                    self._delete(daemon_set, pod)

    def _create(self, daemon_set: Obj, node: str, tolerations: Sequence[Obj]) -> None:
        template = daemon_set["spec"]["template"]
        labels = {**((template.get("metadata") or {}).get("labels") or {}), REVISION_LABEL: template_hash(template),
                  "pod-template-generation": str(daemon_set["metadata"]["generation"])}  # fmt: skip
        pod = pod_from(template, daemon_set, generateName=f"{daemon_set['metadata']['name']}-", labels=labels)
        term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
        affinity = dict(template["spec"].get("affinity") or {})
        affinity["nodeAffinity"] = {
            **(affinity.get("nodeAffinity") or {}),
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]},
        }
        spec = {**template["spec"], "affinity": affinity, "tolerations": list(tolerations)}
        created = self.api.create({**pod, "spec": spec}, trusted=True, field="spec.template")
        self._tell(daemon_set, "SuccessfulCreate", f"Created pod: {created['metadata']['name']}")

    def _delete(self, daemon_set: Obj, pod: Obj) -> None:
        self.api.delete(ref_of(pod))
        self._tell(daemon_set, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")

    def _update(self, daemon_set: Obj) -> None:
        """rollingUpdate (update.go): new Pods come beside the old with maxSurge, else old ones go first."""
        strategy = daemon_set["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return
        pods = [p for p in self.store.owned_by(daemon_set["metadata"]["uid"], "Pod") if not is_terminal(p)]
        rolling, by_node = strategy.get("rollingUpdate") or {}, self._by_node(pods)
        surge = _share(rolling.get("maxSurge", 0), len(by_node))
        if surge:
            self._surge(daemon_set, by_node, surge)
        else:
            unavailable = max(1, _share(rolling.get("maxUnavailable", 1), len(by_node)))
            self._replace(daemon_set, by_node, unavailable)

    def _is_available(self, daemon_set: Obj, pod: Obj) -> bool:
        seconds = int(daemon_set["spec"].get("minReadySeconds") or 0)
        return not is_deleting(pod) and is_available(pod, seconds, self.clock, self.engine.now)

    def _surge(self, daemon_set: Obj, by_node: Mapping[str, Sequence[Obj]], most: int) -> None:
        code = template_hash(daemon_set["spec"]["template"])
        nodes, old = [], {}
        for name, here in sorted(by_node.items()):
            living = [pod for pod in here if not is_deleting(pod)]
            new = [pod for pod in living if labels_of(pod).get(REVISION_LABEL) == code]
            old[name] = [pod for pod in living if pod not in new]
            nodes.append(
                OnNode(
                    name,
                    bool(old[name]),
                    any(self._is_available(daemon_set, pod) for pod in old[name]),
                    bool(new),
                    any(self._is_available(daemon_set, pod) for pod in new),
                )
            )
        step = surge_step(nodes, most)
        for name in step.done:
            for pod in old[name]:
                self._delete(daemon_set, pod)
        for name in step.start:
            self._create(daemon_set, name, self._tolerations(daemon_set))

    def _replace(self, daemon_set: Obj, by_node: Mapping[str, Sequence[Obj]], limit: int) -> None:
        code = template_hash(daemon_set["spec"]["template"])
        missing = 0
        old_ready: list[Obj] = []
        old_unready: list[Obj] = []
        for here in by_node.values():
            available = [pod for pod in here if self._is_available(daemon_set, pod)]
            missing += 0 if available else 1
            for pod in here:
                if labels_of(pod).get(REVISION_LABEL) != code and not is_deleting(pod):
                    (old_ready if pod in available else old_unready).append(pod)
        for pod in [*old_unready, *old_ready[: max(0, limit - missing)]]:
            self._delete(daemon_set, pod)

    def _tell(self, daemon_set: Obj, reason: str, message: str, *, type_: str = "Normal") -> None:
        self.events.record(daemon_set, type_, reason, message, source="daemonset-controller")

    def _report(self, daemon_set: Obj) -> None:
        ref = ref_of(daemon_set)
        found = self.store.get(ref)
        if found is None:
            return
        spec, tolerations = found["spec"]["template"]["spec"], self._tolerations(found)
        seconds = int(found["spec"].get("minReadySeconds") or 0)
        code = template_hash(found["spec"]["template"])
        living = [p for p in self.store.owned_by(found["metadata"]["uid"], "Pod") if not is_deleting(p)]
        by_node = self._by_node(living)
        wanted = [
            n["metadata"]["name"] for n in self.store.objects("Node") if should_run(spec, tolerations, n)[0]
        ]
        placed = [by_node[name][0] for name in wanted if by_node.get(name)]
        available = sum(is_available(p, seconds, self.clock, self.engine.now) for p in placed)
        status: Obj = {
            "currentNumberScheduled": len(placed),
            "desiredNumberScheduled": len(wanted),
            "numberMisscheduled": sum(len(pods) for name, pods in by_node.items() if name not in wanted),
            "numberReady": sum(map(is_ready, placed)),
            "numberAvailable": available,
            "numberUnavailable": len(wanted) - available,
            "updatedNumberScheduled": sum(labels_of(p).get(REVISION_LABEL) == code for p in placed),
            "observedGeneration": found["metadata"]["generation"],
        }
        keep = ("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady")
        self.api.update_status(ref, without_zeros(status, *keep))
        due = next_available(living, seconds, self.clock, self.engine.now)
        if due is not None:
            self.enqueue(f"{ref.namespace}/{ref.name}", delay_ms=due - self.engine.now)


def _share(value: Any, nodes: int) -> int:
    """A number or a percentage of the nodes, rounded up."""
    try:
        return scaled(value, nodes, round_up=True)
    except IntOrStringError:
        return 0
