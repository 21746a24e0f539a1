"""Fields of a Service that end with its type (pkg/registry/core/service/strategy.go, dropTypeDependentFields)."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from learn.cluster.api.access import int_at, maps_at
from learn.cluster.api.validation.clusterips import cluster_ips
from learn.cluster.api.validation.services import is_external, needs_health_check

Object: TypeAlias = dict[str, Any]

_NODE_PORT_TYPES = frozenset({"NodePort", "LoadBalancer"})


def drop_type_dependent(spec: Mapping[str, Any], old: Mapping[str, Any]) -> Object:
    """The spec without what only the old type needs; a value that the update changed stays, to be refused."""
    result: Object = dict(spec)
    if is_alias(spec) and not is_alias(old):
        if spec.get("clusterIP") == old.get("clusterIP") and cluster_ips(spec) == cluster_ips(old):
            _drop(result, "clusterIP", "clusterIPs")
        for field in ("ipFamilies", "ipFamilyPolicy"):
            if spec.get(field) == old.get(field):
                _drop(result, field)
    if has_node_ports(old) and not has_node_ports(spec) and node_ports_of(spec) <= node_ports_of(old):
        result["ports"] = [
            {k: v for k, v in port.items() if k != "nodePort"} for port in maps_at(spec, "ports")
        ]
    for needs, field in (
        (needs_health_check, "healthCheckNodePort"),
        (_is_balanced, "allocateLoadBalancerNodePorts"),
        (_is_balanced, "loadBalancerClass"),
        (is_external, "externalTrafficPolicy"),
    ):
        if needs(old) and not needs(spec) and spec.get(field) == old.get(field):
            _drop(result, field)
    return result


def has_node_ports(spec: Mapping[str, Any]) -> bool:
    """Whether the type knows node ports; a balancer may do without."""
    return spec.get("type") in _NODE_PORT_TYPES


def needs_node_ports(spec: Mapping[str, Any]) -> bool:
    """shouldAllocateNodePorts: whether each port gets a number."""
    return spec.get("type") == "NodePort" or (
        _is_balanced(spec) and spec.get("allocateLoadBalancerNodePorts") is not False
    )


def is_alias(spec: Mapping[str, Any]) -> bool:
    """An ExternalName Service is a name in DNS only."""
    return spec.get("type") == "ExternalName"


def _is_balanced(spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "LoadBalancer"


def node_ports_of(spec: Mapping[str, Any]) -> set[int]:
    return {number for port in maps_at(spec, "ports") if (number := int_at(port, "nodePort"))}


def _drop(spec: Object, *fields: str) -> None:
    for field in fields:
        spec.pop(field, None)
