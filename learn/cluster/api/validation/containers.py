"""Validation of containers: names, images, ports, environment, mounts (core/validation, validateContainers)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, maps_at, text_at
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
)
from learn.cluster.api.quantity import try_parse
from learn.cluster.api.validation.probes import validate_lifecycle, validate_probes
from learn.cluster.api.validation.resources import validate_requirements
from learn.cluster.api.validation.security import validate_container_security
from learn.cluster.api.versions import Behaviour

PROTOCOLS = ("SCTP", "TCP", "UDP")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES = ("FallbackToLogsOnError", "File")


@dataclass(frozen=True, slots=True, kw_only=True)
class PodContext:
    """What the validation of a container needs to know of its Pod."""

    rules: Behaviour
    volumes: Mapping[str, Mapping[str, Any]]
    claims: frozenset[str]
    grace: int | None
    restart_policy: str
    host_users: bool
    is_template: bool = False


def validate_containers(spec: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """spec.containers: at least one, each with a name of its own."""
    errors: list[FieldError] = []
    containers = maps_at(spec, "containers")
    if not containers:
        return [required((*path, "containers"))]
    seen: set[str] = set()
    ports: set[tuple[str, str, int]] = set()
    for index, container in enumerate(containers):
        at = (*path, "containers", index)
        errors += _validate_common(container, at, pod)
        name = text_at(container, "name")
        if name in seen:
            errors.append(duplicate((*at, "name"), name))
        elif name:
            seen.add(name)
        errors += validate_lifecycle(container, at, pod.grace, pod.rules)
        errors += validate_probes(container, at, pod.grace)
        if container.get("restartPolicy") is not None and not pod.rules.container_restart_rules:
            errors.append(forbidden((*at, "restartPolicy"), "may not be set for non-init containers"))
        else:
            errors += _validate_restart_rules(container, at)
        errors += _validate_host_ports(container, at, ports)
    return errors


def validate_init_containers(spec: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """spec.initContainers: probes and hooks only on sidecars (restartPolicy Always)."""
    errors: list[FieldError] = []
    seen = {text_at(container, "name") for container in maps_at(spec, "containers")}
    ports: set[tuple[str, str, int]] = set()
    for index, container in enumerate(maps_at(spec, "initContainers")):
        at = (*path, "initContainers", index)
        sidecar = container.get("restartPolicy") == "Always"
        errors += _validate_common(container, at, pod)
        if pod.rules.container_restart_rules or container.get("restartPolicy") is None:
            errors += _validate_restart_rules(container, at)
        elif not sidecar:
            errors.append(
                not_supported((*at, "restartPolicy"), text_at(container, "restartPolicy"), ("Always",))
            )
        name = text_at(container, "name")
        if name in seen:
            errors.append(duplicate((*at, "name"), name))
        elif name:
            seen.add(name)
        if sidecar:
            ports = set()
        errors += _validate_host_ports(container, at, ports if sidecar else set())
        if sidecar:
            errors += validate_lifecycle(container, at, pod.grace, pod.rules)
            errors += validate_probes(container, at, pod.grace)
        else:
            for key in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
                if container.get(key) is not None:
                    detail = "may not be set for init containers without restartPolicy=Always"
                    errors.append(forbidden((*at, key), detail))
    return errors


def _validate_common(container: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    errors: list[FieldError] = []
    name, image = text_at(container, "name"), text_at(container, "image")
    if not name:
        errors.append(required((*path, "name")))
    elif reasons := names.dns_label(name):
        errors += invalid_each((*path, "name"), name, reasons)
    if not image:
        if not pod.is_template:
            errors.append(required((*path, "image")))
    elif image != image.strip():
        errors.append(invalid((*path, "image"), image, "must not have leading or trailing whitespace"))
    policy = text_at(container, "terminationMessagePolicy")
    if policy not in _MESSAGE_POLICIES:
        errors.append(
            not_supported((*path, "terminationMessagePolicy"), policy, _MESSAGE_POLICIES)
            if policy
            else required((*path, "terminationMessagePolicy"))
        )
    if container.get("ports"):
        errors += _validate_ports(container, path)
    if container.get("env"):
        errors += _validate_env(container, path, pod.rules)
    if container.get("envFrom"):
        errors += _validate_env_from(container, path, pod.rules)
    if container.get("volumeMounts") or container.get("volumeDevices"):
        errors += _validate_mounts(container, path, pod)
    pull = text_at(container, "imagePullPolicy")
    if pull not in _PULL_POLICIES:
        at = (*path, "imagePullPolicy")
        errors.append(not_supported(at, pull, _PULL_POLICIES) if pull else required(at))
    resources = map_at(container, "resources")
    if resources:
        errors += validate_requirements(resources, (*path, "resources"), pod.claims)
    errors += _validate_resize_policy(container, path, pod)
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
        number = int_at(port, "containerPort") or 0
        if number == 0:
            errors.append(required((*at, "containerPort")))
        else:
            errors += invalid_each((*at, "containerPort"), number, names.port_number(number))
        host_port = int_at(port, "hostPort") or 0
        if host_port:
            errors += invalid_each((*at, "hostPort"), host_port, names.port_number(host_port))
        protocol = text_at(port, "protocol")
        if not protocol:
            errors.append(required((*at, "protocol")))
        elif protocol not in PROTOCOLS:
            errors.append(not_supported((*at, "protocol"), protocol, PROTOCOLS))
        if text_at(port, "hostIP"):
            errors += invalid_each((*at, "hostIP"), port["hostIP"], names.ip_address(port["hostIP"]))
    return errors


def _validate_host_ports(
    container: Mapping[str, Any], path: Path, taken: set[tuple[str, str, int]]
) -> list[FieldError]:
    """checkHostPortConflicts: protocol, address and port together at most once in a Pod."""
    errors: list[FieldError] = []
    for index, port in enumerate(maps_at(container, "ports")):
        number = int_at(port, "hostPort") or 0
        if number:
            key = text_at(port, "protocol"), text_at(port, "hostIP"), number
            if key in taken:
                shown = f"{number}/{key[0]}" if not key[1] else f"{key[1]}:{number}/{key[0]}"
                errors.append(
                    duplicate(
                        (*path, "ports", index, "hostPort"), f"{key[0]}/{key[1]}/{number}" if shown else ""
                    )
                )
            taken.add(key)
    return errors


def _validate_env(container: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, variable in enumerate(maps_at(container, "env")):
        at = (*path, "env", index)
        name = text_at(variable, "name")
        if not name:
            errors.append(required((*at, "name")))
        else:
            form = names.relaxed_env_name if rules.relaxed_env_names else names.env_name
            errors += invalid_each((*at, "name"), name, form(name))
        if variable.get("valueFrom") is not None:
            errors += _validate_value_from(variable, (*at, "valueFrom"))
    return errors


_FIELDS = frozenset(
    {
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    }
)
_VALUE_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def _validate_value_from(variable: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    source = map_at(variable, "valueFrom")
    given = [key for key in _VALUE_SOURCES if isinstance(source.get(key), dict)]
    for key in given:
        reference, at = source[key], (*path, key)
        match key:
            case "fieldRef":
                errors += validate_field_reference(reference, _FIELDS, at)
            case "resourceFieldRef":
                errors += validate_resource_field(reference, at)
            case "configMapKeyRef" | "secretKeyRef":
                errors += _validate_key_reference(reference, at)
    if not given:
        errors.append(
            invalid(
                path,
                "",
                "must specify one of: `configMapKeyRef`, `fieldRef`, `resourceFieldRef` or `secretKeyRef`",
            )
        )
    elif text_at(variable, "value"):
        errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif len(given) > 1:
        errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _validate_key_reference(reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not text_at(reference, "name"):
        errors.append(required((*path, "name")))
    key = text_at(reference, "key")
    if not key:
        errors.append(required((*path, "key")))
    else:
        errors += invalid_each((*path, "key"), key, names.config_key(key))
    return errors


def validate_field_reference(
    reference: Mapping[str, Any], allowed: frozenset[str], path: Path
) -> list[FieldError]:
    """A fieldRef: a known field of the Pod, or one label or annotation of it."""
    if not text_at(reference, "apiVersion"):
        return [required((*path, "apiVersion"))]
    field = text_at(reference, "fieldPath")
    if not field:
        return [required((*path, "fieldPath"))]
    if subscript := _subscript(field):
        kind, key = subscript
        if kind == "metadata.annotations":
            return invalid_each(path, key, names.qualified_name(key.lower()))
        if kind == "metadata.labels":
            return invalid_each(path, key, names.qualified_name(key))
        return [invalid(path, kind, "does not support subscript")]
    if reference.get("apiVersion") != "v1" or field not in _CONVERTIBLE:
        return [
            invalid(
                (*path, "fieldPath"), field, f"error converting fieldPath: field label not supported: {field}"
            )
        ]
    if field not in allowed:
        return [not_supported((*path, "fieldPath"), field, sorted(allowed))]
    return []


_CONVERTIBLE = _FIELDS | {
    "metadata.annotations",
    "metadata.labels",
    "spec.restartPolicy",
    "spec.schedulerName",
    "status.phase",
    "status.nominatedNodeName",
    "spec.hostNetwork",
}


def _subscript(field: str) -> tuple[str, str] | None:
    if field.endswith("']") and "['" in field:
        kind, _, key = field.removesuffix("']").partition("['")
        return (kind, key) if kind else None
    return None


_RESOURCE_FIELDS = frozenset(
    f"{side}.{name}" for side in ("limits", "requests") for name in ("cpu", "memory", "ephemeral-storage")
)


def validate_resource_field(
    reference: Mapping[str, Any], path: Path, *, in_volume: bool = False
) -> list[FieldError]:
    """A resourceFieldRef: a request or limit of a container, divided by a unit that makes sense."""
    if in_volume and not text_at(reference, "containerName"):
        return [required((*path, "containerName"))]
    resource = text_at(reference, "resource")
    if not resource:
        return [required((*path, "resource"))]
    if resource not in _RESOURCE_FIELDS and not resource.startswith(
        ("limits.hugepages-", "requests.hugepages-")
    ):
        return [not_supported((*path, "resource"), resource, sorted(_RESOURCE_FIELDS))]
    return _validate_divisor(resource.partition(".")[2], reference, path)


_CPU_DIVISORS = frozenset({"1m", "1"})
_SIZE_DIVISORS = frozenset(
    {"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}
)


def _validate_divisor(resource: str, reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    divisor = try_parse(reference.get("divisor"))
    if divisor is None or not divisor:
        return []
    at = (*path, "divisor")
    if resource == "cpu":
        if str(divisor) not in _CPU_DIVISORS:
            return [
                invalid(at, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
            ]
    elif str(divisor) not in _SIZE_DIVISORS:
        kind = "hugepages" if resource.startswith("hugepages-") else resource
        values = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
        article = "local ephemeral storage" if kind == "ephemeral-storage" else f"the {kind}"
        return [
            invalid(at, resource, f"only divisor's values {values} are supported with {article} resource")
        ]
    return []


def _validate_env_from(container: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, source in enumerate(maps_at(container, "envFrom")):
        at = (*path, "envFrom", index)
        prefix = text_at(source, "prefix")
        if prefix:
            form = names.relaxed_env_name if rules.relaxed_env_names else names.env_name
            errors += invalid_each((*at, "prefix"), prefix, form(prefix))
        given = [key for key in ("configMapRef", "secretRef") if isinstance(source.get(key), dict)]
        for key in given:
            if not text_at(source[key], "name"):
                errors.append(required((*at, key, "name")))
        if not given:
            errors.append(invalid(at, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif len(given) > 1:
            errors.append(invalid(at, "", "may not have more than one field specified at a time"))
    return errors


def _validate_mounts(container: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    """ValidateVolumeMounts: every mount names a volume, and no two share a path."""
    errors: list[FieldError] = []
    paths: set[str] = set()
    devices = {text_at(device, "name") for device in maps_at(container, "volumeDevices")}
    device_paths = {text_at(device, "devicePath") for device in maps_at(container, "volumeDevices")}
    for index, mount in enumerate(maps_at(container, "volumeMounts")):
        at = (*path, "volumeMounts", index)
        name, target = text_at(mount, "name"), text_at(mount, "mountPath")
        if not name:
            errors.append(required((*at, "name")))
        if not target:
            errors.append(required((*at, "mountPath")))
        if name not in pod.volumes:
            errors.append(not_found((*at, "name"), name))
        if target in paths:
            errors.append(invalid((*at, "mountPath"), target, "must be unique"))
        paths.add(target)
        if name in devices:
            errors.append(invalid((*at, "name"), name, "must not already exist in volumeDevices"))
        if target in device_paths:
            errors.append(
                invalid((*at, "mountPath"), target, "must not already exist as a path in volumeDevices")
            )
        for key in ("subPath", "subPathExpr"):
            if text_at(mount, key):
                errors += validate_local_path(mount[key], (*at, key))
        if text_at(mount, "subPath") and text_at(mount, "subPathExpr"):
            errors.append(
                invalid(
                    (*at, "subPathExpr"),
                    mount["subPathExpr"],
                    "subPathExpr and subPath are mutually exclusive",
                )
            )
        errors += _validate_propagation(mount, container, at)
    errors += _validate_devices(
        container, path, pod, {text_at(m, "name") for m in maps_at(container, "volumeMounts")}, paths
    )
    return errors


def _validate_propagation(
    mount: Mapping[str, Any], container: Mapping[str, Any], path: Path
) -> list[FieldError]:
    value = text_at(mount, "mountPropagation")
    at = (*path, "mountPropagation")
    errors: list[FieldError] = []
    if value:
        allowed = ("Bidirectional", "HostToContainer", "None")
        if value not in allowed:
            errors.append(not_supported(at, value, allowed))
        elif value == "Bidirectional" and not flag_at(map_at(container, "securityContext"), "privileged"):
            errors.append(
                forbidden(at, "Bidirectional mount propagation is available only to privileged containers")
            )
    read_only = text_at(mount, "recursiveReadOnly")
    if read_only:
        at = (*path, "recursiveReadOnly")
        if read_only not in ("Disabled", "Enabled", "IfPossible"):
            errors.append(not_supported(at, read_only, ("Disabled", "Enabled", "IfPossible")))
        elif read_only != "Disabled":
            if not flag_at(mount, "readOnly"):
                errors.append(forbidden(at, "may only be specified when readOnly is true"))
            if value not in ("", "None"):
                errors.append(
                    forbidden(at, "may only be specified when mountPropagation is None or not specified")
                )
    return errors


def _validate_devices(
    container: Mapping[str, Any], path: Path, pod: PodContext, mounts: set[str], mount_paths: set[str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    paths: set[str] = set()
    seen: set[str] = set()
    for index, device in enumerate(maps_at(container, "volumeDevices")):
        at = (*path, "volumeDevices", index)
        name, target = text_at(device, "name"), text_at(device, "devicePath")
        if not name:
            errors.append(required((*at, "name")))
        if name in seen:
            errors.append(invalid((*at, "name"), name, "must be unique"))
        if not target:
            errors.append(required((*at, "devicePath")))
        else:
            if target in paths:
                errors.append(invalid((*at, "devicePath"), target, "must be unique"))
            if ".." in target.split("/"):
                errors.append(invalid((*at, "devicePath"), target, "can not contain backsteps ('..')"))
        volume = pod.volumes.get(name)
        if volume is None:
            errors.append(not_found((*at, "name"), name))
        elif "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
            errors.append(
                invalid(
                    (*at, "name"),
                    name,
                    "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
                )
            )
        if name in mounts:
            errors.append(invalid((*at, "name"), name, "must not already exist in volumeMounts"))
        if target in mount_paths:
            errors.append(
                invalid((*at, "devicePath"), target, "must not already exist as a path in volumeMounts")
            )
        seen.add(name)
        paths.add(target)
    return errors


def validate_local_path(value: str, path: Path, *, may_be_absolute: bool = False) -> list[FieldError]:
    """validateLocalDescendingPath: relative, and never upwards."""
    errors: list[FieldError] = []
    if value.startswith("/") and not may_be_absolute:
        errors.append(invalid(path, value, "must be a relative path"))
    if ".." in value.split("/"):
        errors.append(invalid(path, value, "must not contain '..'"))
    return errors


def _validate_resize_policy(container: Mapping[str, Any], path: Path, pod: PodContext) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, policy in enumerate(maps_at(container, "resizePolicy")):
        at = (*path, "resizePolicy", index)
        name, restart = text_at(policy, "resourceName"), text_at(policy, "restartPolicy")
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        if name not in ("cpu", "memory"):
            errors.append(not_supported(at, name, ("cpu", "memory")) if name else required(at))
        if restart not in ("NotRequired", "RestartContainer"):
            errors.append(
                not_supported(at, restart, ("NotRequired", "RestartContainer")) if restart else required(at)
            )
        if pod.restart_policy == "Never" and restart != "NotRequired":
            errors.append(invalid(at, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
    return errors


def _validate_restart_rules(container: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Container restartPolicy and restartPolicyRules (KEP-5307, on by default since 1.35)."""
    errors: list[FieldError] = []
    policy = container.get("restartPolicy")
    policies = ("Always", "Never", "OnFailure")
    if policy is not None and policy not in policies:
        errors.append(not_supported((*path, "restartPolicy"), policy, policies))
    rules = list_at(container, "restartPolicyRules")
    if rules and policy is None:
        errors.append(
            required((*path, "restartPolicy"), "must specify restartPolicy when restart rules are used")
        )
    return errors
