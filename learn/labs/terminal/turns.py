"""
One request on a learner's terminal: read it, work on a copy, write it back only if nobody wrote in between.

Else it begins again from what is there now, so nothing is locked while a command runs, and no two requests
interleave.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from learn.labs.terminal.place import Place
from learn.labs.terminal.session import Session, StateTooLarge, StateUnreadable, pack, unpack
from learn.progress.models import Learner, Terminal, TerminalAdvance, TerminalCommand

TRIES = 6
KEPT_COMMANDS = 200
UNREADABLE = (
    "このクラスターの保存内容を読み取れないため、続きを実行できません。コマンドの記録は残っています。"
    "「最初からやり直す」で新しいクラスターを始められます。"
)


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


def take_turn(place: Place, now: datetime, work: Callable[[Turn], None]) -> Turn:
    """Do `work` on the terminal as it is, perhaps more than once, and write it back once.  Raises Refused."""
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
        fresh = fresh_terminal(place, 1, now)
        with transaction.atomic():
            lock(place)
            if not place.terminals.exists():
                fresh.save()
    raise Refused("ターミナルを始められませんでした。画面を読み込み直してください。")


def lock(place: Place) -> None:
    """Let only one request at a time make or change places of this learner's terminals."""
    Learner.objects.bulk_create([Learner(id=place.learner_id)], ignore_conflicts=True)
    Learner.objects.select_for_update().get(pk=place.learner_id)


def fresh_terminal(place: Place, number: int, now: datetime) -> Terminal:
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
