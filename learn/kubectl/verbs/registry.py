"""All verbs by name, in the order in which the client lists them."""

from __future__ import annotations

from collections.abc import Mapping

from learn.kubectl.call import Call, Command, State
from learn.kubectl.verbs import apply, create, delete, describe, diff, get, replace


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
        get.COMMAND,
        delete.COMMAND,
        describe.COMMAND,
        diff.COMMAND,
        apply.COMMAND,
        replace.COMMAND,
        HELP,
    )
}

_ELSEWHERE = "error: kubectl {}は、この端末では使えません。"
UNSERVED: Mapping[str, str] = {}
"""Verbs of the real client that are not served, each with what is said instead."""
