"""`kubectl rollout undo` (polymorphichelpers/rollback.go)."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.revisions import template_of_revision
from learn.kubectl.targets import write_targets
from learn.kubectl.verbs.rollout.history import revisions, template_of, unvisited
from learn.kubectl.writes import WRITE_FLAGS, DryRun, dry_run_of, print_done, update

_ROLLED = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def start(call: Call) -> State | None:
    if not call.args and not call.parsed.has("filename"):
        raise CommandError("error: required resource not specified")
    dry_run = dry_run_of(call)
    for kind, obj in write_targets(call, "rollout undo", needs_name=False):
        if kind.kind not in _ROLLED:
            raise CommandError(f"error: {unvisited('rollbacker', 'rollbacker', kind)}")
        _undo(call, kind, obj, dry_run)
    return None


def _undo(call: Call, kind: Kind, obj: Obj, dry_run: DryRun) -> None:
    wanted = call.parsed.number("to-revision", 0)
    found = revisions(call, obj)
    name = obj["metadata"]["name"]
    if wanted and wanted not in found:
        raise CommandError(f"error: unable to find specified revision {wanted} in history")
    if not wanted:
        if len(found) < 2:
            words = (
                f'no rollout history found for deployment "{name}"'
                if kind.kind == "Deployment"
                else "no last revision to roll back to"
            )
            raise CommandError(f"error: {words}")
        wanted = sorted(found)[-2]
    if obj["spec"].get("paused"):
        raise CommandError(
            "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
        )
    template = template_of_revision({"spec": {"template": template_of(found[wanted])}})
    if template == template_of_revision(obj):
        print_done(
            call, obj, f"skipped rollback (current template already matches revision {wanted})", DryRun.NONE
        )
        return
    changed = {**obj, "spec": {**obj["spec"], "template": template}}
    print_done(call, update(call, dry_run, changed), "rolled back", dry_run)


COMMAND = Command(
    path="rollout undo",
    start=start,
    summary="前のリビジョンに戻します",
    usage="rollout undo 種類/名前",
    flags=(*FILE_FLAGS, *WRITE_FLAGS, SELECTOR, Flag(name="to-revision", kind=Takes.INT)),
)
