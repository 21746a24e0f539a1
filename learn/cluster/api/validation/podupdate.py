"""What an update of a Pod may change, in general and by its resize subresource (core/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.access import copy_json, int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import FieldError, Key, Path, forbidden, invalid, required
from learn.cluster.api.names import range_reason
from learn.cluster.api.quantity import try_parse

_SPEC: Path = ("spec",)
_INT32_MAX = 2**31 - 1
UPDATE_DETAIL = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_GROUPS = ("containers", "initContainers")
_RESIZABLE = ("cpu", "memory")


def validate_pod_update(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """ValidatePodUpdate: images, a shorter deadline, more tolerations, fewer scheduling gates.

    The server adds a diff of the two specs to the last error; it is left out here.
    """
    errors: list[FieldError] = []
    for key in _GROUPS:
        if len(list_at(new, key)) != len(list_at(old, key)):
            return [*errors, forbidden((*_SPEC, key), "pod updates may not add or remove containers")]
        for index, container in enumerate(maps_at(new, key)):
            if not text_at(container, "image"):
                errors.append(required((*_SPEC, key, index, "image")))
    deadline_errors = _validate_deadline(new, old)
    errors += deadline_errors
    if deadline_errors and int_at(new, "activeDeadlineSeconds") is not None:
        return errors
    errors += _validate_tolerations(new, old)
    errors += _validate_gates(new, old)
    frozen = _frozen(new, old)
    if list_at(old, "schedulingGates"):
        errors += _validate_gated(new, old, frozen)
    if frozen != old:
        errors.append(forbidden(_SPEC, UPDATE_DETAIL))
    return errors


def _validate_deadline(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    at = (*_SPEC, "activeDeadlineSeconds")
    before, after = int_at(old, "activeDeadlineSeconds"), int_at(new, "activeDeadlineSeconds")
    if after is None:
        return (
            []
            if before is None
            else [invalid(at, None, "must not update from a positive integer to nil value")]
        )
    if not 0 <= after <= _INT32_MAX:
        return [invalid(at, after, range_reason(0, _INT32_MAX))]
    if before is not None and before < after:
        return [invalid(at, after, "must be less than or equal to previous value")]
    return []


def _validate_tolerations(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    kept = [_without(toleration, "tolerationSeconds") for toleration in maps_at(new, "tolerations")]
    if all(_without(toleration, "tolerationSeconds") in kept for toleration in maps_at(old, "tolerations")):
        return []
    detail = "existing toleration can not be modified except its tolerationSeconds"
    return [forbidden((*_SPEC, "tolerations"), detail)]


def _without(obj: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in obj.items() if key not in keys}


def _validate_gates(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    before = {text_at(gate, "name") for gate in maps_at(old, "schedulingGates")}
    return [
        forbidden(
            (*_SPEC, "schedulingGates", index, "name"),
            f"only deletion is allowed, but found new scheduling gate '{text_at(gate, 'name')}'",
        )
        for index, gate in enumerate(maps_at(new, "schedulingGates"))
        if text_at(gate, "name") not in before
    ]


def _frozen(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The new spec with everything that may change put back to what it was."""
    spec: dict[str, Any] = copy_json(dict(new))
    for key in _GROUPS:
        for container, before in zip(list_at(spec, key), list_at(old, key), strict=False):
            if isinstance(container, dict) and isinstance(before, dict):
                _put_back(container, before, "image")
    for key in ("activeDeadlineSeconds", "tolerations", "schedulingGates"):
        _put_back(spec, old, key)
    grace = int_at(old, "terminationGracePeriodSeconds")
    if grace is not None and grace < 0 and int_at(spec, "terminationGracePeriodSeconds") == 1:
        spec["terminationGracePeriodSeconds"] = grace
    return spec


def _put_back(spec: dict[str, Any], old: Mapping[str, Any], key: str) -> None:
    spec.pop(key, None)
    if key in old:
        spec[key] = old[key]


def _validate_gated(
    new: Mapping[str, Any], old: Mapping[str, Any], frozen: dict[str, Any]
) -> list[FieldError]:
    """A Pod that still waits at its gates may be narrowed down to fewer nodes."""
    errors: list[FieldError] = []
    before, after = map_at(old, "nodeSelector"), map_at(new, "nodeSelector")
    if any(after.get(key) != value for key, value in before.items()):
        detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        errors.append(invalid((*_SPEC, "nodeSelector"), dict(after), detail, "map[string]string"))
    _put_back(frozen, old, "nodeSelector")
    old_affinity, new_affinity = map_at(old, "affinity"), map_at(new, "affinity")
    errors += _validate_node_affinity(
        map_at(new_affinity, "nodeAffinity"), map_at(old_affinity, "nodeAffinity")
    )
    affinity = _without(map_at(frozen, "affinity"), "nodeAffinity")
    if "nodeAffinity" in old_affinity:
        affinity["nodeAffinity"] = old_affinity["nodeAffinity"]
    if affinity or "affinity" in old:
        frozen["affinity"] = affinity
    else:
        frozen.pop("affinity", None)
    return errors


def _validate_node_affinity(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    key = "requiredDuringSchedulingIgnoredDuringExecution"
    at: Path = (*_SPEC, "affinity", "nodeAffinity", key, "nodeSelectorTerms")
    before = maps_at(map_at(old, key), "nodeSelectorTerms")
    after = maps_at(map_at(new, key), "nodeSelectorTerms")
    if not before:
        return []
    if len(before) != len(after):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        return [invalid(at, [dict(term) for term in after], detail)]
    detail = "only additions are allowed (no mutations or deletions)"
    return [
        invalid((*at, index), dict(term), detail)
        for index, (term, was) in enumerate(zip(after, before, strict=True))
        if not _only_added(term, was)
    ]


def _only_added(term: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    keys = ("matchExpressions", "matchFields")
    if not any(list_at(was, key) for key in keys):
        return not any(list_at(term, key) for key in keys)
    return all(list_at(term, key)[: len(list_at(was, key))] == list_at(was, key) for key in keys)


def validate_resize(
    obj: Mapping[str, Any], old: Mapping[str, Any], qos_classes: tuple[str, str]
) -> list[FieldError]:
    """ValidatePodResize: cpu and memory of containers and sidecars, in the same QoS class.

    `qos_classes` are those of the new and of the old Pod. Values may not be removed; a memory limit
    may be lowered since 1.34 (refused earlier unless the container restarts).
    """
    new_spec, old_spec = map_at(obj, "spec"), map_at(old, "spec")
    errors: list[FieldError] = []
    if qos_classes[0] != qos_classes[1]:
        errors.append(invalid(_SPEC, qos_classes[0], "Pod QOS Class may not change as a result of resizing"))
    for key in _GROUPS:
        for index, (new, before) in enumerate(
            zip(maps_at(new_spec, key), maps_at(old_spec, key), strict=False)
        ):
            if key == "containers" or before.get("restartPolicy") == "Always":
                errors += _validate_container_resize(new, before, (*_SPEC, key, index, "resources"))
    if not errors and _resized(new_spec, old_spec) != old_spec:
        errors.append(forbidden(_SPEC, "only cpu and memory resources are mutable"))
    return errors


def _validate_container_resize(
    new: Mapping[str, Any], old: Mapping[str, Any], path: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    for side in ("requests", "limits"):
        before = map_at(map_at(old, "resources"), side)
        after = map_at(map_at(new, "resources"), side)
        if any(name not in after for name in before):
            errors.append(forbidden((*path, side), f"resource {side} cannot be removed"))
        for name in after:
            if name in _RESIZABLE and try_parse(after[name]) is None:
                errors.append(required((*path, side, Key(str(name)))))
    return errors


def _resized(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The new spec with cpu and memory put back, where they may change."""
    spec: dict[str, Any] = copy_json(dict(new))
    for key in _GROUPS:
        for container, before in zip(list_at(spec, key), list_at(old, key), strict=False):
            if isinstance(container, dict) and isinstance(before, dict):
                if key == "containers" or before.get("restartPolicy") == "Always":
                    _put_back_resources(container, before)
                _put_back(container, before, "resizePolicy")
    return spec


def _put_back_resources(container: dict[str, Any], old: Mapping[str, Any]) -> None:
    resources = dict(map_at(container, "resources"))
    for side in ("requests", "limits"):
        before = map_at(map_at(old, "resources"), side)
        amounts = {name: value for name, value in map_at(resources, side).items() if name not in _RESIZABLE}
        amounts |= {name: before[name] for name in _RESIZABLE if name in before}
        resources.pop(side, None)
        if amounts or side in map_at(old, "resources"):
            resources[side] = amounts
    if resources or "resources" in old:
        container["resources"] = resources
