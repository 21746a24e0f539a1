"""
What a learner does in the terminal, written down once.

A request reads the terminal, works on a copy, and writes it back only if nobody wrote in between; else it begins
again from what is there now. So nothing is locked while a command runs, and no two requests interleave.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from learn.kubectl.errors import CommandError
from learn.kubectl.files import Files
from learn.kubectl.result import Result
from learn.labs.terminal import console
from learn.labs.terminal.place import Place
from learn.labs.terminal.session import (
    Session,
    StateTooLarge,
    StateUnreadable,
    pack,
    run_to_next_change,
    unpack,
)
from learn.progress.models import Learner, Terminal, TerminalAdvance, TerminalCommand

TRIES = 6
AWAY = timedelta(minutes=10)
"""Time follows the learner's clock; after a longer absence it has waited instead."""

NEXT_CHANGE_MOST_MS = 600_000
KEPT_COMMANDS = 200
UNREADABLE = (
    "このクラスターの保存内容を読み取れないため、続きを実行できません。コマンドの記録は残っています。"
    "「最初からやり直す」で新しいクラスターを始められます。"
)
INTERRUPTED = 130


class Refused(Exception):
    """What was asked cannot be done now; `str` of it says why and what to do."""


@dataclass(slots=True)
class Turn:
    """One request on a terminal: `row` and `session` to work on, and what to write down with them."""

    row: Terminal
    session: Session
    now: datetime
    commands: list[TerminalCommand] = field(default_factory=list)
    advance: TerminalAdvance | None = None


def run_line(place: Place, line: str, token: str, now: datetime) -> Turn:
    """Run a command line; the same line from the same form runs once.  Raises Refused."""
    key = _key(token, line)

    def work(turn: Turn) -> None:
        if TerminalCommand.objects.filter(learner_id=place.learner_id, key=key).exists():
            return
        _pass_time(turn)
        if turn.session.waiting:
            raise Refused("前のコマンドが続いています。「中断」で止めてから実行してください。")
        read, note = console.half_width(line)
        at_ms, prompt = turn.session.cluster.now, _prompt(turn.session)
        result = console.run(turn.session, read)
        turn.session.count += 1
        command = TerminalCommand(
            learner_id=place.learner_id,
            terminal=turn.row,
            number=turn.session.count,
            key=key,
            line=read,
            note=note,
            at_ms=at_ms,
            printed=prompt,
        )
        _take(turn, command, result)

    return _turn(place, now, work)


def save_edit(place: Place, text: str, token: str, now: datetime) -> Turn:
    """Give the text that `kubectl edit` asked for back to it.  Raises Refused."""
    key = _key(token, text)

    def work(turn: Turn) -> None:
        edit = turn.session.edit
        if edit is None or TerminalCommand.objects.filter(learner_id=place.learner_id, key=key).exists():
            return
        _pass_time(turn)
        try:
            Files(turn.session.folder).write(edit["argv"][-1], text)
        except CommandError as error:
            raise Refused(error.text) from None
        turn.session.edit = None
        at_ms = turn.session.cluster.now
        result = console.run_argv(turn.session, edit["argv"])
        turn.session.count += 1
        command = TerminalCommand(
            learner_id=place.learner_id,
            terminal=turn.row,
            number=turn.session.count,
            key=key,
            line=f"kubectl edit {edit['name']}",
            note="編集した内容を送りました。",
            at_ms=at_ms,
        )
        _take(turn, command, result)

    return _turn(place, now, work)


def leave_edit(place: Place, now: datetime) -> Turn:
    def work(turn: Turn) -> None:
        turn.session.edit = None

    return _turn(place, now, work)


def follow(place: Place, now: datetime) -> Turn:
    """Let time follow the learner's clock, and with it the command that waits."""
    return _turn(place, now, _pass_time)


def advance(place: Place, ms: int | None, token: str, now: datetime) -> Turn:
    """Let time pass by `ms`, or to the next change (None), once per form."""
    key = _key(token, str(ms))

    def work(turn: Turn) -> None:
        if turn.row.last_key == key:
            return
        turn.row.last_key = key
        _pass_time(turn)
        before = turn.session.cluster.now
        _let_pass(turn, _until_next_change(turn.session) if ms is None else ms)
        by_ms = turn.session.cluster.now - before
        turn.advance = TerminalAdvance(
            learner_id=place.learner_id, terminal=turn.row, at_ms=before, by_ms=by_ms
        )

    return _turn(place, now, work)


def set_paused(place: Place, paused: bool, now: datetime) -> Turn:
    def work(turn: Turn) -> None:
        _pass_time(turn)
        turn.row.paused = paused

    return _turn(place, now, work)


def interrupt(place: Place, now: datetime) -> Turn:
    """Ctrl-C: end the command that waits."""

    def work(turn: Turn) -> None:
        _pass_time(turn)
        if turn.session.waiting:
            _end(turn)

    return _turn(place, now, work)


def clear(place: Place, now: datetime) -> Turn:
    """Show only what comes from now on; the cluster stays."""

    def work(turn: Turn) -> None:
        turn.row.shown_from = turn.session.count + (0 if turn.session.waiting else 1)

    return _turn(place, now, work)


def start_over(place: Place, number: int, now: datetime) -> None:
    """Set the terminal `number` aside for a new one; only the last one set aside is kept."""
    if not number:
        return
    fresh = _fresh(place, number + 1, now)
    with transaction.atomic():
        _lock(place)
        current = place.terminals.first()
        if current is None or current.number != number:
            return
        place.terminals.exclude(pk=current.pk).delete()
        fresh.save()


def bring_back(place: Place, number: int) -> None:
    """Change places: the terminal that was set aside comes back, `number` goes aside."""
    if not number:
        return
    with transaction.atomic():
        _lock(place)
        rows = list(place.terminals[:2])
        if len(rows) == 2 and rows[0].number == number:
            Terminal.objects.filter(pk=rows[1].pk).update(number=number + 1)


# -- one request ---------------------------------------------------------------------------------


def _turn(place: Place, now: datetime, work: Callable[[Turn], None]) -> Turn:
    for _ in range(TRIES):
        row = _current(place, now)
        try:
            turn = Turn(row, unpack(bytes(row.state)), now)
        except StateUnreadable:
            raise Refused(UNREADABLE) from None
        work(turn)
        if _saved(turn):
            return turn
    raise Refused("ほかのタブの操作と重なりました。少し待ってから、もう一度実行してください。")


def _saved(turn: Turn) -> bool:
    try:
        packed = pack(turn.session)
    except StateTooLarge:
        raise Refused(
            "クラスターとファイルが大きくなりすぎるため、このコマンドを取り消しました。"
            "いらないオブジェクトやファイルを消してから実行してください。"
        ) from None
    row = turn.row
    with transaction.atomic():
        written = Terminal.objects.filter(pk=row.pk, revision=row.revision).update(
            state=packed,
            revision=row.revision + 1,
            seen_at=row.seen_at,
            paused=row.paused,
            shown_from=row.shown_from,
            last_key=row.last_key,
        )
        if not written:
            return False
        for command in turn.commands:
            command.save()
        if turn.advance:
            turn.advance.save()
            _forget_advances(row)
        if turn.commands and turn.session.count > KEPT_COMMANDS:
            TerminalCommand.objects.filter(
                terminal=row, number__lte=turn.session.count - KEPT_COMMANDS
            ).delete()
    return True


def _forget_advances(row: Terminal) -> None:
    newest = TerminalAdvance.objects.filter(terminal=row).order_by("-pk")
    if oldest_kept := newest.values_list("pk", flat=True)[KEPT_COMMANDS - 1 : KEPT_COMMANDS].first():
        newest.filter(pk__lt=oldest_kept).delete()


def _current(place: Place, now: datetime) -> Terminal:
    for _ in range(2):
        found = place.terminals.first()
        if found:
            return found
        fresh = _fresh(place, 1, now)
        with transaction.atomic():
            _lock(place)
            if not place.terminals.exists():
                fresh.save()
    raise Refused("ターミナルを始められませんでした。画面を読み込み直してください。")


def _lock(place: Place) -> None:
    Learner.objects.bulk_create([Learner(id=place.learner_id)], ignore_conflicts=True)
    Learner.objects.select_for_update().get(pk=place.learner_id)


def _fresh(place: Place, number: int, now: datetime) -> Terminal:
    """A terminal to be saved; made before anything is locked, for its cluster takes a while."""
    seed = secrets.randbelow(2**31)
    return Terminal(
        learner_id=place.learner_id,
        exercise_id=place.exercise_id,
        number=number,
        seed=seed,
        state=pack(place.begin(seed)),
        seen_at=now,
    )


def _key(token: str, said: str) -> str:
    return sha256(f"{token}\n{said}".encode()).hexdigest()[:32]


def _prompt(session: Session) -> list[list[str]]:
    """On a node's shell the log shows whose prompt it was."""
    terminal = session.terminal
    return [["prompt", terminal.prompt]] if terminal.node else []


# -- time and what comes of it -------------------------------------------------------------------


def _pass_time(turn: Turn) -> None:
    gap, turn.row.seen_at = turn.now - turn.row.seen_at, turn.now
    if not turn.row.paused and timedelta(0) < gap <= AWAY:
        _let_pass(turn, gap // timedelta(milliseconds=1))


def _until_next_change(session: Session) -> int:
    """How long it takes, seen on a copy: what waits meanwhile has to see every step of it."""
    ahead = unpack(pack(session)).cluster
    run_to_next_change(ahead, NEXT_CHANGE_MOST_MS)
    return ahead.now - session.cluster.now


def _let_pass(turn: Turn, ms: int) -> None:
    session = turn.session
    if session.waiting:
        before = session.cluster.now
        _take(turn, _waiting_command(turn), console.resume(session, ms))
        ms -= session.cluster.now - before
    if not session.waiting and ms >= 0:
        session.cluster.run_for(ms)


def _take(turn: Turn, command: TerminalCommand, result: Result) -> None:
    """Write down what a command has come to so far."""
    session = turn.session
    if result.clears:
        turn.row.shown_from = command.number + (0 if result.pending or result.printed else 1)
        command.printed = []
    command.printed = console.merged(command.printed, result.printed)
    session.waiting = result.pending.as_json() if result.pending else None
    command.exit_code = None if result.pending else result.exit_code
    if result.edit:
        session.edit = {"name": result.edit.name, "text": result.edit.text, "argv": list(result.edit.argv)}
    if command not in turn.commands:
        turn.commands.append(command)
    if session.waiting and console.is_full(command.printed):
        _end(turn)


def _end(turn: Turn) -> None:
    result = console.interrupt(turn.session)
    _take(turn, _waiting_command(turn), replace(result, pending=None, exit_code=INTERRUPTED))


def _waiting_command(turn: Turn) -> TerminalCommand:
    for command in turn.commands:
        if command.number == turn.session.count:
            return command
    return TerminalCommand.objects.get(terminal=turn.row, number=turn.session.count)
