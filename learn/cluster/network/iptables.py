"""
What kube-proxy in iptables mode writes on a node for Services.

Rules: pkg/proxy/iptables/proxier.go (syncProxyRules).
"""

from collections.abc import Iterable, Sequence

from learn.cluster.network.addresses import is_within
from learn.cluster.network.iptables_rules import (
    NodeRules,
    Rule,
    RuleLists,
    at_address,
    by_chance,
    endpoint_chain,
    jump,
    node_tables,
    recently_seen,
    refusal,
    refusal_on_node,
    service_chain,
    to_port,
)
from learn.cluster.network.services import (
    Endpoint,
    EndpointSlice,
    Scope,
    Service,
    Unreachable,
    affinity_seconds,
    candidates,
    captured_ips,
    endpoints_of,
    has_virtual_ip,
    slices_of,
)

LOAD_BALANCER = "loadbalancer IP"


def node_rules(
    services: Iterable[Service],
    slices: Sequence[EndpointSlice],
    *,
    node: str,
    node_ip: str = "",
    zone: str = "",
    pod_cidr: str = "10.244.0.0/16",
) -> NodeRules:
    """Return the rules that kube-proxy keeps on a node for the cluster's Services."""
    writer = _Writer(node=node, node_ip=node_ip, zone=zone, pod_cidr=pod_cidr)
    for service in sorted(services, key=_namespaced_name):
        if has_virtual_ip(service):
            writer.add(service, slices_of(service, slices))
    return node_tables(writer.lists)


def _namespaced_name(service: Service) -> str:
    metadata = service["metadata"]
    return f"{metadata.get('namespace', 'default')}/{metadata['name']}"


class _Writer:
    def __init__(self, *, node: str, node_ip: str, zone: str, pod_cidr: str) -> None:
        self._node = node
        self._node_ip = node_ip
        self._zone = zone
        self._pod_cidr = pod_cidr
        self.lists = RuleLists()

    def add(self, service: Service, slices: Sequence[EndpointSlice]) -> None:
        for port in service["spec"].get("ports") or ():
            self._add_port(service, port, endpoints_of(slices, port.get("name") or ""))

    def _add_port(self, service: Service, port: dict[str, object], endpoints: Sequence[Endpoint]) -> None:
        spec = service["spec"]
        protocol = str(port.get("protocol") or "TCP").lower()
        name = _namespaced_name(service) + (f":{port['name']}" if port.get("name") else "")
        inside = candidates(service, endpoints, Scope(node=self._node, zone=self._zone))
        outside = candidates(service, endpoints, Scope(node=self._node, zone=self._zone, is_external=True))
        to_cluster_ip = Rule(
            target="",
            protocol=protocol,
            destination=spec["clusterIP"],
            matches=(to_port(protocol, port["port"]),),
        )
        to_node_port = Rule(target="", protocol=protocol, matches=(to_port(protocol, port.get("nodePort")),))
        cluster_chain = service_chain("KUBE-SVC-", name, protocol)
        all_ready = candidates(_cluster_policy(service), endpoints, Scope(node=self._node, zone=self._zone))
        if isinstance(inside, Unreachable):
            self.lists.rejected.append(refusal(to_cluster_ip, name, inside))
        else:
            local = spec.get("internalTrafficPolicy") == "Local"
            chain = service_chain("KUBE-SVL-", name, protocol) if local else cluster_chain
            self.lists.services.append(jump(to_cluster_ip, chain, f"{name} cluster IP"))
            self._service_chain(chain, service, name, protocol, inside, to_cluster_ip)
        addresses = [(ip, "external IP") for ip in spec.get("externalIPs") or ()]
        addresses += [(ip, LOAD_BALANCER) for ip in captured_ips(service)]
        if check := spec.get("healthCheckNodePort"):
            self.lists.health_checks.append(
                Rule(
                    target="ACCEPT",
                    protocol="tcp",
                    comment=f"{name} health check node port",
                    matches=(to_port("tcp", check),),
                )
            )
        if not port.get("nodePort") and not addresses:
            return
        entries = [(at_address(to_cluster_ip, ip), label) for ip, label in addresses]
        if isinstance(outside, Unreachable):
            self.lists.rejected_external.extend(refusal(rule, name, outside) for rule, _ in entries)
            if port.get("nodePort"):
                self.lists.rejected_external.append(refusal_on_node(to_node_port, name, outside))
        if isinstance(all_ready, Unreachable):
            return
        chain = service_chain("KUBE-EXT-", name, protocol)
        ranges = tuple(each.strip() for each in spec.get("loadBalancerSourceRanges") or ())
        for rule, label in entries:
            is_guarded = bool(ranges) and label == LOAD_BALANCER
            entrance = self._firewall(service, rule, name, protocol, ranges) if is_guarded else chain
            self.lists.services.append(jump(rule, entrance, f"{name} {label}"))
        if port.get("nodePort"):
            self.lists.node_ports.append(jump(to_node_port, chain, name))
        self._external_chain(chain, cluster_chain, service, name, protocol, outside)
        if cluster_chain not in self.lists.chains:
            self._service_chain(cluster_chain, service, name, protocol, all_ready, None)

    def _firewall(self, service: Service, rule: Rule, name: str, protocol: str, ranges: Sequence[str]) -> str:
        """The chain that lets only some sources on to a load balancer's address; the filter drops the others.

        Where the node itself may pass, so may the addresses: a node that has one of its own is its own client.
        """
        chain, external = (service_chain(prefix, name, protocol) for prefix in ("KUBE-FW-", "KUBE-EXT-"))
        allowed = [Rule(target=external, source=each, comment=f"{name} loadbalancer IP") for each in ranges]
        if self._node_ip and any(is_within(self._node_ip, each) for each in ranges):
            allowed += [
                Rule(target=external, source=ip, comment=f"{name} loadbalancer IP")
                for ip in captured_ips(service)
            ]
        note = Rule(target="", comment=f"other traffic to {name} will be dropped by KUBE-PROXY-FIREWALL")
        self.lists.chains[chain] = [*allowed, note]
        self.lists.firewalled.append(jump(rule, "DROP", f"{name} traffic not accepted by {chain}"))
        return chain

    def _service_chain(
        self,
        chain: str,
        service: Service,
        name: str,
        protocol: str,
        endpoints: Sequence[Endpoint],
        to_cluster_ip: Rule | None,
    ) -> None:
        rules = []
        if to_cluster_ip is not None:
            rules.append(
                Rule(
                    target="KUBE-MARK-MASQ",
                    protocol=protocol,
                    source=f"!{self._pod_cidr}",
                    destination=to_cluster_ip.destination,
                    comment=f"{name} cluster IP",
                    matches=to_cluster_ip.matches,
                )
            )
        seconds = affinity_seconds(service)
        chains = [endpoint_chain(name, protocol, f"{item.ip}:{item.port}") for item in endpoints]
        if seconds is not None:
            rules += [
                Rule(
                    target=target,
                    comment=f"{name} -> {item.ip}:{item.port}",
                    matches=(recently_seen(target, seconds),),
                )
                for target, item in zip(chains, endpoints, strict=True)
            ]
        for index, (target, item) in enumerate(zip(chains, endpoints, strict=True)):
            remaining = len(endpoints) - index
            rules.append(
                Rule(
                    target=target,
                    comment=f"{name} -> {item.ip}:{item.port}",
                    matches=(by_chance(remaining),) if remaining > 1 else (),
                )
            )
            self.lists.chains.setdefault(target, self._endpoint_rules(target, name, protocol, item, seconds))
        self.lists.chains[chain] = rules

    def _external_chain(
        self,
        chain: str,
        cluster_chain: str,
        service: Service,
        name: str,
        protocol: str,
        outside: Sequence[Endpoint] | Unreachable,
    ) -> None:
        if service["spec"].get("externalTrafficPolicy") != "Local":
            self.lists.chains[chain] = [
                Rule(target="KUBE-MARK-MASQ", comment=f"masquerade traffic for {name} external destinations"),
                Rule(target=cluster_chain),
            ]
            return
        local_source = ("-m addrtype --src-type LOCAL", "ADDRTYPE match src-type LOCAL")
        rules = [
            Rule(
                target=cluster_chain,
                source=self._pod_cidr,
                comment=f"pod traffic for {name} external destinations",
            ),
            Rule(
                target="KUBE-MARK-MASQ",
                comment=f"masquerade LOCAL traffic for {name} external destinations",
                matches=(local_source,),
            ),
            Rule(
                target=cluster_chain,
                comment=f"route LOCAL traffic for {name} external destinations",
                matches=(local_source,),
            ),
        ]
        if not isinstance(outside, Unreachable):
            local_chain = service_chain("KUBE-SVL-", name, protocol)
            rules.append(Rule(target=local_chain))
            if local_chain not in self.lists.chains:
                self._service_chain(local_chain, service, name, protocol, outside, None)
        self.lists.chains[chain] = rules

    def _endpoint_rules(
        self, chain: str, name: str, protocol: str, endpoint: Endpoint, affinity: int | None
    ) -> list[Rule]:
        remember = (
            (
                (
                    f"-m recent --set --name {chain} --mask 255.255.255.255 --rsource",
                    f"recent: SET name: {chain} side: source mask: 255.255.255.255",
                ),
            )
            if affinity is not None
            else ()
        )
        address = f"{endpoint.ip}:{endpoint.port}"
        return [
            Rule(target="KUBE-MARK-MASQ", source=endpoint.ip, comment=name),
            Rule(
                target="DNAT",
                protocol=protocol,
                comment=name,
                matches=(*remember, (f"-m {protocol}", protocol)),
                options=((f"--to-destination {address}", f"to:{address}"),),
            ),
        ]


def _cluster_policy(service: Service) -> Service:
    return {**service, "spec": {**service["spec"], "internalTrafficPolicy": "Cluster"}}
