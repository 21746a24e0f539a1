"""What stands behind a proxy: from a Service named in a rule to the Pods that it lists, without its virtual IP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from learn.cluster.network.clients import Client
from learn.cluster.network.connect import Connector
from learn.cluster.network.hops import Answer, Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.http import Request
from learn.cluster.network.packets import Connected
from learn.cluster.network.rules import Door, ServicePort, key_of
from learn.cluster.network.services import Endpoint
from learn.cluster.objects import Ref

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster
    from learn.cluster.process import Reply

TITLES = {
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """The proxy that stands between a client and a Pod: its name in pages of its own, and how it tries."""

    name: str
    tries: int = 1
    read_timeout_ms: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to its end: a connection to an application, an answer of a proxy's own, or a failure."""

    trip: Trip
    end: Connected | Answer | Failure
    request: Request
    via: Via | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)


def page(via: Via, status: int, reason: Reason | None = None, location: str = "") -> Answer:
    """Return a proxy's own answer."""
    title = f"{status} {TITLES[status]}"
    footer = f"<hr><center>{via.name}</center>\r\n" if via.name else ""
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"{footer}</body>\r\n</html>\r\n"
    )
    return Answer(status=status, body=body, reason=reason, location=location)


def service_port(
    cluster: Cluster, namespace: str, name: str, port: Mapping[str, Any] | int | None
) -> ServicePort | Reason:
    """Find the Service port that a rule names by number or name; a Service without it counts as not found."""
    service = cluster.proxy.table().services.get(f"{namespace}/{name}")
    if service is None:
        return Reason.BACKEND_NOT_FOUND
    wanted = {"number": port} if isinstance(port, int) else dict(port or {})
    for index, each in enumerate(service["spec"].get("ports") or ()):
        if (wanted.get("name") and each.get("name") == wanted["name"]) or each["port"] == wanted.get(
            "number"
        ):
            return ServicePort(service=service, port=each, index=index, door=Door.CLUSTER_IP)
    return Reason.BACKEND_NOT_FOUND


def ready_endpoints(cluster: Cluster, found: ServicePort) -> list[Endpoint]:
    """The endpoints that a proxy sends to: the ready ones, as its own watch knows them by now."""
    listed = cluster.proxy.table().endpoints(key_of(found.service), found.port.get("name") or "")
    return [each for each in listed if each.is_ready]


def forward(
    connector: Connector,
    trip: Trip,
    proxy: Client,
    found: ServicePort,
    request: Request,
    via: Via,
    passes: Callable[[Connected], bool] | None = None,
) -> Iterator[Way]:
    """
    Send a request on to one of the Service's Pods.

    A refused or timed-out connection goes to the next one, `tries` in all.  With a health check (`passes`),
    only those that pass it are sent to; where none does, all are.
    """
    endpoints = ready_endpoints(connector.cluster, found)
    if not endpoints:
        yield Way(trip=trip, end=page(via, 503, Reason.NO_ENDPOINTS), request=request, via=via)
        return
    attempts = [_attempt(connector, trip, proxy, found, each, len(endpoints)) for each in endpoints]
    if passes is not None:
        attempts = [
            each for each in attempts if isinstance(each[1], Connected) and passes(each[1])
        ] or attempts
    for (hops, end), share in connector.pick(_weighted(attempts, via.tries)):
        way_end: Connected | Answer = end if isinstance(end, Connected) else _bad_gateway(via, end)
        yield Way(trip=hops.times(share), end=way_end, request=request, via=via)


def reply_of(end: Connected, path: str) -> Reply | None:
    """What an application answers to a GET of a path; None when it gives no HTTP answer."""
    if end.running is None:
        return None
    reply = end.running.http_reply(end.port, path, client=end.source_ip)
    return reply if reply.kind == "ok" and reply.status else None


def _attempt(
    connector: Connector, trip: Trip, proxy: Client, found: ServicePort, endpoint: Endpoint, among: int
) -> tuple[Trip, Connected | Failure]:
    namespace = found.service["metadata"].get("namespace", "default")
    hop = trip.via(
        HopKind.ENDPOINT, Ref("Pod", namespace, endpoint.pod) if endpoint.pod else None,
        f"spec.ports[{found.index}].targetPort", address=f"{endpoint.ip}:{endpoint.port}", among=among,
        node=endpoint.node, source=proxy.ip,
    )  # fmt: skip
    return next(connector.deliver(hop, proxy, endpoint.ip, endpoint.port))


def _weighted(
    attempts: Sequence[tuple[Trip, Connected | Failure]], tries: int
) -> list[tuple[tuple[Trip, Connected | Failure], Fraction]]:
    """
    Share requests out: each try draws an endpoint that was not tried yet.

    With `bad` of `n` endpoints, all tries fail in bad/n · (bad-1)/(n-1) · … of the cases.
    """
    good = [each for each in attempts if isinstance(each[1], Connected)]
    bad = [each for each in attempts if not isinstance(each[1], Connected)]
    failing = Fraction(1)
    for index in range(min(tries, len(attempts))):
        failing *= Fraction(max(0, len(bad) - index), len(attempts) - index)
    shares = [(each, (1 - failing) / len(good)) for each in good]
    return shares + [(each, failing / len(bad)) for each in bad if failing]


def _bad_gateway(via: Via, failure: Failure) -> Answer:
    if failure.symptom is Symptom.REFUSED:
        return page(via, 502, Reason.UPSTREAM_REFUSED)
    return page(via, 504, Reason.UPSTREAM_TIMEOUT)
