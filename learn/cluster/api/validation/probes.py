"""Validation of probes and lifecycle handlers (core/validation, validateProbe and validateHandler)."""

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
from learn.cluster.api.validation.metadata import NOT_NEGATIVE, not_negative
from learn.cluster.api.versions import Behaviour

_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_PROBE_NUMBERS = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)


def validate_probes(container: Mapping[str, Any], path: Path, grace: int | None) -> list[FieldError]:
    """The three probes of a container or sidecar."""
    errors: list[FieldError] = []
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(key)
        if isinstance(probe, dict):
            errors += _validate_probe(probe, (*path, key), grace)
            if key == "readinessProbe":
                if probe.get("terminationGracePeriodSeconds") is not None:
                    value = probe["terminationGracePeriodSeconds"]
                    errors.append(
                        invalid(
                            (*path, key, "terminationGracePeriodSeconds"),
                            value,
                            "must not be set for readinessProbes",
                        )
                    )
            elif (int_at(probe, "successThreshold") or 0) != 1:
                errors.append(
                    invalid(
                        (*path, key, "successThreshold"), int_at(probe, "successThreshold") or 0, "must be 1"
                    )
                )
    return errors


def _validate_probe(probe: Mapping[str, Any], path: Path, grace: int | None) -> list[FieldError]:
    errors = validate_handler(probe, path, grace, is_probe=True)
    for key in _PROBE_NUMBERS:
        errors += not_negative(probe, key, path)
    own_grace = int_at(probe, "terminationGracePeriodSeconds")
    if own_grace is not None and own_grace <= 0:
        errors.append(invalid((*path, "terminationGracePeriodSeconds"), own_grace, "must be greater than 0"))
    return errors


def validate_lifecycle(
    container: Mapping[str, Any], path: Path, grace: int | None, rules: Behaviour
) -> list[FieldError]:
    errors: list[FieldError] = []
    lifecycle = map_at(container, "lifecycle")
    for key in ("postStart", "preStop"):
        handler = lifecycle.get(key)
        if isinstance(handler, dict):
            errors += validate_handler(handler, (*path, "lifecycle", key), grace, rules=rules)
    return errors


def validate_handler(
    handler: Mapping[str, Any],
    path: Path,
    grace: int | None,
    *,
    is_probe: bool = False,
    rules: Behaviour | None = None,
) -> list[FieldError]:
    """validateHandler: exactly one of exec, httpGet, tcpSocket, grpc (probes) and sleep (hooks)."""
    errors: list[FieldError] = []
    count = 0
    for key in _HANDLERS:
        action = handler.get(key)
        if not isinstance(action, dict) or (key == "grpc" and not is_probe) or (key == "sleep" and is_probe):
            continue
        count += 1
        if count > 1:
            errors.append(forbidden((*path, key), "may not specify more than 1 handler type"))
            continue
        match key:
            case "exec":
                if not list_at(action, "command"):
                    errors.append(required((*path, key, "command")))
            case "httpGet":
                errors += _validate_http(action, (*path, key))
            case "tcpSocket":
                errors += validate_port(action.get("port"), (*path, key, "port"))
            case "grpc":
                errors += _validate_grpc(action, (*path, key))
            case "sleep":
                errors += _validate_sleep(action, (*path, key), grace, rules)
    if count == 0:
        errors.append(required(path, "must specify a handler type"))
    return errors


def _validate_http(action: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not text_at(action, "path"):
        errors.append(required((*path, "path")))
    errors += validate_port(action.get("port"), (*path, "port"))
    scheme = text_at(action, "scheme")
    if scheme not in ("HTTP", "HTTPS"):
        errors.append(not_supported((*path, "scheme"), scheme, ("HTTP", "HTTPS")))
    for header in maps_at(action, "httpHeaders"):
        name = text_at(header, "name")
        errors += invalid_each((*path, "httpHeaders"), name, names.header_name(name))
    return errors


def _validate_grpc(action: Mapping[str, Any], path: Path) -> list[FieldError]:
    port = int_at(action, "port") or 0
    return invalid_each((*path, "port"), port, names.port_number(port))


def _validate_sleep(
    action: Mapping[str, Any], path: Path, grace: int | None, rules: Behaviour | None
) -> list[FieldError]:
    seconds = int_at(action, "seconds") or 0
    at = (*path, "seconds")
    if rules is None or rules.lenient_prestop_sleep:
        if seconds < 0 or (grace is not None and seconds > grace):
            detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace or 0})"
            return [invalid(at, seconds, detail)]
    elif seconds <= 0 or (grace is not None and seconds > grace):
        return [
            invalid(
                at,
                seconds,
                f"must be greater than 0 and less than terminationGracePeriodSeconds ({grace or 0})",
            )
        ]
    return []


def validate_port(value: object, path: Path) -> list[FieldError]:
    """ValidatePortNumOrName: a number from 1 to 65535, or the name of a container port."""
    if isinstance(value, str):
        return invalid_each(path, value, names.port_name(value))
    number = int_at({"port": value}, "port") or 0
    return invalid_each(path, number, names.port_number(number))


__all__ = ["NOT_NEGATIVE", "validate_handler", "validate_lifecycle", "validate_port", "validate_probes"]
