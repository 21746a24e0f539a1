"""Validation of security contexts (core/validation, ValidateSecurityContext and its Pod form)."""

import re
from collections.abc import Mapping
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
    not_supported,
    required,
    too_long,
)
from learn.cluster.api.validation.mounts import relative_path

_PROFILE_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
_PROFILE_PATH_MAX = 4095
_SYSCTL = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_is_sysctl = re.compile(_SYSCTL).fullmatch
_POD_CHOICES = (
    ("fsGroupChangePolicy", ("Always", "OnRootMismatch")),
    ("supplementalGroupsPolicy", ("Merge", "Strict")),
    ("seLinuxChangePolicy", ("MountOption", "Recursive")),
)


def validate_container_security(
    container: Mapping[str, Any], path: Path, host_users: bool
) -> list[FieldError]:
    at = (*path, "securityContext")
    context = map_at(container, "securityContext")
    errors: list[FieldError] = []
    for key in ("runAsUser", "runAsGroup"):
        errors += _validate_id(context, key, at)
    mount = context.get("procMount")
    if isinstance(mount, str):
        if mount not in ("Default", "Unmasked"):
            errors.append(not_supported((*at, "procMount"), mount, ("Default", "Unmasked")))
        if mount == "Unmasked" and host_users:
            errors.append(invalid((*at, "procMount"), mount, "`hostUsers` must be false to use `Unmasked`"))
    errors += _validate_seccomp(context, at)
    if context.get("allowPrivilegeEscalation") is False:
        cannot = "cannot set `allowPrivilegeEscalation` to false and"
        if flag_at(context, "privileged"):
            errors.append(invalid(at, dict(context), f"{cannot} `privileged` to true"))
        if "CAP_SYS_ADMIN" in list_at(map_at(context, "capabilities"), "add"):
            errors.append(invalid(at, dict(context), f"{cannot} `capabilities.Add` CAP_SYS_ADMIN"))
    return errors + _validate_app_armor(context, at)


def validate_pod_security(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    at = (*path, "securityContext")
    context = map_at(spec, "securityContext")
    errors: list[FieldError] = []
    for key in ("fsGroup", "runAsUser", "runAsGroup"):
        errors += _validate_id(context, key, at)
    for index, group in enumerate(list_at(context, "supplementalGroups")):
        number = int_at({"group": group}, "group")
        if number is not None:
            errors += invalid_each((*at, "supplementalGroups", index), number, names.user_id(number))
    if flag_at(spec, "shareProcessNamespace") and flag_at(spec, "hostPID"):
        shown = (*at, "shareProcessNamespace")
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        errors.append(invalid((*path, "shareProcessNamespace"), True, detail, shown=shown))
    errors += _validate_sysctls(context, spec, at)
    for key, allowed in _POD_CHOICES:
        value = context.get(key)
        if isinstance(value, str) and value not in allowed:
            errors.append(not_supported((*at, key), value, allowed))
    return errors + _validate_seccomp(context, at) + _validate_app_armor(context, at)


def validate_host_users(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    """A Pod with user namespaces of its own shares no other namespace with the host."""
    errors: list[FieldError] = []
    if spec.get("hostUsers") is False:
        for key, shown in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
            if flag_at(spec, key):
                detail = "when `pod.Spec.HostUsers` is false"
                errors.append(forbidden((*path, key), detail, shown=(*path, shown)))
    return errors


def _validate_id(context: Mapping[str, Any], key: str, path: Path) -> list[FieldError]:
    number = int_at(context, key)
    return [] if number is None else invalid_each((*path, key), number, names.user_id(number))


def _validate_sysctls(context: Mapping[str, Any], spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, sysctl in enumerate(maps_at(context, "sysctls")):
        at = (*path, "sysctls", index, "name")
        name = text_at(sysctl, "name")
        if not name:
            errors.append(required(at))
        elif len(name) > 253 or not _is_sysctl(name):
            detail = f"must have at most 253 characters and match regex ^{_SYSCTL}$"
            errors.append(invalid(at, name, detail))
        elif name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        dotted = name.replace("/", ".")
        if flag_at(spec, "hostNetwork") and dotted.startswith("net."):
            errors.append(invalid(at, name, "may not be specified when 'hostNetwork' is true"))
        elif flag_at(spec, "hostIPC") and dotted.startswith(
            ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")
        ):
            errors.append(invalid(at, name, "may not be specified when 'hostIPC' is true"))
    return errors


def _validate_seccomp(context: Mapping[str, Any], path: Path) -> list[FieldError]:
    profile = context.get("seccompProfile")
    if not isinstance(profile, dict):
        return []
    at = (*path, "seccompProfile")
    kind, local = text_at(profile, "type"), profile.get("localhostProfile")
    errors: list[FieldError] = []
    if not kind:
        errors.append(required((*at, "type"), "type is required when seccompProfile is set"))
    elif kind not in _PROFILE_TYPES:
        errors.append(not_supported((*at, "type"), kind, _PROFILE_TYPES))
    if kind == "Localhost":
        if not isinstance(local, str):
            errors.append(required((*at, "localhostProfile"), "must be set when seccomp type is Localhost"))
        else:
            errors += relative_path(local, (*at, "localhostProfile"))
    elif local is not None:
        detail = "can only be set when seccomp type is Localhost"
        errors.append(invalid((*at, "localhostProfile"), dict(profile), detail))
    return errors


def _validate_app_armor(context: Mapping[str, Any], path: Path) -> list[FieldError]:
    profile = context.get("appArmorProfile")
    if not isinstance(profile, dict):
        return []
    at = (*path, "appArmorProfile")
    kind, local = text_at(profile, "type"), profile.get("localhostProfile")
    match kind:
        case "Localhost":
            return _validate_local_profile(local, (*at, "localhostProfile"))
        case "RuntimeDefault" | "Unconfined":
            if local is not None:
                detail = "can only be set when AppArmor type is Localhost"
                return [invalid((*at, "localhostProfile"), local, detail)]
            return []
        case "":
            return [required((*at, "type"), "type is required when appArmorProfile is set")]
    return [not_supported((*at, "type"), kind, _PROFILE_TYPES)]


def _validate_local_profile(local: object, path: Path) -> list[FieldError]:
    missing = required(path, "must be set when AppArmor type is Localhost")
    if not isinstance(local, str):
        return [missing]
    errors: list[FieldError] = []
    if local != local.strip():
        errors.append(invalid(path, local, "must not be padded with whitespace"))
    elif not local:
        errors.append(missing)
    if len(local) > _PROFILE_PATH_MAX:
        errors.append(too_long(path, _PROFILE_PATH_MAX))
    return errors
