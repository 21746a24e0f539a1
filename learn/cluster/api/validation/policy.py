"""Validation of what limits others: disruption budgets, quotas, limit ranges, priority classes."""

from collections.abc import Iterable, Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    GoValue,
    Key,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.quantity import Quantity, try_parse
from learn.cluster.api.requests import resource_list
from learn.cluster.api.validation.metadata import (
    IMMUTABLE,
    unchanged,
    validate_label_selector,
    validate_metadata,
)
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.validation.resources import (
    is_overcommit_allowed,
    is_standard_quota,
    validate_container_resource_name,
    validate_quantity,
    validate_quota_resource_name,
    validate_resource_name,
)
from learn.cluster.api.validation.strategies import not_more_than_all, positive_int_or_percent
from learn.cluster.api.versions import Behaviour

HIGHEST_USER_PRIORITY = 1_000_000_000
SYSTEM_PRIORITIES = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}
_EVICTION_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
_SCOPES = frozenset(
    {
        "Terminating",
        "NotTerminating",
        "BestEffort",
        "NotBestEffort",
        "PriorityClass",
        "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    }
)
_EXISTS_ONLY = frozenset(
    {"BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"}
)
_POD_RESOURCES = frozenset({"pods", "cpu", "memory", "ephemeral-storage"}) | {
    f"{side}.{name}" for side in ("requests", "limits") for name in ("cpu", "memory", "ephemeral-storage")
}
_LIMIT_SIDES = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
_LIMIT_ORDER = (
    ("min", "min", "min", "max", "max"),
    ("defaultRequest", "min", "min", "defaultRequest", "default request"),
    ("defaultRequest", "defaultRequest", "default request", "max", "max"),
    ("defaultRequest", "defaultRequest", "default request", "default", "default limit"),
    ("default", "min", "min", "default", "default"),
    ("default", "default", "default", "max", "max"),
)
"""(field to blame, lower bound and its word, upper bound and its word), in the server's order."""
_LIMIT_TYPES = ("Pod", "Container", "PersistentVolumeClaim")


def validate_disruption_budget(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.path_segment)
    spec = map_at(obj, "spec")
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        detail = "minAvailable and maxUnavailable cannot be both set"
        errors.append(invalid(SPEC, _budget_value(spec), detail))
    for key in ("minAvailable", "maxUnavailable"):
        if spec.get(key) is not None:
            errors += positive_int_or_percent(spec[key], (*SPEC, key))
            errors += not_more_than_all(spec[key], (*SPEC, key))
    errors += validate_label_selector(spec.get("selector"), (*SPEC, "selector"))
    policy = spec.get("unhealthyPodEvictionPolicy")
    if isinstance(policy, str) and policy not in _EVICTION_POLICIES:
        errors.append(not_supported((*SPEC, "unhealthyPodEvictionPolicy"), policy, _EVICTION_POLICIES))
    return errors


def _budget_value(spec: Mapping[str, Any]) -> GoValue:
    fields = {
        "MinAvailable": spec.get("minAvailable"),
        "Selector": spec.get("selector"),
        "MaxUnavailable": spec.get("maxUnavailable"),
        "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
    }
    return GoValue(fields, "policy.PodDisruptionBudgetSpec{…}")


def validate_resource_quota(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    hard = map_at(spec, "hard")
    for name in sorted(map(str, hard)):
        at = (*SPEC, "hard", Key(name))
        errors += validate_quota_resource_name(name, at)
        quantity = try_parse(hard.get(name))
        if quantity is not None:
            errors += validate_quantity(name, quantity, at)
    errors += _validate_scopes(spec)
    errors += _validate_scope_selector(spec)
    if old is not None and set(_texts(spec, "scopes")) != set(_texts(map_at(old, "spec"), "scopes")):
        errors.append(invalid((*SPEC, "scopes"), list_at(spec, "scopes"), IMMUTABLE))
    return errors


def _texts(obj: Mapping[str, Any], key: str) -> list[str]:
    return [text for text in list_at(obj, key) if isinstance(text, str)]


def _scope_fits(scope: str, resource: str) -> bool:
    """IsResourceQuotaScopeValidForResource: most scopes are about Pods only."""
    match scope:
        case (
            "Terminating" | "NotTerminating" | "NotBestEffort" | "PriorityClass" | "CrossNamespacePodAffinity"
        ):
            return resource in _POD_RESOURCES or resource.startswith(("hugepages-", "requests.hugepages-"))
        case "BestEffort":
            return resource == "pods"
    return True


def _validate_scopes(spec: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    scopes, at = _texts(spec, "scopes"), (*SPEC, "scopes")
    for scope in scopes:
        if scope not in _SCOPES:
            errors.append(invalid(at, scopes, "unsupported scope"))
        errors += [invalid(at, scopes, "unsupported scope applied to resource") for _ in _unfit(scope, spec)]
    return errors + _conflicts(scopes, scopes, at)


def _unfit(scope: str, spec: Mapping[str, Any]) -> list[str]:
    return [
        n
        for n in sorted(map(str, map_at(spec, "hard")))
        if is_standard_quota(n) and not _scope_fits(scope, n)
    ]


def _conflicts(scopes: Iterable[str], shown: object, path: Path) -> list[FieldError]:
    chosen = set(scopes)
    pairs = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
    return [invalid(path, shown, "conflicting scopes") for pair in pairs if pair <= chosen]


def _validate_scope_selector(spec: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    selector = map_at(spec, "scopeSelector")
    at = (*SPEC, "scopeSelector", "matchExpressions")
    terms = maps_at(selector, "matchExpressions")
    for index, term in enumerate(terms):
        scope, operator, values = (
            text_at(term, "scopeName"),
            text_at(term, "operator"),
            list_at(term, "values"),
        )
        place = (*at, index)
        if scope not in _SCOPES:
            errors.append(
                invalid((*place, "scopeName"), scope, "unsupported scope", shown=(*at, "scopeName"))
            )
        for _ in _unfit(scope, spec):
            errors.append(invalid(place, dict(selector), "unsupported scope applied to resource", shown=at))
        if scope in _EXISTS_ONLY and operator != "Exists":
            detail = (
                "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
                "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
            )
            errors.append(invalid((*place, "operator"), operator, detail, shown=(*at, "operator")))
        match operator:
            case "In" | "NotIn":
                if not values:
                    detail = (
                        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                    )
                    errors.append(required((*place, "values"), detail, shown=(*at, "values")))
            case "Exists" | "DoesNotExist":
                if values:
                    detail = (
                        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
                    )
                    errors.append(invalid((*place, "values"), values, detail, shown=(*at, "values")))
            case _:
                detail = "not a valid selector operator"
                errors.append(invalid((*place, "operator"), operator, detail, shown=(*at, "operator")))
    shown = _texts(spec, "scopes")
    return errors + _conflicts((text_at(term, "scopeName") for term in terms), shown, at)


def validate_limit_range(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    seen: set[str] = set()
    for index, item in enumerate(maps_at(map_at(obj, "spec"), "limits")):
        at = (*SPEC, "limits", index)
        kind = text_at(item, "type")
        errors += _validate_limit_type(kind, (*at, "type"))
        if kind in seen:
            errors.append(duplicate((*at, "type"), kind))
        seen.add(kind)
        errors += _validate_limit_names(item, kind, at)
        if kind == "PersistentVolumeClaim" and not any("storage" in map_at(item, k) for k in ("min", "max")):
            detail = "either minimum or maximum storage value is required, but neither was provided"
            errors.append(required(at, detail, shown=(*at, "limits")))
        errors += _validate_limit_values(item, kind, at)
    return errors


def _validate_limit_type(kind: str, path: Path) -> list[FieldError]:
    errors = invalid_each(path, kind, names.qualified_name(kind))
    if not errors and "/" not in kind and kind not in _LIMIT_TYPES:
        errors.append(invalid(path, kind, "must be a standard limit type or fully qualified"))
    return errors


def _validate_limit_names(item: Mapping[str, Any], kind: str, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    form = validate_container_resource_name if kind in ("Pod", "Container") else validate_resource_name
    for side in _LIMIT_SIDES:
        if kind == "Pod" and side in ("default", "defaultRequest"):
            if map_at(item, side):
                errors.append(forbidden((*path, side), "may not be specified when `type` is 'Pod'"))
            continue
        for name in sorted(map(str, map_at(item, side))):
            errors += form(name, (*path, side, Key(name)))
    return errors


def _validate_limit_values(item: Mapping[str, Any], kind: str, path: Path) -> list[FieldError]:
    """min ≤ defaultRequest ≤ default ≤ max, for each resource that is named anywhere."""
    errors: list[FieldError] = []
    amounts = {side: resource_list(map_at(item, side)) for side in _LIMIT_SIDES}
    if kind == "Pod":
        amounts["default"] = amounts["defaultRequest"] = {}
    for name in sorted({name for amount in amounts.values() for name in amount}):
        found = {side: amounts[side][name] for side in _LIMIT_SIDES if name in amounts[side]}
        for side, lower, lower_word, upper, upper_word in _LIMIT_ORDER:
            if lower in found and upper in found and found[lower] > found[upper]:
                detail = (
                    f"{lower_word} value {found[lower]} is greater than {upper_word} value {found[upper]}"
                )
                shown_side = lower if side == "default" and lower == "min" else side
                value = found["max"] if (side, upper) == ("default", "max") else found[shown_side]
                errors.append(invalid((*path, side, Key(name)), value, detail))
        errors += _validate_ratio(name, found, path)
        default, request = found.get("default"), found.get("defaultRequest")
        if (
            default is not None
            and request is not None
            and default != request
            and not is_overcommit_allowed(name)
        ):
            detail = f"default value {default} must equal to defaultRequest value {request} in {name}"
            errors.append(invalid((*path, "defaultRequest", Key(name)), request, detail))
    return errors


def _validate_ratio(name: str, found: Mapping[str, Quantity], path: Path) -> list[FieldError]:
    ratio, low, high = (found.get(side) for side in ("maxLimitRequestRatio", "min", "max"))
    if ratio is None:
        return []
    at = (*path, "maxLimitRequestRatio", Key(name))
    errors: list[FieldError] = []
    if ratio < Quantity(1):
        errors.append(invalid(at, ratio, f"ratio {ratio} is less than 1"))
    if low is not None and high is not None and low:
        greatest = high.milli_value() / low.milli_value()
        if ratio.milli_value() / 1000 > greatest:
            errors.append(invalid(at, ratio, f"ratio {ratio} is greater than max/min = {greatest:f}"))
    return errors


def validate_priority_class(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    value, at = int_at(obj, "value") or 0, ("value",)
    if old is not None:
        if value != (int_at(old, "value") or 0):
            errors.append(forbidden(at, "may not be changed in an update."))
        return errors + unchanged(obj, old, "preemptionPolicy", ())
    name = text_at(map_at(obj, "metadata"), "name")
    if name.startswith("system-"):
        if reason := _system_class_reason(name, value, obj.get("globalDefault") is True):
            detail = f"priority class names with 'system-' prefix are reserved for system use only. error: {reason}"
            errors.append(forbidden(("metadata", "name"), detail))
    elif value > HIGHEST_USER_PRIORITY:
        detail = f"maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}"
        errors.append(forbidden(at, detail))
    policy, allowed = obj.get("preemptionPolicy"), ("PreemptLowerPriority", "Never")
    if isinstance(policy, str) and policy not in allowed:
        place = ("preemptionPolicy",)
        errors.append(not_supported(place, policy, allowed) if policy else required(place))
    return errors


def _system_class_reason(name: str, value: int, is_default: bool) -> str:
    """IsKnownSystemPriorityClass: why the class is not one of the two that exist."""
    known = SYSTEM_PRIORITIES.get(name)
    if known is None:
        return f"{name} is not a known system priority class"
    if value != known:
        return f"value of {name} PriorityClass must be {known}"
    return f"globalDefault of {name} PriorityClass must be false" if is_default else ""
