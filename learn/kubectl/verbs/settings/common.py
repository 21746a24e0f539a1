"""What the `set` commands share: objects with a Pod template, changed and sent back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from learn.cluster.api.access import copy_json
from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.resources import shown_kind
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, dry_run_of, print_done, update

FLAGS = (
    *FILE_FLAGS,
    *WRITE_FLAGS,
    SELECTOR,
    Flag(name="all", kind=Takes.BOOL),
    Flag(name="local", kind=Takes.BOOL),
)


def split_assignments(args: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Words that name objects, and those of the form `key=value` or `key-`."""
    names = tuple(word for word in args if "=" not in word and not word.endswith("-"))
    return names, [word for word in args if "=" in word or word.endswith("-")]


def pod_spec_of(obj: Obj, kind: Kind) -> Obj:
    """The Pod spec inside a copy of an object.  Raises CommandError for a kind without one."""
    spec = obj.get("spec") or {}
    match kind.kind:
        case "Pod":
            return spec
        case "CronJob":
            found: Obj = spec["jobTemplate"]["spec"]["template"]["spec"]
            return found
        case "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController":
            found = spec["template"]["spec"]
            return found
    raise CommandError(
        f"error: {shown_kind(kind)}/{obj['metadata']['name']} the object is not a pod or does not have a pod template: *unstructured.Unstructured"
    )


def change_each(
    call: Call, names: tuple[str, ...], verb: str, done: str, change: Callable[[Obj, Kind], None]
) -> None:
    """Change a copy of each object; one that stays as it was is neither sent nor told."""
    dry_run = dry_run_of(call)
    for kind, obj in write_targets(call, verb, names):
        copy = copy_json(obj)
        change(copy, kind)
        if copy == obj:
            continue
        print_done(call, update(call, dry_run, copy), done, dry_run)
