"""What a cloud's load balancer does with a request for the Ingresses behind it (see `alb`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from learn.cluster.network import clients
from learn.cluster.network.alb import (
    Health,
    annotation,
    group_of,
    health_of,
    in_order,
    listen_ports,
    match_alb,
    target_type,
)
from learn.cluster.network.backends import Via, Way, forward, page, reply_of, service_port
from learn.cluster.network.connect import Connector
from learn.cluster.network.hops import Certificate, Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.hostnames import without_port
from learn.cluster.network.http import Request
from learn.cluster.network.ingress import Ingress, IngressMatch
from learn.cluster.network.ingressclass import ALB, ingresses_of
from learn.cluster.network.packets import Connected, drawn_evenly
from learn.cluster.network.rules import ServicePort
from learn.cluster.network.tls import handshake
from learn.cluster.objects import Ref, ref_of

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

VIA = Via(name="")


def group_at(cluster: Cluster, address: str) -> list[Ingress] | None:
    """Return the Ingresses of the load balancer that has an address, in their order."""
    controller = cluster.parts.get("alb")
    groups: dict[str, Any] = controller.state["groups"] if controller else {}
    for name, group in groups.items():
        if group["ip"] == address and group["ready"]:
            return [each for each in in_order(all_of(cluster)) if group_of(each) == name]
    return None


def all_of(cluster: Cluster) -> list[Ingress]:
    """Every Ingress of the cloud controller's class."""
    return ingresses_of(cluster.store.objects("Ingress"), cluster.store.objects("IngressClass"), ALB)


def serve(
    connector: Connector, trip: Trip, group: Sequence[Ingress], address: str, request: Request
) -> Iterator[Way]:
    first = group[0] if group else None
    trip = trip.via(
        HopKind.LOAD_BALANCER, ref_of(dict(first)) if first else None, "spec.ingressClassName",
        address=address, port=request.port,
    )  # fmt: skip
    ports = {port: protocol for each in reversed(group) for port, protocol in listen_ports(each).items()}
    protocol = ports.get(request.port)
    if protocol is None:
        dropped = Failure(symptom=Symptom.CONNECT_TIMEOUT, reason=Reason.NOT_LISTENING)
        yield Way(trip=trip, end=dropped, request=request)
        return
    if request.is_tls and protocol != "HTTPS":
        yield Way(trip=trip, end=Failure(symptom=Symptom.WRONG_TLS, reason=Reason.NOT_TLS), request=request)
        return
    if request.is_tls:
        # The certificate comes from the cloud's own store and is taken to be right for the host.
        mine = Certificate(subject=request.server_name, hosts=(request.server_name,), secret="cloud")
        trip, _ = handshake(trip, request, mine)
    match = match_alb(group, request.virtual_host, request.path)
    if match is None:
        yield Way(trip=trip, end=page(VIA, 404, Reason.NO_RULE_MATCHES), request=request, via=VIA)
        return
    ingress = next(each for each in group if (match.namespace, match.name) == _names(each))
    redirect = annotation(ingress, "ssl-redirect")
    if redirect and not request.is_tls:
        port = "" if redirect == "443" else f":{redirect}"
        location = f"https://{without_port(request.virtual_host)}{port}{request.path}"
        yield Way(trip=trip, end=page(VIA, 301, location=location), request=request, via=VIA)
        return
    yield from _by_rule(connector, trip, ingress, match, address, request)


def _names(ingress: Ingress) -> tuple[str, str]:
    return ingress["metadata"]["namespace"], ingress["metadata"]["name"]


def _by_rule(
    connector: Connector, trip: Trip, ingress: Ingress, match: IngressMatch, address: str, request: Request
) -> Iterator[Way]:
    trip = trip.via(
        HopKind.INGRESS, Ref("Ingress", match.namespace, match.name), match.field,
        host=match.host, path=match.path, path_type=match.path_type,
        asked=f"{without_port(request.virtual_host)}{request.path}",
    )  # fmt: skip
    backend = match.backend.get("service") or {}
    found = service_port(connector.cluster, match.namespace, backend.get("name", ""), backend.get("port"))
    if not isinstance(found, ServicePort):
        yield Way(trip=trip, end=page(VIA, 503, found), request=request, via=VIA)
        return
    balancer = clients.outside(address)
    if target_type(ingress, found.service) == "ip":
        health = health_of(ingress, found.service)
        yield from forward(
            connector, trip, balancer, found, request, VIA, passes=lambda end: _is_healthy(end, health)
        )
        return
    nodes = connector.healthy_nodes(found, ignore_policy=True)
    port = found.port.get("nodePort")
    if not nodes or not port:
        yield Way(trip=trip, end=page(VIA, 503, Reason.NO_TARGETS), request=request, via=VIA)
        return
    for node, share in connector.pick(drawn_evenly(nodes)):
        for at, end in connector.connect(
            trip.times(share), balancer, connector.cluster.kubelet.addresses.host_ip(node), port
        ):
            if isinstance(end, Connected):
                yield Way(trip=at, end=end, request=request, via=VIA)
            else:
                yield dataclasses.replace(_failed(at, end), request=request)


def _failed(trip: Trip, failure: Failure) -> Way:
    refused = failure.symptom is Symptom.REFUSED
    answer = page(VIA, 502, Reason.UPSTREAM_REFUSED) if refused else page(VIA, 504, Reason.UPSTREAM_TIMEOUT)
    return Way(trip=trip, end=answer, request=Request(host=""), via=VIA)


def _is_healthy(end: Connected, health: Health) -> bool:
    reply = reply_of(end, health.path)
    return reply is not None and health.accepts(reply.status)
