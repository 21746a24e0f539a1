"""
Opening a connection to an address and a port: the rules of the nodes on the way, policies, and who listens.

A `Connector` follows either one way (endpoints are drawn) or all ways with their shares, by its `Picker`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from learn.cluster.network.addresses import is_within
from learn.cluster.network.clients import Client
from learn.cluster.network.cuts import NetworkCuts
from learn.cluster.network.guard import Guard
from learn.cluster.network.healthcheck import health_answer, local_endpoints
from learn.cluster.network.hops import Failure, HopKind, Reason, Symptom, Trip
from learn.cluster.network.networkpolicy import Peer
from learn.cluster.network.packets import (
    Connected,
    Packet,
    Picker,
    Place,
    Step,
    drawn_evenly,
    failed,
)
from learn.cluster.network.rules import Door, ServicePort, in_source_ranges, key_of
from learn.cluster.network.services import Scope, Unreachable, captured_ips
from learn.cluster.network.settings import ExternalHost
from learn.cluster.network.virtualip import VirtualAddress
from learn.cluster.objects import Obj, ref_of
from learn.cluster.pods import containers_of, is_true

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster
    from learn.cluster.process import Running

SERVICE_RANGE = "10.96.0.0/12"
API_SERVER_IP = "192.168.1.5"
API_SERVER_PORT = 6443
NOT_BALANCED = "node.kubernetes.io/exclude-from-external-load-balancers"


class Connector:
    def __init__(self, cluster: Cluster, pick: Picker, *, remembers: bool) -> None:
        self.cluster = cluster
        self.pick = pick
        self.remembers = remembers
        self._nodes = {
            cluster.kubelet.addresses.host_ip(node["metadata"]["name"]): node["metadata"]["name"]
            for node in cluster.store.objects("Node")
        }
        self._guard = Guard(cluster, self._nodes)

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
            where = self.cluster.kubelet.addresses.holder(client.ip, packet.port)
            yield self._listener(trip, here, where, on_loopback=True)
        elif client.node:
            host_ip = self.cluster.kubelet.addresses.host_ip(client.node)
            here = replace(packet, source_ip=host_ip, ip=host_ip)
            yield from self._at_node(trip, here, client.node, from_inside=True)
        else:
            yield trip, failed(Symptom.REFUSED, Reason.NOT_LISTENING)

    def _from_outside(self, trip: Trip, packet: Packet) -> Iterator[Step]:
        table = self.cluster.proxy.table()
        place = (packet.ip, packet.port, packet.protocol)
        found = table.at_address(*place) or table.at_balancer(*place)
        if found is not None and found.door in (Door.LOAD_BALANCER, Door.EXTERNAL_IP):
            yield from self._balanced(trip, packet, found)
        elif packet.ip in self._nodes:
            yield from self._at_node(trip, packet, self._nodes[packet.ip], from_inside=False)
        elif (external := self._external(packet.ip)) is not None:
            yield self._at_external(trip, packet, external)
        else:
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NOT_ROUTABLE)

    def _balanced(self, trip: Trip, packet: Packet, found: ServicePort) -> Iterator[Step]:
        """An outside load balancer hands the packet to one of the nodes that pass its health check.

        To a node that does not know the balancer's address (ipMode Proxy) it can only go by the node port.
        """
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
        is_known = packet.ip in captured_ips(found.service) or found.door is Door.EXTERNAL_IP
        by_node_port = not is_known or (balancers is not None and balancers.mode == "node-port")
        if by_node_port and not found.port.get("nodePort"):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NO_TARGETS)
            return
        if by_node_port and not in_source_ranges(found.service, packet.source_ip):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.SOURCE_RANGE)
            return
        for node, share in self.pick(drawn_evenly(nodes)):
            sent = packet
            if by_node_port:
                sent = replace(
                    packet, ip=self.cluster.kubelet.addresses.host_ip(node), port=found.port["nodePort"]
                )
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
        if packet.client.node != node and self._is_cut(packet.client, None, node):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.CUT)
            return
        table = self.cluster.proxy.table(node)
        is_here = self._nodes.get(packet.ip) == node
        found = table.at_address(packet.ip, packet.port, packet.protocol)
        if found is None and is_here:
            found = table.at_node_port(packet.port, packet.protocol)
        service = (
            VirtualAddress(cluster=self.cluster, node=node, found=found, from_inside=from_inside)
            if found
            else None
        )
        if service is not None and service.is_led_to(packet):
            for hop, sent in service.translate(trip, packet, self.pick, remembers=self.remembers):
                if isinstance(sent, Failure):
                    yield hop, sent
                else:
                    yield from self._deliver(hop, sent)
        elif found is not None and found.door is not Door.NODE_PORT:
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.NO_RULES)
        elif is_here:
            yield from self._host(trip, packet, node)
        elif packet.ip in table.cluster_ips or is_within(packet.ip, SERVICE_RANGE):
            yield self._unserved(trip, packet, packet.ip in table.cluster_ips)
        elif (balanced := table.at_balancer(packet.ip, packet.port, packet.protocol)) is not None:
            yield from self._out_to_balancer(trip, packet, balanced, node)
        elif packet.ip in self._nodes:
            yield from self._other_node(trip, packet, self._nodes[packet.ip])
        else:
            yield from self._deliver(trip, packet)

    def _out_to_balancer(self, trip: Trip, packet: Packet, found: ServicePort, node: str) -> Iterator[Step]:
        """From inside to a balancer that the nodes leave alone: out of the cluster, as the node, and in again."""
        trip, left = self._guard.leave(trip, packet, Peer(ip=packet.ip))
        if left:
            yield trip, left
            return
        sent = replace(packet, source_ip=self.cluster.kubelet.addresses.host_ip(node))
        yield from self._balanced(trip, sent, found)

    def _unserved(self, trip: Trip, packet: Packet, is_known: bool) -> Step:
        """A virtual address without a rule for this port: nobody answers, save that nftables mode refuses."""
        refused = is_known and self.cluster.proxy.settings.mode == "nftables"
        symptom = Symptom.REFUSED if refused else Symptom.CONNECT_TIMEOUT
        return trip, failed(symptom, Reason.PORT_NOT_SERVED if is_known else Reason.NO_SUCH_ADDRESS)

    def _other_node(self, trip: Trip, packet: Packet, node: str) -> Iterator[Step]:
        """From one node (or a Pod on it) to another: the CNI plugin hides the Pod's address."""
        trip, left = self._guard.leave(trip, packet, Peer(ip=packet.ip, is_node=True))
        if left:
            yield trip, left
            return
        source = self.cluster.kubelet.addresses.host_ip(packet.client.node)
        sent = replace(packet, source_ip=source)
        yield from self._at_node(trip, sent, node, from_inside=False)

    def _host(self, trip: Trip, packet: Packet, node: str) -> Iterator[Step]:
        """The node's own address: kube-proxy's health check, a hostPort, a Pod in the node's network, or nobody."""
        if (checked := self._health_check(trip, packet, node)) is not None:
            yield checked
            return
        for pod in self.cluster.store.pods_on(node):
            pod_ip = (pod.get("status") or {}).get("podIP", "")
            for container in containers_of(pod["spec"]) if pod_ip else ():
                for port in container.get("ports") or ():
                    if pod["spec"].get("hostNetwork") or not _opens(port, packet):
                        continue
                    hop = trip.via(
                        HopKind.HOST_PORT, ref_of(pod), "spec.containers[].ports[].hostPort",
                        node=node, port=packet.port,
                    )  # fmt: skip
                    inside = replace(packet, ip=pod_ip, port=port["containerPort"])
                    yield from self._deliver(hop, inside)
                    return
        yield from self._deliver(trip, packet)

    def _health_check(self, trip: Trip, packet: Packet, node: str) -> Step | None:
        """What balancers ask kube-proxy; None for a port that is no Service's healthCheckNodePort."""
        table = self.cluster.proxy.table(node)
        service = table.at_health_check(packet.port) if packet.protocol == "TCP" else None
        if service is None:
            return None
        ports = service["spec"].get("ports") or ()
        found = [each for port in ports for each in table.endpoints(key_of(service), port.get("name") or "")]
        answer = health_answer(service, local_endpoints(found, node))
        hop = trip.via(HopKind.NODE_PORT, ref_of(dict(service)), "spec.healthCheckNodePort", port=packet.port)
        return hop, Connected(ip=packet.ip, port=packet.port, source_ip=packet.source_ip, external=answer)

    # -- at the Pod ------------------------------------------------------------------------------

    def deliver(self, trip: Trip, client: Client, ip: str, port: int) -> Iterator[Step]:
        """Straight to a Pod's address, as proxies do that read EndpointSlices themselves."""
        yield from self._deliver(trip, Packet(client=client, source_ip=client.ip, ip=ip, port=port))

    def leave(self, trip: Trip, client: Client, ip: str, port: int) -> tuple[Trip, Failure | None]:
        """What the client's policies say of an address outside the cluster."""
        packet = Packet(client=client, source_ip=client.ip, ip=ip, port=port)
        return self._guard.leave(trip, packet, Peer(ip=ip))

    def _deliver(self, trip: Trip, packet: Packet) -> Iterator[Step]:
        if (packet.ip, packet.port) == (API_SERVER_IP, API_SERVER_PORT):
            yield trip, Connected(ip=packet.ip, port=packet.port, source_ip=packet.source_ip)
            return
        if (external := self._external(packet.ip)) is not None:
            trip, left = self._guard.leave(trip, packet, Peer(ip=packet.ip))
            yield (trip, left) if left else self._at_external(trip, packet, external)
            return
        where = self.cluster.kubelet.addresses.holder(packet.ip, packet.port)
        if self._is_cut(packet.client, where[1] if where else None, self._nodes.get(packet.ip, "")):
            yield trip, failed(Symptom.CONNECT_TIMEOUT, Reason.CUT)
            return
        trip, stopped = self._guard.check(trip, packet, where[1] if where else None)
        yield (trip, stopped) if stopped else self._listener(trip, packet, where)

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

    # -- elsewhere -------------------------------------------------------------------------------

    def _external(self, ip: str) -> ExternalHost | None:
        known = external_addresses(self.cluster.proxy.settings.external)
        return known.get(ip)

    def _at_external(self, trip: Trip, packet: Packet, external: ExternalHost) -> Step:
        if packet.port not in external.ports:
            return trip, failed(Symptom.REFUSED, Reason.NOT_LISTENING)
        source = packet.source_ip
        if packet.client.node:
            source = self.cluster.kubelet.addresses.host_ip(packet.client.node)
        return trip, Connected(ip=packet.ip, port=packet.port, source_ip=source, external=external)

    def _is_cut(self, client: Client, pod: Obj | None, node: str) -> bool:
        cuts = self.cluster.parts["network-cuts"]
        assert isinstance(cuts, NetworkCuts)
        return cuts.between(client, pod, pod["spec"].get("nodeName", "") if pod else node)

    def _is_down(self, node: str) -> bool:
        return self.cluster.is_stopped(f"node/{node}")

    def _on_dead_node(self, ip: str) -> bool:
        for name in self._nodes.values():
            node = self.cluster.store.find("Node", "", name)
            cidr = (node or {"spec": {}})["spec"].get("podCIDR")
            if self._is_down(name) and cidr and is_within(ip, cidr):
                return True
        return False


def external_addresses(hosts: Mapping[str, ExternalHost]) -> dict[str, ExternalHost]:
    """Give every outside host an address of its own (RFC 2544's range), in the order of their names."""
    return {f"198.18.0.{index + 1}": hosts[name] for index, name in enumerate(sorted(hosts))}


def _opens(port: Any, packet: Packet) -> bool:
    return (
        port.get("hostPort") == packet.port
        and (port.get("protocol") or "TCP") == packet.protocol
        and port.get("hostIP", "") in ("", "0.0.0.0", packet.ip)
    )


def _is_local(running: Running, port: int) -> bool:
    """Whether the program opened the port on 127.0.0.1 only."""
    return any(each.port == port and each.address.startswith("127.") for each in running.app.listens)
