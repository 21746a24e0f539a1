"""Cluster IPs and node ports of Services (pkg/registry/core/service/storage: alloc.go, storage.go; ipallocator).

A choice depends on the seed, the Service's name and what is taken, never on the order of calls alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json, int_at, map_at, maps_at, text_at
from learn.cluster.api.draws import draw
from learn.cluster.api.fielderror import ErrorType, FieldError, Path, invalid
from learn.cluster.api.ipfamilies import init_families
from learn.cluster.api.nodeports import PortPool, allocate_node_ports
from learn.cluster.api.servicetypes import drop_type_dependent, has_node_ports, is_alias, node_ports_of
from learn.cluster.api.validation.clusterips import cluster_ips, is_headless
from learn.cluster.api.validation.services import needs_health_check
from learn.cluster.api.versions import NEWEST, behaviour

Object: TypeAlias = dict[str, Any]
Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a cluster gives out: `--service-cluster-ip-range` and `--service-node-port-range`."""

    service_cidr: str = "10.96.0.0/12"
    node_ports: tuple[int, int] = (30000, 32767)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """The addresses and node ports of the Services that exist; a number is taken for every protocol."""

    addresses: frozenset[str]
    ports: frozenset[int]


def taken_by(services: Iterable[Mapping[str, Any]]) -> Taken:
    addresses: set[str] = set()
    ports: set[int] = set()
    for service in services:
        spec = map_at(service, "spec")
        addresses.update(ip for ip in cluster_ips(spec) if ip != "None")
        ports |= _ports_held(spec)
    return Taken(frozenset(addresses), frozenset(ports))


def _ports_held(spec: Mapping[str, Any]) -> set[int]:
    health = int_at(spec, "healthCheckNodePort")
    return node_ports_of(spec) | ({health} if health else set())


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
    spec, before = result["spec"], map_at(old, "spec") if old is not None else None
    metadata = map_at(result, "metadata")
    name = f"{text_at(metadata, 'namespace')}/{text_at(metadata, 'name')}"
    if before is not None:
        _carry_over(spec, before)
    _pair_addresses(spec, before)
    network = ip_network(ranges.service_cidr)
    errors = init_families(spec, before, f"IPv{network.version}", behaviour(version))
    if not errors and (before is None or not cluster_ips(before)):
        errors = _allocate_address(spec, taken, network, f"{ranges.seed}/{name}", version)
    if not errors:
        held = _ports_held(before) if before is not None else set()
        pool = PortPool(ranges.node_ports, taken.ports | held, f"{ranges.seed}/{name}")
        errors = allocate_node_ports(spec, before, pool)
    if before is not None and not errors:
        result["spec"] = drop_type_dependent(spec, before)
    return result, errors


def _carry_over(spec: Object, old: Mapping[str, Any]) -> None:
    """patchAllocatedValues: an update need not repeat what the server gave out; ports are known by name."""
    if not is_alias(spec) and not is_alias(old):
        for field in ("clusterIP", "clusterIPs"):
            if not spec.get(field) and old.get(field):
                spec[field] = copy_json(old[field])
    if has_node_ports(spec) and has_node_ports(old):
        used = node_ports_of(old) & node_ports_of(spec)
        kept = {text_at(port, "name"): int_at(port, "nodePort") for port in maps_at(old, "ports")}
        ports = spec.get("ports")
        for port in ports if isinstance(ports, list) else ():
            if isinstance(port, dict) and not port.get("nodePort"):
                same = kept.get(text_at(port, "name"))
                if same and same not in used:
                    port["nodePort"] = same
    health = "healthCheckNodePort"
    if needs_health_check(spec) and needs_health_check(old) and not spec.get(health) and old.get(health):
        spec[health] = old[health]


def _pair_addresses(spec: Object, old: Mapping[str, Any] | None) -> None:
    """normalizeClusterIPs: `clusterIPs` follows `clusterIP`, where a client speaks of one of them only."""
    single, several = text_at(spec, "clusterIP"), spec.get("clusterIPs")
    if old is None:
        if single and not several:
            spec["clusterIPs"] = [single]
        return
    before, all_before = text_at(old, "clusterIP"), old.get("clusterIPs")
    if all_before and not several and single == before:
        spec["clusterIPs"] = copy_json(all_before)
    elif single != before and several == all_before:
        if single:
            spec["clusterIPs"] = [single]
        else:
            spec.pop("clusterIPs", None)


def _allocate_address(
    spec: Object, taken: Taken, network: Network, salt: str, version: str
) -> list[FieldError]:
    if is_alias(spec) or is_headless(spec):
        return []
    asked = cluster_ips(spec)
    path: Path = ("spec", "clusterIPs")
    if not asked:
        chosen = _free_address(network, taken.addresses, salt)
        if chosen is None:
            detail = "failed to allocate a serviceIP: range is full"
            return [FieldError(ErrorType.INTERNAL, (), "", detail)]
        spec["clusterIP"], spec["clusterIPs"] = chosen, [chosen]
        return []
    reason = _address_reason(asked[0], network, taken.addresses, version)
    if reason:
        detail = f"failed to allocate IP {asked[0]}: {reason}"
        return [invalid(path, asked, detail, "[]string")]
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
    """How many addresses at the start are left to those who choose theirs (KEP-3070); none of 16 or fewer."""
    return 0 if size <= 16 else min(max(16, size // 16), 256)


def _free_address(network: Network, taken: frozenset[str], salt: str) -> str | None:
    """A free address above the static band, else one of the band; offset 0 is the network's own address."""
    last = network.num_addresses - (2 if isinstance(network, IPv4Network) else 1)
    band = static_band(network.num_addresses)
    base = network.network_address
    for low, high in ((band, last), (0, band)):
        count = high - low + 1
        start = draw(salt, count)
        for step in range(max(0, min(count, len(taken) + 2))):
            offset = low + (start + step) % count
            if offset != low and str(base + offset) not in taken:
                return str(base + offset)
    return None
