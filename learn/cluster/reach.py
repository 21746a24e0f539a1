"""Who answers a request: provisionally by Service name, address or Pod, without policies and proxies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from learn.cluster.network.dns import Zone
from learn.cluster.network.services import Scope, Unreachable, candidates, endpoints_of
from learn.cluster.objects import Obj
from learn.cluster.pods import is_ready

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

CONNECT_TIMEOUT_MS = 10_000


class Reached(NamedTuple):
    """The end of a request: HTTP status (0: no answer), body, who answered, or why nobody did."""

    status: int
    body: str = ""
    pod: str = ""
    why: str = ""
    latency_ms: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 400


class Backend(NamedTuple):
    """One Pod address that a request may go to, and its chance among the others."""

    ip: str
    port: int
    pod: str = ""


def resolve(cluster: Cluster, namespace: str, name: str) -> tuple[str, ...]:
    """The addresses of a name as a Pod of `namespace` sees them; none for a name that is not known."""
    services = {
        (s["metadata"]["namespace"], s["metadata"]["name"]): s for s in cluster.store.objects("Service")
    }
    zone = Zone(services=services, slices=cluster.store.objects("EndpointSlice"))
    answer = zone.resolve(name, namespace)
    return tuple(answer.addresses) if answer else ()


def backends(
    cluster: Cluster, address: str, port: int, node: str = "", zone: str = ""
) -> tuple[Backend, ...] | str:
    """Where a packet to an address may end; a text says why it ends nowhere."""
    for service in cluster.store.objects("Service"):
        if service["spec"].get("clusterIP") != address:
            continue
        for each in service["spec"].get("ports") or ():
            if each["port"] == port:
                meta = service["metadata"]
                slices = cluster.proxy.slices(meta["namespace"], meta["name"])
                found = candidates(
                    service, endpoints_of(slices, each.get("name") or ""), Scope(node=node, zone=zone)
                )
                if isinstance(found, Unreachable):
                    return "connection refused"
                return tuple(Backend(e.ip, e.port, f"{meta['namespace']}/{e.pod}") for e in found)
        return "i/o timeout"
    return (Backend(address, port),)


def connects(cluster: Cluster, host: str, port: int, *, namespace: str = "default") -> bool:
    """Whether a TCP connection opens."""
    addresses = resolve(cluster, namespace, host)
    found = backends(cluster, addresses[0], port) if addresses else "unknown host"
    if isinstance(found, str):
        return False
    where = cluster.kubelet.at_address(found[0].ip, found[0].port)
    return where is not None and bool(where[2])


def answer(
    cluster: Cluster, url: str, *, namespace: str = "default", node: str = "", client: str = ""
) -> Reached:
    """Send one GET and say who answered."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return Reached(0, why="bad port")
    host = parts.hostname or ""
    addresses = resolve(cluster, namespace, host)
    if not addresses:
        return Reached(0, why=f"Could not resolve host: {host}")
    found = backends(cluster, addresses[0], port, node)
    if isinstance(found, str):
        return Reached(0, why=found)
    chosen = found[0] if len(found) == 1 else cluster.engine.rng("endpoint").choice(found)
    return at(cluster, chosen, parts.path or "/", client=client)


def at(cluster: Cluster, backend: Backend, path: str, *, client: str = "") -> Reached:
    """What the Pod at an address answers."""
    where = cluster.kubelet.at_address(backend.ip, backend.port)
    if where is None:
        return Reached(0, pod=backend.pod, why="i/o timeout", latency_ms=CONNECT_TIMEOUT_MS)
    record, pod, name = where
    pod_name = f"{record['ns']}/{record['name']}"
    if not name:
        return Reached(0, pod=pod_name, why="connection refused")
    reply = cluster.kubelet.running(record, pod, name).http_reply(backend.port, path, client=client)
    if reply.kind == "hang":
        return Reached(0, pod=pod_name, why="no answer", latency_ms=CONNECT_TIMEOUT_MS)
    if reply.kind == "refused":
        return Reached(0, pod=pod_name, why="connection refused")
    return Reached(reply.status, reply.body, pod_name, latency_ms=reply.latency_ms)


def is_up(cluster: Cluster, name: str, namespace: str) -> bool:
    """Whether something that an application needs is there: not stopped, and with a ready endpoint if it is a Service.

    A name for which no Service exists stands for a system outside the cluster.
    """
    if cluster.is_stopped(name):
        return False
    service = cluster.store.find("Service", namespace, name)
    if service is None:
        return True
    return any(is_ready(pod) for pod in _behind(cluster, service))


def _behind(cluster: Cluster, service: Obj) -> list[Obj]:
    selector: Mapping[str, Any] = service["spec"].get("selector") or {}
    return cluster.store.pods_matching(service["metadata"]["namespace"], selector) if selector else []
