"""DNS in the cluster: Kubernetes documentation, concepts/services-networking/dns-pod-service."""

import pytest

from learn.cluster.network.dns import Zone, resolv_conf, search_names


def service(name, **spec):
    return {"metadata": {"name": name, "namespace": "shop"}, "spec": {"clusterIP": "10.96.0.50", **spec}}


SLICE = {
    "metadata": {"namespace": "shop", "name": "db-x", "labels": {"kubernetes.io/service-name": "db"}},
    "endpoints": [
        {"addresses": ["10.244.0.3"], "hostname": "db-0", "conditions": {"ready": True}},
        {"addresses": ["10.244.1.4"], "hostname": "db-1", "conditions": {"ready": False}},
    ],
}
ZONE = Zone(
    services={
        ("shop", "web"): service("web"),
        ("shop", "db"): service("db", clusterIP="None"),
        ("shop", "ext"): service("ext", type="ExternalName", externalName="db.example.com"),
        ("shop", "lonely"): service("lonely", clusterIP="None"),
    },
    slices=[SLICE],
    pod_ips=frozenset({"10.244.0.3"}),
)


@pytest.mark.parametrize(
    ("name", "namespace", "addresses"),
    [
        ("web", "shop", ("10.96.0.50",)),
        ("WEB", "shop", ("10.96.0.50",)),
        ("web.shop", "other", ("10.96.0.50",)),
        ("web.shop.svc", "other", ("10.96.0.50",)),
        ("web.shop.svc.cluster.local", "other", ("10.96.0.50",)),
        ("web.shop.svc.cluster.local.", "other", ("10.96.0.50",)),
        ("db", "shop", ("10.244.0.3",)),
        ("db-0.db", "shop", ("10.244.0.3",)),
        ("10-244-0-3.shop.pod", "other", ("10.244.0.3",)),
        ("10.1.2.3", "other", ("10.1.2.3",)),
        ("lonely", "shop", ()),
    ],
)
def test_a_name_is_found_through_the_search_domains(name, namespace, addresses):
    assert ZONE.resolve(name, namespace).addresses == addresses


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("web", "other"),
        ("nosuch", "shop"),
        ("web.", "shop"),
        ("db-1.db", "shop"),
        ("x.web", "shop"),
        ("9-9-9-9.shop.pod", "shop"),
    ],
)
def test_an_unknown_name_has_no_answer(name, namespace):
    assert ZONE.resolve(name, namespace) is None


def test_an_external_name_is_an_alias():
    answer = ZONE.resolve("ext", "shop")
    assert (answer.cname, answer.addresses) == ("db.example.com", ())


def test_a_name_with_five_dots_is_tried_as_it_is_first():
    assert search_names("a.b.c.d.e.f", "shop")[0] == "a.b.c.d.e.f"
    assert search_names("a.b", "shop")[-1] == "a.b"


def test_resolv_conf_lists_the_search_domains():
    assert "search shop.svc.cluster.local svc.cluster.local cluster.local\n" in resolv_conf("shop")
