"""Validation of Deployment, ReplicaSet, DaemonSet, StatefulSet and ReplicationController (apps/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.intstr import int_or_string, int_value, percent_of
from learn.cluster.api.validation.metadata import (
    IMMUTABLE,
    not_negative,
    selects,
    validate_label_selector,
    validate_metadata,
    validate_metadata_update,
)
from learn.cluster.api.validation.pods import SPEC, validate_template
from learn.cluster.api.versions import Behaviour

_SELECTOR_MISMATCH = "`selector` does not match template `labels`"


def validate_deployment(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, names.dns_subdomain)
    if old is not None:
        errors += validate_metadata_update(obj, old)
    spec = map_at(obj, "spec")
    errors += not_negative(spec, "replicas", SPEC)
    selector_errors = _validate_selector(spec, "deployment")
    errors += selector_errors
    errors += _validate_matching_template(spec, rules)
    errors += _validate_strategy(map_at(spec, "strategy"), (*SPEC, "strategy"))
    errors += not_negative(spec, "minReadySeconds", SPEC)
    errors += not_negative(spec, "revisionHistoryLimit", SPEC)
    errors += _validate_deadline(spec)
    if old is not None:
        errors += _selector_immutable(obj, old)
    return errors


def _validate_deadline(spec: Mapping[str, Any]) -> list[FieldError]:
    errors = not_negative(spec, "progressDeadlineSeconds", SPEC)
    deadline = int_at(spec, "progressDeadlineSeconds")
    if deadline is not None and deadline <= (int_at(spec, "minReadySeconds") or 0):
        errors.append(
            invalid((*SPEC, "progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds")
        )
    return errors


def _validate_selector(spec: Mapping[str, Any], kind: str) -> list[FieldError]:
    """A selector that is there, well formed, and not empty."""
    at: Path = (*SPEC, "selector")
    selector = spec.get("selector")
    if not isinstance(selector, dict):
        return [required(at)]
    errors = validate_label_selector(selector, at)
    if not map_at(selector, "matchLabels") and not maps_at(selector, "matchExpressions"):
        errors.append(invalid(at, selector, f"empty selector is invalid for {kind}", "v1.LabelSelector"))
    return errors


def _validate_matching_template(spec: Mapping[str, Any], rules: Behaviour) -> list[FieldError]:
    """The template: labels that the selector matches, restartPolicy Always, no deadline."""
    at: Path = (*SPEC, "template")
    template = map_at(spec, "template")
    labels = map_at(map_at(template, "metadata"), "labels")
    selector = map_at(spec, "selector")
    errors: list[FieldError] = []
    if selector.get("matchLabels") or selector.get("matchExpressions"):
        if not selects(selector, labels):
            shown = dict(labels)
            errors.append(
                invalid((*at, "metadata", "labels"), shown, _SELECTOR_MISMATCH, "map[string]string")
            )
    errors += validate_template(template, at, rules)
    return errors + _validate_always(map_at(template, "spec"), at)


def _validate_always(pod_spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    policy = text_at(pod_spec, "restartPolicy")
    if policy != "Always":
        errors.append(not_supported((*path, "spec", "restartPolicy"), policy, ("Always",)))
    if pod_spec.get("activeDeadlineSeconds") is not None:
        errors.append(
            forbidden(
                (*path, "spec", "activeDeadlineSeconds"),
                "activeDeadlineSeconds in ReplicaSet is not Supported",
            )
        )
    return errors


def _validate_strategy(strategy: Mapping[str, Any], path: Path) -> list[FieldError]:
    match text_at(strategy, "type"):
        case "Recreate":
            if strategy.get("rollingUpdate") is not None:
                return [
                    forbidden(
                        (*path, "rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'"
                    )
                ]
        case "RollingUpdate":
            rolling = strategy.get("rollingUpdate")
            if not isinstance(rolling, dict):
                return [required((*path, "rollingUpdate"), "this should be defaulted and never be nil")]
            return _validate_rolling(rolling, (*path, "rollingUpdate"))
        case "":
            return [required(path)]
        case kind:
            return [
                not_supported(path, dict(strategy), ("Recreate", "RollingUpdate"))
                if not kind
                else not_supported((*path, "type"), kind, ("Recreate", "RollingUpdate"))
            ]
    return []


def _validate_rolling(rolling: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Both values whole or percent, not both zero, at most 100 % unavailable."""
    errors = positive_int_or_percent(rolling.get("maxUnavailable"), (*path, "maxUnavailable"))
    errors += positive_int_or_percent(rolling.get("maxSurge"), (*path, "maxSurge"))
    unavailable, surge = int_or_string(rolling.get("maxUnavailable")), int_or_string(rolling.get("maxSurge"))
    if _amount(unavailable) == 0 and _amount(surge) == 0:
        errors.append(invalid((*path, "maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0"))
    errors += not_more_than_all(unavailable, (*path, "maxUnavailable"))
    return errors


def _amount(value: int | str | None) -> int:
    """getIntOrPercentValue: the number in either form."""
    if value is None:
        return 0
    percent = percent_of(value)
    return percent if percent is not None else int_value(value)


def positive_int_or_percent(value: object, path: Path) -> list[FieldError]:
    """ValidatePositiveIntOrPercent."""
    match int_or_string(value):
        case str() as text:
            return invalid_each(path, text, names.percent(text))
        case int() as number if number < 0:
            return [invalid(path, number, "must be greater than or equal to 0")]
    return []


def not_more_than_all(value: int | str | None, path: Path) -> list[FieldError]:
    percent = percent_of(value) if value is not None else None
    return (
        [invalid(path, value, "must not be greater than 100%")]
        if percent is not None and percent > 100
        else []
    )


def _selector_immutable(obj: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    new, before = map_at(obj, "spec").get("selector"), map_at(old, "spec").get("selector")
    if new == before:
        return []
    return [invalid((*SPEC, "selector"), new, IMMUTABLE, "v1.LabelSelector")]


def validate_replica_set(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, names.dns_subdomain)
    if old is not None:
        errors += validate_metadata_update(obj, old)
    spec = map_at(obj, "spec")
    errors += not_negative(spec, "replicas", SPEC)
    errors += not_negative(spec, "minReadySeconds", SPEC)
    errors += _validate_selector(spec, "deployment")
    errors += _validate_matching_template(spec, rules)
    if old is not None:
        errors += _selector_immutable(obj, old)
    return errors
