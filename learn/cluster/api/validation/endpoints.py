"""Validation of Endpoints and EndpointSlices (core/validation and discovery/validation)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    duplicate,
    invalid,
    invalid_each,
    not_supported,
    required,
    too_many,
)
from learn.cluster.api.validation.addresses import validate_address, validate_ordinary_address
from learn.cluster.api.validation.containers import PROTOCOLS
from learn.cluster.api.validation.metadata import one_of, unchanged, validate_metadata
from learn.cluster.api.versions import Behaviour

_ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
_ENDPOINTS_MAX = 1000
_ADDRESSES_MAX = 100
_PORTS_MAX = 100
_HINTS_MAX = 8
_IPV4_REASON = "must be a valid IPv4 address"
_IPV6_REASON = "must be a valid IPv6 address"


def validate_endpoints(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    kept = [address.get("ip") for address in _addresses(old or {})]
    for index, subset in enumerate(maps_at(obj, "subsets")):
        at: Path = ("subsets", index)
        if not list_at(subset, "addresses") and not list_at(subset, "notReadyAddresses"):
            errors.append(required(at, "must specify `addresses` or `notReadyAddresses`"))
        for key in ("addresses", "notReadyAddresses"):
            for number, address in enumerate(maps_at(subset, key)):
                errors += _validate_address(address, (*at, key, number), rules, kept)
        ports = maps_at(subset, "ports")
        for number, port in enumerate(ports):
            errors += _validate_port(port, len(ports) > 1, (*at, "ports", number))
    return errors


def _addresses(obj: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for subset in maps_at(obj, "subsets"):
        yield from maps_at(subset, "addresses")
        yield from maps_at(subset, "notReadyAddresses")


def _validate_address(
    address: Mapping[str, Any], path: Path, rules: Behaviour, kept: Collection[object]
) -> list[FieldError]:
    ip, hostname, node = text_at(address, "ip"), text_at(address, "hostname"), address.get("nodeName")
    errors = validate_address(ip, (*path, "ip"), rules, kept)
    if hostname:
        errors += invalid_each((*path, "hostname"), hostname, names.dns_label(hostname))
    if isinstance(node, str):
        errors += invalid_each((*path, "nodeName"), node, names.dns_subdomain(node))
    return errors or validate_ordinary_address(ip, (*path, "ip"))


def _validate_port(port: Mapping[str, Any], named: bool, path: Path) -> list[FieldError]:
    name, number = text_at(port, "name"), int_at(port, "port") or 0
    errors: list[FieldError] = []
    if name:
        errors += invalid_each((*path, "name"), name, names.dns_label(name))
    elif named:
        errors.append(required((*path, "name")))
    errors += invalid_each((*path, "port"), number, names.port_number(number))
    return errors + one_of(port, "protocol", PROTOCOLS, path)


def validate_endpoint_slice(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    errors += one_of(obj, "addressType", _ADDRESS_TYPES, ())
    endpoints, kind = maps_at(obj, "endpoints"), text_at(obj, "addressType")
    if len(endpoints) > _ENDPOINTS_MAX:
        errors.append(too_many(("endpoints",), len(endpoints), _ENDPOINTS_MAX))
    else:
        for index, endpoint in enumerate(endpoints):
            errors += _validate_endpoint(endpoint, kind, ("endpoints", index))
    errors += _validate_slice_ports(obj)
    return errors if old is None else errors + unchanged(obj, old, "addressType", ())


def _validate_endpoint(endpoint: Mapping[str, Any], kind: str, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    addresses, at = list_at(endpoint, "addresses"), (*path, "addresses")
    if not addresses:
        errors.append(required(at, "must contain at least 1 address"))
    elif len(addresses) > _ADDRESSES_MAX:
        errors.append(too_many(at, len(addresses), _ADDRESSES_MAX))
    for index, address in enumerate(addresses):
        if isinstance(address, str):
            errors += _validate_slice_address(address, kind, (*at, index))
    node, hostname = endpoint.get("nodeName"), endpoint.get("hostname")
    if isinstance(node, str):
        errors += invalid_each((*path, "nodeName"), node, names.dns_subdomain(node))
    if isinstance(hostname, str):
        errors += invalid_each((*path, "hostname"), hostname, names.dns_label(hostname))
    hints = map_at(endpoint, "hints")
    errors += _validate_hints(hints, "forZones", names.label_value, (*path, "hints"))
    return errors + _validate_hints(hints, "forNodes", names.dns_subdomain, (*path, "hints"))


def _validate_hints(
    hints: Mapping[str, Any], key: str, form: Callable[[str], names.Reasons], path: Path
) -> list[FieldError]:
    """validateHints: a few zones or nodes, each once."""
    listed = maps_at(hints, key)
    if len(listed) > _HINTS_MAX:
        return [too_many((*path, key), len(listed), _HINTS_MAX)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, hint in enumerate(listed):
        at, name = (*path, key, index, "name"), text_at(hint, "name")
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        errors += invalid_each(at, name, form(name))
    return errors


def _validate_slice_address(address: str, kind: str, path: Path) -> list[FieldError]:
    parsed = names.parse_ip(address)
    match kind:
        case "IPv4":
            wrong = [] if isinstance(parsed, IPv4Address) else [invalid(path, address, _IPV4_REASON)]
            return wrong + validate_ordinary_address(address, path)
        case "IPv6":
            wrong = [] if isinstance(parsed, IPv6Address) else [invalid(path, address, _IPV6_REASON)]
            return wrong + validate_ordinary_address(address, path)
        case "FQDN":
            return _validate_domain(address, path)
    return []


def _validate_domain(name: str, path: Path) -> list[FieldError]:
    bare = name.removesuffix(".")
    if reasons := names.dns_subdomain(bare):
        return [invalid(path, bare, ",".join(reasons))]
    if "." not in bare:
        return [invalid(path, bare, "should be a domain with at least two segments separated by dots")]
    return []


def _validate_slice_ports(obj: Mapping[str, Any]) -> list[FieldError]:
    ports = maps_at(obj, "ports")
    if len(ports) > _PORTS_MAX:
        return [too_many(("ports",), len(ports), _PORTS_MAX)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, port in enumerate(ports):
        at: Path = ("ports", index)
        name, protocol, application = text_at(port, "name"), port.get("protocol"), port.get("appProtocol")
        if name:
            errors += invalid_each((*at, "name"), name, names.dns_label(name))
        if name in seen:
            errors.append(duplicate((*at, "name"), name))
        seen.add(name)
        if not isinstance(protocol, str):
            errors.append(required((*at, "protocol")))
        elif protocol not in PROTOCOLS:
            errors.append(not_supported((*at, "protocol"), protocol, PROTOCOLS))
        if isinstance(application, str):
            errors += invalid_each((*at, "appProtocol"), application, names.qualified_name(application))
    return errors
