"""What a cluster's network is made of: the parts that Kubernetes leaves to whoever builds the cluster.

A scenario writes them under `settings.network`:

    network:
      policies: true                     # the CNI plugin enforces NetworkPolicies
      mode: iptables                     # kube-proxy: iptables or nftables
      loadBalancer: {class: example.com/lb, delaySeconds: 2, mode: vip, ipMode: VIP, pool: 203.0.113.0/24}
      ingress: [{class: edge, controller: example.com/edge, service: LoadBalancer}]
      alb: {delaySeconds: 90}            # a controller that turns Ingresses into cloud load balancers
      gateways: [{class: example, controller: example.com/gateway-controller}]
      external: {db.example.com: {ports: [5432]}}     # hosts outside the cluster that answer
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_POOL = "203.0.113.0/24"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancers:
    """Who serves Services of type LoadBalancer.

    `mode` vip hands packets to the nodes as they are; node-port sends them to the Service's node port.
    `ip_mode` is what the status says of an address: with Proxy the nodes leave it to the load balancer.
    """

    load_balancer_class: str = ""
    delay_ms: int = 2_000
    mode: str = "vip"
    ip_mode: str = "VIP"
    pool: str = DEFAULT_POOL


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressProxy:
    """An in-cluster Ingress controller to install: its class, its name, the type of its Service."""

    ingress_class: str
    controller: str
    service: str = "LoadBalancer"
    is_default: bool = False
    replicas: int = 1
    node_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayController:
    gateway_class: str
    controller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalHost:
    """A host outside the cluster: the ports that it opens, and what it answers over HTTP."""

    ports: tuple[int, ...] = (80, 443)
    status: int = 200
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    enforces_policies: bool = True
    mode: str = "iptables"
    load_balancers: LoadBalancers | None = None
    ingress: tuple[IngressProxy, ...] = ()
    alb_delay_ms: int | None = None
    gateways: tuple[GatewayController, ...] = ()
    external: Mapping[str, ExternalHost] = field(default_factory=dict)


def read_settings(settings: Mapping[str, Any]) -> NetworkSettings:
    """Read the `network` part of a cluster's settings.  Raises ValueError for a key that there is not."""
    given = dict(settings.get("network") or {})
    balancer = given.pop("loadBalancer", None)
    alb = given.pop("alb", None)
    found = NetworkSettings(
        enforces_policies=bool(given.pop("policies", True)),
        mode=_mode(given.pop("mode", "iptables")),
        load_balancers=None if balancer in (None, False) else _load_balancers(balancer),
        ingress=tuple(_ingress(each) for each in given.pop("ingress", None) or ()),
        alb_delay_ms=None if alb in (None, False) else _milliseconds(alb, 90),
        gateways=tuple(_gateway(each) for each in given.pop("gateways", None) or ()),
        external={name: _external(each) for name, each in (given.pop("external", None) or {}).items()},
    )
    if given:
        raise ValueError(f"settings.network: {'、'.join(sorted(given))}という項目はありません。")
    return found


def _mode(mode: str) -> str:
    if mode not in ("iptables", "nftables"):
        raise ValueError(f"settings.network.mode: iptablesかnftablesを書きます（いまは{mode!r}）。")
    return mode


def _milliseconds(given: Any, default_seconds: float) -> int:
    seconds = given.get("delaySeconds", default_seconds) if isinstance(given, Mapping) else default_seconds
    return round(float(seconds) * 1000)


def _load_balancers(given: Any) -> LoadBalancers:
    fields = given if isinstance(given, Mapping) else {}
    return LoadBalancers(
        load_balancer_class=fields.get("class", ""),
        delay_ms=_milliseconds(given, 2),
        mode=fields.get("mode", "vip"),
        ip_mode="Proxy" if fields.get("ipMode") == "Proxy" else "VIP",
        pool=fields.get("pool", DEFAULT_POOL),
    )


def _ingress(given: Mapping[str, Any]) -> IngressProxy:
    name = given.get("class", "nginx")
    return IngressProxy(
        ingress_class=name,
        controller=given.get(
            "controller", "k8s.io/ingress-nginx" if name == "nginx" else f"example.com/{name}"
        ),
        service=given.get("service", "LoadBalancer"),
        is_default=bool(given.get("default", False)),
        replicas=int(given.get("replicas", 1)),
        node_port=given.get("nodePort"),
    )


def _gateway(given: Mapping[str, Any]) -> GatewayController:
    name = given.get("class", "example")
    return GatewayController(gateway_class=name, controller=given.get("controller", f"example.com/{name}"))


def _external(given: Mapping[str, Any] | None) -> ExternalHost:
    fields = given or {}
    return ExternalHost(ports=tuple(fields.get("ports", (80, 443))), status=int(fields.get("status", 200)))
