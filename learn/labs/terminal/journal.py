"""Everything that was done in a terminal, in the order of its virtual time: commands, and time let pass by a button."""

from __future__ import annotations

from dataclasses import dataclass

from learn.labs.terminal.clock import clock_text
from learn.labs.terminal.place import Place
from learn.labs.terminal.queries import Entry, entry_of
from learn.progress.models import TerminalAdvance, TerminalCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """A command (`entry`, and `code` once it has ended) or a stretch of time (`passed`), and when it began."""

    at_ms: int
    entry: Entry | None = None
    code: int | None = None
    passed: str = ""

    @property
    def clock(self) -> str:
        return clock_text(self.at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """`left_out` counts the commands that are no longer kept."""

    rows: tuple[JournalRow, ...]
    left_out: int


def journal_of(place: Place) -> Journal:
    """All that is kept of the terminal in use, also what was cleared from its log."""
    row = place.terminals.first()
    if row is None:
        return Journal(rows=(), left_out=0)
    commands = list(TerminalCommand.objects.filter(terminal=row).order_by("number"))
    rows = [_of_command(command) for command in commands]
    rows += [_of_advance(each) for each in TerminalAdvance.objects.filter(terminal=row).order_by("pk")]
    in_order = sorted(rows, key=lambda each: (each.at_ms, each.entry is None))
    return Journal(rows=tuple(in_order), left_out=commands[0].number - 1 if commands else 0)


def _of_command(command: TerminalCommand) -> JournalRow:
    return JournalRow(at_ms=command.at_ms, entry=entry_of(command), code=command.exit_code)


def _of_advance(advance: TerminalAdvance) -> JournalRow:
    return JournalRow(at_ms=advance.at_ms, passed=clock_text(advance.by_ms))
