"""Validation of resource requests, limits and quantities (core/validation, ValidateContainerResourceRequirements)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    duplicate,
    invalid,
    invalid_each,
    not_found,
    required,
)
from learn.cluster.api.quantity import Quantity, try_parse
from learn.cluster.api.validation.metadata import NOT_NEGATIVE

NOT_INTEGER = "must be an integer"
NOT_POSITIVE = "must be greater than zero"
_STANDARD = frozenset({"cpu", "memory", "ephemeral-storage"})
_CONTAINER = frozenset({"cpu", "memory", "ephemeral-storage"})
_INTEGER = frozenset(
    {
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)


def is_native(name: str) -> bool:
    """A resource of Kubernetes itself: without a prefix, or with one of kubernetes.io."""
    return "/" not in name or name.partition("/")[0].endswith("kubernetes.io")


def is_extended(name: str) -> bool:
    """A resource that nodes advertise, such as nvidia.com/gpu."""
    if is_native(name) or name.startswith("requests."):
        return False
    return not names.qualified_name(f"requests.{name}")


def is_overcommit_allowed(name: str) -> bool:
    return is_native(name) and not name.startswith("hugepages-")


def validate_resource_name(name: str, path: Path) -> list[FieldError]:
    """validateResourceName: a qualified name, and a known one when it has no prefix."""
    errors = invalid_each(path, name, names.qualified_name(name))
    if not errors and "/" not in name and not _is_standard_name(name):
        errors.append(invalid(path, name, "must be a standard resource type or fully qualified"))
    return errors


def _is_standard_name(name: str) -> bool:
    return name in _STANDARD_NAMES or name.startswith(("hugepages-", "requests.hugepages-"))


_STANDARD_NAMES = _INTEGER | {
    "cpu",
    "memory",
    "ephemeral-storage",
    "storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
}


def validate_container_resource_name(name: str, path: Path) -> list[FieldError]:
    errors = validate_resource_name(name, path)
    if "/" not in name:
        if name not in _CONTAINER and not name.startswith("hugepages-"):
            errors.append(invalid(path, name, "must be a standard resource for containers"))
    elif not is_native(name) and not is_extended(name):
        errors.append(invalid(path, name, "doesn't follow extended resource name standard"))
    return errors


def validate_quantity(name: str, quantity: Quantity, path: Path) -> list[FieldError]:
    """ValidateResourceQuantityValue: not negative, and whole for things that are counted."""
    if quantity.sign < 0:
        return [invalid(path, quantity, NOT_NEGATIVE)]
    if (name in _INTEGER or is_extended(name)) and quantity.milli_value() % 1000:
        return [invalid(path, quantity, NOT_INTEGER)]
    return []


def validate_requirements(
    resources: Mapping[str, Any], path: Path, claims: frozenset[str] = frozenset()
) -> list[FieldError]:
    """ValidateContainerResourceRequirements: known names, no negative amounts, requests within limits."""
    errors: list[FieldError] = []
    limits, requests = map_at(resources, "limits"), map_at(resources, "requests")
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name in sorted(map(str, amounts)):
            errors += _validate_amount(name, amounts.get(name), side, path)
    for name in sorted(map(str, requests)):
        errors += _validate_within(name, try_parse(requests.get(name)), limits, path)
    errors += _validate_hugepages(limits, requests, path)
    errors += _validate_claims(resources, path, claims)
    return errors


def _validate_amount(name: str, value: object, side: str, path: Path) -> list[FieldError]:
    at = (*path, side)
    errors = validate_container_resource_name(name, (*at, Key(name))) if name not in _CONTAINER else []
    quantity = try_parse(value)
    if quantity is not None:
        errors += validate_quantity(name, quantity, (*at, Key(name)))
    return errors


def _validate_within(
    name: str, request: Quantity | None, limits: Mapping[str, Any], path: Path
) -> list[FieldError]:
    limit = try_parse(limits[name]) if name in limits else None
    if request is None:
        return []
    if limit is None:
        if name not in limits and not is_overcommit_allowed(name):
            return [required((*path, "limits"), "Limit must be set for non overcommitable resources")]
        return []
    at = (*path, "requests")
    if request != limit and not is_overcommit_allowed(name):
        return [invalid(at, request, f"must be equal to {name} limit of {limit}")]
    if request > limit:
        return [invalid(at, request, f"must be less than or equal to {name} limit of {limit}")]
    return []


def _validate_hugepages(
    limits: Mapping[str, Any], requests: Mapping[str, Any], path: Path
) -> list[FieldError]:
    asked = {str(name) for amounts in (limits, requests) for name in amounts}
    if any(name.startswith("hugepages-") for name in asked) and not asked & {"cpu", "memory"}:
        from learn.cluster.api.fielderror import forbidden

        return [forbidden(path, "HugePages require cpu or memory")]
    return []


def _validate_claims(resources: Mapping[str, Any], path: Path, claims: frozenset[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for index, claim in enumerate(maps_at(resources, "claims")):
        at = (*path, "claims", index)
        name = text_at(claim, "name")
        if not name:
            errors.append(required(at))
            continue
        key = name, text_at(claim, "request")
        if key in seen:
            errors.append(duplicate(at, name))
        seen.add(key)
        if name not in claims:
            errors.append(not_found(at, name))
    return errors
