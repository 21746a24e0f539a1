"""What a learner's terminal has between two lines: the cluster, the folder, and what the shell remembers."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from learn.cluster.cluster import Cluster
from learn.kubectl.call import EditRequest, Printed, State
from learn.kubectl.files import HOME, Files

MAX_HISTORY = 500


@dataclass(slots=True)
class Terminal:
    """`memory` is JSON: `variables`, `history`, `aliases`, `node` (whose shell it is), `forwards` (ports)."""

    cluster: Cluster
    files: Files
    memory: MutableMapping[str, Any] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        found: dict[str, str] = self.memory.setdefault("variables", {})
        return found

    @property
    def aliases(self) -> dict[str, str]:
        found: dict[str, str] = self.memory.setdefault("aliases", {"k": "kubectl"})
        return found

    @property
    def node(self) -> str:
        """The node whose shell this is; "" for the learner's own."""
        return str(self.memory.get("node", ""))

    @property
    def prompt(self) -> str:
        return f"root@{self.node}:~# " if self.node else "learner@hatoba:~$ "

    def variable(self, name: str) -> str | None:
        own = {
            "HOME": HOME,
            "PWD": HOME,
            "USER": "learner",
            "HOSTNAME": self.node or "hatoba",
            "SHELL": "/bin/bash",
        }
        return self.variables.get(name, own.get(name))

    @property
    def status(self) -> int:
        """`$?`: the exit code of the line before."""
        found: int = self.memory.get("status", 0)
        return found

    def remember(self, line: str) -> None:
        """Add a line to the history."""
        history: list[str] = self.memory.setdefault("history", [])
        history.append(line)
        del history[:-MAX_HISTORY]


@dataclass(slots=True)
class Process:
    """One program under way; `argv[0]` is its name.  `stdin` is None when nothing is piped into it.

    `has_enough` says that a filter prints nothing more, whatever else is piped into it.
    """

    terminal: Terminal
    argv: list[str]
    stdin: str | None = None
    printed: list[Printed] = field(default_factory=list)
    exit_code: int = 0
    edit: EditRequest | None = None
    clears: bool = False
    took_stdin: bool = False
    has_enough: bool = False

    @property
    def args(self) -> list[str]:
        return self.argv[1:]

    def read_stdin(self) -> str:
        self.took_stdin = True
        return self.stdin or ""

    def write(self, text: str) -> None:
        if text:
            self.printed.append(("out", text))

    def complain(self, line: str, code: int = 1) -> None:
        self.printed.append(("err", line + "\n"))
        self.exit_code = code


Start: TypeAlias = Callable[[Process], State | None]
Step: TypeAlias = Callable[[Process, State], State | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of the shell: `start` does it and gives None, or the state in which `step` goes on.

    `on_node` and `at_home` say in which shells there is such a program. `flows(args)` says whether what a filter
    prints for a line depends on nothing that comes after it.
    """

    name: str
    start: Start
    step: Step | None = None
    summary: str = ""
    at_home: bool = True
    on_node: bool = True
    cost: int = 1
    flows: Callable[[Sequence[str]], bool] | None = None
