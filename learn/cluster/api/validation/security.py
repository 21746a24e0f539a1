"""Validation of security contexts (core/validation, ValidateSecurityContext and its Pod form)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)

_SECCOMP_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
_FS_GROUP_POLICIES = ("Always", "OnRootMismatch")


def validate_container_security(
    container: Mapping[str, Any], path: Path, host_users: bool
) -> list[FieldError]:
    at = (*path, "securityContext")
    context = map_at(container, "securityContext")
    errors: list[FieldError] = []
    for key in ("runAsUser", "runAsGroup"):
        errors += _validate_id(context, key, at)
    proc_mount = text_at(context, "procMount")
    if proc_mount:
        if proc_mount not in ("Default", "Unmasked"):
            errors.append(not_supported((*at, "procMount"), proc_mount, ("Default", "Unmasked")))
        elif proc_mount == "Unmasked" and host_users:
            errors.append(
                invalid((*at, "procMount"), proc_mount, "`hostUsers` must be false to use `Unmasked`")
            )
    errors += validate_profile(context, "seccompProfile", at)
    errors += validate_profile(context, "appArmorProfile", at)
    if context.get("allowPrivilegeEscalation") is False:
        if flag_at(context, "privileged"):
            errors.append(
                invalid(
                    at,
                    dict(context),
                    "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
                )
            )
        if "CAP_SYS_ADMIN" in list_at(map_at(context, "capabilities"), "add"):
            detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            errors.append(invalid(at, dict(context), detail))
    return errors


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
    policy = text_at(context, "fsGroupChangePolicy")
    if policy and policy not in _FS_GROUP_POLICIES:
        errors.append(not_supported((*at, "fsGroupChangePolicy"), policy, _FS_GROUP_POLICIES))
    errors += validate_profile(context, "seccompProfile", at)
    errors += validate_profile(context, "appArmorProfile", at)
    return errors


def _validate_id(context: Mapping[str, Any], key: str, path: Path) -> list[FieldError]:
    number = int_at(context, key)
    return [] if number is None else invalid_each((*path, key), number, names.user_id(number))


def validate_profile(context: Mapping[str, Any], key: str, path: Path) -> list[FieldError]:
    """A seccomp or AppArmor profile: a type, and localhostProfile exactly with Localhost."""
    profile = context.get(key)
    if not isinstance(profile, dict):
        return []
    at = (*path, key)
    kind, local = text_at(profile, "type"), profile.get("localhostProfile")
    types = _SECCOMP_TYPES
    errors: list[FieldError] = []
    if kind == "Localhost":
        if not local:
            errors.append(
                required(
                    (*at, "localhostProfile"),
                    "must be set when type is Localhost"
                    if key == "appArmorProfile"
                    else "must be set when seccomp type is Localhost",
                )
            )
        elif key == "seccompProfile":
            if isinstance(local, str) and (local.startswith("/") or ".." in local.split("/")):
                errors.append(
                    invalid(
                        (*at, "localhostProfile"),
                        local,
                        "must be a relative path" if local.startswith("/") else "must not contain '..'",
                    )
                )
    else:
        if local is not None:
            if key == "seccompProfile":
                errors.append(
                    invalid(
                        (*at, "localhostProfile"), local, "can only be set when seccomp type is Localhost"
                    )
                )
            else:
                errors.append(forbidden((*at, "localhostProfile"), "can only be set when type is Localhost"))
        if kind not in types:
            if not kind:
                errors.append(
                    required(
                        (*at, "type"),
                        "type is required when seccompProfile is set"
                        if key == "seccompProfile"
                        else "type is required when appArmorProfile is set",
                    )
                )
            else:
                errors.append(not_supported((*at, "type"), kind, types))
    return errors
