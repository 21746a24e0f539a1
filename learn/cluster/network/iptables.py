"""
What kube-proxy in iptables mode writes on a node.

Rules: pkg/proxy/iptables/proxier.go (syncProxyRules).
"""

from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from learn.cluster.network.addresses import is_within
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

ANYWHERE = "0.0.0.0/0"
LOAD_BALANCER = "loadbalancer IP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One rule: `-A <chain> … -j <target>`; a rule without a target only says something.

    `matches` holds pairs (as iptables-save writes it, as `iptables -L -n` prints it); `options` likewise
    for the target's own options.
    """

    target: str
    protocol: str = "all"
    source: str = ANYWHERE
    destination: str = ANYWHERE
    comment: str = ""
    matches: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Chains in the order in which they are printed; built-in ones have policy ACCEPT."""

    name: str
    chains: dict[str, list[Rule]] = field(default_factory=dict)

    def flushed(self, chain: str | None = None) -> "Table":
        """Return the table after `iptables -F [chain]`."""
        return Table(
            self.name,
            {name: [] if chain in (None, name) else rules for name, rules in self.chains.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRules:
    nat: Table
    filter: Table


_FORWARDING = [
    Rule(target="DROP", matches=(("-m conntrack --ctstate INVALID", "ctstate INVALID"),)),
    Rule(
        target="ACCEPT",
        comment="kubernetes forwarding rules",
        matches=(("-m mark --mark 0x4000/0x4000", "mark match 0x4000/0x4000"),),
    ),
    Rule(
        target="ACCEPT",
        comment="kubernetes forwarding conntrack rule",
        matches=(("-m conntrack --ctstate RELATED,ESTABLISHED", "ctstate RELATED,ESTABLISHED"),),
    ),
]


def service_chain(prefix: str, service_port: str, protocol: str) -> str:
    """Return e.g. KUBE-SVC-ERIFXISQEP7F7OF4 for "default/kubernetes:https" and "tcp"."""
    return prefix + _hash(service_port + protocol)


def endpoint_chain(service_port: str, protocol: str, address: str) -> str:
    return "KUBE-SEP-" + _hash(service_port + protocol + address)


def probability(n: int) -> str:
    """Return how iptables prints the chance 1/n, which the kernel keeps in 31 bits."""
    return f"{round(2**31 * float(f'{1 / n:0.10f}')) / 2**31:.11f}"


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
    return writer.tables()


def _namespaced_name(service: Service) -> str:
    metadata = service["metadata"]
    return f"{metadata.get('namespace', 'default')}/{metadata['name']}"


def _hash(text: str) -> str:
    return b32encode(sha256(text.encode()).digest()).decode()[:16]


class _Writer:
    def __init__(self, *, node: str, node_ip: str, zone: str, pod_cidr: str) -> None:
        self._node = node
        self._node_ip = node_ip
        self._zone = zone
        self._pod_cidr = pod_cidr
        self._services: list[Rule] = []
        self._node_ports: list[Rule] = []
        self._chains: dict[str, list[Rule]] = {}
        self._rejected: list[Rule] = []
        self._rejected_external: list[Rule] = []
        self._firewalled: list[Rule] = []
        self._health_checks: list[Rule] = []

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
            matches=(_dport(protocol, port["port"]),),
        )
        to_node_port = Rule(target="", protocol=protocol, matches=(_dport(protocol, port.get("nodePort")),))
        cluster_chain = service_chain("KUBE-SVC-", name, protocol)
        all_ready = candidates(_cluster_policy(service), endpoints, Scope(node=self._node, zone=self._zone))
        if isinstance(inside, Unreachable):
            self._rejected.append(_refusal(to_cluster_ip, name, inside))
        else:
            local = spec.get("internalTrafficPolicy") == "Local"
            chain = service_chain("KUBE-SVL-", name, protocol) if local else cluster_chain
            self._services.append(_jump(to_cluster_ip, chain, f"{name} cluster IP"))
            self._service_chain(chain, service, name, protocol, inside, to_cluster_ip)
        addresses = [(ip, "external IP") for ip in spec.get("externalIPs") or ()]
        addresses += [(ip, LOAD_BALANCER) for ip in captured_ips(service)]
        if check := spec.get("healthCheckNodePort"):
            self._health_checks.append(
                Rule(
                    target="ACCEPT",
                    protocol="tcp",
                    comment=f"{name} health check node port",
                    matches=(_dport("tcp", check),),
                )
            )
        if not port.get("nodePort") and not addresses:
            return
        entries = [(_at(to_cluster_ip, ip), label) for ip, label in addresses]
        if isinstance(outside, Unreachable):
            self._rejected_external += [_refusal(rule, name, outside) for rule, _ in entries]
            if port.get("nodePort"):
                self._rejected_external.append(_refusal_on_node(to_node_port, name, outside))
        if isinstance(all_ready, Unreachable):
            return
        chain = service_chain("KUBE-EXT-", name, protocol)
        ranges = tuple(each.strip() for each in spec.get("loadBalancerSourceRanges") or ())
        for rule, label in entries:
            is_guarded = bool(ranges) and label == LOAD_BALANCER
            entrance = self._firewall(service, rule, name, protocol, ranges) if is_guarded else chain
            self._services.append(_jump(rule, entrance, f"{name} {label}"))
        if port.get("nodePort"):
            self._node_ports.append(_jump(to_node_port, chain, name))
        self._external_chain(chain, cluster_chain, service, name, protocol, outside)
        if cluster_chain not in self._chains:
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
        self._chains[chain] = [*allowed, note]
        self._firewalled.append(_jump(rule, "DROP", f"{name} traffic not accepted by {chain}"))
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
                    matches=(_recently_seen(target, seconds),),
                )
                for target, item in zip(chains, endpoints, strict=True)
            ]
        for index, (target, item) in enumerate(zip(chains, endpoints, strict=True)):
            remaining = len(endpoints) - index
            rules.append(
                Rule(
                    target=target,
                    comment=f"{name} -> {item.ip}:{item.port}",
                    matches=(_chance(remaining),) if remaining > 1 else (),
                )
            )
            self._chains.setdefault(target, self._endpoint_rules(target, name, protocol, item, seconds))
        self._chains[chain] = rules

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
            self._chains[chain] = [
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
            if local_chain not in self._chains:
                self._service_chain(local_chain, service, name, protocol, outside, None)
        self._chains[chain] = rules

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

    def tables(self) -> NodeRules:
        to_local = Rule(
            target="KUBE-NODEPORTS",
            comment="kubernetes service nodeports; NOTE: this must be the last rule in this chain",
            matches=(("-m addrtype --dst-type LOCAL", "ADDRTYPE match dst-type LOCAL"),),
        )
        portals = Rule(target="KUBE-SERVICES", comment="kubernetes service portals")
        nat = {
            "PREROUTING": [portals],
            "INPUT": [],
            "OUTPUT": [portals],
            "POSTROUTING": [Rule(target="KUBE-POSTROUTING", comment="kubernetes postrouting rules")],
            "KUBE-MARK-MASQ": [
                Rule(target="MARK", options=(("--set-xmark 0x4000/0x4000", "MARK or 0x4000"),))
            ],
            "KUBE-NODEPORTS": self._node_ports,
            "KUBE-POSTROUTING": [
                Rule(
                    target="RETURN",
                    matches=(("-m mark ! --mark 0x4000/0x4000", "mark match ! 0x4000/0x4000"),),
                ),
                Rule(target="MARK", options=(("--set-xmark 0x4000/0x0", "MARK xor 0x4000"),)),
                Rule(
                    target="MASQUERADE",
                    comment="kubernetes service traffic requiring SNAT",
                    options=(("--random-fully", "random-fully"),),
                ),
            ],
            "KUBE-SERVICES": [*self._services, to_local],
            **dict(sorted(self._chains.items())),
        }
        new_connections = ("-m conntrack --ctstate NEW", "ctstate NEW")
        portals = Rule(
            target="KUBE-SERVICES", comment="kubernetes service portals", matches=(new_connections,)
        )
        external = Rule(
            target="KUBE-EXTERNAL-SERVICES",
            comment="kubernetes externally-visible service portals",
            matches=(new_connections,),
        )
        firewall = Rule(
            target="KUBE-PROXY-FIREWALL",
            comment="kubernetes load balancer firewall",
            matches=(new_connections,),
        )
        health = Rule(target="KUBE-NODEPORTS", comment="kubernetes health check service ports")
        forward = Rule(target="KUBE-FORWARD", comment="kubernetes forwarding rules")
        filter_chains = {
            "INPUT": [firewall, health, external],
            "FORWARD": [firewall, forward, portals, external],
            "OUTPUT": [firewall, portals],
            "KUBE-EXTERNAL-SERVICES": self._rejected_external,
            "KUBE-FORWARD": _FORWARDING,
            "KUBE-NODEPORTS": self._health_checks,
            "KUBE-PROXY-FIREWALL": self._firewalled,
            "KUBE-SERVICES": self._rejected,
        }
        return NodeRules(nat=Table("nat", nat), filter=Table("filter", filter_chains))


def _cluster_policy(service: Service) -> Service:
    return {**service, "spec": {**service["spec"], "internalTrafficPolicy": "Cluster"}}


def _dport(protocol: str, port: object) -> tuple[str, str]:
    return f"-m {protocol} --dport {port}", f"{protocol} dpt:{port}"


def _chance(n: int) -> tuple[str, str]:
    chance = probability(n)
    return (
        f"-m statistic --mode random --probability {chance}",
        f"statistic mode random probability {chance}",
    )


def _recently_seen(chain: str, seconds: int) -> tuple[str, str]:
    return (
        f"-m recent --rcheck --seconds {seconds} --reap --name {chain} --mask 255.255.255.255 --rsource",
        f"recent: CHECK seconds: {seconds} reap name: {chain} side: source mask: 255.255.255.255",
    )


def _jump(rule: Rule, chain: str, comment: str) -> Rule:
    return Rule(
        target=chain,
        protocol=rule.protocol,
        destination=rule.destination,
        comment=comment,
        matches=rule.matches,
    )


def _at(rule: Rule, ip: str) -> Rule:
    return Rule(target="", protocol=rule.protocol, destination=ip, matches=rule.matches)


def _refusal(rule: Rule, name: str, reason: Unreachable) -> Rule:
    has_none = reason is Unreachable.NO_ENDPOINTS
    return Rule(
        target="REJECT" if has_none else "DROP",
        protocol=rule.protocol,
        destination=rule.destination,
        comment=f"{name} has no endpoints" if has_none else f"{name} has no local endpoints",
        matches=rule.matches,
        options=(("--reject-with icmp-port-unreachable", "reject-with icmp-port-unreachable"),)
        if has_none
        else (),
    )


def _refusal_on_node(rule: Rule, name: str, reason: Unreachable) -> Rule:
    refusal = _refusal(rule, name, reason)
    return Rule(
        target=refusal.target,
        protocol=refusal.protocol,
        comment=refusal.comment,
        matches=(("-m addrtype --dst-type LOCAL", "ADDRTYPE match dst-type LOCAL"), *refusal.matches),
        options=refusal.options,
    )
