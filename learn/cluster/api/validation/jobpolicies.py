"""Validation of a Job's podFailurePolicy and successPolicy (batch/validation)."""

import re
from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    OMITTED,
    FieldError,
    Path,
    duplicate,
    invalid,
    invalid_each,
    not_supported,
    quote,
    required,
    too_long,
    too_many,
)
from learn.cluster.api.validation.metadata import not_negative

_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_STATUSES = ("False", "True", "Unknown")
_OPERATORS = ("In", "NotIn")
_INDEXES_MAX = 64 * 1024
_is_number = re.compile(r"[+-]?[0-9]{1,18}").fullmatch


def validate_failure_policy(
    spec: Mapping[str, Any], policy: Mapping[str, Any], path: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    rules, at = maps_at(policy, "rules"), (*path, "rules")
    if len(rules) > 20:
        errors.append(too_many(at, len(rules), 20))
    pod_spec = map_at(map_at(spec, "template"), "spec")
    containers = {
        text_at(c, "name") for key in ("containers", "initContainers") for c in maps_at(pod_spec, key)
    }
    for index, rule in enumerate(rules):
        errors += _validate_rule(spec, rule, (*at, index), containers)
    return errors


def _choice(value: str, allowed: tuple[str, ...], path: Path) -> list[FieldError]:
    """As one_of, but a missing value is answered with the values there are."""
    if value in allowed:
        return []
    if value:
        return [not_supported(path, value, allowed)]
    listed = " ".join(quote(name) for name in allowed)
    return [required(path, f"valid values: [{listed}]")]


def _validate_rule(
    spec: Mapping[str, Any], rule: Mapping[str, Any], path: Path, containers: set[str]
) -> list[FieldError]:
    action = text_at(rule, "action")
    errors = _choice(action, _ACTIONS, (*path, "action"))
    if action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        errors.append(invalid((*path, "action"), action, "requires the backoffLimitPerIndex to be set"))
    codes, conditions = rule.get("onExitCodes"), maps_at(rule, "onPodConditions")
    if isinstance(codes, dict):
        errors += _validate_exit_codes(codes, (*path, "onExitCodes"), containers)
    if len(conditions) > 20:
        errors.append(too_many((*path, "onPodConditions"), len(conditions), 20))
    for index, pattern in enumerate(conditions):
        at, kind = (*path, "onPodConditions", index), text_at(pattern, "type")
        errors += invalid_each((*at, "type"), kind, names.qualified_name(kind))
        errors += _choice(text_at(pattern, "status"), _STATUSES, (*at, "status"))
    if isinstance(codes, dict) and conditions:
        errors.append(
            invalid(path, OMITTED, "specifying both OnExitCodes and OnPodConditions is not supported")
        )
    if not isinstance(codes, dict) and not conditions:
        errors.append(invalid(path, OMITTED, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors


def _validate_exit_codes(codes: Mapping[str, Any], path: Path, containers: set[str]) -> list[FieldError]:
    operator = text_at(codes, "operator")
    errors = _choice(operator, _OPERATORS, (*path, "operator"))
    container = codes.get("containerName")
    if isinstance(container, str) and container not in containers:
        detail = "must be one of the container or initContainer names in the pod template"
        errors.append(invalid((*path, "containerName"), container, detail))
    values, at = [v for v in list_at(codes, "values") if isinstance(v, int)], (*path, "values")
    if not values:
        errors.append(invalid(at, values, "at least one value is required", "[]int32"))
    elif len(values) > 255:
        errors.append(too_many(at, len(values), 255))
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            errors.append(invalid((*at, index), value, "must not be 0 for the In operator"))
        if value in values[:index]:
            errors.append(duplicate((*at, index), value))
    if values != sorted(values):
        errors.append(invalid(at, values, "must be ordered", "[]int32"))
    return errors


def validate_success_policy(
    spec: Mapping[str, Any], policy: Mapping[str, Any], path: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    rules, at = maps_at(policy, "rules"), (*path, "rules")
    if not rules:
        errors.append(
            required(at, "at least one rules must be specified when the successPolicy is specified")
        )
    if len(rules) > 20:
        errors.append(too_many(at, len(rules), 20))
    for index, rule in enumerate(rules):
        errors += _validate_success_rule(int_at(spec, "completions") or 0, rule, (*at, index))
    return errors


def _validate_success_rule(completions: int, rule: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    count, indexes = int_at(rule, "succeededCount"), rule.get("succeededIndexes")
    if count is None and indexes is None:
        errors.append(required(path, "at least one of succeededCount or succeededIndexes must be specified"))
    total = 0
    if isinstance(indexes, str):
        at = (*path, "succeededIndexes")
        if len(indexes) > _INDEXES_MAX:
            errors.append(too_long(at, _INDEXES_MAX))
        try:
            total = count_indexes(indexes, completions)
        except ValueError as error:
            errors.append(invalid(at, indexes, f"error parsing succeededIndexes: {error}"))
    if count is not None:
        at = (*path, "succeededCount")
        errors += not_negative(rule, "succeededCount", path)
        if count > completions:
            detail = f"must be less than or equal to {completions} (the number of specified completions)"
            errors.append(invalid(at, count, detail))
        if isinstance(indexes, str) and count > total:
            detail = (
                f"must be less than or equal to {total} "
                "(the number of indexes in the specified succeededIndexes field)"
            )
            errors.append(invalid(at, count, detail))
    return errors


def count_indexes(text: str, completions: int) -> int:
    """How many indexes a list such as `0,2-4` names; raises ValueError with the server's words."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        limits = part.split("-")
        if len(limits) > 2:
            raise ValueError(
                f"the fragment {quote(part)} violates the requirement that an index interval "
                "can have at most two parts separated by '-'"
            )
        first, *rest = (_index(limit, completions) for limit in limits)
        end = rest[0] if rest else first
        if rest and first >= end:
            raise ValueError(f"non-increasing order, previous: {first}, current: {end}")
        if last >= first:
            raise ValueError(f"non-increasing order, previous: {last}, current: {first}")
        total, last = total + end - first + 1, end
    return total


def _index(text: str, completions: int) -> int:
    if not _is_number(text):
        raise ValueError(f"cannot convert string to integer for index: {quote(text)}")
    if int(text) >= completions:
        raise ValueError(f"too large index: {quote(text)}")
    return int(text)
