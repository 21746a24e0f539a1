"""`--help`, in Japanese: what a command is for, how it is written, which flags it takes."""

from __future__ import annotations

from collections.abc import Sequence

from learn.kubectl.call import Command
from learn.kubectl.flags import Flag, Kind

_VALUE = {
    Kind.BOOL: "",
    Kind.STRING: " 値",
    Kind.STRINGS: " 値,…",
    Kind.STRING_ARRAY: " 値",
    Kind.INT: " 数",
    Kind.DURATION: " 時間（例: 30s）",
}


def help_text(command: Command, global_flags: Sequence[Flag]) -> str:
    lines = [f"{command.summary}。" if command.summary else f"kubectl {command.path}", ""]
    lines += ["使い方:", f"  kubectl {command.usage or command.path + ' [フラグ]'}"]
    if command.children:
        width = max(map(len, command.children)) + 2
        lines += ["", "サブコマンド:"]
        lines += [f"  {name:<{width}}{child.summary}" for name, child in command.children.items()]
    if command.flags:
        lines += ["", "フラグ:", *(f"  {_shown(flag)}" for flag in command.flags)]
    lines += ["", "どのコマンドでも使えるフラグ:", *(f"  {_shown(flag)}" for flag in global_flags[:2])]
    return "\n".join(lines) + "\n"


def _shown(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else "    "
    text = f"{short}--{flag.name}{_VALUE[flag.kind]}"
    return f"{text}: {flag.help}" if flag.help else text
