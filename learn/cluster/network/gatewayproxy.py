"""
What a Gateway does with a request: a proxy outside the cluster that sends to the Pods of its routes' Services.

Rules: Gateway API, apis/v1/httproute_types.go (HTTPRouteFilter, HTTPBackendRef).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from learn.cluster.network import clients
from learn.cluster.network.backends import Via, Way, forward, page, service_port
from learn.cluster.network.connect import Connector
from learn.cluster.network.gateway import (
    Gateway,
    Listener,
    attach,
    backend_problem,
    choose_listener,
    is_permitted,
    parents_of,
)
from learn.cluster.network.hops import Certificate, Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.hostnames import without_port
from learn.cluster.network.http import Request
from learn.cluster.network.httproute import HTTPRequest, HTTPRoute, RouteMatch, match_routes
from learn.cluster.network.paths import elements
from learn.cluster.network.rules import ServicePort
from learn.cluster.network.tls import SELF_SIGNED, handshake, secret_certificate
from learn.cluster.objects import Ref, ref_of
from learn.cluster.pods import is_true

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

VIA = Via(name="")
_REASONS = {"RefNotPermitted": Reason.REF_NOT_PERMITTED}


def gateway_at(cluster: Cluster, address: str) -> Gateway | None:
    """Return the programmed Gateway that has an address."""
    for gateway in cluster.store.objects("Gateway"):
        addresses = (gateway.get("status") or {}).get("addresses") or ()
        if any(each.get("value") == address for each in addresses) and is_true(gateway, "Programmed"):
            return gateway
    return None


def serve(
    connector: Connector, trip: Trip, gateway: Gateway, address: str, request: Request
) -> Iterator[Way]:
    cluster = connector.cluster
    trip = trip.via(
        HopKind.LOAD_BALANCER, ref_of(dict(gateway)), "spec.listeners", address=address, port=request.port
    )
    listeners = [each for each in gateway["spec"].get("listeners") or () if each["port"] == request.port]
    if not listeners:
        refused = Failure(symptom=Symptom.REFUSED, reason=Reason.NOT_LISTENING)
        yield Way(trip=trip, end=refused, request=request)
        return
    listener = choose_listener(gateway, request.port, without_port(request.virtual_host))
    trip, stopped = _secure(cluster, trip, gateway, listener or listeners[0], request)
    if stopped:
        yield Way(trip=trip, end=stopped, request=request)
        return
    match = None
    if listener:
        asked = HTTPRequest(
            host=request.virtual_host, path=request.path, method=request.method,
            headers=request.headers, query=request.query,
        )  # fmt: skip
        routes = attached_routes(cluster, gateway, listener)
        match = match_routes(routes, asked, listener_hostname=(listener.get("hostname") or "").lower())
    if match is None:
        yield Way(trip=trip, end=page(VIA, 404, Reason.NO_RULE_MATCHES), request=request, via=VIA)
        return
    yield from _by_rule(connector, trip, match, address, request)


def attached_routes(cluster: Cluster, gateway: Gateway, listener: Listener) -> list[HTTPRoute]:
    """The HTTPRoutes that a listener has taken."""
    meta = gateway["metadata"]
    found: list[HTTPRoute] = []
    for route in cluster.store.objects("HTTPRoute"):
        labels = clients.namespace_labels(cluster, route["metadata"]["namespace"])
        for parent, namespace, name in parents_of(route):
            if (namespace, name) != (meta["namespace"], meta["name"]):
                continue
            if listener["name"] in attach(route, parent, gateway, labels).listeners:
                found.append(route)
                break
    return found


def _secure(
    cluster: Cluster, trip: Trip, gateway: Gateway, listener: Listener, request: Request
) -> tuple[Trip, Failure | None]:
    if listener.get("protocol") != "HTTPS":
        if request.is_tls:
            return trip, Failure(symptom=Symptom.WRONG_TLS, reason=Reason.NOT_TLS)
        return trip, None
    if not request.is_tls:
        return trip, Failure(symptom=Symptom.EMPTY_REPLY, reason=Reason.NOT_TLS)
    return handshake(trip, request, listener_certificate(cluster, gateway, listener, request) or SELF_SIGNED)


def listener_certificate(
    cluster: Cluster, gateway: Gateway, listener: Listener, request: Request | None = None
) -> Certificate | None:
    """The certificate of an HTTPS listener, from the first of its certificateRefs that can be read."""
    own = gateway["metadata"]["namespace"]
    hosts = (listener.get("hostname") or (request.server_name if request else ""),)
    for ref in (listener.get("tls") or {}).get("certificateRefs") or ():
        namespace = ref.get("namespace") or own
        grants = cluster.store.objects("ReferenceGrant", namespace)
        if namespace != own and not is_permitted(
            grants,
            kind="Gateway",
            namespace=own,
            to_kind="Secret",
            to_namespace=namespace,
            to_name=ref["name"],
        ):
            continue
        found = secret_certificate(cluster, namespace, ref["name"], hosts)
        if found:
            return found
    return None


def _by_rule(
    connector: Connector, trip: Trip, match: RouteMatch, address: str, request: Request
) -> Iterator[Way]:
    cluster = connector.cluster
    route = cluster.store.find("HTTPRoute", match.namespace, match.name)
    assert route is not None
    trip = trip.via(
        HopKind.ROUTE, Ref("HTTPRoute", match.namespace, match.name), match.field, hostname=match.hostname,
        asked=f"{without_port(request.virtual_host)}{request.path}",
    )  # fmt: skip
    sent = request
    answer_headers: dict[str, str] = {}
    prefix = _matched_prefix(match.rule, request.path)
    for item in match.rule.get("filters") or ():
        match item.get("type"):
            case "RequestRedirect":
                location, status = _redirect(item.get("requestRedirect") or {}, request, prefix)
                yield Way(trip=trip, end=page(VIA, status, location=location), request=request, via=VIA)
                return
            case "URLRewrite":
                sent = _rewrite(item.get("urlRewrite") or {}, sent, prefix)
            case "RequestHeaderModifier":
                headers = modified(sent.headers, item.get("requestHeaderModifier") or {})
                sent = dataclasses.replace(sent, headers=headers)
            case "ResponseHeaderModifier":
                answer_headers = modified(answer_headers, item.get("responseHeaderModifier") or {})
    for way in _to_backends(connector, trip, route, match, address, sent):
        yield dataclasses.replace(way, answer_headers=answer_headers) if answer_headers else way


def _to_backends(
    connector: Connector,
    trip: Trip,
    route: HTTPRoute,
    match: RouteMatch,
    address: str,
    request: Request,
) -> Iterator[Way]:
    """Each backend takes weight / sum of weights; the share of one that is not there gets 500."""
    cluster = connector.cluster
    backends = [each for each in match.rule.get("backendRefs") or () if each.get("weight", 1) > 0]
    total = sum(each.get("weight", 1) for each in backends)
    if not total:
        yield Way(trip=trip, end=page(VIA, 500, Reason.BACKEND_NOT_FOUND), request=request, via=VIA)
        return
    grants = cluster.store.objects("ReferenceGrant")
    find = cluster.proxy.table().services
    for backend, share in connector.pick([(b, Fraction(b.get("weight", 1), total)) for b in backends]):
        problem = backend_problem(route, backend, lambda space, name: find.get(f"{space}/{name}"), grants)
        namespace = backend.get("namespace") or match.namespace
        found = (
            Reason.BACKEND_NOT_FOUND
            if problem
            else service_port(cluster, namespace, backend["name"], backend.get("port"))
        )
        if not isinstance(found, ServicePort):
            reason = _REASONS.get(problem[0], Reason.BACKEND_NOT_FOUND) if problem else found
            yield Way(trip=trip.times(share), end=page(VIA, 500, reason), request=request, via=VIA)
            continue
        proxy = clients.outside(address)
        yield from forward(connector, trip.times(share), proxy, found, request, VIA)


def _matched_prefix(rule: Mapping[str, Any], path: str) -> str:
    """The path prefix of the rule that covers a request's path: the longest of its matches."""
    prefixes = [
        (each.get("path") or {}).get("value", "/")
        for each in rule.get("matches") or ()
        if (each.get("path") or {}).get("type", "PathPrefix") == "PathPrefix"
    ]
    fitting = [each for each in prefixes if elements(path)[: len(elements(each))] == elements(each)]
    return str(max(fitting, key=len, default="/"))


def replaced_path(change: Mapping[str, Any], path: str, prefix: str) -> str:
    """Return a path after an HTTPPathModifier: replaced as a whole, or only the prefix that matched."""
    if change.get("type") == "ReplaceFullPath":
        return str(change.get("replaceFullPath") or "/")
    if change.get("type") != "ReplacePrefixMatch":
        return path
    rest = "/".join(elements(path)[len(elements(prefix)) :])
    start = str(change.get("replacePrefixMatch") or "").rstrip("/")
    if not rest:
        return start or "/"
    return f"{start}/{rest}"


def _redirect(change: Mapping[str, Any], request: Request, prefix: str) -> tuple[str, int]:
    scheme = change.get("scheme") or request.scheme
    host = change.get("hostname") or without_port(request.virtual_host)
    known = {"http": 80, "https": 443}
    port = change.get("port") or (known.get(scheme) if change.get("scheme") else request.port)
    where = host if port == known.get(scheme) else f"{host}:{port}"
    path = replaced_path(change.get("path") or {}, request.path, prefix)
    return f"{scheme}://{where}{path}", int(change.get("statusCode") or 302)


def _rewrite(change: Mapping[str, Any], request: Request, prefix: str) -> Request:
    path = replaced_path(change.get("path") or {}, request.path, prefix)
    if change.get("hostname"):
        request = dataclasses.replace(request, headers={**request.headers, "Host": change["hostname"]})
    return dataclasses.replace(request, path=path)


def modified(headers: Mapping[str, str], change: Mapping[str, Any]) -> dict[str, str]:
    """Return headers after an HTTPHeaderFilter: `set` overwrites, `add` appends, `remove` drops."""
    found = {name.lower(): (name, value) for name, value in headers.items()}
    for each in change.get("set") or ():
        found[each["name"].lower()] = (each["name"], each["value"])
    for each in change.get("add") or ():
        before = found.get(each["name"].lower())
        value = f"{before[1]},{each['value']}" if before else each["value"]
        found[each["name"].lower()] = (each["name"], value)
    for name in change.get("remove") or ():
        found.pop(name.lower(), None)
    return dict(found.values())
