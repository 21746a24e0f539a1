"""What a cluster holds before anyone has applied anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from learn.cluster.addons import metrics_server
from learn.cluster.leases import node_lease
from learn.cluster.network.addons import network_addons
from learn.cluster.network.connect import API_SERVER_IP, API_SERVER_PORT
from learn.cluster.network.services import SERVICE_NAME
from learn.cluster.nodes import NodeSpec, node_object
from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
SERVICE_RANGE = "10.96.0.0/12"
KUBERNETES_IP = "10.96.0.1"
DNS_IP = "10.96.0.10"


def fill(cluster: Cluster, specs: Sequence[NodeSpec]) -> None:
    """Put namespaces, nodes, the `kubernetes` and `kube-dns` Services and the built-in classes there."""
    for obj in _objects():
        cluster.api.create(obj, trusted=True)
    for spec in specs:
        add_node(cluster, spec)
    if specs and cluster.setting("metricsServer", 1):
        for obj in metrics_server():
            cluster.api.create(obj, trusted=True)
    for obj in network_addons(cluster.proxy.settings) if specs else ():
        cluster.api.create(obj)


def add_node(cluster: Cluster, spec: NodeSpec) -> Obj:
    """A node joins: its kubelet registers it with its status, and it is Ready at once."""
    node = node_object(spec, cluster.clock, cluster.now, cluster.version)
    created = cluster.api.create(node, trusted=True)
    registered = cluster.store.put({**created, "status": node["status"]}, "status")
    cluster.api.create(node_lease(registered, cluster.clock.micro_timestamp(cluster.now)), trusted=True)
    return registered


def _objects() -> Iterable[Obj]:
    for name in NAMESPACES:
        yield {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
            "spec": {},
        }
    for name in NAMESPACES:
        yield _plain("v1", "ServiceAccount", "default", name)
        yield root_ca(name)
    for name, value, text in (
        ("system-cluster-critical", 2_000_000_000, "cluster critical pods that must run in the cluster, but can be moved to another node if necessary."),
        ("system-node-critical", 2_000_001_000, "system critical pods that must not be moved from their current node."),
    ):  # fmt: skip
        yield {
            **_plain("scheduling.k8s.io/v1", "PriorityClass", name),
            "value": value,
            "description": f"Used for system {text}",
            "preemptionPolicy": "PreemptLowerPriority",
        }
    storage = _plain("storage.k8s.io/v1", "StorageClass", "standard")
    storage["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    yield {
        **storage,
        "provisioner": "rancher.io/local-path",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": False,
    }
    yield _service("kubernetes", "default", KUBERNETES_IP, [("https", 443, 6443, "TCP")], {
        "component": "apiserver",
        "provider": "kubernetes",
    })  # fmt: skip
    yield {
        **_plain("discovery.k8s.io/v1", "EndpointSlice", "kubernetes", "default"),
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": {SERVICE_NAME: "kubernetes"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [API_SERVER_IP], "conditions": {"ready": True}}],
        "ports": [{"name": "https", "port": API_SERVER_PORT, "protocol": "TCP"}],
    }
    dns = _service("kube-dns", "kube-system", DNS_IP, [("dns", 53, 53, "UDP"), ("dns-tcp", 53, 53, "TCP"), ("metrics", 9153, 9153, "TCP")], {
        "k8s-app": "kube-dns",
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
    })  # fmt: skip
    dns["spec"]["selector"] = {"k8s-app": "kube-dns"}
    yield dns


ROOT_CA = "kube-root-ca.crt"


def root_ca(namespace: str) -> Obj:
    """The ConfigMap that every namespace has for its service accounts' tokens."""
    text = (
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as "
        "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
        "Kubernetes clusters."
    )
    found = _plain("v1", "ConfigMap", ROOT_CA, namespace)
    found["metadata"]["annotations"] = {"kubernetes.io/description": text}
    return {**found, "data": {"ca.crt": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"}}


def _plain(api_version: str, kind: str, name: str, namespace: str = "") -> Obj:
    meta: Obj = {"name": name}
    if namespace:
        meta["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": meta}


def _service(
    name: str,
    namespace: str,
    address: str,
    ports: Iterable[tuple[str, int, int, str]],
    labels: dict[str, str],
) -> Obj:
    service = _plain("v1", "Service", name, namespace)
    service["metadata"]["labels"] = labels
    service["spec"] = {
        "clusterIP": address,
        "clusterIPs": [address],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": [
            {"name": port_name, "port": port, "protocol": protocol, "targetPort": target}
            for port_name, port, target, protocol in ports
        ],
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }
    return service
