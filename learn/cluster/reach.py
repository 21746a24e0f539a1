"""Who answers a request: what programs inside containers, load and scenarios ask of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from learn.cluster.network.clients import Client
from learn.cluster.network.hops import Failure, Outcome, Trip
from learn.cluster.network.http import Request, parse_url
from learn.cluster.network.names import resolve as resolve_name
from learn.cluster.network.request import send, shares
from learn.cluster.objects import Obj
from learn.cluster.pods import is_ready

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster


class Reached(NamedTuple):
    """The end of a request: HTTP status (0: no answer), body, who answered, or why nobody did.

    `why` is what curl prints, `exit_code` how it ends, `reason` the cause behind it (`hops.Reason`), `route`
    the kinds of the hops, `source_ip` the client's address as the Pod saw it, `certificate` the first host of
    the one that was served.
    """

    status: int
    body: str = ""
    pod: str = ""
    why: str = ""
    latency_ms: int = 0
    exit_code: int = 0
    reason: str = ""
    route: tuple[str, ...] = ()
    source_ip: str = ""
    location: str = ""
    certificate: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 400


def reached(outcome: Outcome) -> Reached:
    """The short form of an outcome, as plain values."""
    answer, failure, certificate = outcome.answer, outcome.failure, outcome.certificate
    return Reached(
        status=answer.status if answer else 0,
        body=answer.body if answer else "",
        pod=outcome.pod,
        why=outcome.text,
        latency_ms=answer.latency_ms if answer else failure.elapsed_ms if failure else 0,
        exit_code=outcome.exit_code,
        reason=outcome.reason.value if outcome.reason else "",
        route=outcome.route,
        source_ip=answer.source_ip if answer else "",
        location=answer.location if answer else "",
        certificate=certificate.subject if certificate else "",
    )


def resolve(cluster: Cluster, client: Client, name: str) -> tuple[str, ...]:
    """The addresses of a name as a client sees them; none for a name that is not known."""
    _, found = resolve_name(cluster, Trip(), client, name)
    return () if isinstance(found, Failure) else found


def connects(cluster: Cluster, client: Client, host: str, port: int) -> bool:
    """Whether a TCP connection opens."""
    return send(cluster, client, Request(host=host, port=port, scheme="tcp")).is_ok


def answer(cluster: Cluster, client: Client, url: str) -> Reached:
    """Send one GET and say who answered."""
    try:
        request = parse_url(url)
    except ValueError:
        return Reached(
            0,
            why="curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535",
            exit_code=3,
        )
    return reached(send(cluster, client, request))


def is_up(cluster: Cluster, client: Client, name: str) -> bool:
    """Whether something that an application needs is there: not stopped, and in reach if it is a Service.

    A Service is named as in DNS (`db`, `db.shop`) and is in reach when connections to its first port can open:
    rules, policies and cuts count.  A name for which no Service exists stands for a system outside the cluster.
    """
    if cluster.is_stopped(name):
        return False
    service, _, rest = name.partition(".")
    found = cluster.store.find("Service", rest.partition(".")[0] or client.namespace, service)
    if found is None or found["spec"].get("type") == "ExternalName":
        return True
    ports = found["spec"].get("ports")
    if not ports:
        return any(is_ready(pod) for pod in _behind(cluster, found))
    ways = shares(cluster, client, Request(host=name, port=ports[0]["port"], scheme="tcp"))
    return bool(ways.pods or ways.answers)


def _behind(cluster: Cluster, service: Obj) -> list[Obj]:
    selector: Mapping[str, Any] = service["spec"].get("selector") or {}
    return cluster.store.pods_matching(service["metadata"]["namespace"], selector) if selector else []
