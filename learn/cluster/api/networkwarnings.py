"""What the API server accepts in networking objects but warns about.

pkg/api/service/warnings.go, pkg/registry/networking/{ingress,networkpolicy}/strategy.go, and
apimachinery/pkg/util/validation/ip.go for addresses (in these words since 1.33).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.validation.clusterips import cluster_ips, is_headless
from learn.cluster.api.versions import Behaviour, behaviour

_TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"
_TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
_INGRESS_CLASS = "kubernetes.io/ingress.class"


def network_warnings(obj: Mapping[str, Any], old: Mapping[str, Any] | None, version: str) -> list[str]:
    """The warnings about a Service, Ingress or NetworkPolicy, without `Warning: `."""
    rules = behaviour(version)
    match obj.get("kind"):
        case "Service":
            return list(_service_warnings(obj, rules))
        case "Ingress" if old is None:
            return list(_ingress_warnings(obj))
        case "NetworkPolicy":
            return list(_policy_warnings(obj, rules))
    return []


def _service_warnings(obj: Mapping[str, Any], rules: Behaviour) -> Iterator[str]:
    spec = map_at(obj, "spec")
    kind, addresses, external = text_at(spec, "type"), cluster_ips(spec), list_at(spec, "externalIPs")
    alone = is_headless(spec) and kind == "ClusterIP"
    if _TOPOLOGY_HINTS in map_at(map_at(obj, "metadata"), "annotations"):
        yield f"annotation {_TOPOLOGY_HINTS} is deprecated, please use {_TOPOLOGY_MODE} instead"
    for index, address in enumerate(() if is_headless(spec) else addresses):
        yield from _address_warnings(f"spec.clusterIPs[{index}]", address, rules)
    if alone and text_at(spec, "loadBalancerIP"):
        yield "spec.loadBalancerIP is ignored for headless services"
    if alone and external:
        yield "spec.externalIPs is ignored for headless services"
    if alone and text_at(spec, "sessionAffinity") != "None":
        yield "spec.SessionAffinity is ignored for headless services"
    for index, address in enumerate(external):
        yield from _address_warnings(f"spec.externalIPs[{index}]", address, rules)
    if external and not alone and kind != "ExternalName" and rules.minor >= 36:
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if address := text_at(spec, "loadBalancerIP"):
        yield from _address_warnings("spec.loadBalancerIP", address, rules)
    for index, cidr in enumerate(list_at(spec, "loadBalancerSourceRanges")):
        yield from _network_warnings(f"spec.loadBalancerSourceRanges[{index}]", cidr, rules)
    if kind == "ExternalName" and external:
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if kind != "ExternalName" and text_at(spec, "externalName"):
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.get("trafficDistribution") == "PreferClose" and rules.minor >= 35:
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _ingress_warnings(obj: Mapping[str, Any]) -> Iterator[str]:
    annotations = map_at(map_at(obj, "metadata"), "annotations")
    if _INGRESS_CLASS in annotations and map_at(obj, "spec").get("ingressClassName") is None:
        yield f"annotation \"{_INGRESS_CLASS}\" is deprecated, please use 'spec.ingressClassName' instead"


def _policy_warnings(obj: Mapping[str, Any], rules: Behaviour) -> Iterator[str]:
    spec = map_at(obj, "spec")
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(maps_at(spec, direction)):
            for number, peer in enumerate(maps_at(rule, peers)):
                block, path = map_at(peer, "ipBlock"), f"spec.{direction}[{index}].{peers}[{number}].ipBlock"
                yield from _network_warnings(f"{path}.cidr", block.get("cidr"), rules)
                for at, cidr in enumerate(list_at(block, "except")):
                    yield from _network_warnings(f"{path}.except[{at}]", cidr, rules)


def _address_warnings(path: str, value: Any, rules: Behaviour) -> Iterator[str]:
    """GetWarningsForIP: of addresses in other than their standard form."""
    address = names.parse_ip(value) if isinstance(value, str) else None
    if address is None or rules.minor < 33:
        return
    if _is_ambiguous(value):
        plain = address.ipv4_mapped if isinstance(address, IPv6Address) else address
        yield (
            f'{path}: non-standard IP address "{value}" will be considered invalid in a future Kubernetes '
            f'release: use "{plain}"'
        )
    elif isinstance(address, IPv6Address) and str(address) != value:
        yield f'{path}: IPv6 address "{value}" should be in RFC 5952 canonical format ("{address}")'


def _network_warnings(path: str, value: Any, rules: Behaviour) -> Iterator[str]:
    """GetWarningsForCIDR: of networks in other than their standard form."""
    network = names.parse_network(value) if isinstance(value, str) else None
    if network is None or rules.minor < 33:
        return
    text, _, bits = value.partition("/")
    address = names.parse_ip(text)
    found = False
    if address != network.network_address:
        found = True
        alone = f"{address}/{network.max_prefixlen}"
        yield f'{path}: CIDR value "{value}" is ambiguous in this context (should be "{network}" or "{alone}"?)'
    if _is_ambiguous(text) or bits != str(int(bits)):
        found = True
        yield (
            f'{path}: non-standard CIDR value "{value}" will be considered invalid in a future Kubernetes '
            f'release: use "{network}"'
        )
    if not found and isinstance(address, IPv6Address) and str(network) != value:
        yield f'{path}: IPv6 CIDR value "{value}" should be in RFC 5952 canonical format ("{network}")'


def _is_ambiguous(text: str) -> bool:
    """Leading zeros, or IPv4 inside IPv6."""
    try:
        address = ip_address(text)
    except ValueError:
        return True
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None
