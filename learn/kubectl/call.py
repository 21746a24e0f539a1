"""One command under way: what it was asked, what it may touch, what it has printed so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from learn.cluster.api.kinds import Kind
from learn.cluster.cluster import Cluster
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, Ref
from learn.kubectl.errors import error_text
from learn.kubectl.files import Files
from learn.kubectl.flags import Flag, Parsed
from learn.kubectl.kubeconfig import KubeConfig

Printed: TypeAlias = tuple[str, str]
"""`out` or `err`, and a text."""

State: TypeAlias = dict[str, Any]
"""Where a waiting command has come to: JSON data.  `deadline` is the virtual instant at which it must look again."""


_FIELD_MANAGERS = {
    "apply": "kubectl-client-side-apply",
    **{
        verb: f"kubectl-{verb}"
        for verb in (
            "annotate", "autoscale", "create", "edit", "expose", "label", "patch", "replace", "rollout", "run",
            "set", "taint",
        )
    },
}  # fmt: skip
"""Default managers of the verbs that have their own (each verb's file under kubectl/pkg/cmd)."""


@dataclass(slots=True)
class Call:
    """`namespace` is what `-n`, the context and `default` come to; `stdin` what a pipe brings."""

    cluster: Cluster
    files: Files
    config: KubeConfig
    parsed: Parsed
    stdin: str = ""
    printed: list[Printed] = field(default_factory=list)
    exit_code: int = 0
    edit: EditRequest | None = None
    verb: str = ""
    """The first word of the command's path."""

    # -- what was asked --------------------------------------------------------------------------

    @property
    def args(self) -> tuple[str, ...]:
        return self.parsed.args

    @property
    def namespace(self) -> str:
        return self.parsed.text("namespace") or self.config.namespace or "default"

    @property
    def is_namespace_named(self) -> bool:
        """Whether the command line itself names a namespace."""
        return bool(self.parsed.text("namespace"))

    @property
    def field_manager(self) -> str:
        """Who owns what the command changes: `--field-manager`, or the name that the client gives itself."""
        return self.parsed.text("field-manager") or _FIELD_MANAGERS.get(self.verb, "kubectl")

    @property
    def every_namespace(self) -> bool:
        return self.parsed.is_on("all-namespaces")

    @property
    def version(self) -> str:
        return self.cluster.version

    @property
    def now_ms(self) -> int:
        """The virtual instant as milliseconds since 1970."""
        return self.cluster.clock.start_ms + self.cluster.now

    def ref(self, kind: Kind, name: str, namespace: str | None = None) -> Ref:
        return Ref(kind.kind, (namespace or self.namespace) if kind.namespaced else "", name)

    def find(self, kind: Kind, name: str, namespace: str | None = None) -> Obj:
        """The object.  Raises ApiError (NotFound)."""
        return self.cluster.api.get(self.ref(kind, name, namespace))

    # -- what it prints --------------------------------------------------------------------------

    def print(self, line: str = "") -> None:
        self.write(line + "\n")

    def write(self, text: str) -> None:
        if text:
            self.printed.append(("out", text))

    def warn(self, line: str) -> None:
        self.printed.append(("err", line + "\n"))

    def warn_once(self, line: str) -> None:
        """A warning that several requests of one command may bring."""
        if ("err", line + "\n") not in self.printed:
            self.warn(line)

    def fail(self, problem: ApiError | str) -> None:
        """Print an error and go on; the command will end with 1."""
        self.warn(problem if isinstance(problem, str) else error_text(problem, self.version))
        self.exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest:
    """A text that the learner is asked to edit; `again` is the command line that takes it back."""

    name: str
    text: str
    argv: tuple[str, ...]


Start: TypeAlias = Callable[[Call], State | None]
Step: TypeAlias = Callable[[Call, State], State | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A verb, or a verb and its sub-command.

    `start` does the work and gives None, or the state in which `step` goes on whenever something has changed.
    `path` is as typed (`rollout status`); `children` are the sub-commands of one that only groups them.
    """

    path: str
    start: Start
    flags: Sequence[Flag] = ()
    step: Step | None = None
    summary: str = ""
    usage: str = ""
    children: Mapping[str, Command] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    raw_after: bool = False
