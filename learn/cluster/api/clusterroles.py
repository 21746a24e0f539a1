"""The roles that every cluster has (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go).

They are evaluated, and not among the objects of a cluster.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Object = dict[str, Any]

_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
_PUBLIC_URLS = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_DISCOVERY_URLS = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", *_PUBLIC_URLS)
_CORE = (
    "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "replicationcontrollers/scale",
    "serviceaccounts", "services",
)  # fmt: skip
_APPS = (
    "daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets",
    "statefulsets/scale",
)  # fmt: skip
_INTO_PODS = ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy")


def _rule(groups: str | Sequence[str], resources: Sequence[str], verbs: Sequence[str]) -> Object:
    groups = [groups] if isinstance(groups, str) else list(groups)
    return {"apiGroups": groups, "resources": list(resources), "verbs": list(verbs)}


def _urls(paths: Sequence[str], verbs: Sequence[str] = ("get",)) -> Object:
    return {"nonResourceURLs": list(paths), "verbs": list(verbs)}


def _with_status(*resources: str) -> tuple[str, ...]:
    return (*resources, *(f"{each}/status" for each in resources if "/" not in each))


_VIEW = (
    _rule("", (*_CORE, "endpoints", "persistentvolumeclaims/status", "services/status"), _READ),
    _rule("", ("bindings", "events", "limitranges", "namespaces/status", "pods/log", "pods/status",
               "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"), _READ),
    _rule("", ("namespaces",), _READ),
    _rule("discovery.k8s.io", ("endpointslices",), _READ),
    _rule("apps", ("controllerrevisions", *_with_status(*_APPS)), _READ),
    _rule("autoscaling", _with_status("horizontalpodautoscalers"), _READ),
    _rule("batch", _with_status("cronjobs", "jobs"), _READ),
    _rule("policy", _with_status("poddisruptionbudgets"), _READ),
    _rule("networking.k8s.io", ("networkpolicies", *_with_status("ingresses")), _READ),
    _rule("metrics.k8s.io", ("pods", "nodes"), _READ),
)  # fmt: skip
_EDIT = (
    _rule("", (*_INTO_PODS, "secrets", "services/proxy"), _READ),
    _rule("", ("serviceaccounts",), ("impersonate",)),
    _rule("", ("pods", *_INTO_PODS), _WRITE),
    _rule("", ("pods/eviction", "serviceaccounts/token"), ("create",)),
    _rule("", (*(each for each in _CORE if each != "pods"), "events", "secrets", "services/proxy"), _WRITE),
    _rule("apps", (*_APPS, "deployments/rollback"), _WRITE),
    _rule("autoscaling", ("horizontalpodautoscalers",), _WRITE),
    _rule("batch", ("cronjobs", "jobs"), _WRITE),
    _rule("policy", ("poddisruptionbudgets",), _WRITE),
    _rule("networking.k8s.io", ("ingresses", "networkpolicies"), _WRITE),
    _rule("coordination.k8s.io", ("leases",), (*_READ, *_WRITE)),
)
_ADMIN = (
    _rule("authorization.k8s.io", ("localsubjectaccessreviews",), ("create",)),
    _rule("rbac.authorization.k8s.io", ("rolebindings", "roles"), (*_READ, *_WRITE)),
)
_BASIC = (
    _rule("authorization.k8s.io", ("selfsubjectaccessreviews", "selfsubjectrulesreviews"), ("create",)),
    _rule("authentication.k8s.io", ("selfsubjectreviews",), ("create",)),
)


def _role(name: str, rules: Iterable[Object] = (), *, into: str = "", collects: str = "") -> Object:
    metadata: Object = {"name": name}
    if into:
        metadata["labels"] = {_AGGREGATE + into: "true"}
    role: Object = {"kind": "ClusterRole", "metadata": metadata, "rules": list(rules)}
    if collects:
        role["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {_AGGREGATE + collects: "true"}}]}
    return role


def _binding(name: str, *groups: str) -> Object:
    return {
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "Group", "name": group} for group in groups],
    }


DEFAULTS: tuple[Object, ...] = (
    _role("cluster-admin", (_rule("*", ("*",), ("*",)), _urls(("*",), ("*",)))),
    _role("admin", collects="admin"),
    _role("edit", into="admin", collects="edit"),
    _role("view", into="edit", collects="view"),
    _role("system:aggregate-to-admin", _ADMIN, into="admin"),
    _role("system:aggregate-to-edit", _EDIT, into="edit"),
    _role("system:aggregate-to-view", _VIEW, into="view"),
    _role("system:basic-user", _BASIC),
    _role("system:discovery", (_urls(_DISCOVERY_URLS),)),
    _role("system:public-info-viewer", (_urls(_PUBLIC_URLS),)),
    _binding("cluster-admin", "system:masters"),
    _binding("system:basic-user", "system:authenticated"),
    _binding("system:discovery", "system:authenticated"),
    _binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
)


def with_defaults(objects: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The roles and bindings of a cluster, and the default ones of which it holds no version of its own."""
    own = list(objects)
    names = {(obj["kind"], obj["metadata"]["name"]) for obj in own}
    return [*(obj for obj in DEFAULTS if (obj["kind"], obj["metadata"]["name"]) not in names), *own]
