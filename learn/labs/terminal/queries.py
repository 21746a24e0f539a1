"""The terminal as its page shows it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.safestring import SafeString

from learn.cluster.cluster import Cluster
from learn.kubectl.readings import Part, read_output
from learn.labs.outcome import code_html
from learn.labs.terminal.clock import clock_text
from learn.labs.terminal.console import limit_text
from learn.labs.terminal.picture import Picture, picture_of
from learn.labs.terminal.place import Place
from learn.labs.terminal.session import (
    Session,
    StateUnreadable,
    exercise_session,
    new_session,
    unpack,
)
from learn.progress.models import Terminal, TerminalCommand

LINES_READ_OUT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command in the log; `printed` is a tuple of (stream, text)."""

    number: int
    prompt: str
    line: str
    note: str
    printed: tuple[tuple[str, str], ...]
    waiting: bool

    @property
    def output(self) -> str:
        return "".join(text for _, text in self.printed)

    @property
    def reading(self) -> tuple[ReadingPart, ...]:
        """How to read the output, once there is no more to come."""
        return () if self.waiting else tuple(map(_reading_part, read_output(self.output)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPart:
    """Notes under a title: (term, what stood there, what it says)."""

    title: str
    notes: tuple[tuple[str, str, SafeString], ...]


class Shown(NamedTuple):
    """What a tab shows: the terminal's number, its commands from `first` to `seen`, `heard` characters of the last."""

    number: int = 0
    first: int = 0
    seen: int = 0
    heard: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalView:
    """
    `shown` is what a page with `entries` shows; `left_out` counts the commands no longer kept; `problem` says
    why time has stopped for good. Of an `unreadable` state only the log is left.
    """

    shown: Shown
    now_ms: int
    paused: bool
    waiting: bool
    prompt: str
    entries: tuple[Entry, ...]
    left_out: int
    picture: Picture
    edit: dict[str, Any] | None
    can_bring_back: bool
    problem: str
    token: str
    unreadable: bool = False

    @property
    def clock(self) -> str:
        """Virtual time since the start."""
        return clock_text(self.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a tab does not show yet: commands to append, the one that has gone on, or the whole log `anew`."""

    view: TerminalView
    fresh: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    anew: bool
    announcement: str


def terminal_for(place: Place) -> TerminalView:
    """Return the terminal as the learner left it; reading lets no time pass and keeps nothing."""
    rows = list(place.terminals[:2])
    if not rows:
        return _view(None, _untouched(place), (), can_bring_back=False)
    entries = _entries(rows[0], 0)
    try:
        session = unpack(bytes(rows[0].state))
    except StateUnreadable:
        session = replace(_untouched(place), count=entries[-1].number if entries else 0)
        view = _view(rows[0], session, entries, can_bring_back=len(rows) == 2)
        return replace(view, unreadable=True)
    return _view(rows[0], session, entries, can_bring_back=len(rows) == 2)


def news_for(row: Terminal, session: Session, shown: Shown) -> News:
    """What to send to a tab after a request of its own."""
    anew = (row.number, row.shown_from) != (shown.number, shown.first) and shown.number > 0
    entries = _entries(row, 0 if anew else shown.seen)
    fresh = tuple(entry for entry in entries if anew or entry.number > shown.seen)
    changed = tuple(entry for entry in entries if entry.number == shown.seen and not anew)
    return News(
        view=_view(row, session, entries, can_bring_back=False),
        fresh=fresh,
        changed=changed,
        anew=anew,
        announcement="" if anew else _announcement(fresh, changed, shown.heard),
    )


def cluster_of(place: Place) -> Cluster:
    """The cluster as it was left, for looking names up; the one it began with if that cannot be read."""
    row = place.terminals.first()
    try:
        return (unpack(bytes(row.state)) if row else _untouched(place)).cluster
    except StateUnreadable:
        return _untouched(place).cluster


def _entries(row: Terminal, since: int) -> tuple[Entry, ...]:
    first = max(row.shown_from, since)
    return tuple(
        map(entry_of, TerminalCommand.objects.filter(terminal=row, number__gte=first).order_by("number"))
    )


def _untouched(place: Place) -> Session:
    """What every new terminal looks like; of a learner's own only the names will differ."""
    return _first(place.exercise.scenario if place.exercise else None)


@lru_cache(maxsize=64)
def _first(scenario: str | None) -> Session:
    return new_session(0) if scenario is None else exercise_session(scenario)


def _view(
    row: Terminal | None, session: Session, entries: tuple[Entry, ...], *, can_bring_back: bool
) -> TerminalView:
    first = row.shown_from if row else 1
    heard = len(entries[-1].output) if entries else 0
    return TerminalView(
        shown=Shown(row.number if row else 0, first, session.count, heard),
        now_ms=session.cluster.now,
        paused=bool(row and row.paused),
        waiting=session.waiting is not None,
        prompt=session.terminal.prompt if session.terminal.node else "$",
        entries=entries,
        left_out=max(entries[0].number - first, 0) if entries else 0,
        picture=picture_of(session.cluster),
        edit=session.edit,
        can_bring_back=can_bring_back,
        problem=limit_text(session.limit) if session.limit else "",
        token=secrets.token_urlsafe(16),
    )


def entry_of(command: TerminalCommand) -> Entry:
    """A command as the log shows it."""
    return Entry(
        number=command.number,
        prompt="".join(text for stream, text in command.printed if stream == "prompt") or "$ ",
        line=command.line,
        note=command.note,
        printed=tuple((stream, text) for stream, text in command.printed if stream != "prompt"),
        waiting=command.exit_code is None,
    )


def _reading_part(part: Part) -> ReadingPart:
    notes = ((note.term, note.example, code_html(note.meaning + note.cure)) for note in part.notes)
    return ReadingPart(title=part.title, notes=tuple(notes))


def _announcement(fresh: tuple[Entry, ...], changed: tuple[Entry, ...], heard: int) -> str:
    """A short output, or how many lines a long one has: the announcer speaks once."""
    notes = "".join(entry.note for entry in fresh)
    output = "".join((*(entry.output[heard:] for entry in changed), *(entry.output for entry in fresh)))
    if not output.strip():
        return notes
    lines = len(output.splitlines())
    return f"{notes}{lines}行の出力" if lines > LINES_READ_OUT else f"{notes}{output}"
