"""Validation of Services (core/validation, ValidateService)."""

from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    GoValue,
    Key,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.validation.containers import PROTOCOLS
from learn.cluster.api.validation.metadata import METADATA, one_of, validate_labels, validate_metadata
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.validation.probes import validate_port
from learn.cluster.api.versions import Behaviour

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_TRAFFIC_POLICIES = ("Cluster", "Local")
_AFFINITY_MAX = 86400
_SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'"
_NOT_EXTERNAL_NAME = "may not be set for ExternalName services"


def validate_service(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    """What allocation fills in (cluster IPs, node ports, the health check's port) may be missing."""

    def form(name: str) -> names.Reasons:
        return names.service_name(name, relaxed=rules.relaxed_service_names)

    errors = validate_metadata(obj, old, form)
    spec = map_at(obj, "spec")
    if old is not None:
        errors += _validate_update(spec, map_at(old, "spec"))
    kind, headless = text_at(spec, "type"), is_headless(spec)
    if not maps_at(spec, "ports") and not headless and kind != "ExternalName":
        errors.append(required((*SPEC, "ports")))
    errors += _validate_for_type(spec, kind, headless)
    errors += _validate_ports(spec)
    if spec.get("selector") is not None:
        errors += validate_labels(spec["selector"], (*SPEC, "selector"))
    errors += _validate_session_affinity(spec)
    if kind != "ExternalName":
        errors += _validate_cluster_ips(spec)
    for index, address in enumerate(list_at(spec, "externalIPs")):
        if isinstance(address, str):
            errors += validate_ordinary_ip(address, (*SPEC, "externalIPs", index))
    errors += one_of(spec, "type", TYPES, SPEC)
    errors += _validate_unique(spec, kind)
    errors += _validate_source_ranges(obj, spec, kind)
    errors += _validate_balancer_fields(spec, kind)
    return errors + _validate_traffic(spec, kind, rules)


def cluster_ips(spec: Mapping[str, Any]) -> list[str]:
    """`clusterIPs`, or the one `clusterIP` where only that is given (the server fills in the list)."""
    addresses = [address for address in list_at(spec, "clusterIPs") if isinstance(address, str)]
    single = text_at(spec, "clusterIP")
    return addresses or ([single] if single else [])


def is_headless(spec: Mapping[str, Any]) -> bool:
    return cluster_ips(spec) == ["None"]


def is_external(spec: Mapping[str, Any]) -> bool:
    """ExternallyAccessible: reachable from outside by node port, balancer or external IP."""
    kind = text_at(spec, "type")
    return kind in ("NodePort", "LoadBalancer") or (
        kind == "ClusterIP" and bool(list_at(spec, "externalIPs"))
    )


def _validate_for_type(spec: Mapping[str, Any], kind: str, headless: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    if kind in ("LoadBalancer", "NodePort") and headless:
        at = (*SPEC, "clusterIPs", 0)
        errors.append(invalid(at, "None", f"may not be set to 'None' for {kind} services"))
    if kind == "ExternalName":
        if cluster_ips(spec):
            errors.append(forbidden((*SPEC, "clusterIPs"), _NOT_EXTERNAL_NAME))
        for key in ("ipFamilies", "ipFamilyPolicy"):
            if spec.get(key):
                errors.append(forbidden((*SPEC, key), _NOT_EXTERNAL_NAME))
        name, at = text_at(spec, "externalName").removesuffix("."), (*SPEC, "externalName")
        errors += invalid_each(at, name, names.dns_subdomain(name)) if name else [required(at)]
    return errors


def _validate_ports(spec: Mapping[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    ports = maps_at(spec, "ports")
    seen: set[str] = set()
    for index, port in enumerate(ports):
        at = (*SPEC, "ports", index)
        name, number = text_at(port, "name"), int_at(port, "port") or 0
        if name:
            errors += invalid_each((*at, "name"), name, names.dns_label(name))
            if name in seen:
                errors.append(duplicate((*at, "name"), name))
            seen.add(name)
        elif len(ports) > 1:
            errors.append(required((*at, "name")))
        errors += invalid_each((*at, "port"), number, names.port_number(number))
        errors += one_of(port, "protocol", PROTOCOLS, at)
        errors += validate_port(port.get("targetPort"), (*at, "targetPort"))
        protocol = port.get("appProtocol")
        if isinstance(protocol, str):
            errors += invalid_each((*at, "appProtocol"), protocol, names.qualified_name(protocol))
    return errors


def _validate_session_affinity(spec: Mapping[str, Any]) -> list[FieldError]:
    affinity, config = text_at(spec, "sessionAffinity"), spec.get("sessionAffinityConfig")
    at = (*SPEC, "sessionAffinityConfig")
    if affinity == "None":
        return [forbidden(at, "must not be set when session affinity is None")] if config is not None else []
    if affinity != "ClientIP":
        return one_of(spec, "sessionAffinity", _AFFINITIES, SPEC)
    needed = "when session affinity type is ClientIP"
    if not isinstance(config, dict):
        return [required(at, needed)]
    if not isinstance(config.get("clientIP"), dict):
        return [required((*at, "clientIP"), needed)]
    seconds = int_at(config["clientIP"], "timeoutSeconds")
    at = (*at, "clientIP", "timeoutSeconds")
    if seconds is None:
        return [required(at, needed)]
    if not 0 < seconds <= _AFFINITY_MAX:
        return [invalid(at, seconds, f"must be greater than 0 and less than {_AFFINITY_MAX}")]
    return []


def _validate_cluster_ips(spec: Mapping[str, Any]) -> list[FieldError]:
    """ValidateServiceClusterIPsRelatedFields: the list, its families, and how both agree."""
    errors: list[FieldError] = []
    at, families_at = (*SPEC, "clusterIPs"), (*SPEC, "ipFamilies")
    addresses, single = cluster_ips(spec), text_at(spec, "clusterIP")
    if single and addresses[0] != single:
        errors.append(invalid(at, addresses, "first value must match `clusterIP`", "[]string"))
    elif not single and addresses:
        errors.append(invalid(at, addresses, "must be empty when `clusterIP` is not specified", "[]string"))
    families = [family for family in list_at(spec, "ipFamilies") if isinstance(family, str)]
    for index, family in enumerate(families):
        if family not in ("IPv4", "IPv6"):
            errors.append(not_supported((*families_at, index), family, ("IPv4", "IPv6")))
        if family in families[:index]:
            errors.append(duplicate((*families_at, index), family))
    policy, policies = spec.get("ipFamilyPolicy"), ("PreferDualStack", "RequireDualStack", "SingleStack")
    if isinstance(policy, str) and policy not in policies:
        errors.append(not_supported((*SPEC, "ipFamilyPolicy"), policy, policies))
    return errors + _validate_addresses(addresses, families, at)


def _validate_addresses(addresses: list[str], families: list[str], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    broken = False
    for index, address in enumerate(addresses):
        if index == 0 and address == "None":
            if len(addresses) > 1:
                broken = True
                errors.append(invalid(path, addresses, "'None' must be the first and only value", "[]string"))
            continue
        wrong = invalid_each((*path, index), address, names.ip_address(address))
        broken = broken or bool(wrong)
        errors += wrong
    if len(addresses) > 2:
        errors.append(invalid(path, addresses, "may only hold up to 2 values", "[]string"))
    if broken:
        return errors
    kinds = [isinstance(names.parse_ip(address), IPv6Address) for address in addresses]
    if len(addresses) > 1 and not (True in kinds and False in kinds):
        detail = "may specify no more than one IP for each IP family"
        errors.append(invalid(path, addresses, detail, "[]string"))
    if addresses != ["None"]:
        for index, (address, family) in enumerate(zip(addresses, families, strict=False)):
            if family in ("IPv4", "IPv6") and kinds[index] != (family == "IPv6"):
                detail = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
                errors.append(invalid((*path, index), address, detail))
    return errors


def validate_ordinary_ip(value: str, path: Path) -> list[FieldError]:
    """An address that is not special (ValidateNonSpecialIP): of external IPs and endpoints."""
    address = names.parse_ip(value)
    if address is None:
        return invalid_each(path, value, names.ip_address(value))
    reasons: list[str] = []
    if address.is_unspecified:
        reasons.append(f"may not be unspecified ({value})")
    if address.is_loopback:
        reasons.append("may not be in the loopback range (127.0.0.0/8, ::1/128)")
    if address.is_link_local:
        reasons.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    if address.is_multicast and str(address).startswith(("224.0.0.", "ff02:")):
        reasons.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    return invalid_each(path, value, reasons)


def _validate_unique(spec: Mapping[str, Any], kind: str) -> list[FieldError]:
    """Node ports only where they are opened; each port and each node port once per protocol."""
    errors: list[FieldError] = []
    ports = [(text_at(port, "protocol"), port) for port in maps_at(spec, "ports")]
    at = (*SPEC, "ports")
    if kind == "ClusterIP":
        detail = "may not be used when `type` is 'ClusterIP'"
        errors += [
            forbidden((*at, i, "nodePort"), detail) for i, (_, p) in enumerate(ports) if int_at(p, "nodePort")
        ]
    seen: set[tuple[str, int]] = set()
    for index, (protocol, port) in enumerate(ports):
        number = int_at(port, "nodePort") or 0
        if number and (protocol, number) in seen:
            errors.append(duplicate((*at, index, "nodePort"), number))
        seen.add((protocol, number))
    seen = set()
    for index, (protocol, port) in enumerate(ports):
        key = protocol, int_at(port, "port") or 0
        if key in seen:
            errors.append(duplicate((*at, index), _port_key(*key)))
        seen.add(key)
    return errors


def _port_key(protocol: str, port: int) -> GoValue:
    go = (
        f'core.ServicePort{{Name:"", Protocol:"{protocol}", AppProtocol:(*string)(nil), Port:{port}, '
        'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}'
    )
    fields = {
        "Name": "",
        "Protocol": protocol,
        "AppProtocol": None,
        "Port": port,
        "TargetPort": 0,
        "NodePort": 0,
    }
    return GoValue(fields, go)


def _validate_source_ranges(obj: Mapping[str, Any], spec: Mapping[str, Any], kind: str) -> list[FieldError]:
    """loadBalancerSourceRanges, which the server spells with a capital L, or its old annotation."""
    errors: list[FieldError] = []
    ranges = [value for value in list_at(spec, "loadBalancerSourceRanges") if isinstance(value, str)]
    annotation = map_at(map_at(obj, "metadata"), "annotations").get(_SOURCE_RANGES)
    if ranges:
        at, shown = (*SPEC, "loadBalancerSourceRanges"), (*SPEC, "LoadBalancerSourceRanges")
        if kind != "LoadBalancer":
            errors.append(forbidden(at, _ONLY_BALANCED, shown=shown))
        for index, value in enumerate(ranges):
            value = value.strip()
            errors += invalid_each((*at, index), value, names.cidr(value), shown=(*shown, index))
    elif isinstance(annotation, str):
        at = (*METADATA, "annotations", Key(_SOURCE_RANGES))
        if kind != "LoadBalancer":
            errors.append(forbidden(at, _ONLY_BALANCED))
        for value in annotation.split(",") if annotation.strip() else ():
            errors += invalid_each(at, value.strip(), names.cidr(value.strip()))
    return errors


def _validate_balancer_fields(spec: Mapping[str, Any], kind: str) -> list[FieldError]:
    errors: list[FieldError] = []
    allocate, chosen = "allocateLoadBalancerNodePorts", spec.get("loadBalancerClass")
    if kind == "LoadBalancer":
        if spec.get(allocate) is None:
            errors.append(required((*SPEC, allocate), shown=(allocate,)))
        if isinstance(chosen, str):
            errors += invalid_each((*SPEC, "loadBalancerClass"), chosen, names.qualified_name(chosen))
        return errors
    if spec.get(allocate) is not None:
        errors.append(forbidden((*SPEC, allocate), _ONLY_BALANCED))
    if chosen is not None:
        errors.append(forbidden((*SPEC, "loadBalancerClass"), _ONLY_BALANCED))
    return errors


def _validate_traffic(spec: Mapping[str, Any], kind: str, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    external, at = text_at(spec, "externalTrafficPolicy"), (*SPEC, "externalTrafficPolicy")
    if is_external(spec):
        errors += one_of(spec, "externalTrafficPolicy", _TRAFFIC_POLICIES, SPEC)
    elif external:
        errors.append(invalid(at, external, "may only be set for externally-accessible services"))
    check, at = int_at(spec, "healthCheckNodePort") or 0, (*SPEC, "healthCheckNodePort")
    if check and (kind != "LoadBalancer" or external != "Local"):
        detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        errors.append(invalid(at, check, detail))
    elif check:
        errors += invalid_each(at, check, names.port_number(check))
    internal, at = spec.get("internalTrafficPolicy"), (*SPEC, "internalTrafficPolicy")
    if internal is None and kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        errors.append(required(at))
    elif isinstance(internal, str) and internal not in _TRAFFIC_POLICIES:
        errors.append(not_supported(at, internal, _TRAFFIC_POLICIES))
    distribution = spec.get("trafficDistribution")
    if isinstance(distribution, str) and distribution not in rules.traffic_distributions:
        errors.append(
            not_supported((*SPEC, "trafficDistribution"), distribution, rules.traffic_distributions)
        )
    return errors


def _validate_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """Cluster IPs and the balancer's class stay, except on the way to or from ExternalName."""
    errors: list[FieldError] = []
    kind, before = text_at(spec, "type"), text_at(old, "type")
    if "ExternalName" not in (kind, before) and not (is_headless(spec) and is_headless(old)):
        errors += _validate_address_update(spec, old)
    if kind == before == "LoadBalancer" and spec.get("loadBalancerClass") != old.get("loadBalancerClass"):
        at = (*SPEC, "loadBalancerClass")
        errors.append(invalid(at, spec.get("loadBalancerClass"), "may not change once set"))
    return errors


def _validate_address_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    new, before = cluster_ips(spec), cluster_ips(old)
    at = (*SPEC, "clusterIPs")
    errors: list[FieldError] = []
    if before and not new:
        errors.append(invalid((*at, 0), new, "primary clusterIP can not be unset", "[]string"))
    for index, (address, was) in enumerate(zip(new, before, strict=False)):
        if address != was and (index == 0 or len(new) == len(before)):
            errors.append(invalid((*at, index), new, "may not change once set", "[]string"))
    if len(before) > len(new) == 1 and spec.get("ipFamilyPolicy") != "SingleStack":
        detail = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        errors.append(invalid((*SPEC, "ipFamilyPolicy"), spec.get("ipFamilyPolicy"), detail))
    return errors
