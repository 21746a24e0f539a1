"""
An Ingress controller inside the cluster: from its Service's address to the application's Pods.

Rules: Kubernetes documentation, concepts/services-networking/ingress and ingress-controllers; ingress-nginx,
docs/user-guide/tls.md, docs/user-guide/nginx-configuration/annotations.md, internal/ingress/status/status.go;
plugin/pkg/admission/network/defaultingressclass.
"""

import pytest

from tests.cluster.factories import container, deployment, service
from tests.cluster.network.worlds import ask, cluster_with, policy

EDGE = {"class": "edge", "controller": "example.com/edge"}
WITH_LOAD_BALANCER = {"loadBalancer": {"delaySeconds": 2}, "ingress": [EDGE]}
THROUGH = ("load-balancer", "service", "endpoint", "proxy", "ingress", "endpoint", "pod")


def ingress(name="shop", *, paths=(("/", "web"),), host="shop.example.com", annotations=None, **spec):
    rule = {
        "http": {
            "paths": [
                {
                    "path": path,
                    "pathType": "Prefix",
                    "backend": {"service": {"name": target, "port": {"number": 80}}},
                }
                for path, target in paths
            ]
        }
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations or {}},
        "spec": {"ingressClassName": "edge", "rules": [{"host": host, **rule}], **spec},
    }


def tls_secret(name="shop-tls"):
    return {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "kubernetes.io/tls",
        "data": {"tls.crt": "Y2VydA==", "tls.key": "a2V5"},
    }  # fmt: skip


def shop(*objects, network=None, **more):
    api = service("api", clusterIP="10.96.7.8")
    return cluster_with(
        deployment(),
        service(),
        deployment("api"),
        api,
        *objects,
        network=network or WITH_LOAD_BALANCER,
        **more,
    )


def address(cluster, name="shop"):
    status = cluster.get("Ingress", name).get("status") or {}
    return [each.get("ip") for each in (status.get("loadBalancer") or {}).get("ingress") or ()]


@pytest.mark.parametrize(
    ("path", "app"),
    [("/", "web"), ("/index.html", "web"), ("/api", "api"), ("/api/items", "api"), ("/apixyz", "web")],
)
def test_paths_lead_to_services(path, app):
    cluster = shop(ingress(paths=[("/api", "api"), ("/", "web")]))
    found = ask(cluster, f"http://shop.example.com{path}", "outside")
    assert found.status == 200
    assert found.pod.startswith(f"default/{app}-")


def test_the_address_is_that_of_the_controllers_service_and_the_way_goes_through_its_pod():
    cluster = shop(ingress())
    [ip] = address(cluster)
    outer = cluster.get("Service", "ingress-edge-controller", "ingress-edge")
    assert ip == outer["status"]["loadBalancer"]["ingress"][0]["ip"]
    assert ask(cluster, "http://shop.example.com/", "outside").route == ("dns", *THROUGH)
    assert ask(cluster, f"http://{ip}/", "outside", headers={"Host": "shop.example.com"}).route == THROUGH


def test_a_controller_behind_a_node_port_is_reached_at_every_node():
    proxy = {**EDGE, "service": "NodePort", "nodePort": 30880}
    cluster = shop(ingress(), network={"ingress": [proxy]})
    found = ask(cluster, "http://192.168.1.11:30880/", "outside", headers={"Host": "shop.example.com"})
    assert found.route[:4] == ("node-port", "service", "endpoint", "proxy")
    assert found.status == 200


@pytest.mark.parametrize(
    ("made", "status", "reason"),
    [
        pytest.param(ingress(host="other.example.com"), 404, "no-rule-matches", id="no rule for the host"),
        pytest.param(ingress(paths=[("/only", "web")]), 404, "no-rule-matches", id="no rule for the path"),
        pytest.param(ingress(paths=[("/", "wbe")]), 503, "backend-not-found", id="no such Service"),
        pytest.param(
            ingress(defaultBackend={"service": {"name": "api", "port": {"number": 80}}}, host="other.example.com"),
            200, "", id="default backend",
        ),
    ],
)  # fmt: skip
def test_what_the_proxy_answers_by_itself(made, status, reason):
    cluster = shop(made)
    outer = cluster.get("Service", "ingress-edge-controller", "ingress-edge")
    ip = outer["status"]["loadBalancer"]["ingress"][0]["ip"]
    found = ask(cluster, f"http://{ip}/", "outside", headers={"Host": "shop.example.com"})
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("app", "port", "status", "reason"),
    [
        pytest.param({"replicas": 0}, 8080, 503, "no-endpoints", id="nobody there"),
        pytest.param({}, 9999, 502, "upstream-refused", id="wrong targetPort"),
    ],
)
def test_what_backends_make_of_it(app, port, status, reason):
    made = cluster_with(
        deployment(**app),
        service(ports=[{"port": 80, "targetPort": port}]),
        ingress(),
        network=WITH_LOAD_BALANCER,
    )
    found = ask(made, "http://shop.example.com/", "outside")
    assert (found.status, found.reason) == (status, reason)


def test_a_hanging_backend_is_a_504():
    cluster = shop(ingress())
    cluster.act("inject", fault="hang", target="web")
    found = ask(cluster, "http://shop.example.com/", "outside")
    assert (found.status, found.reason, found.latency_ms) == (504, "hang", 60_000)


def test_a_policy_must_let_the_proxys_pod_in():
    cluster = shop(ingress(), policy(podSelector={"matchLabels": {"app": "web"}}))
    assert ask(cluster, "http://shop.example.com/", "outside").status == 504
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-edge"}}}
    cluster.create(policy("let", ingress=[{"from": [peer]}]))
    assert ask(cluster, "http://shop.example.com/", "outside").status == 200


def test_a_refused_connection_is_tried_again_elsewhere():
    broken = {"name": "old", "labels": {"app": "web"}}
    cluster = shop(
        {
            "apiVersion": "v1", "kind": "Pod", "metadata": broken,
            "spec": {"containers": [container(image="example.com/db:1.0")]},
        },
        ingress(),
    )  # fmt: skip
    answers = {ask(cluster, "http://shop.example.com/", "outside").status for _ in range(40)}
    assert answers == {200}
    direct = {ask(cluster, "http://web").status for _ in range(40)}
    assert direct == {0, 200}


# -- classes -----------------------------------------------------------------------------------------


def test_an_ingress_without_a_class_is_nobodys():
    cluster = shop(ingress(ingressClassName=None))
    assert address(cluster) == []
    assert ask(cluster, "http://shop.example.com/", "outside").reason == "name-not-found"
    assert not [e for e in cluster.objects("Event") if e["involvedObject"]["kind"] == "Ingress"]


def test_the_default_class_fills_in():
    cluster = shop(network={**WITH_LOAD_BALANCER, "ingress": [{**EDGE, "default": True}]})
    made = ingress()
    del made["spec"]["ingressClassName"]
    assert cluster.create(made)["spec"]["ingressClassName"] == "edge"


def test_the_old_annotation_still_names_the_class():
    made = ingress(annotations={"kubernetes.io/ingress.class": "edge"})
    del made["spec"]["ingressClassName"]
    cluster = shop(made)
    assert len(address(cluster)) == 1
    [told] = [e for e in cluster.objects("Event") if e["involvedObject"]["kind"] == "Ingress"]
    assert (told["reason"], told["message"]) == ("Sync", "Scheduled for sync")


def test_without_a_load_balancer_the_address_stays_empty():
    cluster = shop(ingress(), network={"ingress": [EDGE]})
    assert address(cluster) == []


def test_several_ingresses_for_one_host_are_merged_and_the_oldest_wins_a_path():
    cluster = shop(ingress())
    cluster.create(ingress("later", paths=[("/", "api"), ("/extra", "api")]))
    cluster.run_for(5_000)
    assert ask(cluster, "http://shop.example.com/", "outside").pod.startswith("default/web-")
    assert ask(cluster, "http://shop.example.com/extra", "outside").pod.startswith("default/api-")


# -- TLS ---------------------------------------------------------------------------------------------

TLS = [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]


def test_tls_serves_the_secret_by_name_and_sends_plain_http_to_https():
    cluster = shop(tls_secret(), ingress(tls=TLS))
    found = ask(cluster, "https://shop.example.com/", "outside")
    assert (found.status, found.certificate) == (200, "shop.example.com")
    plain = ask(cluster, "http://shop.example.com/a", "outside")
    assert (plain.status, plain.location) == (308, "https://shop.example.com/a")


@pytest.mark.parametrize("secret", [tls_secret("other"), {**tls_secret(), "data": {"tls.crt": "Y2VydA=="}}])
def test_without_a_usable_secret_the_fake_certificate_is_served(secret):
    cluster = shop(ingress(tls=TLS))
    cluster.api.create({**secret, "metadata": {**secret["metadata"], "namespace": "default"}}, trusted=True)
    found = ask(cluster, "https://shop.example.com/", "outside")
    assert (found.exit_code, found.certificate) == (60, "Kubernetes Ingress Controller Fake Certificate")
    assert ask(cluster, "https://shop.example.com/", "outside", insecure=True).status == 200
    assert ask(cluster, "http://shop.example.com/", "outside").status == 200


def test_ssl_redirect_can_be_turned_off():
    off = {"nginx.ingress.kubernetes.io/ssl-redirect": "false"}
    cluster = shop(tls_secret(), ingress(tls=TLS, annotations=off))
    assert ask(cluster, "http://shop.example.com/", "outside").status == 200


def test_rewrite_target_changes_the_path():
    cluster = shop(
        ingress(
            paths=[("/api", "web")], annotations={"nginx.ingress.kubernetes.io/rewrite-target": "/healthz"}
        )
    )
    assert ask(cluster, "http://shop.example.com/api", "outside").body == "ok"
