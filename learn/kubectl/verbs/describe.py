"""`kubectl describe`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/describe/describe.go.
"""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
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
    nothing_found,
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
    for target in targets:
        found += _found(call, target)
    for index, obj in enumerate(found):
        call.write("\n\n" if index else "")
        call.write(_described(call, obj))
    if not found and not call.exit_code:
        call.warn(nothing_found(call, [target.kind for target in targets]))
    return None


def _described(call: Call, obj: Obj) -> str:
    text = describe(call.cluster, obj)
    if call.parsed.is_on("show-events", default=True):
        return text
    return text.partition("\nEvents:")[0].rstrip("\n") + "\n"


def _found(call: Call, target: Target) -> list[Obj]:
    if not target.name:
        return listed(call, target.kind, filter_of(call))
    try:
        return [call.find(target.kind, target.name)]
    except ApiError as error:
        if error.code != 404:
            raise
        prefixed = _prefixed(call, target.kind, target.name)
        if not prefixed:
            call.fail(error)
        return prefixed


def _prefixed(call: Call, kind: Kind, prefix: str) -> list[Obj]:
    return [obj for obj in listed(call, kind, Filter()) if obj["metadata"]["name"].startswith(prefix)]


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
