"""Runs the instructions of a line; all it knows about where it stands is JSON."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from learn.kubectl.call import EditRequest, Printed, State
from learn.kubectl.errors import CommandError
from learn.kubectl.result import Pending, Result
from learn.kubectl.shell.errors import ShellError
from learn.kubectl.shell.flow import FlowingPipe
from learn.kubectl.shell.programs import find_program
from learn.kubectl.shell.streams import Streams
from learn.kubectl.shell.terminal import Process, Program, Terminal
from learn.kubectl.shell.words import expand, expand_one
from learn.kubectl.waiting import advance

MAX_COST = 600
"""What a line may cost within one instant of virtual time; kubectl costs more than `echo`."""
MAX_TOTAL = 20_000
INTERRUPTED = 130


class Machine:
    def __init__(
        self, terminal: Terminal, code: list[list[Any]], state: State, printed: list[Printed]
    ) -> None:
        self.terminal = terminal
        self.code = code
        self.state = state
        self.streams = Streams(terminal, state, printed)
        self.pipe = FlowingPipe(terminal, code, state, self.streams, self._fields)
        self.edit: EditRequest | None = None

    # -- running ---------------------------------------------------------------------------------

    def run(self, until_ms: int) -> Result:
        began = self.terminal.cluster.now
        try:
            self._go(until_ms)
        except ShellError as error:
            self._refuse(error.text, error.exit_code)
        except CommandError as error:
            self._refuse(error.text.removeprefix("bash: "), error.exit_code)
        return self._result(began)

    def end_early(self) -> Result:
        """Drop what waits and leave all loops; a pipe that has collected something is run to its end."""
        began = self.terminal.cluster.now
        if self.state["waiting"] is not None:
            self.state["waiting"] = None
            self.state["status"] = INTERRUPTED
        try:
            while any(sink["kind"] == "capture" for sink in self.state["sinks"]) and self._one_instruction():
                if self.state["waiting"] is not None:
                    break
        except (ShellError, CommandError):
            pass
        while self.state["inputs"] and self._is_before_end() and self.state["waiting"] is None:
            if not self._one_instruction():
                break
        self.state["waiting"] = None
        self.state["pc"] = len(self.code)
        self.state["status"] = INTERRUPTED
        return self._result(began)

    def _is_before_end(self) -> bool:
        return bool(self.state["pc"] < len(self.code))

    def _result(self, began: int) -> Result:
        over = self.state["waiting"] is None and self.state["pc"] >= len(self.code)
        return Result(
            printed=tuple(self.streams.printed),
            exit_code=int(self.state["status"]) if over else 0,
            elapsed_ms=self.terminal.cluster.now - began,
            pending=None if over else Pending(state=self.state),
            edit=self.edit,
            clears=self.streams.clears,
        )

    def _refuse(self, text: str, code: int) -> None:
        self.streams.printed.append(("err", f"bash: {text}\n"))
        self.state |= {"waiting": None, "pc": len(self.code), "status": code}

    def _go(self, until_ms: int) -> None:
        while True:
            if self.state["waiting"] is not None:
                if not self._wait(until_ms):
                    return
            elif not self._one_instruction():
                return

    def _wait(self, until_ms: int) -> bool:
        """Let time pass for the program that waits; gives whether it has ended."""
        waiting = self.state["waiting"]

        def goes_on() -> bool:
            self._step(waiting)
            return self.state["waiting"] is not None

        def deadline() -> int | None:
            found = waiting["state"].get("deadline")
            return int(found) if found is not None else None

        advance(self.terminal.cluster, until_ms, goes_on, deadline)
        return self.state["waiting"] is None

    def _step(self, waiting: dict[str, Any]) -> None:
        program = find_program(self.terminal, waiting["argv"][0])
        assert program is not None and program.step is not None
        process = Process(terminal=self.terminal, argv=list(waiting["argv"]), stdin=waiting["stdin"])
        state = program.step(process, waiting["state"])
        self.streams.deliver(process, waiting["targets"])
        if self.pipe.let_flow() or state is None:
            self.state["waiting"] = None
            self.state["status"] = process.exit_code
        else:
            waiting["state"] = state

    # -- instructions ----------------------------------------------------------------------------

    def _one_instruction(self) -> bool:
        """Do the next instruction; False at the end."""
        state = self.state
        if state["pc"] >= len(self.code):
            return False
        self._count(1)
        kind, *operands = self.code[state["pc"]]
        state["pc"] += 1
        match kind:
            case "exec":
                self._exec(*operands)
            case "jump":
                state["pc"] = operands[0]
            case "ok" | "fail":
                if (state["status"] == 0) is (kind == "ok"):
                    state["pc"] = operands[0]
            case "not":
                state["status"] = 0 if state["status"] else 1
            case "succeed":
                state["status"] = 0
            case "background":
                state["background"] = True
            case _:
                self._plumb(kind, operands)
        return True

    def _plumb(self, kind: str, operands: Sequence[Any]) -> None:
        """Where output goes and input comes from, loops, and scopes."""
        state = self.state
        match kind:
            case "capture":
                state["sinks"].append({"kind": "capture", "text": ""})
            case "captured":
                state["registers"][operands[0]] = state["sinks"].pop()["text"].rstrip("\n")
            case "pipe":
                sink = state["sinks"].pop()
                if "shown" in sink:
                    self.pipe.end(sink)
                else:
                    state["inputs"].append(sink["text"])
            case "unpipe":
                state["inputs"].pop()
            case "divert":
                targets = self._targets(operands[0])
                state["sinks"].append({"kind": "divert", "targets": targets})
                if targets["in"] is not None:
                    state["inputs"].append(targets["in"])
            case "restore":
                if state["sinks"].pop()["targets"]["in"] is not None:
                    state["inputs"].pop()
            case "loop":
                values = [value for word in operands[1] for value in self._fields(word)]
                if len(values) > 1000:
                    raise ShellError("for文で繰り返せる値は1000個までです。")
                state["loops"][operands[0]] = values
            case "next":
                self._next(*operands)
            case "isolate":
                state["scopes"].append(dict(self.terminal.variables))
            case "rejoin":
                self.terminal.memory["variables"] = state["scopes"].pop()

    def _next(self, slot: str, name: str, end: int) -> None:
        values = self.state["loops"][slot]
        if not values:
            self.state["pc"] = end
            self.state["status"] = 0
            return
        self.terminal.variables[name] = values[0]
        self.state["loops"][slot] = values[1:]

    def _count(self, cost: int) -> None:
        """Bound what a line costs within one instant and in all."""
        now = self.terminal.cluster.now
        if self.state["cost"][0] != now:
            self.state["cost"] = [now, 0]
        self.state["cost"][1] += cost
        self.state["total"] += cost
        if self.state["cost"][1] > MAX_COST:
            raise ShellError(
                "コマンドの繰り返しが多すぎるので、止めました。ループの中にsleep 1などを入れてください。", 1
            )
        if self.state["total"] > MAX_TOTAL:
            raise ShellError(
                "コマンドが長く続いているので、止めました。もう一度実行すると続きから見られます。", 1
            )

    # -- words -----------------------------------------------------------------------------------

    def _fields(self, word: list[list[Any]]) -> list[str]:
        return expand(word, self.terminal, self.state["registers"], self.state["status"])

    def _one(self, word: list[list[Any]]) -> str:
        return expand_one(word, self.terminal, self.state["registers"], self.state["status"])

    def _targets(self, redirects: Sequence[Sequence[Any]]) -> dict[str, Any]:
        return self.streams.targets(
            [(operator, number, self._one(word)) for operator, number, word in redirects]
        )

    # -- programs --------------------------------------------------------------------------------

    def _exec(self, words: Sequence[Any], redirects: Sequence[Any], assignments: Sequence[Any]) -> None:
        argv = [field for word in words for field in self._fields(word)]
        values = {name: self._one(word) for name, word in assignments}
        background, self.state["background"] = self.state["background"], False
        try:
            targets = self._targets(redirects)
        except ShellError as error:
            self.streams.printed.append(("err", f"bash: {error.text}\n"))
            self.state["status"] = error.exit_code
            return
        if not argv:
            self.terminal.variables.update(values)
            self.state["status"] = 0
            return
        argv = self._unaliased(argv)
        before = dict(self.terminal.variables)
        self.terminal.variables.update(values)
        try:
            self._launch(argv, targets, background=background)
        finally:
            if values:
                for name in values:
                    self.terminal.variables.pop(name, None)
                    if name in before:
                        self.terminal.variables[name] = before[name]

    def _unaliased(self, argv: list[str]) -> list[str]:
        found = self.terminal.aliases.get(argv[0])
        if not found:
            return argv
        try:
            return [*shlex.split(found), *argv[1:]]
        except ValueError:
            return argv

    def _launch(self, argv: list[str], targets: dict[str, Any], *, background: bool) -> None:
        program = find_program(self.terminal, argv[0])
        stdin = targets["in"]
        if stdin is None and self.state["inputs"]:
            stdin = self.state["inputs"][-1]
        process = Process(terminal=self.terminal, argv=argv, stdin=stdin)
        if program is None:
            self._not_found(process)
            self.streams.deliver(process, targets)
            self.state["status"] = process.exit_code
            return
        self._count(program.cost)
        waiting = program.start(process)
        if process.took_stdin and self.state["inputs"]:
            self.state["inputs"][-1] = process.stdin if argv[0] == "read" else ""
        self.streams.deliver(process, targets)
        self.edit = process.edit or self.edit
        self.state["status"] = process.exit_code
        if waiting is None:
            return
        if background:
            self._leave_behind(program, argv, waiting)
            return
        self.state["waiting"] = {"argv": argv, "stdin": stdin, "state": waiting, "targets": targets}
        if self.pipe.let_flow():
            self.state["waiting"] = None

    def _leave_behind(self, program: Program, argv: list[str], waiting: State) -> None:
        """`&`: a port-forward stays; anything else would have nowhere to go on."""
        if "forwards" not in waiting:
            raise ShellError("「&」でのバックグラウンド実行は、kubectl port-forwardだけで使えます。", 1)
        forwards = self.terminal.memory.setdefault("forwards", [])
        forwards[:] = [each for each in forwards if each["forwards"] != waiting["forwards"]]
        forwards.append(waiting)
        self.streams.printed.append(("out", f"[{len(forwards)}] {4000 + len(forwards)}\n"))

    def _not_found(self, process: Process) -> None:
        process.complain(f"bash: {process.argv[0]}: command not found", 127)
        process.complain("使えるコマンドは、helpで表示します。", 127)
