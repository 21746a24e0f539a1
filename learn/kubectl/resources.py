"""From the words of a command line to kinds and names.

Source: staging/src/k8s.io/cli-runtime/pkg/resource/builder.go (ResourceTypeOrNameArgs), pkg/restmapper/shortcut.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from learn.cluster.api.kinds import ALL_CATEGORY, KINDS, Kind, find_resource
from learn.kubectl.errors import CommandError

SLASH_RULE = (
    "error: there is no need to specify a resource type as a separate argument when passing arguments in "
    "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of "
    "'kubectl get resource resource/<resource_name>'"
)
NO_RESOURCES = (
    "error: You must provide one or more resources by argument or filename.\n"
    "Example resource specifications include:\n"
    "   '-f rsrc.yaml'\n"
    "   '--filename=rsrc.json'\n"
    "   '<resource> <name>'\n"
    "   '<resource>'"
)
NOTHING_SPECIFIED = "error: one or more resources must be specified as <resource> <name> or <resource>/<name>"
NO_NAME = "error: resource(s) were provided, but no name was specified"


class Target(NamedTuple):
    """A kind, and one object of it (`name` is "" for all of them)."""

    kind: Kind
    name: str = ""


def kind_of(text: str) -> Kind:
    """The kind behind `po`, `pods`, `Pod` or `deployments.v1.apps`; raises CommandError with the client's words."""
    kind = find_resource(text)
    if kind is None:
        raise unknown_type(text)
    return kind


def unknown_type(text: str) -> CommandError:
    return CommandError(f'error: the server doesn\'t have a resource type "{text.partition(".")[0]}"')


def kinds_of(text: str) -> list[Kind]:
    """The kinds of a comma list; a category stands for its members."""
    found: list[Kind] = []
    for word in text.split(","):
        if word == "all":
            found += [kind for name in ALL_CATEGORY for kind in KINDS if kind.kind == name]
        else:
            found.append(kind_of(word))
    return found


def targets_of(args: Sequence[str]) -> list[Target]:
    """What `TYPE [NAME…]`, `TYPE/NAME…` or `TYPE,TYPE` name; raises CommandError."""
    if any("/" in arg for arg in args):
        return list(_slashed(args))
    if not args:
        raise CommandError(NO_RESOURCES)
    kinds = kinds_of(args[0])
    if len(args) == 1:
        return [Target(kind) for kind in kinds]
    return [Target(kind, name) for kind in kinds for name in args[1:]]


def _slashed(args: Iterable[str]) -> Iterable[Target]:
    for arg in args:
        if "/" not in arg:
            raise CommandError(SLASH_RULE)
        parts = arg.split("/")
        if len(parts) > 2:
            raise CommandError("error: arguments in resource/name form may not have more than one slash")
        if not parts[0] or not parts[1]:
            raise CommandError("error: arguments in resource/name form must have a single resource and name")
        for kind in kinds_of(parts[0]):
            yield Target(kind, parts[1])


def named_targets(args: Sequence[str]) -> list[Target]:
    """As `targets_of`, for commands that need names; raises CommandError for a type alone."""
    targets = targets_of(args)
    if any(not target.name for target in targets):
        raise CommandError(NO_NAME)
    return targets


def one_target(args: Sequence[str], default: str = "pods") -> Target:
    """POD or TYPE/NAME, as logs, exec and port-forward take it."""
    if "/" in args[0]:
        return targets_of(args[:1])[0]
    return Target(kind_of(default), args[0])


def shown_kind(kind: Kind) -> str:
    """`pod`, `deployment.apps`: the kind in messages about one object."""
    return kind.kind.lower() + (f".{kind.group}" if kind.group else "")
