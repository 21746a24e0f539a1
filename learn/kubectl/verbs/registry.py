"""All verbs by name, in the order in which the client lists them."""

from __future__ import annotations

from collections.abc import Mapping

from learn.kubectl.call import Call, Command, State
from learn.kubectl.verbs import (
    apiresources,
    apply,
    auth,
    autoscale,
    clusterinfo,
    config,
    cordon,
    create,
    delete,
    describe,
    diff,
    drain,
    edit,
    events,
    execute,
    explain,
    expose,
    get,
    label,
    logs,
    patch,
    portforward,
    replace,
    rollout,
    run,
    scale,
    settings,
    taint,
    top,
    wait,
)


def _help(call: Call) -> State | None:
    width = max(map(len, COMMANDS)) + 2
    call.write("使えるコマンド:\n")
    for name, command in COMMANDS.items():
        call.write(f"  {name:<{width}}{command.summary}\n")
    call.write("\n1つのコマンドの使い方は「kubectl コマンド --help」で表示します。\n")
    return None


HELP = Command(path="help", start=_help, summary="コマンドの一覧を表示します")

COMMANDS: Mapping[str, Command] = {
    command.path: command
    for command in (
        create.COMMAND,
        expose.COMMAND,
        run.COMMAND,
        settings.COMMAND,
        explain.COMMAND,
        get.COMMAND,
        edit.COMMAND,
        delete.COMMAND,
        rollout.COMMAND,
        scale.COMMAND,
        autoscale.COMMAND,
        clusterinfo.CLUSTER_INFO,
        top.COMMAND,
        cordon.CORDON,
        cordon.UNCORDON,
        drain.COMMAND,
        taint.COMMAND,
        describe.COMMAND,
        logs.COMMAND,
        execute.COMMAND,
        portforward.COMMAND,
        auth.COMMAND,
        events.COMMAND,
        diff.COMMAND,
        apply.COMMAND,
        patch.COMMAND,
        replace.COMMAND,
        wait.COMMAND,
        label.LABEL,
        label.ANNOTATE,
        apiresources.RESOURCES,
        apiresources.VERSIONS,
        config.COMMAND,
        clusterinfo.VERSION,
        HELP,
    )
}


def _unserved(verb: str, instead: str) -> str:
    return f"error: kubectl {verb}は、このターミナルでは使えません。{instead}"


UNSERVED: Mapping[str, str] = {
    "attach": _unserved("attach", "kubectl logs -fを使ってください。"),
    "certificate": _unserved("certificate", ""),
    "completion": _unserved("completion", "補完はTabキーで使えます。"),
    "cp": _unserved("cp", "kubectl exec Pod名 -- cat ファイルで読めます。"),
    "debug": _unserved("debug", "kubectl execまたはkubectl runを使ってください。"),
    "kustomize": _unserved("kustomize", "重ねた結果のマニフェストを、apply -fで渡してください。"),
    "plugin": _unserved("plugin", ""),
    "proxy": _unserved("proxy", "kubectl get --raw パスを使ってください。"),
}
"""Verbs of the real client that are not served, each with what is said instead."""

VERBS = (*COMMANDS, *UNSERVED)
"""What a mistyped verb is compared with."""
