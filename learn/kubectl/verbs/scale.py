"""`kubectl scale` (staging/src/k8s.io/kubectl/pkg/cmd/scale/scale.go, pkg/scale/scale.go)."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.resources import NO_NAME, targets_of
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, act, dry_run_of, print_done

SCALABLE = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


def start(call: Call) -> State | None:
    replicas = call.parsed.number("replicas", -1)
    if replicas < 0:
        raise CommandError(
            "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"
        )
    dry_run = dry_run_of(call)
    found = _targets(call)
    if not found:
        call.exit_code = 1
        return None
    wanted = call.parsed.number("current-replicas", -1)
    for kind, obj in found:
        now = int((obj.get("spec") or {}).get("replicas", 1))
        if wanted >= 0 and kind.kind in SCALABLE and now != wanted:
            raise CommandError(f"error: Expected replicas to be {wanted}, was {now}")
        print_done(call, _scaled(call, kind, obj, replicas, dry_run), "scaled", dry_run)
    return None


def _targets(call: Call) -> list[tuple[Kind, Obj]]:
    if call.args and not call.parsed.has("filename"):
        _require_objects(call)
    return write_targets(call, "scale")


def _require_objects(call: Call) -> None:
    """A single name that does not exist has words of its own."""
    targets = targets_of(call.args)
    takes_all = call.parsed.is_on("all") or call.parsed.has("selector")
    if not takes_all and any(not target.name for target in targets):
        raise CommandError(NO_NAME)
    if len(targets) == 1 and targets[0].name:
        kind, name = targets[0]
        try:
            call.find(kind, name)
        except ApiError as error:
            raise CommandError(f"error: no objects passed to scale {error.message}") from None


def _scaled(call: Call, kind: Kind, obj: Obj, replicas: int, dry_run: DryRun) -> Obj:
    name = obj["metadata"]["name"]
    if kind.kind not in SCALABLE:
        raise CommandError(
            f"Error from server (NotFound): the server could not find the requested resource (patch {kind.resource} {name})"
        )
    if dry_run is DryRun.CLIENT:
        return {**obj, "spec": {**obj["spec"], "replicas": replicas}}
    namespace = obj["metadata"].get("namespace", "default")
    scaled: Obj = act(
        call, dry_run, "scale", kind=kind.kind, name=name, namespace=namespace, replicas=replicas
    )
    return scaled


COMMAND = Command(
    path="scale",
    start=start,
    summary="レプリカの数を変えます",
    usage="scale 種類/名前 --replicas=数",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        SELECTOR,
        Flag(name="replicas", kind=Takes.INT, required=True),
        Flag(name="current-replicas", kind=Takes.INT),
        Flag(name="resource-version"),
        Flag(name="timeout", kind=Takes.DURATION),
        Flag(name="all", kind=Takes.BOOL),
    ),
)
