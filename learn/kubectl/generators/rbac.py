"""role, rolebinding, clusterrole, clusterrolebinding."""

from __future__ import annotations

from dataclasses import replace

from learn.cluster.api.kinds import find_resource
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.generators.common import Generator, metadata, only_name
from learn.kubectl.labelspecs import labels_of_text

_GROUP = "rbac.authorization.k8s.io"
_VERBS = frozenset(
    [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
        "deletecollection",
        "use",
        "bind",
        "impersonate",
        "escalate",
        "*",
        "approve",
        "sign",
    ]
)
_RULE_FLAGS = (
    Flag(name="verb", kind=Kind.STRINGS),
    Flag(name="resource", kind=Kind.STRINGS),
    Flag(name="resource-name", kind=Kind.STRING_ARRAY),
)
_SUBJECT_FLAGS = (
    Flag(name="clusterrole"),
    Flag(name="user", kind=Kind.STRING_ARRAY),
    Flag(name="group", kind=Kind.STRING_ARRAY),
    Flag(name="serviceaccount", kind=Kind.STRING_ARRAY),
)


def _rules(call: Call) -> list[Obj]:
    verbs = list(dict.fromkeys(call.parsed.texts("verb")))
    urls = list(call.parsed.texts("non-resource-url"))
    if not verbs:
        raise CommandError("error: at least one verb must be specified")
    if urls:
        return [{"nonResourceURLs": urls, "verbs": verbs}]
    if not call.parsed.texts("resource"):
        raise CommandError("error: at least one resource must be specified")
    for verb in verbs:
        if verb not in _VERBS:
            call.warn(f"Warning: '{verb}' is not a standard resource verb")
    groups: dict[str, list[str]] = {}
    for text in call.parsed.texts("resource"):
        word, slash, sub = text.partition("/")
        kind = find_resource(word)
        if kind is None and word != "*":
            raise CommandError(f'the server doesn\'t have a resource type "{word}"')
        group, plural = (kind.group, kind.plural) if kind else ("", "*")
        groups.setdefault(group, []).append(plural + slash + sub)
    names = list(call.parsed.texts("resource-name"))
    rules: list[Obj] = []
    for group in sorted(groups):
        rule: Obj = {"apiGroups": [group], "resources": groups[group], "verbs": verbs}
        rules.append({**rule, "resourceNames": names} if names else rule)
    return rules


def _role(call: Call) -> Obj:
    name = only_name(call, "role")
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "Role",
        "metadata": metadata(call, name),
        "rules": _rules(call),
    }


def _cluster_role(call: Call) -> Obj:
    name = only_name(call, "clusterrole")
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "ClusterRole",
        "metadata": metadata(call, name, namespaced=False),
        **_aggregated_or_own_rules(call),
    }


def _aggregated_or_own_rules(call: Call) -> Obj:
    aggregation = call.parsed.text("aggregation-rule")
    if not aggregation:
        return {"rules": _rules(call)}
    if call.parsed.texts("verb") or call.parsed.texts("resource") or call.parsed.texts("non-resource-url"):
        raise CommandError(
            "error: aggregation rule must be specified without nonResourceURLs, resources or resourceNames"
        )
    selector = {"matchLabels": labels_of_text(aggregation)}
    return {"aggregationRule": {"clusterRoleSelectors": [selector]}, "rules": None}


def subjects_of(call: Call) -> list[Obj]:
    found: list[Obj] = []
    for kind, flag in (("User", "user"), ("Group", "group")):
        found += [{"apiGroup": _GROUP, "kind": kind, "name": name} for name in call.parsed.texts(flag)]
    for text in call.parsed.texts("serviceaccount"):
        namespace, colon, name = text.partition(":")
        if not colon or not namespace or not name:
            raise CommandError("error: serviceaccount must be <namespace>:<name>")
        found.append({"kind": "ServiceAccount", "name": name, "namespace": namespace})
    return found


def _role_binding(call: Call) -> Obj:
    name = only_name(call, "rolebinding")
    cluster_role, role = call.parsed.text("clusterrole"), call.parsed.text("role")
    if bool(cluster_role) == bool(role):
        raise CommandError("error: exactly one of clusterrole or role must be specified")
    kind = "ClusterRole" if cluster_role else "Role"
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "RoleBinding",
        "metadata": metadata(call, name),
        "roleRef": {"apiGroup": _GROUP, "kind": kind, "name": cluster_role or role},
        **({"subjects": subjects} if (subjects := subjects_of(call)) else {}),
    }


def _cluster_role_binding(call: Call) -> Obj:
    name = only_name(call, "clusterrolebinding")
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": metadata(call, name, namespaced=False),
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": call.parsed.text("clusterrole")},
        **({"subjects": subjects} if (subjects := subjects_of(call)) else {}),
    }


GENERATORS = (
    Generator(name="role", build=_role, summary="Roleを作ります", flags=_RULE_FLAGS),
    Generator(
        name="clusterrole",
        build=_cluster_role,
        summary="ClusterRoleを作ります",
        flags=(*_RULE_FLAGS, Flag(name="non-resource-url", kind=Kind.STRINGS), Flag(name="aggregation-rule")),
    ),
    Generator(
        name="rolebinding",
        build=_role_binding,
        wrapping="failed to create rolebinding",
        summary="RoleBindingを作ります",
        flags=(*_SUBJECT_FLAGS, Flag(name="role")),
    ),
    Generator(
        name="clusterrolebinding",
        build=_cluster_role_binding,
        wrapping="failed to create clusterrolebinding",
        summary="ClusterRoleBindingを作ります",
        flags=(replace(_SUBJECT_FLAGS[0], required=True), *_SUBJECT_FLAGS[1:]),
    ),
)
