"""Validation of where a Pod may run: affinity, tolerations, spread constraints (core/validation)."""

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

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_OPERATORS = ("Equal", "Exists")


def validate_tolerations(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, toleration in enumerate(maps_at(spec, "tolerations")):
        at = (*path, "tolerations", index)
        key, value = text_at(toleration, "key"), text_at(toleration, "value")
        operator, effect = text_at(toleration, "operator"), text_at(toleration, "effect")
        if key:
            errors += invalid_each((*at, "key"), key, names.qualified_name(key))
        if not key and operator != "Exists":
            detail = (
                'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            )
            errors.append(invalid((*at, "operator"), operator, detail))
        if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
            errors.append(
                invalid((*at, "effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
            )
        match operator:
            case "Equal" | "":
                if reasons := names.label_value(value):
                    errors.append(invalid((*at, "operator"), value, ";".join(reasons)))
            case "Exists":
                if value:
                    errors.append(
                        invalid(
                            (*at, "operator"),
                            dict(toleration),
                            "value must be empty when `operator` is 'Exists'",
                        )
                    )
            case _:
                errors.append(not_supported((*at, "operator"), operator, _OPERATORS))
        if effect and effect not in _EFFECTS:
            errors.append(not_supported((*at, "effect"), effect, _EFFECTS))
    return errors


def validate_affinity(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    affinity, at = map_at(spec, "affinity"), (*path, "affinity")
    errors: list[FieldError] = []
    node = affinity.get("nodeAffinity")
    if isinstance(node, dict):
        errors += _validate_node_affinity(node, (*at, "nodeAffinity"))
    for key in ("podAffinity", "podAntiAffinity"):
        rules = affinity.get(key)
        if isinstance(rules, dict):
            errors += _validate_pod_affinity(rules, (*at, key))
    return errors


def _validate_node_affinity(node: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    needed = node.get("requiredDuringSchedulingIgnoredDuringExecution")
    if isinstance(needed, dict):
        errors += validate_node_selector(needed, (*path, "requiredDuringSchedulingIgnoredDuringExecution"))
    for index, wish in enumerate(maps_at(node, "preferredDuringSchedulingIgnoredDuringExecution")):
        at = (*path, "preferredDuringSchedulingIgnoredDuringExecution", index)
        errors += _validate_weight(wish, at)
        errors += validate_node_selector_term(map_at(wish, "preference"), (*at, "preference"))
    return errors


def _validate_weight(wish: Mapping[str, Any], path: Path) -> list[FieldError]:
    weight = int_at(wish, "weight") or 0
    return [] if 1 <= weight <= 100 else [invalid((*path, "weight"), weight, "must be in the range 1-100")]


def validate_node_selector(selector: Mapping[str, Any], path: Path) -> list[FieldError]:
    terms = maps_at(selector, "nodeSelectorTerms")
    if not terms:
        return [required((*path, "nodeSelectorTerms"), "must have at least one node selector term")]
    errors: list[FieldError] = []
    for index, term in enumerate(terms):
        errors += validate_node_selector_term(term, (*path, "nodeSelectorTerms", index))
    return errors


def validate_node_selector_term(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, expression in enumerate(maps_at(term, "matchExpressions")):
        errors += _validate_expression(expression, (*path, "matchExpressions", index))
    for index, expression in enumerate(maps_at(term, "matchFields")):
        errors += _validate_field_expression(expression, (*path, "matchFields", index))
    return errors


def _validate_expression(expression: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    values = list_at(expression, "values")
    match text_at(expression, "operator"):
        case "In" | "NotIn":
            if not values:
                errors.append(
                    required((*path, "values"), "must be specified when `operator` is 'In' or 'NotIn'")
                )
        case "Exists" | "DoesNotExist":
            if values:
                errors.append(
                    forbidden(
                        (*path, "values"),
                        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                    )
                )
        case "Gt" | "Lt":
            if len(values) != 1:
                errors.append(
                    required(
                        (*path, "values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"
                    )
                )
        case operator:
            errors.append(invalid((*path, "operator"), operator, "not a valid selector operator"))
    key = text_at(expression, "key")
    errors += invalid_each((*path, "key"), key, names.qualified_name(key))
    for index, value in enumerate(values):
        if isinstance(value, str):
            errors += invalid_each((*path, "values", index), value, names.label_value(value))
    return errors


def _validate_field_expression(expression: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    values = list_at(expression, "values")
    operator = text_at(expression, "operator")
    if operator in ("In", "NotIn"):
        if len(values) != 1:
            errors.append(
                required(
                    (*path, "values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
                )
            )
    else:
        errors.append(invalid((*path, "operator"), operator, "not a valid selector operator"))
    key = text_at(expression, "key")
    if key == "metadata.name":
        for index, value in enumerate(values):
            if isinstance(value, str):
                errors += invalid_each((*path, "values", index), value, names.dns_subdomain(value))
    else:
        errors.append(invalid((*path, "key"), key, "not a valid field selector key"))
    return errors


def _validate_pod_affinity(rules: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, term in enumerate(maps_at(rules, "requiredDuringSchedulingIgnoredDuringExecution")):
        errors += _validate_pod_term(term, (*path, "requiredDuringSchedulingIgnoredDuringExecution", index))
    for index, wish in enumerate(maps_at(rules, "preferredDuringSchedulingIgnoredDuringExecution")):
        at = (*path, "preferredDuringSchedulingIgnoredDuringExecution", index)
        errors += _validate_weight(wish, at)
        errors += _validate_pod_term(map_at(wish, "podAffinityTerm"), (*at, "podAffinityTerm"))
    return errors


def _validate_pod_term(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = validate_label_selector(term.get("labelSelector"), (*path, "labelSelector"))
    errors += validate_label_selector(term.get("namespaceSelector"), (*path, "namespaceSelector"))
    for name in list_at(term, "namespaces"):
        if isinstance(name, str):
            errors += invalid_each((*path, "namespace"), name, names.dns_label(name))
    errors += _validate_match_keys(term, path)
    return errors + validate_topology_key(term, path)


def _validate_match_keys(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    selector = map_at(term, "labelSelector")
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = list_at(term, field)
        if keys and not isinstance(term.get("labelSelector"), dict):
            errors.append(forbidden((*path, field), "must not be specified when labelSelector is not set"))
        for index, key in enumerate(keys):
            if isinstance(key, str):
                errors += invalid_each((*path, field, index), key, names.qualified_name(key))
                if key in map_at(selector, "matchLabels") and field == "matchLabelKeys":
                    errors.append(
                        invalid((*path, field, index), key, "exists in both matchLabelKeys and labelSelector")
                    )
    both = {key for key in list_at(term, "matchLabelKeys") if isinstance(key, str)}
    for index, key in enumerate(list_at(term, "mismatchLabelKeys")):
        if isinstance(key, str) and key in both:
            errors.append(
                invalid(
                    (*path, "matchLabelKeys", index),
                    key,
                    "exists in both matchLabelKeys and mismatchLabelKeys",
                )
            )
    return errors


def validate_topology_key(term: Mapping[str, Any], path: Path) -> list[FieldError]:
    key = text_at(term, "topologyKey")
    if not key:
        return [required((*path, "topologyKey"), "can not be empty")]
    return invalid_each((*path, "topologyKey"), key, names.qualified_name(key))


def validate_spread(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    """validateTopologySpreadConstraints: maxSkew, keys, and no pair twice."""
    errors: list[FieldError] = []
    pairs: set[tuple[str, str]] = set()
    for index, constraint in enumerate(maps_at(spec, "topologySpreadConstraints")):
        at = (*path, "topologySpreadConstraints", index)
        skew = int_at(constraint, "maxSkew") or 0
        if skew <= 0:
            errors.append(invalid((*at, "maxSkew"), skew, "must be greater than zero"))
        errors += validate_topology_key(constraint, at)
        action = text_at(constraint, "whenUnsatisfiable")
        actions = ("DoNotSchedule", "ScheduleAnyway")
        if action not in actions:
            errors.append(
                not_supported((*at, "whenUnsatisfiable"), action, actions)
                if action
                else required((*at, "whenUnsatisfiable"), "")
            )
        pair = text_at(constraint, "topologyKey"), action
        if pair in pairs:
            errors.append(duplicate((*at, "{topologyKey, whenUnsatisfiable}"), f"{{{pair[0]}, {pair[1]}}}"))
        pairs.add(pair)
        errors += _validate_min_domains(constraint, action, at)
        for key in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            policy = constraint.get(key)
            if isinstance(policy, str) and policy not in ("Honor", "Ignore"):
                errors.append(not_supported((*at, key), policy, ("Honor", "Ignore")))
        errors += _validate_spread_keys(constraint, at)
        errors += validate_label_selector(constraint.get("labelSelector"), (*at, "labelSelector"))
    return errors


def _validate_min_domains(constraint: Mapping[str, Any], action: str, path: Path) -> list[FieldError]:
    domains = int_at(constraint, "minDomains")
    if domains is None:
        return []
    errors: list[FieldError] = []
    if domains <= 0:
        errors.append(invalid((*path, "minDomains"), domains, "must be greater than zero"))
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        errors.append(invalid((*path, "minDomains"), domains, detail))
    return errors


def _validate_spread_keys(constraint: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    labels = map_at(map_at(constraint, "labelSelector"), "matchLabels")
    keys = list_at(constraint, "matchLabelKeys")
    if keys and not isinstance(constraint.get("labelSelector"), dict):
        errors.append(
            forbidden((*path, "matchLabelKeys"), "must not be specified when labelSelector is not set")
        )
    for index, key in enumerate(keys):
        if isinstance(key, str):
            at = (*path, "matchLabelKeys", index)
            errors += invalid_each(at, key, names.qualified_name(key))
            if key in labels:
                errors.append(invalid(at, key, "exists in both matchLabelKeys and labelSelector"))
    return errors
