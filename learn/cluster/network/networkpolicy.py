"""
Whether NetworkPolicies let a connection pass.

Rules: staging/src/k8s.io/api/networking/v1/types.go, NetworkPolicySpec; Kubernetes documentation,
concepts/services-networking/network-policies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from learn.cluster.api.labels import from_label_selector
from learn.cluster.network.addresses import is_within

NetworkPolicy = Mapping[str, Any]
Direction = Literal["Ingress", "Egress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """
    One end of a connection.

    `namespace` is empty for an end outside the cluster; `ports` maps (name, protocol) to the numbers of
    the Pod's named container ports.
    """

    ip: str
    namespace: str = ""
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[tuple[str, str], int] = field(default_factory=dict)
    is_node: bool = False

    @property
    def is_pod(self) -> bool:
        return bool(self.namespace) and not self.is_node


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What the policies say of a connection.

    `direction` and `policies` ("namespace/name") name who isolates the end that refuses; when allowed,
    `policies` are those whose rules let it pass, empty where nothing isolates either end.
    """

    allowed: bool
    direction: Direction | None = None
    policies: tuple[str, ...] = ()


def verdict(
    policies: Sequence[NetworkPolicy], source: Peer, destination: Peer, port: int, protocol: str = "TCP"
) -> Verdict:
    """
    Tell whether `source` may open a connection to `destination` at the Pod's own port, after DNAT.

    A Pod always reaches itself, and a node always reaches its Pods (kubelet probes).
    """
    if source.ip == destination.ip or source.is_node:
        return Verdict(allowed=True)
    egress = one_way(policies, "Egress", source, destination, port=port, protocol=protocol)
    if not egress.allowed:
        return egress
    ingress = one_way(policies, "Ingress", source, destination, port=port, protocol=protocol)
    if not ingress.allowed:
        return ingress
    return Verdict(allowed=True, policies=egress.policies + ingress.policies)


def one_way(
    policies: Sequence[NetworkPolicy],
    direction: Direction,
    source: Peer,
    destination: Peer,
    *,
    port: int,
    protocol: str = "TCP",
) -> Verdict:
    """Tell whether the policies of one end let a connection pass: the source's (Egress) or the destination's."""
    subject, other = (source, destination) if direction == "Egress" else (destination, source)
    isolating = [policy for policy in policies if isolates(policy, subject, direction)]
    allowing = [
        policy
        for policy in isolating
        if _allows(policy, direction, other=other, destination=destination, port=port, protocol=protocol)
    ]
    if isolating and not allowing:
        return Verdict(allowed=False, direction=direction, policies=tuple(map(_name, isolating)))
    return Verdict(allowed=True, policies=tuple(map(_name, allowing)))


def policy_types(policy: NetworkPolicy) -> tuple[Direction, ...]:
    """Return the directions that a policy isolates: Ingress always by default, Egress when it has rules."""
    spec = policy["spec"]
    if spec.get("policyTypes"):
        return tuple(spec["policyTypes"])
    return ("Ingress", "Egress") if spec.get("egress") else ("Ingress",)


def isolates(policy: NetworkPolicy, peer: Peer, direction: Direction) -> bool:
    """Tell whether a policy selects this Pod for a direction."""
    return (
        peer.is_pod
        and policy["metadata"].get("namespace", "default") == peer.namespace
        and direction in policy_types(policy)
        and from_label_selector(policy["spec"].get("podSelector") or {}).matches(peer.labels)
    )


def _allows(
    policy: NetworkPolicy, direction: Direction, *, other: Peer, destination: Peer, port: int, protocol: str
) -> bool:
    rules_key, peers_key = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    namespace = policy["metadata"].get("namespace", "default")
    return any(
        _any_peer(rule.get(peers_key), other, namespace)
        and _any_port(rule.get("ports"), destination, port, protocol)
        for rule in policy["spec"].get(rules_key) or ()
    )


def _any_peer(peers: Iterable[Mapping[str, Any]] | None, other: Peer, policy_namespace: str) -> bool:
    return not peers or any(_peer_matches(peer, other, policy_namespace) for peer in peers)


def _peer_matches(peer: Mapping[str, Any], other: Peer, policy_namespace: str) -> bool:
    if block := peer.get("ipBlock"):
        return _in_block(block, other.ip)
    if not other.is_pod:
        return False
    pods, namespaces = peer.get("podSelector"), peer.get("namespaceSelector")
    if namespaces is None:
        in_namespace = other.namespace == policy_namespace
    else:
        in_namespace = from_label_selector(namespaces).matches(other.namespace_labels)
    return in_namespace and (pods is None or from_label_selector(pods).matches(other.labels))


def _in_block(block: Mapping[str, Any], ip: str) -> bool:
    return is_within(ip, block["cidr"]) and not any(
        is_within(ip, excluded) for excluded in block.get("except") or ()
    )


def _any_port(ports: Iterable[Mapping[str, Any]] | None, destination: Peer, port: int, protocol: str) -> bool:
    return not ports or any(_port_matches(rule, destination, port, protocol) for rule in ports)


def _port_matches(rule: Mapping[str, Any], destination: Peer, port: int, protocol: str) -> bool:
    if (rule.get("protocol") or "TCP") != protocol:
        return False
    wanted = rule.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return destination.ports.get((wanted, protocol)) == port
    return bool(wanted <= port <= (rule.get("endPort") or wanted))


def _name(policy: NetworkPolicy) -> str:
    metadata = policy["metadata"]
    return f"{metadata.get('namespace', 'default')}/{metadata['name']}"
