"""Validation of Pods and Pod templates (core/validation, ValidatePodSpec and ValidatePodUpdate)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import copy_json, flag_at, int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
    too_many,
)
from learn.cluster.api.validation.containers import PodContext, validate_containers, validate_init_containers
from learn.cluster.api.validation.metadata import (
    NOT_NEGATIVE,
    validate_annotations,
    validate_labels,
    validate_metadata,
    validate_metadata_update,
)
from learn.cluster.api.validation.resources import validate_requirements
from learn.cluster.api.validation.scheduling import validate_affinity, validate_spread, validate_tolerations
from learn.cluster.api.validation.security import validate_pod_security
from learn.cluster.api.validation.volumes import validate_volumes
from learn.cluster.api.versions import Behaviour

SPEC: Path = ("spec",)
RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_INT32_MAX = 2**31 - 1


def validate_pod(obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour) -> list[FieldError]:
    errors = validate_metadata(obj, names.dns_subdomain)
    if old is not None:
        return errors + validate_metadata_update(obj, old) + _validate_update(obj, old)
    return errors + validate_pod_spec(map_at(obj, "spec"), SPEC, rules)


def validate_template(template: object, path: Path, rules: Behaviour) -> list[FieldError]:
    """ValidatePodTemplateSpec: the template's labels and annotations, then its Pod spec."""
    template = template if isinstance(template, dict) else {}
    meta = map_at(template, "metadata")
    errors: list[FieldError] = []
    if "labels" in meta:
        errors += validate_labels(meta["labels"], (*path, "labels"))
    if "annotations" in meta:
        errors += validate_annotations(meta["annotations"], (*path, "annotations"))
    spec = map_at(template, "spec")
    errors += validate_pod_spec(spec, (*path, "spec"), rules)
    if maps_at(spec, "ephemeralContainers"):
        errors.append(
            forbidden(
                (*path, "spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template"
            )
        )
    return errors


def validate_pod_spec(spec: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    volumes, errors = validate_volumes(spec, path)
    claims = frozenset(text_at(claim, "name") for claim in maps_at(spec, "resourceClaims"))
    pod = PodContext(
        rules=rules,
        volumes=volumes,
        claims=claims,
        grace=int_at(spec, "terminationGracePeriodSeconds"),
        restart_policy=text_at(spec, "restartPolicy"),
        host_users=spec.get("hostUsers") is not False,
    )
    errors += validate_containers(spec, path, pod)
    if spec.get("initContainers"):
        errors += validate_init_containers(spec, path, pod)
    if spec.get("resources"):
        errors += _validate_pod_resources(spec, path)
    errors += _validate_host_network(spec, path)
    errors += _validate_policies(spec, path)
    if spec.get("nodeSelector"):
        errors += validate_labels(spec["nodeSelector"], (*path, "nodeSelector"))
    if spec.get("securityContext"):
        errors += validate_pod_security(spec, path)
    if spec.get("affinity"):
        errors += validate_affinity(spec, path)
    if spec.get("topologySpreadConstraints"):
        errors += validate_spread(spec, path)
    errors += _validate_names(spec, path)
    errors += _validate_numbers(spec, path)
    if spec.get("tolerations"):
        errors += validate_tolerations(spec, path)
    return errors


def _validate_pod_resources(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    at = (*path, "resources")
    errors: list[FieldError] = []
    resources = map_at(spec, "resources")
    if list_at(resources, "claims"):
        errors.append(forbidden((*at, "claims"), "claims cannot be set for Resources at pod-level"))
    return errors + validate_requirements({**resources, "claims": []}, at)


def _validate_host_network(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    """With hostNetwork a host port is the container's port."""
    errors: list[FieldError] = []
    if flag_at(spec, "hostNetwork"):
        for key in ("containers", "initContainers"):
            for index, container in enumerate(maps_at(spec, key)):
                for number, port in enumerate(maps_at(container, "ports")):
                    host_port, own = int_at(port, "hostPort") or 0, int_at(port, "containerPort") or 0
                    if host_port and host_port != own:
                        at = (*path, key, index, "ports", number, "hostPort")
                        errors.append(
                            invalid(at, host_port, "must match `containerPort` when `hostNetwork` is true")
                        )
    return errors


def _validate_policies(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for key, allowed in (("restartPolicy", RESTART_POLICIES), ("dnsPolicy", _DNS_POLICIES)):
        value = text_at(spec, key)
        if value not in allowed:
            errors.append(not_supported((*path, key), value, allowed) if value else required((*path, key)))
    preemption = spec.get("preemptionPolicy")
    if isinstance(preemption, str) and preemption not in ("PreemptLowerPriority", "Never"):
        errors.append(
            not_supported((*path, "preemptionPolicy"), preemption, ("PreemptLowerPriority", "Never"))
        )
    if spec.get("dnsConfig") or spec.get("dnsPolicy") == "None":
        errors += _validate_dns_config(spec, path)
    return errors


def _validate_dns_config(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    config, at = map_at(spec, "dnsConfig"), (*path, "dnsConfig")
    servers = [server for server in list_at(config, "nameservers") if isinstance(server, str)]
    searches = [search for search in list_at(config, "searches") if isinstance(search, str)]
    if spec.get("dnsPolicy") == "None":
        if not isinstance(spec.get("dnsConfig"), dict):
            return [required(at, "must provide `dnsConfig` when `dnsPolicy` is None")]
        if not servers:
            return [
                required(
                    (*at, "nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None"
                )
            ]
    if len(servers) > 3:
        errors.append(invalid((*at, "nameservers"), servers, "must not have more than 3 nameservers"))
    for index, server in enumerate(servers):
        errors += invalid_each((*at, "nameservers", index), server, names.ip_address(server))
    if len(searches) > 32:
        errors.append(invalid((*at, "searches"), searches, "must not have more than 32 search paths"))
    if sum(map(len, searches)) + max(len(searches) - 1, 0) > 2048:
        errors.append(
            invalid(
                (*at, "searches"),
                searches,
                "must not have more than 2048 characters (including spaces) in the search list",
            )
        )
    for index, search in enumerate(searches):
        if search != ".":
            errors += invalid_each(
                (*at, "searches", index),
                search,
                names.dns_subdomain_with_underscore(search.removesuffix(".")),
            )
    for index, option in enumerate(maps_at(config, "options")):
        if not text_at(option, "name"):
            errors.append(required((*at, "options", index), "must not be empty"))
    return errors


_NAME_FIELDS = (
    ("serviceAccountName", names.dns_subdomain),
    ("nodeName", names.dns_subdomain),
    ("hostname", names.dns_label),
    ("subdomain", names.dns_label),
    ("priorityClassName", names.dns_subdomain),
    ("runtimeClassName", names.dns_subdomain),
)


def _validate_names(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for key, form in _NAME_FIELDS:
        value = text_at(spec, key)
        if value:
            errors += invalid_each((*path, key), value, form(value))
    for index, secret in enumerate(maps_at(spec, "imagePullSecrets")):
        if len(secret) and not text_at(secret, "name"):
            errors.append(required((*path, "imagePullSecrets", index, "name")))
    for index, alias in enumerate(maps_at(spec, "hostAliases")):
        errors += invalid_each(
            (*path, "hostAliases", index, "ip"), text_at(alias, "ip"), names.ip_address(text_at(alias, "ip"))
        )
        for position, name in enumerate(list_at(alias, "hostnames")):
            if isinstance(name, str):
                errors += invalid_each(
                    (*path, "hostAliases", index, "hostnames", position), name, names.dns_subdomain(name)
                )
    return errors


def _validate_numbers(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    deadline = int_at(spec, "activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _INT32_MAX:
        errors.append(invalid((*path, "activeDeadlineSeconds"), deadline, names.range_reason(1, _INT32_MAX)))
    grace = int_at(spec, "terminationGracePeriodSeconds")
    if grace is not None and grace < 0:
        errors.append(invalid((*path, "terminationGracePeriodSeconds"), grace, NOT_NEGATIVE))
    gates = list_at(spec, "schedulingGates")
    if len(gates) > 64:
        errors.append(too_many((*path, "schedulingGates"), len(gates), 64))
    for index, gate in enumerate(maps_at(spec, "readinessGates")):
        kind = text_at(gate, "conditionType")
        errors += invalid_each(
            (*path, "readinessGates", index, "conditionType"), kind, names.qualified_name(kind)
        )
    return errors


UPDATE_TEXT = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def _validate_update(obj: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """ValidatePodUpdate: images, the deadline, more tolerations; nothing else of the spec."""
    new_spec, old_spec = map_at(obj, "spec"), map_at(old, "spec")
    errors: list[FieldError] = []
    for key in ("containers", "initContainers"):
        if len(list_at(new_spec, key)) != len(list_at(old_spec, key)):
            errors.append(forbidden(("spec", key), "pod updates may not add or remove containers"))
    if errors:
        return errors
    for key in ("containers", "initContainers"):
        for index, container in enumerate(maps_at(new_spec, key)):
            image = text_at(container, "image")
            if not image:
                errors.append(required(("spec", key, index, "image")))
            elif image != image.strip():
                errors.append(
                    invalid(
                        ("spec", key, index, "image"), image, "must not have leading or trailing whitespace"
                    )
                )
    errors += _validate_deadline_update(new_spec, old_spec)
    errors += _validate_more_tolerations(new_spec, old_spec)
    if not errors and _frozen(new_spec, old_spec) != old_spec:
        errors.append(forbidden(SPEC, UPDATE_TEXT))
    return errors


def _validate_deadline_update(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    at: Path = ("spec", "activeDeadlineSeconds")
    before, after = int_at(old, "activeDeadlineSeconds"), int_at(new, "activeDeadlineSeconds")
    if after is not None:
        if not 0 <= after <= _INT32_MAX:
            return [invalid(at, after, names.range_reason(0, _INT32_MAX))]
        if before is not None and before < after:
            return [invalid(at, after, "must be less than or equal to previous value")]
    elif before is not None:
        return [invalid(at, None, "must not update from a positive integer to nil value")]
    return []


def _validate_more_tolerations(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    kept = list_at(new, "tolerations")
    if any(toleration not in kept for toleration in list_at(old, "tolerations")):
        return [
            forbidden(
                ("spec", "tolerations"),
                "existing toleration can not be modified except its tolerationSeconds",
            )
        ]
    return []


def _frozen(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The new spec with everything that may change put back to what it was."""
    spec: dict[str, Any] = copy_json(dict(new))
    for key in ("containers", "initContainers"):
        for container, before in zip(list_at(spec, key), list_at(old, key), strict=False):
            if isinstance(container, dict) and isinstance(before, dict):
                container["image"] = before.get("image")
    for key in ("activeDeadlineSeconds", "tolerations"):
        spec.pop(key, None)
        if key in old:
            spec[key] = old[key]
    return spec
