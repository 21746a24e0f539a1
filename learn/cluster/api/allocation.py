"""Cluster IPs and node ports of Services (pkg/registry/core/service: ipallocator, portallocator).

A choice depends on the seed, the Service's name and what is taken, never on the order of calls alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json, int_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import ErrorType, FieldError, Path, invalid
from learn.cluster.api.servicetypes import drop_type_dependent, needs_node_ports
from learn.cluster.api.validation.services import cluster_ips, is_headless
from learn.cluster.api.versions import NEWEST, behaviour

Object: TypeAlias = dict[str, Any]
Network: TypeAlias = IPv4Network | IPv6Network

_TAKEN_PORT = "provided port is already allocated"
_NODE_PORT_TYPES = frozenset({"NodePort", "LoadBalancer"})


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a cluster gives out: `--service-cluster-ip-range` and `--service-node-port-range`."""

    service_cidr: str = "10.96.0.0/12"
    node_ports: tuple[int, int] = (30000, 32767)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """The addresses and node ports of the Services that exist; a port is taken per protocol."""

    addresses: frozenset[str]
    ports: frozenset[tuple[str, int]]


def taken_by(services: Iterable[Mapping[str, Any]]) -> Taken:
    addresses: set[str] = set()
    ports: set[tuple[str, int]] = set()
    for service in services:
        spec = map_at(service, "spec")
        addresses.update(ip for ip in cluster_ips(spec) if ip != "None")
        for port in maps_at(spec, "ports"):
            number = int_at(port, "nodePort")
            if number:
                ports.add((text_at(port, "protocol") or "TCP", number))
        health = int_at(spec, "healthCheckNodePort")
        if health:
            ports.add(("TCP", health))
    return Taken(frozenset(addresses), frozenset(ports))


def allocate(
    service: Mapping[str, Any],
    taken: Taken,
    ranges: Ranges = Ranges(),  # frozen
    *,
    old: Mapping[str, Any] | None = None,
    version: str = NEWEST,
) -> tuple[Object, list[FieldError]]:
    """The Service with its addresses and node ports, and what could not be given out.

    On an update, what the old Service has is kept where the new one leaves it out; `taken` holds what
    the other Services have.
    """
    result: Object = copy_json(dict(service))
    if not isinstance(result.get("spec"), dict):
        return result, []
    if old is not None:
        result["spec"] = drop_type_dependent(result["spec"], map_at(old, "spec"))
        _carry_over(result["spec"], map_at(old, "spec"))
    metadata = map_at(result, "metadata")
    name = f"{text_at(metadata, 'namespace')}/{text_at(metadata, 'name')}"
    _default_families(result["spec"])
    errors = _allocate_address(result["spec"], taken, ranges, name, version)
    errors += _allocate_ports(result["spec"], taken, ranges, name)
    return result, errors


def _carry_over(spec: Object, old: Mapping[str, Any]) -> None:
    """patchAllocatedValues: an update need not repeat what the server gave out."""
    if not _is_alias(spec) and not _is_alias(old):
        for field in ("clusterIP", "clusterIPs"):
            if not spec.get(field) and old.get(field):
                spec[field] = copy_json(old[field])
    if text_at(spec, "type") in _NODE_PORT_TYPES and text_at(old, "type") in _NODE_PORT_TYPES:
        kept = {_port_key(port): int_at(port, "nodePort") for port in maps_at(old, "ports")}
        ports = spec.get("ports")
        for port in ports if isinstance(ports, list) else ():
            if isinstance(port, dict) and not port.get("nodePort"):
                same = kept.get(_port_key(port))
                if same:
                    port["nodePort"] = same


def _port_key(port: Mapping[str, Any]) -> tuple[str, str]:
    return text_at(port, "protocol") or "TCP", str(port.get("port"))


def _is_alias(spec: Mapping[str, Any]) -> bool:
    """An ExternalName Service is a name in DNS only."""
    return spec.get("type") == "ExternalName"


def _default_families(spec: Object) -> None:
    """What a cluster of IPv4 addresses alone fills in (defaultOnRequireDualStack and its neighbours)."""
    if _is_alias(spec):
        return
    is_open = is_headless(spec) and not spec.get("selector")
    if is_headless(spec) and not spec.get("clusterIPs"):
        spec["clusterIPs"] = ["None"]
    if not spec.get("ipFamilyPolicy"):
        spec["ipFamilyPolicy"] = "RequireDualStack" if is_open else "SingleStack"
    if not spec.get("ipFamilies"):
        spec["ipFamilies"] = ["IPv4", "IPv6"] if is_open else ["IPv4"]


def _allocate_address(
    spec: Object, taken: Taken, ranges: Ranges, name: str, version: str
) -> list[FieldError]:
    if _is_alias(spec) or is_headless(spec):
        return []
    network = ip_network(ranges.service_cidr)
    asked = [ip for ip in cluster_ips(spec) if ip]
    path: Path = ("spec", "clusterIPs")
    if not asked:
        chosen = _free_address(network, taken.addresses, f"{ranges.seed}/{name}")
        if chosen is None:
            detail = "failed to allocate a serviceIP: range is full"
            return [FieldError(ErrorType.INTERNAL, (), "", detail)]
        spec["clusterIP"], spec["clusterIPs"] = chosen, [chosen]
        return []
    reason = _address_reason(asked[0], network, taken.addresses, version)
    if reason:
        detail = f"failed to allocate IP {asked[0]}: {reason}"
        return [invalid(path, asked, detail, "[]string")]
    spec["clusterIP"], spec["clusterIPs"] = asked[0], asked
    return []


def _address_reason(text: str, network: Network, taken: frozenset[str], version: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    edge = address == network.network_address or (
        isinstance(network, IPv4Network) and address == network.broadcast_address
    )
    if address.version != network.version or address not in network or edge:
        if behaviour(version).service_cidr_message:
            return "the provided network does not match the current range"
        return f"the provided IP ({text}) is not in the valid range. The range of valid IPs is {network}"
    return "provided IP is already allocated" if text in taken else ""


def static_band(size: int) -> int:
    """How many addresses at the start are left to those who choose theirs (KEP-3070)."""
    return min(max(16, size // 16), 256)


def _free_address(network: Network, taken: frozenset[str], salt: str) -> str | None:
    """A free address above the static band, else one of the band."""
    last = network.num_addresses - (2 if isinstance(network, IPv4Network) else 1)
    if last < 1:
        return None
    band = min(static_band(network.num_addresses), last)
    base = network.network_address
    for low, high in ((band, last), (1, band)):
        count = high - low + 1
        start = _draw(salt, count)
        for step in range(min(count, len(taken) + 1)):
            address = str(base + low + (start + step) % count)
            if address not in taken:
                return address
    return None


def _draw(salt: str, count: int) -> int:
    digest = hashlib.blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) % count if count else 0


def _allocate_ports(spec: Object, taken: Taken, ranges: Ranges, name: str) -> list[FieldError]:
    errors: list[FieldError] = []
    used = set(taken.ports)
    mine: dict[int, set[str]] = {}
    ports = spec.get("ports") if text_at(spec, "type") in _NODE_PORT_TYPES else None
    for index, port in enumerate(ports if isinstance(ports, list) else ()):
        if not isinstance(port, dict):
            continue
        protocol, asked = text_at(port, "protocol") or "TCP", int_at(port, "nodePort")
        if asked:
            reason = _port_reason((protocol, asked), used, ranges)
            if reason:
                errors.append(invalid(("spec", "ports", index, "nodePort"), asked, reason))
            mine.setdefault(asked, set()).add(protocol)
        elif needs_node_ports(spec):
            chosen = _shared_port(spec, index, mine, protocol) or _free_port(used, ranges, f"{name}/{index}")
            if chosen is None:
                detail = "failed to allocate a nodePort: range is full"
                errors.append(FieldError(ErrorType.INTERNAL, (), "", detail))
                break
            port["nodePort"] = asked = chosen
            mine.setdefault(asked, set()).add(protocol)
        if asked:
            used.add((protocol, asked))
    return errors


def _shared_port(spec: Object, index: int, mine: Mapping[int, set[str]], protocol: str) -> int | None:
    """One number serves a port that is given twice, once per protocol (DNS on TCP and UDP)."""
    number = spec["ports"][index].get("port")
    for other in maps_at(spec, "ports")[:index]:
        given = int_at(other, "nodePort")
        if other.get("port") == number and given and protocol not in mine.get(given, set()):
            return given
    return None


def _port_reason(port: tuple[str, int], used: set[tuple[str, int]], ranges: Ranges) -> str:
    low, high = ranges.node_ports
    if not low <= port[1] <= high:
        return f"provided port is not in the valid range. The range of valid ports is {low}-{high}"
    return _TAKEN_PORT if port in used else ""


def _free_port(used: set[tuple[str, int]], ranges: Ranges, salt: str) -> int | None:
    """A free port above the static band, else one of the band; no protocol may have it."""
    low, high = ranges.node_ports
    band = low + _static_ports(high - low + 1)
    numbers = {number for _, number in used}
    for first, last in ((band, high), (low, band - 1)):
        count = last - first + 1
        start = _draw(f"{ranges.seed}/{salt}", count)
        for step in range(count):
            number = first + (start + step) % count
            if number not in numbers:
                return number
    return None


def _static_ports(size: int) -> int:
    """portallocator's calculateRangeOffset: 86 of the default range, so that 30000–30085 are static."""
    low, high, step = 16, 128, 32
    if size < low:
        return 0
    return min(max(low, size // step), high)
