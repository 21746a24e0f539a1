"""`kubectl rollout history` (polymorphichelpers/history.go)."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj, annotations_of, controller_of
from learn.kubectl.call import Call, Command, State
from learn.kubectl.describe.common import Scene
from learn.kubectl.describe.pods import template_body
from learn.kubectl.describe.writer import Writer, align
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.output import OUTPUT_FLAGS, format_of, object_name, printer_for
from learn.kubectl.revisions import CHANGE_CAUSE, revision_of
from learn.kubectl.targets import write_targets

_VIEWED = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def start(call: Call) -> State | None:
    if not call.args and not call.parsed.has("filename"):
        raise CommandError("error: required resource not specified")
    revision = call.parsed.number("revision", 0)
    if revision < 0:
        raise CommandError("error: revision must be a positive integer: " + str(revision))
    for kind, obj in write_targets(call, "rollout history", needs_name=False):
        if kind.kind not in _VIEWED:
            raise CommandError(f"error: {unvisited('history', 'history viewer', kind)}")
        _show(call, kind, obj, revision)
    return None


_VISITED = _VIEWED | {"Job", "Pod", "ReplicaSet", "ReplicationController", "CronJob"}


def unvisited(retrieving: str, what: str, kind: Kind) -> str:
    """Why a kind has no such thing (apps.KindVisitor)."""
    if kind.kind in _VISITED:
        return f'no {what} has been implemented for "{kind.qualified}"'
    return f'error retrieving {retrieving} for "{kind.qualified}", no visitor method exists for {{{kind.group} {kind.kind}}}'


def revisions(call: Call, obj: Obj) -> dict[int, Obj]:
    """Revision number -> ReplicaSet or ControllerRevision, oldest first."""
    kind = "ReplicaSet" if obj["kind"] == "Deployment" else "ControllerRevision"
    owned = call.cluster.store.owned_by(obj["metadata"]["uid"], kind)
    mine = [each for each in owned if (controller_of(each) or {}).get("uid") == obj["metadata"]["uid"]]
    found = {revision_of(each): each for each in mine if revision_of(each)}
    return dict(sorted(found.items()))


def template_of(revision: Obj) -> Obj:
    """The Pod template that a revision keeps."""
    if revision["kind"] == "ControllerRevision":
        template: Obj = revision["data"]["spec"]["template"]
        return template
    return revision["spec"]["template"]  # type: ignore[no-any-return]  # plain data


def _show(call: Call, kind: Kind, obj: Obj, revision: int) -> None:
    found = revisions(call, obj)
    format_name, argument = format_of(call)
    if format_name:
        chosen = found.get(revision) if revision else obj
        if chosen is None:
            raise CommandError("error: unable to find the specified revision")
        call.write(printer_for(call, format_name, argument)(chosen))
        return
    if not revision:
        text = "REVISION\tCHANGE-CAUSE\n" + "".join(
            f"{number}\t{annotations_of(each).get(CHANGE_CAUSE) or '<none>'}\n"
            for number, each in found.items()
        )
        shown = align(text.rstrip("\n").split("\n")) + "\n" if found else "No rollout history found."
        call.print(f"{object_name(obj)} ")
        call.print(shown)
        return
    if revision not in found:
        raise CommandError("error: unable to find the specified revision")
    call.print(f"{object_name(obj)} with revision #{revision}")
    call.write(_template_text(call, found[revision]))


def _template_text(call: Call, revision: Obj) -> str:
    """`Pod Template:` with its change cause among the annotations (printTemplate)."""
    out = Writer()
    out.line("Pod Template:")
    template = template_of(revision)
    cause = annotations_of(revision).get(CHANGE_CAUSE)
    if cause:
        meta = template.get("metadata") or {}
        annotations = {**(meta.get("annotations") or {}), CHANGE_CAUSE: cause}
        template = {**template, "metadata": {**meta, "annotations": annotations}}
    template_body(Scene(call.cluster), out, template)
    return out.tabbed + "\n"


COMMAND = Command(
    path="rollout history",
    start=start,
    summary="リビジョンの一覧か、1つのリビジョンの内容を表示します",
    usage="rollout history 種類/名前",
    flags=(*FILE_FLAGS, *OUTPUT_FLAGS, SELECTOR, Flag(name="revision", kind=Takes.INT)),
)
