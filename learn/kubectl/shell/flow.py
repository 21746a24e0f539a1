"""A pipe behind a program that waits shows each line as it comes: `kubectl get pods -w | grep web`.

Filters have no state here: the text so far is run through them again, and what is new is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from learn.kubectl.call import Printed, State
from learn.kubectl.shell.programs import find_program
from learn.kubectl.shell.streams import PLAIN, Streams
from learn.kubectl.shell.terminal import Process, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The filters behind a pipe, and the instruction behind the last of them."""

    filters: tuple[tuple[str, ...], ...]
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """What the filters print, what they complain about, the last one's exit code, and whether one of them is done."""

    out: str
    errors: tuple[Printed, ...]
    exit_code: int
    is_complete: bool


def flow_behind(
    terminal: Terminal, code: Sequence[Sequence[Any]], place: int, fields: Callable[[Any], list[str]]
) -> Flow | None:
    """The flow from the `pipe` at `place` on; None when a part of it must see the whole text first."""
    filters: list[tuple[str, ...]] = []
    while code[place : place + 1] and code[place][0] == "pipe":
        place += 2 if code[place + 1][0] == "capture" else 1
        kind, *operands = code[place]
        if kind != "exec" or operands[1] or operands[2]:
            return None
        argv = [field for word in operands[0] for field in fields(word)]
        program = find_program(terminal, argv[0]) if argv else None
        if program is None or program.flows is None or not program.flows(argv[1:]):
            return None
        filters.append(tuple(argv))
        place += 1
    end = place + len(filters)
    is_whole = bool(filters) and all(each[0] == "unpipe" for each in code[place:end])
    return Flow(filters=tuple(filters), end=end) if is_whole else None


def filtered(terminal: Terminal, flow: Flow, text: str) -> Filtered:
    errors: list[Printed] = []
    exit_code = 0
    is_complete = False
    for argv in flow.filters:
        program = find_program(terminal, argv[0])
        assert program is not None
        process = Process(terminal=terminal, argv=list(argv), stdin=text)
        program.start(process)
        text = "".join(part for stream, part in process.printed if stream == "out")
        errors += [each for each in process.printed if each[0] == "err"]
        exit_code = process.exit_code
        is_complete = is_complete or process.has_enough
    return Filtered(out=text, errors=tuple(errors), exit_code=exit_code, is_complete=is_complete)


class FlowingPipe:
    """The pipes of a line under way; what a flow has shown stands in the sink that collects its text."""

    def __init__(
        self,
        terminal: Terminal,
        code: Sequence[Sequence[Any]],
        state: State,
        streams: Streams,
        fields: Callable[[Any], list[str]],
    ) -> None:
        self._terminal = terminal
        self._code = code
        self._state = state
        self._streams = streams
        self._fields = fields

    def let_flow(self) -> bool:
        """Show what the pipe behind a program that waits makes of the whole lines so far.

        Gives whether a filter such as `head` is done, which ends the program before it.
        """
        sinks = self._state["sinks"]
        if not sinks or sinks[-1]["kind"] != "capture":
            return False
        sink = sinks[-1]
        end = sink["text"].rfind("\n") + 1
        flow = self._flow_at(self._state["pc"]) if end > sink.get("seen", 0) else None
        if flow is None:
            return False
        found, shown = filtered(self._terminal, flow, sink["text"][:end]), sink.get("shown", 0)
        sinks.pop()
        self._print(("out", found.out[shown:]))
        sinks.append({**sink, "seen": end, "shown": max(shown, len(found.out))})
        return found.is_complete

    def end(self, sink: State) -> None:
        """The program has ended: what the filters have not shown yet."""
        flow = self._flow_at(self._state["pc"] - 1)
        assert flow is not None
        found = filtered(self._terminal, flow, sink["text"])
        self._print(("out", found.out[sink["shown"] :]), *found.errors)
        self._state |= {"pc": flow.end, "status": found.exit_code}

    def _flow_at(self, place: int) -> Flow | None:
        return flow_behind(self._terminal, self._code, place, self._fields)

    def _print(self, *printed: Printed) -> None:
        """To the screen, or to what is around the pipe."""
        shown = [each for each in printed if each[1]]
        self._streams.deliver(Process(terminal=self._terminal, argv=[], printed=shown), dict(PLAIN))
