"""Defaults of HorizontalPodAutoscaler (pkg/apis/autoscaling/v1 and v2 defaults.go)."""

from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import canonical_quantity, held, held_all, set_text, sub
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]

_SCALE_UP_POLICIES = (("Pods", 4), ("Percent", 100))
_SCALE_DOWN_POLICIES = (("Percent", 100),)


def default_autoscaler(obj: Object, rules: Behaviour) -> None:
    """At least one replica; without metrics, 80 % of the requested CPU.

    `behavior` is completed only where it is given: without it the controller has rules of its own.
    """
    spec = sub(obj, "spec")
    spec.setdefault("minReplicas", 1)
    if obj.get("apiVersion") == "autoscaling/v1":
        spec.setdefault("targetCPUUtilizationPercentage", 80)
        return
    if not spec.get("metrics"):
        default = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": default}}]
    for metric in held_all(spec, "metrics"):
        for source in metric.values():
            target = held(source, "target") if isinstance(source, dict) else None
            if target:
                canonical_quantity(target, "averageValue")
                canonical_quantity(target, "value")
    behavior = held(spec, "behavior")
    if behavior is not None:
        up = sub(behavior, "scaleUp")
        up.setdefault("stabilizationWindowSeconds", 0)
        _default_rules(up, _SCALE_UP_POLICIES)
        _default_rules(sub(behavior, "scaleDown"), _SCALE_DOWN_POLICIES)


def _default_rules(rules: Object, policies: tuple[tuple[str, int], ...]) -> None:
    set_text(rules, "selectPolicy", "Max")
    if "policies" not in rules:
        rules["policies"] = [{"type": type, "value": value, "periodSeconds": 15} for type, value in policies]
    canonical_quantity(rules, "tolerance")
