"""Validation of Services (core/validation, ValidateService)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import flag_at, int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.validation.containers import PROTOCOLS
from learn.cluster.api.validation.metadata import validate_labels, validate_metadata, validate_metadata_update
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.validation.probes import validate_port
from learn.cluster.api.versions import Behaviour

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_POLICIES = ("Cluster", "Local")
_MAX_AFFINITY = 86400


def validate_service(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    form = names.dns_label if rules.relaxed_service_names else names.dns_1035_label
    errors = validate_metadata(obj, form)
    if old is not None:
        errors += validate_metadata_update(obj, old)
    spec = map_at(obj, "spec")
    kind = text_at(spec, "type")
    headless = _is_headless(spec)
    if not maps_at(spec, "ports") and not headless and kind != "ExternalName":
        errors.append(required((*SPEC, "ports")))
    errors += _validate_type(spec, kind, headless)
    errors += _validate_ports(spec, kind, headless)
    if spec.get("selector") is not None:
        errors += validate_labels(spec["selector"], (*SPEC, "selector"))
    errors += _validate_affinity(spec)
    errors += _validate_addresses(spec, kind)
    errors += _validate_traffic(spec, kind)
    if old is not None:
        errors += _validate_cluster_ip_update(spec, map_at(old, "spec"))
    return errors


def _is_headless(spec: Mapping[str, Any]) -> bool:
    addresses = list_at(spec, "clusterIPs")
    return spec.get("clusterIP") == "None" or (len(addresses) == 1 and addresses[0] == "None")


def _validate_type(spec: Mapping[str, Any], kind: str, headless: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    if kind not in _TYPES:
        return [not_supported((*SPEC, "type"), kind, _TYPES) if kind else required((*SPEC, "type"))]
    match kind:
        case "LoadBalancer" | "NodePort":
            if headless:
                at = (*SPEC, "clusterIPs", 0)
                errors.append(invalid(at, "None", f"may not be set to 'None' for {kind} services"))
        case "ExternalName":
            if spec.get("clusterIP") or spec.get("clusterIPs"):
                errors.append(forbidden((*SPEC, "clusterIPs"), "may not be set for ExternalName services"))
            for key in ("ipFamilies", "ipFamilyPolicy"):
                if spec.get(key):
                    errors.append(forbidden((*SPEC, key), "may not be set for ExternalName services"))
            name = text_at(spec, "externalName")
            trimmed = name.removesuffix(".")
            if name:
                errors += invalid_each((*SPEC, "externalName"), name, names.dns_subdomain(trimmed))
            else:
                errors.append(required((*SPEC, "externalName")))
    return errors


def _validate_ports(spec: Mapping[str, Any], kind: str, headless: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    ports = maps_at(spec, "ports")
    seen_names: set[str] = set()
    for index, port in enumerate(ports):
        at = (*SPEC, "ports", index)
        errors += _validate_service_port(port, at, len(ports) > 1, headless, seen_names)
        node_port = int_at(port, "nodePort") or 0
        if node_port and kind not in ("NodePort", "LoadBalancer"):
            errors.append(forbidden((*at, "nodePort"), f"may not be used when `type` is '{kind}'"))
        if text_at(port, "appProtocol"):
            errors += invalid_each(
                (*at, "appProtocol"), port["appProtocol"], names.qualified_name(port["appProtocol"])
            )
    errors += _validate_unique_ports(ports)
    return errors


def _validate_service_port(
    port: Mapping[str, Any], path: Path, named: bool, headless: bool, seen: set[str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    name = text_at(port, "name")
    if named and not name:
        errors.append(required((*path, "name")))
    elif name:
        errors += invalid_each((*path, "name"), name, names.dns_label(name))
        if name in seen:
            errors.append(duplicate((*path, "name"), name))
        seen.add(name)
    number = int_at(port, "port") or 0
    errors += invalid_each((*path, "port"), number, names.port_number(number))
    protocol = text_at(port, "protocol")
    if not protocol:
        errors.append(required((*path, "protocol")))
    elif protocol not in PROTOCOLS:
        errors.append(not_supported((*path, "protocol"), protocol, PROTOCOLS))
    return errors + validate_port(port.get("targetPort"), (*path, "targetPort"))


def _validate_unique_ports(ports: list[Mapping[str, Any]]) -> list[FieldError]:
    """The same port and protocol, or the same node port and protocol, only once."""
    errors: list[FieldError] = []
    node_ports: set[tuple[str, int]] = set()
    numbers: set[tuple[str, int]] = set()
    for index, port in enumerate(ports):
        at: Path = (*SPEC, "ports", index)
        protocol, node_port = text_at(port, "protocol"), int_at(port, "nodePort") or 0
        if node_port:
            if (protocol, node_port) in node_ports:
                errors.append(duplicate((*at, "nodePort"), node_port))
            node_ports.add((protocol, node_port))
    for index, port in enumerate(ports):
        key = text_at(port, "protocol"), int_at(port, "port") or 0
        if key in numbers:
            errors.append(duplicate((*SPEC, "ports", index), {"protocol": key[0], "port": key[1]}))
        numbers.add(key)
    return errors


def _validate_affinity(spec: Mapping[str, Any]) -> list[FieldError]:
    affinity = text_at(spec, "sessionAffinity")
    if affinity not in _AFFINITIES:
        at = (*SPEC, "sessionAffinity")
        return [not_supported(at, affinity, _AFFINITIES) if affinity else required(at)]
    config = spec.get("sessionAffinityConfig")
    at = (*SPEC, "sessionAffinityConfig")
    if affinity == "None":
        if config is not None:
            return [forbidden(at, "must not be set when session affinity is None")]
        return []
    seconds = int_at(map_at(map_at(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds")
    path = (*at, "clientIP", "timeoutSeconds")
    if seconds is None:
        return [required(path, "when session affinity type is ClientIP")]
    if not 0 < seconds <= _MAX_AFFINITY:
        return [invalid(path, seconds, f"must be greater than 0 and less than {_MAX_AFFINITY}")]
    return []


def _validate_addresses(spec: Mapping[str, Any], kind: str) -> list[FieldError]:
    errors: list[FieldError] = []
    addresses = [address for address in list_at(spec, "clusterIPs") if isinstance(address, str)]
    single = text_at(spec, "clusterIP")
    if kind != "ExternalName":
        for index, address in enumerate(addresses or ([single] if single else [])):
            if address != "None":
                errors += invalid_each((*SPEC, "clusterIPs", index), address, names.ip_address(address))
    for index, address in enumerate(list_at(spec, "externalIPs")):
        if isinstance(address, str):
            errors += _validate_external_ip(address, (*SPEC, "externalIPs", index))
    ranges = list_at(spec, "loadBalancerSourceRanges")
    if ranges:
        at = (*SPEC, "LoadBalancerSourceRanges")
        if kind != "LoadBalancer":
            errors.append(forbidden(at, "may only be used when `type` is 'LoadBalancer'"))
        for index, value in enumerate(ranges):
            if isinstance(value, str):
                errors += invalid_each((*at, index), value, names.cidr(value.strip()))
    return errors


def _validate_external_ip(value: str, path: Path) -> list[FieldError]:
    address = names.parse_ip(value)
    if address is None:
        return invalid_each(path, value, names.ip_address(value))
    errors: list[FieldError] = []
    if address.is_unspecified:
        errors.append(invalid(path, value, f"may not be unspecified ({value})"))
    if address.is_loopback:
        errors.append(invalid(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)"))
    if address.is_link_local:
        errors.append(invalid(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"))
    if address.is_multicast:
        errors.append(
            invalid(path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
        )
    return errors


def _validate_traffic(spec: Mapping[str, Any], kind: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if kind != "LoadBalancer":
        for key in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if spec.get(key) is not None:
                errors.append(forbidden((*SPEC, key), "may only be used when `type` is 'LoadBalancer'"))
    external = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and bool(spec.get("externalIPs")))
    policy = text_at(spec, "externalTrafficPolicy")
    at = (*SPEC, "externalTrafficPolicy")
    if not external:
        if policy:
            errors.append(invalid(at, policy, "may only be set for externally-accessible services"))
    elif not policy:
        errors.append(required(at))
    elif policy not in _POLICIES:
        errors.append(not_supported(at, policy, _POLICIES))
    check = int_at(spec, "healthCheckNodePort") or 0
    if check < 0:
        errors.append(invalid((*SPEC, "healthCheckNodePort"), check, names.PORT_REASON))
    elif check and not (kind == "LoadBalancer" and policy == "Local"):
        detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        errors.append(invalid((*SPEC, "healthCheckNodePort"), check, detail))
    internal = spec.get("internalTrafficPolicy")
    at = (*SPEC, "internalTrafficPolicy")
    if isinstance(internal, str):
        if internal not in _POLICIES:
            errors.append(not_supported(at, internal, _POLICIES))
    elif kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        errors.append(required(at))
    distribution = spec.get("trafficDistribution")
    if isinstance(distribution, str):
        allowed = ("PreferClose", "PreferSameNode", "PreferSameZone")
        if distribution not in allowed:
            errors.append(not_supported((*SPEC, "trafficDistribution"), distribution, allowed))
    return errors


def _validate_cluster_ip_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """A cluster IP stays, unless the Service becomes or was an ExternalName."""
    before, after = text_at(old, "clusterIP"), text_at(spec, "clusterIP")
    kept_type = "ExternalName" not in (text_at(spec, "type"), text_at(old, "type"))
    if kept_type and before and after != before and flag_at({"x": True}, "x"):
        return [invalid((*SPEC, "clusterIPs", 0), after, "may not change once set")]
    return []
