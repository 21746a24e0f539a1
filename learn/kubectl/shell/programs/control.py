"""kubectl itself, and what steers the shell: waiting, watching, help."""

from __future__ import annotations

import re
import shlex

from learn.kubectl import cli
from learn.kubectl.call import Call, EditRequest, State
from learn.kubectl.shell.terminal import Process, Program

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1000, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_MS = 24 * 3_600_000


# -- kubectl -------------------------------------------------------------------------------------


def _kubectl(process: Process) -> State | None:
    stdin = process.stdin or ""
    if _reads_stdin(process.args):
        stdin = process.read_stdin()
    call, state = cli.start(process.args, process.terminal.cluster, process.terminal.files, stdin)
    _take(process, call)
    return state


def _kubectl_step(process: Process, state: State) -> State | None:
    call, later = cli.step(
        process.args, process.terminal.cluster, process.terminal.files, state, process.stdin or ""
    )
    _take(process, call)
    return later


def _reads_stdin(args: list[str]) -> bool:
    return any(word in ("-", "-f-", "--filename=-", "-i", "-it", "-ti", "--stdin") for word in args)


def _take(process: Process, call: Call) -> None:
    process.printed += call.printed
    process.exit_code = call.exit_code
    process.edit = call.edit


# -- waiting -------------------------------------------------------------------------------------


def _duration_ms(words: list[str]) -> int | None:
    total = 0.0
    for word in words:
        found = _DURATION.fullmatch(word)
        if not found:
            return None
        total += float(found[1]) * _UNITS[found[2]]
    return min(int(total), _LONGEST_MS)


def _sleep(process: Process) -> State | None:
    if not process.args:
        process.complain("sleep: missing operand")
        return None
    span = _duration_ms(process.args)
    if span is None:
        process.complain(f"sleep: invalid time interval ‘{process.args[0]}’")
        return None
    return {"deadline": process.terminal.cluster.now + span} if span else None


def _until(process: Process, state: State) -> State | None:
    return state if process.terminal.cluster.now < state["deadline"] else None


def _watch(process: Process) -> State | None:
    interval, args = 2.0, list(process.args)
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word in ("-n", "--interval") and args and re.fullmatch(r"\d+(\.\d+)?", args[0]):
            interval = max(float(args.pop(0)), 0.1)
        elif found := re.fullmatch(r"(?:-n|--interval=)(\d+(?:\.\d+)?)", word):
            interval = max(float(found[1]), 0.1)
    if not args:
        process.complain("使い方：watch [-n 秒] コマンド")
        return None
    line = args[0] if len(args) == 1 else shlex.join(args)
    return _watch_step(process, {"line": line, "interval": interval, "deadline": 0})


def _watch_step(process: Process, state: State) -> State:
    """The screen anew, every interval."""
    from learn.kubectl.shell.lines import run_now

    cluster = process.terminal.cluster
    if cluster.now < state["deadline"]:
        return state
    found = run_now(process.terminal, state["line"])
    process.clears = True
    process.write(f"Every {state['interval']:.1f}s: {state['line']}\n\n")
    process.printed += found.printed
    return {**state, "deadline": cluster.now + int(state["interval"] * 1000)}


def _date(process: Process) -> None:
    stamp = process.terminal.cluster.clock.timestamp(process.terminal.cluster.now)
    process.write(stamp.replace("T", " ").replace("Z", " UTC") + "\n")


# -- the terminal itself -------------------------------------------------------------------------


def _history(process: Process) -> None:
    lines = process.terminal.memory.get("history", [])
    for number, line in enumerate(lines, 1):
        process.write(f"{number:>5}  {line}\n")


def _clear(process: Process) -> None:
    process.clears = True


def _help(process: Process) -> None:
    from learn.kubectl.shell.programs import programs

    process.write("このターミナルで使えるコマンド:\n")
    for name, program in programs().items():
        there = program.on_node if process.terminal.node else program.at_home
        if there and program.summary:
            process.write(f"  {name:<14}{program.summary}\n")
    process.write(
        "パイプ（|）、&&、||、;、リダイレクト（>、>>、<、<<EOF）、変数、$(…)、for、while、ifも使えます。\n"
    )


def _exit(process: Process) -> None:
    if process.terminal.node:
        process.terminal.memory["node"] = ""
        process.write("logout\n")
    else:
        process.write("このターミナルは、閉じてもいつでも続きから使えます。\n")


def _editor(process: Process) -> None:
    paths = [word for word in process.args if not word.startswith("-")]
    if len(paths) != 1:
        process.complain(f"使い方：{process.argv[0]} ファイル")
        return
    text = process.terminal.files.read(paths[0]) or ""
    process.edit = EditRequest(name=paths[0], text=text, argv=())


def _true(process: Process) -> None:
    return None


def _false(process: Process) -> None:
    process.exit_code = 1


PROGRAMS = (
    Program(
        name="kubectl",
        start=_kubectl,
        step=_kubectl_step,
        summary="クラスターを操作します",
        on_node=False,
        cost=8,
    ),
    Program(name="help", start=_help, summary="この一覧を表示します"),
    Program(name="sleep", start=_sleep, step=_until, summary="指定した時間だけ待ちます（例：sleep 10）"),
    Program(
        name="watch", start=_watch, step=_watch_step, summary="コマンドを2秒ごとに繰り返します", on_node=False
    ),
    Program(name="date", start=_date, summary="クラスターの今の時刻を表示します"),
    Program(name="history", start=_history, summary="実行したコマンドを表示します"),
    Program(name="clear", start=_clear, summary="画面を消します"),
    Program(name="exit", start=_exit, summary="ノードのシェルから戻ります"),
    Program(name="logout", start=_exit),
    *(Program(name=name, start=_editor, on_node=False) for name in ("vim", "nano", "vi", "code")),
    Program(
        name="edit", start=_editor, summary="ファイルをエディターで開きます（vi、nanoも同じ）", on_node=False
    ),
    Program(name="true", start=_true),
    Program(name=":", start=_true),
    Program(name="false", start=_false),
)
