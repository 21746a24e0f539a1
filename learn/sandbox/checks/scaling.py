"""Autoscalers against what they scale."""

from collections.abc import Iterator
from typing import Any

from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.sandbox.checks.registry import Finding, manifest_check, object_check
from learn.sandbox.checks.world import Workload, World, namespace_of
from learn.sandbox.objects import ManifestObject

_SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
_HOMES = {"ReplicationController": "v1"}
"""The apiVersion of a scalable kind, where it is not apps/v1."""


def _target(hpa: ManifestObject, world: World) -> Workload | None:
    reference = map_at(map_at(hpa.value, "spec"), "scaleTargetRef")
    for workload in world.workloads:
        obj = workload.obj
        same = (obj.kind, obj.name) == (text_at(reference, "kind"), text_at(reference, "name"))
        if same and workload.namespace == namespace_of(hpa):
            return workload
    return None


@object_check("hpa-target-missing", "HorizontalPodAutoscaler")
def target_missing(hpa: ManifestObject, world: World) -> Iterator[Finding]:
    """A target that is not among the workloads of the manifest."""
    reference = map_at(map_at(hpa.value, "spec"), "scaleTargetRef")
    kind, name = text_at(reference, "kind"), text_at(reference, "name")
    names = world.names(kind, namespace_of(hpa))
    if kind in _SCALABLE and name and names and name not in names:
        params = {"target": f"{kind} {name}", "known": "、".join(f"`{n}`" for n in names[:5])}
        yield Finding(obj=hpa, path=("spec", "scaleTargetRef", "name"), params=params)


@object_check("hpa-target-unknown", "HorizontalPodAutoscaler")
def target_unknown(hpa: ManifestObject, world: World) -> Iterator[Finding]:
    """A scalable kind in another case, or in a group that has none; the controller asks by group and kind."""
    reference = map_at(map_at(hpa.value, "spec"), "scaleTargetRef")
    kind, api_version = text_at(reference, "kind"), text_at(reference, "apiVersion")
    meant = next((name for name in _SCALABLE if name.casefold() == kind.casefold()), "")
    home = _HOMES.get(meant, "apps/v1")
    is_elsewhere = bool(api_version) and api_version.rpartition("/")[0] != home.rpartition("/")[0]
    if not meant or (kind == meant and not is_elsewhere):
        return
    params = {"target": kind, "group": api_version.rpartition("/")[0], "meant": meant, "home": home}
    field = "kind" if kind != meant else "apiVersion"
    yield Finding(obj=hpa, path=("spec", "scaleTargetRef", field), params=params)


@object_check("hpa-target-not-scalable", "HorizontalPodAutoscaler")
def target_not_scalable(hpa: ManifestObject, world: World) -> Iterator[Finding]:
    """DaemonSets, Jobs and Pods have no number of replicas to change."""
    kind = text_at(map_at(map_at(hpa.value, "spec"), "scaleTargetRef"), "kind")
    if kind in ("DaemonSet", "Job", "CronJob", "Pod"):
        yield Finding(obj=hpa, path=("spec", "scaleTargetRef", "kind"), params={"target": kind})


@object_check("hpa-missing-request", "HorizontalPodAutoscaler")
def missing_request(hpa: ManifestObject, world: World) -> Iterator[Finding]:
    """Utilization is a share of the request; a container without one makes it unknown."""
    target = _target(hpa, world)
    if target is None:
        return
    for resource in sorted(_utilization_resources(map_at(hpa.value, "spec"))):
        for container in target.containers:
            resources = map_at(container.value, "resources")
            given = map_at(resources, "requests").get(resource, map_at(resources, "limits").get(resource))
            if not container.init and given is None:
                params = {"resource": resource, "container": container.name, "hpa": hpa.name}
                yield Finding(obj=container.obj, path=container.path, params=params)


def _utilization_resources(spec: Any) -> set[str]:
    found = {"cpu"} if "targetCPUUtilizationPercentage" in spec or not spec.get("metrics") else set()
    for metric in maps_at(spec, "metrics"):
        resource = map_at(metric, "resource")
        if text_at(map_at(resource, "target"), "type") == "Utilization":
            found.add(text_at(resource, "name"))
    return found - {""}


@object_check("hpa-with-replicas", "HorizontalPodAutoscaler")
def with_replicas(hpa: ManifestObject, world: World) -> Iterator[Finding]:
    """A fixed replicas field puts the number back at every apply."""
    target = _target(hpa, world)
    if target and "replicas" in map_at(target.obj.value, "spec"):
        yield Finding(obj=target.obj, path=("spec", "replicas"), params={"hpa": hpa.name}, on_key=True)


@manifest_check("hpa-duplicate-target", "HorizontalPodAutoscaler")
def duplicate_target(world: World) -> Iterator[Finding]:
    """Two autoscalers that pull at the same target."""
    seen: dict[tuple[str, str, str], ManifestObject] = {}
    for hpa in world.of("HorizontalPodAutoscaler"):
        reference = map_at(map_at(hpa.value, "spec"), "scaleTargetRef")
        key = (namespace_of(hpa), text_at(reference, "kind"), text_at(reference, "name"))
        if key in seen and key[2]:
            params = {"target": f"{key[1]} {key[2]}", "other": seen[key].name}
            yield Finding(obj=hpa, path=("spec", "scaleTargetRef"), params=params, on_key=True)
        seen.setdefault(key, hpa)


@manifest_check("hpa-and-vpa", "VerticalPodAutoscaler")
def hpa_and_vpa(world: World) -> Iterator[Finding]:
    """Both autoscalers act on CPU or memory of the same workload."""
    scaled = {}
    for hpa in world.of("HorizontalPodAutoscaler"):
        reference = map_at(map_at(hpa.value, "spec"), "scaleTargetRef")
        scaled[namespace_of(hpa), text_at(reference, "kind"), text_at(reference, "name")] = hpa
    for vpa in world.of("VerticalPodAutoscaler"):
        spec = map_at(vpa.value, "spec")
        reference = map_at(spec, "targetRef")
        hpa_found = scaled.get((namespace_of(vpa), text_at(reference, "kind"), text_at(reference, "name")))
        if hpa_found and text_at(map_at(spec, "updatePolicy"), "updateMode") != "Off":
            yield Finding(obj=vpa, path=("spec", "targetRef"), params={"hpa": hpa_found.name}, on_key=True)


@object_check("hpa-fixed-size", "HorizontalPodAutoscaler")
def fixed_size(hpa: ManifestObject, world: World) -> Iterator[Finding]:
    """minReplicas equal to maxReplicas leaves nothing to scale."""
    spec = map_at(hpa.value, "spec")
    low, high = int_at(spec, "minReplicas") or 1, int_at(spec, "maxReplicas")
    if high is not None and low == high:
        yield Finding(obj=hpa, path=("spec", "maxReplicas"), params={"count": str(high)})
