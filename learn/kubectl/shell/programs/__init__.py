"""The programs that the shell knows, by name; `kubectl` is one of them."""

from __future__ import annotations

from collections.abc import Mapping

from learn.kubectl.shell.terminal import Program, Terminal


def find_program(terminal: Terminal, name: str) -> Program | None:
    """The program of this name in the shell in which the learner is; None when there is none."""
    program = programs().get(name.removeprefix("/usr/bin/").removeprefix("/bin/"))
    if program is None:
        return None
    there = program.on_node if terminal.node else program.at_home
    return program if there else None


def programs() -> Mapping[str, Program]:
    """All programs; the modules are loaded when first asked for, since some of them run others."""
    if not _KNOWN:
        from learn.kubectl.shell.programs import (
            control,
            filters,
            folder,
            network,
            node,
            search,
            variables,
        )

        for module in (control, variables, folder, search, filters, network, node):
            _KNOWN.update({program.name: program for program in module.PROGRAMS})
    return _KNOWN


_KNOWN: dict[str, Program] = {}
