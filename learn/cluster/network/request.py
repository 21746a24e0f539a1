"""
A request from here to there: which path it took, hop by hop, who answered, or why nobody did.

`send` follows one way, by seeded draws; `shares` follows every way at once and says what part of the requests
each takes, so that any number of them costs what one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from random import Random
from typing import TYPE_CHECKING, TypeVar

from learn.cluster.network import albproxy, curl, gatewayproxy, ingressproxy
from learn.cluster.network.backends import Via, Way, page
from learn.cluster.network.clients import Client
from learn.cluster.network.connect import Connector
from learn.cluster.network.hops import Answer, Failure, Outcome, Reason, Symptom, Trip
from learn.cluster.network.http import Request
from learn.cluster.network.names import resolve
from learn.cluster.network.packets import Connected, Picker, drawn_evenly, failed
from learn.cluster.network.tls import SELF_SIGNED, handshake
from learn.cluster.objects import Ref
from learn.cluster.trace import Trace

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster
    from learn.cluster.process import Running

T = TypeVar("T")

PLAIN_TO_TLS = "Client sent an HTTP request to an HTTPS server.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part of the requests that reaches one port of one Pod, and the path that they ask for there."""

    end: Connected
    path: str
    fraction: Fraction
    via: Via | None = None

    @property
    def pod(self) -> str:
        return self.end.pod_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """
    Where the requests of one target go: to Pods, to a proxy's own answers by status, or nowhere.

    All fractions together are 1.
    """

    pods: tuple[Share, ...] = ()
    answers: tuple[tuple[int, Reason | None, Fraction], ...] = ()
    failures: tuple[tuple[Reason, Fraction], ...] = ()


def send(cluster: Cluster, client: Client, request: Request) -> Outcome:
    """Send one request.  Session affinity remembers it; a draw is used for each choice on the way."""
    connector = Connector(cluster, _drawing(cluster.engine.rng("request")), remembers=True)
    return _ended(cluster, next(_ways(connector, client, request)))


def shares(cluster: Cluster, client: Client, request: Request, *, remembers: bool = False) -> Shares:
    """
    Say what part of many requests goes where.

    With many clients, session affinity spreads them like chance does; one client sticks to what it drew,
    which is kept only where it `remembers`.
    """
    connector = Connector(cluster, _all, remembers=remembers)
    pods: dict[tuple[str, int, str, str], Share] = {}
    answers: dict[tuple[int, Reason | None], Fraction] = {}
    failures: dict[Reason, Fraction] = {}
    for way in _ways(connector, client, request):
        weight = way.trip.weight
        match way.end:
            case Connected() as end if end.pod is not None:
                key = (end.ip, end.port, way.request.path, end.source_ip)
                fraction = weight + pods[key].fraction if key in pods else weight
                pods[key] = Share(end=end, path=way.request.path, fraction=fraction, via=way.via)
            case Answer() as end:
                answered = (end.status, end.reason)
                answers[answered] = answers.get(answered, Fraction(0)) + weight
            case Failure() as end:
                failures[end.reason] = failures.get(end.reason, Fraction(0)) + weight
            case Connected() as end:
                status = end.external.status if end.external else 403
                answers[status, None] = answers.get((status, None), Fraction(0)) + weight
    return Shares(
        pods=tuple(pods.values()),
        answers=tuple((status, reason, fraction) for (status, reason), fraction in answers.items()),
        failures=tuple(failures.items()),
    )


def whole_weights(found: Shares) -> list[tuple[Share | str, int]]:
    """Return every end with a whole weight: Pods first, then answers by their status, then failures by their reason."""
    ends: list[tuple[Share | str, Fraction]] = [(each, each.fraction) for each in found.pods]
    ends += [(str(status), fraction) for status, _, fraction in found.answers]
    ends += [(reason.value, fraction) for reason, fraction in found.failures]
    unit = lcm(*(fraction.denominator for _, fraction in ends))
    return [(end, int(fraction * unit)) for end, fraction in ends]


def record_hops(trace: Trace, about: Ref, outcome: Outcome, entry: int) -> int:
    """Write the way of a request into the trace, each hop caused by the one before it and by its object.

    Gives the last entry, from which `why` leads back hop by hop.
    """
    for hop in outcome.hops:
        versions = trace.versions(hop.ref) if hop.ref else ()
        causes = (entry, versions[-1].entry) if versions else (entry,)
        data = {"hop": hop.kind.value, **hop.data}
        entry = trace.record(hop.ref or about, "hop", causes=causes, field=hop.field, data=data)
    return entry


def _all(options: Sequence[tuple[T, Fraction]]) -> Iterable[tuple[T, Fraction]]:
    return options


def _drawing(rng: Random) -> Picker:
    """Follow one option, drawn by its share."""

    def pick(options: Sequence[tuple[T, Fraction]]) -> Iterable[tuple[T, Fraction]]:
        if len(options) == 1:
            return [(options[0][0], Fraction(1))]
        point = rng.random() * float(sum(share for _, share in options))
        for option, share in options:
            point -= float(share)
            if point < 0:
                return [(option, Fraction(1))]
        return [(options[-1][0], Fraction(1))]

    return pick


def _ways(connector: Connector, client: Client, request: Request) -> Iterator[Way]:
    if client.pod and not client.ip:
        unborn = failed(Symptom.CONNECT_TIMEOUT, Reason.CLIENT_NOT_RUNNING)
        yield Way(trip=Trip(), end=unborn, request=request)
        return
    trip, addresses = resolve(connector.cluster, Trip(), client, request.target)
    if isinstance(addresses, Failure):
        yield Way(trip=trip, end=addresses, request=request)
        return
    for address, share in connector.pick(drawn_evenly(addresses)):
        yield from _to_address(connector, trip.times(share), client, address, request)


def _to_address(
    connector: Connector, trip: Trip, client: Client, address: str, request: Request
) -> Iterator[Way]:
    serve = None if request.scheme == "tcp" else _balancer(connector, address)
    if serve is not None:
        at, stopped = connector.leave(trip, client, address, request.port)
        if stopped:
            yield Way(trip=at, end=stopped, request=request)
        else:
            yield from serve(at, request)
        return
    for at, end in connector.connect(trip, client, address, request.port):
        controller = ""
        if isinstance(end, Connected) and end.pod is not None and request.scheme != "tcp":
            controller = ingressproxy.controller_name(end.pod["spec"], end.container, end.port)
        if controller and isinstance(end, Connected):
            yield from ingressproxy.serve(connector, at, end, request, controller)
        else:
            yield Way(trip=at, end=end, request=request)


def _balancer(connector: Connector, address: str) -> Callable[[Trip, Request], Iterator[Way]] | None:
    """The load balancer outside the cluster that has an address: a Gateway's, or one of a group of Ingresses."""
    gateway = gatewayproxy.gateway_at(connector.cluster, address)
    if gateway is not None:
        return lambda trip, request: gatewayproxy.serve(connector, trip, gateway, address, request)
    group = albproxy.group_at(connector.cluster, address)
    if group is not None:
        return lambda trip, request: albproxy.serve(connector, trip, group, address, request)
    return None


def _ended(cluster: Cluster, way: Way) -> Outcome:
    """The end of a way as the client tells it."""
    end, trip = way.end, way.trip
    if isinstance(end, Connected):
        trip, end = _exchange(cluster, trip, end, way)
    if isinstance(end, Answer):
        if way.answer_headers:
            end = replace(end, headers={**end.headers, **way.answer_headers})
        return Outcome(hops=trip.hops, answer=end, certificate=trip.certificate)
    elapsed = end.elapsed_ms or _elapsed(end.symptom, way.request)
    failure = Failure(symptom=end.symptom, reason=end.reason, pod=end.pod, elapsed_ms=elapsed)
    request = way.request
    return Outcome(
        hops=trip.hops,
        failure=failure,
        certificate=trip.certificate,
        text=curl.text(end.symptom, host=request.host, port=request.port, elapsed_ms=elapsed),
        exit_code=curl.EXIT_CODES[end.symptom],
    )


def _elapsed(symptom: Symptom, request: Request) -> int:
    match symptom:
        case Symptom.CONNECT_TIMEOUT:
            return request.connect_timeout_ms + 1
        case Symptom.NO_ANSWER:
            return request.max_time_ms + 1
    return 2


def _exchange(cluster: Cluster, trip: Trip, end: Connected, way: Way) -> tuple[Trip, Answer | Failure]:
    """What the application makes of the request."""
    request = way.request
    if request.scheme == "tcp":
        return trip, Answer(status=0, pod=end.pod_name, container=end.container, source_ip=end.source_ip)
    if end.external is not None:
        return trip, Answer(status=end.external.status, body=end.external.body, source_ip=end.source_ip)
    if end.running is None:
        return _api_server(trip, request)
    protocol = end.running.opens(end.port)
    if way.via is None:
        if request.is_tls and protocol != "https":
            return trip, Failure(symptom=Symptom.WRONG_TLS, reason=Reason.NOT_TLS, pod=end.pod_name)
        if request.is_tls:
            trip, refused = handshake(trip, request, SELF_SIGNED)
            if refused:
                return trip, refused
    if protocol not in ("http", "https"):
        return trip, _not_http(way, end)
    if protocol == "https" and way.via is None and not request.is_tls:
        return trip, Answer(status=400, body=PLAIN_TO_TLS, pod=end.pod_name, source_ip=end.source_ip)
    return trip, _reply(end.running, end, way)


def _api_server(trip: Trip, request: Request) -> tuple[Trip, Answer | Failure]:
    """The API server answers strangers with 403, over TLS only."""
    if not request.is_tls:
        return trip, Answer(status=400, body=PLAIN_TO_TLS)
    trip, refused = handshake(trip, request, SELF_SIGNED)
    return trip, refused or Answer(status=403, body='{"kind":"Status","status":"Failure","code":403}\n')


def _not_http(way: Way, end: Connected) -> Answer | Failure:
    if way.via is not None:
        return page(way.via, 502, Reason.NOT_HTTP)
    return Failure(symptom=Symptom.EMPTY_REPLY, reason=Reason.NOT_HTTP, pod=end.pod_name)


def _reply(running: Running, end: Connected, way: Way) -> Answer | Failure:
    reply = running.http_reply(end.port, way.request.path, client=end.source_ip)
    if reply.kind == "hang":
        if way.via is not None:
            timed_out = page(way.via, 504, Reason.HANG)
            return Answer(
                status=504, body=timed_out.body, reason=Reason.HANG, latency_ms=way.via.read_timeout_ms
            )
        return Failure(symptom=Symptom.NO_ANSWER, reason=Reason.HANG, pod=end.pod_name)
    if way.via is not None and reply.latency_ms > way.via.read_timeout_ms:
        late = page(way.via, 504, Reason.UPSTREAM_TIMEOUT)
        return replace(late, latency_ms=way.via.read_timeout_ms)
    return Answer(
        status=reply.status,
        body=reply.body,
        pod=end.pod_name,
        container=end.container,
        source_ip=end.source_ip,
        location=reply.redirect,
        latency_ms=reply.latency_ms,
    )
