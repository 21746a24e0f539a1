"""`kubectl auth can-i` and `auth whoami` (staging/src/k8s.io/kubectl/pkg/cmd/auth/)."""

from __future__ import annotations

from collections.abc import Iterable

from learn.cluster.api.kinds import find_resource
from learn.cluster.api.rbac import KINDS, Request, Subject
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.groups import group
from learn.kubectl.lookup import ALL_NAMESPACES
from learn.kubectl.policyrules import policy_rows, rules_of
from learn.kubectl.tables import render_table

_ADMIN = Subject("kubernetes-admin", ("system:masters", "system:authenticated"))
_LIST_HEADER = ("Resources", "Non-Resource URLs", "Resource Names", "Verbs")


def subject_of(call: Call) -> Subject:
    """Who asks: the admin, or whom `--as` names."""
    name = call.parsed.text("as")
    if not name:
        return _ADMIN
    groups = call.parsed.texts("as-group")
    if name.startswith("system:serviceaccount:"):
        _, _, namespace, account = (*name.split(":"), "", "")[:4]
        found = Subject.service_account(namespace, account)
        return Subject(found.name, (*found.groups, *groups))
    return Subject(name, (*groups, "system:authenticated"))


def _rbac_objects(call: Call) -> Iterable[Obj]:
    for kind in KINDS:
        yield from call.cluster.store.objects(kind)


def _can_i(call: Call) -> State | None:
    if call.parsed.is_on("list"):
        return _list(call)
    if len(call.args) not in (2, 3):
        raise CommandError(
            "error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples."
        )
    verb, word = call.args[0], call.args[1]
    request = Request(verb=verb, path=word) if word.startswith("/") else _resource_request(call, verb, word)
    decision = call.cluster.can(subject_of(call), request)
    quiet = call.parsed.is_on("quiet")
    if not quiet:
        call.print("yes" if decision.allowed else "no")
    call.exit_code = 0 if decision.allowed else 1
    return None


def _list(call: Call) -> State | None:
    """Everything that is allowed in the namespace."""
    if call.args:
        raise CommandError("error: list option must be specified with no arguments")
    header = [] if call.parsed.is_on("no-headers") else [_LIST_HEADER]
    namespace = "" if call.every_namespace else call.namespace
    call.write(
        render_table([*header, *policy_rows(rules_of(subject_of(call), namespace, _rbac_objects(call)))])
    )
    return None


def _resource_request(call: Call, verb: str, word: str) -> Request:
    resource, _, name = word.partition("/")
    if len(call.args) == 3:
        name = call.args[2]
    kind = find_resource(resource)
    subresource = call.parsed.text("subresource")
    namespace = "" if call.every_namespace else call.namespace
    if kind is None:
        if resource != "*":
            call.warn(f"Warning: the server doesn't have a resource type '{resource}'\n")
        return Request(verb=verb, resource=resource, namespace=namespace, name=name, subresource=subresource)
    if not kind.namespaced and not call.every_namespace:
        where = f" in group '{kind.group}'" if kind.group else ""
        call.warn(f"Warning: resource '{kind.plural}' is not namespace scoped{where}\n")
    return Request(
        verb=verb,
        resource=kind.plural,
        group=kind.group,
        namespace=namespace if kind.namespaced else "",
        name=name,
        subresource=subresource,
    )


def _whoami(call: Call) -> State | None:
    subject = subject_of(call)
    rows = [["ATTRIBUTE", "VALUE"], ["Username", subject.name], ["Groups", f"[{' '.join(subject.groups)}]"]]
    call.write(render_table(rows))
    return None


COMMAND = group(
    "auth",
    "権限を調べます",
    {
        "can-i": Command(
            path="auth can-i",
            start=_can_i,
            summary="操作が許されているかを調べます",
            usage="auth can-i 動詞 種類 [名前]",
            flags=(
                ALL_NAMESPACES,
                Flag(name="quiet", short="q", kind=Takes.BOOL),
                Flag(name="list", kind=Takes.BOOL),
                Flag(name="no-headers", kind=Takes.BOOL),
                Flag(name="subresource"),
            ),
        ),
        "whoami": Command(
            path="auth whoami", start=_whoami, summary="自分がだれとして扱われるかを表示します"
        ),
    },
)
