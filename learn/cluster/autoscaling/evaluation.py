"""One metric of an HPA: how many replicas it asks for, and all the words about it.

Rules: pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric and computeStatusFor…Metric),
metrics/client.go.  Values are in thousandths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from learn.cluster.api.access import int_at, map_at, text_at
from learn.cluster.api.quantity import Quantity, try_parse
from learn.cluster.autoscaling.replica_calculator import (
    MetricsError,
    PodState,
    Proposal,
    Sample,
    Tolerance,
    average_value_replicas,
    per_pod_replicas,
    utilization_replicas,
    value_replicas,
)
from learn.cluster.objects import Obj
from learn.cluster.pods import is_ready


class Source(Protocol):
    """Where metric values come from.  Every method raises MetricsError when it has none."""

    def resource(
        self, namespace: str, pods: Sequence[Obj], resource: str, container: str
    ) -> dict[str, Sample]: ...

    def of_pods(self, namespace: str, pods: Sequence[Obj], metric: str) -> dict[str, Sample]: ...

    def of_object(self, namespace: str, target: Mapping[str, Any], metric: str) -> int: ...

    def external(self, namespace: str, metric: str) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an HPA looks at: the Pods of its target, the replicas wanted (`current`) and reported.

    `state_of` reads a Pod for a resource and a container (or ""), as `podstates.pod_state` does.
    """

    namespace: str
    pods: Sequence[Obj]
    current: int
    reported: int
    now_ms: int
    state_of: Callable[[Obj, str, str], PodState]
    source: Source
    tolerance: Tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a metric asks for: its name in events, its entry in `status.currentMetrics`, the arithmetic."""

    replicas: int
    name: str
    status: Obj
    text: str
    field: str
    proposal: Proposal


class FailedMetric(Exception):
    """A metric could not be evaluated: `reason` and `error` of the event, `summary` for the list of errors."""

    def __init__(self, reason: str, error: str, summary: str) -> None:
        super().__init__(summary)
        self.reason = reason
        self.error = error
        self.summary = summary


def evaluate(spec: Mapping[str, Any], index: int, scene: Scene) -> Evaluation:
    """Evaluate the metric `spec.metrics[index]`.  Raises FailedMetric."""
    match text_at(spec, "type"):
        case "Resource":
            return _resource(map_at(spec, "resource"), index, scene)
        case "ContainerResource":
            return _resource(map_at(spec, "containerResource"), index, scene, is_container=True)
        case "Pods":
            return _pods(map_at(spec, "pods"), index, scene)
        case "Object":
            return _object(map_at(spec, "object"), index, scene)
        case "External":
            return _external(map_at(spec, "external"), index, scene)
        case other:
            text = f'unknown metric source type "{other}"'
            raise FailedMetric("InvalidMetricSourceType", text, text)


def arithmetic(proposal: Proposal, current: int, target: int, *, unit: str = "") -> str:
    """The sum behind a proposal, as one would write it: `ceil(3 × 80 ÷ 50) = 5`."""
    if proposal.replicas == current and proposal.utilization is not None:
        return f"{proposal.utilization}{unit} ÷ {target}{unit} = {proposal.ratio:.2f}"
    if proposal.utilization is not None and abs(proposal.utilization / target - proposal.ratio) < 1e-9:
        return f"ceil({proposal.counted} × {proposal.utilization} ÷ {target}) = {proposal.replicas}"
    return f"ceil({proposal.counted} × {proposal.ratio:.2f}) = {proposal.replicas}"


# -- the kinds of metric -----------------------------------------------------------------------------


def _resource(
    source: Mapping[str, Any], index: int, scene: Scene, *, is_container: bool = False
) -> Evaluation:
    resource = text_at(source, "name")
    container = text_at(source, "container") if is_container else ""
    kind = "container resource" if is_container else "resource"
    key = "containerResource" if is_container else "resource"
    reason = "FailedGetContainerResourceMetric" if is_container else "FailedGetResourceMetric"
    target = map_at(source, "target")
    percent, average = int_at(target, "averageUtilization"), _milli(target, "averageValue")
    field = f"spec.metrics[{index}].{key}.target"
    try:
        samples = scene.source.resource(scene.namespace, scene.pods, resource, container)
        states = [scene.state_of(pod, resource, container) for pod in scene.pods]
        if average is not None:
            proposal = _by_average(states, samples, average, resource, scene)
            name, field = f"{resource} {kind}", f"{field}.averageValue"
            text = arithmetic(proposal, scene.current, average)
        elif percent is not None:
            proposal = utilization_replicas(
                states,
                samples,
                current=scene.current,
                target_percent=percent,
                resource=resource,
                now_ms=scene.now_ms,
                tolerance=scene.tolerance,
            )
            name = f"{resource} {kind} utilization (percentage of request)"
            field, text = (
                f"{field}.averageUtilization",
                arithmetic(proposal, scene.current, percent, unit="%"),
            )
        else:
            raise MetricsError("neither a utilization target nor a value target was set")
    except MetricsError as error:
        told = f"failed to get {resource} utilization: {error}"
        noun = "container" if is_container else "resource"
        raise FailedMetric(reason, told, f"failed to get {resource} {noun} metric value: {told}") from error
    current: Obj = {"averageValue": _quantity(proposal.average)}
    if proposal.utilization is not None and average is None:
        current["averageUtilization"] = proposal.utilization
    body: Obj = {"name": resource, "current": current}
    if is_container:
        body["container"] = container
    status = {"type": "ContainerResource" if is_container else "Resource", key: body}
    return Evaluation(
        replicas=proposal.replicas, name=name, status=status, text=text, field=field, proposal=proposal
    )


def _by_average(
    states: Sequence[PodState], samples: Mapping[str, Sample], target: int, resource: str, scene: Scene
) -> Proposal:
    return average_value_replicas(
        states,
        samples,
        current=scene.current,
        target=target,
        resource=resource,
        now_ms=scene.now_ms,
        tolerance=scene.tolerance,
    )


def _pods(source: Mapping[str, Any], index: int, scene: Scene) -> Evaluation:
    metric = map_at(source, "metric")
    name = text_at(metric, "name")
    target = _milli(map_at(source, "target"), "averageValue")

    def propose() -> Proposal:
        if target is None:
            raise MetricsError("no average value target was set")
        samples = scene.source.of_pods(scene.namespace, scene.pods, name)
        states = [scene.state_of(pod, "", "") for pod in scene.pods]
        return _by_average(states, samples, target, "", scene)

    proposal = _guarded(propose, "FailedGetPodsMetric", "failed to get pods metric value: {}", "{}")
    current = {"averageValue": _quantity(proposal.average)}
    return Evaluation(
        replicas=proposal.replicas,
        name=f"pods metric {name}",
        status={"type": "Pods", "pods": {"metric": metric, "current": current}},
        text=arithmetic(proposal, scene.current, target or 1),
        field=f"spec.metrics[{index}].pods.target.averageValue",
        proposal=proposal,
    )


def _object(source: Mapping[str, Any], index: int, scene: Scene) -> Evaluation:
    metric, described = map_at(source, "metric"), map_at(source, "describedObject")
    name = text_at(metric, "name")

    def read() -> int:
        return scene.source.of_object(scene.namespace, described, name)

    proposal, per_pod = _valued(
        source,
        scene,
        read,
        "FailedGetObjectMetric",
        "failed to get object metric value: {}",
        f"failed to get {name} object metric: {{}}",
    )
    body = {"metric": metric, "describedObject": described, "current": _current(proposal, per_pod)}
    label = f"{text_at(described, 'kind')} metric {name}"
    return _from_value(
        proposal,
        per_pod,
        label,
        {"type": "Object", "object": body},
        f"spec.metrics[{index}].object.target",
        scene,
    )


def _external(source: Mapping[str, Any], index: int, scene: Scene) -> Evaluation:
    metric = map_at(source, "metric")
    name = text_at(metric, "name")

    def read() -> int:
        return scene.source.external(scene.namespace, name)

    proposal, per_pod = _valued(
        source,
        scene,
        read,
        "FailedGetExternalMetric",
        f"failed to get {name} external metric value: {{}}",
        f"failed to get {name} external metric: {{}}",
    )
    body = {"metric": metric, "current": _current(proposal, per_pod)}
    label = f"external metric {name}({selector_text(metric.get('selector'))})"
    return _from_value(
        proposal,
        per_pod,
        label,
        {"type": "External", "external": body},
        f"spec.metrics[{index}].external.target",
        scene,
    )


def _valued(
    source: Mapping[str, Any],
    scene: Scene,
    read: Callable[[], int],
    reason: str,
    summary: str,
    per_pod_error: str,
) -> tuple[Proposal, bool]:
    """A proposal from one value for all Pods; True if the target is an average per Pod."""
    target = map_at(source, "target")
    average, value = _milli(target, "averageValue"), _milli(target, "value")

    def propose() -> Proposal:
        if average is not None:
            return per_pod_replicas(
                read(), target_average=average, current=scene.reported, tolerance=scene.tolerance
            )
        if value is None:
            raise MetricsError("neither a value target nor an average value target was set")
        ready = sum(pod["status"].get("phase") == "Running" and is_ready(pod) for pod in scene.pods)
        return value_replicas(
            read(),
            target=value,
            current=scene.current,
            ready=ready if scene.pods else None,
            tolerance=scene.tolerance,
        )

    return _guarded(propose, reason, summary, per_pod_error), average is not None


def _guarded(propose: Callable[[], Proposal], reason: str, summary: str, inner: str) -> Proposal:
    try:
        return propose()
    except MetricsError as error:
        told = inner.format(error)
        raise FailedMetric(reason, told, summary.format(told)) from error


def _from_value(
    proposal: Proposal, per_pod: bool, label: str, status: Obj, field: str, scene: Scene
) -> Evaluation:
    return Evaluation(
        replicas=proposal.replicas,
        name=label,
        status=status,
        text=arithmetic(proposal, scene.current, 1),
        field=f"{field}.averageValue" if per_pod else f"{field}.value",
        proposal=proposal,
    )


def _current(proposal: Proposal, per_pod: bool) -> Obj:
    return {"averageValue" if per_pod else "value": _quantity(proposal.average)}


def _milli(target: Mapping[str, Any], name: str) -> int | None:
    value = target.get(name)
    quantity = try_parse(value) if value is not None else None
    return None if quantity is None else quantity.milli_value()


def _quantity(milli: int) -> str:
    return str(Quantity(milli, -3))


def selector_text(selector: object) -> str:
    """A label selector as Go prints it in the name of an external metric."""
    if not isinstance(selector, dict):
        return "nil"
    labels = "".join(f"{key}: {value}," for key, value in sorted(map_at(selector, "matchLabels").items()))
    return f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{}},}}"
