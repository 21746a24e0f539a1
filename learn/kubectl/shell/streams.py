"""Where a program's output goes: the screen, a pipe or substitution that collects it, a file, nowhere.

Source: POSIX, "Shell Command Language", 2.7 (Redirection).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learn.kubectl.call import Printed, State
from learn.kubectl.shell.errors import ShellError
from learn.kubectl.shell.terminal import Process, Terminal

MAX_OUTPUT = 512 * 1024
MAX_CAPTURE = 256 * 1024


PLAIN: Mapping[str, Any] = {"out": None, "err": None, "in": None}
"""The targets of a program without redirections."""


class Streams:
    """`printed` is what has come to the screen; the sinks around a program are in the machine's state."""

    def __init__(self, terminal: Terminal, state: State, printed: list[Printed]) -> None:
        self._terminal = terminal
        self._state = state
        self.printed = printed
        self.clears = False

    def targets(self, redirects: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
        """`out` and `err`: None (the screen), "out", "err", "null" or a file; `in`: a text or None.

        A redirect is (operator, file descriptor, name); of `<<`, the text itself.  Raises ShellError for a file that cannot be used.
        """
        targets = dict(PLAIN)
        for operator, descriptor, name in redirects:
            if operator in ("<", "<<"):
                targets["in"] = name if operator == "<<" else self._input_file(name)
                continue
            streams = (
                ("out", "err") if operator in ("&>", "&>>") else (("err",) if descriptor == "2" else ("out",))
            )
            if operator == ">&" and name in ("1", "2"):
                streams = ("err",) if descriptor == "2" else ("out",)
                target = "out" if name == "1" else "err"
                for stream in streams:
                    targets[stream] = (
                        targets["out"] if target == "out" and targets["out"] is not None else target
                    )
                continue
            for stream in streams:
                targets[stream] = self._output_file(name, appends=operator.endswith(">>"))
        return targets

    def _input_file(self, name: str) -> str:
        if name == "/dev/null":
            return ""
        text = self._terminal.files.read(name)
        if text is None:
            raise ShellError(f"{name}: No such file or directory", 1)
        return text

    def _output_file(self, name: str, *, appends: bool) -> Any:
        match name:
            case "/dev/null":
                return "null"
            case "/dev/stderr":
                return "err"
            case "/dev/stdout":
                return "out"
        if self._terminal.files.is_folder(name):
            raise ShellError(f"{name}: Is a directory", 1)
        if not appends or self._terminal.files.read(name) is None:
            self._terminal.files.write(name, "")
        return ["file", name]

    def deliver(self, process: Process, targets: dict[str, Any]) -> None:
        if process.clears:
            self.clears, self.printed = True, []
        for stream, text in process.printed:
            self._put(stream, text, targets)

    def _put(self, stream: str, text: str, targets: dict[str, Any]) -> None:
        """One text to where the program's own redirection, then those around it, send it."""
        target = targets[stream]
        if target in ("out", "err"):
            stream, target = target, None
        if target == "null":
            return
        if isinstance(target, list):
            old = self._terminal.files.read(target[1]) or ""
            self._terminal.files.write(target[1], old + text)
            return
        for place in range(len(self._state["sinks"]) - 1, -1, -1):
            sink = self._state["sinks"][place]
            if sink["kind"] == "divert":
                found = sink["targets"][stream]
                if found in ("out", "err"):
                    stream = found
                elif found == "null":
                    return
                elif isinstance(found, list):
                    self._terminal.files.write(found[1], (self._terminal.files.read(found[1]) or "") + text)
                    return
            elif stream == "out":
                if len(sink["text"]) + len(text) > MAX_CAPTURE:
                    raise ShellError("パイプに渡す出力が大きすぎるので、止めました。", 1)
                sink["text"] += text
                return
        self._state["output"] += len(text)
        if self._state["output"] > MAX_OUTPUT:
            raise ShellError("出力が多すぎるので、止めました。headや-lなどで絞り込んでください。", 1)
        self.printed.append((stream, text))
