"""HorizontalPodAutoscalers and PodDisruptionBudgets."""

from __future__ import annotations

from typing import Any

from learn.cluster.api.labels import label_selector_text
from learn.cluster.objects import Obj
from learn.kubectl.describe.common import Scene, events, head, time_text
from learn.kubectl.describe.writer import Writer

UNSET, UNKNOWN = "<unset>", "<unknown>"


def describe_autoscaler(scene: Scene, out: Writer, obj: Obj) -> None:
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    head(out, obj)
    out.field("CreationTimestamp", time_text(meta.get("creationTimestamp")))
    target = spec["scaleTargetRef"]
    out.field("Reference", f"{target['kind']}/{target['name']}")
    out.line("Metrics:\t( current / target )")
    currents = status.get("currentMetrics") or []
    for index, metric in enumerate(spec.get("metrics") or ()):
        out.line(_metric(metric, currents[index] if index < len(currents) else {}), 1)
    out.field("Min replicas", UNSET if spec.get("minReplicas") is None else spec["minReplicas"])
    out.field("Max replicas", spec["maxReplicas"])
    if spec.get("behavior"):
        out.line("Behavior:")
        _direction(out, "Scale Up", spec["behavior"].get("scaleUp"))
        _direction(out, "Scale Down", spec["behavior"].get("scaleDown"))
    counts = f"{status.get('currentReplicas', 0)} current / {status.get('desiredReplicas', 0)} desired"
    out.field(f"{target['kind']} pods", counts)
    if status.get("conditions"):
        out.line("Conditions:")
        out.table([("Type", "Status", "Reason", "Message"), ("----", "------", "------", "-------")])
        out.table([
            (each["type"], each["status"], each.get("reason", ""), each.get("message", ""))
            for each in status["conditions"]
        ])  # fmt: skip
    events(scene, out, obj)


def _metric(metric: Obj, current: Obj) -> str:
    match metric.get("type"):
        case "Resource":
            return _resource(
                metric["resource"], current.get("resource"), f"resource {metric['resource']['name']} on pods"
            )
        case "ContainerResource":
            found = metric["containerResource"]
            title = f'resource {found["name"]} of container "{found["container"]}" on pods'
            return _resource(found, current.get("containerResource"), title)
        case "Pods":
            name = metric["pods"]["metric"]["name"]
            return f'"{name}" on pods:\t{_value(current.get("pods"), "averageValue")} / {metric["pods"]["target"]["averageValue"]}'
        case "Object":
            return _object(metric["object"], current.get("object"))
        case "External":
            return _external(metric["external"], current.get("external"))
    return f'<unknown metric type "{metric.get("type", "")}">'


def _value(current: Obj | None, key: str) -> Any:
    return ((current or {}).get("current") or {}).get(key, UNKNOWN)


def _resource(metric: Obj, current: Obj | None, title: str) -> str:
    target = metric["target"]
    if target.get("averageValue") is not None:
        return f"{title}:\t{_value(current, 'averageValue')} / {target['averageValue']}"
    now = _value(current, "averageUtilization")
    shown = UNKNOWN if now == UNKNOWN else f"{now}% ({_value(current, 'averageValue')})"
    wanted = target.get("averageUtilization")
    return f"{title}  (as a percentage of request):\t{shown} / {'<auto>' if wanted is None else f'{wanted}%'}"


def _object(metric: Obj, current: Obj | None) -> str:
    described = metric["describedObject"]
    title = f'"{metric["metric"]["name"]}" on {described["kind"]}/{described["name"]} '
    if metric["target"].get("type") == "AverageValue":
        return f"{title}(target average value):\t{_value(current, 'averageValue')} / {metric['target'].get('averageValue')}"
    return f"{title}(target value):\t{_value(current, 'value')} / {metric['target'].get('value')}"


def _external(metric: Obj, current: Obj | None) -> str:
    title = f'"{metric["metric"]["name"]}" '
    if metric["target"].get("averageValue") is not None:
        return f"{title}(target average value):\t{_value(current, 'averageValue')} / {metric['target']['averageValue']}"
    return f"{title}(target value):\t{_value(current, 'value')} / {metric['target'].get('value')}"


def _direction(out: Writer, title: str, rules: Obj | None) -> None:
    if not rules:
        return
    out.line(f"{title}:", 1)
    if rules.get("stabilizationWindowSeconds") is not None:
        out.line(f"Stabilization Window: {rules['stabilizationWindowSeconds']} seconds", 2)
    if rules.get("policies"):
        out.line(f"Select Policy: {rules.get('selectPolicy') or 'Max'}", 2)
        out.line("Policies:", 2)
        for each in rules["policies"]:
            out.line(
                f"- Type: {each['type']}\tValue: {each['value']}\tPeriod: {each['periodSeconds']} seconds", 3
            )


def describe_disruption_budget(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    out.field("Name", obj["metadata"]["name"])
    out.field("Namespace", obj["metadata"]["namespace"])
    if spec.get("minAvailable") is not None:
        out.field("Min available", spec["minAvailable"])
    elif spec.get("maxUnavailable") is not None:
        out.field("Max unavailable", spec["maxUnavailable"])
    out.field(
        "Selector", label_selector_text(spec["selector"]) if spec.get("selector") is not None else UNSET
    )
    out.line("Status:")
    for name, key in (
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ):
        out.field(name, status.get(key, 0), 2)
    events(scene, out, obj)
