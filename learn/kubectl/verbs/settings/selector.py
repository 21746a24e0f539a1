"""`kubectl set selector` and `kubectl set serviceaccount`."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.labelspecs import labels_of_text
from learn.kubectl.resources import NO_RESOURCES
from learn.kubectl.verbs.settings.common import FLAGS, change_each, pod_spec_of


def _start_selector(call: Call) -> State | None:
    if not call.args:
        raise CommandError("error: one selector is required")
    if len(call.args) < 2:
        raise CommandError(NO_RESOURCES)
    selector = labels_of_text(call.args[-1])

    def change(obj: Obj, kind: Kind) -> None:
        if kind.kind != "Service":
            raise CommandError("error: setting a selector is only supported for Services")
        obj["spec"]["selector"] = selector

    change_each(call, call.args[:-1], "set selector", "selector updated", change)
    return None


def _start_account(call: Call) -> State | None:
    if len(call.args) < 2:
        raise CommandError("error: serviceaccount is required" if not call.args else NO_RESOURCES)
    account = call.args[-1]

    def change(obj: Obj, kind: Kind) -> None:
        spec = pod_spec_of(obj, kind)
        spec["serviceAccountName"] = account
        spec["serviceAccount"] = account

    change_each(call, call.args[:-1], "set serviceaccount", "serviceaccount updated", change)
    return None


SELECTOR_COMMAND = Command(
    path="set selector",
    start=_start_selector,
    summary="Serviceのセレクターを変えます",
    usage="set selector service 名前 キー=値",
    flags=FLAGS,
)
ACCOUNT_COMMAND = Command(
    path="set serviceaccount",
    start=_start_account,
    summary="PodのServiceAccountを変えます",
    usage="set serviceaccount 種類 名前 ServiceAccount",
    flags=FLAGS,
    aliases=("sa",),
)
