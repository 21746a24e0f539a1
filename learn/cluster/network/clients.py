"""Where a request comes from: a Pod, a node, or the world outside the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from learn.cluster.network.networkpolicy import Peer
from learn.cluster.objects import Obj, Ref, labels_of

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

OUTSIDE_IP = "198.51.100.7"
"""The address of a client outside the cluster, unless it is said (RFC 5737)."""

ANONYMOUS_IP = "10.244.255.254"
"""The address of a Pod of which only the namespace is known."""

CLUSTER_DNS_POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """
    Who sends a request; the world outside has neither node nor namespace.

    `is_many` stands for many clients with addresses of their own: session affinity then keeps none of
    them together.
    """

    ip: str
    node: str = ""
    namespace: str = ""
    pod: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    host_network: bool = False
    dns_policy: str = "ClusterFirst"
    is_many: bool = False

    @property
    def is_outside(self) -> bool:
        return not self.node and not self.namespace

    @property
    def is_pod(self) -> bool:
        """Whether it has an address of its own in the Pod network, so that policies can select it."""
        return bool(self.namespace) and not self.host_network

    @property
    def uses_cluster_dns(self) -> bool:
        if not self.namespace:
            return False
        return self.dns_policy == "ClusterFirstWithHostNet" or (
            self.dns_policy == "ClusterFirst" and not self.host_network
        )

    @property
    def ref(self) -> Ref | None:
        if self.pod:
            return Ref("Pod", self.namespace, self.pod)
        return Ref("Node", "", self.node) if self.node and not self.namespace else None


def outside(ip: str = OUTSIDE_IP, *, is_many: bool = False) -> Client:
    return Client(ip=ip, is_many=is_many)


def from_node(cluster: Cluster, name: str) -> Client:
    return Client(ip=cluster.kubelet.addresses.host_ip(name), node=name)


def from_pod(pod: Obj) -> Client:
    """A client in a Pod that runs; one that has no address yet cannot reach anything."""
    spec, meta = pod["spec"], pod["metadata"]
    return Client(
        ip=(pod.get("status") or {}).get("podIP", ""),
        node=spec.get("nodeName", ""),
        namespace=meta["namespace"],
        pod=meta["name"],
        labels=labels_of(pod),
        host_network=bool(spec.get("hostNetwork")),
        dns_policy=spec.get("dnsPolicy") or "ClusterFirst",
    )


def in_namespace(cluster: Cluster, namespace: str, node: str = "", ip: str = "") -> Client:
    """A Pod of which nothing is known but its namespace, on the first node unless it is said."""
    if not node:
        nodes = cluster.store.objects("Node")
        node = nodes[0]["metadata"]["name"] if nodes else ""
    return Client(ip=ip or ANONYMOUS_IP, node=node, namespace=namespace)


def named(cluster: Cluster, source: str, namespace: str = "default") -> Client:
    """
    Return the client that a text names: `outside`, an outside address, `node/NAME`, `pod/NAME`, `NAMESPACE/POD`, or a Pod's name.

    Raises KeyError when there is no such Pod or node.
    """
    head, _, tail = source.partition("/")
    if source in ("outside", "external", ""):
        return outside()
    if head in ("node", "nodes"):
        if cluster.store.find("Node", "", tail) is None:
            raise KeyError(source)
        return from_node(cluster, tail)
    if not tail and head.replace(".", "").isdigit():
        return outside(head)
    if head in ("pod", "pods"):
        namespace, name = tail.split("/", 1) if "/" in tail else (namespace, tail)
    else:
        namespace, name = (head, tail) if tail else (namespace, head)
    pod = cluster.store.find("Pod", namespace, name)
    if pod is None:
        raise KeyError(source)
    return from_pod(pod)


def peer_of(cluster: Cluster, client: Client) -> Peer:
    """The client as NetworkPolicies see it."""
    return Peer(
        ip=client.ip,
        namespace=client.namespace if client.is_pod else "",
        namespace_labels=namespace_labels(cluster, client.namespace),
        labels=client.labels,
        is_node=bool(client.node) and not client.is_pod,
    )


def pod_peer(cluster: Cluster, pod: Obj) -> Peer:
    """A Pod as NetworkPolicies see it: with its labels, its namespace's, and its named ports."""
    meta, spec = pod["metadata"], pod["spec"]
    return Peer(
        ip=(pod.get("status") or {}).get("podIP", ""),
        namespace="" if spec.get("hostNetwork") else meta["namespace"],
        namespace_labels=namespace_labels(cluster, meta["namespace"]),
        labels=labels_of(pod),
        ports=named_ports(spec),
    )


def named_ports(spec: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """The numbers of named ports: of containers, then of sidecars; of equal names the first counts."""
    sidecars = [each for each in spec.get("initContainers") or () if each.get("restartPolicy") == "Always"]
    found: dict[tuple[str, str], int] = {}
    for container in [*(spec.get("containers") or ()), *sidecars]:
        for port in container.get("ports") or ():
            if port.get("name"):
                found.setdefault((port["name"], port.get("protocol") or "TCP"), port["containerPort"])
    return found


def namespace_labels(cluster: Cluster, name: str) -> Mapping[str, str]:
    found = cluster.store.find("Namespace", "", name) if name else None
    return {"kubernetes.io/metadata.name": name, **labels_of(found)} if found else {}
