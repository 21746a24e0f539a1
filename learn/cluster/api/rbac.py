"""Role-based access: whether a subject may do something (plugin/pkg/auth/authorizer/rbac)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.labels import from_label_selector

KINDS = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: a user or a service account, with its groups."""

    name: str
    groups: tuple[str, ...] = ("system:authenticated",)

    @staticmethod
    def service_account(namespace: str, name: str) -> "Subject":
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
        return Subject(f"system:serviceaccount:{namespace}:{name}", groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: a resource of a group, maybe one object and subresource; or a path such as /healthz."""

    verb: str
    resource: str = ""
    group: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    reason: str = ""
    """`RBAC: allowed by RoleBinding "read/dev" of Role "reader" to User "jane"`; empty when refused."""


def rule_allows(rule: Mapping[str, Any], request: Request) -> bool:
    """One policy rule (RuleAllows): `*` matches anything; a named resource needs the name of the object."""
    if not _has(list_at(rule, "verbs"), request.verb):
        return False
    if request.path:
        return any(_path_matches(str(path), request.path) for path in list_at(rule, "nonResourceURLs"))
    names = list_at(rule, "resourceNames")
    return (
        _has(list_at(rule, "apiGroups"), request.group)
        and _resource_matches(list_at(rule, "resources"), request)
        and (not names or request.name in names)
    )


def _has(words: list[Any], wanted: str) -> bool:
    return "*" in words or wanted in words


def _resource_matches(resources: list[Any], request: Request) -> bool:
    combined = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    if "*" in resources or combined in resources:
        return True
    return bool(request.subresource) and f"*/{request.subresource}" in resources


def _path_matches(pattern: str, path: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern.rstrip("*"))
    return pattern == path


def subject_applies(subject: Mapping[str, Any], who: Subject, namespace: str) -> bool:
    """A subject of a binding; a ServiceAccount without a namespace is one of the binding's own."""
    name = text_at(subject, "name")
    match subject.get("kind"):
        case "User":
            return who.name == name
        case "Group":
            return name in who.groups
        case "ServiceAccount":
            home = text_at(subject, "namespace") or namespace
            return bool(home) and who.name == f"system:serviceaccount:{home}:{name}"
    return False


def evaluate(subject: Subject, request: Request, objects: Iterable[Mapping[str, Any]]) -> Decision:
    """The decision over the Roles, ClusterRoles and bindings among the objects.

    Cluster role bindings come first, then the role bindings of the namespace of the request.
    """
    if "system:masters" in subject.groups:
        return Decision(True)
    roles: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    bindings: list[Mapping[str, Any]] = []
    for obj in objects:
        metadata = map_at(obj, "metadata")
        kind, namespace = text_at(obj, "kind"), text_at(metadata, "namespace")
        if kind in {"Role", "ClusterRole"}:
            roles[kind, namespace if kind == "Role" else "", text_at(metadata, "name")] = obj
        elif kind == "ClusterRoleBinding" or (kind == "RoleBinding" and namespace == request.namespace != ""):
            bindings.append(obj)
    bindings.sort(key=lambda binding: binding.get("kind") != "ClusterRoleBinding")
    for binding in bindings:
        reason = _allows(binding, roles, subject, request)
        if reason:
            return Decision(True, reason)
    return Decision(False)


def _allows(
    binding: Mapping[str, Any],
    roles: Mapping[tuple[str, str, str], Mapping[str, Any]],
    who: Subject,
    request: Request,
) -> str:
    kind, metadata = text_at(binding, "kind"), map_at(binding, "metadata")
    namespace = text_at(metadata, "namespace") if kind == "RoleBinding" else ""
    reference = map_at(binding, "roleRef")
    role_kind, role_name = text_at(reference, "kind"), text_at(reference, "name")
    role = roles.get((role_kind, namespace if role_kind == "Role" else "", role_name))
    if role is None or not any(rule_allows(rule, request) for rule in effective_rules(role, roles)):
        return ""
    for subject in maps_at(binding, "subjects"):
        if subject_applies(subject, who, namespace):
            name = text_at(metadata, "name") + (f"/{namespace}" if namespace else "")
            whom = f'{text_at(subject, "kind")} "{_subject_words(subject)}"'
            return f'RBAC: allowed by {kind} "{name}" of {role_kind} "{role_name}" to {whom}'
    return ""


def _subject_words(subject: Mapping[str, Any]) -> str:
    if subject.get("kind") == "ServiceAccount":
        return f"{text_at(subject, 'name')}/{text_at(subject, 'namespace')}"
    return text_at(subject, "name")


def effective_rules(
    role: Mapping[str, Any],
    roles: Mapping[tuple[str, str, str], Mapping[str, Any]],
    above: tuple[str, ...] = (),
) -> list[Mapping[str, Any]]:
    """A role's rules; an aggregated ClusterRole has those of the roles that it selects.

    Those may be aggregated themselves (`admin` of `edit` of `view`); `above` has the names of the roles on the
    way there, of which none is entered twice.
    """
    name = text_at(map_at(role, "metadata"), "name")
    selectors = maps_at(map_at(role, "aggregationRule"), "clusterRoleSelectors")
    if not selectors:
        return maps_at(role, "rules")
    rules: list[Mapping[str, Any]] = []
    for (kind, _, _), other in sorted(roles.items()):
        labels = map_at(map_at(other, "metadata"), "labels")
        selected = any(from_label_selector(selector).matches(labels) for selector in selectors)
        is_above = text_at(map_at(other, "metadata"), "name") in (*above, name)
        if kind == "ClusterRole" and selected and not is_above:
            rules += effective_rules(other, roles, (*above, name))
    return rules


def forbidden_text(subject: Subject, request: Request) -> str:
    """The 403 message: `pods "web" is forbidden: User "jane" cannot delete resource "pods" in API group …`."""
    user = f'User "{subject.name}"'
    if request.path:
        return f'forbidden: {user} cannot {request.verb} path "{request.path}"'
    resource = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    scope = f'in the namespace "{request.namespace}"' if request.namespace else "at the cluster scope"
    qualified = f"{request.resource}.{request.group}" if request.group else request.resource
    head = f'{qualified} "{request.name}"' if request.name else qualified
    return (
        f'{head} is forbidden: {user} cannot {request.verb} resource "{resource}" '
        f'in API group "{request.group}" {scope}'
    )
