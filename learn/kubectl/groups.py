"""Commands that only group others, such as `rollout` and `create secret`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go (DefaultSubCommandRun).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError


def group(path: str, summary: str, children: Mapping[str, Command], aliases: Sequence[str] = ()) -> Command:
    """A command that, without one of its sub-commands, lists them on standard error and ends with 1."""

    def start(call: Call) -> State | None:
        if call.args:
            word = " ".join(call.args)
            raise CommandError(
                f"error: unknown command \"{word}\"\nSee 'kubectl {path} -h' for help and examples"
            )
        width = max(map(len, children)) + 2
        lines = [f"  {name:<{width}}{child.summary}" for name, child in children.items()]
        raise CommandError("\n".join([f"{summary}。サブコマンドを指定してください。", *lines]))

    return Command(path=path, start=start, summary=summary, children=children, aliases=tuple(aliases))
