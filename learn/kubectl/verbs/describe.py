"""`kubectl describe`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/describe/describe.go.
"""

from __future__ import annotations

from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.describe import describe
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import (
    ALL_NAMESPACES,
    FILE_FLAGS,
    SELECTOR,
    Filter,
    filter_of,
    listed,
    warn_of_deprecation,
)
from learn.kubectl.manifests import named_in_files
from learn.kubectl.resources import Target, targets_of

_NOTHING_NAMED = (
    'error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of '
    "supported resources."
)


def start(call: Call) -> State | None:
    if not call.args and not call.parsed.has("filename") and not call.parsed.has("kustomize"):
        raise CommandError(_NOTHING_NAMED)
    has_files = call.parsed.has("filename") or call.parsed.has("kustomize")
    targets = named_in_files(call) if has_files else targets_of(call.args)
    if call.every_namespace and any(target.name for target in targets):
        raise CommandError("error: a resource cannot be retrieved by name across all namespaces")
    warn_of_deprecation(call, targets)
    found: list[Obj] = []
    missing: list[ApiError] = []
    for target in targets:
        try:
            found += _found(call, target)
        except ApiError as error:
            if error.code != 404:
                raise
            missing.append(error)
    if missing and len(call.args) == 2:
        _describe_prefixed(call, targets[0], missing[0])
        return None
    shows_events = _shows_events(call, is_one=len(found) == 1 and not missing)
    texts = [describe(call.cluster, obj, shows_events=shows_events) for obj in found]
    call.write("\n\n".join(texts))
    for problem in missing:
        call.fail(problem)
    if not found and not missing:
        where = "" if call.every_namespace else f" in {call.namespace} namespace."
        call.warn(f"No resources found{where}")
    return None


def _shows_events(call: Call, *, is_one: bool) -> bool:
    """Since 1.36 the Events of several objects are only shown when asked for."""
    several = int(call.version.partition(".")[2]) < 36
    return call.parsed.is_on("show-events", default=is_one or several)


def _found(call: Call, target: Target) -> list[Obj]:
    """Raises ApiError."""
    if target.name:
        return [call.find(target.kind, target.name)]
    return listed(call, target.kind, filter_of(call))


def _describe_prefixed(call: Call, target: Target, error: ApiError) -> None:
    """A type and a name that is none: every name that begins with it (DescribeMatchingResources)."""
    every = listed(call, target.kind, Filter())
    matching = [obj for obj in every if obj["metadata"]["name"].startswith(target.name)]
    shows_events = _shows_events(call, is_one=False)
    for obj in matching:
        call.print(describe(call.cluster, obj, shows_events=shows_events))
    if not matching:
        call.fail(error)


COMMAND = Command(
    path="describe",
    start=start,
    summary="オブジェクトの詳しい様子とイベントを表示します",
    flags=(
        *FILE_FLAGS,
        ALL_NAMESPACES,
        SELECTOR,
        Flag(name="show-events", kind=Takes.BOOL),
        Flag(name="chunk-size", kind=Takes.INT),
    ),
)
