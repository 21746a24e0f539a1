"""PodDisruptionBudgets against the Pods they protect."""

from collections.abc import Iterator

from learn.cluster.api.access import int_at, map_at
from learn.sandbox.checks.registry import Finding, manifest_check, object_check
from learn.sandbox.checks.world import Workload, World, namespace_of
from learn.sandbox.objects import ManifestObject


def _protected(pdb: ManifestObject, world: World) -> list[Workload]:
    return world.matching(map_at(pdb.value, "spec").get("selector"), namespace_of(pdb))


@object_check("pdb-no-pods", "PodDisruptionBudget")
def no_pods(pdb: ManifestObject, world: World) -> Iterator[Finding]:
    """A selector that fits no Pod of the manifest, though Pods are there."""
    neighbours = [w for w in world.workloads if w.namespace == namespace_of(pdb)]
    if neighbours and not _protected(pdb, world):
        yield Finding(obj=pdb, path=("spec", "selector"), on_key=True)


@object_check("pdb-blocks-drain", "PodDisruptionBudget")
def blocks_drain(pdb: ManifestObject, world: World) -> Iterator[Finding]:
    """A budget that never lets a Pod go."""
    spec = map_at(pdb.value, "spec")
    unavailable = spec.get("maxUnavailable")
    if unavailable in (0, "0", "0%"):
        yield Finding(
            obj=pdb, path=("spec", "maxUnavailable"), params={"limit": f"maxUnavailable: {unavailable}"}
        )
        return
    least = int_at(spec, "minAvailable")
    workloads = [w for w in _protected(pdb, world) if w.obj.kind != "DaemonSet"]
    total = sum(w.replicas for w in workloads)
    if spec.get("minAvailable") == "100%" or (least is not None and workloads and least >= total > 0):
        shown = f"minAvailable: {spec.get('minAvailable')}"
        yield Finding(obj=pdb, path=("spec", "minAvailable"), params={"limit": shown})


@manifest_check("pdb-overlap", "PodDisruptionBudget")
def overlap(world: World) -> Iterator[Finding]:
    """A Pod under two budgets cannot be evicted at all."""
    seen: dict[int, ManifestObject] = {}
    for pdb in world.of("PodDisruptionBudget"):
        for workload in _protected(pdb, world):
            other = seen.setdefault(id(workload), pdb)
            if other is not pdb:
                params = {"other": other.name, "workload": workload.obj.name}
                yield Finding(obj=pdb, path=("spec", "selector"), params=params, on_key=True)
                break
