"""Rolling update and other strategies of workloads (apps/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import map_at, text_at
from learn.cluster.api.fielderror import (
    INT_OR_STRING,
    FieldError,
    GoValue,
    Path,
    forbidden,
    invalid,
    not_supported,
    required,
)
from learn.cluster.api.intstr import int_or_string, int_value, percent_of
from learn.cluster.api.validation.metadata import NOT_NEGATIVE, not_negative
from learn.cluster.api.validation.pods import SPEC


def validate_strategy(strategy: Mapping[str, Any], path: Path) -> list[FieldError]:
    rolling = strategy.get("rollingUpdate")
    at = (*path, "rollingUpdate")
    match text_at(strategy, "type"):
        case "Recreate":
            if rolling is not None:
                return [forbidden(at, "may not be specified when strategy `type` is 'Recreate'")]
            return []
        case "RollingUpdate":
            if not isinstance(rolling, dict):
                return [required(at, "this should be defaulted and never be nil")]
            return _validate_rolling(rolling, at)
        case kind:
            value = _strategy_value("apps.DeploymentStrategy", "apps.RollingUpdateDeployment", kind)
            return [not_supported((*path, "type"), value, ("Recreate", "RollingUpdate"), shown=path)]


def _strategy_value(go_type: str, rolling_type: str, kind: str) -> GoValue:
    go = f'{go_type}{{Type:"{kind}", RollingUpdate:(*{rolling_type})(nil)}}'
    return GoValue({"Type": kind, "RollingUpdate": None}, go)


def _validate_rolling(rolling: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Both values whole or percent, not both zero, at most 100 % unavailable."""
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    at = (*path, "maxUnavailable")
    errors = positive_int_or_percent(unavailable, at)
    errors += positive_int_or_percent(surge, (*path, "maxSurge"))
    if amount(unavailable) == 0 and amount(surge) == 0:
        detail = "may not be 0 when `maxSurge` is 0"
        errors.append(invalid(at, int_or_string(unavailable) or 0, detail, INT_OR_STRING))
    return errors + not_more_than_all(unavailable, at)


def amount(value: object) -> int:
    """getIntOrPercentValue: the number in either form, 0 for what is neither."""
    number = int_or_string(value)
    if number is None:
        return 0
    percent = percent_of(number)
    return percent if percent is not None else int_value(number)


def positive_int_or_percent(value: object, path: Path) -> list[FieldError]:
    """ValidatePositiveIntOrPercent."""
    match int_or_string(value):
        case str() as text:
            return [invalid(path, text, reason, INT_OR_STRING) for reason in names.percent(text)]
        case int() as number if number < 0:
            return [invalid(path, number, NOT_NEGATIVE)]
    return []


def not_more_than_all(value: object, path: Path) -> list[FieldError]:
    """IsNotMoreThan100Percent."""
    number = int_or_string(value)
    percent = percent_of(number) if isinstance(number, str) and not names.percent(number) else None
    return (
        [invalid(path, number, "must not be greater than 100%", INT_OR_STRING)]
        if percent and percent > 100
        else []
    )


def validate_daemon_strategy(spec: Mapping[str, Any]) -> list[FieldError]:
    strategy, path = map_at(spec, "updateStrategy"), (*SPEC, "updateStrategy")
    rolling, at = strategy.get("rollingUpdate"), (*path, "rollingUpdate")
    match text_at(strategy, "type"):
        case "OnDelete":
            return []
        case "RollingUpdate":
            return _validate_daemon_rolling(rolling, at) if isinstance(rolling, dict) else [required(at)]
        case kind:
            value = _strategy_value("apps.DaemonSetUpdateStrategy", "apps.RollingUpdateDaemonSet", kind)
            return [not_supported((*path, "type"), value, ("RollingUpdate", "OnDelete"), shown=path)]


def _validate_daemon_rolling(rolling: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Exactly one of maxUnavailable and maxSurge is not zero."""
    errors: list[FieldError] = []
    for check in (positive_int_or_percent, not_more_than_all):
        for key in ("maxUnavailable", "maxSurge"):
            errors += check(rolling.get(key), (*path, key))
    unavailable, surge = amount(rolling.get("maxUnavailable")), amount(rolling.get("maxSurge"))
    if unavailable and surge:
        detail = "may not be set when maxUnavailable is non-zero"
        errors.append(
            invalid((*path, "maxSurge"), int_or_string(rolling.get("maxSurge")), detail, INT_OR_STRING)
        )
    elif not unavailable and not surge:
        errors.append(required((*path, "maxUnavailable"), "cannot be 0 when maxSurge is 0"))
    return errors


def validate_management(spec: Mapping[str, Any]) -> list[FieldError]:
    policy, at = text_at(spec, "podManagementPolicy"), (*SPEC, "podManagementPolicy")
    if not policy:
        return [required(at)]
    if policy in ("OrderedReady", "Parallel"):
        return []
    return [invalid(at, policy, "must be 'OrderedReady' or 'Parallel'")]


def validate_stateful_strategy(spec: Mapping[str, Any]) -> list[FieldError]:
    strategy, path = map_at(spec, "updateStrategy"), (*SPEC, "updateStrategy")
    rolling, at = strategy.get("rollingUpdate"), (*path, "rollingUpdate")
    match text_at(strategy, "type"):
        case "":
            return [required(path)]
        case "OnDelete":
            if rolling is not None:
                return [invalid(at, rolling, "only allowed for updateStrategy 'RollingUpdate'")]
            return []
        case "RollingUpdate":
            return _validate_stateful_rolling(rolling, at) if isinstance(rolling, dict) else []
        case kind:
            go_types = ("apps.StatefulSetUpdateStrategy", "apps.RollingUpdateStatefulSetStrategy")
            value = _strategy_value(*go_types, kind)
            return [invalid((*path, "type"), value, "must be 'RollingUpdate' or 'OnDelete'", shown=path)]


def _validate_stateful_rolling(rolling: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = not_negative(rolling, "partition", path)
    unavailable, at = rolling.get("maxUnavailable"), (*path, "maxUnavailable")
    if unavailable is not None:
        errors += positive_int_or_percent(unavailable, at)
        if amount(unavailable) == 0:
            errors.append(invalid(at, int_or_string(unavailable), "cannot be 0", INT_OR_STRING))
        errors += not_more_than_all(unavailable, at)
    return errors
