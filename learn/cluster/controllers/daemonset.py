"""One Pod on every node that fits (pkg/controller/daemon/daemon_controller.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from learn.cluster.api.intstr import IntOrStringError, scaled
from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.daemonplan import (
    NETWORK_TOLERATION,
    TOLERATIONS,
    OnNode,
    replace_step,
    should_run,
    surge_step,
)
from learn.cluster.controllers.replicas import claim, is_available, next_available, pod_from, without_zeros
from learn.cluster.controllers.revisions import template_hash
from learn.cluster.objects import Obj, is_deleting, labels_of, ref_of
from learn.cluster.pods import is_ready, is_terminal
from learn.cluster.store import Notice

REVISION_LABEL = "controller-revision-hash"
FIRST_BACKOFF_MS = 1_000
LONGEST_BACKOFF_MS = 900_000


class DaemonSetController(Controller):
    """State: `namespace/name/node` -> `[delay, at]`, the back-off of Pods that failed there, in milliseconds."""

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
            for known in [known for known in self.state if known.startswith(f"{key}/")]:
                del self.state[known]
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
            living = [pod for pod in here if not is_deleting(pod)]
            if not keep:
                for pod in living:
                    self._delete(daemon_set, pod)
            else:
                self._prune(daemon_set, node["metadata"]["name"], living)
            if start and not here:
                self._create(daemon_set, node["metadata"]["name"], tolerations)
        for name, stray in by_node.items():
            for pod in stray:
                if name and not is_deleting(pod):
                    self._delete(daemon_set, pod)

    def _prune(self, daemon_set: Obj, node: str, living: Sequence[Obj]) -> None:
        """Ended Pods are replaced, failed ones less and less often; of several that run, the oldest stays (without surge)."""
        for pod in living:
            where = f"daemon pod {pod['metadata']['namespace']}/{pod['metadata']['name']} on node {node}"
            match pod["status"].get("phase"):
                case "Failed" if self._may_retry(daemon_set, node):
                    self._tell(
                        daemon_set,
                        "FailedDaemonPod",
                        f"Found failed {where}, will try to kill it",
                        type_="Warning",
                    )
                    self._delete(daemon_set, pod)
                case "Succeeded":
                    self._tell(
                        daemon_set, "SucceededDaemonPod", f"Found succeeded {where}, will try to delete it"
                    )
                    self._delete(daemon_set, pod)
        running = sorted((pod for pod in living if not is_terminal(pod)), key=_oldest_first)
        if not self._surge_of(daemon_set, 1):
            for pod in running[1:]:
                self._delete(daemon_set, pod)

    def _may_retry(self, daemon_set: Obj, node: str) -> bool:
        """Whether a failed Pod may be deleted now; then the next one on this node waits twice as long."""
        key = f"{own_name(daemon_set)}/{node}"
        delay, at = self.state.get(key) or (0, 0)
        now = self.engine.now
        if now - at > 2 * LONGEST_BACKOFF_MS:
            delay = 0
        if now < at + delay:
            self.enqueue(own_name(daemon_set), delay_ms=at + delay - now)
            return False
        self.state[key] = [min(delay * 2 or FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS), now]
        return True

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
        wanted = self._wanted(daemon_set)
        by_node = {**{name: [] for name in wanted}, **self._by_node(pods)}
        surge = self._surge_of(daemon_set, len(wanted))
        if surge:
            self._surge(daemon_set, by_node, surge)
        else:
            unavailable = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1)
            self._replace(daemon_set, by_node, max(1, _share(unavailable, len(wanted))))

    def _surge_of(self, daemon_set: Obj, nodes: int) -> int:
        strategy = daemon_set["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return 0
        return _share((strategy.get("rollingUpdate") or {}).get("maxSurge", 0), nodes)

    def _wanted(self, daemon_set: Obj) -> list[str]:
        """The nodes that shall have a Pod."""
        spec, tolerations = daemon_set["spec"]["template"]["spec"], self._tolerations(daemon_set)
        nodes = self.store.objects("Node")
        return [node["metadata"]["name"] for node in nodes if should_run(spec, tolerations, node)[0]]

    def _is_available(self, daemon_set: Obj, pod: Obj) -> bool:
        seconds = int(daemon_set["spec"].get("minReadySeconds") or 0)
        return not is_deleting(pod) and is_available(pod, seconds, self.clock, self.engine.now)

    def _on_nodes(
        self, daemon_set: Obj, by_node: Mapping[str, Sequence[Obj]]
    ) -> tuple[list[OnNode], dict[str, list[Obj]]]:
        """The nodes as the rules see them, and the old Pods on each."""
        code = template_hash(daemon_set["spec"]["template"])
        nodes, old = [], {}
        for name, here in by_node.items():
            living = [pod for pod in here if not is_deleting(pod)]
            new = [pod for pod in living if labels_of(pod).get(REVISION_LABEL) == code]
            old[name] = [pod for pod in living if pod not in new]
            available = [[self._is_available(daemon_set, pod) for pod in pods] for pods in (old[name], new)]
            nodes.append(OnNode(name, bool(old[name]), any(available[0]), bool(new), any(available[1])))
        return nodes, old

    def _surge(self, daemon_set: Obj, by_node: Mapping[str, Sequence[Obj]], most: int) -> None:
        nodes, old = self._on_nodes(daemon_set, by_node)
        step = surge_step(nodes, most)
        for name in step.done:
            for pod in old[name]:
                self._delete(daemon_set, pod)
        for name in step.start:
            self._create(daemon_set, name, self._tolerations(daemon_set))

    def _replace(self, daemon_set: Obj, by_node: Mapping[str, Sequence[Obj]], limit: int) -> None:
        nodes, old = self._on_nodes(daemon_set, by_node)
        for name in replace_step(nodes, limit):
            for pod in old[name]:
                self._delete(daemon_set, pod)

    def _tell(self, daemon_set: Obj, reason: str, message: str, *, type_: str = "Normal") -> None:
        self.events.record(daemon_set, type_, reason, message, source="daemonset-controller")

    def _report(self, daemon_set: Obj) -> None:
        ref = ref_of(daemon_set)
        found = self.store.get(ref)
        if found is None:
            return
        seconds = int(found["spec"].get("minReadySeconds") or 0)
        code = template_hash(found["spec"]["template"])
        pods = [p for p in self.store.owned_by(found["metadata"]["uid"], "Pod") if not _is_gone(p)]
        by_node = self._by_node(sorted(pods, key=_oldest_first))
        wanted = self._wanted(found)
        placed = [by_node[name][0] for name in wanted if by_node.get(name)]
        available = sum(is_available(p, seconds, self.clock, self.engine.now) for p in placed)
        status: Obj = {
            "currentNumberScheduled": len(placed),
            "desiredNumberScheduled": len(wanted),
            "numberMisscheduled": sum(name not in wanted for name in by_node if name),
            "numberReady": sum(map(is_ready, placed)),
            "numberAvailable": available,
            "numberUnavailable": len(wanted) - available,
            "updatedNumberScheduled": sum(labels_of(p).get(REVISION_LABEL) == code for p in placed),
            "observedGeneration": found["metadata"]["generation"],
        }
        keep = ("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady")
        self.api.update_status(ref, without_zeros(status, *keep))
        due = next_available(pods, seconds, self.clock, self.engine.now)
        if due is not None:
            self.enqueue(f"{ref.namespace}/{ref.name}", delay_ms=due - self.engine.now)


def own_name(obj: Obj) -> str:
    """The key of a namespaced object."""
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"


def _is_gone(pod: Obj) -> bool:
    return is_terminal(pod) and is_deleting(pod)


def _oldest_first(pod: Obj) -> tuple[bool, str, str]:
    """Pods with a node first, then by age (podByCreationTimestampAndPhase)."""
    meta = pod["metadata"]
    return not pod["spec"].get("nodeName"), meta.get("creationTimestamp", ""), meta["name"]


def _share(value: Any, nodes: int) -> int:
    """A number or a percentage of the nodes, rounded up."""
    try:
        return scaled(value, nodes, round_up=True)
    except IntOrStringError:
        return 0
