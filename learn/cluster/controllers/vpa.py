"""Recommends what containers should request, and brings it about (kubernetes/autoscaler vertical-pod-autoscaler).

The recommender looks every minute, as the updater does; the admission plugin changes new Pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.cluster.api.labels import Selector, from_label_selector
from learn.cluster.api.requests import resource_list
from learn.cluster.autoscaling.recommendation import (
    Amounts,
    add_cpu,
    add_memory,
    add_oom,
    capped,
    new_aggregate,
    quantities,
    recommend,
)
from learn.cluster.autoscaling.vertical import (
    mode_of,
    needs_update,
    policy_of,
    recommended,
    requests_of,
    with_recommendation,
)
from learn.cluster.controllers.base import Controller, KeysOf, key_of
from learn.cluster.errors import ApiError
from learn.cluster.metrics import metrics_of
from learn.cluster.objects import Obj, annotations_of, controller_of, is_deleting, labels_of, ref_of
from learn.cluster.pods import condition, is_active
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

LOOP = "loop"
LOOP_MS = 60_000
MIN_REPLICAS = 2
EVICTION_TOLERANCE = 0.5
DEFERRED_MS = 300_000
"""A resize that is deferred for so long gives way to an eviction."""

RESIZED = "Pod was resized in place by VPA Updater."
EVICTED = "Pod was evicted by VPA Updater to apply resource recommendation."


class VerticalAutoscaler(Controller):
    """State: aggregates by `namespace/name/container` of each VerticalPodAutoscaler."""

    name = "vpa"
    component = "vpa"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.api.mutating.append(self._admit)

    def watches(self) -> Mapping[str, KeysOf]:
        return {"VerticalPodAutoscaler": self._changed, "Pod": self._pod_changed}

    def _changed(self, notice: Notice) -> Iterable[str]:
        if notice.new is None:
            prefix = f"{key_of(notice.obj)}/"
            for key in [key for key in self.state if key.startswith(prefix)]:
                del self.state[key]
        elif notice.old is None:
            self.enqueue(LOOP, delay_ms=LOOP_MS)
        return ()

    def _pod_changed(self, notice: Notice) -> Iterable[str]:
        """Containers that were killed for want of memory."""
        if not self.state or notice.old is None or notice.new is None:
            return ()
        before = {each["name"]: each["restartCount"] for each in _statuses(notice.old)}
        for each in _statuses(notice.new):
            ended = map_at(map_at(each, "lastState"), "terminated")
            if each["restartCount"] > before.get(each["name"], 0) and ended.get("reason") == "OOMKilled":
                self._note_oom(notice.new, each["name"])
        return ()

    def _note_oom(self, pod: Obj, container: str) -> None:
        vpa = self._vpa_of(pod)
        spec = next((each for each in maps_at(pod["spec"], "containers") if each["name"] == container), {})
        if vpa is not None:
            request = requests_of(spec).get("memory")
            aggregate = self.state.setdefault(f"{key_of(vpa)}/{container}", new_aggregate())
            add_oom(aggregate, pod["metadata"]["name"], request.value() if request else 0, self.engine.now)

    # -- every minute ----------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        vpas = self.store.objects("VerticalPodAutoscaler")
        if not vpas:
            return
        self.enqueue(LOOP, delay_ms=LOOP_MS)
        for vpa in vpas:
            pods = self._pods(vpa)
            self._sample(vpa, pods)
            recommended = self._recommend(vpa, pods)
            if recommended and mode_of(vpa) in ("Recreate", "Auto", "InPlaceOrRecreate"):
                self._update(self.api.get(ref_of(vpa)), pods)

    def _pods(self, vpa: Obj) -> list[Obj]:
        selector = self._selector(vpa)
        if selector is None:
            return []
        listed = self.store.objects("Pod", vpa["metadata"]["namespace"])
        return [pod for pod in listed if selector.matches(labels_of(pod)) and is_active(pod)]

    def _selector(self, vpa: Obj) -> Selector | None:
        reference = map_at(vpa["spec"], "targetRef")
        target = self.store.find(
            text_at(reference, "kind"), vpa["metadata"]["namespace"], text_at(reference, "name")
        )
        selector = target["spec"].get("selector") if target else None
        return from_label_selector(selector) if selector else None

    def _sample(self, vpa: Obj, pods: Sequence[Obj]) -> None:
        metrics = metrics_of(self.cluster)
        if not metrics.is_available:
            return
        for pod in pods:
            used = metrics.usage_of(pod)
            if used is None:
                continue
            requests = {each["name"]: requests_of(each) for each in maps_at(pod["spec"], "containers")}
            for name, (nano, memory) in used.containers.items():
                if name not in requests:
                    continue
                aggregate = self.state.setdefault(f"{key_of(vpa)}/{name}", new_aggregate())
                cpu = requests[name].get("cpu")
                cores = cpu.milli_value() / 1000 if cpu else 0.0
                add_cpu(aggregate, nano / 1e9, cores, self.engine.now)
                add_memory(aggregate, pod["metadata"]["name"], memory, self.engine.now)

    def _recommend(self, vpa: Obj, pods: Sequence[Obj]) -> bool:
        prefix = f"{key_of(vpa)}/"
        names = [
            key.removeprefix(prefix)
            for key in sorted(self.state)
            if key.startswith(prefix) and policy_of(vpa, key.removeprefix(prefix)).get("mode") != "Off"
        ]
        conditions = [_condition("RecommendationProvided", bool(names), self.now_stamp(), vpa)]
        if not pods:
            conditions.insert(0, _condition("NoPodsMatched", True, self.now_stamp(), vpa))
        status: Obj = {"conditions": conditions}
        if names:
            listed = [self._container(vpa, name, self.state[prefix + name], len(names)) for name in names]
            status["recommendation"] = {"containerRecommendations": listed}
        self.api.update_status(ref_of(vpa), status)
        return bool(names)

    def _container(self, vpa: Obj, name: str, aggregate: dict[str, Any], containers: int) -> Obj:
        policy = policy_of(vpa, name)
        least = resource_list(map_at(policy, "minAllowed"))
        most = resource_list(map_at(policy, "maxAllowed"))
        controlled = policy.get("controlledResources") or ("cpu", "memory")

        def shown(amounts: Amounts) -> dict[str, str]:
            return {key: text for key, text in quantities(amounts).items() if key in controlled}

        found = recommend(aggregate, containers)
        return {
            "containerName": name,
            "lowerBound": shown(capped(found.lower, least, most)),
            "target": shown(capped(found.target, least, most)),
            "uncappedTarget": shown(found.target),
            "upperBound": shown(capped(found.upper, least, most)),
        }

    # -- the updater -----------------------------------------------------------------------------

    def _update(self, vpa: Obj, pods: Sequence[Obj]) -> None:
        """Let Pods whose requests lie outside the bounds be made anew, never more than half of them at once."""
        wanted = self._replicas(pods)
        at_least = int_at(map_at(vpa["spec"], "updatePolicy"), "minReplicas")
        if len(pods) < (MIN_REPLICAS if at_least is None else at_least):
            return
        running = sum(pod["status"].get("phase") == "Running" for pod in pods)
        may_go = running - (wanted - max(1, int(wanted * EVICTION_TOLERANCE)))
        for pod in pods:
            if may_go <= 0:
                return
            if pod["status"].get("phase") == "Running" and self._bring_about(vpa, pod):
                may_go -= 1

    def _bring_about(self, vpa: Obj, pod: Obj) -> bool:
        """Resize a Pod or evict it, if it needs that; True when it is evicted."""
        why = needs_update(vpa, pod, self._age(pod))
        if mode_of(vpa) != "InPlaceOrRecreate":
            return bool(why) and self._evict(vpa, pod, why)
        pending = condition(pod, "PodResizePending")
        if pending is not None:
            waited = self.engine.now - self.clock.ms(pending["lastTransitionTime"])
            is_hopeless = pending.get("reason") == "Infeasible" or waited >= DEFERRED_MS
            return is_hopeless and self._evict(vpa, pod, {"resize": pending.get("reason")})
        if why:
            self._resize(vpa, pod, why)
        return False

    def _resize(self, vpa: Obj, pod: Obj, why: Mapping[str, Any]) -> None:
        data = {"rule": "vpa-resize", "vpa": vpa["metadata"]["name"], **why}
        entry = self.trace.record(ref_of(pod), "decision", data=data)
        targets = recommended(vpa)
        containers = [
            with_recommendation(each, targets[each["name"]], policy_of(vpa, each["name"]))
            if each["name"] in targets
            else each
            for each in maps_at(pod["spec"], "containers")
        ]
        try:
            self.api.resize(ref_of(pod), {**pod["spec"], "containers": containers}, causes=(entry,))
        except ApiError:
            self._evict(vpa, pod, why)
            return
        self.events.record(
            pod, "Normal", "InPlaceResizedByVPA", RESIZED, source="vpa-updater", causes=(entry,)
        )

    def _replicas(self, pods: Sequence[Obj]) -> int:
        """What the Pods' controllers want."""
        owners = {owner["uid"]: owner for pod in pods if (owner := controller_of(pod))}
        found = 0
        for owner in owners.values():
            namespace = pods[0]["metadata"]["namespace"]
            obj = self.store.find(owner["kind"], namespace, owner["name"])
            found += int(obj["spec"].get("replicas", 1)) if obj else 0
        return found

    def _age(self, pod: Obj) -> int:
        started = text_at(map_at(pod, "status"), "startTime")
        return self.engine.now - self.clock.ms(started) if started else 0

    def _evict(self, vpa: Obj, pod: Obj, why: Mapping[str, Any]) -> bool:
        data = {"rule": "vpa-update", "vpa": vpa["metadata"]["name"], **why}
        entry = self.trace.record(ref_of(pod), "decision", data=data)
        try:
            self.api.evict(ref_of(pod), causes=(entry,))
        except ApiError:
            return False  # a disruption budget; tried again in a minute
        self.events.record(pod, "Normal", "EvictedByVPA", EVICTED, source="vpa-updater", causes=(entry,))
        return True

    # -- admission -------------------------------------------------------------------------------

    def _admit(self, verb: str, obj: Obj, old: Obj | None) -> Obj:
        """Give a new Pod the recommended requests."""
        if verb != "create" or obj["kind"] != "Pod" or self.is_stopped:
            return obj
        vpa = self._vpa_of(obj)
        if vpa is None or mode_of(vpa) == "Off":
            return obj
        targets = recommended(vpa)
        if not targets:
            return obj
        containers, updates = [], []
        for index, container in enumerate(maps_at(obj["spec"], "containers")):
            target = targets.get(text_at(container, "name"))
            changed = (
                with_recommendation(container, target, policy_of(vpa, container["name"]))
                if target
                else container
            )
            containers.append(changed)
            if changed is not container and target:
                updates.append(f"container {index}: {', '.join(f'{name} request' for name in target)}")
        if not updates:
            return obj
        text = f"Pod resources updated by {vpa['metadata']['name']}: {'; '.join(updates)}"
        annotations = {**annotations_of(obj), "vpaObservedContainers": ", ".join(targets), "vpaUpdates": text}
        meta = {**obj["metadata"], "annotations": annotations}
        return {**obj, "metadata": meta, "spec": {**obj["spec"], "containers": containers}}

    def _vpa_of(self, pod: Obj) -> Obj | None:
        for vpa in self.store.objects("VerticalPodAutoscaler", pod["metadata"].get("namespace")):
            selector = self._selector(vpa)
            if selector is not None and selector.matches(labels_of(pod)) and not is_deleting(vpa):
                return vpa
        return None


def _statuses(pod: Obj) -> Sequence[Obj]:
    listed: Sequence[Obj] = map_at(pod, "status").get("containerStatuses") or ()
    return listed


def _condition(kind: str, holds: bool, stamp: str, vpa: Obj) -> Obj:
    status = "True" if holds else "False"
    known = next((c for c in maps_at(map_at(vpa, "status"), "conditions") if c.get("type") == kind), None)
    same = known is not None and known.get("status") == status
    condition: Obj = {
        "type": kind,
        "status": status,
        "lastTransitionTime": known["lastTransitionTime"] if same and known else stamp,
    }
    if kind == "NoPodsMatched":
        condition |= {"reason": "NoPodsMatched", "message": "No pods match this VPA object"}
    return condition
