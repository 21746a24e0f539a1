"""API objects as plain data: dicts as JSON has them, never changed once they are stored.

Whoever changes an object builds a new dict that shares what stays the same (`{**pod, "status": status}`);
that is what makes history, snapshots and comparisons cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from learn.cluster.api.catalogue import KINDS as CATALOGUE
from learn.cluster.api.catalogue import Kind

Obj: TypeAlias = dict[str, Any]


class Ref(NamedTuple):
    """Names one object; `namespace` is "" for cluster-scoped kinds."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        path = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {path}"


KINDS: Mapping[str, Kind] = {kind.kind: kind for kind in reversed(CATALOGUE)}
"""Every known kind by its name; of two kinds with one name, the first in the catalogue."""

_WITH_GENERATION = frozenset(
    {
        "Pod", "ReplicationController", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "Job", "CronJob",
        "EndpointSlice", "Ingress", "IngressClass", "NetworkPolicy", "GatewayClass", "Gateway", "HTTPRoute",
        "ReferenceGrant", "PodDisruptionBudget", "PriorityClass", "VerticalPodAutoscaler", "CustomResourceDefinition",
    }
)  # fmt: skip


def has_generation(kind: str) -> bool:
    """Whether the API server counts changes of the spec in `metadata.generation`; custom resources always have it."""
    return kind in _WITH_GENERATION or kind not in KINDS


def group_of(api_version: str) -> str:
    """The group of an `apiVersion`; "" for the core group."""
    return api_version.partition("/")[0] if "/" in api_version else ""


def is_namespaced(kind: str) -> bool:
    """Kinds that are not known are taken to live in namespaces, as most custom resources do."""
    return KINDS[kind].namespaced if kind in KINDS else True


def ref_of(obj: Obj) -> Ref:
    """The Ref of a stored object, or of a manifest whose namespace has been filled in."""
    meta = obj["metadata"]
    kind = obj["kind"]
    return Ref(kind, meta.get("namespace", "") if is_namespaced(kind) else "", meta["name"])


def uid_of(obj: Obj) -> str:
    uid: str = obj["metadata"]["uid"]
    return uid


def labels_of(obj: Obj) -> Mapping[str, str]:
    labels: Mapping[str, str] = obj["metadata"].get("labels") or {}
    return labels


def annotations_of(obj: Obj) -> Mapping[str, str]:
    annotations: Mapping[str, str] = obj["metadata"].get("annotations") or {}
    return annotations


def controller_of(obj: Obj) -> Obj | None:
    """The owner reference with `controller: true` (metav1.GetControllerOf)."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            return owner  # type: ignore[no-any-return]  # plain data
    return None


def owner_reference(owner: Obj) -> Obj:
    """What a controller writes into the objects that it makes (metav1.NewControllerRef)."""
    return {
        "apiVersion": owner["apiVersion"],
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }


def object_reference(obj: Obj) -> Obj:
    """The `involvedObject` of an Event."""
    meta = obj["metadata"]
    reference = {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": meta["name"],
        "resourceVersion": meta.get("resourceVersion", ""),
        "uid": meta.get("uid", ""),
    }
    if meta.get("namespace"):
        reference["namespace"] = meta["namespace"]
    return reference


def with_metadata(obj: Obj, **changes: Any) -> Obj:
    """The object with some metadata fields set; a value of None removes the field."""
    meta = {**obj["metadata"], **changes}
    for field, value in changes.items():
        if value is None:
            del meta[field]
    return {**obj, "metadata": meta}


def is_deleting(obj: Obj) -> bool:
    return "deletionTimestamp" in obj["metadata"]


def changed_fields(old: Any, new: Any, path: str = "") -> tuple[str, ...]:
    """Paths at which two objects differ, dots between names and `[n]` for items, sorted by occurrence."""
    if old is new or old == new:
        return ()
    if isinstance(old, dict) and isinstance(new, dict):
        found: list[str] = []
        for key in [*old, *(k for k in new if k not in old)]:
            found += changed_fields(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
        return tuple(found)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        found = []
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            found += changed_fields(before, after, f"{path}[{index}]")
        return tuple(found)
    return (path,)
