"""Fields of a Service that end with its type (pkg/registry/core/service/strategy.go, dropTypeDependentFields)."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from learn.cluster.api.access import maps_at, text_at

Object: TypeAlias = dict[str, Any]


def drop_type_dependent(spec: Mapping[str, Any], old: Mapping[str, Any]) -> Object:
    """The spec without what only the old type needs; a value that the update changed stays, to be refused."""
    result: Object = dict(spec)
    for needs, fields in (
        (_needs_cluster_ip, ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")),
        (_needs_health_check, ("healthCheckNodePort",)),
        (_is_balanced, ("loadBalancerClass", "allocateLoadBalancerNodePorts")),
        (_is_alias, ("externalName",)),
        (_is_externally_accessible, ("externalTrafficPolicy",)),
    ):
        if needs(old) and not needs(result):
            result = {k: v for k, v in result.items() if k not in fields or v != old.get(k)}
    if needs_node_ports(old) and not needs_node_ports(spec) and _node_ports(old) == _node_ports(spec):
        result["ports"] = [
            {k: v for k, v in port.items() if k != "nodePort"} for port in maps_at(spec, "ports")
        ]
    return result


def needs_node_ports(spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "NodePort" or (
        _is_balanced(spec) and spec.get("allocateLoadBalancerNodePorts") is not False
    )


def _needs_cluster_ip(spec: Mapping[str, Any]) -> bool:
    return not _is_alias(spec)


def _needs_health_check(spec: Mapping[str, Any]) -> bool:
    return _is_balanced(spec) and spec.get("externalTrafficPolicy") == "Local"


def _is_balanced(spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "LoadBalancer"


def _is_alias(spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "ExternalName"


def _is_externally_accessible(spec: Mapping[str, Any]) -> bool:
    kind = text_at(spec, "type")
    return kind in {"LoadBalancer", "NodePort"} or (kind == "ClusterIP" and bool(spec.get("externalIPs")))


def _node_ports(spec: Mapping[str, Any]) -> list[Any]:
    return [port.get("nodePort") for port in maps_at(spec, "ports")]
