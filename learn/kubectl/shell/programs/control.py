"""kubectl itself, and what steers the shell: variables, waiting, watching, help."""

from __future__ import annotations

import re
import shlex

from learn.kubectl import cli
from learn.kubectl.call import Call, EditRequest, State
from learn.kubectl.shell.terminal import Process, Program

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1000, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_MS = 24 * 3_600_000
_NAME = re.compile(r"[A-Za-z_]\w*")
_MAX_XARGS = 100


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
    from learn.kubectl.shell.machine import run_now

    cluster = process.terminal.cluster
    if cluster.now < state["deadline"]:
        return state
    found = run_now(process.terminal, state["line"])
    process.clears = True
    process.write(f"Every {state['interval']:.1f}s: {state['line']}\n\n")
    process.printed += found.printed
    return {**state, "deadline": cluster.now + int(state["interval"] * 1000)}


# -- variables and words -------------------------------------------------------------------------


def _export(process: Process) -> None:
    if process.argv[0] == "unset":
        for name in process.args:
            process.terminal.variables.pop(name, None)
        return
    if not process.args or process.args == ["-p"]:
        for name, value in sorted(process.terminal.variables.items()):
            process.write(f'declare -x {name}="{value}"\n')
        return
    for word in process.args:
        name, equals, value = word.partition("=")
        if not _NAME.fullmatch(name):
            process.complain(f"bash: export: `{word}': not a valid identifier")
        elif equals:
            process.terminal.variables[name] = value


def _env(process: Process) -> None:
    for name in ("HOME", "HOSTNAME", "PWD", "SHELL", "USER"):
        process.write(f"{name}={process.terminal.variable(name)}\n")
    for name, value in sorted(process.terminal.variables.items()):
        process.write(f"{name}={value}\n")


def _alias(process: Process) -> None:
    for word in process.args:
        name, equals, value = word.partition("=")
        if equals:
            process.terminal.aliases[name] = value
    if not process.args:
        for name, value in sorted(process.terminal.aliases.items()):
            process.write(f"alias {name}='{value}'\n")


def _read(process: Process) -> None:
    names = [word for word in process.args if not word.startswith("-")] or ["REPLY"]
    text = process.read_stdin()
    line, newline, rest = text.partition("\n")
    process.stdin = rest
    values = line.split(None, len(names) - 1)
    for index, name in enumerate(names):
        process.terminal.variables[name] = values[index].strip() if index < len(values) else ""
    process.exit_code = 0 if newline or line else 1


def _xargs(process: Process) -> None:
    from learn.kubectl.shell.machine import run_now

    args, one_each, placeholder = list(process.args), False, ""
    while args and args[0].startswith("-"):
        word = args.pop(0)
        if word in ("-n", "-L") and args:
            one_each = args.pop(0) == "1"
        elif word in ("-n1", "-L1"):
            one_each = True
        elif word == "-I" and args:
            placeholder = args.pop(0)
        elif word.startswith("-I"):
            placeholder = word[2:]
    text = process.read_stdin()
    if placeholder:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        commands = [[word.replace(placeholder, line) for word in args] for line in lines]
    else:
        words = text.split()
        groups = [[word] for word in words] if one_each else [words] if words else []
        commands = [[*(args or ["echo"]), *group] for group in groups]
    for command in commands[:_MAX_XARGS]:
        found = run_now(process.terminal, shlex.join(command))
        process.printed += found.printed
        process.exit_code = 123 if found.exit_code else process.exit_code


def _test(process: Process) -> None:
    words = [word for word in process.args if word not in ("]", "]]")]
    negate = bool(words) and words[0] == "!"
    words = words[1:] if negate else words
    process.exit_code = 0 if _holds(process, words) is not negate else 1


def _holds(process: Process, words: list[str]) -> bool:
    files = process.terminal.files
    match words:
        case [left, "&&" | "-a", *rest] if rest:
            return bool(left) and _holds(process, rest)
        case ["-f" | "-e" | "-r", path]:
            return files.read(path) is not None
        case ["-s", path]:
            return bool(files.read(path))
        case ["-d", path]:
            return files.is_folder(path)
        case ["-n", text] | [text]:
            return bool(text)
        case ["-z", *rest]:
            return not "".join(rest)
        case [left, "=" | "==", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case [left, "=~", right]:
            return right in left
        case [left, ("-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "<" | ">") as operator, right]:
            return _compares(left, operator, right)
    return False


def _compares(left: str, operator: str, right: str) -> bool:
    if not re.fullmatch(r"-?\d{1,18}", left) or not re.fullmatch(r"-?\d{1,18}", right):
        return False
    a, b = int(left), int(right)
    return {
        "-eq": a == b,
        "-ne": a != b,
        "-lt": a < b,
        "-le": a <= b,
        "-gt": a > b,
        "-ge": a >= b,
        "<": a < b,
        ">": a > b,
    }[operator]


def _seq(process: Process) -> None:
    if not 1 <= len(process.args) <= 3 or not all(re.fullmatch(r"-?\d{1,9}", word) for word in process.args):
        process.complain("seq: invalid argument")
        return
    numbers = [int(word) for word in process.args]
    first, step, last = (
        (1, 1, numbers[0])
        if len(numbers) == 1
        else (numbers[0], numbers[1] if len(numbers) == 3 else 1, numbers[-1])
    )
    if step == 0 or abs((last - first) // step) > 10_000:
        process.complain("seq: 作れる数は10000個までです。")
        return
    stop = last + (1 if step > 0 else -1)
    process.write("".join(f"{number}\n" for number in range(first, stop, step)))


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

    process.write("この端末で使えるコマンド:\n")
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
        process.write("この端末は、閉じてもいつでも続きから使えます。\n")


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
    Program(name="export", start=_export, summary="変数を設定します"),
    Program(name="unset", start=_export),
    Program(name="env", start=_env, summary="変数を一覧にします"),
    Program(name="alias", start=_alias, summary="別名を付けます（最初からk=kubectl）"),
    Program(name="read", start=_read),
    Program(name="xargs", start=_xargs, summary="標準入力の語をコマンドに渡します", on_node=False),
    Program(name="test", start=_test),
    Program(name="[", start=_test),
    Program(name="seq", start=_seq, summary="数を順に表示します"),
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
