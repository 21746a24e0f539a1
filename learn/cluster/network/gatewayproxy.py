"""
What a Gateway does with a request: a proxy outside the cluster that sends to the Pods of its routes' Services.

Rules: Gateway API, apis/v1/httproute_types.go (HTTPRouteFilter, HTTPBackendRef).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from learn.cluster.api.times import MILLISECOND, parse_duration
from learn.cluster.network import clients
from learn.cluster.network.backends import Via, Way, forward, page, ready_endpoints, service_port
from learn.cluster.network.connect import Connector
from learn.cluster.network.gateway import (
    Gateway,
    Listener,
    attach,
    backend_problem,
    choose_listener,
    is_usable,
    mirrors_of,
    parents_of,
)
from learn.cluster.network.gatewaytls import listener_certificate
from learn.cluster.network.hops import Answer, Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.hostnames import without_port
from learn.cluster.network.http import Request
from learn.cluster.network.httproute import HTTPRequest, HTTPRoute, RouteMatch, match_routes
from learn.cluster.network.rules import ServicePort
from learn.cluster.network.tls import SELF_SIGNED, handshake
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
    listeners = [
        each
        for each in gateway["spec"].get("listeners") or ()
        if each["port"] == request.port and is_usable(gateway, each)
    ]
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


def via_of(rule: Mapping[str, Any]) -> Via:
    """The proxy with the patience of a rule (HTTPRouteTimeouts): the shorter of its times; 0s is no limit."""
    timeouts = rule.get("timeouts") or {}
    given = [parse_duration(timeouts[key]) for key in ("request", "backendRequest") if timeouts.get(key)]
    limits = [each // MILLISECOND for each in given if each]
    return dataclasses.replace(VIA, read_timeout_ms=min(limits)) if limits else VIA


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
    changed = _filtered(match.rule.get("filters") or (), request, match.prefix)
    if changed.answer is not None:
        yield Way(trip=trip, end=changed.answer, request=request, via=VIA)
        return
    trip = _mirrored(cluster, trip, route, match, address)
    for way in _to_backends(connector, trip, route, match, address, changed.request):
        headers = {**changed.answer_headers, **way.answer_headers}
        yield dataclasses.replace(way, answer_headers=headers) if headers else way


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Filtered:
    """A request after the filters of a rule or backend; `answer` where they answer it themselves."""

    request: Request
    answer_headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    answer: Answer | None = None


def _filtered(filters: Iterable[Mapping[str, Any]], request: Request, prefix: str) -> _Filtered:
    """A filter of an unknown kind is never skipped: the request fails (HTTPRouteFilterExtensionRef)."""
    sent = request
    answer_headers: dict[str, str] = {}
    for item in filters:
        match item.get("type"):
            case "RequestRedirect":
                location, status = _redirect(item.get("requestRedirect") or {}, request, prefix)
                return _Filtered(request=request, answer=page(VIA, status, location=location))
            case "URLRewrite":
                sent = _rewrite(item.get("urlRewrite") or {}, sent, prefix)
            case "RequestHeaderModifier":
                headers = modified(sent.headers, item.get("requestHeaderModifier") or {})
                sent = dataclasses.replace(sent, headers=headers)
            case "ResponseHeaderModifier":
                answer_headers = modified(answer_headers, item.get("responseHeaderModifier") or {})
            case "ExtensionRef":
                return _Filtered(request=request, answer=page(VIA, 500, Reason.BACKEND_NOT_FOUND))
    return _Filtered(request=sent, answer_headers=answer_headers)


def _mirrored(cluster: Cluster, trip: Trip, route: HTTPRoute, match: RouteMatch, address: str) -> Trip:
    """Copies go to where they can; nobody waits for their answers."""
    for index, backend in mirrors_of(match.rule.get("filters")):
        found = _backend(cluster, route, backend)
        if isinstance(found, ServicePort):
            endpoints = [f"{each.ip}:{each.port}" for each in ready_endpoints(cluster, found)]
            trip = trip.via(
                HopKind.MIRROR, ref_of(dict(found.service)), f"{match.field}.filters[{index}]",
                among=len(endpoints), source=address,
            )  # fmt: skip
    return trip


def _backend(cluster: Cluster, route: HTTPRoute, backend: Mapping[str, Any]) -> ServicePort | Reason:
    """The Service port behind a backendRef, or why there is none."""
    find = cluster.proxy.table().services
    grants = cluster.store.objects("ReferenceGrant")
    problem = backend_problem(route, backend, lambda space, name: find.get(f"{space}/{name}"), grants)
    if problem:
        return _REASONS.get(problem[0], Reason.BACKEND_NOT_FOUND)
    namespace = backend.get("namespace") or route["metadata"].get("namespace", "default")
    return service_port(cluster, namespace, backend["name"], backend.get("port"))


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
    for backend, share in connector.pick([(b, Fraction(b.get("weight", 1), total)) for b in backends]):
        at = trip.times(share)
        found = _backend(cluster, route, backend)
        if not isinstance(found, ServicePort):
            yield Way(trip=at, end=page(VIA, 500, found), request=request, via=VIA)
            continue
        changed = _filtered(backend.get("filters") or (), request, match.prefix)
        if changed.answer is not None:
            yield Way(trip=at, end=changed.answer, request=request, via=VIA)
            continue
        proxy, via = clients.outside(address), via_of(match.rule)
        for way in forward(connector, at, proxy, found, changed.request, via):
            yield dataclasses.replace(way, answer_headers=changed.answer_headers)


def replaced_path(change: Mapping[str, Any], path: str, prefix: str) -> str:
    """Return a path after an HTTPPathModifier: replaced as a whole, or only the prefix that matched."""
    if change.get("type") == "ReplaceFullPath":
        return str(change.get("replaceFullPath") or "/")
    if change.get("type") != "ReplacePrefixMatch":
        return path
    base = prefix.rstrip("/")
    rest = path[len(base) :] if path.startswith(base) else path
    return f"{str(change.get('replacePrefixMatch') or '').rstrip('/')}{rest}" or "/"


def _redirect(change: Mapping[str, Any], request: Request, prefix: str) -> tuple[str, int]:
    scheme = change.get("scheme") or request.scheme
    host = change.get("hostname") or without_port(request.virtual_host)
    known = {"http": 80, "https": 443}
    port = change.get("port") or (known.get(scheme) if change.get("scheme") else request.port)
    where = host if port == known.get(scheme) else f"{host}:{port}"
    path = replaced_path(change.get("path") or {}, request.path, prefix)
    query = f"?{urlencode(request.query)}" if request.query else ""
    return f"{scheme}://{where}{path}{query}", int(change.get("statusCode") or 302)


def _rewrite(change: Mapping[str, Any], request: Request, prefix: str) -> Request:
    path = replaced_path(change.get("path") or {}, request.path, prefix)
    if change.get("hostname"):
        host = {"set": [{"name": "Host", "value": change["hostname"]}]}
        request = dataclasses.replace(request, headers=modified(request.headers, host))
    return dataclasses.replace(request, path=path)


def modified(headers: Mapping[str, str], change: Mapping[str, Any]) -> dict[str, str]:
    """
    Return headers after an HTTPHeaderFilter: `set` overwrites, `add` appends, `remove` drops.

    Of entries with an equivalent name only the first is considered.
    """
    found = {name.lower(): (name, value) for name, value in headers.items()}
    for lower, each in _by_name(change.get("set")).items():
        found[lower] = (each["name"], each["value"])
    for lower, each in _by_name(change.get("add")).items():
        before = found.get(lower)
        value = f"{before[1]},{each['value']}" if before else each["value"]
        found[lower] = (each["name"], value)
    for name in change.get("remove") or ():
        found.pop(name.lower(), None)
    return dict(found.values())


def _by_name(entries: Iterable[Mapping[str, Any]] | None) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for each in entries or ():
        found.setdefault(each["name"].lower(), each)
    return found
