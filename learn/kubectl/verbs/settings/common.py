"""What the `set` commands share: objects with a Pod template, changed and sent back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from learn.cluster.api.access import copy_json
from learn.cluster.api.kinds import Kind
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, with_metadata
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.manifests import read_sources
from learn.kubectl.revisions import CHANGE_CAUSE
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, dry_run_of, print_done, update

FLAGS = (
    *FILE_FLAGS,
    *WRITE_FLAGS,
    SELECTOR,
    Flag(name="all", kind=Takes.BOOL),
    Flag(name="local", kind=Takes.BOOL),
    Flag(name="record", kind=Takes.BOOL),
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
        f"error: {kind.plural}/{obj['metadata']['name']} the object is not a pod or does not have a pod template: *v1.{kind.kind}"
    )


def change_each(
    call: Call,
    names: tuple[str, ...],
    verb: str,
    done: str,
    change: Callable[[Obj, Kind], None],
    failing: str = "",
) -> None:
    """Change a copy of each object; one that stays as it was is neither sent nor told.

    `failing` is what the client says before the server's refusal; without it the refusal stands alone.
    """
    dry_run = dry_run_of(call)
    if call.parsed.is_on("record"):
        call.warn("Flag --record has been deprecated, --record will be removed in the future")
    for kind, obj in _objects(call, verb, names):
        copy = copy_json(obj)
        change(copy, kind)
        if call.parsed.is_on("record"):
            copy = _with_cause(copy, f"kubectl {verb} {' '.join(call.args)} --record=true")
        if copy == obj and not call.parsed.is_on("local"):
            continue
        print_done(call, _sent(call, dry_run, copy, failing), done, dry_run)


def _with_cause(obj: Obj, cause: str) -> Obj:
    """`--record`: the command itself as the change's cause (genericclioptions.ChangeCauseRecorder)."""
    annotations = obj["metadata"].get("annotations") or {}
    return with_metadata(obj, annotations={**annotations, CHANGE_CAUSE: cause})


def _objects(call: Call, verb: str, names: tuple[str, ...]) -> list[tuple[Kind, Obj]]:
    """The live objects, or with `--local` those that the files hold."""
    if call.parsed.is_on("local") and call.parsed.has("filename"):
        return [(source.kind, source.obj) for source in read_sources(call)]
    return write_targets(call, verb, names)


def _sent(call: Call, dry_run: DryRun, obj: Obj, failing: str) -> Obj:
    if call.parsed.is_on("local"):
        return obj
    try:
        return update(call, dry_run, obj)
    except ApiError as error:
        if not failing:
            raise
        raise CommandError(f"error: {failing} {error.message}") from None
