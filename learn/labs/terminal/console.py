"""From what was typed to what is printed: one command line on a session, begun, continued, ended."""

from __future__ import annotations

import logging
import shlex
import unicodedata
from collections.abc import Callable
from typing import Any

from learn.cluster.engine import LimitReached
from learn.kubectl import cli
from learn.kubectl.call import Call
from learn.kubectl.files import Files
from learn.kubectl.result import Pending, Result
from learn.kubectl.waiting import advance
from learn.labs.terminal.session import Session

MAX_OUTPUT = 200_000
_log = logging.getLogger(__name__)
_FAULT = "こちらの不具合で、このコマンドを実行できませんでした。クラスターは実行する前のままです。\n"


def run(session: Session, line: str) -> Result:
    """Begin a command line; `Result.pending` is set when it waits."""
    return _guarded(line, lambda: _begun(session, line))


def run_argv(session: Session, argv: list[str]) -> Result:
    """Begin a kubectl command that is already split into words."""
    return _guarded(shlex.join(argv), lambda: _started(session, argv))


def resume(session: Session, ms: int) -> Result:
    """Let time pass for the command that waits."""
    assert session.waiting is not None
    state = session.waiting
    return _guarded(shlex.join(state["argv"]), lambda: _continued(session, state, ms))


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


def _begun(session: Session, line: str) -> Result:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return Result(printed=(("err", "bash: 引用符が閉じていません。\n"),), exit_code=2)
    if not words:
        return Result()
    if words[0] == "clear":
        return Result(clears=True)
    if words[0] not in ("kubectl", "k"):
        return Result(printed=(("err", f"bash: {words[0]}: command not found\n"),), exit_code=127)
    return _started(session, words[1:])


def _started(session: Session, argv: list[str]) -> Result:
    call, state = cli.start(argv, session.cluster, Files(session.folder))
    return _result(call, argv, state, 0)


def _continued(session: Session, waiting: dict[str, Any], ms: int) -> Result:
    argv, state = waiting["argv"], waiting["state"]
    cluster, files = session.cluster, Files(session.folder)
    result = Result(pending=Pending(state=waiting))
    started = cluster.now

    def goes_on() -> bool:
        nonlocal result, state
        call, state = cli.step(argv, cluster, files, state)
        result = result.followed_by(_result(call, argv, state, 0))
        return state is not None

    advance(cluster, started + ms, goes_on, lambda: state and state.get("deadline"))
    return result


def _result(call: Call, argv: list[str], state: dict[str, Any] | None, elapsed: int) -> Result:
    return Result(
        printed=tuple(call.printed),
        exit_code=call.exit_code,
        elapsed_ms=elapsed,
        pending=Pending(state={"argv": argv, "state": state}) if state is not None else None,
        edit=call.edit,
    )


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
    """The line with full-width letters outside quotes as half-width ones, and a sentence that says so."""
    out, found, quote = [], [], ""
    for char in line:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif "！" <= char <= "～" or char == "\u3000":
            found.append(char)
            char = unicodedata.normalize("NFKC", char)
        elif found and found[-1]:
            found.append("")
        out.append(char)
    if not any(found):
        return line, ""
    words = "".join(part or " " for part in found).replace("\u3000", " ").split()
    if not words:
        return "".join(out), "全角の空白を半角として読み取りました。"
    return "".join(out), f"全角の{'、'.join(f'「{word}」' for word in words[:5])}を半角として読み取りました。"


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
