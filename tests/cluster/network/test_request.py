"""
Requests in a whole cluster: which way they take, who answers, and what curl says when nobody does.

Rules: Kubernetes documentation, concepts/services-networking/service and tasks/debug/debug-application/
debug-service; pkg/proxy/iptables/proxier.go; curl, docs/cmdline-opts/_EXITCODES.md.
"""

import pytest

from learn.cluster.cluster import Cluster
from tests.cluster.factories import container, deployment, pod, probe, service
from tests.cluster.network.worlds import ask, client, cluster_with, in_namespace, namespace, on_node, policy

WEB_IP = "10.96.7.7"
NODE_1, NODE_2 = "192.168.1.10", "192.168.1.11"
UNREADY = container(readinessProbe=probe("/missing-readiness", httpGet={"path": "/x", "port": 9}))
NODE_PORT = {"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}]}
REFUSED = (7, "Could not connect to server")
TIMED_OUT = (28, "Connection timed out after 10001 milliseconds")
UNKNOWN = (6, "Could not resolve host")


@pytest.mark.parametrize(
    ("source", "url", "route"),
    [
        pytest.param("client", "http://web", ("dns", "service", "endpoint", "pod"), id="name"),
        pytest.param("client", f"http://{WEB_IP}", ("service", "endpoint", "pod"), id="virtual address"),
        pytest.param("node/node-2", f"http://{WEB_IP}", ("service", "endpoint", "pod"), id="from a node"),
        pytest.param(
            "outside", f"http://{NODE_2}:30080", ("node-port", "service", "endpoint", "pod"), id="node port"
        ),
        pytest.param(
            "client",
            f"http://{NODE_2}:30080",
            ("node-port", "service", "endpoint", "pod"),
            id="another's port",
        ),
        pytest.param(
            "client", "http://web.default.svc.cluster.local", ("dns", "service", "endpoint", "pod"), id="full"
        ),
    ],
)
def test_ways_to_a_service(source, url, route):
    cluster = cluster_with(deployment(), service(**NODE_PORT))
    found = ask(cluster, url, source)
    assert (found.status, found.route) == (200, route)
    assert found.pod.startswith("default/web-")


@pytest.mark.parametrize(
    ("objects", "url", "curl", "reason"),
    [
        pytest.param(
            [deployment(), service(ports=[{"port": 80, "targetPort": 9999}])],
            "http://web", REFUSED, "not-listening", id="targetPort that nobody listens on",
        ),
        pytest.param(
            [deployment(), service(selector={"app": "wbe"})], "http://web", REFUSED, "no-endpoints",
            id="selector that matches nothing",
        ),
        pytest.param(
            [deployment(readinessProbe=probe("/", httpGet={"path": "/", "port": 9})), service()],
            "http://web", REFUSED, "no-endpoints", id="nobody is ready",
        ),
        pytest.param(
            [deployment(), service(ports=[{"port": 80, "targetPort": "www"}])], "http://web", REFUSED,
            "no-endpoints", id="a port name that no container has",
        ),
        pytest.param(
            [deployment(), service()], "http://web:8080", TIMED_OUT, "port-not-served",
            id="the Pod's port at the Service's address",
        ),
        pytest.param([deployment(), service()], "http://wbe", UNKNOWN, "name-not-found", id="misspelt name"),
        pytest.param(
            [namespace("shop"), in_namespace("shop", deployment()), in_namespace("shop", service())],
            "http://web", UNKNOWN, "name-not-found", id="another namespace",
        ),
        pytest.param(
            [service(clusterIP="None", selector={"app": "nobody"})], "http://web", UNKNOWN,
            "name-without-address", id="headless, nobody there",
        ),
        pytest.param(
            [deployment(), service(), policy(podSelector={"matchLabels": {"app": "web"}})], "http://web",
            TIMED_OUT, "policy-ingress", id="NetworkPolicy",
        ),
        pytest.param(
            [deployment(), service(), policy(podSelector={"matchLabels": {"app": "client"}}, policyTypes=["Egress"])],
            "http://web", UNKNOWN, "dns-blocked", id="egress policy that forgets DNS",
        ),
        pytest.param(
            [deployment(), service(), policy(podSelector={"matchLabels": {"app": "client"}}, policyTypes=["Egress"])],
            f"http://{WEB_IP}", TIMED_OUT, "policy-egress", id="egress policy",
        ),
        pytest.param(
            [deployment(), service(**NODE_PORT)], "http://192.168.1.10:30099", REFUSED, "not-listening",
            id="a node port that nobody has",
        ),
        pytest.param([], "http://10.244.0.99:8080", TIMED_OUT, "no-such-address", id="no such Pod"),
        pytest.param(
            [deployment(), service()], "https://web:80", (35, "wrong version number"), "not-tls",
            id="TLS to a plain port",
        ),
        pytest.param(
            [deployment(image="example.com/db:1.0"), service(ports=[{"port": 5432}])], "http://web:5432",
            (52, "Empty reply from server"), "not-http", id="HTTP to a database",
        ),
    ],
)  # fmt: skip
def test_failures_as_curl_tells_them(objects, url, curl, reason):
    found = ask(cluster_with(*objects), url)
    code, text = curl
    assert (found.exit_code, found.reason) == (code, reason)
    assert found.why.startswith(f"curl: ({code}) ")
    assert text in found.why


def test_a_virtual_address_means_nothing_outside():
    cluster = cluster_with(deployment(), service())
    assert ask(cluster, f"http://{WEB_IP}", "outside").reason == "not-routable"


def test_nftables_mode_refuses_ports_that_a_virtual_address_does_not_have():
    cluster = cluster_with(deployment(), service(), network={"mode": "nftables"})
    assert ask(cluster, "http://web:8080").exit_code == 7


@pytest.mark.parametrize(
    ("source", "url", "seen"),
    [
        pytest.param("client", "http://web", "10.244.0.", id="a Pod keeps its address"),
        pytest.param("node/node-2", f"http://{WEB_IP}", NODE_2, id="a node is seen as itself"),
        pytest.param("outside", f"http://{NODE_1}:30080", NODE_1, id="outside clients are masqueraded"),
    ],
)
def test_source_address_under_policy_cluster(source, url, seen):
    cluster = cluster_with(deployment(), service(**NODE_PORT))
    assert ask(cluster, url, source).source_ip.startswith(seen)


def test_a_pod_that_reaches_itself_through_its_service_is_masqueraded():
    cluster = cluster_with(on_node("node-2", "web-0"), service())
    assert ask(cluster, "http://web", "web-0").source_ip == NODE_2


def test_external_policy_local_keeps_the_source_and_needs_a_local_endpoint():
    cluster = cluster_with(on_node("node-2", "web-0"), service(**NODE_PORT, externalTrafficPolicy="Local"))
    here = ask(cluster, f"http://{NODE_2}:30080", "outside")
    assert (here.status, here.source_ip) == (200, "198.51.100.7")
    elsewhere = ask(cluster, f"http://{NODE_1}:30080", "outside")
    assert (elsewhere.exit_code, elsewhere.reason) == (28, "no-local-endpoints")


def test_internal_policy_local_keeps_to_the_clients_node():
    cluster = cluster_with(
        on_node("node-2", "web-0"), client("far", "node-3"), client("near", "node-2"),
        service(internalTrafficPolicy="Local"),
    )  # fmt: skip
    assert ask(cluster, "http://web", "near").status == 200
    assert ask(cluster, "http://web", "far").reason == "no-local-endpoints"


def test_host_port_is_open_where_the_pod_runs_only():
    edge = container(ports=[{"containerPort": 8080, "hostPort": 8000}])
    cluster = cluster_with(on_node("node-2", "edge", containers=[edge]))
    assert ask(cluster, f"http://{NODE_2}:8000", "outside").route == ("host-port", "pod")
    assert ask(cluster, f"http://{NODE_1}:8000", "outside").exit_code == 7


def test_host_network_pod_answers_at_its_nodes_address():
    cluster = cluster_with(on_node("node-2", "agent", hostNetwork=True))
    assert ask(cluster, f"http://{NODE_2}:8080", "outside").pod == "default/agent"


def test_a_host_network_pod_needs_its_own_dns_policy_to_know_services():
    script = {"containers": [{"name": "app", "image": "busybox:1.37", "command": ["sleep", "infinity"]}]}
    cluster = cluster_with(
        deployment(), service(),
        pod("plain", **script, hostNetwork=True),
        pod("named", **script, hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet"),
    )  # fmt: skip
    assert ask(cluster, "http://web", "plain").reason == "name-not-found"
    assert ask(cluster, "http://web", "named").status == 200


def test_localhost_reaches_the_containers_of_the_same_pod():
    sidecar = container(name="side", image="example.com/cache:1.0", ports=[{"containerPort": 6379}])
    cluster = cluster_with(pod("pair", containers=[container(), sidecar]))
    assert ask(cluster, "http://localhost:8080", "pair").status == 200
    assert ask(cluster, "http://localhost:9", "pair").exit_code == 7
    assert ask(cluster, "http://localhost:8080", "client").exit_code == 7


def test_a_program_on_127_0_0_1_answers_its_own_pod_only():
    image = {"example.com/shy:1.0": {"listens": [{"port": 8080, "address": "127.0.0.1"}], "paths": {"/": {}}}}
    cluster = cluster_with(
        pod("shy", containers=[container(image="example.com/shy:1.0")]), service(selector={"app": "shy"}),
        images=image,
    )  # fmt: skip
    assert ask(cluster, "http://web", "shy").reason == "localhost-only"
    assert ask(cluster, "http://localhost:8080", "shy").status == 200


def test_external_name_is_an_alias_for_a_host_outside():
    alias = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"},
        "spec": {"type": "ExternalName", "externalName": "db.example.com"},
    }  # fmt: skip
    cluster = cluster_with(alias, network={"external": {"db.example.com": {"status": 204}}})
    found = ask(cluster, "http://db")
    assert (found.status, found.route) == (204, ("dns", "dns"))


def test_headless_name_leads_straight_to_pods():
    cluster = cluster_with(deployment(), service(clusterIP="None"))
    assert ask(cluster, "http://web:8080").route == ("dns", "pod")
    assert ask(cluster, "http://web").reason == "not-listening"


def test_policies_do_nothing_without_a_plugin_that_enforces_them():
    cluster = cluster_with(deployment(), service(), policy(), network={"policies": False})
    assert ask(cluster, "http://web").status == 200


def test_probes_of_the_pods_own_node_pass_every_policy():
    cluster = cluster_with(deployment(readinessProbe=probe("/ready")), service(), policy(), seconds=120)
    assert ask(cluster, "http://web").reason == "policy-ingress"
    assert all(each["status"]["conditions"] for each in cluster.objects("Pod"))
    ready = [
        c["status"] for p in cluster.objects("Pod") for c in p["status"]["conditions"] if c["type"] == "Ready"
    ]
    assert set(ready) == {"True"}


def test_policies_judge_the_address_that_arrives():
    inside = policy(ingress=[{"from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}]}])
    cluster = cluster_with(
        on_node("node-2", "web-0"), service(**NODE_PORT, externalTrafficPolicy="Cluster"), inside
    )
    assert ask(cluster, f"http://{NODE_1}:30080", "outside").reason == "policy-ingress"
    local = {**cluster.get("Service", "web")}
    cluster.update({**local, "spec": {**local["spec"], "externalTrafficPolicy": "Local"}})
    cluster.run_for(5_000)
    assert ask(cluster, f"http://{NODE_2}:30080", "outside").status == 200


def test_rules_follow_a_second_after_the_endpoints():
    cluster = cluster_with(deployment(replicas=1), service())
    name = cluster.objects("Pod")[1]["metadata"]["name"]
    cluster.delete("Pod", name, grace_seconds=30)
    cluster.run_for(900)
    assert ask(cluster, "http://web").reason == "no-such-address"
    cluster.run_for(200)
    assert ask(cluster, "http://web").reason == "no-endpoints"


def test_a_node_that_is_down_answers_nobody():
    cluster = cluster_with(on_node("node-2", "web-0"), service(**NODE_PORT))
    cluster.act("nodeDown", node="node-2")
    assert ask(cluster, f"http://{NODE_2}:30080", "outside").reason == "node-down"
    assert ask(cluster, f"http://{NODE_1}:30080", "outside").reason == "node-down"


def test_the_reason_leads_back_to_the_policy():
    cluster = cluster_with(deployment(), service(), policy("lock"))
    ask(cluster, "http://web")
    chain = cluster.trace.why(cluster.trace.find("request")[-1])
    assert [e.data["hop"] for e in chain if e.change == "hop"] == [
        "network-policy",
        "endpoint",
        "service",
        "dns",
    ]
    assert any(
        e.ref.kind == "NetworkPolicy" and e.ref.name == "lock" and e.change == "created" for e in chain
    )


def test_draws_are_even_and_the_same_every_time():
    def counts() -> dict[str, int]:
        cluster = cluster_with(deployment(), service())
        found: dict[str, int] = {}
        for _ in range(300):
            name = ask(cluster, "http://web").pod
            found[name] = found.get(name, 0) + 1
        return found

    first = counts()
    assert len(first) == 3
    assert all(70 <= count <= 130 for count in first.values())
    assert counts() == first


def test_hanging_applications_keep_the_client_waiting():
    cluster = cluster_with(deployment(replicas=1), service())
    cluster.act("inject", fault="hang", target="web")
    found = ask(cluster, "http://web")
    assert (found.exit_code, found.reason) == (28, "hang")
    assert found.why == "curl: (28) Operation timed out after 100001 milliseconds with 0 bytes received"


def test_curl_inside_a_container_tells_the_same():
    cluster = Cluster()
    cluster.create(client())
    cluster.run_for(10_000)
    [pod] = cluster.objects("Pod")
    record = cluster.kubelet.record(pod["metadata"]["uid"])
    done = cluster.kubelet.running(record, pod, "app").exec(["curl", "http://nowhere"])
    assert (done.code, done.err) == (6, "curl: (6) Could not resolve host: nowhere\n")
    done = cluster.kubelet.running(record, pod, "app").exec(["wget", "-qO-", "http://nowhere"])
    assert (done.code, done.err) == (1, "wget: bad address 'nowhere'\n")
