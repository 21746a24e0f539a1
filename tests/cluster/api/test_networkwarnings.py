"""What the API server warns of in networking objects (pkg/api/service/warnings.go and its neighbours)."""

from typing import Any

import pytest

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.networkwarnings import network_warnings
from tests.cluster.api.objects import plain, service

HEADLESS = {"clusterIP": "None"}
EXTERNAL = "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
CLOSE = 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def annotated(obj: dict[str, Any], **annotations: str) -> dict[str, Any]:
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


CASES: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "nothing to say": (service(), "1.37", []),
    "headless, loadBalancerIP": (
        service(**HEADLESS, loadBalancerIP="203.0.113.1"), "1.37",
        ["spec.loadBalancerIP is ignored for headless services"],
    ),
    "headless, externalIPs": (
        service(**HEADLESS, externalIPs=["203.0.113.1"]), "1.37",
        ["spec.externalIPs is ignored for headless services"],
    ),
    "headless, affinity": (
        service(**HEADLESS, sessionAffinity="ClientIP"), "1.37",
        ["spec.SessionAffinity is ignored for headless services"],
    ),
    "externalIPs": (service(externalIPs=["203.0.113.1"]), "1.36", [EXTERNAL]),
    "externalIPs, before": (service(externalIPs=["203.0.113.1"]), "1.35", []),
    "externalIPs of an alias": (
        plain("Service", spec={"type": "ExternalName", "externalName": "a.com", "externalIPs": ["203.0.113.1"]}), "1.37",
        ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
    ),
    "externalName of another type": (
        service(externalName="a.com"), "1.37",
        ['spec.externalName is ignored when spec.type is not "ExternalName"'],
    ),
    "PreferClose": (service(trafficDistribution="PreferClose"), "1.37", [CLOSE]),
    "PreferClose, before": (service(trafficDistribution="PreferClose"), "1.34", []),
    "an old annotation": (
        annotated(service(), **{"service.kubernetes.io/topology-aware-hints": "Auto"}), "1.37",
        ["annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead"],
    ),
    "leading zeros": (
        service(externalIPs=["203.0.113.001"]), "1.35",
        ['spec.externalIPs[0]: non-standard IP address "203.0.113.001" will be considered invalid in a future Kubernetes release: use "203.0.113.1"'],
    ),
    "not canonical": (
        service(type="LoadBalancer", loadBalancerIP="2001:DB8::0:1"), "1.37",
        ['spec.loadBalancerIP: IPv6 address "2001:DB8::0:1" should be in RFC 5952 canonical format ("2001:db8::1")'],
    ),
    "host bits": (
        service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.5/24"]), "1.35",
        ['spec.loadBalancerSourceRanges[0]: CIDR value "10.0.0.5/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.5/32"?)'],
    ),
    "an annotation of a class": (
        annotated(plain("Ingress", "networking.k8s.io/v1", spec={}), **{"kubernetes.io/ingress.class": "nginx"}), "1.37",
        ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"],
    ),
    "a block with zeros": (
        plain("NetworkPolicy", "networking.k8s.io/v1", spec={
            "podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/016"]}}]}]}), "1.35",
        ['spec.egress[0].to[0].ipBlock.except[0]: non-standard CIDR value "10.1.0.0/016" will be considered invalid in a future Kubernetes release: use "10.1.0.0/16"'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_warnings(rule: str) -> None:
    obj, version, expected = CASES[rule]
    assert network_warnings(apply_defaults(obj, version=version), None, version) == expected


def test_the_class_of_an_ingress_is_spoken_of_once() -> None:
    obj, version, _ = CASES["an annotation of a class"]
    assert network_warnings(obj, obj, version) == []
