"""Ingress, IngressClass and NetworkPolicy: pkg/apis/networking/validation/validation.go, rule by rule."""

from typing import Any

import pytest

from learn.cluster.api.validation import validate
from tests.cluster.api.objects import Object, plain, texts

WEB = {"service": {"name": "web", "port": {"number": 80}}}
PATH = "spec.rules[0].http.paths[0]"
CLASS = "kubernetes.io/ingress.class"
CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def ingress(
    path: Any = "/", kind: Any = "Prefix", backend: Any = WEB, *, host: str = "", **spec: Any
) -> Object:
    entry = {"path": path, "pathType": kind, "backend": backend}
    rule = {
        **({"host": host} if host else {}),
        "http": {"paths": [{k: v for k, v in entry.items() if v is not None}]},
    }
    return plain("Ingress", "networking.k8s.io/v1", spec={"rules": [rule], **spec})


def backed(**service: Any) -> Object:
    return ingress(backend={"service": service})


def ingress_class(**spec: Any) -> Object:
    return plain("IngressClass", "networking.k8s.io/v1", spec={"controller": "example.com/ingress", **spec})


def policy(**spec: Any) -> Object:
    return plain("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {}, **spec})


def opened(**port: Any) -> Object:
    return policy(ingress=[{"ports": [port]}])


def blocked(cidr: str, *excluded: str) -> Object:
    return policy(egress=[{"to": [{"ipBlock": {"cidr": cidr, "except": list(excluded)}}]}])


CASES: dict[str, tuple[Object, list[str]]] = {
    "validateHTTPIngressPath: fine": (ingress("/a/b", "Exact", host="a.com"), []),
    "validateHTTPIngressPath: pathType": (
        ingress(kind=None), [f"{PATH}.pathType: Required value: pathType must be specified"],
    ),
    "validateHTTPIngressPath: unknown pathType": (
        ingress(kind="Regex"),
        [f'{PATH}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"'],
    ),
    "validateHTTPIngressPath: relative": (
        ingress("a", "Exact"), [f'{PATH}.path: Invalid value: "a": must be an absolute path'],
    ),
    "validateHTTPIngressPath: empty": (
        ingress("", "Prefix"), [f'{PATH}.path: Invalid value: "": must be an absolute path'],
    ),
    "validateHTTPIngressPath: empty, by the implementation": (ingress("", "ImplementationSpecific"), []),
    "validateHTTPIngressPath: sequences": (
        ingress("/a//b/./c/../d%2fe%2F"),
        [f'{PATH}.path: Invalid value: "/a//b/./c/../d%2fe%2F": must not contain \'{part}\'' for part in ("//", "/./", "/../", "%2f", "%2F")],
    ),
    "validateHTTPIngressPath: endings": (
        ingress("/a/.."), [f'{PATH}.path: Invalid value: "/a/..": cannot end with \'/..\''],
    ),
    "validateHTTPIngressPath: anything, by the implementation": (ingress("/a//b", "ImplementationSpecific"), []),
    "validateIngressRules: an address": (
        ingress(host="10.0.0.1"),
        ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
    ),
    "validateIngressRules: a wildcard": (ingress(host="*.a.com"), []),
    "validateIngressSpec: nothing": (
        plain("Ingress", "networking.k8s.io/v1", spec={}),
        ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
    ),
    "validateHTTPIngressRuleValue: no paths": (
        plain("Ingress", "networking.k8s.io/v1", spec={"rules": [{"http": {"paths": []}}]}),
        ["spec.rules[0].http.paths: Required value"],
    ),
    "validateIngressBackend: none": (
        ingress(backend={}), [f'{PATH}.backend: Invalid value: "": resource or service backend is required'],
    ),
    "validateIngressBackend: both": (
        ingress(backend={**WEB, "resource": {"kind": "Bucket", "name": "a"}}),
        [f'{PATH}.backend: Invalid value: "": cannot set both resource and service backends'],
    ),
    "validateIngressBackend: name": (
        backed(name="", port={"number": 80}), [f"{PATH}.backend.service.name: Required value"],
    ),
    "validateIngressBackend: no port": (
        backed(name="web"), [f"{PATH}.backend: Required value: port name or number is required"],
    ),
    "validateIngressBackend: two ports": (
        backed(name="web", port={"name": "http", "number": 80}),
        [f'{PATH}.backend: Invalid value: "": cannot set both port name & port number'],
    ),
    "validateIngressBackend: range": (
        backed(name="web", port={"number": 65536}),
        [f"{PATH}.backend.service.port.number: Invalid value: 65536: must be between 1 and 65535, inclusive"],
    ),
    "ValidateIngressCreate: field and annotation": (
        {**ingress(ingressClassName="b"), "metadata": {"name": "a", "namespace": "default", "annotations": {CLASS: "a"}}},
        [f'annotations.{CLASS}: Invalid value: "a": must match `ingressClassName` when both are specified'],
    ),
    "ValidateIngressClass: fine": (ingress_class(parameters={"kind": "Wall", "name": "a"}), []),
    "ValidateIngressClassSpec: controller": (
        ingress_class(controller="nginx"),
        ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    ),
    "ValidateIngressClassSpec: too long": (
        ingress_class(controller=f"example.com/{'a' * 250}"), ["spec.controller: Too long: may not be more than 250 bytes"],
    ),
    "validateIngressClassParametersReference: namespace needed": (
        ingress_class(parameters={"kind": "Wall", "name": "a", "scope": "Namespace"}),
        ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
    ),
    "validateIngressClassParametersReference: namespace not wanted": (
        ingress_class(parameters={"kind": "Wall", "name": "a", "namespace": "b"}),
        ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
    ),
    "ValidateNetworkPolicyPort: fine": (opened(port=8000, endPort=8010), []),
    "ValidateNetworkPolicyPort: protocol": (
        opened(protocol="ICMP"),
        ['spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"'],
    ),
    "ValidateNetworkPolicyPort: endPort below": (
        opened(port=8000, endPort=79),
        ["spec.ingress[0].ports[0].endPort: Invalid value: 8000: must be greater than or equal to `port`"],
    ),
    "ValidateNetworkPolicyPort: endPort of a name": (
        opened(port="http", endPort=80),
        ["spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is non-numeric"],
    ),
    "ValidateNetworkPolicyPort: endPort alone": (
        opened(endPort=80),
        ["spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is not specified"],
    ),
    "ValidateNetworkPolicyPort: endPort range": (
        opened(port=8000, endPort=65536),
        ["spec.ingress[0].ports[0].endPort: Invalid value: 65536: must be between 1 and 65535, inclusive"],
    ),
    "ValidateNetworkPolicyPeer: none": (
        policy(ingress=[{"from": [{}]}]), ["spec.ingress[0].from[0]: Required value: must specify a peer"],
    ),
    "ValidateNetworkPolicyPeer: a block and more": (
        policy(ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]),
        ["spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer"],
    ),
    "ValidateNetworkPolicyPeer: two selectors": (
        policy(ingress=[{"from": [{"namespaceSelector": {}, "podSelector": {}}]}]), [],
    ),
    "ValidateIPBlock: empty": (blocked(""), ["spec.egress[0].to[0].ipBlock.cidr: Required value"]),
    "ValidateIPBlock: no network": (
        blocked("10.0.0.0"), [f'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0": {CIDR}'],
    ),
    "ValidateIPBlock: except": (
        blocked("10.1.0.0/16", "10.1.1.0/24", "10.2.0.0/24", "10.1.0.0/16", "x"),
        ['spec.egress[0].to[0].ipBlock.except[1]: Invalid value: "10.2.0.0/24": must be a strict subset of `cidr`',
         'spec.egress[0].to[0].ipBlock.except[2]: Invalid value: "10.1.0.0/16": must be a strict subset of `cidr`',
         f'spec.egress[0].to[0].ipBlock.except[3]: Invalid value: "x": {CIDR}'],
    ),
    "ValidateIPBlock: strict": (
        blocked("10.0.0.1/8"),
        ['spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'],
    ),
    "ValidateNetworkPolicySpec: policyTypes": (
        policy(policyTypes=["Both"]),
        ['spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"'],
    ),
    "ValidateNetworkPolicySpec: too many policyTypes": (
        policy(policyTypes=["Ingress", "Egress", "Ingress"]),
        ['spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_it_is_checked(rule: str) -> None:
    obj, expected = CASES[rule]
    assert texts(obj) == expected


def test_a_stored_policy_keeps_its_ambiguous_networks() -> None:
    assert texts(blocked("10.0.0.1/8"), blocked("10.0.0.1/8")) == []
    assert texts(blocked("10.0.0.1/8"), version="1.35") == []


def test_the_controller_of_a_class_stays() -> None:
    [error] = validate(ingress_class(controller="example.com/b"), old=ingress_class())
    assert error.text() == 'spec.controller: Invalid value: "example.com/b": field is immutable'
