"""`kubectl rollout pause` and `resume` (polymorphichelpers/objectpauser.go, objectresumer.go)."""

from __future__ import annotations

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, print_done, update


def _pause(call: Call) -> State | None:
    _set(call, paused=True)
    return None


def _resume(call: Call) -> State | None:
    _set(call, paused=False)
    return None


def _set(call: Call, *, paused: bool) -> None:
    if not call.args and not call.parsed.has("filename"):
        raise CommandError("error: required resource not specified")
    verb, done = ("pausing", "paused") if paused else ("resuming", "resumed")
    for kind, obj in write_targets(call, "rollout", needs_name=False):
        name = obj["metadata"]["name"]
        if kind.kind != "Deployment":
            raise CommandError(f'error: {kind.resource} "{name}" {verb} is not supported')
        if bool(obj["spec"].get("paused")) is paused:
            state = "is already paused" if paused else "is not paused"
            raise CommandError(f'error: {kind.resource} "{name}" {state}')
        spec = {key: value for key, value in obj["spec"].items() if key != "paused"}
        changed = {**obj, "spec": {**spec, "paused": True} if paused else spec}
        print_done(call, update(call, DryRun.NONE, changed), done)


_FLAGS = (*FILE_FLAGS, *WRITE_FLAGS, SELECTOR)
PAUSE = Command(
    path="rollout pause",
    start=_pause,
    summary="ロールアウトを止めます",
    usage="rollout pause 種類/名前",
    flags=_FLAGS,
)
RESUME = Command(
    path="rollout resume",
    start=_resume,
    summary="止めたロールアウトを再開します",
    usage="rollout resume 種類/名前",
    flags=_FLAGS,
)
