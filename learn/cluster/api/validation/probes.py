"""Validation of probes and lifecycle hooks (core/validation, validateProbe and validateHandler)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.validation.metadata import not_negative
from learn.cluster.api.versions import Behaviour

_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
_PROBE_NUMBERS = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)


def validate_hooks_and_probes(
    container: Mapping[str, Any], path: Path, grace: int | None, rules: Behaviour
) -> list[FieldError]:
    """The lifecycle hooks and the three probes of a container or sidecar."""
    errors: list[FieldError] = []
    lifecycle = map_at(container, "lifecycle")
    for key in ("postStart", "preStop"):
        handler = lifecycle.get(key)
        if isinstance(handler, dict):
            errors += _validate_handler(handler, _HOOK_HANDLERS, (*path, "lifecycle", key), grace, rules)
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(key)
        if isinstance(probe, dict):
            errors += _validate_probe(probe, key, (*path, key), grace, rules)
    return errors


def _validate_probe(
    probe: Mapping[str, Any], kind: str, path: Path, grace: int | None, rules: Behaviour
) -> list[FieldError]:
    errors = _validate_handler(probe, _PROBE_HANDLERS, path, grace, rules)
    for key in _PROBE_NUMBERS:
        errors += not_negative(probe, key, path)
    own_grace = int_at(probe, "terminationGracePeriodSeconds")
    if own_grace is not None and own_grace <= 0:
        errors.append(invalid((*path, "terminationGracePeriodSeconds"), own_grace, "must be greater than 0"))
    if kind == "readinessProbe":
        if own_grace is not None:
            at = (*path, "terminationGracePeriodSeconds")
            errors.append(invalid(at, own_grace, "must not be set for readinessProbes"))
    elif (threshold := int_at(probe, "successThreshold") or 0) != 1:
        errors.append(invalid((*path, "successThreshold"), threshold, "must be 1"))
    return errors


def _validate_handler(
    handler: Mapping[str, Any], known: tuple[str, ...], path: Path, grace: int | None, rules: Behaviour
) -> list[FieldError]:
    """Exactly one way to ask the container; only the first is looked into."""
    errors: list[FieldError] = []
    given = [key for key in known if isinstance(handler.get(key), dict)]
    for position, key in enumerate(given):
        if position:
            errors.append(forbidden((*path, key), "may not specify more than 1 handler type"))
        else:
            errors += _validate_action(key, handler[key], (*path, key), grace, rules)
    if not given:
        errors.append(required(path, "must specify a handler type"))
    return errors


def _validate_action(
    kind: str, action: Mapping[str, Any], path: Path, grace: int | None, rules: Behaviour
) -> list[FieldError]:
    match kind:
        case "exec":
            return [] if list_at(action, "command") else [required((*path, "command"))]
        case "httpGet":
            return _validate_http(action, path)
        case "tcpSocket":
            return validate_port(action.get("port"), (*path, "port"))
        case "grpc":
            port = int_at(action, "port") or 0
            return invalid_each((*path, "port"), port, names.port_number(port))
    return _validate_sleep(action, path, grace, rules)


def _validate_http(action: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not text_at(action, "path"):
        errors.append(required((*path, "path")))
    errors += validate_port(action.get("port"), (*path, "port"))
    scheme = text_at(action, "scheme")
    if scheme not in ("HTTP", "HTTPS"):
        errors.append(not_supported((*path, "scheme"), scheme, ("HTTP", "HTTPS")))
    for index, header in enumerate(maps_at(action, "httpHeaders")):
        name = text_at(header, "name")
        at = (*path, "httpHeaders", index, "name")
        errors += invalid_each(at, name, names.header_name(name), shown=(*path, "httpHeaders"))
    return errors


def _validate_sleep(
    action: Mapping[str, Any], path: Path, grace: int | None, rules: Behaviour
) -> list[FieldError]:
    """validateSleepAction: not longer than the grace period that it is part of."""
    if grace is None:
        return []
    seconds = int_at(action, "seconds") or 0
    at = (*path, "seconds")
    if rules.lenient_prestop_sleep:
        if 0 <= seconds <= grace:
            return []
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
    else:
        if 0 < seconds <= grace:
            return []
        detail = (
            f"must be greater than 0 and less than terminationGracePeriodSeconds ({grace}). "
            "Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."
        )
    return [invalid(at, seconds, detail, shown=path)]


def validate_port(value: object, path: Path) -> list[FieldError]:
    """ValidatePortNumOrName: a number from 1 to 65535, or the name of a container port."""
    if isinstance(value, str):
        return invalid_each(path, value, names.port_name(value))
    number = int_at({"port": value}, "port") or 0
    return invalid_each(path, number, names.port_number(number))
