"""From what was typed to what is printed: one command line on a session, begun, continued, ended."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Sequence

from learn import kubectl
from learn.cluster.engine import LimitReached
from learn.kubectl.result import Pending, Result
from learn.kubectl.shell.fullwidth import notice, to_half_width
from learn.labs.terminal.session import Session

MAX_OUTPUT = 200_000
_log = logging.getLogger(__name__)
_FAULT = "こちらの不具合で、このコマンドを最後まで実行できませんでした。\n"


def run(session: Session, line: str) -> Result:
    """Begin a command line; `Result.pending` is set when it waits."""
    return _guarded(line, lambda: kubectl.start(session.terminal, line))


def run_argv(session: Session, argv: Sequence[str]) -> Result:
    """Begin a kubectl command that is already split into words."""
    return run(session, shlex.join(["kubectl", *argv]))


def resume(session: Session, ms: int) -> Result:
    """Let time pass for the command that waits."""
    pending = Pending(state=session.waiting or {})
    return _guarded("resume", lambda: kubectl.resume(session.terminal, pending, for_ms=ms))


def interrupt(session: Session) -> Result:
    """Ctrl-C for the command that waits."""
    pending = Pending(state=session.waiting or {})
    return _guarded("interrupt", lambda: kubectl.interrupt(session.terminal, pending))


def _guarded(line: str, work: Callable[[], Result]) -> Result:
    """A fault of ours ends in a message, not in a lost terminal."""
    try:
        return work()
    except LimitReached as reached:
        return _failed(limit_text(reached.limit) + "\n")
    except Exception:
        _log.exception("the command %.200r could not be carried out", line)
        return _failed(_FAULT)


def _failed(text: str) -> Result:
    return Result(printed=(("err", text),), exit_code=1)


_LIMITS = {
    "pods": "このターミナルで動かせるPodの数（300個）を超えました。",
    "objects": "このターミナルに置けるオブジェクトの数（3000個）を超えました。",
    "virtual_ms": "このクラスターの時間は1年まで進みます。そこに達しました。",
}


def limit_text(limit: str) -> str:
    """Why nothing moves any more, and what to do."""
    why = _LIMITS.get(limit, "このクラスターで起きることの数が、上限に達しました。")
    return f"{why}クラスターの時間は止まっています。「最初からやり直す」で新しいクラスターを始められます。"


def half_width(line: str) -> tuple[str, str]:
    """The line as the shell reads it, and a sentence about the letters that this changed."""
    read = to_half_width(line)
    return read.line, notice(read.changed) if read.changed else ""


def is_full(printed: list[list[str]]) -> bool:
    return sum(len(text) for _, text in printed) >= MAX_OUTPUT


def merged(printed: list[list[str]], later: tuple[tuple[str, str], ...]) -> list[list[str]]:
    """Both as runs of one stream, cut at the length that the log keeps."""
    runs = [list(run) for run in printed]
    room = MAX_OUTPUT - sum(len(text) for _, text in runs)
    for stream, text in later:
        if room <= 0:
            break
        text, room = text[:room], room - len(text)
        if runs and runs[-1][0] == stream:
            runs[-1][1] += text
        else:
            runs.append([stream, text])
        if room <= 0:
            runs.append(["note", f"出力が長いため、{MAX_OUTPUT}文字までを表示しています。\n"])
    return runs
