"""
An Ingress controller whose Pods carry the traffic themselves, as ingress-nginx does.

Rules: ingress-nginx, docs/user-guide/nginx-configuration/annotations.md, docs/user-guide/tls.md,
rootfs/etc/nginx/template/nginx.tmpl.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from learn.cluster.api.images import parse_image
from learn.cluster.network import clients
from learn.cluster.network.backends import Via, Way, forward, page, service_port
from learn.cluster.network.connect import Connector
from learn.cluster.network.hops import Answer, Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.hostnames import ingress_host_matches, without_port
from learn.cluster.network.http import Request
from learn.cluster.network.ingress import Ingress, IngressMatch, match_ingress
from learn.cluster.network.ingressclass import NGINX, ingresses_of
from learn.cluster.network.packets import Connected
from learn.cluster.network.rules import ServicePort
from learn.cluster.network.tls import FAKE_NGINX, handshake, ingress_certificate
from learn.cluster.objects import Obj, Ref, ref_of

IMAGES: Mapping[str, str] = {
    "registry.k8s.io/ingress-nginx/controller": NGINX,
    "example.com/ingress-controller": "example.com/ingress-controller",
}
"""Images that are Ingress proxies, with the controller name that they answer to unless an argument says another."""

PREFIX = "nginx.ingress.kubernetes.io/"
VIA = Via(name="nginx", tries=3)
_GROUP = re.compile(r"\$\d")


PROXY_PORTS = (80, 443)


def controller_name(spec: Mapping[str, Any], container: str, port: int = 80) -> str:
    """Return the `spec.controller` of IngressClass that a Pod's container serves on a port; "" when it is no proxy."""
    if port not in PROXY_PORTS:
        return ""
    for each in spec.get("containers") or ():
        if each["name"] != container:
            continue
        image = parse_image(each["image"])
        default = IMAGES.get(image.repository, "") if image else ""
        for word in each.get("args") or () if default else ():
            if str(word).startswith("--controller-class="):
                return str(word).partition("=")[2]
        return default
    return ""


def serve(
    connector: Connector, trip: Trip, here: Connected, request: Request, controller: str
) -> Iterator[Way]:
    """What the proxy does with a request that has reached its Pod."""
    assert here.pod is not None and here.running is not None
    cluster = connector.cluster
    trip = _at_proxy(trip, here.pod, controller)
    is_tls = here.running.opens(here.port) == "https"
    ingresses = ingresses_of(
        cluster.store.objects("Ingress"), cluster.store.objects("IngressClass"), controller
    )
    stop: Answer | Failure | None = None
    certificate = None
    if is_tls and request.scheme == "http":
        stop = page(VIA, 400)
    elif request.is_tls and not is_tls:
        stop = Failure(symptom=Symptom.WRONG_TLS, reason=Reason.NOT_TLS)
    elif is_tls:
        certificate = ingress_certificate(cluster, ingresses, request.server_name)
        trip, stop = handshake(trip, request, certificate or FAKE_NGINX)
    if stop is not None:
        yield Way(trip=trip, end=stop, request=request, via=VIA)
        return
    match = match_ingress(ingresses, request.virtual_host, request.path)
    if match is None:
        yield Way(trip=trip, end=page(VIA, 404, Reason.NO_RULE_MATCHES), request=request, via=VIA)
        return
    ingress = next(each for each in ingresses if _is(each, match))
    trip = _by_rule(trip, match, request)
    if not is_tls and _redirects(connector, ingresses, ingress, request):
        location = f"https://{without_port(request.virtual_host)}{request.path}"
        yield Way(trip=trip, end=page(VIA, 308, location=location), request=request, via=VIA)
        return
    backend = match.backend.get("service") or {}
    found = service_port(cluster, match.namespace, backend.get("name", ""), backend.get("port"))
    if not isinstance(found, ServicePort):
        yield Way(trip=trip, end=page(VIA, 503, found), request=request, via=VIA)
        return
    sent = _rewritten(request, ingress)
    yield from forward(connector, trip, clients.from_pod(here.pod), found, sent, VIA)


def _at_proxy(trip: Trip, pod: Obj, controller: str) -> Trip:
    """The Pod that was reached is the proxy's own: say so instead of calling it the application."""
    hops: Sequence[Any] = trip.hops[:-1] if trip.hops and trip.hops[-1].kind is HopKind.POD else trip.hops
    return Trip(tuple(hops), trip.weight, trip.certificate).via(
        HopKind.PROXY, ref_of(pod), controller=controller
    )


def _is(ingress: Ingress, match: IngressMatch) -> bool:
    meta = ingress["metadata"]
    return (meta.get("namespace", "default"), meta["name"]) == (match.namespace, match.name)


def _by_rule(trip: Trip, match: IngressMatch, request: Request) -> Trip:
    return trip.via(
        HopKind.INGRESS, Ref("Ingress", match.namespace, match.name), match.field,
        host=match.host, path=match.path, path_type=match.path_type,
        asked=f"{without_port(request.virtual_host)}{request.path}",
    )  # fmt: skip


def _redirects(
    connector: Connector, ingresses: Sequence[Ingress], ingress: Ingress, request: Request
) -> bool:
    """Plain HTTP goes to HTTPS (308) where the Ingress has TLS for the host and does not say otherwise."""
    annotations = ingress["metadata"].get("annotations") or {}
    if annotations.get(f"{PREFIX}force-ssl-redirect") == "true":
        return True
    if annotations.get(f"{PREFIX}ssl-redirect") == "false":
        return False
    name = without_port(request.virtual_host)
    sections = ingress["spec"].get("tls") or ()
    mentions = any(
        not section.get("hosts") or any(ingress_host_matches(host.lower(), name) for host in section["hosts"])
        for section in sections
    )
    return mentions and ingress_certificate(connector.cluster, ingresses, name) is not None


def _rewritten(request: Request, ingress: Ingress) -> Request:
    """The request as it goes on: `rewrite-target` replaces the path; groups of a regular expression are empty."""
    target = (ingress["metadata"].get("annotations") or {}).get(f"{PREFIX}rewrite-target")
    if not target:
        return request
    return dataclasses.replace(request, path=_GROUP.sub("", target) or "/")
