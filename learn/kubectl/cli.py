"""kubectl's command line: which verb, which flags, and how a refused line is answered.

Source: github.com/spf13/cobra (Find, stripFlags, SuggestionsFor), staging/src/k8s.io/kubectl/pkg/cmd/cmd.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from learn.cluster.cluster import Cluster
from learn.cluster.errors import ApiError
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError, MissingFlags, UsageError, error_text
from learn.kubectl.files import Files
from learn.kubectl.flags import Flag, Kind, Parsed, parse
from learn.kubectl.help import help_text
from learn.kubectl.kubeconfig import KubeConfig
from learn.kubectl.suggestions import suggest
from learn.kubectl.verbs.registry import COMMANDS, UNSERVED, VERBS

GLOBAL_FLAGS = (
    Flag(name="namespace", short="n"),
    Flag(name="context"),
    Flag(name="kubeconfig"),
    Flag(name="cluster"),
    Flag(name="user"),
    Flag(name="server", short="s"),
    Flag(name="token"),
    Flag(name="as"),
    Flag(name="as-group", kind=Kind.STRING_ARRAY),
    Flag(name="request-timeout"),
    Flag(name="v", short="v", kind=Kind.INT),
    Flag(name="insecure-skip-tls-verify", kind=Kind.BOOL),
    Flag(name="warnings-as-errors", kind=Kind.BOOL),
    Flag(name="help", short="h", kind=Kind.BOOL),
)
_BARE = {f"--{flag.name}" for flag in GLOBAL_FLAGS if flag.kind is Kind.BOOL} | {
    f"-{flag.short}" for flag in GLOBAL_FLAGS if flag.short and flag.kind is Kind.BOOL
}


def start(argv: Sequence[str], cluster: Cluster, files: Files, stdin: str = "") -> tuple[Call, State | None]:
    """Begin a command (`argv` without `kubectl`): what it printed, and its state if it waits."""
    call = _empty_call(cluster, files, stdin)
    try:
        command, words = find_command(argv)
        call.parsed = _parsed(command, words)
        call.verb = command.path.partition(" ")[0]
        call.config = KubeConfig(files, call.parsed.text("context"))
        if call.parsed.is_on("help"):
            call.write(help_text(command, GLOBAL_FLAGS))
            return call, None
        if command.path.partition(" ")[0] not in ("config", "version", "help", ""):
            call.config.require_context()
            _require_entries(call, command)
        return call, _guarded(call, lambda: command.start(call))
    except CommandError as error:
        _tell(call, error)
    return call, None


def step(
    argv: Sequence[str], cluster: Cluster, files: Files, state: State, stdin: str = ""
) -> tuple[Call, State | None]:
    """Go on with a command that waits."""
    call = _empty_call(cluster, files, stdin)
    command, words = find_command(argv)
    call.parsed = _parsed(command, words)
    call.verb = command.path.partition(" ")[0]
    call.config = KubeConfig(files, call.parsed.text("context"))
    go_on = command.step
    assert go_on is not None, f"{command.path} does not wait"
    try:
        return call, _guarded(call, lambda: go_on(call, state))
    except CommandError as error:
        _tell(call, error)
    return call, None


def _require_entries(call: Call, command: Command) -> None:
    """Raises CommandError for a file, a cluster or a user of the command line that there is not."""
    path = call.parsed.text("kubeconfig")
    if path and call.files.read(path) is None and not path.endswith(".kube/config"):
        raise CommandError(f"error: stat {path}: no such file or directory")
    own = {flag.name for flag in command.flags}
    cluster = "" if "cluster" in own else call.parsed.text("cluster")
    user = "" if "user" in own else call.parsed.text("user")
    if cluster and call.config.entry("clusters", cluster) is None:
        raise CommandError(f'error: no server found for cluster "{cluster}"')
    if user and call.config.entry("users", user) is None:
        raise CommandError(f'error: auth info "{user}" does not exist')


def _empty_call(cluster: Cluster, files: Files, stdin: str) -> Call:
    nothing = Parsed((), None, {})
    return Call(cluster=cluster, files=files, config=KubeConfig(files), parsed=nothing, stdin=stdin)


def _guarded(call: Call, work: object) -> State | None:
    try:
        return work()  # type: ignore[no-any-return,operator]  # a closure over the call
    except ApiError as error:
        raise CommandError(error_text(error, call.version)) from None


def _tell(call: Call, error: CommandError) -> None:
    if error.text:
        call.warn(error.text)
    call.exit_code = error.exit_code


def _parsed(command: Command, words: Sequence[str]) -> Parsed:
    """Raises CommandError for flags that the command does not take."""
    try:
        return parse(words, (*command.flags, *GLOBAL_FLAGS))
    except UsageError as error:
        asked = " ".join(["kubectl", *filter(None, [command.path]), "--help"])
        raise CommandError(f"error: {error}\nSee '{asked}' for usage.") from None
    except MissingFlags as error:
        raise CommandError(f"error: {error}") from None


def find_command(argv: Sequence[str]) -> tuple[Command, list[str]]:
    """The command and the words that are left to it.  Raises CommandError for an unknown verb."""
    words = list(argv)
    place = _next_word(words, 0)
    if place is None:
        return (replace(COMMANDS["help"], path=""), words) if words else (COMMANDS["help"], [])
    verb = words[place]
    command = COMMANDS.get(verb)
    if command is None:
        _refuse_verb(verb, words[:place])
        raise AssertionError("unreachable")
    del words[place]
    while command.children:
        place = _next_word(words, place)
        child = _child(command, words[place]) if place is not None else None
        if child is None or place is None:
            break
        command = child
        del words[place]
    return command, words


def _child(command: Command, word: str) -> Command | None:
    for name, child in command.children.items():
        if word == name or word in child.aliases:
            return child
    return None


def _next_word(words: Sequence[str], start: int) -> int | None:
    """The place of the next word that is neither a flag nor a global flag's value."""
    skip = False
    for place in range(start, len(words)):
        word = words[place]
        if skip:
            skip = False
        elif word == "--":
            return None
        elif word.startswith("-") and word != "-":
            skip = _swallows_next(word)
        else:
            return place
    return None


def _swallows_next(flag: str) -> bool:
    """Before the verb a flag takes the next word, known or not, unless it is a switch (stripFlags)."""
    return "=" not in flag and (flag.startswith("--") or len(flag) == 2) and flag not in _BARE


def _refuse_verb(verb: str, before: Sequence[str]) -> None:
    if verb in UNSERVED:
        raise CommandError(UNSERVED[verb])
    if before:
        raise CommandError(f"Error: flags cannot be placed before plugin name: {before[0]}")
    found = suggest(verb, VERBS)
    lines = "".join(f"\n\t{name}" for name in found)
    hint = f"\n\nDid you mean this?{lines}" if found else ""
    raise CommandError(f'error: unknown command "{verb}" for "kubectl"{hint}')
