"""Things that only one object may have: names, node ports, host ports, Pods."""

from collections.abc import Iterator

from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.cluster.api.labels import from_label_selector
from learn.sandbox.checks.registry import Finding, manifest_check, workload_check
from learn.sandbox.checks.world import Workload, World, namespace_of
from learn.sandbox.objects import ManifestObject


@manifest_check("duplicate-object")
def duplicate_objects(world: World) -> Iterator[Finding]:
    """The same group, kind, namespace and name twice: the second apply overwrites the first."""
    seen: dict[tuple[str, str, str, str], ManifestObject] = {}
    for obj in world.objects:
        name = text_at(map_at(obj.value, "metadata"), "name")
        key = (obj.api_version.rpartition("/")[0], obj.kind, namespace_of(obj), name)
        if name and key in seen:
            first = str(seen[key].span(("metadata", "name")).line)
            yield Finding(obj=obj, path=("metadata", "name"), params={"first": first})
        seen.setdefault(key, obj)


@manifest_check("service-nodeport-taken", "Service")
def node_port_taken(world: World) -> Iterator[Finding]:
    """One node port for two Services: the second is refused."""
    seen: dict[tuple[int, str], ManifestObject] = {}
    for service in world.of("Service"):
        for index, port in enumerate(maps_at(map_at(service.value, "spec"), "ports")):
            number = int_at(port, "nodePort")
            if not number:
                continue
            key = (number, text_at(port, "protocol") or "TCP")
            other = seen.setdefault(key, service)
            if other is not service:
                params = {"port": str(number), "other": other.name}
                yield Finding(obj=service, path=("spec", "ports", index, "nodePort"), params=params)


def _host_ports(workload: Workload) -> Iterator[tuple[int, str, Finding]]:
    for container in workload.containers:
        for index, port in enumerate(container.ports):
            number = int_at(port, "hostPort")
            if number:
                path = (*container.path, "ports", index, "hostPort")
                protocol = text_at(port, "protocol") or "TCP"
                yield number, protocol, Finding(obj=workload.obj, path=path, params={"port": str(number)})


@workload_check("host-port-replicas")
def host_port_replicas(workload: Workload, world: World) -> Iterator[Finding]:
    """A host port allows one Pod per node, so that replicas beyond the nodes stay Pending."""
    if workload.replicas > 1 and workload.obj.kind != "DaemonSet":
        for _, _, finding in _host_ports(workload):
            finding.params["replicas"] = str(workload.replicas)
            yield finding


@manifest_check("host-port-taken", "Pod", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet")
def host_port_taken(world: World) -> Iterator[Finding]:
    """Two workloads that want the same port of a node."""
    seen: dict[tuple[int, str], Workload] = {}
    for workload in world.workloads:
        for number, protocol, finding in _host_ports(workload):
            other = seen.setdefault((number, protocol), workload)
            if other is not workload:
                finding.params["other"] = other.obj.name
                yield finding


@manifest_check("selector-overlap", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
def selector_overlap(world: World) -> Iterator[Finding]:
    """Two controllers whose selectors both fit each other's Pods."""
    controllers = [
        w for w in world.workloads if w.obj.kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
    ]
    selectors = [from_label_selector(map_at(w.obj.value, "spec").get("selector")) for w in controllers]
    for index, later in enumerate(controllers):
        for earlier, selector in zip(controllers[:index], selectors, strict=False):
            same_place = earlier.namespace == later.namespace and earlier.obj.name != later.obj.name
            if same_place and selector.matches(later.labels) and selectors[index].matches(earlier.labels):
                params = {"other": f"{earlier.obj.kind} {earlier.obj.name}"}
                yield Finding(obj=later.obj, path=("spec", "selector"), params=params, on_key=True)
                break


@manifest_check("namespace-missing", "Namespace")
def namespace_missing(world: World) -> Iterator[Finding]:
    """A namespace that is none of those the manifest makes, though it makes some."""
    names = [obj.name for obj in world.of("Namespace")]
    for obj in world.objects:
        if (
            obj.namespace
            and obj.namespace not in names
            and obj.namespace not in ("default", "kube-system", "kube-public")
        ):
            params = {"namespace": obj.namespace, "known": "、".join(f"`{name}`" for name in names[:5])}
            yield Finding(obj=obj, path=("metadata", "namespace"), params=params)
