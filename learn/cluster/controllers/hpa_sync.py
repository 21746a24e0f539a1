"""One look of the HPA controller at one HPA: what it gathers, decides and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.labels import Selector, from_label_selector, from_map, label_selector_text
from learn.cluster.api.quantity import try_parse
from learn.cluster.autoscaling.behavior import Bounds, Decision, Stamped, limit, rules, stabilize
from learn.cluster.autoscaling.evaluation import Evaluation, FailedMetric, Scene, evaluate
from learn.cluster.autoscaling.replica_calculator import Tolerance
from learn.cluster.errors import ApiError, not_found
from learn.cluster.metrics import metrics_of
from learn.cluster.objects import KINDS, Obj, Ref, group_of, labels_of, ref_of
from learn.cluster.pods import is_true

if TYPE_CHECKING:
    from learn.cluster.controllers.hpa import HorizontalController

KEPT_MS = 3_600_000
"""No window or period is longer than an hour."""

SOURCE = "horizontal-pod-autoscaler"
SCALABLE = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


class Failed(Exception):
    """This sync cannot go on; conditions and events have said why."""


class Sync:
    """One look at one HPA: what is gathered, decided and written."""

    def __init__(self, controller: HorizontalController, hpa: Obj, kept: dict[str, Any]) -> None:
        self.controller = controller
        self.hpa = hpa
        self.spec: Mapping[str, Any] = hpa["spec"]
        self.kept = kept
        self.now = controller.engine.now
        self.causes: list[int] = []
        self.status: Obj = {**(hpa.get("status") or {})}
        self.conditions: list[Obj] = list(self.status.get("conditions") or ())
        self.minimum = 1 if self.spec.get("minReplicas") is None else int(self.spec["minReplicas"])
        self.maximum = int(self.spec["maxReplicas"])

    def run(self) -> None:
        try:
            target = self._target()
            self._scale(target)
        except Failed:
            pass
        self.controller.api.update_status(ref_of(self.hpa), {**self.status, "conditions": self.conditions})

    # -- the target ------------------------------------------------------------------------------

    def _target(self) -> Obj:
        reference = map_at(self.spec, "scaleTargetRef")
        kind, name = text_at(reference, "kind"), text_at(reference, "name")
        namespace = self.hpa["metadata"]["namespace"]
        found = self.controller.store.find(kind, namespace, name) if kind in SCALABLE else None
        if found is None:
            text = _no_target(reference, namespace)
            self._tell("Warning", "FailedGetScale", text)
            why = f"the HPA controller was unable to get the target's current scale: {text}"
            self._condition("AbleToScale", False, "FailedGetScale", why)
            raise Failed
        text = "the HPA controller was able to get the target's current scale"
        self._condition("AbleToScale", True, "SucceededGetScale", text)
        return found

    def _scale(self, target: Obj) -> None:
        current = int(target["spec"].get("replicas", 1))
        if not self.kept["recommendations"]:
            self.kept["recommendations"] = [[self.now, current]]
        reason, metrics = "", self.status.get("currentMetrics")
        if current == 0 and not (self.minimum == 0 and is_true(self.hpa, "ScaledToZero")):
            desired, metrics = 0, None
            text = "scaling is disabled since the replica count of the target is zero"
            self._condition("ScalingActive", False, "ScalingDisabled", text)
        elif current > self.maximum:
            desired, metrics = self.maximum, None
            reason = "Current number of replicas above Spec.MaxReplicas"
            self._record(
                "bounds", "spec.maxReplicas", current=current, maximum=self.maximum, replicas=desired
            )
        elif current < self.minimum:
            desired, metrics = self.minimum, None
            reason = "Current number of replicas below Spec.MinReplicas"
            self._record(
                "bounds", "spec.minReplicas", current=current, minimum=self.minimum, replicas=desired
            )
        else:
            evaluations, name = self._evaluate(target, current)
            wanted = max(each.replicas for each in evaluations)
            metrics = [each.status for each in evaluations]
            if wanted > current:
                reason = f"{name} above target"
            elif wanted < current:
                reason = "All metrics below target"
            desired = self._normalize(current, wanted, evaluations)
        if desired != current:
            self._rescale(target, current, desired, reason)
        self._note_zero(desired)
        self.status |= {"currentReplicas": current, "desiredReplicas": desired}
        self.status.pop("currentMetrics", None)
        if metrics:
            self.status["currentMetrics"] = metrics

    # -- metrics ---------------------------------------------------------------------------------

    def _evaluate(self, target: Obj, current: int) -> tuple[list[Evaluation], str]:
        """Every metric that can be evaluated, and the name of the one that asks for most."""
        scene = self._scene(target, current)
        specs = maps_at(self.spec, "metrics")
        found: list[Evaluation] = []
        failures: list[FailedMetric] = []
        for index, spec in enumerate(specs):
            try:
                found.append(evaluate(spec, index, scene))
            except FailedMetric as failure:
                self._tell("Warning", failure.reason, failure.error)
                failures.append(failure)
        wanted = max((each.replicas for each in found), default=0)
        if failures and (not found or wanted < current):
            self._give_up(failures, len(specs), current)
        name = next(each.name for each in found if each.replicas == wanted)
        text = f"the HPA was able to successfully calculate a replica count from {name}"
        self._condition("ScalingActive", True, "ValidMetricFound", text)
        return found, name

    def _give_up(self, failures: Sequence[FailedMetric], total: int, current: int) -> None:
        first = failures[0]
        text = f"the HPA was unable to compute the replica count: {first.error}"
        self._condition("ScalingActive", False, first.reason, text)
        summary = f"invalid metrics ({len(failures)} invalid out of {total}), first error is: {first.summary}"
        self._tell("Warning", "FailedComputeMetricsReplicas", summary)
        self.status["currentReplicas"] = current
        self.status.setdefault("desiredReplicas", 0)
        raise Failed

    def _scene(self, target: Obj, current: int) -> Scene:
        controller = self.controller
        namespace = self.hpa["metadata"]["namespace"]
        selector = _selector(target)
        if selector is None:
            self._tell("Warning", "SelectorRequired", "selector is required")
            self._condition(
                "ScalingActive", False, "InvalidSelector", "the HPA target's scale is missing a selector"
            )
            raise Failed
        pods = [pod for pod in controller.store.objects("Pod", namespace) if selector.matches(labels_of(pod))]
        self._check_ambiguous(pods, target)
        return Scene(
            namespace=namespace,
            pods=pods,
            current=current,
            reported=int(map_at(target, "status").get("replicas") or 0),
            now_ms=self.now,
            state_of=controller.state_of,
            source=metrics_of(controller.cluster),
            tolerance=self._tolerance(),
        )

    def _check_ambiguous(self, pods: Sequence[Obj], target: Obj) -> None:
        """Pods that more than one HPA scales."""
        store, namespace = self.controller.store, self.hpa["metadata"]["namespace"]
        others = store.objects("HorizontalPodAutoscaler", namespace)
        if len(others) < 2 or not pods:
            return
        sharing = []
        for hpa in others:
            reference = map_at(hpa["spec"], "scaleTargetRef")
            other = store.find(text_at(reference, "kind"), namespace, text_at(reference, "name"))
            selector = _selector(other) if other else None
            if selector is not None and any(selector.matches(labels_of(pod)) for pod in pods):
                sharing.append(f"{{{hpa['metadata']['name']} {namespace}}}")
        if len(sharing) < 2:
            return
        shown = label_selector_text(target["spec"].get("selector"))
        text = f"pods by selector {shown} are controlled by multiple HPAs: [{' '.join(sharing)}]"
        self._tell("Warning", "AmbiguousSelector", text)
        self._condition("ScalingActive", False, "AmbiguousSelector", text)
        raise Failed

    def _tolerance(self) -> Tolerance:
        behavior = map_at(self.spec, "behavior")

        def of(direction: str) -> float:
            value = map_at(behavior, direction).get("tolerance")
            quantity = try_parse(value) if value is not None else None
            return 0.1 if quantity is None else quantity.milli_value() / 1000

        return Tolerance(up=of("scaleUp"), down=of("scaleDown"))

    # -- how fast --------------------------------------------------------------------------------

    def _normalize(self, current: int, wanted: int, evaluations: Sequence[Evaluation]) -> int:
        """Hold the recommendation back, then keep it within rates and bounds."""
        behavior = self.spec.get("behavior")
        earlier = [Stamped(*each) for each in self.kept["recommendations"]]
        held = stabilize(wanted, earlier, current=current, now_ms=self.now, behavior=behavior)
        self.kept["recommendations"] = _recent(self.kept["recommendations"], self.now, wanted)
        self._condition("AbleToScale", True, held.reason, held.message)
        limited = limit(
            held.replicas,
            Bounds(current=current, minimum=self.minimum, maximum=self.maximum),
            now_ms=self.now,
            behavior=behavior,
            ups=[Stamped(*each) for each in self.kept["ups"]],
            downs=[Stamped(*each) for each in self.kept["downs"]],
        )
        is_limited = limited.replicas != held.replicas
        self._condition("ScalingLimited", is_limited, limited.reason, limited.message)
        self._explain(current, wanted, evaluations, held, limited)
        return limited.replicas

    def _explain(
        self, current: int, wanted: int, evaluations: Sequence[Evaluation], held: Decision, limited: Decision
    ) -> None:
        """Write the arithmetic down whenever it comes to something else than last time."""
        proposals = [each.replicas for each in evaluations]
        said = f"{current}|{proposals}|{held.replicas}{held.reason}|{limited.replicas}{limited.reason}"
        if said == self.kept["said"]:
            return
        self.kept["said"] = said
        for each in evaluations:
            self._record(
                "metric", each.field, metric=each.name, text=each.text, replicas=each.replicas, current=current,
                ratio=round(each.proposal.ratio, 4), counted=each.proposal.counted,
                average=each.proposal.average, utilization=each.proposal.utilization,
            )  # fmt: skip
        if held.replicas != wanted:
            direction = "scaleUp" if held.replicas < wanted else "scaleDown"
            field = f"spec.behavior.{direction}.stabilizationWindowSeconds"
            seconds = self._window(direction)
            self._record(
                "stabilization",
                field,
                wanted=wanted,
                replicas=held.replicas,
                reason=held.reason,
                seconds=seconds,
            )
        if limited.replicas != held.replicas:
            self._record(
                "limit", _limit_field(limited.reason), wanted=held.replicas, replicas=limited.replicas,
                reason=limited.reason, minimum=self.minimum, maximum=self.maximum,
            )  # fmt: skip

    def _window(self, direction: str) -> int:
        behavior = map_at(self.spec, "behavior")
        seconds = rules(behavior, direction)["stabilizationWindowSeconds"]
        return 300 if seconds is None else int(seconds)

    def _rescale(self, target: Obj, current: int, desired: int, reason: str) -> None:
        causes = tuple(self.causes) or None
        try:
            self.controller.api.scale(ref_of(target), desired, causes=causes)
        except ApiError as error:
            text = f"New size: {desired}; reason: {reason}; error: {error.message}"
            self._tell("Warning", "FailedRescale", text)
            why = f"the HPA controller was unable to update the target scale: {error.message}"
            self._condition("AbleToScale", False, "FailedUpdateScale", why)
            self.status["currentReplicas"] = current
            raise Failed from error
        text = f"the HPA controller was able to update the target scale to {desired}"
        self._condition("AbleToScale", True, "SucceededRescale", text)
        self._tell("Normal", "SuccessfulRescale", f"New size: {desired}; reason: {reason}")
        side = "ups" if desired > current else "downs"
        self.kept[side] = _recent(self.kept[side], self.now, abs(desired - current))
        self.status["lastScaleTime"] = self.controller.now_stamp()

    def _note_zero(self, desired: int) -> None:
        """A target that the HPA itself brought to zero may be woken again by it."""
        if self.minimum == 0 and desired == 0 and is_true_in(self.conditions, "ScalingActive"):
            self._condition(
                "ScaledToZero", True, "ScaledToZero", "the HPA controller scaled the target to zero"
            )
        elif any(each["type"] == "ScaledToZero" for each in self.conditions) and desired:
            text = "the target has more than zero replicas"
            self._condition("ScaledToZero", False, "NotScaledToZero", text)

    # -- telling ---------------------------------------------------------------------------------

    def _record(self, rule: str, field: str, **data: Any) -> None:
        entry = self.controller.trace.record(
            ref_of(self.hpa), "decision", field=field, data={"rule": f"hpa-{rule}", **data}
        )
        self.causes.append(entry)

    def _tell(self, type_: str, reason: str, message: str) -> None:
        causes = tuple(self.causes) or None
        self.controller.events.record(self.hpa, type_, reason, message, source=SOURCE, causes=causes)

    def _condition(self, kind: str, holds: bool, reason: str, message: str) -> None:
        status = "True" if holds else "False"
        known = next((each for each in self.conditions if each["type"] == kind), None)
        same = known is not None and known["status"] == status
        stamp = known["lastTransitionTime"] if same and known else self.controller.now_stamp()
        new = {
            "type": kind,
            "status": status,
            "lastTransitionTime": stamp,
            "reason": reason,
            "message": message,
        }
        if known is None:
            self.conditions.append(new)
        else:
            self.conditions = [new if each is known else each for each in self.conditions]


def is_true_in(conditions: Sequence[Obj], kind: str) -> bool:
    return any(each["type"] == kind and each["status"] == "True" for each in conditions)


def _selector(target: Obj) -> Selector | None:
    selector = target["spec"].get("selector")
    if not selector:
        return None
    return from_map(selector) if target["kind"] == "ReplicationController" else from_label_selector(selector)


def _no_target(reference: Mapping[str, Any], namespace: str) -> str:
    kind = text_at(reference, "kind")
    if kind in SCALABLE or kind in KINDS:
        return not_found(Ref(kind, namespace, text_at(reference, "name"))).message
    group = group_of(text_at(reference, "apiVersion"))
    return f'no matches for kind "{kind}" in group "{group}"'


def _limit_field(reason: str) -> str:
    fields = {
        "TooManyReplicas": "spec.maxReplicas",
        "TooFewReplicas": "spec.minReplicas",
        "ScaleUpLimit": "spec.behavior.scaleUp.policies",
        "ScaleDownLimit": "spec.behavior.scaleDown.policies",
    }
    return fields.get(reason, "")


def _recent(stamped: Sequence[Sequence[int]], now: int, replicas: int) -> list[list[int]]:
    """The list with one more, without those too old to matter."""
    return [*(list(each) for each in stamped if each[0] > now - KEPT_MS), [now, replicas]]
