"""nodeSelector and nodeAffinity (plugins/nodeaffinity, component-helpers nodeaffinity.go), nodeName."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.labels import from_node_selector_term
from learn.cluster.objects import Obj, labels_of
from learn.cluster.scheduling.nodeinfo import NodeInfo, PodInfo, Snapshot
from learn.cluster.scheduling.score import normalized
from learn.cluster.scheduling.verdict import NodeFilter, Refusal, Refused

NodeMatch: TypeAlias = Callable[[str, Mapping[str, str]], bool]
"""Whether a node of this name with these labels matches."""


def term_matcher(term: Mapping[str, Any]) -> NodeMatch:
    """One node selector term: all expressions and fields must hold; an empty term matches nothing."""
    expressions, fields = list_at(term, "matchExpressions"), maps_at(term, "matchFields")
    if not expressions and not fields:
        return lambda name, labels: False
    selector = from_node_selector_term(expressions)
    by_field = [(text_at(each, "operator"), list_at(each, "values")) for each in fields]

    def matches(name: str, labels: Mapping[str, str]) -> bool:
        if not all((name in values) == (operator == "In") for operator, values in by_field):
            return False
        return not expressions or selector.matches(labels)

    return matches


def selector_matcher(node_selector: Mapping[str, Any]) -> NodeMatch:
    """A NodeSelector: any of its terms."""
    matchers = [term_matcher(term) for term in maps_at(node_selector, "nodeSelectorTerms")]
    return lambda name, labels: any(matches(name, labels) for matches in matchers)


def required_matcher(spec: Mapping[str, Any]) -> NodeMatch | None:
    """A Pod's nodeSelector and required nodeAffinity together; None when it has neither."""
    wanted = texts_at(spec, "nodeSelector")
    required = _node_affinity(spec).get("requiredDuringSchedulingIgnoredDuringExecution")
    in_terms = selector_matcher(required) if isinstance(required, dict) else None
    if not wanted and in_terms is None:
        return None

    def matches(name: str, labels: Mapping[str, str]) -> bool:
        if any(labels.get(key) != value for key, value in wanted.items()):
            return False
        return in_terms is None or in_terms(name, labels)

    return matches


def matches_node(spec: Mapping[str, Any], node: Obj) -> bool:
    """Whether a Pod with this spec may be on a node, as far as its nodeSelector and required nodeAffinity go."""
    matches = required_matcher(spec)
    return matches is None or matches(node["metadata"]["name"], labels_of(node))


def _node_affinity(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return map_at(map_at(spec, "affinity"), "nodeAffinity")


def named_nodes(pod: PodInfo) -> frozenset[str] | None:
    """The only nodes that matchFields leave, when every term names some; None for all of them.

    Raises Refused when the names in one term exclude each other.
    """
    required = map_at(_node_affinity(pod.spec), "requiredDuringSchedulingIgnoredDuringExecution")
    terms = maps_at(required, "nodeSelectorTerms")
    found: set[str] = set()
    for term in terms:
        names = _names(term)
        if names is None:
            return None
        found |= names
    if terms and not found:
        raise Refused("NodeAffinity", "pod affinity terms conflict", "spec.affinity.nodeAffinity")
    return frozenset(found) if terms else None


def _names(term: Mapping[str, Any]) -> set[str] | None:
    names: set[str] | None = None
    for each in maps_at(term, "matchFields"):
        if text_at(each, "key") == "metadata.name" and text_at(each, "operator") == "In":
            values = set(list_at(each, "values"))
            names = values if names is None else names & values
    return names


def node_name_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    wanted = text_at(pod.spec, "nodeName")
    if not wanted:
        return None
    refusal = Refusal("NodeName", ("node(s) didn't match the requested node name",), field="spec.nodeName")
    return lambda node: None if node.name == wanted else refusal


def affinity_filter(pod: PodInfo, snapshot: Snapshot) -> NodeFilter | None:
    matches = required_matcher(pod.spec)
    if matches is None:
        return None
    is_plain = bool(texts_at(pod.spec, "nodeSelector"))
    refusal = Refusal(
        "NodeAffinity",
        ("node(s) didn't match Pod's node affinity/selector",),
        field="spec.nodeSelector" if is_plain else "spec.affinity.nodeAffinity",
    )
    return lambda node: None if matches(node.name, node.labels) else refusal


def affinity_scores(pod: PodInfo, nodes: Sequence[NodeInfo]) -> list[int] | None:
    """The weights of the preferred terms that a node meets; None without such terms."""
    listed = maps_at(_node_affinity(pod.spec), "preferredDuringSchedulingIgnoredDuringExecution")
    terms = [(int_at(item, "weight") or 0, term_matcher(map_at(item, "preference"))) for item in listed]
    if not terms:
        return None
    return normalized(
        [sum(weight for weight, matches in terms if matches(node.name, node.labels)) for node in nodes]
    )
