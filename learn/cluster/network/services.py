"""
Which endpoint a Service's virtual IP leads to.

Rules: pkg/proxy/topology.go (CategorizeEndpoints), pkg/proxy/iptables/proxier.go.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Service = Mapping[str, Any]
EndpointSlice = Mapping[str, Any]
SERVICE_NAME = "kubernetes.io/service-name"
CLIENT_IP_SECONDS = 10800


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address of one Service port, as an EndpointSlice lists it."""

    ip: str
    port: int
    node: str = ""
    zone: str = ""
    pod: str = ""
    is_ready: bool = True
    is_serving: bool = True
    is_terminating: bool = False
    zone_hints: tuple[str, ...] = ()
    node_hints: tuple[str, ...] = ()


class Unreachable(StrEnum):
    """Why no endpoint takes the packet: refused at once, or dropped until the client gives up."""

    NO_ENDPOINTS = "no-endpoints"
    NO_LOCAL_ENDPOINTS = "no-local-endpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    Where a packet meets the rules: the node that proxies it and its zone.

    `is_external` tells traffic to a node port or load balancer address from traffic to the ClusterIP.
    """

    node: str
    zone: str = ""
    is_external: bool = False


def is_headless(service: Service) -> bool:
    return bool(service["spec"].get("clusterIP") == "None")


def has_virtual_ip(service: Service) -> bool:
    """Tell whether kube-proxy writes rules for a Service (neither headless nor ExternalName)."""
    spec = service["spec"]
    return spec.get("type") != "ExternalName" and spec.get("clusterIP", "") not in ("", "None")


def load_balancer_ips(service: Service) -> tuple[str, ...]:
    """Return the addresses that a load balancer wrote into the status."""
    return tuple(each["ip"] for each in _balancer_status(service) if each.get("ip"))


def captured_ips(service: Service) -> tuple[str, ...]:
    """Return those that kube-proxy writes rules for: with ipMode Proxy, packets go out to the balancer (KEP-1860)."""
    return tuple(
        each["ip"] for each in _balancer_status(service) if each.get("ip") and each.get("ipMode") != "Proxy"
    )


def _balancer_status(service: Service) -> Sequence[Mapping[str, Any]]:
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    return balancer.get("ingress") or ()


def slices_of(service: Service, slices: Iterable[EndpointSlice]) -> list[EndpointSlice]:
    """Return the slices that belong to a Service, by their label and namespace."""
    metadata = service["metadata"]
    return [
        item
        for item in slices
        if item["metadata"].get("namespace") == metadata.get("namespace")
        and (item["metadata"].get("labels") or {}).get(SERVICE_NAME) == metadata["name"]
    ]


def endpoints_of(slices: Iterable[EndpointSlice], port_name: str) -> tuple[Endpoint, ...]:
    """Return the IPv4 endpoints of a Service port, in the order of their addresses as text, each once."""
    found: dict[tuple[str, int], Endpoint] = {}
    for item in slices:
        if item.get("addressType", "IPv4") != "IPv4":
            continue
        for port in item.get("ports") or ():
            if (port.get("name") or "") == port_name and port.get("port"):
                for endpoint in _addresses(item, port["port"]):
                    found.setdefault((endpoint.ip, endpoint.port), endpoint)
    return tuple(sorted(found.values(), key=lambda each: f"{each.ip}:{each.port}"))


def candidates(
    service: Service, endpoints: Sequence[Endpoint], scope: Scope
) -> tuple[Endpoint, ...] | Unreachable:
    """
    Return the endpoints among which a new connection is drawn, each with the same chance.

    Ready ones; where the scope has none, those still serving while they terminate. Policy Local keeps to
    the node that proxies; a traffic distribution narrows the choice only while hints leave someone.
    """
    if _policy(service, scope) == "Local":
        if local := _usable([endpoint for endpoint in endpoints if endpoint.node == scope.node]):
            return local
        return Unreachable.NO_LOCAL_ENDPOINTS if _usable(endpoints) else Unreachable.NO_ENDPOINTS
    if ready := tuple(endpoint for endpoint in endpoints if endpoint.is_ready):
        return _near(ready, scope)
    return _usable(endpoints) or Unreachable.NO_ENDPOINTS


def affinity_seconds(service: Service) -> int | None:
    """Return for how long a client stays with its endpoint, or None without session affinity."""
    spec = service["spec"]
    if spec.get("sessionAffinity") != "ClientIP":
        return None
    config = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
    return int(config.get("timeoutSeconds") or CLIENT_IP_SECONDS)


def is_masqueraded(service: Service, scope: Scope, *, from_pod: bool, is_hairpin: bool) -> bool:
    """
    Tell whether the Pod sees the node's address instead of the client's.

    Source: KUBE-MARK-MASQ rules of pkg/proxy/iptables/proxier.go.
    """
    if is_hairpin:
        return True
    if scope.is_external:
        return _policy(service, scope) != "Local"
    return not from_pod


def _policy(service: Service, scope: Scope) -> str:
    key = "externalTrafficPolicy" if scope.is_external else "internalTrafficPolicy"
    return service["spec"].get(key) or "Cluster"


def _usable(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    listed = tuple(endpoints)
    ready = tuple(endpoint for endpoint in listed if endpoint.is_ready)
    return ready or tuple(item for item in listed if item.is_serving and item.is_terminating)


def _near(endpoints: tuple[Endpoint, ...], scope: Scope) -> tuple[Endpoint, ...]:
    """Keep the endpoints hinted for this node, else for this zone, else all; every endpoint must be hinted."""
    if all(endpoint.node_hints for endpoint in endpoints) and (
        same_node := tuple(endpoint for endpoint in endpoints if scope.node in endpoint.node_hints)
    ):
        return same_node
    if scope.zone and all(endpoint.zone_hints for endpoint in endpoints):
        return tuple(item for item in endpoints if scope.zone in item.zone_hints) or endpoints
    return endpoints


def _addresses(item: EndpointSlice, port: int) -> Iterator[Endpoint]:
    for listed in item.get("endpoints") or ():
        conditions = listed.get("conditions") or {}
        hints = listed.get("hints") or {}
        is_ready = conditions.get("ready") is not False
        for address in listed["addresses"][:1]:
            yield Endpoint(
                ip=address,
                port=port,
                node=listed.get("nodeName") or "",
                zone=listed.get("zone") or "",
                pod=(listed.get("targetRef") or {}).get("name") or "",
                is_ready=is_ready,
                is_serving=conditions.get("serving") is not False,
                is_terminating=bool(conditions.get("terminating")),
                zone_hints=tuple(hint["name"] for hint in hints.get("forZones") or ()),
                node_hints=tuple(hint["name"] for hint in hints.get("forNodes") or ()),
            )
