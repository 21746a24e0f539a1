"""Pod affinity terms, parsed: which Pods they mean and in which topology (framework/types.go AffinityTerm)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from learn.cluster.api.access import int_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.labels import NOTHING, Operator, Requirement, Selector, from_label_selector

NamespaceLabels: TypeAlias = Callable[[str], Mapping[str, str]]


class Term(NamedTuple):
    """Pods that match `selector` in `namespaces` or in namespaces that match `namespace_selector`."""

    topology_key: str
    selector: Selector
    namespaces: frozenset[str]
    namespace_selector: Selector
    weight: int = 0

    def matches(self, namespace: str, labels: Mapping[str, str], namespace_labels: NamespaceLabels) -> bool:
        in_namespace = namespace in self.namespaces or (
            not self.namespace_selector.nothing
            and self.namespace_selector.matches(namespace_labels(namespace))
        )
        return in_namespace and self.selector.matches(labels)


class PodTerms(NamedTuple):
    """A Pod's affinity towards other Pods."""

    required: tuple[Term, ...] = ()
    anti_required: tuple[Term, ...] = ()
    preferred: tuple[Term, ...] = ()
    anti_preferred: tuple[Term, ...] = ()


NO_TERMS = PodTerms()


def pod_terms(spec: Mapping[str, Any], namespace: str, labels: Mapping[str, str]) -> PodTerms:
    """The terms of a Pod in this namespace with these labels."""
    affinity = spec.get("affinity")
    if not isinstance(affinity, dict):
        return NO_TERMS
    near, far = map_at(affinity, "podAffinity"), map_at(affinity, "podAntiAffinity")
    if not near and not far:
        return NO_TERMS

    def required(side: Mapping[str, Any]) -> tuple[Term, ...]:
        listed = maps_at(side, "requiredDuringSchedulingIgnoredDuringExecution")
        return tuple(_term(term, namespace, labels) for term in listed)

    def preferred(side: Mapping[str, Any]) -> tuple[Term, ...]:
        listed = maps_at(side, "preferredDuringSchedulingIgnoredDuringExecution")
        return tuple(
            _term(map_at(item, "podAffinityTerm"), namespace, labels, int_at(item, "weight") or 0)
            for item in listed
        )

    return PodTerms(required(near), required(far), preferred(near), preferred(far))


def _term(term: Mapping[str, Any], namespace: str, labels: Mapping[str, str], weight: int = 0) -> Term:
    namespaces = frozenset(name for name in list_at(term, "namespaces") if isinstance(name, str))
    namespace_selector = term.get("namespaceSelector")
    if not namespaces and namespace_selector is None:
        namespaces = frozenset({namespace})
    selector = with_label_keys(
        from_label_selector(term.get("labelSelector")),
        labels,
        same=list_at(term, "matchLabelKeys"),
        different=list_at(term, "mismatchLabelKeys"),
    )
    return Term(
        text_at(term, "topologyKey"), selector, namespaces, from_label_selector(namespace_selector), weight
    )


def with_label_keys(
    selector: Selector, labels: Mapping[str, str], *, same: list[Any], different: list[Any] | None = None
) -> Selector:
    """matchLabelKeys and mismatchLabelKeys: the Pod's own values of these labels as further requirements."""
    if selector.nothing or not (same or different):
        return NOTHING if selector.nothing else selector
    added = [Requirement(key, Operator.IN, (labels[key],)) for key in same if key in labels]
    added += [Requirement(key, Operator.NOT_IN, (labels[key],)) for key in different or () if key in labels]
    return Selector((*selector.requirements, *added))
