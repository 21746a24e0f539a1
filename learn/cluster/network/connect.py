"""
Opening a connection to an address and a port: the rules of the nodes on the way, policies, and who listens.

A `Connector` follows either one way (endpoints are drawn) or all ways with their shares, by its `Picker`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from learn.cluster.network import clients
from learn.cluster.network.clients import Client
from learn.cluster.network.hops import Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.networkpolicy import Direction, Peer, one_way
from learn.cluster.network.rules import (
    Door,
    ServicePort,
    chains_on_the_way,
    in_source_ranges,
    spread,
)
from learn.cluster.network.services import Endpoint, Scope, Unreachable, affinity_seconds, is_masqueraded
from learn.cluster.network.settings import ExternalHost
from learn.cluster.objects import Obj, Ref, ref_of
from learn.cluster.pods import containers_of, is_true

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster
    from learn.cluster.process import Running

SERVICE_RANGE = ip_network("10.96.0.0/12")
API_SERVER_IP = "192.168.1.5"
API_SERVER_PORT = 6443
NOT_BALANCED = "node.kubernetes.io/exclude-from-external-load-balancers"

T = TypeVar("T")


class Picker(Protocol):
    """Which of several ways to follow: each option comes with its share of all."""

    def __call__(self, options: Sequence[tuple[T, Fraction]]) -> Iterable[tuple[T, Fraction]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """
    An open connection.  `pod` and `container` say who accepted it; `external` stands for a host outside,
    and neither for the API server.  `source_ip` is the client's address as it is seen there.
    """

    ip: str
    port: int
    source_ip: str
    pod: Obj | None = None
    container: str = ""
    running: Running | None = None
    external: ExternalHost | None = None

    @property
    def pod_name(self) -> str:
        return f"{self.pod['metadata']['namespace']}/{self.pod['metadata']['name']}" if self.pod else ""


Step: TypeAlias = tuple[Trip, Connected | Failure]
Place: TypeAlias = tuple[dict[str, Any], Obj, str]
"""Who has an address: the kubelet's record of the Pod, the Pod, and the container that opened the port (or "")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What is on its way: who sent it, the address that it seems to come from, and where it goes."""

    client: Client
    source_ip: str
    ip: str
    port: int
    protocol: str = "TCP"


def failed(symptom: Symptom, reason: Reason, pod: str = "") -> Failure:
    return Failure(symptom=symptom, reason=reason, pod=pod)


def drawn_evenly(options: Sequence[T]) -> list[tuple[T, Fraction]]:
    return [(option, Fraction(1, len(options))) for option in options]


class Connector:
    def __init__(self, cluster: Cluster, pick: Picker, *, remembers: bool) -> None:
        self.cluster = cluster
        self.pick = pick
        self.remembers = remembers
        self._has_policies = cluster.proxy.settings.enforces_policies and bool(
            cluster.store.objects("NetworkPolicy")
        )
        self._nodes = {
            cluster.kubelet.host_ip(node["metadata"]["name"]): node["metadata"]["name"]
            for node in cluster.store.objects("Node")
        }

    def connect(
        self, trip: Trip, client: Client, ip: str, port: int, protocol: str = "TCP"
    ) -> Iterator[Step]:
        """Every way that is followed, to its end."""
        packet = Packet(client=client, source_ip=client.ip, ip=ip, port=port, protocol=protocol)
        if ip.startswith("127."):
            yield from self._loopback(trip, packet)
        elif client.is_outside:
            yield from self._from_outside(trip, packet)
        else:
            yield from self._at_node(trip, packet, client.node, from_inside=True)

    # -- from where ------------------------------------------------------------------------------

    def _loopback(self, trip: Trip, packet: Packet) -> Iterator[Step]:
        """localhost: the containers of the same Pod, or the processes of the same node."""
        client = packet.client
        if client.is_pod:
            here = replace(packet, ip=client.ip, source_ip=client.ip)
            where = self.cluster.kubelet.at_address(client.ip, packet.port)
            yield self._listener(trip, here, where, on_loopback=True)
        elif client.node:
            host_ip = self.cluster.kubelet.host_ip(client.node)
            here = Packet(
                client=client, source_ip=host_ip, ip=host_ip, port=packet.port, protocol=packet.protocol
            )
            yield from self._at_node(trip, here, client.node, from_inside=True)
        else:
            yield trip, failed(Symptom.REFUSED, Reason.NOT_LISTENING)

    def _from_outside(self, trip: Trip, packet: Packet) -> Iterator[Step]:
        found = self.cluster.proxy.table().at_address(packet.ip, packet.port, packet.protocol)
        if found is not None and found.door in (Door.LOAD_BALANCER, Door.EXTERNAL_IP):
            yield from self._balanced(trip, packet, found)
        elif packet.ip in self._nodes:
            yield from self._at_node(trip, packet, self._nodes[packet.ip], from_inside=False)
        elif (external := self._external(packet.ip)) is not None:
            yield self._at_external(trip, packet, external)
        else:
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NOT_ROUTABLE)

    def _balanced(self, trip: Trip, packet: Packet, found: ServicePort) -> Iterator[Step]:
        """An outside load balancer hands the packet to one of the nodes that pass its health check."""
        nodes = self.healthy_nodes(found)
        trip = trip.via(
            HopKind.LOAD_BALANCER, ref_of(dict(found.service)), "spec.type", address=packet.ip, nodes=nodes
        )
        if not nodes:
            local = found.is_local_only and bool(self.healthy_nodes(found, ignore_policy=True))
            yield (
                trip,
                failed(Symptom.CONNECT_TIMEOUT, Reason.NO_LOCAL_ENDPOINTS if local else Reason.NO_TARGETS),
            )
            return
        balancers = self.cluster.proxy.settings.load_balancers
        by_node_port = balancers is not None and balancers.mode == "node-port"
        if by_node_port and not found.port.get("nodePort"):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NO_TARGETS)
            return
        for node, share in self.pick(drawn_evenly(nodes)):
            sent = packet
            if by_node_port:
                sent = replace(packet, ip=self.cluster.kubelet.host_ip(node), port=found.port["nodePort"])
            yield from self._at_node(trip.times(share), sent, node, from_inside=False)

    def healthy_nodes(self, found: ServicePort, *, ignore_policy: bool = False) -> list[str]:
        """
        The nodes that a load balancer sends to: Ready, and with a local endpoint where the policy is Local.

        Source: cloud-provider controllers/service/controller.go; pkg/proxy/healthcheck (healthCheckNodePort).
        """
        names = []
        for node in self.cluster.store.objects("Node"):
            name = node["metadata"]["name"]
            labels = node["metadata"].get("labels") or {}
            if NOT_BALANCED in labels or not is_true(node, "Ready") or self._is_down(name):
                continue
            if found.is_local_only and not ignore_policy:
                table = self.cluster.proxy.table(name)
                scope = Scope(node=name, zone=self.cluster.proxy.zone(name), is_external=True)
                if isinstance(table.choices(found, scope, from_inside=False), Unreachable):
                    continue
            names.append(name)
        return names

    # -- on a node -------------------------------------------------------------------------------

    def _at_node(self, trip: Trip, packet: Packet, node: str, *, from_inside: bool) -> Iterator[Step]:
        """The rules of one node, then its own processes, then the way on."""
        if self._is_down(node):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NODE_DOWN)
            return
        table = self.cluster.proxy.table(node)
        is_here = self._nodes.get(packet.ip) == node
        found = table.at_address(packet.ip, packet.port, packet.protocol)
        if found is None and is_here:
            found = table.at_node_port(packet.port, packet.protocol)
        if found is not None and self._is_led(found, node, packet.client):
            yield from self._service(trip, packet, node, found, from_inside=from_inside)
        elif found is not None and found.door is not Door.NODE_PORT:
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NO_RULES)
        elif is_here:
            yield from self._host(trip, packet, node)
        elif packet.ip in table.cluster_ips or _in_service_range(packet.ip):
            yield self._unserved(trip, packet, packet.ip in table.cluster_ips)
        elif packet.ip in self._nodes:
            yield from self._other_node(trip, packet, self._nodes[packet.ip])
        elif (external := self._external(packet.ip)) is not None:
            trip, left = self._leave(trip, packet, Peer(ip=packet.ip))
            yield (trip, left) if left else self._at_external(trip, packet, external)
        else:
            yield from self._deliver(trip, packet)

    def _is_led(self, found: ServicePort, node: str, client: Client) -> bool:
        """Whether the chains that lead to the Service's own are there; some may have been emptied by hand."""
        flushed = self.cluster.proxy.flushed(node)
        if not flushed:
            return True
        from_node = client.node == node and not client.is_pod
        way = chains_on_the_way(found, from_node=from_node, is_local_only=found.is_local_only)
        return not any(f"nat/{name}" in flushed for name in way)

    def _unserved(self, trip: Trip, packet: Packet, is_known: bool) -> Step:
        """A virtual address without a rule for this port: nobody answers, save that nftables mode refuses."""
        refused = is_known and self.cluster.proxy.settings.mode == "nftables"
        symptom = Symptom.REFUSED if refused else Symptom.CONNECT_TIMEOUT
        return trip, failed(symptom, Reason.PORT_NOT_SERVED if is_known else Reason.NO_SUCH_ADDRESS)

    def _other_node(self, trip: Trip, packet: Packet, node: str) -> Iterator[Step]:
        """From one node (or a Pod on it) to another: the CNI plugin hides the Pod's address."""
        trip, left = self._leave(trip, packet, Peer(ip=packet.ip, is_node=True))
        if left:
            yield trip, left
            return
        source = self.cluster.kubelet.host_ip(packet.client.node)
        sent = Packet(
            client=packet.client, source_ip=source, ip=packet.ip, port=packet.port, protocol=packet.protocol
        )
        yield from self._at_node(trip, sent, node, from_inside=False)

    def _host(self, trip: Trip, packet: Packet, node: str) -> Iterator[Step]:
        """The node's own address: a hostPort, a Pod in the node's network, or nobody."""
        for pod in self.cluster.store.pods_on(node):
            for container in containers_of(pod["spec"]):
                for port in container.get("ports") or ():
                    if pod["spec"].get("hostNetwork") or not _opens(port, packet):
                        continue
                    hop = trip.via(
                        HopKind.HOST_PORT, ref_of(pod), "spec.containers[].ports[].hostPort",
                        node=node, port=packet.port,
                    )  # fmt: skip
                    inside = replace(
                        packet, ip=(pod.get("status") or {}).get("podIP", ""), port=port["containerPort"]
                    )
                    yield from self._deliver(hop, inside)
                    return
        yield from self._deliver(trip, packet)

    # -- through a Service -----------------------------------------------------------------------

    def _service(
        self, trip: Trip, packet: Packet, node: str, found: ServicePort, *, from_inside: bool
    ) -> Iterator[Step]:
        proxy = self.cluster.proxy
        ref = ref_of(dict(found.service))
        if found.door is Door.NODE_PORT:
            trip = trip.via(
                HopKind.NODE_PORT,
                Ref("Node", "", node),
                f"spec.ports[{found.index}].nodePort",
                port=packet.port,
            )
        trip = trip.via(
            HopKind.SERVICE, ref, f"spec.ports[{found.index}]",
            address=packet.ip, port=packet.port, door=found.door.value, node=node,
        )  # fmt: skip
        if found.door is Door.LOAD_BALANCER and not in_source_ranges(found.service, packet.client.ip):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.SOURCE_RANGE)
            return
        scope = Scope(node=node, zone=proxy.zone(node))
        choices = proxy.table(node).choices(found, scope, from_inside=from_inside)
        if isinstance(choices, Unreachable):
            yield trip, self._refused(choices, node)
            return
        yield from self._endpoints(trip, packet, node, found, choices, from_inside=from_inside)

    def _refused(self, why: Unreachable, node: str) -> Failure:
        """REJECT where no endpoint exists anywhere, DROP where only this node has none."""
        if why is Unreachable.NO_LOCAL_ENDPOINTS:
            return failed(Symptom.CONNECT_TIMEOUT, Reason.NO_LOCAL_ENDPOINTS)
        is_emptied = "filter/KUBE-SERVICES" in self.cluster.proxy.flushed(node)
        return failed(Symptom.CONNECT_TIMEOUT if is_emptied else Symptom.REFUSED, Reason.NO_ENDPOINTS)

    def _endpoints(
        self,
        trip: Trip,
        packet: Packet,
        node: str,
        found: ServicePort,
        choices: tuple[Endpoint, ...],
        *,
        from_inside: bool,
    ) -> Iterator[Step]:
        flushed = frozenset(each.removeprefix("nat/") for each in self.cluster.proxy.flushed(node))
        seconds = affinity_seconds(found.service)
        client = packet.client
        shares = spread(found, choices, flushed)
        kept = ""
        if seconds is not None and not client.is_many:
            kept = self.cluster.proxy.affinity(node, found, packet.source_ip, seconds)
            shares = self._sticking(shares, kept, f"{node}/{found.name}/{packet.source_ip}")
        for endpoint, share in self.pick(shares):
            if endpoint is None:
                yield trip.times(share), failed(Symptom.CONNECT_TIMEOUT, Reason.NO_RULES)
                continue
            if seconds is not None and self.remembers:
                self.cluster.proxy.stick(node, found, packet.source_ip, _address(endpoint), seconds)
            masked = self._is_masked(packet, found, node, endpoint, from_inside=from_inside)
            source = self.cluster.kubelet.host_ip(node) if masked else packet.source_ip
            hop = trip.times(share).via(
                HopKind.ENDPOINT, _pod_ref(found, endpoint), f"spec.ports[{found.index}].targetPort",
                address=_address(endpoint), among=len(choices), node=endpoint.node, source=source,
                policy="Local" if found.is_local_only else "Cluster", sticky=_address(endpoint) == kept,
            )  # fmt: skip
            if masked and flushed & {"KUBE-MARK-MASQ", "KUBE-POSTROUTING"} and endpoint.node != node:
                yield hop, failed(Symptom.CONNECT_TIMEOUT, Reason.NO_RULES)
                continue
            sent = Packet(
                client=client, source_ip=source, ip=endpoint.ip, port=endpoint.port, protocol=packet.protocol
            )
            yield from self._deliver(hop, sent)

    def _sticking(
        self, shares: list[tuple[Endpoint | None, Fraction]], kept: str, key: str
    ) -> list[tuple[Endpoint | None, Fraction]]:
        """The one endpoint that a client sticks to: the one that it had, else one that is drawn now."""
        for endpoint, _ in shares:
            if endpoint and _address(endpoint) == kept:
                return [(endpoint, Fraction(1))]
        rng = self.cluster.engine.drawn(f"affinity/{key}/{self.cluster.now}")
        drawn = rng.choices(shares, weights=[float(share) for _, share in shares])[0]
        return [(drawn[0], Fraction(1))]

    def _is_masked(
        self, packet: Packet, found: ServicePort, node: str, endpoint: Endpoint, *, from_inside: bool
    ) -> bool:
        """Whether the Pod sees the node's address instead of the client's (KUBE-MARK-MASQ)."""
        is_external = found.door is not Door.CLUSTER_IP
        from_host = from_inside and not packet.client.is_pod
        if is_external and found.is_local_only and from_host:
            return True
        return is_masqueraded(
            found.service,
            Scope(node=node, is_external=is_external),
            from_pod=packet.client.is_pod,
            is_hairpin=packet.source_ip == endpoint.ip,
        )

    # -- at the Pod ------------------------------------------------------------------------------

    def deliver(self, trip: Trip, client: Client, ip: str, port: int) -> Iterator[Step]:
        """Straight to a Pod's address, as proxies do that read EndpointSlices themselves."""
        yield from self._deliver(trip, Packet(client=client, source_ip=client.ip, ip=ip, port=port))

    def _deliver(self, trip: Trip, packet: Packet) -> Iterator[Step]:
        if (packet.ip, packet.port) == (API_SERVER_IP, API_SERVER_PORT):
            yield trip, Connected(ip=packet.ip, port=packet.port, source_ip=packet.source_ip)
            return
        where = self.cluster.kubelet.at_address(packet.ip, packet.port)
        if self._has_policies and not (packet.client.ip == packet.ip and packet.client.is_pod):
            trip, stopped = self._pass_policies(trip, packet, where[1] if where else None)
            if stopped:
                yield trip, stopped
                return
        yield self._listener(trip, packet, where)

    def _listener(
        self, trip: Trip, packet: Packet, where: Place | None, *, on_loopback: bool = False
    ) -> Step:
        """Which container has opened the port, and whether it listens on the Pod's address at all."""
        if where is None:
            if packet.ip in self._nodes:
                return trip, failed(Symptom.REFUSED, Reason.NOT_LISTENING)
            reason = Reason.NODE_DOWN if self._on_dead_node(packet.ip) else Reason.NO_SUCH_ADDRESS
            return trip, failed(Symptom.CONNECT_TIMEOUT, reason)
        record, pod, name = where
        pod_name = f"{record['ns']}/{record['name']}"
        if not name:
            trip = trip.via(HopKind.POD, ref_of(pod), port=packet.port, listens=False)
            return trip, failed(Symptom.REFUSED, Reason.NOT_LISTENING, pod_name)
        running = self.cluster.kubelet.running(record, pod, name)
        trip = trip.via(HopKind.POD, ref_of(pod), container=name, port=packet.port, source=packet.source_ip)
        if not on_loopback and _is_local(running, packet.port):
            return trip, failed(Symptom.REFUSED, Reason.LOCALHOST_ONLY, pod_name)
        return trip, Connected(
            ip=packet.ip,
            port=packet.port,
            source_ip=packet.source_ip,
            pod=pod,
            container=name,
            running=running,
        )

    # -- policies --------------------------------------------------------------------------------

    def _pass_policies(self, trip: Trip, packet: Packet, pod: Obj | None) -> tuple[Trip, Failure | None]:
        """What the client's policies let out, then what the Pod's let in."""
        destination = clients.pod_peer(self.cluster, pod) if pod else Peer(ip=packet.ip)
        trip, stopped = self._leave(trip, packet, destination)
        if stopped or pod is None:
            return trip, stopped
        return self._enter(trip, packet, pod, destination)

    def leave(self, trip: Trip, client: Client, ip: str, port: int) -> tuple[Trip, Failure | None]:
        """What the client's policies say of an address outside the cluster."""
        packet = Packet(client=client, source_ip=client.ip, ip=ip, port=port)
        return self._leave(trip, packet, Peer(ip=ip))

    def _leave(self, trip: Trip, packet: Packet, destination: Peer) -> tuple[Trip, Failure | None]:
        """What the policies that select the client let out."""
        client = packet.client
        if not client.is_pod or not self._has_policies:
            return trip, None
        source = clients.peer_of(self.cluster, client)
        return self._judge(trip, packet, "Egress", client.namespace, source, destination)

    def _enter(self, trip: Trip, packet: Packet, pod: Obj, destination: Peer) -> tuple[Trip, Failure | None]:
        """What the policies that select the Pod let in; a Pod's own node may always come in."""
        if not destination.is_pod or self._nodes.get(packet.source_ip) == pod["spec"].get("nodeName"):
            return trip, None
        client = packet.client
        is_itself = packet.source_ip == client.ip
        source = clients.peer_of(self.cluster, client) if is_itself else Peer(ip=packet.source_ip)
        return self._judge(trip, packet, "Ingress", pod["metadata"]["namespace"], source, destination)

    def _judge(
        self,
        trip: Trip,
        packet: Packet,
        direction: Direction,
        namespace: str,
        source: Peer,
        destination: Peer,
    ) -> tuple[Trip, Failure | None]:
        policies = self.cluster.store.objects("NetworkPolicy", namespace)
        verdict = one_way(
            policies, direction, source, destination, port=packet.port, protocol=packet.protocol
        )
        for name in verdict.policies:
            trip = trip.via(
                HopKind.POLICY, Ref("NetworkPolicy", *name.split("/", 1)), f"spec.{direction.lower()}",
                direction=direction, allowed=verdict.allowed, port=packet.port, source=source.ip,
                destination=destination.ip,
            )  # fmt: skip
        if verdict.allowed:
            return trip, None
        reason = Reason.POLICY_EGRESS if direction == "Egress" else Reason.POLICY_INGRESS
        return trip, failed(Symptom.CONNECT_TIMEOUT, reason)

    # -- elsewhere -------------------------------------------------------------------------------

    def _external(self, ip: str) -> ExternalHost | None:
        known = external_addresses(self.cluster.proxy.settings.external)
        return known.get(ip)

    def _at_external(self, trip: Trip, packet: Packet, external: ExternalHost) -> Step:
        if packet.port not in external.ports:
            return trip, failed(Symptom.REFUSED, Reason.NOT_LISTENING)
        source = packet.source_ip
        if packet.client.node:
            source = self.cluster.kubelet.host_ip(packet.client.node)
        return trip, Connected(ip=packet.ip, port=packet.port, source_ip=source, external=external)

    def _is_down(self, node: str) -> bool:
        return self.cluster.is_stopped(f"node/{node}")

    def _on_dead_node(self, ip: str) -> bool:
        for name in self._nodes.values():
            node = self.cluster.store.find("Node", "", name)
            cidr = (node or {"spec": {}})["spec"].get("podCIDR")
            if self._is_down(name) and cidr and ip_address(ip) in ip_network(cidr):
                return True
        return False


def external_addresses(hosts: Any) -> dict[str, ExternalHost]:
    """Give every outside host an address of its own (RFC 2544's range), in the order of their names."""
    return {f"198.18.0.{index + 1}": hosts[name] for index, name in enumerate(sorted(hosts))}


def _in_service_range(ip: str) -> bool:
    return bool(ip) and ip_address(ip) in SERVICE_RANGE


def _opens(port: Any, packet: Packet) -> bool:
    return (
        port.get("hostPort") == packet.port
        and (port.get("protocol") or "TCP") == packet.protocol
        and port.get("hostIP", "") in ("", "0.0.0.0", packet.ip)
    )


def _is_local(running: Running, port: int) -> bool:
    """Whether the program opened the port on 127.0.0.1 only."""
    return any(each.port == port and each.address.startswith("127.") for each in running.app.listens)


def _pod_ref(found: ServicePort, endpoint: Endpoint) -> Ref | None:
    namespace = found.service["metadata"].get("namespace", "default")
    return Ref("Pod", namespace, endpoint.pod) if endpoint.pod else None


def _address(endpoint: Endpoint) -> str:
    return f"{endpoint.ip}:{endpoint.port}"
