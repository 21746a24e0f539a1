"""Rules of roles: those that hold for somebody, and rows of them as describe and `auth can-i --list` show them.

Source: staging/src/k8s.io/kubectl/pkg/util/rbac, plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from learn.cluster.api.access import map_at, maps_at, text_at
from learn.cluster.api.clusterroles import with_defaults
from learn.cluster.api.rbac import Subject, effective_rules, subject_applies
from learn.cluster.objects import Obj


def rules_of(subject: Subject, namespace: str, objects: Iterable[Obj]) -> Iterator[Mapping[str, Any]]:
    """Every rule that holds for a subject in a namespace: a cluster's own roles, then those bound by objects."""
    known = with_defaults(objects)
    roles = {
        (obj["kind"], text_at(obj["metadata"], "namespace"), obj["metadata"]["name"]): obj
        for obj in known
        if obj["kind"] in ("Role", "ClusterRole")
    }
    for binding in known:
        home = text_at(binding["metadata"], "namespace")
        if not binding["kind"].endswith("Binding") or home not in ("", namespace):
            continue
        reference = map_at(binding, "roleRef")
        kind = text_at(reference, "kind")
        role = roles.get((kind, home if kind == "Role" else "", text_at(reference, "name")))
        if role and any(subject_applies(each, subject, home) for each in maps_at(binding, "subjects")):
            yield from effective_rules(role, roles)


def policy_rows(rules: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """One row for each resource and name, with all of its verbs; one for each verb of a URL.

    They are sorted by verbs, group, resource and name, as the client compares whole rules
    (pkg/util/rbac: BreakdownRule, CompactRules, SortableRuleSlice).
    """
    verbs_of: dict[tuple[str, str, str], list[str]] = {}
    found: list[tuple[tuple[str, ...], tuple[str, str, str, str]]] = []
    for rule in rules:
        for url, verb in product(rule.get("nonResourceURLs") or (), rule.get("verbs") or ()):
            found.append((_order([verb], url=url), ("", f"[{url}]", "[]", f"[{verb}]")))
        groups, resources = rule.get("apiGroups") or (), rule.get("resources") or ()
        for key in product(groups, resources, rule.get("resourceNames") or ("",)):
            verbs_of.setdefault(key, []).extend(rule.get("verbs") or ())
    for (group, resource, only), verbs in verbs_of.items():
        name, slash, sub = resource.partition("/")
        shown = name + (f".{group}" if group else "") + (f"/{sub}" if slash else "")
        order = _order(verbs, group=f"[{group}]", resource=resource, only=only)
        found.append((order, (shown, "[]", f"[{only}]", _list(verbs))))
    return [row for _, row in sorted(found)]


def _order(
    verbs: Iterable[str], *, group: str = "[]", resource: str = "", only: str = "", url: str = ""
) -> tuple[str, ...]:
    return (_list(verbs), group, f"[{resource}]", f"[{only}]", f"[{url}]")


def _list(words: Iterable[str]) -> str:
    return f"[{' '.join(words)}]"
