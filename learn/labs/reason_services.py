"""What a Service's endpoints, forwarding rules and requests say about their cause."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from learn.cluster.api.access import map_at, maps_at
from learn.cluster.facts import name_of
from learn.cluster.network.hops import Reason
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import containers_of
from learn.cluster.scenario import Run
from learn.cluster.trace import TraceEntry
from learn.labs.reason_rules import Told

_SERVICE_LABEL = "kubernetes.io/service-name"
_NO_SERVICE = "no such service"
_NODE_PORT = re.compile(r"^http://[^/:]+:(\d+)")
_ON_THE_WAY: Mapping[str, str] = {
    Reason.NO_LOCAL_ENDPOINTS: "このノードに宛先のPodがない",
    Reason.POLICY_INGRESS: "NetworkPolicyが宛先のPodへの通信を許していない",
    Reason.POLICY_EGRESS: "NetworkPolicyが送り元からの通信を許していない",
    Reason.LOCALHOST_ONLY: "アプリが127.0.0.1だけで待ち受けている",
    Reason.CUT: "ネットワークが切れている",
    Reason.NODE_DOWN: "ノードが止まっている",
    Reason.NAME_NOT_FOUND: "名前を解決できない",
    Reason.DNS_BLOCKED: "DNSへの通信が通らない",
    Reason.NO_RULE_MATCHES: "どのルールにも当てはまらない",
    Reason.BACKEND_NOT_FOUND: "ルールが指すServiceが見つからない",
}


class _Entrance(NamedTuple):
    """The port of a Service through which requests come."""

    ref: Ref
    position: int
    port: Mapping[str, object]


def of_endpoints(run: Run, entry: TraceEntry) -> Told | None:
    """What a new version of an EndpointSlice tells; None for any other object."""
    if entry.ref.kind != "EndpointSlice":
        return None
    service = _service_of_slice(run, entry)
    if service is not None:
        ref = Ref("Service", entry.ref.namespace, service["metadata"]["name"])
        pods = list(_selected(run, service, entry.ref.namespace))
        if not pods and _is_empty(run, entry):
            pairs = "、".join(f"`{key}: {value}`" for key, value in service["spec"]["selector"].items())
            text = f"Service`{ref.name}`の`selector`（{pairs}）に合うPodがありません"
            return Told(code="endpoints-unmatched", text=text, ref=ref, field="spec.selector")
        for index, port in enumerate(maps_at(service["spec"], "ports")):
            name = port.get("targetPort")
            if pods and isinstance(name, str) and not any(name in _port_names(pod) for pod in pods):
                text = f"Service`{ref.name}`が指す`{name}`という名前のポートが、Podにありません"
                field = f"spec.ports[{index}].targetPort"
                return Told(code="endpoints-port-name", text=text, ref=ref, field=field)
    return Told(code="endpoints", text="Serviceの宛先の一覧が書き換わりました")


def of_rules(run: Run, entry: TraceEntry) -> Told:
    """The forwarding rules of a Service have been written."""
    count = len(entry.data["endpoints"])
    text = f"Service`{name_of(entry.ref)}`の転送ルールに反映されました（宛先{count}個）"
    return Told(code="rules-synced", text=text)


def of_traffic(run: Run, entry: TraceEntry) -> Told:
    """Whether the requests of a stretch were answered, and if not, where they were lost."""
    if not entry.data["failed"]:
        return Told(code="answered", text=f"Service`{name_of(entry.ref)}`が応答しています")
    told = _lost(run, entry)
    count = f"{entry.data['sent']}件中{entry.data['failed']}件"
    text = f"{told.text}、リクエストが失敗しました（{count}）"
    return Told(code=told.code, text=text, ref=told.ref, field=told.field)


def _lost(run: Run, entry: TraceEntry) -> Told:
    """Why requests fail, up to 「ため」."""
    why = str(entry.data["why"])
    if why == Reason.NO_ENDPOINTS:
        return Told(code="lost-no-endpoints", text="Serviceの宛先が1つもないため")
    name, namespace = entry.ref.name, entry.ref.namespace
    if why.startswith(_NO_SERVICE):
        return Told(code="lost-no-service", text=f"Service`{name}`がNamespace`{namespace}`にないため")
    entrance = _entrance(run, entry)
    ref = entrance.ref if entrance else None
    if why == Reason.PORT_NOT_SERVED:
        text = "リクエストが来る番号のポートを、Serviceが受け付けていないため"
        if entrance:
            text = f"Serviceが受け付けるのは{entrance.port.get('port')}番で、リクエストは別の番号に来るため"
        return Told(code="lost-port-not-served", text=text, ref=ref, field="spec.ports")
    if why == Reason.NOT_LISTENING:
        field = f"spec.ports[{entrance.position}].targetPort" if entrance else ""
        target = entrance.port.get("targetPort") if entrance else ""
        port = f"{target}番で" if isinstance(target, int) else f"ポート`{target}`で" if target else ""
        return Told(
            code="lost-not-listening", text=f"宛先のPodが{port}待ち受けていないため", ref=ref, field=field
        )
    if why in _ON_THE_WAY:
        return Told(code="lost-on-the-way", text=f"{_ON_THE_WAY[why]}ため")
    return Told(code="lost-unanswered", text="正しく応答できないPodに届いたため")


def _entrance(run: Run, entry: TraceEntry) -> _Entrance | None:
    """The only port of the Service that requests are sent to, or the one with the node port of a URL."""
    trace, at = run.cluster.trace, entry.data["from_ms"]
    service = trace.object_at(Ref("Service", entry.ref.namespace, entry.ref.name), at)
    if service is not None:
        ports = maps_at(service["spec"], "ports")
        return _Entrance(entry.ref, 0, ports[0]) if len(ports) == 1 else None
    match = _NODE_PORT.match(entry.ref.name)
    for found in trace.objects_at(at, "Service") if match else ():
        for index, port in enumerate(maps_at(found["spec"], "ports")):
            if match and port.get("nodePort") == int(match[1]):
                meta = found["metadata"]
                return _Entrance(Ref("Service", meta["namespace"], meta["name"]), index, port)
    return None


def _service_of_slice(run: Run, entry: TraceEntry) -> Obj | None:
    """The Service with a selector whose EndpointSlice was written."""
    labels = map_at(_written(run, entry)["metadata"], "labels")
    ref = Ref("Service", entry.ref.namespace, str(labels.get(_SERVICE_LABEL, "")))
    service = run.cluster.trace.object_at(ref, entry.time_ms)
    return service if service and map_at(service["spec"], "selector") else None


def _written(run: Run, entry: TraceEntry) -> Obj:
    versions = run.cluster.trace.versions(entry.ref)
    return next((each.obj for each in versions if each.entry == entry.id and each.obj), {"metadata": {}})


def _is_empty(run: Run, entry: TraceEntry) -> bool:
    return not _written(run, entry).get("endpoints")


def _selected(run: Run, service: Obj, namespace: str) -> Iterator[Obj]:
    """The Pods that a Service's selector fits, at the end of the run."""
    selector = map_at(service["spec"], "selector")
    for pod in run.cluster.trace.objects_at(run.cluster.now, "Pod"):
        meta = pod["metadata"]
        is_beside = (meta.get("namespace") or "default") == namespace
        if is_beside and selector.items() <= map_at(meta, "labels").items():
            yield pod


def _port_names(pod: Obj) -> set[object]:
    return {port.get("name") for each in containers_of(pod["spec"]) for port in maps_at(each, "ports")}
