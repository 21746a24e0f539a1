"""What stands where in a cluster, as plain data for a drawing and for its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from learn.cluster.cluster import Cluster
from learn.cluster.objects import Obj
from learn.kubectl.columns.pods import summarize
from learn.labs.terminal.session import is_system

MOST_PODS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PodBox:
    """`state` is one of the six states of the interface, `word` the STATUS that kubectl shows."""

    name: str
    namespace: str
    state: str
    word: str
    ready: str
    ip: str
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Berth:
    """A node and the Pods on it."""

    name: str
    state: str
    word: str
    pods: tuple[PodBox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A Service: where it listens, the Pods it sends to and those it leaves out for now."""

    name: str
    namespace: str
    type: str
    address: str
    ports: str
    targets: tuple[str, ...]
    held_back: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`waiting` are Pods without a node; `left_out` counts the Pods that are too many to draw."""

    berths: tuple[Berth, ...]
    waiting: tuple[PodBox, ...]
    gates: tuple[Gate, ...]
    pods: tuple[PodBox, ...]
    left_out: int

    @property
    def summary(self) -> str:
        ready = sum(pod.state == "ready" for pod in self.pods)
        pods = f"Podは{len(self.pods) + self.left_out}個です" if self.pods else "Podはまだありません"
        shown = f"（準備完了は{ready}個）" if self.pods else ""
        return f"ノードは{len(self.berths)}台、{pods}{shown}。"


def picture_of(cluster: Cluster) -> Picture:
    now_ms = cluster.clock.start_ms + cluster.now
    pods = [_box(pod, now_ms) for pod in _own(cluster.objects("Pod", None))]
    shown = pods[:MOST_PODS]
    slices = cluster.objects("EndpointSlice", None)
    return Picture(
        berths=tuple(_berth(node, shown) for node in cluster.objects("Node")),
        waiting=tuple(pod for pod in shown if not pod.node),
        gates=tuple(_gate(service, slices) for service in _own(cluster.objects("Service", None))),
        pods=tuple(shown),
        left_out=len(pods) - len(shown),
    )


def _own(objects: Iterable[Obj]) -> Iterable[Obj]:
    return (obj for obj in objects if not is_system(obj["metadata"]["namespace"]))


def _box(pod: Obj, now_ms: int) -> PodBox:
    found = summarize(pod, now_ms)
    return PodBox(
        name=pod["metadata"]["name"],
        namespace=pod["metadata"]["namespace"],
        state=_pod_state(pod, found.status, found.ready),
        word=found.status,
        ready=found.ready,
        ip=pod.get("status", {}).get("podIP", ""),
        node=pod["spec"].get("nodeName", ""),
    )


_WAITING_WORDS = {"Pending", "ContainerCreating", "PodInitializing", "SchedulingGated"}


def _pod_state(pod: Obj, word: str, ready: str) -> str:
    if pod["metadata"].get("deletionTimestamp") or word == "Completed":
        return "end"
    if word in _WAITING_WORDS or word.startswith("Init:"):
        return "wait"
    if word == "Running":
        up, _, total = ready.partition("/")
        return "ready" if up == total else "unready"
    return "warn" if word in ("CrashLoopBackOff", "ImagePullBackOff") else "fail"


def _berth(node: Obj, pods: Iterable[PodBox]) -> Berth:
    conditions: Mapping[str, str] = {
        item["type"]: item["status"] for item in node.get("status", {}).get("conditions", ())
    }
    is_ready = conditions.get("Ready") == "True"
    cordoned = bool(node["spec"].get("unschedulable"))
    name = node["metadata"]["name"]
    return Berth(
        name=name,
        state="warn" if is_ready and cordoned else "ready" if is_ready else "fail",
        word="Ready" * is_ready + "NotReady" * (not is_ready) + ",SchedulingDisabled" * cordoned,
        pods=tuple(pod for pod in pods if pod.node == name),
    )


def _gate(service: Obj, slices: Iterable[Obj]) -> Gate:
    meta, spec = service["metadata"], service["spec"]
    targets: list[str] = []
    held_back: list[str] = []
    for piece in slices:
        labels = piece["metadata"].get("labels", {})
        if (
            piece["metadata"]["namespace"] != meta["namespace"]
            or labels.get("kubernetes.io/service-name") != meta["name"]
        ):
            continue
        for endpoint in piece.get("endpoints") or ():
            ready = endpoint.get("conditions", {}).get("ready", True)
            (targets if ready else held_back).append(_endpoint_name(endpoint))
    return Gate(
        name=meta["name"],
        namespace=meta["namespace"],
        type=spec.get("type", "ClusterIP"),
        address=spec.get("clusterIP", ""),
        ports="、".join(_port(port) for port in spec.get("ports", ())),
        targets=tuple(dict.fromkeys(targets)),
        held_back=tuple(dict.fromkeys(held_back)),
    )


def _endpoint_name(endpoint: Obj) -> str:
    target = endpoint.get("targetRef") or {}
    return str(target.get("name") or ", ".join(endpoint.get("addresses") or ()))


def _port(port: Obj) -> str:
    node_port = f"（nodePort {port['nodePort']}）" if port.get("nodePort") else ""
    return f"{port['port']} → {port.get('targetPort', port['port'])}{node_port}"
