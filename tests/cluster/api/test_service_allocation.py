"""What a Service is given (pkg/registry/core/service/storage/alloc.go, ipallocator, portallocator), rule by rule."""

from typing import Any

import pytest

from learn.cluster.api.allocation import Ranges, Taken, allocate, static_band, taken_by
from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.nodeports import static_ports
from learn.cluster.api.validation import validate
from tests.cluster.api.objects import Object, plain, service

HTTP, DNS = {"name": "http", "port": 80}, {"name": "dns", "port": 53}
NOTHING = Taken(frozenset(), frozenset())
LOCAL = {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [HTTP]}


def made(spec: dict[str, Any], old: Object | None = None, *, taken: Taken = NOTHING) -> Object:
    """The spec as the server would store it."""
    obj = apply_defaults(service(**spec))
    result, errors = allocate(obj, taken, old=old)
    assert errors == []
    assert validate(result, old=old) == []
    return result


def refusal(spec: dict[str, Any], old: Object | None = None, *, taken: Taken = NOTHING) -> list[str]:
    return [error.text() for error in allocate(apply_defaults(service(**spec)), taken, old=old)[1]]


def with_ports(*numbers: int) -> Taken:
    return Taken(frozenset(), frozenset(numbers))


@pytest.mark.parametrize(
    ("size", "band"), [(2, 0), (16, 0), (32, 16), (256, 16), (512, 32), (2**12, 256), (2**16, 256)]
)
def test_calculate_range_offset_of_addresses(size: int, band: int) -> None:
    assert static_band(size) == band


@pytest.mark.parametrize(
    ("size", "band"), [(16, 0), (17, 16), (128, 16), (1024, 32), (2768, 86), (8192, 128)]
)
def test_calculate_range_offset_of_ports(size: int, band: int) -> None:
    assert static_ports(size) == band


def test_addresses_come_from_above_the_band_and_then_from_it() -> None:
    """ipallocator, AllocateNext: 172.16.0.0/27 has 30 addresses, the first 16 of them static."""
    ranges, services, given = Ranges(service_cidr="172.16.0.0/27", seed=3), [], []
    for index in range(30):
        new = apply_defaults(service()) | {"metadata": {"name": f"s{index}", "namespace": "default"}}
        done, errors = allocate(new, taken_by(services), ranges)
        assert errors == []
        services.append(done)
        given.append(int(done["spec"]["clusterIP"].rpartition(".")[2]))
    assert sorted(given[:14]) == list(range(17, 31))
    assert sorted(given[14:]) == list(range(1, 17))
    _, [full] = allocate(apply_defaults(service()), taken_by(services), ranges)
    assert full.detail == "failed to allocate a serviceIP: range is full"


def test_a_small_range_has_no_band() -> None:
    """ipallocator: of a /30 both addresses are given out."""
    ranges = Ranges(service_cidr="10.0.0.0/30")
    first, _ = allocate(apply_defaults(service()), NOTHING, ranges)
    second, _ = allocate(apply_defaults(service()), taken_by([first]), ranges)
    assert {first["spec"]["clusterIP"], second["spec"]["clusterIP"]} == {"10.0.0.1", "10.0.0.2"}


@pytest.mark.parametrize("address", ["10.96.0.0", "10.111.255.255", "10.112.0.1", "fd00::1"])
def test_an_address_outside_the_range_is_refused(address: str) -> None:
    spec = {"clusterIP": address}
    [text] = refusal(spec)
    if ":" in address:
        assert (
            text == 'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster'
        )
    else:
        assert text.endswith(
            f"failed to allocate IP {address}: the provided network does not match the current range"
        )


PORTS: dict[str, tuple[list[Object], list[int | str]]] = {
    "each port has its own": ([HTTP, DNS], ["any", "other"]),
    "one number for both protocols": ([DNS, {"name": "udp", "port": 53, "protocol": "UDP"}], ["any", "any"]),
    "the number that the second asks for": (
        [DNS, {"name": "udp", "port": 53, "protocol": "UDP", "nodePort": 30053}],
        [30053, 30053],
    ),
    "two numbers of one port": (
        [{**DNS, "nodePort": 30053}, {"name": "udp", "port": 53, "protocol": "UDP", "nodePort": 30054}],
        [30053, 30054],
    ),
}


@pytest.mark.parametrize("rule", PORTS)
def test_init_node_ports(rule: str) -> None:
    ports, wanted = PORTS[rule]
    given = [port["nodePort"] for port in made({"type": "NodePort", "ports": ports})["spec"]["ports"]]
    names = dict(zip(wanted, given, strict=True))
    assert given == [each if isinstance(each, int) else names[each] for each in wanted]
    assert len(set(given)) == len(set(wanted))


def test_a_number_is_taken_for_every_protocol() -> None:
    """portallocator knows numbers only; within one Service two protocols may share one."""
    other = made({"type": "NodePort", "ports": [{**DNS, "nodePort": 30053}]})
    udp = [{**DNS, "protocol": "UDP", "nodePort": 30053}]
    text = "spec.ports[0].nodePort: Invalid value: 30053: provided port is already allocated"
    assert refusal({"type": "NodePort", "ports": udp}, taken=taken_by([other])) == [text]
    apart = [{**DNS, "nodePort": 30053}, {"name": "b", "port": 54, "protocol": "UDP", "nodePort": 30053}]
    assert refusal({"type": "NodePort", "ports": apart}) == [text.replace("[0]", "[1]")]


def test_the_first_problem_stands_alone() -> None:
    ports = [{**HTTP, "nodePort": 80}, {**DNS, "nodePort": 53}]
    assert refusal({"type": "NodePort", "ports": ports}) == [
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
        "The range of valid ports is 30000-32767"
    ]


def test_a_balancer_without_node_ports_keeps_those_that_are_asked_for() -> None:
    """shouldAllocateNodePorts."""
    balanced = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
    ports = made({**balanced, "ports": [HTTP, {**DNS, "nodePort": 30053}]})["spec"]["ports"]
    assert [port.get("nodePort") for port in ports] == [None, 30053]


def test_switching_node_ports_off_does_not_free_them() -> None:
    old = made({"type": "LoadBalancer", "ports": [HTTP]})
    new = made({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False, "ports": [HTTP]}, old)
    assert new["spec"]["ports"] == old["spec"]["ports"]


def test_the_health_check_has_a_port_of_the_same_range() -> None:
    """allocHealthCheckNodePort; patchAllocatedValues keeps it; it goes with the policy."""
    old = made(LOCAL)
    port = old["spec"]["healthCheckNodePort"]
    assert 30086 <= port <= 32767 and port != old["spec"]["ports"][0]["nodePort"]
    assert port in taken_by([old]).ports
    assert made(LOCAL, old) == old
    cluster = made({**old["spec"], "externalTrafficPolicy": "Cluster"}, old)
    assert "healthCheckNodePort" not in cluster["spec"]
    assert made(LOCAL, cluster)["spec"]["healthCheckNodePort"] == port
    assert made({**LOCAL, "healthCheckNodePort": 30010})["spec"]["healthCheckNodePort"] == 30010
    assert refusal({**LOCAL, "healthCheckNodePort": 30010}, taken=with_ports(30010)) == [
        "<nil>: Internal error: failed to allocate requested HealthCheck NodePort 30010: provided port is already allocated"
    ]


FAMILIES: dict[str, tuple[dict[str, Any], tuple[str, list[str]] | list[str]]] = {
    "nothing said": ({}, ("SingleStack", ["IPv4"])),
    "headless": ({"clusterIP": "None", "selector": {"app": "web"}}, ("SingleStack", ["IPv4"])),
    "headless without selector": ({"clusterIP": "None"}, ("RequireDualStack", ["IPv4", "IPv6"])),
    "headless without selector, IPv6 first": (
        {"clusterIP": "None", "ipFamilies": ["IPv6"]},
        ("RequireDualStack", ["IPv6", "IPv4"]),
    ),
    "headless without selector, one family": (
        {"clusterIP": "None", "ipFamilyPolicy": "SingleStack"},
        ("SingleStack", ["IPv4"]),
    ),
    "two are preferred": ({"ipFamilyPolicy": "PreferDualStack"}, ("PreferDualStack", ["IPv4"])),
    "two are required": (
        {"ipFamilyPolicy": "RequireDualStack"},
        [
            'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'
        ],
    ),
    "IPv6": (
        {"ipFamilies": ["IPv6"]},
        ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
    ),
    "two families of one": (
        {"ipFamilies": ["IPv4", "IPv6"]},
        [
            "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"
        ],
    ),
    "two addresses of one": (
        {"clusterIP": "10.96.1.1", "clusterIPs": ["10.96.1.1", "fd00::1"]},
        [
            "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
            'spec.clusterIPs[1]: Invalid value: ["10.96.1.1","fd00::1"]: IPv6 is not configured on this cluster',
        ],
    ),
    "ValidateServiceClusterIPsRelatedFields comes first": (
        {"clusterIP": "10.96", "ipFamilyPolicy": "RequireDualStack"},
        [
            'spec.clusterIPs[0]: Invalid value: "10.96": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
        ],
    ),
}


@pytest.mark.parametrize("rule", FAMILIES)
def test_init_ip_family_fields(rule: str) -> None:
    asked, wanted = FAMILIES[rule]
    if isinstance(wanted, list):
        assert refusal(asked) == wanted
    else:
        spec = made(asked)["spec"]
        assert (spec["ipFamilyPolicy"], spec["ipFamilies"]) == wanted


TYPES: dict[str, tuple[dict[str, Any], dict[str, Any], set[str], set[str]]] = {
    "ClusterIP to NodePort": ({}, {"type": "NodePort"}, {"clusterIP"}, {"externalTrafficPolicy"}),
    "NodePort to ClusterIP": ({"type": "NodePort"}, {"type": "ClusterIP"}, {"clusterIP"}, set()),
    "LoadBalancer to ClusterIP": (
        {"type": "LoadBalancer", "loadBalancerClass": "a"},
        {"type": "ClusterIP"},
        {"clusterIP"},
        set(),
    ),
    "NodePort to ExternalName": (
        {"type": "NodePort"},
        {"type": "ExternalName", "externalName": "example.com"},
        set(),
        {"externalName"},
    ),
}


@pytest.mark.parametrize("rule", TYPES)
def test_drop_type_dependent_fields(rule: str) -> None:
    """A patch of the type alone succeeds: what only the old type needs goes."""
    before, change, kept, gained = TYPES[rule]
    old = made(before)
    new = made({**old["spec"], **change}, old)
    assert {key for key in kept if new["spec"].get(key) != old["spec"][key]} == set()
    ends = {
        "clusterIP", "ipFamilies", "loadBalancerClass", "allocateLoadBalancerNodePorts", "externalTrafficPolicy",
        "externalName",
    }  # fmt: skip
    has_type = {"ClusterIP": {"clusterIP", "ipFamilies"}, "NodePort": {"clusterIP", "ipFamilies"}}
    assert ends & new["spec"].keys() == has_type.get(new["spec"]["type"], set()) | gained
    opened = new["spec"]["type"] == "NodePort"
    assert all(bool(port.get("nodePort")) is opened for port in new["spec"]["ports"])


def test_a_changed_value_is_not_dropped_but_refused() -> None:
    old = made({"type": "NodePort", "ports": [{**HTTP, "nodePort": 30080}]})
    spec = {**old["spec"], "type": "ClusterIP", "ports": [{**HTTP, "nodePort": 30081}]}
    spec.pop("externalTrafficPolicy")
    result, errors = allocate(apply_defaults(service(**spec)), NOTHING, old=old)
    assert errors == []
    assert [error.text() for error in validate(result, old=old)] == [
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"
    ]


def test_the_name_of_an_alias_may_stay() -> None:
    alias = plain("Service", spec={"type": "ExternalName", "externalName": "example.com", "ports": [HTTP]})
    old = allocate(apply_defaults(alias), NOTHING)[0]
    new = made({"externalName": "example.com"}, old)
    assert new["spec"]["externalName"] == "example.com" and new["spec"]["clusterIP"].startswith("10.")


def test_an_update_is_never_given_another_address() -> None:
    """updateClusterIPs: validation says that it may not change, before anyone looks whether it is free."""
    old = made({})
    new, errors = allocate(
        apply_defaults(service(clusterIP="10.96.0.1")), Taken(frozenset({"10.96.0.1"}), frozenset()), old=old
    )
    assert errors == []
    assert [error.text() for error in validate(new, old=old)] == [
        'spec.clusterIPs[0]: Invalid value: ["10.96.0.1"]: may not change once set'
    ]


def test_numbers_follow_the_names_of_ports() -> None:
    """patchAllocatedValues: by name, unless another port has taken the number over."""
    old = made({"type": "NodePort", "ports": [HTTP, DNS]})
    http, dns = (port["nodePort"] for port in old["spec"]["ports"])
    turned = made({"type": "NodePort", "ports": [{**DNS, "port": 54}, HTTP]}, old)
    assert [port["nodePort"] for port in turned["spec"]["ports"]] == [dns, http]
    taken_over = made({"type": "NodePort", "ports": [{**HTTP, "nodePort": dns}, DNS]}, old)
    first, second = (port["nodePort"] for port in taken_over["spec"]["ports"])
    assert first == dns and second not in (http, dns)
    renamed = made({"type": "NodePort", "ports": [{"name": "web", "port": 80}]}, old)
    assert renamed["spec"]["ports"][0]["nodePort"] not in (http, dns)


def test_the_same_number_twice_for_one_protocol_fails_as_a_whole() -> None:
    """updateNodePorts."""
    old = made({"type": "NodePort", "ports": [{**HTTP, "nodePort": 30080}]})
    ports = [{**HTTP, "nodePort": 30080}, {**DNS, "nodePort": 30080}]
    assert refusal({"type": "NodePort", "ports": ports}, old) == [
        "<nil>: Internal error: duplicate nodePort: {TCP 30080}"
    ]
