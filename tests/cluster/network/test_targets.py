"""Targets said by the object: whatever stands for it, the request finds it."""

import pytest

from learn.cluster.errors import ApiError
from tests.cluster.factories import container, deployment, pod, service
from tests.cluster.network.test_gateway import GATEWAYS, gateway, route, rule
from tests.cluster.network.test_ingress_controller import WITH_LOAD_BALANCER, ingress
from tests.cluster.network.worlds import ask, cluster_with, in_namespace, namespace

BALANCED = {"type": "LoadBalancer", "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}]}


@pytest.fixture(scope="module")
def cluster():
    side = container(name="side", image="example.com/echo:1.0", env=[{"name": "PORT", "value": "9000"}])
    space = namespace("shop")
    shop_gateway = in_namespace("default", gateway("default", allowed={"from": "Same"}))
    shop_route = route(rule("web"), space="default", parent={"name": "edge"})
    return cluster_with(
        space, pod("pair", containers=[container(), side]), deployment(), service(**BALANCED), ingress(),
        shop_gateway, shop_route, network={**WITH_LOAD_BALANCER, **GATEWAYS},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "pod"),
    [
        ("client", "pod/pair", "default/pair"),
        ("client", "pod/pair/side", "default/pair"),
        ("client", "pod/pair:9000", "default/pair"),
        ("client", "service/web", "default/web-"),
        ("outside", "node/node-2:30080", "default/web-"),
        ("outside", "loadbalancer/web", "default/web-"),
        ("outside", "ingress/shop", "default/web-"),
        ("outside", "gateway/edge", "default/web-"),
    ],
)
def test_targets_answer(cluster, source, target, pod):
    if target == "gateway/edge":
        found = ask(cluster, target, source, headers={"Host": "shop.example.com"})
    else:
        found = ask(cluster, target, source)
    assert found.status == 200
    assert found.pod.startswith(pod)


def test_containers_of_one_pod_have_ports_of_their_own(cluster):
    assert "web 1.0" in ask(cluster, "pod/pair/app").body
    assert ":9000 from" in ask(cluster, "pod/pair/side").body


@pytest.mark.parametrize(
    "target", ["pod/nobody", "node/node-9:80", "loadbalancer/pair", "ingress/none", "node/node-1:x"]
)
def test_what_is_not_there_is_said(cluster, target):
    with pytest.raises(ApiError, match="request client"):
        ask(cluster, target)
