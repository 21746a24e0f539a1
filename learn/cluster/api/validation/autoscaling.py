"""Validation of HorizontalPodAutoscalers (autoscaling/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.metadata import NOT_NEGATIVE, validate_metadata
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.validation.resources import NOT_POSITIVE, validate_container_resource_name
from learn.cluster.api.versions import Behaviour

_SOURCE_TYPES = ("ContainerResource", "External", "Object", "Pods", "Resource")
_SOURCES = ("object", "external", "pods", "resource", "containerResource")
_TARGET_TYPES = ("Utilization", "Value", "AverageValue")
_PERIOD_MAX = 1800
_WINDOW_MAX = 3600
_RAW_OR_UTILIZATION = "must set either a target raw value or a target utilization"
_NOT_BOTH = "may not set both a target raw value and a target utilization"


def validate_autoscaler(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    """Also of autoscaling/v1, whose one metric the server converts to the newer form."""
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    low, high = int_at(spec, "minReplicas"), int_at(spec, "maxReplicas") or 0
    bound = 0 if rules.hpa_scale_to_zero or (old and int_at(map_at(old, "spec"), "minReplicas") == 0) else 1
    if low is not None and low < bound:
        errors.append(invalid((*SPEC, "minReplicas"), low, f"must be greater than or equal to {bound}"))
    if high < 1:
        errors.append(invalid((*SPEC, "maxReplicas"), high, "must be greater than 0"))
    if low is not None and high < low:
        errors.append(invalid((*SPEC, "maxReplicas"), high, "must be greater than or equal to `minReplicas`"))
    errors += _validate_reference(map_at(spec, "scaleTargetRef"), (*SPEC, "scaleTargetRef"))
    errors += _validate_metrics(spec, low)
    behavior = map_at(spec, "behavior")
    for key in ("scaleUp", "scaleDown"):
        if isinstance(scaling := behavior.get(key), dict):
            errors += _validate_scaling(scaling, (*SPEC, "behavior", key))
    return errors


def _validate_reference(reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in ("kind", "name"):
        value, at = text_at(reference, key), (*path, key)
        errors += invalid_each(at, value, names.path_segment(value)) if value else [required(at)]
    return errors


def _validate_metrics(spec: Mapping[str, Any], low: int | None) -> list[FieldError]:
    errors: list[FieldError] = []
    metrics, at = maps_at(spec, "metrics"), (*SPEC, "metrics")
    for index, metric in enumerate(metrics):
        errors += _validate_metric(metric, (*at, index))
    utilization = int_at(spec, "targetCPUUtilizationPercentage")
    if utilization is not None and utilization < 1:
        place = (*SPEC, "targetCPUUtilizationPercentage")
        shown = (*at, 0, "resource", "target", "averageUtilization")
        errors.append(invalid(place, utilization, "must be greater than 0", shown=shown))
    if low == 0 and not any(text_at(metric, "type") in ("Object", "External") for metric in metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        errors.append(forbidden(at, detail))
    return errors


def _validate_metric(metric: Mapping[str, Any], path: Path) -> list[FieldError]:
    """The type, and exactly the one source that belongs to it."""
    errors: list[FieldError] = []
    kind, at = text_at(metric, "type"), (*path, "type")
    if not kind:
        errors.append(required(at, "must specify a metric source type"))
    if kind not in _SOURCE_TYPES:
        errors.append(not_supported(at, kind, _SOURCE_TYPES))
    given = [key for key in _SOURCES if isinstance(metric.get(key), dict)]
    if given:
        errors += _validate_source(given[0], metric[given[0]], (*path, given[0]))
    expected = kind[:1].lower() + kind[1:]
    if kind in _SOURCE_TYPES and expected not in given:
        errors.append(required((*path, expected), "must populate information for the given metric source"))
    if len(given) != 1:
        for key in given:
            if key != expected:
                errors.append(forbidden((*path, key), "must populate the given metric source only"))
    return errors


def _validate_source(kind: str, source: Mapping[str, Any], path: Path) -> list[FieldError]:
    target, at = map_at(source, "target"), (*path, "target")
    errors: list[FieldError] = []
    match kind:
        case "object":
            errors += _validate_reference(map_at(source, "describedObject"), (*path, "describedObject"))
            errors += _validate_identifier(source, path)
        case "external" | "pods":
            errors += _validate_identifier(source, path)
        case "resource" | "containerResource":
            errors += _validate_resource(kind, source, path)
    errors += _validate_target(target, at)
    return errors + _validate_target_fields(kind, target, at)


def _validate_identifier(source: Mapping[str, Any], path: Path) -> list[FieldError]:
    name, at = text_at(map_at(source, "metric"), "name"), (*path, "metric", "name")
    if not name:
        return [required(at, "must specify a metric name")]
    return invalid_each(at, name, names.path_segment(name))


def _validate_resource(kind: str, source: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    name, at = text_at(source, "name"), (*path, "name")
    if not name:
        errors.append(required(at, "must specify a resource name"))
    elif kind == "containerResource":
        errors += validate_container_resource_name(name, at)
    if kind == "containerResource":
        container, at = text_at(source, "container"), (*path, "container")
        if not container:
            errors.append(required(at, "must specify a container"))
        else:
            errors += invalid_each(at, container, names.dns_label(container))
    return errors


def _validate_target(target: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    kind, at = text_at(target, "type"), (*path, "type")
    if not kind:
        errors.append(required(at, "must specify a metric target type"))
    if kind not in _TARGET_TYPES:
        errors.append(invalid(at, kind, "must be either Utilization, Value, or AverageValue"))
    for key in ("value", "averageValue"):
        quantity = try_parse(target[key]) if target.get(key) is not None else None
        if quantity is not None and quantity.sign != 1:
            errors.append(invalid((*path, key), quantity, "must be positive"))
    utilization = int_at(target, "averageUtilization")
    if utilization is not None and utilization < 1:
        errors.append(invalid((*path, "averageUtilization"), utilization, "must be greater than 0"))
    return errors


def _validate_target_fields(kind: str, target: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Which of the target's values a source needs, and which exclude each other."""
    value, average, utilization = (
        target.get(key) is not None for key in ("value", "averageValue", "averageUtilization")
    )
    average_at = (*path, "averageValue")
    match kind:
        case "object" if not value and not average:
            return [required(average_at, "must set either a target value or averageValue")]
        case "external" if not value and not average:
            return [required(average_at, "must set either a target value for metric or a per-pod target")]
        case "external" if value and average:
            detail = "may not set both a target value for metric and a per-pod target"
            return [forbidden((*path, "value"), detail)]
        case "pods" if not average:
            return [required(average_at, "must specify a positive target averageValue")]
        case "resource" | "containerResource" if not utilization and not average:
            return [required((*path, "averageUtilization"), _RAW_OR_UTILIZATION)]
        case "resource" | "containerResource" if utilization and average:
            return [forbidden(average_at, _NOT_BOTH)]
    return []


def _validate_scaling(scaling: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    window, at = int_at(scaling, "stabilizationWindowSeconds"), (*path, "stabilizationWindowSeconds")
    if window is not None and window < 0:
        errors.append(invalid(at, window, "must be greater than or equal to zero"))
    if window is not None and window > _WINDOW_MAX:
        errors.append(invalid(at, window, f"must be less than or equal to {_WINDOW_MAX}"))
    select = scaling.get("selectPolicy")
    if isinstance(select, str) and select not in ("Disabled", "Max", "Min"):
        errors.append(not_supported((*path, "selectPolicy"), select, ("Disabled", "Max", "Min")))
    if not list_at(scaling, "policies"):
        errors.append(required((*path, "policies"), "must specify at least one Policy"))
    for index, policy in enumerate(maps_at(scaling, "policies")):
        errors += _validate_policy(policy, (*path, "policies", index))
    tolerance = try_parse(scaling["tolerance"]) if scaling.get("tolerance") is not None else None
    if tolerance is not None and tolerance.sign < 0:
        errors.append(invalid((*path, "tolerance"), str(tolerance), NOT_NEGATIVE))
    return errors


def _validate_policy(policy: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    kind, value, period = (
        text_at(policy, "type"),
        int_at(policy, "value") or 0,
        int_at(policy, "periodSeconds") or 0,
    )
    if kind not in ("Percent", "Pods"):
        errors.append(not_supported((*path, "type"), kind, ("Percent", "Pods")))
    if value <= 0:
        errors.append(invalid((*path, "value"), value, NOT_POSITIVE))
    if period <= 0:
        errors.append(invalid((*path, "periodSeconds"), period, NOT_POSITIVE))
    if period > _PERIOD_MAX:
        errors.append(
            invalid((*path, "periodSeconds"), period, f"must be less than or equal to {_PERIOD_MAX}")
        )
    return errors
