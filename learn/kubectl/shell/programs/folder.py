"""Programs over the learner's folder."""

from __future__ import annotations

from learn.kubectl.errors import CommandError
from learn.kubectl.files import HOME, clean
from learn.kubectl.shell.programs.options import read_options
from learn.kubectl.shell.terminal import Process, Program


def _ls(process: Process) -> None:
    options = read_options(process, "laAh1RtF")
    if options is None:
        return
    files = process.terminal.files
    for path in options.words or ["."]:
        text = files.read(path)
        names = [path] if text is not None else files.names(path)
        if text is None and not files.is_folder(path):
            process.complain(f"ls: cannot access '{path}': No such file or directory", 2)
            continue
        if not options.letters & {"a", "A"}:
            names = [name for name in names if not name.startswith(".") or name == path]
        if "l" in options.letters:
            base = "" if text is not None else clean(path)
            for name in names:
                full = f"{base}/{name}" if base else name
                found = files.read(full)
                size = len(found.encode()) if found is not None else 4096
                mode = "-rw-r--r--" if found is not None else "drwxr-xr-x"
                process.write(f"{mode} 1 learner learner {size:>6} {name}\n")
        else:
            process.write("".join(f"{name}\n" for name in names))


def _pwd(process: Process) -> None:
    process.write(f"{'/root' if process.terminal.node else HOME}\n")


def _cd(process: Process) -> None:
    if process.args and clean(process.args[0]) and not process.args[0].startswith("-"):
        process.complain(
            "cdは、このターミナルでは使えません。フォルダーの中のファイルは、パスで指定してください（例：dir/app.yaml）。"
        )


def _touch(process: Process) -> None:
    for path in process.args:
        if process.terminal.files.read(path) is None:
            process.terminal.files.write(path, "")


def _mkdir(process: Process) -> None:
    """Folders are there as soon as a file is in them."""
    for path in (word for word in process.args if not word.startswith("-")):
        if process.terminal.files.read(path) is not None:
            process.complain(f"mkdir: cannot create directory ‘{path}’: File exists")


def _rm(process: Process) -> None:
    options = read_options(process, "rRfvi")
    if options is None:
        return
    files = process.terminal.files
    for path in options.words:
        if files.remove(path):
            continue
        inside = list(files.under(path, recursive=True)) if clean(path) else []
        if inside and options.letters & {"r", "R"}:
            for each in inside:
                files.remove(each)
        elif inside:
            process.complain(f"rm: cannot remove '{path}': Is a directory")
        elif "f" not in options.letters:
            process.complain(f"rm: cannot remove '{path}': No such file or directory")


def _copy(process: Process) -> None:
    options = read_options(process, "rRfvap")
    if options is None:
        return
    if len(options.words) != 2:
        process.complain(f"使い方：{process.argv[0]} 元のファイル 先のファイル")
        return
    source, target = options.words
    files = process.terminal.files
    text = files.read(source)
    if text is None:
        process.complain(f"{process.argv[0]}: cannot stat '{source}': No such file or directory")
        return
    if files.is_folder(target) or target.endswith("/"):
        target = f"{target.rstrip('/')}/{source.rpartition('/')[2]}"
    try:
        files.write(target, text)
    except CommandError as error:
        process.complain(error.text)
        return
    if process.argv[0] == "mv" and clean(source) != clean(target):
        files.remove(source)


PROGRAMS = (
    Program(name="ls", start=_ls, summary="フォルダーのファイルを一覧にします"),
    Program(name="pwd", start=_pwd, summary="今のフォルダーを表示します"),
    Program(name="cd", start=_cd),
    Program(name="touch", start=_touch, summary="空のファイルを作ります"),
    Program(name="mkdir", start=_mkdir),
    Program(name="rm", start=_rm, summary="ファイルを消します"),
    Program(name="cp", start=_copy, summary="ファイルを写します"),
    Program(name="mv", start=_copy, summary="ファイルの名前を変えます"),
)
