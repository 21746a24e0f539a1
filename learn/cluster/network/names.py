"""
What a name means to a client: the cluster's DNS for Pods, the world's for everybody.

Outside, a name leads where its owner pointed it: a host of an Ingress or HTTPRoute to the address in its status.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from learn.cluster.network import clients
from learn.cluster.network.clients import Client
from learn.cluster.network.connect import external_addresses
from learn.cluster.network.dns import Zone, is_address
from learn.cluster.network.guard import DNS_PORT, Guard
from learn.cluster.network.hops import Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.hostnames import ingress_host_matches, route_host_matches
from learn.cluster.network.networkpolicy import Peer
from learn.cluster.network.packets import Packet, failed
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import is_ready

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

DNS_LABELS = {"k8s-app": "kube-dns"}
MAX_ALIASES = 8


def resolve(
    cluster: Cluster, trip: Trip, client: Client, host: str
) -> tuple[Trip, tuple[str, ...] | Failure]:
    """Return the addresses that `host` stands for; an address stands for itself and costs no look-up."""
    if is_address(host):
        return trip, (host,)
    if host == "localhost":
        return trip, ("127.0.0.1",)
    if client.pod and host == client.pod:
        return trip, (client.ip,)
    if not client.uses_cluster_dns:
        found = public_addresses(cluster, host)
        return _told(trip, host, found, server="public")
    trip, blocked = _ask(cluster, trip, client)
    if blocked:
        return trip, blocked
    return _in_cluster(cluster, trip, client, host)


def _in_cluster(
    cluster: Cluster, trip: Trip, client: Client, host: str
) -> tuple[Trip, tuple[str, ...] | Failure]:
    zone = zone_of(cluster, host)
    name = host
    for _ in range(MAX_ALIASES):
        answer = zone.resolve(name, client.namespace)
        if answer is None:
            return _told(trip, name, public_addresses(cluster, name), server="cluster")
        service = Ref("Service", *answer.service.split("/", 1)) if answer.service else None
        if answer.cname:
            trip = trip.via(HopKind.DNS, service, "spec.externalName", name=answer.name, cname=answer.cname)
            name = answer.cname
            continue
        trip = trip.via(
            HopKind.DNS, service, "metadata.name", name=answer.name, addresses=list(answer.addresses)
        )
        if not answer.addresses:
            return trip, failed(Symptom.UNRESOLVED, Reason.NAME_WITHOUT_ADDRESS)
        return trip, answer.addresses
    return trip, failed(Symptom.UNRESOLVED, Reason.NAME_NOT_FOUND)


def _told(
    trip: Trip, name: str, found: tuple[str, ...], *, server: str
) -> tuple[Trip, tuple[str, ...] | Failure]:
    trip = trip.via(HopKind.DNS, None, name=name, addresses=list(found), server=server)
    if not found:
        return trip, failed(Symptom.UNRESOLVED, Reason.NAME_NOT_FOUND)
    return trip, found


def _ask(cluster: Cluster, trip: Trip, client: Client) -> tuple[Trip, Failure | None]:
    """A Pod's question goes to CoreDNS over UDP 53; its egress policies must let it."""
    if cluster.is_stopped("coredns"):
        return trip, failed(Symptom.UNRESOLVED, Reason.DNS_DOWN)
    server = _dns_server(cluster)
    question = Packet(client=client, source_ip=client.ip, ip=server.ip, port=DNS_PORT, protocol="UDP")
    return Guard(cluster, {}).leave(trip, question, server)


def _dns_server(cluster: Cluster) -> Peer:
    """A Pod of CoreDNS; where the cluster shows none, one with its usual labels."""
    for pod in cluster.store.pods_matching("kube-system", DNS_LABELS):
        if is_ready(pod):
            return clients.pod_peer(cluster, pod)
    return Peer(
        ip="10.244.0.2",
        namespace="kube-system",
        namespace_labels=clients.namespace_labels(cluster, "kube-system"),
        labels=DNS_LABELS,
        ports={("dns", "UDP"): 53, ("dns-tcp", "TCP"): 53},
    )


def zone_of(cluster: Cluster, host: str) -> Zone:
    """What the cluster's DNS knows now; Pod addresses only where the name asks for one."""
    services = {
        (each["metadata"]["namespace"], each["metadata"]["name"]): each
        for each in cluster.store.objects("Service")
    }
    pod_ips = (
        frozenset((pod.get("status") or {}).get("podIP", "") for pod in cluster.store.objects("Pod"))
        if ".pod" in host
        else frozenset()
    )
    return Zone(services=services, slices=cluster.store.objects("EndpointSlice"), pod_ips=pod_ips)


def public_addresses(cluster: Cluster, name: str) -> tuple[str, ...]:
    """What a name means outside the cluster: hosts of a scenario, nodes, and what Ingresses and routes publish."""
    name = name.rstrip(".").lower()
    hosts = cluster.proxy.settings.external
    for address, host in zip(external_addresses(hosts), sorted(hosts), strict=True):
        if host == name:
            return (address,)
    if cluster.store.find("Node", "", name):
        return (cluster.kubelet.addresses.host_ip(name),)
    for wanted, status in _published(cluster, name):
        found = tuple(addresses_in(cluster, status))
        if wanted and found:
            return found
    return tuple(_balancer_addresses(cluster, name))


def addresses_in(cluster: Cluster, published: list[Obj]) -> Iterator[str]:
    """The addresses of a status: `ip`s and `value`s as they are, host names by asking the load balancers."""
    for each in published:
        if each.get("ip") or each.get("value"):
            yield each.get("ip") or each["value"]
        elif each.get("hostname"):
            yield from _balancer_addresses(cluster, each["hostname"])


def _balancer_addresses(cluster: Cluster, hostname: str) -> Iterator[str]:
    alb = cluster.parts.get("alb")
    for group in (alb.state.get("groups") or {}).values() if alb else ():
        if group.get("hostname") == hostname and group.get("ip"):
            yield group["ip"]


def _published(cluster: Cluster, name: str) -> Iterator[tuple[bool, list[Obj]]]:
    for ingress in cluster.store.objects("Ingress"):
        balancer = (ingress.get("status") or {}).get("loadBalancer") or {}
        hosts = [rule.get("host") or "" for rule in ingress["spec"].get("rules") or ()]
        yield (
            any(host and ingress_host_matches(host.lower(), name) for host in hosts),
            list(balancer.get("ingress") or ()),
        )
    for route in cluster.store.objects("HTTPRoute"):
        hosts = [host.lower() for host in (route.get("spec") or {}).get("hostnames") or ()]
        matched = any(route_host_matches(host, name) for host in hosts)
        for parent in (route.get("spec") or {}).get("parentRefs") or () if matched else ():
            namespace = parent.get("namespace") or route["metadata"]["namespace"]
            gateway = cluster.store.find("Gateway", namespace, parent.get("name", ""))
            yield gateway is not None, list(((gateway or {}).get("status") or {}).get("addresses") or ())
    for gateway in cluster.store.objects("Gateway"):
        hosts = [
            (each.get("hostname") or "").lower()
            for each in (gateway.get("spec") or {}).get("listeners") or ()
        ]
        matched = any(host and route_host_matches(host, name) for host in hosts)
        yield matched, list((gateway.get("status") or {}).get("addresses") or ())
