"""NetworkPolicies against the Pods they are about, and against themselves."""

from collections.abc import Iterator

from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.sandbox.checks.registry import Finding, object_check
from learn.sandbox.checks.world import World, namespace_of
from learn.sandbox.objects import ManifestObject


@object_check("network-policy-no-pods", "NetworkPolicy")
def no_pods(policy: ManifestObject, world: World) -> Iterator[Finding]:
    """A podSelector that fits no Pod of the manifest, though Pods are there."""
    selector = map_at(policy.value, "spec").get("podSelector")
    neighbours = [w for w in world.workloads if w.namespace == namespace_of(policy)]
    if neighbours and isinstance(selector, dict) and not world.matching(selector, namespace_of(policy)):
        yield Finding(obj=policy, path=("spec", "podSelector"), on_key=True)


@object_check("network-policy-egress-ignored", "NetworkPolicy")
def egress_ignored(policy: ManifestObject, world: World) -> Iterator[Finding]:
    """Rules of a direction that policyTypes leaves out have no effect."""
    spec = map_at(policy.value, "spec")
    types = list_at(spec, "policyTypes")
    for field, name in (("ingress", "Ingress"), ("egress", "Egress")):
        if types and field in spec and name not in types:
            yield Finding(
                obj=policy, path=("spec", field), params={"field": field, "type": name}, on_key=True
            )


@object_check("network-policy-no-dns", "NetworkPolicy")
def no_dns(policy: ManifestObject, world: World) -> Iterator[Finding]:
    """Egress narrowed to ports without 53: names can no longer be looked up."""
    spec = map_at(policy.value, "spec")
    rules = maps_at(spec, "egress")
    if not rules:
        return
    for rule in rules:
        ports = maps_at(rule, "ports")
        if not ports:
            return
        if any(
            port.get("port") in (None, 53, "53", "dns", "domain", "dns-tcp") or _spans_dns(port)
            for port in ports
        ):
            return
    yield Finding(obj=policy, path=("spec", "egress"), on_key=True)


def _spans_dns(port: object) -> bool:
    if not isinstance(port, dict):
        return False
    low, high = int_at(port, "port"), int_at(port, "endPort")
    return low is not None and high is not None and low <= 53 <= high


@object_check("network-policy-peers-or", "NetworkPolicy")
def peers_are_or(policy: ManifestObject, world: World) -> Iterator[Finding]:
    """podSelector and namespaceSelector as two items mean "or"; in one item they mean "and"."""
    spec = map_at(policy.value, "spec")
    for direction, field in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(maps_at(spec, direction)):
            peers = [set(peer) for peer in maps_at(rule, field)]
            if {"podSelector"} in peers and {"namespaceSelector"} in peers:
                position = peers.index({"podSelector"})
                yield Finding(
                    obj=policy, path=("spec", direction, index, field, position), params={"field": field}
                )


@object_check("network-policy-service-port", "NetworkPolicy")
def service_port(policy: ManifestObject, world: World) -> Iterator[Finding]:
    """An ingress port that no selected container declares: policies see the container's port, not the Service's."""
    spec = map_at(policy.value, "spec")
    selected = world.matching(spec.get("podSelector"), namespace_of(policy))
    declared = {port.get("containerPort") for w in selected for port in w.ports}
    named = {text_at(port, "name") for w in selected for port in w.ports}
    for i, rule in enumerate(maps_at(spec, "ingress")):
        for j, port in enumerate(maps_at(rule, "ports")):
            value = port.get("port")
            if (
                declared
                and value is not None
                and "endPort" not in port
                and value not in declared
                and value not in named
            ):
                known = "、".join(str(number) for number in sorted(n for n in declared if isinstance(n, int)))
                yield Finding(
                    obj=policy,
                    path=("spec", "ingress", i, "ports", j, "port"),
                    params={"port": str(value), "known": known},
                )
