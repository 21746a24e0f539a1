"""Validation of where a Pod may run: tolerations, affinity, spread constraints (core/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.validation.metadata import validate_label_selector
from learn.cluster.api.validation.resources import NOT_POSITIVE

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_OPERATORS = ("Equal", "Exists")
_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
_INCLUSION = ("Honor", "Ignore")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_BOTH_SELECTORS = "exists in both matchLabelKeys and labelSelector"
_NO_SELECTOR = "must not be specified when labelSelector is not set"


def validate_tolerations(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, toleration in enumerate(maps_at(spec, "tolerations")):
        errors += _validate_toleration(toleration, (*path, "tolerations", index))
    return errors


def _validate_toleration(toleration: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    key, value = text_at(toleration, "key"), text_at(toleration, "value")
    operator, effect = text_at(toleration, "operator"), text_at(toleration, "effect")
    at = (*path, "operator")
    if key:
        errors += invalid_each((*path, "key"), key, names.qualified_name(key))
    elif operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        errors.append(invalid(at, operator, detail))
    if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
        detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        errors.append(invalid((*path, "effect"), effect, detail))
    match operator:
        case "Equal" | "":
            if reasons := names.label_value(value):
                errors.append(invalid((*path, "value"), value, ";".join(reasons), shown=at))
        case "Exists":
            if value:
                detail = "value must be empty when `operator` is 'Exists'"
                errors.append(invalid((*path, "value"), value, detail, shown=at))
        case _:
            errors.append(not_supported(at, operator, _OPERATORS))
    if effect:
        errors += validate_effect(effect, (*path, "effect"))
    return errors


def validate_effect(effect: str, path: Path) -> list[FieldError]:
    if effect in _EFFECTS:
        return []
    return [not_supported(path, effect, _EFFECTS) if effect else required(path)]


def validate_affinity(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    affinity, at = map_at(spec, "affinity"), (*path, "affinity")
    errors: list[FieldError] = []
    if isinstance(node := affinity.get("nodeAffinity"), dict):
        errors += _validate_node_affinity(node, (*at, "nodeAffinity"))
    for key in ("podAffinity", "podAntiAffinity"):
        if isinstance(rules := affinity.get(key), dict):
            errors += _validate_pod_affinity(rules, (*at, key))
    return errors


def _validate_node_affinity(node: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if isinstance(needed := node.get(_REQUIRED), dict):
        errors += validate_node_selector(needed, (*path, _REQUIRED))
    for index, wish in enumerate(maps_at(node, _PREFERRED)):
        at = (*path, _PREFERRED, index)
        errors += _validate_weight(wish, at)
        errors += _validate_node_term(map_at(wish, "preference"), (*at, "preference"), check_values=False)
    return errors


def _validate_weight(wish: Mapping[str, Any], path: Path) -> list[FieldError]:
    weight = int_at(wish, "weight") or 0
    return [] if 1 <= weight <= 100 else [invalid((*path, "weight"), weight, "must be in the range 1-100")]


def validate_node_selector(selector: Mapping[str, Any], path: Path) -> list[FieldError]:
    terms = maps_at(selector, "nodeSelectorTerms")
    at = (*path, "nodeSelectorTerms")
    if not terms:
        return [required(at, "must have at least one node selector term")]
    return [error for index, term in enumerate(terms) for error in _validate_node_term(term, (*at, index))]


def _validate_node_term(
    term: Mapping[str, Any], path: Path, *, check_values: bool = True
) -> list[FieldError]:
    """Values of preferred terms may be anything, for they matter only when several nodes fit."""
    errors: list[FieldError] = []
    for index, expression in enumerate(maps_at(term, "matchExpressions")):
        errors += _validate_expression(expression, (*path, "matchExpressions", index), check_values)
    for index, expression in enumerate(maps_at(term, "matchFields")):
        errors += _validate_field_expression(expression, (*path, "matchFields", index))
    return errors


def _validate_expression(expression: Mapping[str, Any], path: Path, check_values: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    values, at = list_at(expression, "values"), (*path, "values")
    match text_at(expression, "operator"):
        case "In" | "NotIn":
            if not values:
                errors.append(required(at, "must be specified when `operator` is 'In' or 'NotIn'"))
        case "Exists" | "DoesNotExist":
            if values:
                detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                errors.append(forbidden(at, detail))
        case "Gt" | "Lt":
            if len(values) != 1:
                errors.append(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
        case operator:
            errors.append(invalid((*path, "operator"), operator, "not a valid selector operator"))
    key = text_at(expression, "key")
    errors += invalid_each((*path, "key"), key, names.qualified_name(key))
    if check_values:
        for index, value in enumerate(values):
            if isinstance(value, str):
                errors += invalid_each((*at, index), value, names.label_value(value))
    return errors


def _validate_field_expression(expression: Mapping[str, Any], path: Path) -> list[FieldError]:
    """matchFields know one field, metadata.name, and one value at a time."""
    errors: list[FieldError] = []
    values, at = list_at(expression, "values"), (*path, "values")
    operator, key = text_at(expression, "operator"), text_at(expression, "key")
    if operator not in ("In", "NotIn"):
        errors.append(invalid((*path, "operator"), operator, "not a valid selector operator"))
    elif len(values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        errors.append(required(at, detail))
    if key != "metadata.name":
        return [*errors, invalid((*path, "key"), key, "not a valid field selector key")]
    for index, value in enumerate(values):
        if isinstance(value, str):
            errors += invalid_each((*at, index), value, names.dns_subdomain(value))
    return errors


def _validate_pod_affinity(rules: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, term in enumerate(maps_at(rules, _REQUIRED)):
        errors += _validate_pod_term(term, (*path, _REQUIRED, index))
    for index, wish in enumerate(maps_at(rules, _PREFERRED)):
        at = (*path, _PREFERRED, index)
        errors += _validate_weight(wish, at)
        errors += _validate_pod_term(map_at(wish, "podAffinityTerm"), (*at, "podAffinityTerm"))
    return errors


def _validate_pod_term(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = validate_label_selector(term.get("labelSelector"), (*path, "labelSelector"))
    errors += validate_label_selector(term.get("namespaceSelector"), (*path, "namespaceSelector"))
    for index, name in enumerate(list_at(term, "namespaces")):
        if isinstance(name, str):
            at, shown = (*path, "namespaces", index), (*path, "namespace")
            errors += invalid_each(at, name, names.dns_label(name), shown=shown)
    errors += _validate_match_keys(term, path)
    key, at = text_at(term, "topologyKey"), (*path, "topologyKey")
    if not key:
        errors.append(required(at, "can not be empty"))
    return errors + invalid_each(at, key, names.qualified_name(key))


def _validate_match_keys(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = _texts(term, field)
        if keys and not isinstance(term.get("labelSelector"), dict):
            errors.append(forbidden((*path, field), _NO_SELECTOR))
            continue
        for index, key in enumerate(keys):
            errors += invalid_each((*path, field, index), key, names.qualified_name(key))
    matched, unmatched = _texts(term, "matchLabelKeys"), _texts(term, "mismatchLabelKeys")
    selected = _selected_keys(term)
    for index, key in enumerate(matched):
        if selected.count(key) > 1:
            errors.append(
                invalid((*path, "matchLabelKeys", index), key, _BOTH_SELECTORS, shown=(*path, index))
            )
    for index, key in enumerate(matched):
        if key in unmatched:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            errors.append(invalid((*path, "matchLabelKeys", index), key, detail))
    return errors


def _texts(obj: Mapping[str, Any], key: str) -> list[str]:
    return [text for text in list_at(obj, key) if isinstance(text, str)]


def _selected_keys(obj: Mapping[str, Any]) -> list[str]:
    selector = map_at(obj, "labelSelector")
    return [
        *map(str, map_at(selector, "matchLabels")),
        *(text_at(term, "key") for term in maps_at(selector, "matchExpressions")),
    ]


def validate_spread(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    """validateTopologySpreadConstraints: maxSkew, keys, and no pair twice."""
    errors: list[FieldError] = []
    constraints = maps_at(spec, "topologySpreadConstraints")
    pairs = [(text_at(c, "topologyKey"), text_at(c, "whenUnsatisfiable")) for c in constraints]
    for index, constraint in enumerate(constraints):
        at = (*path, "topologySpreadConstraints", index)
        key, action = pairs[index]
        skew = int_at(constraint, "maxSkew") or 0
        if skew <= 0:
            errors.append(invalid((*at, "maxSkew"), skew, NOT_POSITIVE))
        if not key:
            errors.append(required((*at, "topologyKey"), "can not be empty"))
        if action not in _ACTIONS:
            errors.append(not_supported((*at, "whenUnsatisfiable"), action, _ACTIONS))
        if pairs[index] in pairs[index + 1 :]:
            shown = (*at, "{topologyKey, whenUnsatisfiable}")
            errors.append(duplicate(at, f"{{{key}, {action}}}", shown=shown))
        errors += _validate_min_domains(constraint, action, at)
        for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            policy = constraint.get(field)
            if isinstance(policy, str) and policy not in _INCLUSION:
                errors.append(not_supported((*at, field), policy, _INCLUSION))
        errors += _validate_spread_keys(constraint, (*at, "matchLabelKeys"))
        errors += validate_label_selector(constraint.get("labelSelector"), (*at, "labelSelector"))
    return errors


def _validate_min_domains(constraint: Mapping[str, Any], action: str, path: Path) -> list[FieldError]:
    domains, at = int_at(constraint, "minDomains"), (*path, "minDomains")
    errors: list[FieldError] = []
    if domains is not None and domains <= 0:
        errors.append(invalid(at, domains, NOT_POSITIVE))
    if domains is not None and action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        errors.append(invalid(at, domains, detail))
    return errors


def _validate_spread_keys(constraint: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    keys, selected = _texts(constraint, "matchLabelKeys"), _selected_keys(constraint)
    if keys and not isinstance(constraint.get("labelSelector"), dict):
        errors.append(forbidden(path, _NO_SELECTOR))
    for index, key in enumerate(keys):
        errors += invalid_each((*path, index), key, names.qualified_name(key))
        if key in selected:
            errors.append(invalid((*path, index), key, _BOTH_SELECTORS))
    return errors
