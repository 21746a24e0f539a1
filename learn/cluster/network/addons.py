"""What an installation adds for the network, as the objects that it leaves in the cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from learn.cluster.network.ingressclass import ALB, DEFAULT_ANNOTATION, NGINX
from learn.cluster.network.settings import GatewayController, IngressProxy, NetworkSettings

Obj = dict[str, Any]

NGINX_IMAGE = "registry.k8s.io/ingress-nginx/controller:v1.15.1"
FIRST_ADDRESS = 20
"""The host number of the first address for these Services, in the part of the range kept for fixed ones."""

PLAIN_IMAGE = "example.com/ingress-controller:1.0"


def network_addons(settings: NetworkSettings) -> Iterable[Obj]:
    """The objects of every part that the settings install, ready to be created."""
    for index, proxy in enumerate(settings.ingress):
        yield from ingress_proxy(proxy, f"10.96.0.{FIRST_ADDRESS + index}")
    if settings.alb_delay_ms is not None and not any(each.controller == ALB for each in settings.ingress):
        yield ingress_class("alb", ALB)
    for gateway in settings.gateways:
        yield gateway_class(gateway)


def ingress_class(name: str, controller: str, *, is_default: bool = False) -> Obj:
    meta: Obj = {"name": name}
    if is_default:
        meta["annotations"] = {DEFAULT_ANNOTATION: "true"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": meta,
        "spec": {"controller": controller},
    }


def gateway_class(gateway: GatewayController) -> Obj:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": gateway.gateway_class},
        "spec": {"controllerName": gateway.controller},
    }


def ingress_proxy(proxy: IngressProxy, cluster_ip: str) -> Iterable[Obj]:
    """A namespace, a Deployment, its Service and its class, as the controller's manifests install them."""
    is_nginx = proxy.controller == NGINX
    base = "ingress-nginx" if is_nginx else f"ingress-{proxy.ingress_class}"
    labels = {"app.kubernetes.io/name": base, "app.kubernetes.io/component": "controller"}
    meta = {"name": f"{base}-controller", "namespace": base, "labels": labels}
    ports = [
        {"name": "http", "port": 80, "targetPort": "http"},
        {"name": "https", "port": 443, "targetPort": "https"},
    ]
    if proxy.node_port:
        ports[0]["nodePort"] = proxy.node_port
    yield {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": base, "labels": {"kubernetes.io/metadata.name": base}},
    }
    yield {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": base},
    }
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta,
        "spec": {
            "replicas": proxy.replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [_container(proxy, meta["name"])]},
            },
        },
    }
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": {"type": proxy.service, "clusterIP": cluster_ip, "selector": labels, "ports": ports},
    }
    yield ingress_class(proxy.ingress_class, proxy.controller, is_default=proxy.is_default)


def _container(proxy: IngressProxy, service: object) -> Obj:
    return {
        "name": "controller",
        "image": NGINX_IMAGE if proxy.controller == NGINX else PLAIN_IMAGE,
        "args": [
            "/nginx-ingress-controller",
            f"--publish-service=$(POD_NAMESPACE)/{service}",
            f"--controller-class={proxy.controller}",
            f"--ingress-class={proxy.ingress_class}",
        ],
        "ports": [
            {"name": "http", "containerPort": 80, "protocol": "TCP"},
            {"name": "https", "containerPort": 443, "protocol": "TCP"},
        ],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 10254}, "periodSeconds": 10},
    }
