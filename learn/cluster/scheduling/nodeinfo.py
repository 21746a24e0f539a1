"""Nodes with what runs on them, kept up to date Pod by Pod (framework/types.go NodeInfo, PodInfo)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

from learn.cluster.api.access import int_at, map_at, maps_at, text_at
from learn.cluster.objects import Obj, labels_of
from learn.cluster.pods import is_terminal
from learn.cluster.scheduling.amounts import Amounts, node_amounts, pod_amounts
from learn.cluster.scheduling.terms import PodTerms, pod_terms

GroupKey: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]

EVERY_ADDRESS = "0.0.0.0"


class HostPort(NamedTuple):
    address: str
    protocol: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PodInfo:
    """What the scheduler reads of a Pod, parsed once.

    `group` is its namespace and labels: what selectors see, equal for all Pods of one ReplicaSet.
    """

    pod: Obj
    namespace: str
    name: str
    uid: str
    group: GroupKey
    labels: Mapping[str, str]
    spec: Mapping[str, Any]
    priority: int
    requests: Amounts
    scored_cpu: int
    scored_memory: int
    ports: tuple[HostPort, ...]
    terms: PodTerms
    is_deleting: bool

    @property
    def tolerations(self) -> Sequence[Mapping[str, Any]]:
        return maps_at(self.spec, "tolerations")


def pod_info(pod: Obj) -> PodInfo:
    meta = pod["metadata"]
    spec = map_at(pod, "spec")
    namespace = meta.get("namespace") or "default"
    labels = labels_of(pod)
    asked = pod_amounts(pod)
    return PodInfo(
        pod=pod,
        namespace=namespace,
        name=meta["name"],
        uid=meta.get("uid") or f"{namespace}/{meta['name']}",
        group=(namespace, tuple(sorted(labels.items()))),
        labels=labels,
        spec=spec,
        priority=int_at(spec, "priority") or 0,
        requests=asked.requests,
        scored_cpu=asked.scored_cpu,
        scored_memory=asked.scored_memory,
        ports=host_ports(spec),
        terms=pod_terms(spec, namespace, labels),
        is_deleting="deletionTimestamp" in meta,
    )


def host_ports(spec: Mapping[str, Any]) -> tuple[HostPort, ...]:
    """The node's ports that containers and sidecars take (not ordinary init containers)."""
    containers = maps_at(spec, "containers") + [
        each for each in maps_at(spec, "initContainers") if each.get("restartPolicy") == "Always"
    ]
    return tuple(
        HostPort(
            text_at(port, "hostIP") or EVERY_ADDRESS, text_at(port, "protocol") or "TCP", port["hostPort"]
        )
        for container in containers
        for port in maps_at(container, "ports")
        if (int_at(port, "hostPort") or 0) > 0
    )


@dataclass(slots=True)
class GroupCount:
    """How many Pods of one namespace with the same labels a node has; `live` without those that are ending."""

    namespace: str
    labels: Mapping[str, str]
    total: int = 0
    live: int = 0


class NodeInfo:
    """A node and its Pods.  `requested` sums what they ask for, in the units of `amounts`."""

    __slots__ = (
        "affine",
        "allocatable",
        "anti",
        "groups",
        "images",
        "is_unschedulable",
        "labels",
        "name",
        "node",
        "pods",
        "ports",
        "prefer_taints",
        "requested",
        "scored_cpu",
        "scored_memory",
        "taints",
    )

    def __init__(self, node: Obj) -> None:
        self.pods: dict[str, PodInfo] = {}
        self.requested: dict[str, int] = {}
        self.scored_cpu = 0
        self.scored_memory = 0
        self.ports: dict[HostPort, int] = {}
        self.groups: dict[GroupKey, GroupCount] = {}
        self.affine: dict[str, PodInfo] = {}
        self.anti: dict[str, PodInfo] = {}
        self.set_node(node)

    def set_node(self, node: Obj) -> None:
        """Take over a newer version of the node's object."""
        spec = map_at(node, "spec")
        taints = maps_at(spec, "taints")
        self.node = node
        self.name: str = node["metadata"]["name"]
        self.labels = labels_of(node)
        self.is_unschedulable = spec.get("unschedulable") is True
        self.taints = tuple(t for t in taints if t.get("effect") in ("NoSchedule", "NoExecute"))
        self.prefer_taints = tuple(t for t in taints if t.get("effect") == "PreferNoSchedule")
        self.allocatable = node_amounts(node)
        self.images = {
            name: int_at(image, "sizeBytes") or 0
            for image in maps_at(map_at(node, "status"), "images")
            for name in image.get("names") or ()
        }

    def add(self, info: PodInfo) -> None:
        """Count a Pod here, instead of what was known of it before."""
        self.remove(info.uid)
        self.pods[info.uid] = info
        self._count(info, 1)
        if info.terms.required or info.terms.preferred or info.terms.anti_preferred:
            self.affine[info.uid] = info
        if info.terms.anti_required:
            self.anti[info.uid] = info

    def remove(self, uid: str) -> None:
        """Take a Pod away; one that is not there is no error."""
        info = self.pods.pop(uid, None)
        if info is not None:
            self._count(info, -1)
            self.affine.pop(uid, None)
            self.anti.pop(uid, None)

    def _count(self, info: PodInfo, sign: int) -> None:
        requested = self.requested
        for name, amount in info.requests.items():
            requested[name] = requested.get(name, 0) + sign * amount
        self.scored_cpu += sign * info.scored_cpu
        self.scored_memory += sign * info.scored_memory
        group = self.groups.get(info.group)
        if group is None:
            group = self.groups[info.group] = GroupCount(info.namespace, info.labels)
        group.total += sign
        if not info.is_deleting:
            group.live += sign
        if not group.total:
            del self.groups[info.group]
        for port in info.ports:
            self.ports[port] = self.ports.get(port, 0) + sign
            if not self.ports[port]:
                del self.ports[port]

    def copy(self) -> NodeInfo:
        other = NodeInfo(self.node)
        for info in self.pods.values():
            other.add(info)
        return other


class Lister(Protocol):
    """Where other objects are looked up; `store.Store` is one."""

    def find(self, kind: str, namespace: str, name: str) -> Obj | None: ...

    def objects(self, kind: str, namespace: str | None = None) -> list[Obj]: ...


class Objects:
    """A Lister over given objects."""

    def __init__(self, objects: Iterable[Obj] = ()) -> None:
        self._objects = list(objects)

    def find(self, kind: str, namespace: str, name: str) -> Obj | None:
        listed = self.objects(kind, namespace or None)
        return next((obj for obj in listed if obj["metadata"]["name"] == name), None)

    def objects(self, kind: str, namespace: str | None = None) -> list[Obj]:
        return [
            obj
            for obj in self._objects
            if obj["kind"] == kind and namespace in (None, obj["metadata"].get("namespace"))
        ]


@dataclass(slots=True)
class Snapshot:
    """All nodes by name, and where to look up the rest.  `minor` is the cluster's version (1.`minor`)."""

    nodes: dict[str, NodeInfo]
    lister: Lister = field(default_factory=Objects)
    minor: int = 37

    @staticmethod
    def of(nodes: Iterable[Obj], pods: Iterable[Obj] = (), others: Iterable[Obj] = ()) -> Snapshot:
        """A snapshot from objects; Pods count where their `spec.nodeName` says, unless they have ended."""
        infos = {node["metadata"]["name"]: NodeInfo(node) for node in nodes}
        for pod in pods:
            info = infos.get(pod["spec"].get("nodeName", ""))
            if info is not None and not is_terminal(pod):
                info.add(pod_info(pod))
        return Snapshot(dict(sorted(infos.items())), Objects(others))

    def namespace_labels(self, name: str) -> Mapping[str, str]:
        namespace = self.lister.find("Namespace", "", name)
        return labels_of(namespace) if namespace else {}

    def replacing(self, *nodes: NodeInfo) -> Snapshot:
        """The same with other versions of some nodes."""
        return Snapshot({**self.nodes, **{node.name: node for node in nodes}}, self.lister, self.minor)
