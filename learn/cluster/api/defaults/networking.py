"""Defaults of Service, Endpoints, EndpointSlice, NetworkPolicy and IngressClass."""

from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import held, held_all, set_text, sub
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]

_CLIENT_IP_SECONDS = 10800
_PROXIED = ("ClusterIP", "NodePort", "LoadBalancer")


def default_service(obj: Object, rules: Behaviour) -> None:
    """SetDefaults_Service; cluster IPs, node ports and IP families come with allocation."""
    spec = sub(obj, "spec")
    set_text(spec, "sessionAffinity", "None")
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        client = sub(sub(spec, "sessionAffinityConfig"), "clientIP")
        client.setdefault("timeoutSeconds", _CLIENT_IP_SECONDS)
    set_text(spec, "type", "ClusterIP")
    for port in held_all(spec, "ports"):
        set_text(port, "protocol", "TCP")
        if port.get("targetPort") in (None, 0, "") and "port" in port:
            port["targetPort"] = port["port"]
    external = spec["type"] in ("NodePort", "LoadBalancer") or (
        spec["type"] == "ClusterIP" and bool(spec.get("externalIPs"))
    )
    if external:
        set_text(spec, "externalTrafficPolicy", "Cluster")
    if spec["type"] in _PROXIED:
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def default_endpoints(obj: Object, rules: Behaviour) -> None:
    for subset in held_all(obj, "subsets"):
        for port in held_all(subset, "ports"):
            set_text(port, "protocol", "TCP")


def default_endpoint_slice(obj: Object, rules: Behaviour) -> None:
    for port in held_all(obj, "ports"):
        port.setdefault("name", "")
        set_text(port, "protocol", "TCP")


def default_network_policy(obj: Object, rules: Behaviour) -> None:
    """policyTypes: Ingress always, Egress when there are egress rules."""
    spec = sub(obj, "spec")
    for direction in ("ingress", "egress"):
        for rule in held_all(spec, direction):
            for port in held_all(rule, "ports"):
                set_text(port, "protocol", "TCP")
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def default_ingress_class(obj: Object, rules: Behaviour) -> None:
    spec = held(obj, "spec")
    parameters = held(spec, "parameters") if spec else None
    if parameters is not None:
        set_text(parameters, "scope", "Cluster")
