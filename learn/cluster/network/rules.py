"""
What the rules on a node do with a packet: which Service port it meets, and which endpoint it is sent to.

`iptables` writes the same rules out as chains; here they are looked up and reckoned with.
Rules: pkg/proxy/iptables/proxier.go, pkg/proxy/nftables/proxier.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from learn.cluster.network.addresses import is_within
from learn.cluster.network.iptables_rules import endpoint_chain, service_chain
from learn.cluster.network.services import (
    SERVICE_NAME,
    Endpoint,
    EndpointSlice,
    Scope,
    Service,
    Unreachable,
    candidates,
    captured_ips,
    endpoints_of,
    has_virtual_ip,
    load_balancer_ips,
)

ALWAYS_WRITTEN = ("KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ")
"""Chains of the nat table that every sync writes anew; those of a Service follow only its own changes."""


class Door(StrEnum):
    """By which of its addresses a packet reaches a Service."""

    CLUSTER_IP = "cluster IP"
    LOAD_BALANCER = "load balancer IP"
    EXTERNAL_IP = "external IP"
    NODE_PORT = "node port"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """One port of one Service, met by one of its doors; `index` is its place in spec.ports."""

    service: Service
    port: Mapping[str, Any]
    index: int
    door: Door

    @property
    def name(self) -> str:
        """`namespace/name:port` as kube-proxy writes it (`namespace/name` for an unnamed port)."""
        port_name = self.port.get("name")
        return f"{key_of(self.service)}:{port_name}" if port_name else key_of(self.service)

    @property
    def protocol(self) -> str:
        return str(self.port.get("protocol") or "TCP")

    @property
    def is_local_only(self) -> bool:
        """Whether the policy for this door keeps to the endpoints of the node."""
        field = "internalTrafficPolicy" if self.door is Door.CLUSTER_IP else "externalTrafficPolicy"
        return bool(self.service["spec"].get(field) == "Local")


def key_of(obj: Mapping[str, Any]) -> str:
    meta = obj["metadata"]
    return f"{meta.get('namespace', 'default')}/{meta['name']}"


class RuleTable:
    """What kube-proxy knows: Services and EndpointSlices, looked up by address and port."""

    def __init__(self, services: Iterable[Service], slices: Iterable[EndpointSlice]) -> None:
        self.services: dict[str, Service] = {}
        self.cluster_ips: dict[str, str] = {}
        self._slices: dict[str, list[EndpointSlice]] = {}
        self._endpoints: dict[tuple[str, str], tuple[Endpoint, ...]] = {}
        self._by_address: dict[tuple[str, int, str], ServicePort] = {}
        self._by_balancer: dict[tuple[str, int, str], ServicePort] = {}
        self._by_health_check: dict[int, Service] = {}
        self._by_node_port: dict[tuple[int, str], ServicePort] = {}
        for item in slices:
            meta = item["metadata"]
            name = (meta.get("labels") or {}).get(SERVICE_NAME, "")
            self._slices.setdefault(f"{meta.get('namespace', 'default')}/{name}", []).append(item)
        for service in services:
            self.services[key_of(service)] = service
            if has_virtual_ip(service):
                self._add(service)

    def _add(self, service: Service) -> None:
        spec = service["spec"]
        self.cluster_ips[spec["clusterIP"]] = key_of(service)
        if check := spec.get("healthCheckNodePort"):
            self._by_health_check.setdefault(check, service)
        doors = [(spec["clusterIP"], Door.CLUSTER_IP)]
        doors += [(ip, Door.EXTERNAL_IP) for ip in spec.get("externalIPs") or ()]
        doors += [(ip, Door.LOAD_BALANCER) for ip in captured_ips(service)]
        for index, port in enumerate(spec.get("ports") or ()):
            protocol = port.get("protocol") or "TCP"
            for address, door in doors:
                found = ServicePort(service=service, port=port, index=index, door=door)
                self._by_address.setdefault((address, port["port"], protocol), found)
            for address in load_balancer_ips(service):
                found = ServicePort(service=service, port=port, index=index, door=Door.LOAD_BALANCER)
                self._by_balancer.setdefault((address, port["port"], protocol), found)
            if port.get("nodePort"):
                found = ServicePort(service=service, port=port, index=index, door=Door.NODE_PORT)
                self._by_node_port.setdefault((port["nodePort"], protocol), found)

    def at_address(self, address: str, port: int, protocol: str) -> ServicePort | None:
        return self._by_address.get((address, port, protocol))

    def at_balancer(self, address: str, port: int, protocol: str) -> ServicePort | None:
        """What a load balancer outside serves at its address, whether or not the nodes know it."""
        return self._by_balancer.get((address, port, protocol))

    def at_node_port(self, port: int, protocol: str) -> ServicePort | None:
        return self._by_node_port.get((port, protocol))

    def at_health_check(self, port: int) -> Service | None:
        return self._by_health_check.get(port)

    def slices(self, key: str) -> list[EndpointSlice]:
        return self._slices.get(key, [])

    def endpoints(self, key: str, port_name: str) -> tuple[Endpoint, ...]:
        """The endpoints of a Service port, ready or not."""
        found = self._endpoints.get((key, port_name))
        if found is None:
            found = self._endpoints[key, port_name] = endpoints_of(self.slices(key), port_name)
        return found

    def choices(
        self, found: ServicePort, scope: Scope, *, from_inside: bool
    ) -> tuple[Endpoint, ...] | Unreachable:
        """
        Return the endpoints among which a packet is drawn at one node.

        A Pod, or the node itself, that uses an external address is spread over all endpoints even under
        externalTrafficPolicy Local (the KUBE-EXT- chain's rules for local sources).
        """
        endpoints = self.endpoints(key_of(found.service), found.port.get("name") or "")
        if found.door is Door.CLUSTER_IP:
            return candidates(found.service, endpoints, scope)
        if found.is_local_only and from_inside:
            everywhere = {**found.service["spec"], "externalTrafficPolicy": "Cluster"}
            return candidates({**found.service, "spec": everywhere}, endpoints, scope)
        external = Scope(node=scope.node, zone=scope.zone, is_external=True)
        return candidates(found.service, endpoints, external)


def in_source_ranges(service: Service, client: str) -> bool:
    """Tell whether loadBalancerSourceRanges lets a client in; they guard load balancer addresses only."""
    ranges = service["spec"].get("loadBalancerSourceRanges") or ()
    if not ranges or not client:
        return True
    return any(is_within(client, each) for each in ranges)


def chains_on_the_way(found: ServicePort, *, from_node: bool, is_local_only: bool) -> tuple[str, ...]:
    """Return the chains of the nat table that a packet passes before an endpoint is chosen."""
    protocol = found.protocol.lower()
    last = service_chain("KUBE-SVL-" if is_local_only else "KUBE-SVC-", found.name, protocol)
    first = ("OUTPUT" if from_node else "PREROUTING", "KUBE-SERVICES")
    outer = service_chain("KUBE-EXT-", found.name, protocol)
    match found.door:
        case Door.CLUSTER_IP:
            return (*first, last)
        case Door.NODE_PORT:
            return (*first, "KUBE-NODEPORTS", outer, last)
        case Door.LOAD_BALANCER if found.service["spec"].get("loadBalancerSourceRanges"):
            return (*first, service_chain("KUBE-FW-", found.name, protocol), outer, last)
    return (*first, outer, last)


def chains_of(found: ServicePort, endpoints: Sequence[Endpoint]) -> frozenset[str]:
    """Return the chains that belong to one Service port: those that its own sync writes anew."""
    protocol = found.protocol.lower()
    prefixes = ("KUBE-SVC-", "KUBE-SVL-", "KUBE-EXT-", "KUBE-FW-")
    own = {service_chain(prefix, found.name, protocol) for prefix in prefixes}
    return frozenset(own | {_chain(found, each) for each in endpoints})


def spread(
    found: ServicePort,
    endpoints: Sequence[Endpoint],
    flushed: Mapping[str, Any] | frozenset[str] = frozenset(),
) -> list[tuple[Endpoint | None, Fraction]]:
    """
    Return each endpoint's share of new connections; None stands for those that meet no rule.

    Rule i of n takes 1/(n-i) of what reaches it, so that each endpoint has 1/n.  Where an endpoint's own
    chain was emptied by hand, its packets come back and go on to the rules after it.
    """
    count = len(endpoints)
    if not flushed:
        return [(endpoint, Fraction(1, count)) for endpoint in endpoints]
    left = Fraction(1)
    shares: list[tuple[Endpoint | None, Fraction]] = []
    for index, endpoint in enumerate(endpoints):
        if _chain(found, endpoint) in flushed:
            continue
        taken = left / (count - index)
        shares.append((endpoint, taken))
        left -= taken
    return [*shares, (None, left)] if left else shares


def _chain(found: ServicePort, endpoint: Endpoint) -> str:
    return endpoint_chain(found.name, found.protocol.lower(), f"{endpoint.ip}:{endpoint.port}")
