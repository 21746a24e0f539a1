"""What fills variables and words of the shell, and compares them."""

from __future__ import annotations

import re
import shlex

from learn.kubectl.shell.terminal import Process, Program

_NAME = re.compile(r"[A-Za-z_]\w*")
_MAX_XARGS = 100


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
    from learn.kubectl.shell.lines import run_now

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


PROGRAMS = (
    Program(name="export", start=_export, summary="変数を設定します"),
    Program(name="unset", start=_export),
    Program(name="env", start=_env, summary="変数を一覧にします"),
    Program(name="alias", start=_alias, summary="別名を付けます（最初からk=kubectl）"),
    Program(name="read", start=_read),
    Program(name="xargs", start=_xargs, summary="標準入力の語をコマンドに渡します", on_node=False),
    Program(name="test", start=_test),
    Program(name="[", start=_test),
    Program(name="seq", start=_seq, summary="数を順に表示します"),
)
