"""Validation of containers (core/validation, validateContainers and validateInitContainers)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_found,
    not_supported,
    required,
    too_many,
)
from learn.cluster.api.validation.environment import validate_env, validate_env_from
from learn.cluster.api.validation.metadata import one_of
from learn.cluster.api.validation.mounts import validate_devices, validate_mounts
from learn.cluster.api.validation.probes import validate_hooks_and_probes
from learn.cluster.api.validation.resources import validate_requirements
from learn.cluster.api.validation.security import validate_container_security
from learn.cluster.api.versions import Behaviour

PROTOCOLS = ("SCTP", "TCP", "UDP")
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
_RESTART_POLICIES = ("Always", "Never", "OnFailure")
_SIDECAR_ONLY = "may not be set for init containers without restartPolicy=Always"
_EPHEMERAL_FORBIDDEN = (
    "ports",
    "resources",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PodContext:
    """What the validation of a container needs to know of its Pod."""

    rules: Behaviour
    volumes: Mapping[str, Mapping[str, Any]]
    claims: frozenset[str]
    grace: int | None
    restart_policy: str
    host_users: bool
    is_pod: bool
    """A Pod itself, not the template of another kind."""


def validate_containers(spec: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """spec.containers: at least one, each with a name of its own."""
    path = (*path, "containers")
    containers = maps_at(spec, "containers")
    if not containers:
        return [required(path)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, container in enumerate(containers):
        at = (*path, index)
        errors += _validate_common(container, at, pod)
        name = text_at(container, "name")
        if name in seen:
            errors.append(duplicate((*at, "name"), name))
        seen.add(name)
        errors += validate_hooks_and_probes(container, at, pod.grace, pod.rules)
        if container.get("restartPolicy") is not None or container.get("restartPolicyRules"):
            errors += _validate_restarts(container, at, pod.rules)
    return errors + _validate_host_ports(containers, path)


def validate_init_containers(spec: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """spec.initContainers: probes and hooks only on sidecars (restartPolicy Always)."""
    path = (*path, "initContainers")
    errors: list[FieldError] = []
    seen = {text_at(container, "name") for container in maps_at(spec, "containers")}
    for index, container in enumerate(maps_at(spec, "initContainers")):
        at = (*path, index)
        errors += _validate_common(container, at, pod)
        errors += _validate_init_restarts(container, at, pod.rules)
        name = text_at(container, "name")
        if name in seen:
            errors.append(duplicate((*at, "name"), name))
        elif name:
            seen.add(name)
        errors += _validate_host_ports([container], path, index)
        if container.get("restartPolicy") == "Always":
            errors += validate_hooks_and_probes(container, at, pod.grace, pod.rules)
        else:
            for key in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
                if container.get(key) is not None:
                    errors.append(forbidden((*at, key), _SIDECAR_ONLY))
    return errors


def validate_ephemeral_containers(spec: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """spec.ephemeralContainers: names of their own, a target that exists, no probes, ports or requests."""
    errors: list[FieldError] = []
    others = {text_at(c, "name") for key in ("containers", "initContainers") for c in maps_at(spec, key)}
    seen = set(others)
    for index, container in enumerate(maps_at(spec, "ephemeralContainers")):
        at = (*path, "ephemeralContainers", index)
        errors += _validate_common(container, at, pod)
        name, target = text_at(container, "name"), text_at(container, "targetContainerName")
        if name in seen:
            errors.append(duplicate((*at, "name"), name))
        seen.add(name)
        if target and target not in others:
            errors.append(not_found((*at, "targetContainerName"), target))
        for key in _EPHEMERAL_FORBIDDEN:
            if container.get(key):
                errors.append(forbidden((*at, key), "cannot be set for an Ephemeral Container"))
        for number, mount in enumerate(maps_at(container, "volumeMounts")):
            for key in ("subPath", "subPathExpr"):
                if mount.get(key):
                    place = (*at, "volumeMounts", number, key)
                    errors.append(forbidden(place, "cannot be set for an Ephemeral Container"))
    return errors


def _validate_common(container: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """validateContainerCommon; the image's outer blanks only matter in a Pod itself."""
    errors: list[FieldError] = []
    name, image = text_at(container, "name"), text_at(container, "image")
    if not name:
        errors.append(required((*path, "name")))
    elif reasons := names.dns_label(name):
        errors += invalid_each((*path, "name"), name, reasons)
    if not image:
        errors.append(required((*path, "image")))
    elif pod.is_pod and image != image.strip():
        errors.append(invalid((*path, "image"), image, "must not have leading or trailing whitespace"))
    errors += one_of(container, "terminationMessagePolicy", _MESSAGE_POLICIES, path)
    if container.get("ports"):
        errors += _validate_ports(container, path)
    if container.get("env"):
        errors += validate_env(container, path, pod.rules)
    if container.get("envFrom"):
        errors += validate_env_from(container, path, pod.rules)
    if container.get("volumeMounts"):
        errors += validate_mounts(container, path, pod.volumes)
    if container.get("volumeDevices"):
        errors += validate_devices(container, path, pod.volumes)
    errors += one_of(container, "imagePullPolicy", PULL_POLICIES, path)
    if isinstance(resources := container.get("resources"), dict) and resources:
        errors += validate_requirements(resources, (*path, "resources"), pod.claims)
    if container.get("resizePolicy"):
        errors += _validate_resize_policy(container, path, pod.restart_policy)
    if container.get("securityContext"):
        errors += validate_container_security(container, path, pod.host_users)
    return errors


def _validate_ports(container: Mapping[str, Any], path: Path) -> list[FieldError]:
    """validateContainerPorts: names unique in the container, numbers in range."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, port in enumerate(maps_at(container, "ports")):
        at = (*path, "ports", index)
        name = text_at(port, "name")
        if name:
            reasons = names.port_name(name)
            if reasons:
                errors += invalid_each((*at, "name"), name, reasons)
            elif name in seen:
                errors.append(duplicate((*at, "name"), name))
            else:
                seen.add(name)
        number, host_port = int_at(port, "containerPort") or 0, int_at(port, "hostPort") or 0
        if number:
            errors += invalid_each((*at, "containerPort"), number, names.port_number(number))
        else:
            errors.append(required((*at, "containerPort")))
        if host_port:
            errors += invalid_each((*at, "hostPort"), host_port, names.port_number(host_port))
        errors += one_of(port, "protocol", PROTOCOLS, at)
    return errors


def _validate_host_ports(containers: list[Mapping[str, Any]], path: Path, first: int = 0) -> list[FieldError]:
    """checkHostPortConflicts: protocol, address and port together at most once.

    An init container is checked alone, and the server then calls it number 0.
    """
    errors: list[FieldError] = []
    taken: set[str] = set()
    for position, container in enumerate(containers):
        for index, port in enumerate(maps_at(container, "ports")):
            number = int_at(port, "hostPort") or 0
            if number:
                key = f"{text_at(port, 'protocol')}/{text_at(port, 'hostIP')}/{number}"
                if key in taken:
                    at = (*path, first + position, "ports", index, "hostPort")
                    shown = (*path, position, "ports", index, "hostPort")
                    errors.append(duplicate(at, key, shown=shown))
                taken.add(key)
    return errors


def _validate_resize_policy(
    container: Mapping[str, Any], path: Path, restart_policy: str
) -> list[FieldError]:
    errors: list[FieldError] = []
    shown = (*path, "resizePolicy")
    seen: set[str] = set()
    for index, policy in enumerate(maps_at(container, "resizePolicy")):
        at = (*shown, index)
        name, restart = text_at(policy, "resourceName"), text_at(policy, "restartPolicy")
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        for value, key, allowed in (
            (name, "resourceName", ("cpu", "memory")),
            (restart, "restartPolicy", ("NotRequired", "RestartContainer")),
        ):
            if not value:
                errors.append(required((*at, key), shown=shown))
            elif value not in allowed:
                errors.append(not_supported((*at, key), value, allowed, shown=shown))
        if restart_policy == "Never" and restart != "NotRequired":
            detail = "must be 'NotRequired' when `restartPolicy` is 'Never'"
            errors.append(invalid((*at, "restartPolicy"), restart, detail, shown=shown))
    return errors


def _validate_init_restarts(container: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    policy = container.get("restartPolicy")
    if rules.container_restart_rules:
        return _validate_restarts(container, path, rules)
    if policy is not None and policy != "Always":
        return [not_supported((*path, "restartPolicy"), policy, ("Always",))]
    return []


def _validate_restarts(container: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    """Restart policy and rules of one container (KEP-5307), forbidden outside sidecars before."""
    if not rules.container_restart_rules:
        return [forbidden((*path, "restartPolicy"), "may not be set for non-init containers")]
    errors: list[FieldError] = []
    policy, restart_rules = container.get("restartPolicy"), list_at(container, "restartPolicyRules")
    if policy is not None and policy not in _RESTART_POLICIES:
        errors.append(not_supported((*path, "restartPolicy"), policy, _RESTART_POLICIES))
    if restart_rules and policy is None:
        errors.append(
            required((*path, "restartPolicy"), "must specify restartPolicy when restart rules are used")
        )
    if len(restart_rules) > 20:
        errors.append(too_many((*path, "restartPolicyRules"), len(restart_rules), 20))
    for index, rule in enumerate(maps_at(container, "restartPolicyRules")):
        errors += _validate_restart_rule(rule, (*path, "restartPolicyRules", index), rules)
    return errors


def _validate_restart_rule(rule: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors = one_of(rule, "action", rules.restart_actions, path)
    codes = rule.get("exitCodes")
    if not isinstance(codes, dict):
        return [*errors, required((*path, "exitCodes"), "must be specified")]
    at = (*path, "exitCodes")
    errors += one_of(codes, "operator", ("In", "NotIn"), at)
    if (count := len(list_at(codes, "values"))) > 255:
        errors.append(too_many((*at, "values"), count, 255))
    return errors
