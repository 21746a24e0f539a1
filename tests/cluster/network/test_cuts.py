"""Network cuts as faults: nothing passes between two sides until they are mended."""

import pytest

from learn.cluster.cluster import Cluster
from tests.cluster.factories import container, pod, probe, service
from tests.cluster.network.worlds import ask, client, cluster_with, on_node, policy

NODE_PORT = {"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}]}


@pytest.mark.parametrize(
    ("one", "other", "is_cut"),
    [
        ("node/node-1", "node/node-2", True),
        ("node/node-2", "node/node-1", True),
        ("zone/zone-a", "zone/zone-b", True),
        ("pod/default/client", "pod/default/web-0", True),
        ("namespace/default", "*", True),
        ("node/node-1", "node/node-3", False),
        ("outside", "node/node-2", False),
        ("namespace/other", "namespace/default", False),
    ],
)
def test_sides(one, other, is_cut):
    cluster = cluster_with(on_node("node-2", "web-0"), service(**NODE_PORT))
    cluster.act("cut", one=one, other=other)
    assert ask(cluster, "http://web").reason == ("network-cut" if is_cut else "")


def test_the_world_outside_may_be_cut_off():
    cluster = cluster_with(on_node("node-2", "web-0"), service(**NODE_PORT), client("near", "node-2"))
    cluster.act("cut", one="outside", other="node/node-2")
    assert ask(cluster, "http://192.168.1.11:30080", "outside").reason == "network-cut"
    assert ask(cluster, "http://web", "near").status == 200


def test_a_cut_ends_and_load_notices():
    cluster = cluster_with(on_node("node-2", "web-0"), service())
    cluster.act("load", target="web", rps=10, source="client")
    cluster.run_for(10_000)
    cluster.act("cut", one="node/node-1", other="node/node-2", for_ms=10_000)
    cluster.run_for(20_000)
    stretches = [e.data for e in cluster.trace.find("traffic")]
    assert sum(each["failed"] for each in stretches) == 100
    assert ask(cluster, "http://web").status == 200


@pytest.mark.parametrize(
    ("trouble", "is_ready"),
    [
        (lambda c: None, True),
        (lambda c: c.act("cut", one="pod/default/api", other="pod/default/db"), False),
        (
            lambda c: c.create(policy(podSelector={"matchLabels": {"app": "db"}}, policyTypes=["Ingress"])),
            False,
        ),
        (lambda c: c.delete("Pod", "db"), False),
        (lambda c: c.stop("db"), False),
    ],
)
def test_what_an_application_needs_is_asked_over_the_network(trouble, is_ready):
    images = {"example.com/api:1.0": {"listens": [8080], "paths": {"/ready": {"needs": ["db"]}}}}
    api = pod("api", containers=[container(image="example.com/api:1.0", readinessProbe=probe("/ready"))])
    cluster = Cluster(images=images)
    for obj in (pod("db"), service("db"), api):
        cluster.create(obj)
    cluster.run_for(30_000)
    trouble(cluster)
    cluster.run_for(60_000)
    assert cluster.get("Pod", "api")["status"]["containerStatuses"][0]["ready"] is is_ready
    told = [e for e in cluster.trace.find("probe") if e.ref.name == "api" and e.data["success"]]
    assert len(told) == 1
