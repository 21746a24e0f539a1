"""`kubectl set subject`."""

from __future__ import annotations

from learn.cluster.api.access import copy_json
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.generators.rbac import subjects_of
from learn.kubectl.targets import write_targets
from learn.kubectl.verbs.settings.common import FLAGS
from learn.kubectl.writes import dry_run_of, print_done, update

_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})


def start(call: Call) -> State | None:
    found = write_targets(call, "set subject")
    subjects = subjects_of(call)
    if not found:
        return None
    if not subjects:
        raise CommandError("error: you must specify at least one value of user, group or serviceaccount")
    dry_run = dry_run_of(call)
    for kind, obj in found:
        if kind.kind not in _BINDINGS:
            shown = f"{kind.plural}/{obj['metadata']['name']}"
            raise CommandError(
                f"error: {shown} setting subjects is only supported for RoleBinding/ClusterRoleBinding"
            )
        old = obj.get("subjects") or []
        added = [each for each in subjects if each not in old]
        if not added:
            continue
        changed = {**copy_json(obj), "subjects": [*old, *added]}
        print_done(call, update(call, dry_run, changed), "subjects updated", dry_run)
    return None


COMMAND = Command(
    path="set subject",
    start=start,
    summary="RoleBindingの相手（ユーザー、グループ、ServiceAccount）を加えます",
    usage="set subject 種類/名前 --user=ユーザー",
    flags=(
        *FLAGS,
        Flag(name="user", kind=Kind.STRINGS),
        Flag(name="group", kind=Kind.STRINGS),
        Flag(name="serviceaccount", kind=Kind.STRINGS),
    ),
)
