"""Endpoints and EndpointSlices: pkg/apis/core/validation and pkg/apis/discovery/validation."""

from typing import Any

import pytest

from tests.cluster.api.objects import plain, texts

PORTS = [{"name": "http", "port": 80, "protocol": "TCP"}]
SPECIAL = "may not be in the loopback range (127.0.0.0/8, ::1/128)"


def slice_of(*addresses: str, kind: str = "IPv4", **endpoint: Any) -> dict[str, Any]:
    listed = [{"addresses": list(addresses), **endpoint}]
    return plain("EndpointSlice", "discovery.k8s.io/v1", addressType=kind, endpoints=listed, ports=PORTS)


def endpoints_of(**address: Any) -> dict[str, Any]:
    return plain("Endpoints", subsets=[{"addresses": [{"ip": "10.1.2.3", **address}], "ports": PORTS}])


def zones(*names: str) -> dict[str, Any]:
    return {"forZones": [{"name": name} for name in names]}


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a good slice": (slice_of("10.1.2.3", nodeName="n1", hostname="a", hints=zones("z")), []),
    "no address": (slice_of(), ["endpoints[0].addresses: Required value: must contain at least 1 address"]),
    "not IPv4: said twice of what is no address": (
        slice_of("123.456.789.012", "2001:4860:4860::8888"),
        ['endpoints[0].addresses[0]: Invalid value: "123.456.789.012": must be a valid IPv4 address',
         'endpoints[0].addresses[0]: Invalid value: "123.456.789.012": must be a valid IP address',
         'endpoints[0].addresses[1]: Invalid value: "2001:4860:4860::8888": must be a valid IPv4 address'],
    ),
    "a special address": (slice_of("127.0.0.1"), [f'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": {SPECIAL}']),
    "one segment is no domain": (
        slice_of("localhost", kind="FQDN"),
        ['endpoints[0].addresses[0]: Invalid value: "localhost": should be a domain with at least two segments separated by dots'],
    ),
    "addressType": (
        slice_of("10.1.2.3", kind="IP"),
        ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"'],
    ),
    "a hint twice": (
        slice_of("10.1.2.3", hints=zones("a", "b", "a")),
        ['endpoints[0].hints.forZones[2].name: Duplicate value: "a"'],
    ),
    "too many hints": (
        slice_of("10.1.2.3", hints=zones(*"abcdefghi")),
        ["endpoints[0].hints.forZones: Too many: 9: must have at most 8 items"],
    ),
    "good Endpoints": (endpoints_of(hostname="a", nodeName="n1"), []),
    "Endpoints: a special address": (
        endpoints_of(ip="127.0.0.1"), [f'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": {SPECIAL}'],
    ),
    "Endpoints: not an address": (
        endpoints_of(ip="x"),
        ['subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ),
    "Endpoints: nothing in a subset": (
        plain("Endpoints", subsets=[{"ports": PORTS}]),
        ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_it_is_checked(rule: str) -> None:
    obj, expected = CASES[rule]
    assert texts(obj) == expected


def test_the_type_of_addresses_stays() -> None:
    assert texts(slice_of("2001:db8::1", kind="IPv6"), slice_of("10.1.2.3")) == [
        'addressType: Invalid value: "IPv6": field is immutable'
    ]
