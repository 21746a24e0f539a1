"""Who may do what: roles, bindings, the default roles and how they are gathered.

Rules: documentation "Using RBAC Authorization"; plugin/pkg/auth/authorizer/rbac/{rbac.go,bootstrappolicy/policy.go},
pkg/apis/rbac/v1/evaluation_helpers.go, pkg/controller/clusterroleaggregation.
"""

from typing import Any

import pytest

from learn.cluster.api.rbac import Request, Subject, forbidden_text
from learn.cluster.cluster import Cluster
from learn.cluster.objects import Obj

JANE = Subject("jane")
ROBOT = Subject.service_account("dev", "robot")
RBAC = "rbac.authorization.k8s.io"


def role(kind: str, name: str, *rules: Obj, namespace: str = "dev", **more: Any) -> Obj:
    metadata: Obj = {"name": name, **more}
    if kind == "Role":
        metadata["namespace"] = namespace
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": metadata, "rules": list(rules)}


def binding(kind: str, to: str, subject: Obj, *, namespace: str = "dev") -> Obj:
    metadata = {"name": f"to-{to.rpartition('/')[2]}"}
    role_kind, _, name = to.partition("/")
    if kind == "RoleBinding":
        metadata["namespace"] = namespace
    if subject["kind"] != "ServiceAccount":
        subject = {**subject, "apiGroup": RBAC}
    reference = {"apiGroup": RBAC, "kind": role_kind, "name": name}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": metadata,
        "roleRef": reference,
        "subjects": [subject],
    }


USER = {"kind": "User", "name": "jane"}
ACCOUNT = {"kind": "ServiceAccount", "name": "robot", "namespace": "dev"}


def cluster_of(*objects: Obj) -> Cluster:
    cluster = Cluster(nodes=0)
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dev"}})
    for obj in objects:
        cluster.create(obj)
    return cluster


def asked(verb: str, what: str, namespace: str = "dev", group: str = "", name: str = "") -> Request:
    if what.startswith("/"):
        return Request(verb=verb, path=what)
    resource, _, subresource = what.partition("/")
    return Request(
        verb=verb, resource=resource, subresource=subresource, group=group, namespace=namespace, name=name
    )


def rule(groups: str = "", resources: str = "pods", verbs: str = "get list", **more: Any) -> Obj:
    return {"apiGroups": groups.split(","), "resources": resources.split(), "verbs": verbs.split(), **more}


RULES = [
    ("the verb and the resource", rule(), asked("list", "pods"), True),
    ("another verb", rule(), asked("delete", "pods"), False),
    ("another group", rule(), asked("list", "pods", group="apps"), False),
    ("any group", rule("*"), asked("list", "pods", group="apps"), True),
    ("any resource and verb", rule("*", "*", "*"), asked("delete", "pods/log"), True),
    ("a subresource is a resource of its own", rule(), asked("get", "pods/log"), False),
    ("a named subresource", rule(resources="pods/log"), asked("get", "pods/log"), True),
    ("a subresource of anything", rule(resources="*/scale", verbs="update"), asked("update", "pods/scale"), True),
    ("a named object", rule(resourceNames=["web"]), asked("get", "pods", name="web"), True),
    ("another object", rule(resourceNames=["web"]), asked("get", "pods", name="db"), False),
    ("a list has no name", rule(resourceNames=["web"]), asked("list", "pods"), False),
    ("another namespace", rule(), asked("list", "pods", "default"), False),
    ("every namespace at once", rule(), asked("list", "pods", ""), False),
]  # fmt: skip


@pytest.mark.parametrize(("what", "granted", "request_", "allowed"), RULES, ids=[row[0] for row in RULES])
def test_a_rule_allows(what: str, granted: Obj, request_: Request, allowed: bool) -> None:
    cluster = cluster_of(role("Role", "reader", granted), binding("RoleBinding", "Role/reader", USER))
    assert cluster.can(JANE, request_).allowed is allowed


BINDINGS = [
    ("a RoleBinding of a ClusterRole holds in its namespace", "RoleBinding", USER, JANE, "dev", True),
    ("and nowhere else", "RoleBinding", USER, JANE, "default", False),
    ("a ClusterRoleBinding holds everywhere", "ClusterRoleBinding", USER, JANE, "default", True),
    ("and across namespaces", "ClusterRoleBinding", USER, JANE, "", True),
    ("a service account", "RoleBinding", ACCOUNT, ROBOT, "dev", True),
    ("that of another namespace is another", "RoleBinding", {**ACCOUNT, "namespace": "default"}, ROBOT, "dev", False),
    ("all accounts of a namespace", "RoleBinding", {"kind": "Group", "name": "system:serviceaccounts:dev"}, ROBOT, "dev", True),
    ("a group", "RoleBinding", {"kind": "Group", "name": "team"}, Subject("joe", ("team",)), "dev", True),
    ("names are exact", "RoleBinding", {"kind": "User", "name": "Jane"}, JANE, "dev", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "kind", "subject", "who", "namespace", "allowed"), BINDINGS, ids=[row[0] for row in BINDINGS]
)
def test_a_binding_holds(
    what: str, kind: str, subject: Obj, who: Subject, namespace: str, allowed: bool
) -> None:
    cluster = cluster_of(role("ClusterRole", "reader", rule()), binding(kind, "ClusterRole/reader", subject))
    assert cluster.can(who, asked("list", "pods", namespace)).allowed is allowed


DEFAULT_ROLES = [
    ("view", "get", "pods", "", True),
    ("view", "get", "pods/log", "", True),
    ("view", "get", "secrets", "", False),
    ("view", "create", "pods", "", False),
    ("view", "list", "roles", RBAC, False),
    ("edit", "get", "secrets", "", True),
    ("edit", "create", "pods/exec", "", True),
    ("edit", "patch", "deployments", "apps", True),
    ("edit", "list", "pods", "", True),
    ("edit", "create", "rolebindings", RBAC, False),
    ("edit", "update", "resourcequotas", "", False),
    ("admin", "create", "rolebindings", RBAC, True),
    ("admin", "list", "pods", "", True),
    ("admin", "delete", "namespaces", "", False),
    ("admin", "update", "nodes", "", False),
    ("cluster-admin", "delete", "nodes", "", True),
]


@pytest.mark.parametrize(("name", "verb", "resource", "group", "allowed"), DEFAULT_ROLES)
def test_default_roles(name: str, verb: str, resource: str, group: str, allowed: bool) -> None:
    cluster = cluster_of(binding("RoleBinding", f"ClusterRole/{name}", USER))
    assert cluster.can(JANE, asked(verb, resource, group=group)).allowed is allowed


def test_the_view_role_takes_in_what_is_labelled_for_it() -> None:
    labelled = role(
        "ClusterRole",
        "see-crons",
        rule("stable.example.com", "crontabs"),
        labels={f"{RBAC}/aggregate-to-view": "true"},
    )
    cluster = cluster_of(labelled, binding("RoleBinding", "ClusterRole/admin", USER))
    assert cluster.can(JANE, asked("list", "crontabs", group="stable.example.com")).allowed


def test_roles_that_gather_each_other_end() -> None:
    around = [
        {
            **role("ClusterRole", name, labels={"of": other}),
            "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"of": name}}]},
        }
        for name, other in (("one", "two"), ("two", "one"))
    ]
    cluster = cluster_of(*around, binding("RoleBinding", "ClusterRole/one", USER))
    assert not cluster.can(JANE, asked("list", "pods")).allowed


PATHS = [(JANE, "/version", True), (JANE, "/apis/apps", True), (JANE, "/metrics", False), (Subject("x", ("system:unauthenticated",)), "/healthz", True), (Subject("x", ("system:unauthenticated",)), "/api", False)]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "allowed"), PATHS)
def test_paths_of_the_api_server(who: Subject, path: str, allowed: bool) -> None:
    assert cluster_of().can(who, asked("get", path)).allowed is allowed


def test_masters_may_do_anything() -> None:
    root = Subject("root", ("system:masters",))
    assert cluster_of().can(root, asked("delete", "nodes", "")).allowed
    assert cluster_of().can(root, asked("post", "/debug")).allowed


def test_the_decision_names_what_allows_it() -> None:
    cluster = cluster_of(role("Role", "reader", rule()), binding("RoleBinding", "Role/reader", ACCOUNT))
    assert cluster.can(ROBOT, asked("get", "pods")).reason == (
        'RBAC: allowed by RoleBinding "to-reader/dev" of Role "reader" to ServiceAccount "robot/dev"'
    )


def test_the_refusal_in_the_servers_words() -> None:
    assert forbidden_text(ROBOT, asked("list", "deployments", group="apps")) == (
        'deployments.apps is forbidden: User "system:serviceaccount:dev:robot" cannot list resource "deployments" '
        'in API group "apps" in the namespace "dev"'
    )
