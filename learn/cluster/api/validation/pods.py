"""Validation of Pods and Pod templates (core/validation, ValidatePodSpec and ValidatePodTemplateSpec)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.intstr import parse as parse_number
from learn.cluster.api.quantity import ZERO
from learn.cluster.api.requests import containers_total, resource_list
from learn.cluster.api.validation.containers import (
    PodContext,
    validate_containers,
    validate_ephemeral_containers,
    validate_init_containers,
)
from learn.cluster.api.validation.metadata import (
    METADATA,
    one_of,
    validate_annotations,
    validate_labels,
    validate_metadata,
)
from learn.cluster.api.validation.podupdate import validate_pod_update
from learn.cluster.api.validation.resources import validate_pod_resource_name, validate_requirements
from learn.cluster.api.validation.scheduling import validate_affinity, validate_spread, validate_tolerations
from learn.cluster.api.validation.security import validate_host_users, validate_pod_security
from learn.cluster.api.validation.volumes import validate_volumes
from learn.cluster.api.versions import Behaviour

SPEC: Path = ("spec",)
_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PREEMPTION = ("PreemptLowerPriority", "Never")
_INT32_MAX = 2**31 - 1
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"


def validate_pod(obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour) -> list[FieldError]:
    spec, meta = map_at(obj, "spec"), map_at(obj, "metadata")
    errors = validate_metadata(obj, old, names.dns_subdomain)
    errors += _validate_pod_annotations(meta, spec, (*METADATA, "annotations"))
    errors += validate_pod_spec(spec, SPEC, rules, pod_name=text_at(meta, "name"), is_pod=True)
    if old is not None:
        return errors + validate_pod_update(spec, map_at(old, "spec"))
    if list_at(spec, "ephemeralContainers"):
        errors.append(forbidden((*SPEC, "ephemeralContainers"), "cannot be set on create"))
    if text_at(spec, "nodeName") and list_at(spec, "schedulingGates"):
        detail = "cannot be set until all schedulingGates have been cleared"
        errors.append(forbidden((*SPEC, "nodeName"), detail))
    return errors


def validate_pod_template(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    return errors + validate_template(obj.get("template"), ("template",), rules)


def validate_template(
    template: object, path: Path, rules: Behaviour, claims: frozenset[str] = frozenset()
) -> list[FieldError]:
    """ValidatePodTemplateSpec: the template's labels and annotations, then its Pod spec.

    The server leaves `metadata` out of the path of a template's labels. `claims` are volumes that
    the template's owner adds (claim templates of a StatefulSet).
    """
    template = template if isinstance(template, dict) else {}
    meta, spec = map_at(template, "metadata"), map_at(template, "spec")
    errors: list[FieldError] = []
    at = (*path, "metadata")
    if "labels" in meta:
        errors += validate_labels(meta["labels"], (*at, "labels"), shown=(*path, "labels"))
    if "annotations" in meta:
        shown = (*path, "annotations")
        errors += validate_annotations(meta["annotations"], (*at, "annotations"), shown=shown)
        errors += _validate_pod_annotations(meta, spec, (*at, "annotations"), shown=shown)
    errors += validate_pod_spec(spec, (*path, "spec"), rules, claims=claims)
    if list_at(spec, "ephemeralContainers"):
        detail = "ephemeral containers not allowed in pod template"
        errors.append(forbidden((*path, "spec", "ephemeralContainers"), detail))
    return errors


def _validate_pod_annotations(
    meta: Mapping[str, Any], spec: Mapping[str, Any], path: Path, *, shown: Path | None = None
) -> list[FieldError]:
    """ValidatePodSpecificAnnotations, as far as annotations still steer anything."""
    annotations = map_at(meta, "annotations")
    place = path if shown is None else shown
    errors: list[FieldError] = []
    if "kubernetes.io/config.mirror" in annotations and not text_at(spec, "nodeName"):
        key = Key("kubernetes.io/config.mirror")
        detail = "must set spec.nodeName if mirror pod annotation is set"
        errors.append(invalid((*path, key), annotations[key], detail, shown=(*place, key)))
    cost = annotations.get(_DELETION_COST)
    if isinstance(cost, str) and cost and not _is_cost(cost):
        key = Key(_DELETION_COST)
        errors.append(invalid((*path, key), cost, "must be a 32bit integer", shown=(*place, key)))
    return errors


def _is_cost(text: str) -> bool:
    """A 32-bit number without a leading plus or zeros."""
    return isinstance(parse_number(text), int) and not text.startswith("+") and text == str(int(text))


def validate_pod_spec(
    spec: Mapping[str, Any],
    path: Path,
    rules: Behaviour,
    *,
    pod_name: str = "",
    is_pod: bool = False,
    claims: frozenset[str] = frozenset(),
) -> list[FieldError]:
    volumes, errors = validate_volumes(spec, path, pod_name, is_pod)
    errors += _validate_resource_claims(spec, path)
    for claim in claims:
        volumes.setdefault(claim, {"persistentVolumeClaim": {}})
    pod = PodContext(
        rules=rules,
        volumes=volumes,
        claims=frozenset(filter(None, (text_at(claim, "name") for claim in maps_at(spec, "resourceClaims")))),
        grace=int_at(spec, "terminationGracePeriodSeconds"),
        restart_policy=text_at(spec, "restartPolicy"),
        host_users=spec.get("hostUsers") is not False,
        is_pod=is_pod,
    )
    errors += validate_containers(spec, path, pod)
    if spec.get("initContainers"):
        errors += validate_init_containers(spec, path, pod)
    if spec.get("ephemeralContainers"):
        errors += validate_ephemeral_containers(spec, path, pod)
    if spec.get("resources") and rules.pod_level_resources:
        errors += _validate_pod_resources(spec, path)
    errors += _validate_host_network(spec, path, is_pod)
    errors += one_of(spec, "restartPolicy", _RESTART_POLICIES, path)
    errors += one_of(spec, "dnsPolicy", _DNS_POLICIES, path)
    if spec.get("nodeSelector"):
        errors += validate_labels(spec["nodeSelector"], (*path, "nodeSelector"))
    if spec.get("securityContext"):
        errors += validate_pod_security(spec, path)
    if spec.get("affinity"):
        errors += validate_affinity(spec, path)
    if spec.get("dnsConfig") is not None or spec.get("dnsPolicy") == "None":
        errors += _validate_dns_config(spec, path)
    errors += _validate_gates(spec, path)
    if spec.get("topologySpreadConstraints"):
        errors += validate_spread(spec, path)
    errors += validate_host_users(spec, path)
    errors += _validate_names(spec, path)
    if spec.get("tolerations"):
        errors += validate_tolerations(spec, path)
    errors += _validate_rest(spec, path)
    return errors


def _validate_resource_claims(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, claim in enumerate(maps_at(spec, "resourceClaims")):
        at = (*path, "resourceClaims", index)
        name = text_at(claim, "name")
        if not name:
            errors.append(required((*at, "name")))
        elif name in seen:
            errors.append(duplicate((*at, "name"), name))
        else:
            errors += invalid_each((*at, "name"), name, names.dns_label(name))
            seen.add(name)
        given = [
            key for key in ("resourceClaimName", "resourceClaimTemplateName") if claim.get(key) is not None
        ]
        if len(given) == 2:
            detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            errors.append(invalid(at, dict(claim), detail))
        elif not given:
            detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            errors.append(invalid(at, dict(claim), detail))
        for key in given:
            errors += invalid_each((*at, key), text_at(claim, key), names.dns_subdomain(text_at(claim, key)))
    return errors


def _validate_pod_resources(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Resources of the Pod as a whole: enough for its containers, none of them above it."""
    at = (*path, "resources")
    resources = map_at(spec, "resources")
    errors: list[FieldError] = []
    if resources.get("claims") is not None:
        errors.append(forbidden((*at, "claims"), "claims cannot be set for Resources at pod-level"))
    errors += validate_requirements({**resources, "claims": None}, at, name_check=validate_pod_resource_name)
    own = resource_list(map_at(resources, "requests"))
    for name, needed in sorted(containers_total(spec, "requests").items()):
        if needed > own.get(name, ZERO):
            detail = f"must be greater than or equal to aggregate container requests of {needed}"
            errors.append(invalid((*at, "requests", Key(name)), str(own.get(name, ZERO)), detail))
    limits = resource_list(map_at(resources, "limits"))
    for index, container in enumerate(maps_at(spec, "containers")):
        for name, limit in sorted(resource_list(map_at(map_at(container, "resources"), "limits")).items()):
            if name in limits and limit > limits[name]:
                place = (*path, "containers", index, "resources", "limits", Key(name))
                shown = (*at, "containers", index, Key(name), "limits")
                detail = f"must be less than or equal to pod limits of {limits[name]}"
                errors.append(invalid(place, str(limit), detail, shown=shown))
    return errors


def _validate_host_network(spec: Mapping[str, Any], path: Path, is_pod: bool) -> list[FieldError]:
    """With hostNetwork a host port is the container's port; a template may leave it out."""
    errors: list[FieldError] = []
    if flag_at(spec, "hostNetwork"):
        for index, container in enumerate(maps_at(spec, "containers")):
            for number, port in enumerate(maps_at(container, "ports")):
                host_port, own = int_at(port, "hostPort") or 0, int_at(port, "containerPort") or 0
                if (is_pod or host_port) and host_port != own:
                    at = (*path, "containers", index, "ports", number, "hostPort")
                    errors.append(
                        invalid(at, host_port, "must match `containerPort` when `hostNetwork` is true")
                    )
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
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            return [required((*at, "nameservers"), detail)]
    if len(servers) > 3:
        errors.append(invalid((*at, "nameservers"), servers, "must not have more than 3 nameservers"))
    for index, server in enumerate(servers):
        errors += invalid_each((*at, "nameservers", index), server, names.ip_address(server))
    if len(searches) > 32:
        errors.append(invalid((*at, "searches"), searches, "must not have more than 32 search paths"))
    if len(" ".join(searches)) > 2048:
        detail = "must not have more than 2048 characters (including spaces) in the search list"
        errors.append(invalid((*at, "searches"), searches, detail))
    for index, search in enumerate(searches):
        if search != ".":
            bare = search.removesuffix(".")
            errors += invalid_each((*at, "searches", index), bare, names.dns_subdomain_with_underscore(bare))
    for index, option in enumerate(maps_at(config, "options")):
        if not text_at(option, "name"):
            errors.append(required((*at, "options", index), "must not be empty"))
    return errors


def _validate_gates(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, gate in enumerate(maps_at(spec, "readinessGates")):
        kind = text_at(gate, "conditionType")
        errors += invalid_each(
            (*path, "readinessGates", index, "conditionType"), kind, names.qualified_name(kind)
        )
    seen: set[str] = set()
    for index, gate in enumerate(maps_at(spec, "schedulingGates")):
        at, name = (*path, "schedulingGates", index), text_at(gate, "name")
        errors += invalid_each((*at, "name"), name, names.qualified_name(name), shown=at)
        if name in seen:
            errors.append(duplicate((*at, "name"), name, shown=at))
        seen.add(name)
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
    return errors


def _validate_rest(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    deadline = int_at(spec, "activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _INT32_MAX:
        detail = names.range_reason(1, _INT32_MAX)
        errors.append(invalid((*path, "activeDeadlineSeconds"), deadline, detail))
    for index, alias in enumerate(maps_at(spec, "hostAliases")):
        at, address = (*path, "hostAliases", index), text_at(alias, "ip")
        errors += invalid_each((*at, "ip"), address, names.ip_address(address))
        for number, name in enumerate(list_at(alias, "hostnames")):
            if isinstance(name, str):
                errors += invalid_each((*at, "hostnames", number), name, names.dns_subdomain(name))
    preemption = spec.get("preemptionPolicy")
    if isinstance(preemption, str) and preemption not in _PREEMPTION:
        at = (*path, "preemptionPolicy")
        errors.append(not_supported(at, preemption, _PREEMPTION) if preemption else required(at))
    if spec.get("overhead"):
        errors += validate_requirements({"limits": spec["overhead"]}, (*path, "overhead"))
    system = spec.get("os")
    if isinstance(system, dict):
        name = text_at(system, "name")
        if not name:
            errors.append(required((*path, "os", "name"), "cannot be empty"))
        elif name not in ("linux", "windows"):
            at = (*path, "os", "name")
            errors.append(not_supported(at, name, ("linux", "windows"), shown=(*path, "os")))
    return errors
