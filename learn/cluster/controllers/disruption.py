"""Keeps the budgets of PodDisruptionBudgets, and lets them refuse evictions.

Upstream: pkg/controller/disruption/disruption.go, pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learn.cluster.api.access import int_at, map_at
from learn.cluster.api.intstr import IntOrString, IntOrStringError, int_or_string, scaled
from learn.cluster.api.labels import from_label_selector, label_selector_text
from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.errors import ApiError, forbidden, too_many_requests
from learn.cluster.objects import Obj, controller_of, is_deleting, labels_of, ref_of
from learn.cluster.pods import condition, is_ready, is_terminal
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

DELETION_MS = 120_000
"""How long an evicted Pod counts as gone before its deletion has been seen."""

VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."
TWO_BUDGETS = (
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
)
SCALABLE = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The numbers of a PodDisruptionBudget's status."""

    expected: int
    healthy: int
    desired: int

    @property
    def allowed(self) -> int:
        return max(0, self.healthy - self.desired) if self.expected > 0 else 0


def budget(spec: Mapping[str, Any], *, healthy: int, pods: int, scale: Callable[[], int]) -> Budget:
    """minAvailable or maxUnavailable as numbers; percentages of `scale()` (the controllers' replicas), rounded up.

    `scale` is asked only where it matters and may raise; IntOrStringError for a text that is no percentage.
    """
    most: IntOrString | None = int_or_string(spec.get("maxUnavailable"))
    least: IntOrString | None = int_or_string(spec.get("minAvailable"))
    if most is not None:
        expected = scale()
        desired = max(0, expected - scaled(most, expected, round_up=True))
    elif isinstance(least, str):
        expected = scale()
        desired = scaled(least, expected, round_up=True)
    else:
        expected, desired = pods, least or 0
    return Budget(expected=expected, healthy=healthy, desired=desired)


def guards(pdb: Obj, pod: Obj) -> bool:
    """Whether a budget selects a Pod; an empty selector selects all of its namespace."""
    if pdb["metadata"]["namespace"] != pod["metadata"]["namespace"]:
        return False
    return from_label_selector(pdb["spec"].get("selector")).matches(labels_of(pod))


def may_evict(pod: Obj, budgets: Sequence[Obj]) -> Obj | None:
    """Whether the Eviction API lets a Pod go: gives the budget that this uses up, or None if it uses none.

    Raises ApiError: 429 when a budget forbids it or is not counted yet, 500 when two budgets select the Pod.
    """
    status = map_at(pod, "status")
    if is_terminal(pod) or is_deleting(pod) or status.get("phase") == "Pending":
        return None
    if len(budgets) > 1:
        raise ApiError(500, "InternalError", TWO_BUDGETS)
    if not budgets:
        return None
    pdb = budgets[0]
    counts = map_at(pdb, "status")
    if not is_ready(pod):
        healthy, desired = int_at(counts, "currentHealthy") or 0, int_at(counts, "desiredHealthy") or 0
        if pdb["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow" or (healthy >= desired > 0):
            return None
    name = pdb["metadata"]["name"]
    allowed = int_at(counts, "disruptionsAllowed") or 0
    if allowed < 0:
        raise forbidden("PodDisruptionBudget", name, "pdb disruptions allowed is negative")
    is_counted = (int_at(counts, "observedGeneration") or 0) >= pdb["metadata"].get("generation", 1)
    if not allowed or not is_counted:
        raise too_many_requests(VIOLATED)
    return pdb


class NoScale(Exception):
    """The controller of a Pod cannot be asked for its replicas; the text is upstream's."""


class DisruptionController(Controller):
    """State: the version of each budget of which a refused eviction has been explained."""

    name = "disruption"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.api.evicting.append(self._admit)

    def watches(self) -> Mapping[str, KeysOf]:
        return {
            "PodDisruptionBudget": own_key,
            "Pod": self._of_pod,
            **dict.fromkeys(sorted(SCALABLE), self._of_workload),
        }

    def _of_pod(self, notice: Notice) -> Iterable[str]:
        """The budgets that select a Pod that came, went, or changed its readiness."""
        old, new = notice.old, notice.new
        if old is not None and new is not None:
            same = is_ready(old) == is_ready(new) and is_deleting(old) == is_deleting(new)
            if same and old["metadata"].get("labels") == new["metadata"].get("labels"):
                return ()
        return [
            f"{notice.ref.namespace}/{pdb['metadata']['name']}"
            for pdb in self.store.objects("PodDisruptionBudget", notice.ref.namespace)
            if any(guards(pdb, each) for each in (old, new) if each is not None)
        ]

    def _of_workload(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        if old is not None and new is not None and old["spec"] is new["spec"]:
            return ()
        budgets = self.store.objects("PodDisruptionBudget", notice.ref.namespace)
        return [f"{notice.ref.namespace}/{pdb['metadata']['name']}" for pdb in budgets]

    def reconcile(self, key: str) -> None:
        pdb = self.store.find("PodDisruptionBudget", *split_key(key))
        if pdb is None or is_deleting(pdb):
            return
        pods = [pod for pod in self.store.objects("Pod", pdb["metadata"]["namespace"]) if guards(pdb, pod)]
        if not pods:
            self._tell(pdb, "Normal", "NoPods", "No matching pods found")
        self._warn_unmanaged(pdb, pods)
        disrupted = self._disrupted(pdb, pods)
        gone = set(disrupted)
        healthy = sum(
            is_ready(pod) and not is_deleting(pod) and pod["metadata"]["name"] not in gone for pod in pods
        )
        try:
            counted = budget(pdb["spec"], healthy=healthy, pods=len(pods), scale=lambda: self._scale(pods))
        except (NoScale, IntOrStringError) as error:
            self._fail(pdb, str(error))
            return
        self._report(pdb, counted, disrupted)

    def _warn_unmanaged(self, pdb: Obj, pods: Sequence[Obj]) -> None:
        needs_scale = not isinstance(int_or_string(pdb["spec"].get("minAvailable")), int)
        if needs_scale and any(controller_of(pod) is None for pod in pods):
            text = (
                "Pods selected by this PodDisruptionBudget (selector: "
                f"{label_selector_text(pdb['spec'].get('selector'))}) were found to be unmanaged. As a result, the "
                "status of the PDB cannot be calculated correctly, which may result in undefined behavior. To "
                'account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'
            )
            self._tell(pdb, "Warning", "UnmanagedPods", text)

    def _scale(self, pods: Sequence[Obj]) -> int:
        """The replicas that the Pods' controllers want, each controller once.  Raises NoScale."""
        wanted: dict[str, int] = {}
        for pod in pods:
            owner = controller_of(pod)
            if owner is None:
                continue
            found = self._topmost(pod["metadata"]["namespace"], owner)
            if found is None:
                raise NoScale(f'found no controllers for pod "{pod["metadata"]["name"]}"')
            if found["kind"] not in SCALABLE:
                raise NoScale(f"{found['kind'].lower()}s does not implement the scale subresource")
            wanted[found["metadata"]["uid"]] = int(found["spec"].get("replicas", 1))
        return sum(wanted.values())

    def _topmost(self, namespace: str, owner: Mapping[str, Any]) -> Obj | None:
        """A Pod's controller, or the Deployment behind its ReplicaSet."""
        found = self.store.find(owner["kind"], namespace, owner["name"])
        if found is None or found["metadata"]["uid"] != owner["uid"]:
            return None
        above = controller_of(found)
        if found["kind"] == "ReplicaSet" and above is not None and above["kind"] == "Deployment":
            return self.store.find("Deployment", namespace, above["name"]) or found
        return found

    def _disrupted(self, pdb: Obj, pods: Sequence[Obj]) -> dict[str, str]:
        """Evicted Pods whose deletion has not been seen yet, name -> when they were evicted."""
        waiting = {pod["metadata"]["name"] for pod in pods if not is_deleting(pod)}
        kept = {}
        for name, stamp in map_at(map_at(pdb, "status"), "disruptedPods").items():
            left = self.clock.ms(stamp) + DELETION_MS - self.engine.now
            if name in waiting and left > 0:
                kept[name] = stamp
                self.enqueue(f"{pdb['metadata']['namespace']}/{pdb['metadata']['name']}", delay_ms=left)
        return kept

    def _report(self, pdb: Obj, counted: Budget, disrupted: Mapping[str, str]) -> None:
        reason = "SufficientPods" if counted.allowed else "InsufficientPods"
        status: Obj = {
            "conditions": self._conditions(pdb, counted.allowed > 0, reason),
            "currentHealthy": counted.healthy,
            "desiredHealthy": counted.desired,
            "disruptionsAllowed": counted.allowed,
            "expectedPods": counted.expected,
            "observedGeneration": pdb["metadata"].get("generation", 1),
        }
        if disrupted:
            status["disruptedPods"] = dict(disrupted)
        self.api.update_status(ref_of(pdb), status, field=_field(pdb))

    def _fail(self, pdb: Obj, why: str) -> None:
        """failSafe: nothing may be evicted while the numbers are not known."""
        text = f"Failed to calculate the number of expected pods: {why}"
        self._tell(pdb, "Warning", "CalculateExpectedPodCountFailed", text)
        status = {
            "currentHealthy": 0,
            "desiredHealthy": 0,
            "expectedPods": 0,
            **map_at(pdb, "status"),
            "conditions": self._conditions(pdb, False, "SyncFailed", why),
            "disruptionsAllowed": 0,
            "observedGeneration": pdb["metadata"].get("generation", 1),
        }
        self.api.update_status(ref_of(pdb), status)

    def _conditions(self, pdb: Obj, allowed: bool, reason: str, message: str = "") -> list[Obj]:
        status = "True" if allowed else "False"
        found = condition(pdb, "DisruptionAllowed")
        same = found is not None and found["status"] == status
        return [
            {
                "type": "DisruptionAllowed",
                "status": status,
                "observedGeneration": pdb["metadata"].get("generation", 1),
                "lastTransitionTime": found["lastTransitionTime"] if same and found else self.now_stamp(),
                "reason": reason,
                "message": message,
            }
        ]

    # -- the Eviction API ------------------------------------------------------------------------

    def _admit(self, pod: Obj) -> None:
        """Called before an eviction; uses up one disruption of the Pod's budget.  Raises ApiError."""
        namespace = pod["metadata"]["namespace"]
        budgets = [pdb for pdb in self.store.objects("PodDisruptionBudget", namespace) if guards(pdb, pod)]
        try:
            used = may_evict(pod, budgets)
        except ApiError as error:
            self._explain(pod, budgets, error)
            raise
        if used is None:
            return
        status = map_at(used, "status")
        disrupted = {**map_at(status, "disruptedPods"), pod["metadata"]["name"]: self.now_stamp()}
        left = (int_at(status, "disruptionsAllowed") or 0) - 1
        self.api.update_status(
            ref_of(used), {**status, "disruptionsAllowed": left, "disruptedPods": disrupted}
        )

    def _explain(self, pod: Obj, budgets: Sequence[Obj], error: ApiError) -> None:
        """Write down why, once for each state of a budget."""
        for pdb in budgets:
            meta, status = pdb["metadata"], map_at(pdb, "status")
            key = f"{meta['namespace']}/{meta['name']}"
            if self.state.get(key) == meta["resourceVersion"]:
                continue
            self.state[key] = meta["resourceVersion"]
            data = {
                "rule": "eviction",
                "budget": meta["name"],
                "healthy": status.get("currentHealthy"),
                "desired": status.get("desiredHealthy"),
                "message": error.message,
            }
            self.trace.record(ref_of(pod), "decision", field=_field(pdb), data=data)

    def _tell(self, pdb: Obj, type_: str, reason: str, message: str) -> None:
        self.events.record(pdb, type_, reason, message, source="controllermanager")


def _field(pdb: Obj) -> str:
    return "spec.maxUnavailable" if "maxUnavailable" in pdb["spec"] else "spec.minAvailable"
