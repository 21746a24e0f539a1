"""What can happen to a cluster from outside, by name: commands of people and programs.

An action takes the cluster and JSON arguments, so that a journal of actions can be written down and replayed.
Faults and load (`faults`) are actions too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from learn.cluster import commands, errors, reach
from learn.cluster.api.apply import apply_three_way, with_last_applied
from learn.cluster.api.csaupgrade import KUBECTL
from learn.cluster.api.patch import PatchError
from learn.cluster.api.quantity import parse_json
from learn.cluster.apiserver import PatchType
from learn.cluster.controllers.cluster_autoscaler import autoscaler_of
from learn.cluster.metrics import metrics_of
from learn.cluster.network import clients
from learn.cluster.network.cuts import NetworkCuts
from learn.cluster.network.request import record_hops, send
from learn.cluster.network.targets import is_object, request_to
from learn.cluster.objects import Obj, Ref, is_namespaced, ref_of

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

Action: TypeAlias = Callable[..., Any]

MAX_VALUES = 100_000
MAX_DEPTH = 64


def plain_copy(value: Any) -> Any:
    """A deep copy of JSON-like data, bounded in size and depth; what is not JSON becomes its text.

    Raises ApiError (BadRequest) for data that is too large, too deep or refers to itself.
    """
    left = MAX_VALUES

    def copy(item: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > MAX_DEPTH:
            raise errors.bad_request("the request is too large or too deep")
        if isinstance(item, dict):
            return {str(key): copy(each, depth + 1) for key, each in item.items()}
        if isinstance(item, (list, tuple)):
            return [copy(each, depth + 1) for each in item]
        return item if item is None or isinstance(item, (str, int, float, bool)) else str(item)

    return copy(value, 0)


def _manifest(manifest: Any, namespace: str) -> Obj:
    """A manifest with its envelope checked and its namespace filled in."""
    if not isinstance(manifest, dict):
        raise errors.bad_request("the manifest is not an object")
    for name in ("apiVersion", "kind"):
        if not isinstance(manifest.get(name), str) or not manifest[name]:
            raise errors.bad_request(f"Object '{name.capitalize()}' is missing in the manifest")
    meta = manifest.get("metadata")
    if not isinstance(meta, dict):
        raise errors.bad_request("the manifest has no metadata")
    for name in ("name", "generateName", "namespace"):
        if not isinstance(meta.get(name) or "", str):
            raise errors.bad_request(f"metadata.{name} is not a string")
    if is_namespaced(manifest["kind"]):
        meta = {**meta, "namespace": meta.get("namespace") or namespace}
    return {**manifest, "metadata": meta}


def _ref(kind: str, namespace: str, name: str) -> Ref:
    return Ref(kind, namespace if is_namespaced(kind) else "", name)


def _ref_or_kind(manifest: Obj) -> Ref:
    return ref_of(manifest) if manifest["metadata"].get("name") else Ref(manifest["kind"], "", "")


def create(
    cluster: Cluster, manifest: Obj, namespace: str = "default", field_manager: str = "kubectl-create"
) -> Obj:
    manifest = _manifest(manifest, namespace)
    with cluster.action(_ref_or_kind(manifest), "create"):
        return cluster.api.create(manifest, manager=field_manager)


def apply(
    cluster: Cluster,
    manifest: Obj,
    namespace: str = "default",
    server_side: bool = False,
    field_manager: str = "",
    force: bool = False,
) -> Obj:
    """Create an object, or change it to what the manifest says, as `kubectl apply` does.

    With `server_side` the API server merges and watches over who owns which field; `force` takes over what
    others own.
    """
    manifest = _manifest(manifest, namespace)
    if not manifest["metadata"].get("name"):
        raise errors.bad_request("metadata.name is required for apply")
    ref = ref_of(manifest)
    with cluster.action(ref, "apply"):
        if server_side:
            return _apply_on_server(cluster, manifest, field_manager or KUBECTL, force)
        return _apply_on_client(cluster, manifest, field_manager or "kubectl-client-side-apply")


def _apply_on_server(cluster: Cluster, manifest: Obj, manager: str, force: bool) -> Obj:
    """Apply, and take over what client-side applies owned until then (apply.go migrateToSSAIfNecessary)."""
    api = cluster.api
    applied = api.apply(manifest, manager=manager, force=force)
    migrated = api.upgrade_owners(applied, manager)
    return applied if migrated is applied else api.apply(manifest, manager=manager, force=force)


def _apply_on_client(cluster: Cluster, manifest: Obj, manager: str) -> Obj:
    current = cluster.store.get(ref_of(manifest))
    if current is None:
        return cluster.api.create(with_last_applied(manifest), manager=manager)
    try:
        applied = apply_three_way(current, manifest, version=cluster.version)
    except PatchError as error:
        raise errors.patch_refused(str(error)) from error
    return current if applied.is_unchanged else cluster.api.update(applied.result, manager=manager)


def update(cluster: Cluster, manifest: Obj, field_manager: str = "kubectl-replace") -> Obj:
    manifest = _manifest(manifest, "default")
    with cluster.action(_ref_or_kind(manifest), "update"):
        return cluster.api.update(manifest, manager=field_manager)


def patch(
    cluster: Cluster,
    kind: str,
    name: str,
    patch: Any,
    namespace: str = "default",
    patch_type: str = "strategic",
    subresource: str = "",
    field_manager: str = "kubectl-patch",
) -> Obj:
    ref = _ref(kind, namespace, name)
    if patch_type not in PatchType.__members__.values():
        raise errors.bad_request(f"unknown patch type {patch_type!r}")
    with cluster.action(ref, "patch"):
        return cluster.api.patch(
            ref, patch, kind=PatchType(patch_type), subresource=subresource, manager=field_manager
        )


def delete(
    cluster: Cluster,
    kind: str,
    name: str,
    namespace: str = "default",
    grace_seconds: int | None = None,
    propagation: str = "Background",
) -> None:
    ref = _ref(kind, namespace, name)
    cluster.api.get(ref)
    with cluster.action(ref, "delete"):
        cluster.api.delete(ref, grace_seconds=grace_seconds, propagation=propagation)


def delete_pods(cluster: Cluster, target: str, count: int, namespace: str = "default") -> None:
    """Delete the first `count` Pods of a target."""
    pods = {record["uid"]: pod for record, pod, _ in cluster.faults.targets(target, namespace, count)}
    for pod in pods.values():
        ref = ref_of(pod)
        with cluster.action(ref, "delete"):
            cluster.api.delete(ref)


def count(cluster: Cluster) -> None:
    """Close the present stretch of all traffic, so that a window of a scenario begins or ends exactly here."""
    cluster.traffic.recount()


def scale(
    cluster: Cluster,
    kind: str,
    name: str,
    replicas: int,
    namespace: str = "default",
    field_manager: str = KUBECTL,
) -> Obj:
    ref = _ref(kind, namespace, name)
    cluster.api.get(ref)
    with cluster.action(ref, "scale", replicas=replicas):
        return cluster.api.scale(ref, replicas, manager=field_manager, field="spec.replicas")


def stop(cluster: Cluster, component: str) -> None:
    """Stop a component of the control plane, `kubelet/NODE`, or something that applications depend on."""
    with cluster.action(Ref("Component", "", component), "stop"):
        cluster.stopped[component] = True
        if component.startswith("kubelet/"):
            cluster.node_lifecycle.fell_silent(component.partition("/")[2])
        cluster.dependencies_changed()


def resume(cluster: Cluster, component: str) -> None:
    with cluster.action(Ref("Component", "", component), "resume"):
        cluster.stopped.pop(component, None)
        if component.startswith("kubelet/"):
            node = component.partition("/")[2]
            cluster.node_lifecycle.spoke_again(node)
            cluster.kubelet.node_up(node)
        cluster.resume_parts()
        cluster.dependencies_changed()


def node_down(cluster: Cluster, node: str) -> None:
    """The node loses its power."""
    ref = Ref("Node", "", node)
    cluster.api.get(ref)
    with cluster.action(ref, "nodeDown"):
        cluster.stopped[f"node/{node}"] = True
        cluster.kubelet.node_down(node)
        cluster.node_lifecycle.fell_silent(node)
        cluster.dependencies_changed()


def node_up(cluster: Cluster, node: str) -> None:
    ref = Ref("Node", "", node)
    cluster.api.get(ref)
    with cluster.action(ref, "nodeUp"):
        cluster.stopped.pop(f"node/{node}", None)
        cluster.node_lifecycle.spoke_again(node)
        cluster.kubelet.node_up(node)
        cluster.dependencies_changed()


def cordon(cluster: Cluster, node: str, unschedulable: bool = True) -> Obj:
    ref = Ref("Node", "", node)
    cluster.api.get(ref)
    with cluster.action(ref, "cordon" if unschedulable else "uncordon"):
        return _set_unschedulable(cluster, ref, unschedulable)


def uncordon(cluster: Cluster, node: str) -> Obj:
    cluster.drains.cancel(node)
    return cordon(cluster, node, unschedulable=False)


def _set_unschedulable(cluster: Cluster, ref: Ref, unschedulable: bool) -> Obj:
    def changed(obj: Obj) -> Obj:
        spec = {key: value for key, value in obj["spec"].items() if key != "unschedulable"}
        return {**obj, "spec": {**spec, "unschedulable": True} if unschedulable else spec}

    return cluster.api.modify(ref, changed, field="spec.unschedulable")


def drain(cluster: Cluster, node: str) -> None:
    """Cordon a node and evict its Pods, again every five seconds while a disruption budget refuses."""
    ref = Ref("Node", "", node)
    cluster.api.get(ref)
    with cluster.action(ref, "drain"):
        _set_unschedulable(cluster, ref, True)
        cluster.drains.begin(node)


def evict(cluster: Cluster, name: str, namespace: str = "default", grace_seconds: int | None = None) -> None:
    """Ask for a Pod's eviction, which a disruption budget may refuse."""
    ref = Ref("Pod", namespace, name)
    cluster.api.get(ref)
    with cluster.action(ref, "evict"):
        cluster.api.evict(ref, grace_seconds=grace_seconds)


def execute(
    cluster: Cluster, pod: str, container: str, argv: list[str], namespace: str = "default"
) -> commands.Done:
    """Run a command in a running container, as `kubectl exec` does; its output comes at once."""
    ref = Ref("Pod", namespace, pod)
    obj = cluster.api.get(ref)
    record = cluster.kubelet.record(obj["metadata"]["uid"])
    known = record["containers"].get(container) if record else None
    if record is None or known is None or known["state"] != "running":
        raise errors.bad_request(f'unable to upgrade connection: container not found ("{container}")')
    with cluster.action(ref, "exec", container=container, argv=argv):
        return cluster.kubelet.running(record, obj, container).exec(argv)


def inject(cluster: Cluster, fault: str, target: str, **arguments: Any) -> int:
    with cluster.action(Ref("Fault", "", target), "inject", fault=fault, **arguments):
        return cluster.faults.inject(fault=fault, target=target, **arguments)


def load(cluster: Cluster, target: str, **arguments: Any) -> None:
    with cluster.action(Ref("Load", "", target), "load", **arguments):
        cluster.traffic.set_load(target=target, **arguments)


def request(
    cluster: Cluster,
    url: str,
    namespace: str = "default",
    node: str = "",
    source: str = "",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    address: str = "",
    insecure: bool = False,
) -> reach.Reached:
    """Send one request to a URL or an object (`targets`), from `source` (`clients.named`) or some Pod of a namespace."""
    try:
        sent = replace(request_to(cluster, url, namespace), method=method, insecure=insecure)
        sent = replace(sent, headers=dict(headers or {}), address=address or sent.address)
        client = (
            clients.named(cluster, source, namespace)
            if source
            else clients.in_namespace(cluster, namespace, node)
        )
    except (KeyError, ValueError) as error:
        raise errors.bad_request(f"request {source} {url}: {error}") from error
    about = Ref("Request", "", url)
    with cluster.action(about, "request", source=source) as entry:
        outcome = send(cluster, client, sent)
        last = record_hops(cluster.trace, about, outcome, entry)
        found = reach.reached(outcome)
        data = {"ok": outcome.is_ok, "target": url if is_object(url) else sent.host, **found._asdict()}
        cluster.trace.record(about, "request", causes=(last,), data=data)
        return found


def cut(cluster: Cluster, one: str, other: str, for_ms: int | None = None) -> None:
    """Let nothing pass between two sides (see `network.cuts.is_side`)."""
    cuts = cluster.parts["network-cuts"]
    assert isinstance(cuts, NetworkCuts)
    with cluster.action(Ref("Network", "", one), "cut", to=other):
        cuts.cut(one, other, for_ms)


def flush_rules(cluster: Cluster, node: str, table: str = "nat", chain: str = "") -> None:
    """`iptables -t TABLE -F [CHAIN]` on a node."""
    with cluster.action(Ref("Node", "", node), "flush-rules", table=table, chain=chain):
        try:
            cluster.proxy.flush(node, table, chain or None)
        except KeyError as error:
            raise errors.bad_request("iptables: No chain/target/match by that name.") from error


def metric(
    cluster: Cluster,
    metric: str,
    value: Any = None,
    target: str = "",
    pods: bool = False,
    namespace: str = "default",
) -> None:
    """From now on an External metric, or that of an object (`Kind/name`) or of every Pod, has this value."""
    milli = None if value is None else parse_json(value).milli_value()
    with cluster.action(Ref("Metric", namespace, metric), "metric", value=value):
        metrics_of(cluster).define(metric, milli, namespace=namespace, target=target, pods=pods)


def node_group(cluster: Cluster, name: str, minimum: int = 0, maximum: int = 10, **template: Any) -> None:
    """Let the cluster autoscaler have a group of nodes; `template` has the fields of a node."""
    with cluster.action(Ref("NodeGroup", "", name), "nodeGroup", minimum=minimum, maximum=maximum):
        autoscaler_of(cluster).define_group(name, minimum=minimum, maximum=maximum, **template)


def schedule(cluster: Cluster, steps: list[list[Any]], started: str = "") -> None:
    """Let steps `[at_ms, verb, arguments]` happen by themselves; see `steps`."""
    unknown = sorted({str(verb) for _, verb, _ in steps} - set(ACTIONS))
    if unknown:
        raise errors.bad_request(f"unknown action {', '.join(unknown)}")
    cluster.steps.schedule(steps, started=started)


ACTIONS: Mapping[str, Action] = {
    "create": create,
    "apply": apply,
    "patch": patch,
    "update": update,
    "delete": delete,
    "deletePods": delete_pods,
    "count": count,
    "scale": scale,
    "stop": stop,
    "resume": resume,
    "nodeDown": node_down,
    "nodeUp": node_up,
    "cordon": cordon,
    "uncordon": uncordon,
    "drain": drain,
    "evict": evict,
    "exec": execute,
    "inject": inject,
    "load": load,
    "request": request,
    "metric": metric,
    "nodeGroup": node_group,
    "flushRules": flush_rules,
    "cut": cut,
    "schedule": schedule,
}
