"""Validation of Services (core/validation, ValidateService)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    GoValue,
    Key,
    duplicate,
    forbidden,
    invalid,
    invalid_each,
    not_supported,
    required,
)
from learn.cluster.api.validation.addresses import (
    validate_address,
    validate_network,
    validate_ordinary_address,
)
from learn.cluster.api.validation.clusterips import (
    cluster_ips,
    is_headless,
    validate_cluster_ips,
    validate_cluster_ips_update,
)
from learn.cluster.api.validation.containers import PROTOCOLS
from learn.cluster.api.validation.metadata import (
    IMMUTABLE,
    METADATA,
    one_of,
    validate_labels,
    validate_metadata,
)
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.validation.probes import validate_port
from learn.cluster.api.versions import Behaviour

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_TRAFFIC_POLICIES = ("Cluster", "Local")
_AFFINITY_MAX = 86400
_TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
_TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"
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
    spec, before = map_at(obj, "spec"), map_at(old or {}, "spec")
    if old is not None:
        errors += _validate_update(spec, before)
    errors += _validate_topology(obj)
    kind, headless = text_at(spec, "type"), is_headless(spec)
    if not maps_at(spec, "ports") and not headless and kind != "ExternalName":
        errors.append(required((*SPEC, "ports")))
    errors += _validate_for_type(spec, kind, headless)
    errors += _validate_ports(spec)
    if spec.get("selector") is not None:
        errors += validate_labels(spec["selector"], (*SPEC, "selector"))
    errors += _validate_session_affinity(spec)
    if kind != "ExternalName":
        errors += validate_cluster_ips(spec, rules, before)
    errors += _validate_external_ips(spec, before, rules)
    errors += one_of(spec, "type", TYPES, SPEC)
    errors += _validate_unique(spec, kind)
    errors += _validate_source_ranges(obj, old or {}, kind, rules)
    errors += _validate_balancer_fields(spec, kind)
    return errors + _validate_traffic(spec, kind, rules)


def _validate_topology(obj: Mapping[str, Any]) -> list[FieldError]:
    """The annotation and the one that it replaced, where both are given."""
    annotations = map_at(map_at(obj, "metadata"), "annotations")
    mode, hints = annotations.get(_TOPOLOGY_MODE), annotations.get(_TOPOLOGY_HINTS)
    if not isinstance(mode, str) or not isinstance(hints, str) or mode == hints:
        return []
    detail = f"must match annotations[{_TOPOLOGY_HINTS}] when both are specified"
    return [invalid((*METADATA, "annotations", Key(_TOPOLOGY_MODE)), mode, detail)]


def _validate_external_ips(
    spec: Mapping[str, Any], old: Mapping[str, Any], rules: Behaviour
) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, address in enumerate(list_at(spec, "externalIPs")):
        if isinstance(address, str):
            at = (*SPEC, "externalIPs", index)
            wrong = validate_address(address, at, rules, list_at(old, "externalIPs"))
            errors += wrong or validate_ordinary_address(address, at)
    return errors


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


def _validate_source_ranges(
    obj: Mapping[str, Any], old: Mapping[str, Any], kind: str, rules: Behaviour
) -> list[FieldError]:
    """loadBalancerSourceRanges, which the server spells with a capital L, or its old annotation."""
    errors: list[FieldError] = []
    ranges = [value for value in _source_ranges(obj) if isinstance(value, str)]
    annotation = _source_annotation(obj)
    if ranges:
        at, shown = (*SPEC, "loadBalancerSourceRanges"), (*SPEC, "LoadBalancerSourceRanges")
        kept = [value.strip() for value in _source_ranges(old) if isinstance(value, str)]
        if kind != "LoadBalancer":
            errors.append(forbidden(at, _ONLY_BALANCED, shown=shown))
        for index, value in enumerate(ranges):
            errors += validate_network(value.strip(), (*at, index), rules, kept, shown=(*shown, index))
    elif annotation is not None:
        at = (*METADATA, "annotations", Key(_SOURCE_RANGES))
        kept = [value.strip() for value in (_source_annotation(old) or "").split(",")]
        if kind != "LoadBalancer":
            errors.append(forbidden(at, _ONLY_BALANCED))
        for value in annotation.split(",") if annotation.strip() else ():
            errors += validate_network(value.strip(), at, rules, kept)
    return errors


def _source_ranges(obj: Mapping[str, Any]) -> list[Any]:
    return list_at(map_at(obj, "spec"), "loadBalancerSourceRanges")


def _source_annotation(obj: Mapping[str, Any]) -> str | None:
    value = map_at(map_at(obj, "metadata"), "annotations").get(_SOURCE_RANGES)
    return value if isinstance(value, str) else None


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
    if check and not needs_health_check(spec):
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
    """What stays once it is set: addresses, families, the balancer's class, the health check's port."""
    errors = validate_cluster_ips_update(spec, old)
    kind, before = text_at(spec, "type"), text_at(old, "type")
    if kind == before == "LoadBalancer" and spec.get("loadBalancerClass") != old.get("loadBalancerClass"):
        at = (*SPEC, "loadBalancerClass")
        errors.append(invalid(at, spec.get("loadBalancerClass"), "may not change once set"))
    port, was = int_at(spec, "healthCheckNodePort") or 0, int_at(old, "healthCheckNodePort") or 0
    if needs_health_check(spec) and needs_health_check(old) and port != was:
        errors.append(forbidden((*SPEC, "healthCheckNodePort"), IMMUTABLE))
    return errors


def needs_health_check(spec: Mapping[str, Any]) -> bool:
    """NeedsHealthCheck: the balancer asks each node whether it has endpoints."""
    return spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"
