"""
Services of type LoadBalancer, with and without somebody who serves them.

Rules: Kubernetes documentation, concepts/services-networking/service (LoadBalancer) and tutorials/services/
source-ip; k8s.io/cloud-provider, controllers/service/controller.go; pkg/proxy/iptables/proxier.go.
"""

import json

import pytest

from learn.cluster.network.pool import next_free
from tests.cluster.factories import deployment, service
from tests.cluster.network.worlds import ask, cluster_with, on_node

CLOUD = {"loadBalancer": {"class": "example.com/lb", "delaySeconds": 2}}
PORTS = [{"port": 80, "targetPort": 8080, "nodePort": 30080}]
ADDRESS = "203.0.113.10"


def balanced(**spec):
    return service(**{"type": "LoadBalancer", "ports": PORTS, **spec})


def addresses(cluster, name="web"):
    balancer = cluster.get("Service", name)["status"].get("loadBalancer") or {}
    return [each["ip"] for each in balancer.get("ingress") or ()]


def test_without_a_cloud_the_address_stays_pending():
    cluster = cluster_with(deployment(), balanced(), seconds=600)
    assert addresses(cluster) == []
    assert ask(cluster, "http://192.168.1.10:30080", "outside").status == 200


def test_with_one_it_comes_after_a_while_and_is_told():
    cluster = cluster_with(deployment(), balanced(), network=CLOUD, seconds=1)
    assert addresses(cluster) == []
    cluster.run_for(20_000)
    assert addresses(cluster) == [ADDRESS]
    reasons = [e["reason"] for e in cluster.objects("Event") if e["involvedObject"]["kind"] == "Service"]
    assert sorted(reasons) == ["EnsuredLoadBalancer", "EnsuringLoadBalancer"]
    found = ask(cluster, f"http://{ADDRESS}/", "outside")
    assert (found.status, found.route) == (200, ("load-balancer", "service", "endpoint", "pod"))


@pytest.mark.parametrize(("wanted", "count"), [("", 1), ("example.com/lb", 1), ("example.com/other", 0)])
def test_the_class_says_who_serves_it(wanted, count):
    spec = {"loadBalancerClass": wanted} if wanted else {}
    cluster = cluster_with(deployment(), balanced(**spec), network=CLOUD)
    assert len(addresses(cluster)) == count


def test_another_type_gives_the_address_back():
    cluster = cluster_with(deployment(), balanced(), network=CLOUD)
    made = cluster.get("Service", "web")
    spec = {name: value for name, value in made["spec"].items() if name != "allocateLoadBalancerNodePorts"}
    cluster.update({**made, "spec": {**spec, "type": "NodePort"}})
    cluster.run_for(5_000)
    assert addresses(cluster) == []
    assert ask(cluster, f"http://{ADDRESS}/", "outside").exit_code == 28


def test_policy_local_keeps_the_source_and_uses_nodes_with_pods_only():
    cluster = cluster_with(on_node("node-2", "web-0"), balanced(externalTrafficPolicy="Local"), network=CLOUD)
    for _ in range(10):
        found = ask(cluster, f"http://{ADDRESS}/", "outside")
        assert (found.status, found.source_ip) == (200, "198.51.100.7")


def test_policy_cluster_hides_the_source():
    cluster = cluster_with(on_node("node-2", "web-0"), balanced(), network=CLOUD)
    sources = {ask(cluster, f"http://{ADDRESS}/", "outside").source_ip for _ in range(30)}
    assert sources == {"192.168.1.10", "192.168.1.11", "192.168.1.12"}


def test_no_endpoints_are_refused_by_policy_cluster_and_dropped_by_local():
    cluster = cluster_with(balanced(), network=CLOUD)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").exit_code == 7
    cluster = cluster_with(balanced(externalTrafficPolicy="Local"), network=CLOUD)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").exit_code == 28


def test_pods_reach_the_address_even_without_local_endpoints():
    cluster = cluster_with(on_node("node-2", "web-0"), balanced(externalTrafficPolicy="Local"), network=CLOUD)
    found = ask(cluster, f"http://{ADDRESS}/", "client")
    assert (found.status, found.source_ip) == (200, "10.244.0.2")


def test_source_ranges_guard_the_address_but_not_the_node_port():
    cluster = cluster_with(deployment(), balanced(loadBalancerSourceRanges=["203.0.113.0/24"]), network=CLOUD)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").reason == "source-range"
    assert ask(cluster, f"http://{ADDRESS}/", "203.0.113.77").status == 200
    assert ask(cluster, "http://192.168.1.10:30080", "outside").status == 200


def test_a_balancer_that_uses_node_ports_needs_them():
    by_node_port = {"loadBalancer": {"mode": "node-port"}}
    cluster = cluster_with(deployment(), balanced(), network=by_node_port)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").route[:3] == (
        "load-balancer",
        "node-port",
        "service",
    )
    bare = balanced(allocateLoadBalancerNodePorts=False, ports=[{"port": 80, "targetPort": 8080}])
    cluster = cluster_with(deployment(), bare, network=by_node_port)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").reason == "no-targets"


def test_nodes_that_are_down_or_excluded_get_nothing():
    cluster = cluster_with(on_node("node-2", "web-0"), balanced(), network=CLOUD)
    cluster.act("nodeDown", node="node-3")
    sources = {ask(cluster, f"http://{ADDRESS}/", "outside").source_ip for _ in range(30)}
    assert sources == {"192.168.1.10", "192.168.1.11"}


def test_addresses_of_a_pool():
    assert next_free("203.0.113.0/24", []) == "203.0.113.10"
    assert next_free("203.0.113.0/24", ["203.0.113.10", "203.0.113.11"]) == "203.0.113.12"
    assert next_free("192.0.2.8/30", ["192.0.2.10"]) == ""


@pytest.mark.parametrize(("node", "status", "count"), [("192.168.1.11", 200, 1), ("192.168.1.10", 503, 0)])
def test_nodes_tell_balancers_whether_they_have_endpoints(node, status, count):
    """pkg/proxy/healthcheck/service_health.go"""
    cluster = cluster_with(on_node("node-2", "web-0"), balanced(externalTrafficPolicy="Local"), network=CLOUD)
    port = cluster.get("Service", "web")["spec"]["healthCheckNodePort"]
    found = ask(cluster, f"http://{node}:{port}/healthz", "outside")
    assert (found.status, json.loads(found.body)) == (
        status,
        {
            "service": {"namespace": "default", "name": "web"},
            "localEndpoints": count,
            "serviceProxyHealthy": True,
        },
    )


@pytest.mark.parametrize(("mode", "inside"), [("VIP", False), ("Proxy", True)])
def test_with_ip_mode_proxy_pods_go_out_to_the_balancer(mode, inside):
    """KEP-1860: kube-proxy captures the address only with ipMode VIP."""
    cloud = {"loadBalancer": {**CLOUD["loadBalancer"], "ipMode": mode}}
    cluster = cluster_with(deployment(), deployment("client", replicas=1), balanced(), network=cloud)
    assert cluster.get("Service", "web")["status"]["loadBalancer"]["ingress"][0]["ipMode"] == mode
    client = next(
        p["metadata"]["name"] for p in cluster.objects("Pod") if p["metadata"]["name"].startswith("client")
    )
    found = ask(cluster, f"http://{ADDRESS}/", client)
    assert (found.status, "load-balancer" in found.route) == (200, inside)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").status == 200


def test_with_ip_mode_proxy_policy_local_holds_for_pods_too():
    """Without the short cut of the nodes, a Pod's packets meet the policy like anybody's."""
    cloud = {"loadBalancer": {**CLOUD["loadBalancer"], "ipMode": "Proxy"}}
    spec = {"externalTrafficPolicy": "Local", "loadBalancerSourceRanges": ["198.51.100.0/24"]}
    cluster = cluster_with(
        on_node("node-2", "web-0"), deployment("client", replicas=1), balanced(**spec), network=cloud
    )
    client = next(
        p["metadata"]["name"] for p in cluster.objects("Pod") if p["metadata"]["name"].startswith("client")
    )
    assert ask(cluster, f"http://{ADDRESS}/", client).reason == "source-range"
    found = ask(cluster, f"http://{ADDRESS}/", "outside")
    assert (found.status, found.source_ip) == (200, "198.51.100.7")


def test_without_node_ports_a_proxying_balancer_reaches_nobody():
    cloud = {"loadBalancer": {**CLOUD["loadBalancer"], "ipMode": "Proxy"}}
    bare = balanced(allocateLoadBalancerNodePorts=False, ports=[{"port": 80, "targetPort": 8080}])
    cluster = cluster_with(deployment(), bare, network=cloud)
    assert ask(cluster, f"http://{ADDRESS}/", "outside").reason == "no-targets"
