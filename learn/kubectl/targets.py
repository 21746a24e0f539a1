"""The objects that a changing command is about: by name, by selector, all of a kind, or named in files."""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.lookup import selected
from learn.kubectl.manifests import namespace_of, read_sources
from learn.kubectl.resources import NO_NAME, NO_RESOURCES, targets_of


def write_targets(
    call: Call, verb: str, args: tuple[str, ...] | None = None, *, needs_name: bool = True
) -> list[tuple[Kind, Obj]]:
    """The existing objects.  Those missing are told; raises CommandError when none is named at all.

    Without `needs_name` a type alone means all of its objects.
    """
    if call.parsed.has("filename") or call.parsed.has("kustomize"):
        return _in_files(call)
    words = call.args if args is None else args
    if not words:
        raise CommandError(NO_RESOURCES)
    if call.parsed.is_on("all"):
        targets = targets_of(words)
        if any(target.name for target in targets):
            raise CommandError("error: setting 'all' parameter but found a non empty selector. ")
    return selected(call, words, needs_name=needs_name, all_flag=True)


def _in_files(call: Call) -> list[tuple[Kind, Obj]]:
    found = []
    for source in read_sources(call):
        try:
            found.append((source.kind, call.find(source.kind, source.name, namespace_of(source) or None)))
        except ApiError as error:
            call.fail(error)
    return found


def require_name(words: tuple[str, ...]) -> None:
    """Raises CommandError for a type alone."""
    if len(words) == 1 and "/" not in words[0]:
        raise CommandError(NO_NAME)
