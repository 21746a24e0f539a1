"""What can stand at the end of a command line: verbs, kinds, names, flags."""

from __future__ import annotations

from collections.abc import Iterable

from learn.cluster.api.kinds import KINDS, find_resource
from learn.cluster.cluster import Cluster
from learn.kubectl.call import Command
from learn.kubectl.cli import GLOBAL_FLAGS
from learn.kubectl.verbs.registry import COMMANDS

MOST = 40
_FIRST = ("kubectl",)
_NO_KINDS = {"apply", "diff", "replace", "logs", "exec", "run", "config", "cluster-info", "version"}
_PODS = {"logs", "exec", "port-forward"}
_NODES = {"cordon", "uncordon", "drain"}


def complete(line: str, cluster: Cluster) -> tuple[str, ...]:
    """Whole words that the last word of the line (or a new one, after a space) may become, sorted, at most 40."""
    words = line.split()
    last = "" if line.endswith((" ", "\n")) else words.pop()
    found = sorted({word for word in _candidates(words, last, cluster) if word.startswith(last)})
    return tuple(found[:MOST])


def _candidates(words: list[str], last: str, cluster: Cluster) -> Iterable[str]:
    if not words:
        return _FIRST
    if words[0] not in ("kubectl", "k"):
        return ()
    plain = [word for word in words[1:] if not word.startswith("-")]
    if not plain:
        return COMMANDS
    verb, *args = plain
    command = COMMANDS.get(verb)
    if command is None:
        return ()
    while args and args[0] in command.children:
        command, args = command.children[args[0]], args[1:]
    if last.startswith("-"):
        return _flags(command)
    if words[-1] in ("-n", "--namespace"):
        return _names(cluster, "Namespace")
    if command.children and not args:
        return command.children
    return _objects(verb, args, last, cluster)


def _flags(command: Command) -> Iterable[str]:
    return (f"--{flag.name}" for flag in (*command.flags, *GLOBAL_FLAGS))


def _objects(verb: str, args: list[str], last: str, cluster: Cluster) -> Iterable[str]:
    if verb in _PODS:
        return _names(cluster, "Pod")
    if verb in _NODES:
        return _names(cluster, "Node")
    if verb in _NO_KINDS:
        return ()
    if "/" in last:
        kind = find_resource(last.partition("/")[0])
        prefix = last.partition("/")[0]
        return (f"{prefix}/{name}" for name in _names(cluster, kind.kind)) if kind else ()
    if not args:
        return (kind.plural for kind in KINDS)
    kind = find_resource(args[0])
    return _names(cluster, kind.kind) if kind else ()


def _names(cluster: Cluster, kind: str) -> list[str]:
    return [obj["metadata"]["name"] for obj in cluster.objects(kind)]
