"""Commands and environment variables that do not do what they look like."""

import re
from collections.abc import Iterator

from learn.cluster.api.access import list_at, maps_at, text_at
from learn.sandbox.checks.registry import Finding, container_check
from learn.sandbox.checks.world import Container

_SHELLS = ("sh", "bash", "ash", "dash", "zsh", "ksh")
_OPERATORS = re.compile(r"^(?:&&|\|\|?|;|>>?|<)$|\s(?:&&|\|\||\||;)\s")
_REFERENCE = re.compile(r"(?<!\$)\$\(([A-Za-z_][A-Za-z0-9_]*)\)")


@container_check("command-one-string")
def one_string(container: Container) -> Iterator[Finding]:
    """A whole command line as the name of the program."""
    command = list_at(container.value, "command")
    if command and isinstance(command[0], str) and re.fullmatch(r"[\w./-]+(?: +\S+)+", command[0]):
        parts = ", ".join(f'"{word}"' for word in command[0].split())
        path = (*container.path, "command", 0)
        yield Finding(
            obj=container.obj, path=path, params={"command": command[0][:60], "parts": f"[{parts}]"[:80]}
        )


@container_check("command-needs-shell")
def needs_shell(container: Container) -> Iterator[Finding]:
    """Pipes and && mean something only to a shell."""
    command = [word for word in list_at(container.value, "command") if isinstance(word, str)]
    if not command or command[0].rpartition("/")[2] in _SHELLS:
        return
    for field in ("command", "args"):
        for index, word in enumerate(list_at(container.value, field)):
            if isinstance(word, str) and "\n" not in word and _OPERATORS.search(word):
                yield Finding(
                    obj=container.obj, path=(*container.path, field, index), params={"word": word[:40]}
                )
                return


@container_check("env-duplicate")
def env_duplicate(container: Container) -> Iterator[Finding]:
    """The same variable twice: the last one wins."""
    seen: set[str] = set()
    for index, entry in enumerate(maps_at(container.value, "env")):
        name = text_at(entry, "name")
        if name and name in seen:
            yield Finding(
                obj=container.obj, path=(*container.path, "env", index, "name"), params={"env": name}
            )
        seen.add(name)


@container_check("env-reference-order")
def env_reference_order(container: Container) -> Iterator[Finding]:
    """$(NAME) is replaced only if NAME was defined above it."""
    entries = maps_at(container.value, "env")
    names = [text_at(entry, "name") for entry in entries]
    for index, entry in enumerate(entries):
        for match in _REFERENCE.finditer(text_at(entry, "value")):
            if match[1] in names[index + 1 :] and match[1] not in names[:index]:
                path = (*container.path, "env", index, "value")
                yield Finding(obj=container.obj, path=path, params={"env": match[1]})
