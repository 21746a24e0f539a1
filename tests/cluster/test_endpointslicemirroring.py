"""Hand-written Endpoints as EndpointSlices.  Rules: pkg/controller/endpointslicemirroring (reconciler.go, utils.go)."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.endpointslicemirroring import mirrored, should_mirror
from tests.cluster.factories import service

EXTERNAL = {"network": {"external": {"db.example.com": {"ports": [5432]}}}}
ADDRESS = "198.18.0.1"


def endpoints(*addresses, name="db", ports=({"port": 5432},), not_ready=(), **metadata):
    subset = {
        "addresses": [{"ip": ip} for ip in addresses],
        "notReadyAddresses": [{"ip": ip} for ip in not_ready],
        "ports": list(ports),
    }
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": name, "namespace": "default", **metadata},
        "subsets": [{key: value for key, value in subset.items() if value}],
    }


def bare(**spec):
    made = service("db", ports=[{"port": 5432}], **spec)
    del made["spec"]["selector"]
    return made


def slices(cluster):
    return [
        each
        for each in cluster.objects("EndpointSlice")
        if each["metadata"]["labels"].get("kubernetes.io/service-name") == "db"
    ]


def test_addresses_become_endpoints():
    """addressToEndpoint, epPortsToEpsPorts: no condition but ready, addresses in their plain form."""
    [made], skipped = mirrored(
        endpoints("10.1.2.003", not_ready=["10.1.2.4"], ports=[{"name": "pg", "port": 5432}])
    )
    assert made == {
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": ["10.1.2.3"], "conditions": {"ready": True}},
            {"addresses": ["10.1.2.4"], "conditions": {"ready": False}},
        ],
        "ports": [{"name": "pg", "port": 5432, "protocol": "TCP"}],
    }
    assert skipped == 0


def test_each_kind_of_address_and_each_set_of_ports_has_a_slice():
    obj = endpoints("10.1.2.3", "2001:db8::1")
    obj["subsets"] += endpoints("10.1.2.5", ports=[{"port": 80}])["subsets"]
    made, _ = mirrored(obj)
    assert [(each["addressType"], each["ports"][0]["port"], len(each["endpoints"])) for each in made] == [
        ("IPv4", 5432, 1),
        ("IPv4", 80, 1),
        ("IPv6", 5432, 1),
    ]


def test_at_most_a_thousand_addresses_of_a_subset():
    many = [f"10.1.{n // 200}.{n % 200 + 1}" for n in range(1_003)]
    [made], skipped = mirrored(endpoints(*many))
    assert (len(made["endpoints"]), skipped) == (1_000, 3)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, True),
        ({"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}}, False),
        ({"labels": {"endpointslice.kubernetes.io/skip-mirror": "false"}}, True),
        ({"annotations": {"control-plane.alpha.kubernetes.io/leader": "x"}}, False),
    ],
)
def test_should_mirror(metadata, expected):
    assert should_mirror(endpoints("10.1.2.3", **metadata)) is expected


def test_a_service_without_a_selector_reaches_what_is_listed_by_hand():
    cluster = Cluster(settings=EXTERNAL)
    cluster.create(bare())
    cluster.create(endpoints(ADDRESS, labels={"team": "a"}, annotations={"note": "b"}))
    cluster.run_for(5_000)
    [made] = slices(cluster)
    assert made["metadata"]["labels"] == {
        "team": "a",
        "kubernetes.io/service-name": "db",
        "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    }
    assert made["metadata"]["annotations"] == {"note": "b"}
    assert made["metadata"]["ownerReferences"][0]["kind"] == "Endpoints"
    address = cluster.get("Service", "db")["spec"]["clusterIP"]
    found = cluster.act("request", url=f"http://{address}:5432/", source="node/node-1")
    assert (found.status, found.route) == (200, ("service", "endpoint"))


def test_the_slice_follows_and_keeps_its_name():
    cluster = Cluster(settings=EXTERNAL)
    cluster.create(bare())
    cluster.create(endpoints(ADDRESS))
    cluster.run_for(1_000)
    [before] = slices(cluster)
    cluster.patch("Endpoints", "db", {"subsets": endpoints("198.18.0.2", "198.18.0.3")["subsets"]})
    cluster.run_for(1_000)
    [after] = slices(cluster)
    assert after["metadata"]["name"] == before["metadata"]["name"]
    assert [each["addresses"] for each in after["endpoints"]] == [["198.18.0.2"], ["198.18.0.3"]]
    cluster.delete("Endpoints", "db")
    cluster.run_for(1_000)
    assert slices(cluster) == []


def test_a_service_that_gets_a_selector_is_left_to_the_other_controller():
    cluster = Cluster()
    cluster.create(bare())
    cluster.create(endpoints(ADDRESS))
    cluster.run_for(1_000)
    cluster.patch("Service", "db", {"spec": {"selector": {"app": "db"}}})
    cluster.run_for(1_000)
    managers = {
        each["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] for each in slices(cluster)
    }
    assert managers == {"endpointslice-controller.k8s.io"}
