"""Validation of roles and bindings (rbac/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import FieldError, Path, invalid, invalid_each, not_supported, required
from learn.cluster.api.validation.metadata import validate_label_selector, validate_metadata
from learn.cluster.api.versions import Behaviour

GROUP = "rbac.authorization.k8s.io"
_SUBJECT_KINDS = ("ServiceAccount", "User", "Group")


def validate_role(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.path_segment)
    namespaced = obj.get("kind") == "Role"
    for index, rule in enumerate(maps_at(obj, "rules")):
        errors += _validate_rule(rule, namespaced, ("rules", index))
    selectors = maps_at(map_at(obj, "aggregationRule"), "clusterRoleSelectors")
    for index, selector in enumerate(selectors):
        errors += validate_label_selector(dict(selector), ("aggregationRule", "clusterRoleSelectors", index))
    return errors


def _validate_rule(rule: Mapping[str, Any], namespaced: bool, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    urls, groups, resources = (list_at(rule, key) for key in ("nonResourceURLs", "apiGroups", "resources"))
    if not list_at(rule, "verbs"):
        errors.append(required((*path, "verbs"), "verbs must contain at least one value"))
    if urls:
        at = (*path, "nonResourceURLs")
        if namespaced:
            errors.append(invalid(at, urls, "namespaced rules cannot apply to non-resource URLs"))
        if groups or resources or list_at(rule, "resourceNames"):
            errors.append(
                invalid(at, urls, "rules cannot apply to both regular resources and non-resource URLs")
            )
        return errors
    if not groups:
        errors.append(required((*path, "apiGroups"), "resource rules must supply at least one api group"))
    if not resources:
        errors.append(required((*path, "resources"), "resource rules must supply at least one resource"))
    return errors


def validate_binding(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    """A role that exists is not asked for; only that the reference can name one."""
    errors = validate_metadata(obj, old, names.path_segment)
    namespaced = obj.get("kind") == "RoleBinding"
    role, at = map_at(obj, "roleRef"), ("roleRef",)
    kinds = ("Role", "ClusterRole") if namespaced else ("ClusterRole",)
    if role.get("apiGroup") != GROUP:
        errors.append(not_supported((*at, "apiGroup"), text_at(role, "apiGroup"), (GROUP,)))
    if role.get("kind") not in kinds:
        errors.append(not_supported((*at, "kind"), text_at(role, "kind"), kinds))
    name = text_at(role, "name")
    if not name:
        errors.append(required((*at, "name")))
    else:
        errors += invalid_each((*at, "name"), name, names.path_segment(name))
    for index, subject in enumerate(maps_at(obj, "subjects")):
        errors += _validate_subject(subject, namespaced, ("subjects", index))
    if old is not None and map_at(old, "roleRef") != role:
        errors.append(invalid(at, dict(role), "cannot change roleRef"))
    return errors


def _validate_subject(subject: Mapping[str, Any], namespaced: bool, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    kind, name, group = text_at(subject, "kind"), text_at(subject, "name"), text_at(subject, "apiGroup")
    at = (*path, "name")
    if not name:
        errors.append(required(at))
    match kind:
        case "ServiceAccount":
            if name:
                errors += invalid_each(at, name, names.dns_subdomain(name))
            if group:
                errors.append(not_supported((*path, "apiGroup"), group, ("",)))
            if not namespaced and not text_at(subject, "namespace"):
                errors.append(required((*path, "namespace")))
        case "User" | "Group":
            if not name:
                errors.append(invalid(at, name, f"{kind.lower()} name cannot be empty"))
            if group != GROUP:
                errors.append(not_supported((*path, "apiGroup"), group, (GROUP,)))
        case _:
            errors.append(not_supported((*path, "kind"), kind, _SUBJECT_KINDS))
    return errors
