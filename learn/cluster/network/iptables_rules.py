"""
The rules of a node as plain data, the chains that every node has, and the names of the others.

Rules: pkg/proxy/iptables/proxier.go (iptablesJumpChains, servicePortChainName, syncProxyRules).
"""

from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256

from learn.cluster.network.services import Unreachable

ANYWHERE = "0.0.0.0/0"


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


@dataclass(frozen=True, slots=True)
class RuleLists:
    """What the Services add to the chains that every node has, and their own chains."""

    services: list[Rule] = field(default_factory=list)
    node_ports: list[Rule] = field(default_factory=list)
    chains: dict[str, list[Rule]] = field(default_factory=dict)
    rejected: list[Rule] = field(default_factory=list)
    rejected_external: list[Rule] = field(default_factory=list)
    firewalled: list[Rule] = field(default_factory=list)
    health_checks: list[Rule] = field(default_factory=list)


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


def _hash(text: str) -> str:
    return b32encode(sha256(text.encode()).digest()).decode()[:16]


def node_tables(lists: RuleLists) -> NodeRules:
    """Return both tables: the chains that every node has, and those of the Services."""
    nat, filters = Table("nat", _nat_chains(lists)), Table("filter", _filter_chains(lists))
    return NodeRules(nat=nat, filter=filters)


def _nat_chains(lists: RuleLists) -> dict[str, list[Rule]]:
    to_local = Rule(
        target="KUBE-NODEPORTS",
        comment="kubernetes service nodeports; NOTE: this must be the last rule in this chain",
        matches=(("-m addrtype --dst-type LOCAL", "ADDRTYPE match dst-type LOCAL"),),
    )
    portals = Rule(target="KUBE-SERVICES", comment="kubernetes service portals")
    return {
        "PREROUTING": [portals],
        "INPUT": [],
        "OUTPUT": [portals],
        "POSTROUTING": [Rule(target="KUBE-POSTROUTING", comment="kubernetes postrouting rules")],
        "KUBE-MARK-MASQ": [Rule(target="MARK", options=(("--set-xmark 0x4000/0x4000", "MARK or 0x4000"),))],
        "KUBE-NODEPORTS": lists.node_ports,
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
        "KUBE-SERVICES": [*lists.services, to_local],
        **dict(sorted(lists.chains.items())),
    }


def _filter_chains(lists: RuleLists) -> dict[str, list[Rule]]:
    new_connections = ("-m conntrack --ctstate NEW", "ctstate NEW")
    portals = Rule(target="KUBE-SERVICES", comment="kubernetes service portals", matches=(new_connections,))
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
    return {
        "INPUT": [firewall, health, external],
        "FORWARD": [firewall, forward, portals, external],
        "OUTPUT": [firewall, portals],
        "KUBE-EXTERNAL-SERVICES": lists.rejected_external,
        "KUBE-FORWARD": _FORWARDING,
        "KUBE-NODEPORTS": lists.health_checks,
        "KUBE-PROXY-FIREWALL": lists.firewalled,
        "KUBE-SERVICES": lists.rejected,
    }


def to_port(protocol: str, port: object) -> tuple[str, str]:
    """A match on a destination port."""
    return f"-m {protocol} --dport {port}", f"{protocol} dpt:{port}"


def by_chance(n: int) -> tuple[str, str]:
    """A match that takes one in n."""
    chance = probability(n)
    return (
        f"-m statistic --mode random --probability {chance}",
        f"statistic mode random probability {chance}",
    )


def recently_seen(chain: str, seconds: int) -> tuple[str, str]:
    """A match on clients that an endpoint has served of late."""
    return (
        f"-m recent --rcheck --seconds {seconds} --reap --name {chain} --mask 255.255.255.255 --rsource",
        f"recent: CHECK seconds: {seconds} reap name: {chain} side: source mask: 255.255.255.255",
    )


def jump(rule: Rule, chain: str, comment: str) -> Rule:
    """The rule with a target."""
    return Rule(
        target=chain,
        protocol=rule.protocol,
        destination=rule.destination,
        comment=comment,
        matches=rule.matches,
    )


def at_address(rule: Rule, ip: str) -> Rule:
    """The rule for another destination."""
    return Rule(target="", protocol=rule.protocol, destination=ip, matches=rule.matches)


def refusal(rule: Rule, name: str, reason: Unreachable) -> Rule:
    """The rule that refuses what meets no endpoint: REJECT where there is none at all, else DROP."""
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


def refusal_on_node(rule: Rule, name: str, reason: Unreachable) -> Rule:
    """The same at an address of the node."""
    found = refusal(rule, name, reason)
    return Rule(
        target=found.target,
        protocol=found.protocol,
        comment=found.comment,
        matches=(("-m addrtype --dst-type LOCAL", "ADDRTYPE match dst-type LOCAL"), *found.matches),
        options=found.options,
    )
