"""Validation of Ingress, IngressClass and NetworkPolicy (networking/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import (
    FieldError,
    Key,
    Path,
    forbidden,
    invalid,
    invalid_each,
    nil_list,
    not_supported,
    required,
    too_long,
)
from learn.cluster.api.validation.addresses import validate_network
from learn.cluster.api.validation.metadata import (
    METADATA,
    unchanged,
    validate_label_selector,
    validate_metadata,
)
from learn.cluster.api.validation.pods import SPEC
from learn.cluster.api.validation.probes import validate_port
from learn.cluster.api.versions import Behaviour

_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_BAD_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_BAD_ENDINGS = ("/..", "/.")
_CONTROLLER_MAX = 250


def validate_ingress(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    backend, entries = spec.get("defaultBackend"), maps_at(spec, "rules")
    if not entries and not isinstance(backend, dict):
        detail = "either `defaultBackend` or `rules` must be specified"
        errors.append(invalid(SPEC, nil_list("[]networking.IngressRule"), detail))
    if isinstance(backend, dict):
        errors += _validate_backend(backend, (*SPEC, "defaultBackend"), rules)
    for index, entry in enumerate(entries):
        errors += _validate_rule(entry, (*SPEC, "rules", index), rules)
    for index, tls in enumerate(maps_at(spec, "tls")):
        errors += _validate_tls(tls, (*SPEC, "tls", index))
    chosen = spec.get("ingressClassName")
    if isinstance(chosen, str):
        errors += invalid_each((*SPEC, "ingressClassName"), chosen, names.dns_subdomain(chosen))
    annotation = map_at(map_at(obj, "metadata"), "annotations").get(_CLASS_ANNOTATION)
    if old is None and isinstance(annotation, str) and isinstance(chosen, str) and annotation != chosen:
        at = (*METADATA, "annotations", Key(_CLASS_ANNOTATION))
        detail = "must match `ingressClassName` when both are specified"
        errors.append(invalid(at, annotation, detail, shown=("annotations", _CLASS_ANNOTATION)))
    return errors


def _host_reasons(host: str) -> names.Reasons:
    return names.wildcard_subdomain(host) if "*" in host else names.dns_subdomain(host)


def _validate_rule(entry: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    host, at = text_at(entry, "host"), (*path, "host")
    if host:
        if names.parse_ip(host):
            errors.append(invalid(at, host, "must be a DNS name, not an IP address"))
        errors += invalid_each(at, host, _host_reasons(host))
    http = entry.get("http")
    if isinstance(http, dict):
        paths = maps_at(http, "paths")
        if not paths:
            errors.append(required((*path, "http", "paths")))
        for index, http_path in enumerate(paths):
            errors += _validate_path(http_path, (*path, "http", "paths", index), rules)
    return errors


def _validate_path(http_path: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    kind, value, at = http_path.get("pathType"), text_at(http_path, "path"), (*path, "path")
    if not isinstance(kind, str):
        return [required((*path, "pathType"), "pathType must be specified")]
    errors: list[FieldError] = []
    absolute = value.startswith("/")
    match kind:
        case "Exact" | "Prefix":
            if not absolute:
                errors.append(invalid(at, value, "must be an absolute path"))
            for part in _BAD_SEQUENCES:
                if part in value:
                    errors.append(invalid(at, value, f"must not contain '{part}'"))
            for ending in _BAD_ENDINGS:
                if value.endswith(ending):
                    errors.append(invalid(at, value, f"cannot end with '{ending}'"))
        case "ImplementationSpecific":
            if value and not absolute:
                errors.append(invalid(at, value, "must be an absolute path"))
        case _:
            errors.append(not_supported((*path, "pathType"), kind, _PATH_TYPES))
    return errors + _validate_backend(map_at(http_path, "backend"), (*path, "backend"), rules)


def _validate_backend(backend: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    """Either a Service with exactly one of port name and number, or another resource."""
    service, resource = backend.get("service"), backend.get("resource")
    if isinstance(service, dict) and isinstance(resource, dict):
        return [invalid(path, "", "cannot set both resource and service backends")]
    if isinstance(resource, dict):
        return _validate_reference(resource, (*path, "resource"))
    if not isinstance(service, dict):
        return [invalid(path, "", "resource or service backend is required")]
    name, at = text_at(service, "name"), (*path, "service", "name")
    form = names.service_name(name, relaxed=rules.relaxed_service_names)
    errors = invalid_each(at, name, form) if name else [required(at)]
    port = map_at(service, "port")
    port_name, number = text_at(port, "name"), int_at(port, "number") or 0
    at = (*path, "service", "port")
    if port_name and number:
        errors.append(invalid(at, "", "cannot set both port name & port number", shown=path))
    elif port_name:
        errors += invalid_each((*at, "name"), port_name, names.port_name(port_name))
    elif number:
        errors += invalid_each((*at, "number"), number, names.port_number(number))
    else:
        errors.append(required(path, "port name or number is required"))
    return errors


def _validate_reference(reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    group = reference.get("apiGroup")
    if isinstance(group, str):
        errors += invalid_each((*path, "apiGroup"), group, names.dns_subdomain(group))
    for key in ("kind", "name"):
        value, at = text_at(reference, key), (*path, key)
        errors += (
            invalid_each(at, value, names.path_segment(value))
            if value
            else [required(at, f"{key} is required")]
        )
    return errors


def _validate_tls(tls: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, host in enumerate(list_at(tls, "hosts")):
        if isinstance(host, str):
            errors += invalid_each((*path, "hosts", index), host, _host_reasons(host))
    secret = text_at(tls, "secretName")
    return errors + (
        invalid_each((*path, "secretName"), secret, names.dns_subdomain(secret)) if secret else []
    )


def validate_ingress_class(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    if old is not None:
        errors += unchanged(spec, map_at(old, "spec"), "controller", SPEC)
    controller, at = text_at(spec, "controller"), (*SPEC, "controller")
    if len(controller) > _CONTROLLER_MAX:
        errors.append(too_long(at, _CONTROLLER_MAX))
    if not controller:
        errors.append(required(at))
    else:
        errors += [invalid(at, value, reason) for value, reason in names.domain_prefixed_path(controller)]
    if isinstance(parameters := spec.get("parameters"), dict):
        errors += _validate_parameters(parameters, (*SPEC, "parameters"))
    return errors


def _validate_parameters(parameters: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors = _validate_reference(parameters, path)
    scope, namespace, at = text_at(parameters, "scope"), parameters.get("namespace"), (*path, "namespace")
    if scope not in ("Cluster", "Namespace"):
        allowed = ("Cluster", "Namespace")
        errors.append(
            not_supported((*path, "scope"), scope, allowed) if scope else required((*path, "scope"))
        )
    elif scope == "Cluster" and namespace is not None:
        errors.append(forbidden(at, "`parameters.scope` is set to 'Cluster'"))
    elif scope == "Namespace" and not isinstance(namespace, str):
        errors.append(required(at, "`parameters.scope` is set to 'Namespace'"))
    elif isinstance(namespace, str):
        errors += invalid_each(at, namespace, names.dns_label(namespace))
    return errors


def validate_network_policy(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec, kept = map_at(obj, "spec"), _networks_of(old or {})
    errors += validate_label_selector(spec.get("podSelector"), (*SPEC, "podSelector"))
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(maps_at(spec, direction)):
            at = (*SPEC, direction, index)
            for number, port in enumerate(maps_at(rule, "ports")):
                errors += _validate_policy_port(port, (*at, "ports", number))
            for number, peer in enumerate(maps_at(rule, peers)):
                errors += _validate_peer(peer, (*at, peers, number), rules, kept)
    types, at = list_at(spec, "policyTypes"), (*SPEC, "policyTypes")
    if len(types) > 2:
        return [
            *errors,
            invalid(at, types, "may not specify more than two policyTypes", "[]networking.PolicyType"),
        ]
    for index, kind in enumerate(types):
        if isinstance(kind, str) and kind not in ("Ingress", "Egress"):
            errors.append(not_supported((*at, index), kind, ("Ingress", "Egress")))
    return errors


def _validate_policy_port(port: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    protocol, end, at = port.get("protocol"), int_at(port, "endPort"), (*path, "endPort")
    allowed = ("TCP", "UDP", "SCTP")
    if isinstance(protocol, str) and protocol not in allowed:
        errors.append(not_supported((*path, "protocol"), protocol, allowed))
    value = port.get("port")
    if value is None:
        if end is not None:
            errors.append(invalid(at, end, "may not be specified when `port` is not specified"))
        return errors
    number = int_at(port, "port")
    if end is not None and isinstance(value, str):
        errors.append(invalid(at, end, "may not be specified when `port` is non-numeric"))
    errors += validate_port(value, (*path, "port"))
    if end is not None and number is not None:
        if end < number:
            errors.append(invalid(at, number, "must be greater than or equal to `port`"))
        errors += invalid_each(at, end, names.port_number(end))
    return errors


def _validate_peer(
    peer: Mapping[str, Any], path: Path, rules: Behaviour, kept: frozenset[str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    given = [
        key for key in ("podSelector", "namespaceSelector", "ipBlock") if isinstance(peer.get(key), dict)
    ]
    for key in given:
        if key == "ipBlock":
            errors += _validate_block(peer[key], (*path, key), rules, kept)
        else:
            errors += validate_label_selector(peer[key], (*path, key))
    if not given:
        errors.append(required(path, "must specify a peer"))
    elif len(given) > 1 and "ipBlock" in given:
        errors.append(forbidden(path, "may not specify both ipBlock and another peer"))
    return errors


def _validate_block(
    block: Mapping[str, Any], path: Path, rules: Behaviour, kept: frozenset[str]
) -> list[FieldError]:
    whole, at = text_at(block, "cidr"), (*path, "cidr")
    if not whole:
        return [required(at)]
    errors = validate_network(whole, at, rules, kept)
    outer = names.parse_network(whole)
    if outer is None:
        return errors
    for index, part in enumerate(list_at(block, "except")):
        if not isinstance(part, str):
            continue
        errors += validate_network(part, (*path, "except", index), rules, kept)
        inner = names.parse_network(part)
        if inner is None:
            continue
        inside = inner.version == outer.version and inner.network_address in outer
        if not inside or outer.prefixlen >= inner.prefixlen:
            errors.append(invalid((*path, "except", index), part, "must be a strict subset of `cidr`"))
    return errors


def _networks_of(policy: Mapping[str, Any]) -> frozenset[str]:
    """Every network that a policy names."""
    spec = map_at(policy, "spec")
    found: set[str] = set()
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in maps_at(spec, direction):
            for peer in maps_at(rule, peers):
                block = map_at(peer, "ipBlock")
                found.update(x for x in (block.get("cidr"), *list_at(block, "except")) if isinstance(x, str))
    return frozenset(found)
