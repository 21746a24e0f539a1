"""What NetworkPolicies say of a connection on its way: out of the client, then into the Pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from learn.cluster.network import clients
from learn.cluster.network.hops import Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.networkpolicy import Direction, Peer, one_way
from learn.cluster.network.packets import Packet, failed
from learn.cluster.objects import Obj, Ref

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

DNS_PORT = 53


class Guard:
    """The cluster's CNI plugin; `is_on` only where it enforces policies and there are some.

    `nodes` maps the addresses of nodes to their names.
    """

    def __init__(self, cluster: Cluster, nodes: Mapping[str, str]) -> None:
        self.cluster = cluster
        self.nodes = nodes
        enforces = cluster.proxy.settings.enforces_policies
        self.is_on = enforces and bool(cluster.store.objects("NetworkPolicy"))

    def check(self, trip: Trip, packet: Packet, pod: Obj | None) -> tuple[Trip, Failure | None]:
        """What the client's policies let out, then what the Pod's let in; a Pod always reaches itself."""
        if not self.is_on or (packet.client.ip == packet.ip and packet.client.is_pod):
            return trip, None
        destination = clients.pod_peer(self.cluster, pod) if pod else Peer(ip=packet.ip)
        trip, stopped = self.leave(trip, packet, destination)
        if stopped or pod is None:
            return trip, stopped
        return self._enter(trip, packet, pod, destination)

    def leave(self, trip: Trip, packet: Packet, destination: Peer) -> tuple[Trip, Failure | None]:
        """What the policies that select the client let out."""
        client = packet.client
        if not client.is_pod or not self.is_on:
            return trip, None
        source = clients.peer_of(self.cluster, client)
        return self._judge(trip, packet, "Egress", client.namespace, source, destination)

    def _enter(self, trip: Trip, packet: Packet, pod: Obj, destination: Peer) -> tuple[Trip, Failure | None]:
        """What the policies that select the Pod let in; its own node may always come in."""
        if not destination.is_pod or self.nodes.get(packet.source_ip) == pod["spec"].get("nodeName"):
            return trip, None
        client = packet.client
        is_itself = packet.source_ip == client.ip
        source = clients.peer_of(self.cluster, client) if is_itself else Peer(ip=packet.source_ip)
        return self._judge(trip, packet, "Ingress", pod["metadata"]["namespace"], source, destination)

    def _judge(
        self,
        trip: Trip,
        packet: Packet,
        direction: Direction,
        namespace: str,
        source: Peer,
        destination: Peer,
    ) -> tuple[Trip, Failure | None]:
        policies = self.cluster.store.objects("NetworkPolicy", namespace)
        verdict = one_way(
            policies, direction, source, destination, port=packet.port, protocol=packet.protocol
        )
        for name in verdict.policies:
            trip = trip.via(
                HopKind.POLICY, Ref("NetworkPolicy", *name.split("/", 1)), f"spec.{direction.lower()}",
                direction=direction, allowed=verdict.allowed, port=packet.port, protocol=packet.protocol,
                source=source.ip, destination=destination.ip,
            )  # fmt: skip
        if verdict.allowed:
            return trip, None
        if packet.port == DNS_PORT and packet.protocol == "UDP":
            return trip, failed(Symptom.UNRESOLVED, Reason.DNS_BLOCKED)
        reason = Reason.POLICY_EGRESS if direction == "Egress" else Reason.POLICY_INGRESS
        return trip, failed(Symptom.CONNECT_TIMEOUT, reason)
