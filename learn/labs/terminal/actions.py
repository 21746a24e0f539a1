"""What a learner does in the terminal, written down once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from learn.kubectl.errors import CommandError
from learn.kubectl.files import Files
from learn.kubectl.result import Result
from learn.labs.terminal import console
from learn.labs.terminal.place import Place
from learn.labs.terminal.session import Session, pack, run_to_next_change, unpack
from learn.labs.terminal.turns import Refused, Turn, fresh_terminal, lock, take_turn
from learn.progress.models import Terminal, TerminalAdvance, TerminalCommand

AWAY = timedelta(minutes=10)
"""Time follows the learner's clock; after a longer absence it has waited instead."""

AT_ONCE_MS = 1_000
"""What a command waits for no longer than this (a connection, a short `sleep`) is there with its first answer."""

NEXT_CHANGE_MOST_MS = 600_000
INTERRUPTED = 130


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
        if turn.session.waiting:
            _take(turn, command, console.resume(turn.session, AT_ONCE_MS))

    return take_turn(place, now, work)


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

    return take_turn(place, now, work)


def leave_edit(place: Place, now: datetime) -> Turn:
    def work(turn: Turn) -> None:
        turn.session.edit = None

    return take_turn(place, now, work)


def follow(place: Place, now: datetime) -> Turn:
    """Let time follow the learner's clock, and with it the command that waits."""
    return take_turn(place, now, _pass_time)


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

    return take_turn(place, now, work)


def set_paused(place: Place, paused: bool, now: datetime) -> Turn:
    def work(turn: Turn) -> None:
        _pass_time(turn)
        turn.row.paused = paused

    return take_turn(place, now, work)


def interrupt(place: Place, now: datetime) -> Turn:
    """Ctrl-C: end the command that waits."""

    def work(turn: Turn) -> None:
        _pass_time(turn)
        if turn.session.waiting:
            _end(turn)

    return take_turn(place, now, work)


def clear(place: Place, now: datetime) -> Turn:
    """Show only what comes from now on; the cluster stays."""

    def work(turn: Turn) -> None:
        turn.row.shown_from = turn.session.count + (0 if turn.session.waiting else 1)

    return take_turn(place, now, work)


def start_over(place: Place, number: int, now: datetime) -> None:
    """Set the terminal `number` aside for a new one; only the last one set aside is kept."""
    if not number:
        return
    fresh = fresh_terminal(place, number + 1, now)
    with transaction.atomic():
        lock(place)
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
        lock(place)
        rows = list(place.terminals[:2])
        if len(rows) == 2 and rows[0].number == number:
            Terminal.objects.filter(pk=rows[1].pk).update(number=number + 1)


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
