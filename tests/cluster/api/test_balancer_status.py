"""status.loadBalancer: ValidateLoadBalancerStatus (pkg/apis/core/validation/validation.go)."""

from typing import Any

import pytest

from learn.cluster.api.validation.balancerstatus import validate_balancer_status, with_ip_modes
from learn.cluster.api.versions import behaviour
from tests.cluster.api.objects import plain, service

IP = "203.0.113.10"


def balanced(*entries: dict[str, Any], kind: str = "LoadBalancer") -> dict[str, Any]:
    return {**service(type=kind), "status": {"loadBalancer": {"ingress": list(entries)}}}


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an address and its mode": (balanced({"ip": IP, "ipMode": "Proxy"}), []),
    "a name": (balanced({"hostname": "lb.example.com"}), []),
    "another type": (
        balanced({"ip": IP, "ipMode": "VIP"}, kind="NodePort"),
        ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
    ),
    "no mode": (
        balanced({"ip": IP}),
        ["status.loadBalancer.ingress[0].ipMode: Required value: must be specified when `ip` is set"],
    ),
    "a mode alone": (
        balanced({"hostname": "a.com", "ipMode": "VIP"}),
        ["status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set"],
    ),
    "an unknown mode": (
        balanced({"ip": IP, "ipMode": "Tunnel"}),
        ['status.loadBalancer.ingress[0].ipMode: Unsupported value: "Tunnel": supported values: "Proxy", "VIP"'],
    ),
    "not an address": (
        balanced({"ip": "here", "ipMode": "VIP"}),
        ['status.loadBalancer.ingress[0].ip: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ),
    "an address as a name": (
        balanced({"hostname": IP}),
        [f'status.loadBalancer.ingress[0].hostname: Invalid value: "{IP}": must be a DNS name, not an IP address'],
    ),
    "an Ingress has no modes": (
        plain("Ingress", "networking.k8s.io/v1", status={"loadBalancer": {"ingress": [{"ip": IP}]}}), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_a_status_is_checked(rule: str) -> None:
    obj, expected = CASES[rule]
    found = validate_balancer_status(obj, {}, behaviour("1.37"))
    assert [error.text() for error in found] == expected


def test_an_address_is_a_virtual_ip_unless_it_says_otherwise() -> None:
    filled = with_ip_modes(balanced({"ip": IP}, {"ip": IP, "ipMode": "Proxy"}, {"hostname": "a.com"}))
    listed = filled["status"]["loadBalancer"]["ingress"]
    assert [each.get("ipMode") for each in listed] == ["VIP", "Proxy", None]
