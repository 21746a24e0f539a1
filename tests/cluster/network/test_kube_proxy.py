"""
kube-proxy on every node: when its rules follow, what a stopped one does, and what happens to emptied chains.

Rules: pkg/proxy/iptables/proxier.go (syncProxyRules, partial syncs; FullSyncPeriod), pkg/proxy/topology.go,
KEP-3453 (minimal iptables-restore).
"""

from fractions import Fraction

import pytest

from learn.cluster.network import clients
from learn.cluster.network.http import parse_url
from learn.cluster.network.iptables_rules import endpoint_chain, service_chain
from learn.cluster.network.request import shares
from tests.cluster.factories import deployment, service
from tests.cluster.network.worlds import ask, client, cluster_with, on_node

SVC = service_chain("KUBE-SVC-", "default/web", "tcp")
NODE_PORT = {"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}]}


def nat(cluster, node="node-1"):
    return cluster.proxy.chains(node).nat.chains


def parts(cluster, url="http://web", source=None):
    sender = source or clients.named(cluster, "client")
    found = shares(cluster, sender, parse_url(url))
    return {each.pod: each.fraction for each in found.pods}, dict(found.failures)


def test_chances_of_the_rules():
    cluster = cluster_with(deployment(), service())
    matches = [rule.matches for rule in nat(cluster)[SVC] if rule.target.startswith("KUBE-SEP-")]
    assert [m[0][1].rsplit(" ", 1)[1] for m in matches if m] == ["0.33333333349", "0.50000000000"]
    assert set(parts(cluster)[0].values()) == {Fraction(1, 3)}


def test_rules_change_a_second_after_the_slice():
    cluster = cluster_with(deployment(), service())
    cluster.scale("Deployment", "web", 4)
    cluster.run_for(10_000)
    [new] = [e for e in cluster.trace.find("rules-synced") if e.ref.name == "web"][-1:]
    cause = cluster.trace.get(new.causes[0])
    assert cause.ref.kind == "EndpointSlice"
    assert new.time_ms - cause.time_ms == 1_000
    assert len(new.data["endpoints"]) == 4
    assert len(parts(cluster)[0]) == 4


def test_a_stopped_kube_proxy_keeps_its_rules():
    cluster = cluster_with(deployment(replicas=2), service(), client("far", "node-2"))
    cluster.stop("kube-proxy/node-1")
    cluster.scale("Deployment", "web", 3)
    cluster.run_for(10_000)
    assert len(parts(cluster)[0]) == 2
    assert len(parts(cluster, source=clients.named(cluster, "far"))[0]) == 3
    cluster.resume("kube-proxy/node-1")
    assert len(parts(cluster)[0]) == 3


def test_all_kube_proxies_stopped_lead_to_pods_that_are_gone():
    cluster = cluster_with(deployment(replicas=1), service())
    cluster.stop("kube-proxy")
    cluster.delete("Pod", next(iter(parts(cluster)[0])).split("/")[1])
    cluster.run_for(60_000)
    assert ask(cluster, "http://web").reason == "no-such-address"
    cluster.resume("kube-proxy")
    assert ask(cluster, "http://web").status == 200


def test_snapshots_keep_what_nodes_knew():
    cluster = cluster_with(deployment(replicas=2), service())
    cluster.stop("kube-proxy/node-1")
    cluster.scale("Deployment", "web", 3)
    cluster.run_for(10_000)
    again = type(cluster).restore(cluster.snapshot())
    assert parts(again) == parts(cluster)
    assert again.proxy.chains("node-1") == cluster.proxy.chains("node-1")


# -- chains emptied by hand --------------------------------------------------------------------------


def test_an_emptied_service_chain_fails_until_the_service_changes():
    cluster = cluster_with(deployment(), service(), client("far", "node-2"))
    cluster.act("flushRules", node="node-1", chain=SVC)
    assert nat(cluster)[SVC] == []
    assert ask(cluster, "http://web").exit_code == 28
    assert ask(cluster, "http://web", "far").status == 200
    cluster.run_for(60_000)
    assert ask(cluster, "http://web").reason == "no-rules"
    cluster.scale("Deployment", "web", 4)
    cluster.run_for(5_000)
    assert ask(cluster, "http://web").status == 200
    assert len(nat(cluster)[SVC]) == 5


def test_another_services_change_does_not_mend_it_but_the_hourly_sync_does():
    cluster = cluster_with(deployment(), service())
    cluster.act("flushRules", node="node-1", chain=SVC)
    cluster.create(service("other", clusterIP="10.96.7.9", selector={"app": "web"}))
    cluster.run_for(10_000)
    assert ask(cluster, "http://web").reason == "no-rules"
    cluster.run_until(3_600_001)
    assert ask(cluster, "http://web").status == 200


def test_a_restarted_kube_proxy_writes_everything_anew():
    cluster = cluster_with(deployment(), service())
    cluster.act("flushRules", node="node-1")
    cluster.stop("kube-proxy/node-1")
    assert ask(cluster, "http://web").reason == "no-rules"
    cluster.resume("kube-proxy/node-1")
    assert ask(cluster, "http://web").status == 200


def test_an_emptied_entry_chain_is_mended_by_any_sync():
    cluster = cluster_with(deployment(), service())
    cluster.act("flushRules", node="node-1", chain="KUBE-SERVICES")
    assert ask(cluster, "http://web").reason == "no-rules"
    cluster.create(service("other", clusterIP="10.96.7.9", selector={"app": "web"}))
    cluster.run_for(5_000)
    assert ask(cluster, "http://web").status == 200


def test_an_emptied_endpoint_chain_passes_its_part_on_to_the_rules_after_it():
    cluster = cluster_with(deployment(), service())
    addresses = [rule.comment.split(" -> ")[1] for rule in nat(cluster)[SVC] if "->" in rule.comment]
    cluster.act("flushRules", node="node-1", chain=endpoint_chain("default/web", "tcp", addresses[0]))
    pods, failures = parts(cluster)
    assert (sorted(pods.values()), failures) == ([Fraction(1, 2), Fraction(1, 2)], {})
    cluster.act("flushRules", node="node-1", chain=endpoint_chain("default/web", "tcp", addresses[2]))
    pods, failures = parts(cluster)
    assert (list(pods.values()), failures) == ([Fraction(1, 2)], {"no-rules": Fraction(1, 2)})


def test_without_the_node_port_chain_a_node_refuses():
    cluster = cluster_with(deployment(), service(**NODE_PORT))
    cluster.act("flushRules", node="node-1", chain="KUBE-NODEPORTS")
    assert ask(cluster, "http://192.168.1.10:30080", "outside").exit_code == 7
    assert ask(cluster, "http://192.168.1.11:30080", "outside").status == 200


def test_nftables_mode_has_no_chains_to_empty():
    cluster = cluster_with(deployment(), service(), network={"mode": "nftables"})
    assert SVC not in nat(cluster)
    with pytest.raises(Exception, match="No chain/target/match by that name"):
        cluster.act("flushRules", node="node-1", chain=SVC)
    assert ask(cluster, "http://web").status == 200


# -- affinity and locality ---------------------------------------------------------------------------


def test_client_ip_affinity_lasts_its_time_since_the_last_connection():
    sticky = {"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}}}
    cluster = cluster_with(deployment(), service(**sticky), client("second"))
    first = ask(cluster, "http://web").pod
    for _ in range(10):
        cluster.run_for(50_000)
        assert ask(cluster, "http://web").pod == first
    later = set()
    for _ in range(12):
        cluster.run_for(61_000)
        later.add(ask(cluster, "http://web").pod)
    assert len(later) > 1


def test_affinity_moves_on_when_its_pod_goes():
    cluster = cluster_with(deployment(), service(sessionAffinity="ClientIP"))
    first = ask(cluster, "http://web").pod
    cluster.delete("Pod", first.split("/")[1])
    cluster.run_for(40_000)
    second = ask(cluster, "http://web")
    assert second.status == 200
    assert second.pod != first
    assert {ask(cluster, "http://web").pod for _ in range(10)} == {second.pod}


def test_many_clients_are_spread_even_with_affinity():
    cluster = cluster_with(deployment(), service(sessionAffinity="ClientIP"))
    many = clients.Client(ip="10.244.0.9", node="node-1", namespace="default", is_many=True)
    assert set(parts(cluster, source=many)[0].values()) == {Fraction(1, 3)}


@pytest.mark.parametrize(
    ("distribution", "near"),
    [("PreferClose", "web-1"), ("PreferSameZone", "web-1"), ("PreferSameNode", "web-1")],
)
def test_traffic_distribution_prefers_what_is_near(distribution, near):
    cluster = cluster_with(
        on_node("node-1", "web-1"), on_node("node-2", "web-2"), on_node("node-3", "web-3"),
        service(trafficDistribution=distribution),
    )  # fmt: skip
    assert parts(cluster)[0] == {f"default/{near}": Fraction(1)}
    cluster.delete("Pod", near)
    cluster.run_for(5_000)
    assert set(parts(cluster)[0]) == {"default/web-2", "default/web-3"}
