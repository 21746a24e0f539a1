"""`kubectl expose` (staging/src/k8s.io/kubectl/pkg/cmd/expose/expose.go)."""

from __future__ import annotations

from collections.abc import Mapping

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.labelspecs import labels_of_text
from learn.kubectl.lookup import FILE_FLAGS
from learn.kubectl.overrides import OVERRIDES, overridden
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, act, as_generated, dry_run_of, print_done

_EXPOSABLE = frozenset({"Service", "ReplicationController", "Pod", "Deployment", "ReplicaSet"})


def start(call: Call) -> State | None:
    dry_run = dry_run_of(call)
    for kind, obj in write_targets(call, "expose"):
        if kind.kind not in _EXPOSABLE:
            raise CommandError(f"error: cannot expose a {kind.qualified}")
        service = overridden(call, _service(call, kind, obj))
        if dry_run is not DryRun.CLIENT:
            sent = {key: value for key, value in service.items() if key != "status"}
            service = act(call, dry_run, "create", manifest=sent, namespace=call.namespace)
        else:
            service = as_generated(call, service)
        print_done(call, service, "exposed", dry_run)
    return None


def _service(call: Call, kind: Kind, obj: Obj) -> Obj:
    selector = _selector(call, kind, obj)
    name = call.parsed.text("name") or obj["metadata"]["name"]
    ports = _ports(call, kind, obj)
    spec: Obj = {"ports": ports, "selector": selector}
    for flag, field in (
        ("type", "type"),
        ("cluster-ip", "clusterIP"),
        ("load-balancer-ip", "loadBalancerIP"),
        ("session-affinity", "sessionAffinity"),
    ):
        if call.parsed.text(flag):
            spec[field] = call.parsed.text(flag)
    if call.parsed.text("external-ip"):
        spec["externalIPs"] = [call.parsed.text("external-ip")]
    labels = labels_of_text(call.parsed.text("labels")) or dict(obj["metadata"].get("labels") or {})
    meta: Obj = {"name": name}
    if call.is_namespace_named:
        meta["namespace"] = call.namespace
    if labels:
        meta["labels"] = labels
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def _selector(call: Call, kind: Kind, obj: Obj) -> dict[str, str]:
    if call.parsed.text("selector"):
        return labels_of_text(call.parsed.text("selector"))
    match kind.kind:
        case "Pod":
            labels = obj["metadata"].get("labels")
            if not labels:
                raise CommandError(
                    "error: couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed"
                )
            return dict(labels)
        case "Service" | "ReplicationController":
            found: Mapping[str, str] | None = obj["spec"].get("selector")
            if not found:
                raise CommandError(
                    "error: couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set"
                )
            return dict(found)
    selector = obj["spec"].get("selector") or {}
    if selector.get("matchExpressions"):
        raise CommandError(
            "error: couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "
            f'"{selector["matchExpressions"]}" to map-based selector format'
        )
    return dict(selector.get("matchLabels") or {})


def _ports(call: Call, kind: Kind, obj: Obj) -> list[Obj]:
    text = call.parsed.text("port")
    protocol = call.parsed.text("protocol")
    known = _container_ports(kind, obj)
    wanted = (
        [(int(part) if part.isdecimal() else _bad_port(part), "") for part in text.split(",")]
        if text
        else known
    )
    if not wanted:
        raise CommandError("error: couldn't find port via --port flag or introspection")
    target = call.parsed.text("target-port")
    ports = []
    for index, (number, own) in enumerate(wanted, 1):
        port: Obj = {
            "port": number,
            "protocol": protocol or own or dict(known).get(number) or "TCP",
            "targetPort": (int(target) if target.isdecimal() else target) if target else number,
        }
        if len(wanted) > 1:
            port["name"] = f"port-{index}"
        ports.append(port)
    return ports


def _bad_port(text: str) -> int:
    raise CommandError(f'error: strconv.Atoi: parsing "{text}": invalid syntax')


def _container_ports(kind: Kind, obj: Obj) -> list[tuple[int, str]]:
    """The ports of the containers, or of the Service, and their protocols."""
    if kind.kind == "Service":
        return [(port["port"], port.get("protocol", "TCP")) for port in obj["spec"].get("ports") or ()]
    spec = obj["spec"] if kind.kind == "Pod" else obj["spec"]["template"]["spec"]
    return [
        (port["containerPort"], port.get("protocol", "TCP"))
        for container in spec.get("containers") or ()
        for port in container.get("ports") or ()
    ]


COMMAND = Command(
    path="expose",
    start=start,
    summary="DeploymentやPodの前にServiceを置きます",
    usage="expose 種類/名前 --port=番号",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        Flag(name="port"),
        Flag(name="target-port"),
        Flag(name="protocol"),
        Flag(name="type"),
        Flag(name="name"),
        Flag(name="selector"),
        Flag(name="labels", short="l"),
        Flag(name="cluster-ip"),
        Flag(name="external-ip"),
        Flag(name="load-balancer-ip"),
        Flag(name="session-affinity"),
        *OVERRIDES,
        Flag(name="save-config", kind=Takes.BOOL),
    ),
)
