"""LimitRange at admission: defaults for containers, then the least, the most and the ratio allowed.

Follows plugin/pkg/admission/limitranger/admission.go. The LimitRange is one that defaults were applied to.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json, map_at, maps_at, text_at, texts_at
from learn.cluster.api.quantity import ZERO, Quantity
from learn.cluster.api.requests import Resources, pod_limits, pod_requests, resource_list

Object: TypeAlias = dict[str, Any]

ANNOTATION = "kubernetes.io/limit-ranger"


def apply_limit_range(pod: Mapping[str, Any], limit_range: Mapping[str, Any]) -> Object:
    """The Pod with the requests and limits that its containers leave out, and the note of what was set."""
    requests: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for item in maps_at(map_at(limit_range, "spec"), "limits"):
        if item.get("type") == "Container":
            requests |= map_at(item, "defaultRequest")
            limits |= map_at(item, "default")
    result = copy_json(dict(pod))
    spec = result.get("spec")
    notes: list[str] = []
    if isinstance(spec, dict):
        for field, word in (("containers", "container"), ("initContainers", "init container")):
            for container in spec[field] if isinstance(spec.get(field), list) else ():
                if isinstance(container, dict):
                    notes += _fill(container, requests, limits, word)
    if notes:
        metadata = result["metadata"] = {**map_at(result, "metadata")}
        text = f"LimitRanger plugin set: {'; '.join(notes)}"
        metadata["annotations"] = {**texts_at(metadata, "annotations"), ANNOTATION: text}
    return result  # type: ignore[no-any-return]  # a copy of a dict is a dict


def _fill(container: Object, requests: Mapping[str, Any], limits: Mapping[str, Any], word: str) -> list[str]:
    if not requests and not limits:
        return []
    resources = dict(map_at(container, "resources"))
    notes = []
    for side, defaults, name in (("requests", requests, "request"), ("limits", limits, "limit")):
        own = map_at(resources, side)
        missing = sorted(key for key in defaults if key not in own)
        if missing:
            resources[side] = {**own, **{key: defaults[key] for key in missing}}
            notes.append(f"{', '.join(missing)} {name} for {word} {text_at(container, 'name')}")
    container["resources"] = resources
    return notes


def limit_range_violations(obj: Mapping[str, Any], limit_range: Mapping[str, Any]) -> list[str]:
    """Why a Pod or a PersistentVolumeClaim does not fit; empty when it does."""
    items = maps_at(map_at(limit_range, "spec"), "limits")
    spec = map_at(obj, "spec")
    if obj.get("kind") == "PersistentVolumeClaim":
        asked = resource_list(map_at(map_at(spec, "resources"), "requests"))
        claims = [item for item in items if item.get("type") == "PersistentVolumeClaim"]
        return [text for item in claims for text in _claim_violations(item, asked)]
    if obj.get("kind") != "Pod":
        return []
    found: list[str] = []
    for item in items:
        if item.get("type") == "Container":
            for field in ("containers", "initContainers"):
                for container in maps_at(spec, field):
                    resources = map_at(container, "resources")
                    sides = (resource_list(map_at(resources, side)) for side in ("requests", "limits"))
                    found += _violations(item, "Container", *sides)
        elif item.get("type") == "Pod":
            found += _violations(item, "Pod", pod_requests(spec), pod_limits(spec))
    return found


def aggregate(texts: Sequence[str]) -> str:
    """Several errors as Go joins them: `[a, b]`, each once."""
    unique = list(dict.fromkeys(texts))
    return unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"


def _violations(item: Mapping[str, Any], kind: str, requests: Resources, limits: Resources) -> list[str]:
    texts = []
    for name, bound in sorted(resource_list(map_at(item, "min")).items()):
        texts.append(
            _too_small(
                f"minimum {name} usage per {kind} is {bound}", bound, requests.get(name), limits.get(name)
            )
        )
    for name, bound in sorted(resource_list(map_at(item, "max")).items()):
        texts.append(
            _too_large(
                f"maximum {name} usage per {kind} is {bound}", bound, requests.get(name), limits.get(name)
            )
        )
    for name, bound in sorted(resource_list(map_at(item, "maxLimitRequestRatio")).items()):
        head = f"{name} max limit to request ratio per {kind} is {bound}, but"
        texts.append(_ratio(head, bound, requests.get(name, ZERO), limits.get(name, ZERO)))
    return [text for text in texts if text]


def _too_small(head: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> str:
    if request is None:
        return f"{head}.  No request is specified"
    if request < bound:
        return f"{head}, but request is {request}"
    return f"{head}, but limit is {limit}" if limit is not None and limit < bound else ""


def _too_large(head: str, bound: Quantity, request: Quantity | None, limit: Quantity | None) -> str:
    if limit is None:
        return f"{head}.  No limit is specified"
    if bound < limit:
        return f"{head}, but limit is {limit}"
    return f"{head}, but request is {request}" if request is not None and bound < request else ""


def _ratio(head: str, bound: Quantity, request: Quantity, limit: Quantity) -> str:
    if not request:
        return f"{head} no request is specified or request is 0"
    if not limit:
        return f"{head} no limit is specified or limit is 0"
    ratio = limit.as_float() / request.as_float()
    return f"{head} provided ratio is {ratio:f}" if ratio > bound.as_float() else ""


def _claim_violations(item: Mapping[str, Any], asked: Resources) -> list[str]:
    found = []
    for side, word in (("min", "minimum"), ("max", "maximum")):
        for name, bound in sorted(resource_list(map_at(item, side)).items()):
            head = f"{word} {name} usage per PersistentVolumeClaim is {bound}"
            request = asked.get(name)
            if request is None:
                found.append(f"{head}.  No request is specified")
            elif request < bound if side == "min" else bound < request:
                found.append(f"{head}, but request is {request}")
    return found
