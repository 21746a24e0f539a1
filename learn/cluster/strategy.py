"""What the registry does to an object on its way in and out (pkg/registry/*/*/strategy.go), as pure functions."""

from __future__ import annotations

from learn.cluster.api.access import map_at
from learn.cluster.api.removals import hpa_to_v2
from learn.cluster.objects import Obj
from learn.cluster.pods import qos_class

DEFAULT_GRACE_SECONDS = 30

_IDENTITY = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")
_KEPT = (*_IDENTITY, "resourceVersion", "generation", "generateName", "managedFields")


def to_storage(obj: Obj) -> Obj:
    """The object in the version in which it is stored; only autoscaling/v1 differs from what is served."""
    if obj.get("apiVersion") == "autoscaling/v1" and obj.get("kind") == "HorizontalPodAutoscaler":
        return hpa_to_v2(obj)
    return obj


def prepared_for_create(obj: Obj) -> Obj:
    """PrepareForCreate: a new object starts with the status of its kind, whatever was sent."""
    obj = {key: value for key, value in obj.items() if key != "status"}
    match obj["kind"]:
        case "Pod":
            obj["status"] = {"phase": "Pending", "qosClass": qos_class(map_at(obj, "spec"))}
        case "Namespace":
            obj["spec"] = {**map_at(obj, "spec"), "finalizers": ["kubernetes"]}
            obj["status"] = {"phase": "Active"}
        case "PersistentVolumeClaim" | "PersistentVolume":
            obj["status"] = {"phase": "Pending"}
        case "Service":
            obj["status"] = {"loadBalancer": {}}
        case "Job" | "CronJob":
            obj["status"] = {}
    return obj


def prepared_for_update(obj: Obj, old: Obj) -> Obj:
    """PrepareForUpdate: what clients cannot set stays: identity, times, status, owners of fields, generation."""
    old_meta = old["metadata"]
    meta = {key: value for key, value in obj["metadata"].items() if key not in _IDENTITY}
    meta.pop("managedFields", None)
    meta.update({name: old_meta[name] for name in _KEPT if name in old_meta})
    merged = {**obj, "metadata": meta}
    merged.pop("status", None)
    if "status" in old:
        merged["status"] = old["status"]
    if "generation" in old_meta and _without_envelope(merged) != _without_envelope(old):
        meta["generation"] = old_meta["generation"] + 1
    return merged


def _without_envelope(obj: Obj) -> Obj:
    """What a change of which counts as a new generation."""
    return {key: value for key, value in obj.items() if key not in ("metadata", "status")}


def keeps_running(obj: Obj) -> bool:
    """A Pod is only gone once its kubelet says so, a Namespace once it is empty."""
    if obj["kind"] == "Pod":
        return bool(obj["metadata"].get("deletionGracePeriodSeconds"))
    return obj["kind"] == "Namespace" and bool((obj.get("spec") or {}).get("finalizers"))


def grace_seconds(obj: Obj, asked: int | None) -> int:
    """Seconds until a Pod must be gone (registry/core/pod/strategy.go CheckGracefulDelete); 0 for others.

    A Pod without a node, or that has ended, needs no grace; a later request can only shorten it.
    """
    if obj["kind"] != "Pod":
        return 0
    spec = obj.get("spec") or {}
    if not spec.get("nodeName") or obj["status"].get("phase") in ("Succeeded", "Failed"):
        return 0
    own = spec.get("terminationGracePeriodSeconds")
    grace = asked if asked is not None else DEFAULT_GRACE_SECONDS if own is None else int(own)
    running = obj["metadata"].get("deletionGracePeriodSeconds")
    return grace if running is None else min(grace, running)


def finalizers_for(obj: Obj, propagation: str) -> list[str]:
    """The finalizers of an object that is deleted with this propagation (deletionFinalizersForGarbageCollection)."""
    finalizers = list(obj["metadata"].get("finalizers") or ())
    added = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}.get(propagation)
    return finalizers if added is None or added in finalizers else [*finalizers, added]
