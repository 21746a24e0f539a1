"""Where Pods may run: selectors of affinity and spreading against the Pods' own labels."""

from collections.abc import Iterator

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.labels import from_label_selector
from learn.sandbox.checks.registry import Finding, workload_check
from learn.sandbox.checks.world import Workload, World

_HOSTNAME = "kubernetes.io/hostname"
_FEW_NODES = 3


@workload_check("topology-selector-mismatch")
def topology_selector(workload: Workload, world: World) -> Iterator[Finding]:
    """A spread constraint that does not count the Pods it spreads."""
    base = (*workload.path, "spec", "topologySpreadConstraints")
    for index, constraint in enumerate(maps_at(workload.spec, "topologySpreadConstraints")):
        selector = constraint.get("labelSelector")
        if isinstance(selector, dict) and not from_label_selector(selector).matches(workload.labels):
            yield Finding(obj=workload.obj, path=(*base, index, "labelSelector"), on_key=True)


@workload_check("affinity-needs-nodes")
def needs_nodes(workload: Workload, world: World) -> Iterator[Finding]:
    """Required anti-affinity per node: every replica needs a node of its own."""
    field = "requiredDuringSchedulingIgnoredDuringExecution"
    terms = maps_at(map_at(map_at(workload.spec, "affinity"), "podAntiAffinity"), field)
    base = (*workload.path, "spec", "affinity", "podAntiAffinity", field)
    for index, term in enumerate(terms):
        own = from_label_selector(term.get("labelSelector")).matches(workload.labels)
        if own and text_at(term, "topologyKey") == _HOSTNAME and workload.replicas > _FEW_NODES:
            yield Finding(obj=workload.obj, path=(*base, index), params={"replicas": str(workload.replicas)})


@workload_check("node-name-fixed")
def node_name(workload: Workload, world: World) -> Iterator[Finding]:
    """nodeName goes past the scheduler and its checks."""
    name = text_at(workload.spec, "nodeName")
    if name:
        yield Finding(obj=workload.obj, path=(*workload.path, "spec", "nodeName"), params={"node": name})


@workload_check("toleration-everything")
def tolerates_everything(workload: Workload, world: World) -> Iterator[Finding]:
    """An Exists toleration without key fits every taint, also of nodes that are broken."""
    if workload.obj.kind == "DaemonSet":
        return
    for index, toleration in enumerate(maps_at(workload.spec, "tolerations")):
        if text_at(toleration, "operator") == "Exists" and not toleration.get("key"):
            yield Finding(obj=workload.obj, path=(*workload.path, "spec", "tolerations", index))
