"""Heartbeats: the Lease that each kubelet renews every ten seconds (pkg/kubelet/kubelet.go, component-helpers lease).

No timer stands behind a renewal.  While a kubelet works, the time of its last renewal is known whenever the
Lease is read; it is written down only when the kubelet falls silent, and when it speaks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn.cluster.objects import Obj, Ref

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

NAMESPACE = "kube-node-lease"
HEARTBEAT_MS = 10_000
"""A quarter of the Lease's duration (nodeLeaseRenewIntervalFraction)."""

DURATION_SECONDS = 40


def last_heartbeat(ms: int) -> int:
    """The last heartbeat at or before an instant."""
    return ms // HEARTBEAT_MS * HEARTBEAT_MS


def node_lease(node: Obj, renewed: str) -> Obj:
    """The Lease of a node as its kubelet makes it."""
    meta = node["metadata"]
    owner = {"apiVersion": "v1", "kind": "Node", "name": meta["name"], "uid": meta["uid"]}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": meta["name"], "namespace": NAMESPACE, "ownerReferences": [owner]},
        "spec": {
            "holderIdentity": meta["name"],
            "leaseDurationSeconds": DURATION_SECONDS,
            "renewTime": renewed,
        },
    }


class NodeLeases:
    """The Leases of all nodes."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        cluster.store.views["Lease"] = self.seen

    def seen(self, lease: Obj) -> Obj:
        """A Lease as it is read now; one of a node that is silent, or of anybody else, as it was written."""
        node, cluster = lease["metadata"]["name"], self.cluster
        if lease["metadata"].get("namespace") != NAMESPACE or cluster.kubelet.is_frozen(node):
            return lease
        if cluster.store.find("Node", "", node) is None:
            return lease
        renewed = cluster.clock.micro_timestamp(last_heartbeat(cluster.now))
        spec = lease.get("spec") or {}
        if renewed <= (spec.get("renewTime") or ""):
            return lease
        return {**lease, "spec": {**spec, "renewTime": renewed}}

    def write(self, node: str, ms: int) -> None:
        """Note the instant of a node's last renewal."""
        ref = Ref("Lease", NAMESPACE, node)
        stamp = self.cluster.clock.micro_timestamp(ms)
        if self.cluster.store.get(ref) is not None:
            self.cluster.api.modify(ref, lambda obj: {**obj, "spec": {**obj["spec"], "renewTime": stamp}})
