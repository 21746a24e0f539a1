"""Load takes the ways of single requests, in shares: any rate costs the same."""

import pytest

from tests.cluster.factories import deployment, service
from tests.cluster.network.test_gateway import gateway, route, rule, world
from tests.cluster.network.worlds import cluster_with, on_node, policy


def totals(cluster, target="web"):
    """What was sent, failed and reached each Pod since the load began."""
    stretches = [e.data for e in cluster.trace.find("traffic") if e.ref.name == target]
    stretches += [
        cluster.traffic.stretch(f, cluster.now)._asdict() for f in cluster.traffic.state["flows"].values()
    ]
    by_pod: dict[str, int] = {}
    for each in stretches:
        for pod, count in each["by_pod"].items():
            by_pod[pod] = by_pod.get(pod, 0) + count
    return sum(each["sent"] for each in stretches), sum(each["failed"] for each in stretches), by_pod


@pytest.mark.parametrize("rps", [10, 10_000])
def test_any_rate_costs_the_same(rps):
    def timers(load):
        cluster = cluster_with(deployment(), service())
        cluster.act("load", target="web", rps=load)
        cluster.run_for(60_000)
        return cluster

    assert timers(rps).engine.fired == timers(1).engine.fired
    cluster = timers(rps)
    sent, _, by_pod = totals(cluster)
    assert sent == rps * 60
    assert len(by_pod) == 3


def test_a_port_that_one_of_three_does_not_serve_fails_a_third():
    cluster = cluster_with(
        on_node("node-1", "a"), on_node("node-2", "b"),
        on_node("node-3", "c", containers=[{"name": "app", "image": "example.com/cache:1.0"}]), service(),
    )  # fmt: skip
    cluster.act("load", target="web", rps=300)
    cluster.run_for(10_000)
    sent, failed, by_pod = totals(cluster)
    assert (sent, failed) == (3_000, 1_000)
    assert by_pod == {"default/a": 1_000, "default/b": 1_000}


def test_a_policy_stops_load_from_the_moment_it_is_there():
    cluster = cluster_with(deployment(), service())
    cluster.act("load", target="web", rps=100)
    cluster.run_for(10_000)
    cluster.create(policy())
    cluster.run_for(10_000)
    assert totals(cluster)[:2] == (2_000, 1_000)


def test_load_on_a_url_follows_weights():
    refs = [{"name": "web-v1", "weight": 90}, {"name": "web-v2", "weight": 10}]
    cluster = world(gateway(), route(rule(*refs)))
    cluster.act("load", target="http://shop.example.com/", rps=250)
    cluster.run_for(10_000)
    sent, failed, by_pod = totals(cluster, "http://shop.example.com/")
    assert (sent, failed) == (2_500, 0)
    assert sorted(by_pod.values()) == [250, 2_250]


def test_lasting_connections_stay_where_they_are_when_pods_are_added():
    def spread(**how):
        cluster = cluster_with(deployment(replicas=2), service())
        cluster.act("load", target="web", rps=100, **how)
        cluster.run_for(10_000)
        cluster.scale("Deployment", "web", 6)
        cluster.run_for(60_000)
        return len(totals(cluster)[2])

    assert spread() == 6
    assert spread(connections=8) == 2


def test_one_client_with_affinity_loads_one_pod():
    cluster = cluster_with(deployment(), service(sessionAffinity="ClientIP"))
    cluster.act("load", target="web", rps=100, source="client")
    cluster.run_for(10_000)
    assert len(totals(cluster)[2]) == 1
    cluster.act("load", target="web", rps=100)
    cluster.run_for(10_000)
    assert len(totals(cluster)[2]) == 3


def test_a_snapshot_goes_on_with_the_same_load():
    cluster = cluster_with(deployment(), service(sessionAffinity="ClientIP"))
    cluster.act("load", target="web", rps=100, source="client", connections=2)
    cluster.run_for(5_000)
    again = type(cluster).restore(cluster.snapshot())
    for each in (cluster, again):
        each.scale("Deployment", "web", 5)
        each.run_for(20_000)
    assert again.snapshot() == cluster.snapshot()
