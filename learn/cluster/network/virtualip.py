"""Through a Service's virtual address: which endpoint a node's rules choose, and whose address the Pod will see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from learn.cluster.network.hops import Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.packets import Packet, Picker, failed
from learn.cluster.network.rules import Door, ServicePort, chains_on_the_way, in_source_ranges, spread
from learn.cluster.network.services import Endpoint, Scope, Unreachable, affinity_seconds, is_masqueraded
from learn.cluster.objects import Ref, ref_of

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

MASQUERADE = frozenset({"KUBE-MARK-MASQ", "KUBE-POSTROUTING"})

Sent: TypeAlias = tuple[Trip, Packet | Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAddress:
    """One Service port as the rules of one node know it; `from_inside` tells the node's own clients from others."""

    cluster: Cluster
    node: str
    found: ServicePort
    from_inside: bool

    @property
    def _flushed(self) -> frozenset[str]:
        emptied = self.cluster.proxy.flushed(self.node)
        return frozenset(each.removeprefix("nat/") for each in emptied if each.startswith("nat/"))

    def is_led_to(self, packet: Packet) -> bool:
        """Whether the chains on the way to the Service's own are there; some may have been emptied by hand."""
        if not self.cluster.proxy.flushed(self.node):
            return True
        from_node = self.from_inside and not packet.client.is_pod
        way = chains_on_the_way(self.found, from_node=from_node, is_local_only=self.found.is_local_only)
        return not self._flushed.intersection(way)

    def translate(self, trip: Trip, packet: Packet, pick: Picker, *, remembers: bool) -> Iterator[Sent]:
        """Send the packet on to the endpoints that `pick` follows."""
        found, proxy = self.found, self.cluster.proxy
        port = f"spec.ports[{found.index}]"
        if found.door is Door.NODE_PORT:
            trip = trip.via(
                HopKind.NODE_PORT, Ref("Node", "", self.node), f"{port}.nodePort", port=packet.port
            )
        trip = trip.via(
            HopKind.SERVICE, ref_of(dict(found.service)), port,
            address=packet.ip, port=packet.port, door=found.door.value, node=self.node,
        )  # fmt: skip
        if found.door is Door.LOAD_BALANCER and not in_source_ranges(found.service, packet.client.ip):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.SOURCE_RANGE)
            return
        scope = Scope(node=self.node, zone=proxy.zone(self.node))
        choices = proxy.table(self.node).choices(found, scope, from_inside=self.from_inside)
        if isinstance(choices, Unreachable):
            yield trip, self._refused(choices)
            return
        yield from self._endpoints(trip, packet, choices, pick, remembers=remembers)

    def _refused(self, why: Unreachable) -> Failure:
        """REJECT where no endpoint exists anywhere, DROP where only this node has none."""
        if why is Unreachable.NO_LOCAL_ENDPOINTS:
            return failed(Symptom.CONNECT_TIMEOUT, Reason.NO_LOCAL_ENDPOINTS)
        is_emptied = "filter/KUBE-SERVICES" in self.cluster.proxy.flushed(self.node)
        return failed(Symptom.CONNECT_TIMEOUT if is_emptied else Symptom.REFUSED, Reason.NO_ENDPOINTS)

    def _endpoints(
        self, trip: Trip, packet: Packet, choices: tuple[Endpoint, ...], pick: Picker, *, remembers: bool
    ) -> Iterator[Sent]:
        found, proxy, flushed = self.found, self.cluster.proxy, self._flushed
        seconds = affinity_seconds(found.service)
        shares = spread(found, choices, flushed)
        kept = ""
        if seconds is not None and not packet.client.is_many:
            kept = proxy.affinity(self.node, found, packet.source_ip, seconds)
            shares = self._sticking(shares, kept, packet.source_ip)
        for endpoint, share in pick(shares):
            if endpoint is None:
                yield trip.times(share), failed(Symptom.CONNECT_TIMEOUT, Reason.NO_RULES)
                continue
            address = f"{endpoint.ip}:{endpoint.port}"
            if seconds is not None and remembers:
                proxy.stick(self.node, found, packet.source_ip, address, seconds)
            masked = self._is_masked(packet, endpoint)
            source = self.cluster.kubelet.addresses.host_ip(self.node) if masked else packet.source_ip
            hop = trip.times(share).via(
                HopKind.ENDPOINT, self._pod(endpoint), f"spec.ports[{found.index}].targetPort",
                address=address, among=len(choices), node=endpoint.node, source=source,
                policy="Local" if found.is_local_only else "Cluster", sticky=address == kept,
            )  # fmt: skip
            if masked and flushed & MASQUERADE and endpoint.node != self.node:
                yield hop, failed(Symptom.CONNECT_TIMEOUT, Reason.NO_RULES)
            else:
                yield hop, replace(packet, source_ip=source, ip=endpoint.ip, port=endpoint.port)

    def _sticking(
        self, shares: list[tuple[Endpoint | None, Fraction]], kept: str, client: str
    ) -> list[tuple[Endpoint | None, Fraction]]:
        """The one endpoint that a client sticks to: the one that it had, else one that is drawn now."""
        for endpoint, _ in shares:
            if endpoint and f"{endpoint.ip}:{endpoint.port}" == kept:
                return [(endpoint, Fraction(1))]
        key = f"affinity/{self.node}/{self.found.name}/{client}/{self.cluster.now}"
        weights = [float(share) for _, share in shares]
        drawn = self.cluster.engine.drawn(key).choices(shares, weights=weights)[0]
        return [(drawn[0], Fraction(1))]

    def _is_masked(self, packet: Packet, endpoint: Endpoint) -> bool:
        """Whether the Pod sees the node's address instead of the client's (KUBE-MARK-MASQ)."""
        is_external = self.found.door is not Door.CLUSTER_IP
        from_host = self.from_inside and not packet.client.is_pod
        if is_external and self.found.is_local_only and from_host:
            return True
        return is_masqueraded(
            self.found.service,
            Scope(node=self.node, is_external=is_external),
            from_pod=packet.client.is_pod,
            is_hairpin=packet.source_ip == endpoint.ip,
        )

    def _pod(self, endpoint: Endpoint) -> Ref | None:
        namespace = self.found.service["metadata"].get("namespace", "default")
        return Ref("Pod", namespace, endpoint.pod) if endpoint.pod else None
