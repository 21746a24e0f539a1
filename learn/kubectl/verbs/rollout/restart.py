"""`kubectl rollout restart` (polymorphichelpers/objectrestarter.go)."""

from __future__ import annotations

from learn.cluster.api.access import copy_json
from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, print_done, update

_ANNOTATION = "kubectl.kubernetes.io/restartedAt"
_RESTARTABLE = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


def start(call: Call) -> State | None:
    if not call.args and not call.parsed.has("filename"):
        raise CommandError("error: required resource not specified")
    found = write_targets(call, "rollout restart", needs_name=False)
    if not found and not call.exit_code:
        call.warn(f"No resources found in {call.namespace} namespace.")
    for kind, obj in found:
        print_done(call, update(call, DryRun.NONE, _restarted(call, kind, obj)), "restarted")
    return None


def _restarted(call: Call, kind: Kind, obj: Obj) -> Obj:
    name = obj["metadata"]["name"]
    if kind.kind not in _RESTARTABLE:
        raise CommandError(f'error: {kind.resource} "{name}" restarting is not supported')
    if obj["spec"].get("paused"):
        raise CommandError(
            f'error: {kind.resource} "{name}" can\'t restart paused deployment (run rollout resume first)'
        )
    copy: Obj = copy_json(obj)
    meta = copy["spec"]["template"].setdefault("metadata", {})
    annotations = meta.get("annotations") or {}
    stamp = call.cluster.clock.timestamp(call.cluster.now)
    if annotations.get(_ANNOTATION) == stamp:
        raise CommandError(
            f"error: failed to create patch for {name}: if restart has already been triggered within the past second, "
            "please wait before attempting to trigger another"
        )
    meta["annotations"] = {**annotations, _ANNOTATION: stamp}
    return copy


COMMAND = Command(
    path="rollout restart",
    start=start,
    summary="Podを順に作り直します",
    usage="rollout restart 種類/名前",
    flags=(*FILE_FLAGS, *WRITE_FLAGS, SELECTOR),
)
