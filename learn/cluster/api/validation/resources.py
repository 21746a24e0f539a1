"""Validation of requests, limits and quantities (core/validation, validateResourceRequirements)."""

from collections.abc import Callable, Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_found,
    not_supported,
    required,
)
from learn.cluster.api.quantity import Quantity, QuantityError, try_parse
from learn.cluster.api.validation.metadata import NOT_NEGATIVE

NOT_INTEGER = "must be an integer"
NOT_POSITIVE = "must be greater than zero"
COMPUTE = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTED = frozenset(
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
_SIZES = ("cpu", "memory", "ephemeral-storage", "storage")
STANDARD_QUOTA = (
    _COUNTED
    | {*COMPUTE, "requests.storage"}
    | {f"{side}.{name}" for side in ("requests", "limits") for name in ("cpu", "memory", "ephemeral-storage")}
)
_STANDARD = STANDARD_QUOTA | set(_SIZES)
_HUGE = "hugepages-"


def is_huge_page(name: str) -> bool:
    return name.startswith(_HUGE)


def is_standard(name: str) -> bool:
    return name in _STANDARD or name.startswith((_HUGE, "requests.hugepages-"))


def is_standard_quota(name: str) -> bool:
    return name in STANDARD_QUOTA or name.startswith((_HUGE, "requests.hugepages-"))


def is_native(name: str) -> bool:
    """A resource of Kubernetes itself: without a prefix, or under kubernetes.io."""
    return "/" not in name or "kubernetes.io/" in name


def is_extended(name: str) -> bool:
    """A resource that nodes advertise, such as nvidia.com/gpu."""
    return (
        not is_native(name)
        and not name.startswith("requests.")
        and not names.qualified_name(f"requests.{name}")
    )


def is_overcommit_allowed(name: str) -> bool:
    return is_native(name) and not is_huge_page(name)


def validate_resource_name(name: str, path: Path) -> list[FieldError]:
    """validateResourceName: a qualified name, and a known one when it has no prefix."""
    errors = invalid_each(path, name, names.qualified_name(name))
    if not errors and "/" not in name and not is_standard(name):
        errors.append(invalid(path, name, "must be a standard resource type or fully qualified"))
    return errors


def validate_container_resource_name(name: str, path: Path) -> list[FieldError]:
    if name in COMPUTE:
        return []
    errors = validate_resource_name(name, path)
    if "/" not in name:
        if not is_huge_page(name):
            errors.append(invalid(path, name, "must be a standard resource for containers"))
    elif not is_native(name) and not is_extended(name):
        errors.append(invalid(path, name, "doesn't follow extended resource name standard"))
    return errors


def validate_pod_resource_name(name: str, path: Path) -> list[FieldError]:
    """The resources that a Pod as a whole can ask for: cpu, memory and huge pages."""
    errors = validate_resource_name(name, path)
    if not errors and name not in ("cpu", "memory") and not is_huge_page(name):
        errors.append(not_supported(path, name, ("cpu", "hugepages-", "memory")))
    return errors


def validate_quota_resource_name(name: str, path: Path) -> list[FieldError]:
    errors = validate_resource_name(name, path)
    if "/" not in name and not is_standard_quota(name):
        errors.append(invalid(path, name, "must be a standard resource for quota"))
    return errors


def validate_quantity(name: str, quantity: Quantity, path: Path) -> list[FieldError]:
    """ValidateResourceQuantityValue: not negative, and whole for things that are counted."""
    errors: list[FieldError] = []
    if quantity.sign < 0:
        errors.append(invalid(path, str(quantity), NOT_NEGATIVE))
    if (name in _COUNTED or is_extended(name)) and quantity.milli_value() % 1000:
        errors.append(invalid(path, quantity, NOT_INTEGER))
    return errors


def validate_positive(quantity: Quantity, path: Path) -> list[FieldError]:
    return [] if quantity.sign > 0 else [invalid(path, str(quantity), NOT_POSITIVE)]


def validate_requirements(
    resources: Mapping[str, Any],
    path: Path,
    claims: frozenset[str] = frozenset(),
    name_check: Callable[[str, Path], list[FieldError]] = validate_container_resource_name,
) -> list[FieldError]:
    """validateResourceRequirements: known names, no negative amounts, requests within limits.

    The server walks maps in random order; here names come sorted.
    """
    errors: list[FieldError] = []
    limits, requests = map_at(resources, "limits"), map_at(resources, "requests")
    for name in sorted(map(str, limits)):
        errors += _validate_amount(name, limits.get(name), (*path, "limits", Key(name)), name_check)
    for name in sorted(map(str, requests)):
        at = (*path, "requests", Key(name))
        errors += _validate_amount(name, requests.get(name), at, name_check)
        errors += _validate_within(name, try_parse(requests.get(name)), limits, path)
    asked = {str(name) for amounts in (limits, requests) for name in amounts}
    if any(is_huge_page(name) for name in asked) and not asked & {"cpu", "memory"}:
        errors.append(forbidden(path, "HugePages require cpu or memory"))
    if resources.get("claims"):
        errors += _validate_claims(resources, path, claims)
    return errors


def _validate_amount(
    name: str, value: object, path: Path, name_check: Callable[[str, Path], list[FieldError]]
) -> list[FieldError]:
    errors = name_check(name, path)
    quantity = try_parse(value)
    if quantity is not None:
        errors += validate_quantity(name, quantity, path)
        if is_huge_page(name) and not _is_page_multiple(name, quantity):
            detail = f"{quantity} is not positive integer multiple of {name}"
            errors.append(invalid(path, str(quantity), detail))
    return errors


def _is_page_multiple(name: str, quantity: Quantity) -> bool:
    try:
        size = Quantity.parse(name.removeprefix(_HUGE))
    except QuantityError:
        return False
    return size.sign > 0 and quantity.value() % size.value() == 0


def _validate_within(
    name: str, request: Quantity | None, limits: Mapping[str, Any], path: Path
) -> list[FieldError]:
    if request is None:
        return []
    at = (*path, "requests", Key(name))
    shown = (*path, "requests")
    if name not in limits:
        if is_overcommit_allowed(name):
            return []
        detail = "Limit must be set for non overcommitable resources"
        return [required(at, detail, shown=(*path, "limits"))]
    limit = try_parse(limits[name])
    if limit is None:
        return []
    if request != limit and not is_overcommit_allowed(name):
        return [invalid(at, str(request), f"must be equal to {name} limit of {limit}", shown=shown)]
    if request > limit:
        return [
            invalid(at, str(request), f"must be less than or equal to {name} limit of {limit}", shown=shown)
        ]
    return []


def _validate_claims(resources: Mapping[str, Any], path: Path, known: frozenset[str]) -> list[FieldError]:
    """Claims of dynamic resources: each names one of the Pod's resourceClaims, and none twice."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, claim in enumerate(maps_at(resources, "claims")):
        at = (*path, "claims", index)
        name, request = text_at(claim, "name"), text_at(claim, "request")
        if not name:
            errors.append(required(at))
            continue
        key = f"{name}/{request}" if request else name
        if name in seen or key in seen:
            errors.append(duplicate(at, name if name in seen else key))
        elif not request:
            errors += [duplicate(at, name) for other in sorted(seen) if other.startswith(f"{name}/")]
        if request and name not in seen:
            errors += invalid_each((*at, "request"), request, names.dns_label(request))
        seen.add(key)
        if name not in known:
            listed = f": {', '.join(sorted(known))}" if known else " which is empty"
            errors.append(not_found(at, name, f"must be one of the names in pod.spec.resourceClaims{listed}"))
    return errors
