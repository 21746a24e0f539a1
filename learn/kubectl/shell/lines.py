"""A line from its beginning to its end: begun, continued, interrupted.

`start` begins a line, `resume` lets virtual time pass for one that waits, `interrupt` is Ctrl-C.
"""

from __future__ import annotations

from learn.kubectl.call import Printed, State
from learn.kubectl.result import Pending, Result
from learn.kubectl.shell.compiler import compile_line
from learn.kubectl.shell.errors import ShellError
from learn.kubectl.shell.fullwidth import notice, to_half_width
from learn.kubectl.shell.machine import Machine
from learn.kubectl.shell.terminal import Terminal


def start(terminal: Terminal, line: str) -> Result:
    """Begin a line: what it prints at once, and what is pending if it waits.  Never raises for any text."""
    half = to_half_width(line)
    printed: list[Printed] = [("err", notice(half.changed) + "\n")] if half.changed else []
    if half.line.strip():
        terminal.remember(half.line)
    try:
        code = compile_line(half.line)
    except ShellError as error:
        result = Result(printed=(*printed, ("err", f"bash: {error.text}\n")), exit_code=error.exit_code)
        return _remembered(terminal, result)
    except RecursionError:
        text = "bash: コマンドの入れ子が深すぎます。\n"
        return _remembered(terminal, Result(printed=(*printed, ("err", text)), exit_code=2))
    if not code:
        return Result(printed=tuple(printed))
    state = new_state(half.line, terminal.cluster.now) | {"status": terminal.status}
    machine = Machine(terminal, code, state, printed)
    return _remembered(terminal, machine.run(terminal.cluster.now))


def _remembered(terminal: Terminal, result: Result) -> Result:
    """The result; that of a line which has ended is `$?` in the next one."""
    if result.pending is None:
        terminal.memory["status"] = result.exit_code
    return result


def resume(terminal: Terminal, pending: Pending, *, for_ms: int) -> Result:
    """Let up to `for_ms` of virtual time pass; the line ends earlier when it is done."""
    state = dict(pending.state)
    machine = Machine(terminal, compile_line(state["line"]), state, [])
    return _remembered(terminal, machine.run(terminal.cluster.now + for_ms))


def interrupt(terminal: Terminal, pending: Pending) -> Result:
    """Ctrl-C: what waits is ended; what had been collected for a pipe still goes through it."""
    state = dict(pending.state)
    machine = Machine(terminal, compile_line(state["line"]), state, [("out", "^C\n")])
    return _remembered(terminal, machine.end_early())


def run_now(terminal: Terminal, line: str) -> Result:
    """Run a line without letting time pass, for `watch` and `xargs`; what waits is dropped."""
    try:
        code = compile_line(line)
    except ShellError as error:
        return Result(printed=(("err", f"bash: {error.text}\n"),), exit_code=error.exit_code)
    machine = Machine(terminal, code, new_state(line, terminal.cluster.now), [])
    return machine.run(terminal.cluster.now)


def new_state(line: str, now: int) -> State:
    return {
        "line": line,
        "pc": 0,
        "status": 0,
        "inputs": [],
        "sinks": [],
        "registers": {},
        "loops": {},
        "scopes": [],
        "background": False,
        "waiting": None,
        "cost": [now, 0],
        "total": 0,
        "output": 0,
    }
