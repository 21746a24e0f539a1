"""
Ingresses behind a cloud's load balancer.

Rules: AWS Load Balancer Controller, docs/guide/ingress/annotations.md (target-type, group.name, group.order,
healthcheck-path, listen-ports, ssl-redirect), docs/guide/ingress/spec.md, pkg/ingress/model_build_listener_rules.go.
"""

import pytest

from learn.cluster.network.alb import Health, in_order, listen_ports, match_alb
from tests.cluster.factories import deployment, service
from tests.cluster.network.test_ingress_controller import ingress
from tests.cluster.network.worlds import ask, cluster_with

CLOUD = {"alb": {"delaySeconds": 5}}
A = "alb.ingress.kubernetes.io/"
IP = {f"{A}target-type": "ip"}
NODE_PORT = {"type": "NodePort", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}]}


def alb(name="shop", **fields):
    fields.setdefault("annotations", IP)
    return ingress(name, ingressClassName="alb", **fields)


def told(cluster, reason):
    return [e["message"] for e in cluster.objects("Event") if e["reason"] == reason]


def host_name(cluster, name="shop"):
    status = cluster.get("Ingress", name).get("status") or {}
    return [each["hostname"] for each in (status.get("loadBalancer") or {}).get("ingress") or ()]


def test_target_type_ip_goes_straight_to_pods():
    cluster = cluster_with(deployment(), service(), alb(), network=CLOUD)
    found = ask(cluster, "http://shop.example.com/", "outside")
    assert (found.status, found.route) == (200, ("dns", "load-balancer", "ingress", "endpoint", "pod"))
    assert told(cluster, "SuccessfullyReconciled")


def test_target_type_instance_goes_through_a_node_port():
    cluster = cluster_with(deployment(), service(**NODE_PORT), alb(annotations={}), network=CLOUD)
    found = ask(cluster, "http://shop.example.com/", "outside")
    assert found.route == ("dns", "load-balancer", "ingress", "node-port", "service", "endpoint", "pod")


@pytest.mark.parametrize(
    ("annotations", "text"),
    [
        pytest.param(
            {}, "your service must be of type 'NodePort' or 'LoadBalancer'", id="instance, ClusterIP"
        ),
        pytest.param({f"{A}target-type": "pod"}, "unknown targetType: pod", id="neither instance nor ip"),
    ],
)
def test_what_cannot_be_built_is_told(annotations, text):
    cluster = cluster_with(deployment(), service(), alb(annotations=annotations), network=CLOUD)
    [message] = told(cluster, "FailedBuildModel")
    assert message.startswith("Failed build model due to ingress: default/shop: ")
    assert message.endswith(text)
    assert host_name(cluster) == []


def test_the_service_may_carry_the_annotation():
    web = service()
    web["metadata"]["annotations"] = IP
    cluster = cluster_with(deployment(), web, alb(annotations={}), network=CLOUD)
    assert ask(cluster, "http://shop.example.com/", "outside").status == 200


def test_the_address_comes_after_a_while():
    cluster = cluster_with(deployment(), service(), alb(), network={"alb": {"delaySeconds": 120}})
    assert host_name(cluster) == []
    cluster.run_for(120_000)
    [name] = host_name(cluster)
    assert name.startswith("internal-k8s-default-shop-")
    assert ask(cluster, f"http://{name}/", "outside", headers={"Host": "shop.example.com"}).status == 200


def test_new_pods_become_targets():
    cluster = cluster_with(deployment(replicas=1), service(), alb(), network=CLOUD)
    cluster.scale("Deployment", "web", 5)
    cluster.run_for(10_000)
    pods = {ask(cluster, "http://shop.example.com/", "outside").pod for _ in range(60)}
    assert len(pods) == 5


def test_a_group_shares_one_load_balancer():
    def member(name, order, target):
        annotations = {**IP, f"{A}group.name": "team", f"{A}group.order": order}
        return alb(name, annotations=annotations, paths=[("/", target)])

    cluster = cluster_with(
        deployment(), service(), deployment("api"), service("api", clusterIP="10.96.7.8"),
        member("one", "20", "web"), member("two", "10", "api"), network=CLOUD,
    )  # fmt: skip
    assert host_name(cluster, "one") == host_name(cluster, "two")
    assert ask(cluster, "http://shop.example.com/", "outside").pod.startswith("default/api-")


def test_unhealthy_targets_are_left_out_unless_all_are():
    def images(status):
        return {"example.com/sick:1.0": {"listens": [8080], "paths": {"/": {"status": status}, "/ok": {}}}}

    def world(replicas, **annotations):
        bad = deployment("bad", 1, image="example.com/sick:1.0")
        bad["spec"]["template"]["metadata"]["labels"]["tier"] = "web"
        good = deployment("good", replicas)
        good["spec"]["template"]["metadata"]["labels"]["tier"] = "web"
        return cluster_with(
            bad, good, service(selector={"tier": "web"}), alb(annotations={**IP, **annotations}),
            network=CLOUD, images=images(404),
        )  # fmt: skip

    def statuses(cluster):
        return {ask(cluster, "http://shop.example.com/", "outside").status for _ in range(40)}

    assert statuses(world(1)) == {200}
    assert statuses(world(1, **{f"{A}healthcheck-path": "/ok"})) == {200, 404}
    assert statuses(world(0)) == {404}


@pytest.mark.parametrize(
    ("app", "status"),
    [
        pytest.param({"replicas": 0}, 503, id="no target"),
        pytest.param({"image": "example.com/cache:1.0"}, 502, id="refused"),
    ],
)
def test_what_the_load_balancer_answers_itself(app, status):
    cluster = cluster_with(deployment(**app), service(), alb(), network=CLOUD)
    assert ask(cluster, "http://shop.example.com/", "outside").status == status


def test_ports_that_are_not_listened_on_are_silent():
    cluster = cluster_with(deployment(), service(), alb(), network=CLOUD)
    assert ask(cluster, "https://shop.example.com/", "outside").exit_code == 28


@pytest.mark.parametrize(
    ("annotations", "ports"),
    [
        ({}, {80: "HTTP"}),
        ({f"{A}certificate-arn": "arn:x"}, {443: "HTTPS"}),
        ({f"{A}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]'}, {80: "HTTP", 443: "HTTPS"}),
        ({f"{A}listen-ports": "oops"}, {}),
    ],
)
def test_listen_ports(annotations, ports):
    assert listen_ports(ingress(annotations=annotations)) == ports


@pytest.mark.parametrize(
    ("codes", "status", "ok"),
    [("200", 200, True), ("200", 302, False), ("200,302", 302, True), ("200-399", 302, True)],
)
def test_success_codes(codes, status, ok):
    assert Health(codes=codes).accepts(status) is ok


def paths(*entries):
    made = ingress()
    made["spec"]["rules"] = [
        {
            "http": {
                "paths": [
                    {"path": p, "pathType": kind, "backend": {"service": {"name": name}}}
                    for kind, p, name in entries
                ]
            }
        }
    ]
    return made


@pytest.mark.parametrize(
    ("path", "wins"),
    [("/a", "exact"), ("/a/b", "prefix-a"), ("/a/bc", "prefix-a"), ("/x.php", "pattern"), ("/", "root")],
)
def test_rule_order(path, wins):
    made = paths(
        ("ImplementationSpecific", "/*.php", "pattern"),
        ("Prefix", "/", "root"),
        ("Prefix", "/a", "prefix-a"),
        ("Exact", "/a", "exact"),
    )
    if wins == "pattern":
        made = paths(("ImplementationSpecific", "/*.php", "pattern"))
    assert match_alb([made], "any", path).backend["service"]["name"] == wins


def test_group_order_then_names():
    def named(name, order):
        return ingress(name, annotations={f"{A}group.order": order})

    made = [named("b", "0"), named("c", "-5"), named("a", "0"), named("d", "7")]
    assert [each["metadata"]["name"] for each in in_order(made)] == ["c", "a", "b", "d"]
