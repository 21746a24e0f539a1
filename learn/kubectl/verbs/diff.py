"""`kubectl diff` (staging/src/k8s.io/kubectl/pkg/cmd/diff/diff.go): the live object against what an apply would make."""

from __future__ import annotations

import difflib

from learn.cluster.api.apply import apply_three_way
from learn.cluster.api.patch import PatchError
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError, server_error
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.manifests import Source, namespace_of, read_sources
from learn.kubectl.yamltext import to_yaml

_TROUBLE = 2
"""What diff ends with when it cannot compare; 1 means that there are differences."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def start(call: Call) -> State | None:
    if not call.parsed.has("filename") and not call.parsed.has("kustomize"):
        raise CommandError("error: must specify one of -f and -k", _TROUBLE)
    try:
        texts = [_difference(call, source) for source in read_sources(call, validates=True)]
    except ApiError as error:
        raise CommandError(server_error(error), _TROUBLE) from None
    except CommandError as error:
        raise CommandError(error.text, _TROUBLE) from None
    call.write("".join(texts))
    call.exit_code = 1 if any(texts) else 0
    return None


def _difference(call: Call, source: Source) -> str:
    namespace = namespace_of(source)
    live = call.cluster.store.get(call.ref(source.kind, source.name, namespace or None))
    merged = _merged(call, live, source)
    before = to_yaml(_shown(live)) if live else ""
    after = to_yaml(_shown(merged))
    group = source.kind.group.replace("/", ".")
    parts = [group, source.kind.version, source.kind.kind, namespace, source.name]
    name = (
        ".".join(part for part in parts if part)
        if group
        else f"{source.kind.version}.{source.kind.kind}.{namespace}.{source.name}"
    )
    stamp = call.cluster.clock.timestamp(call.cluster.now).replace("T", " ").replace("Z", ".000000000 +0000")
    lines = list(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"/tmp/LIVE-1/{name}",
            f"/tmp/MERGED-1/{name}",
            stamp,
            stamp,
        )
    )
    return f"diff -u -N /tmp/LIVE-1/{name} /tmp/MERGED-1/{name}\n{''.join(lines)}" if lines else ""


def _merged(call: Call, live: Obj | None, source: Source) -> Obj:
    """What the server would store.  Raises ApiError."""
    cluster = call.cluster.fork()
    if live is None:
        created: Obj = cluster.act("create", manifest=source.obj)
        return created
    try:
        result = apply_three_way(live, source.obj, version=call.version)
    except PatchError as error:
        raise CommandError(f"error: {error}") from None
    if result.is_unchanged:
        return live
    updated: Obj = cluster.act("update", manifest=result.result)
    return updated


def _shown(obj: Obj) -> Obj:
    """Without what every write changes: the version and the annotation of the last apply."""
    meta = {
        key: value
        for key, value in obj["metadata"].items()
        if key not in ("resourceVersion", "managedFields")
    }
    annotations = {k: v for k, v in (meta.get("annotations") or {}).items() if k != _LAST_APPLIED}
    meta.pop("annotations", None)
    if annotations:
        meta["annotations"] = annotations
    return {**obj, "metadata": meta}


COMMAND = Command(
    path="diff",
    start=start,
    summary="applyすると何が変わるかを表示します",
    usage="diff -f ファイル",
    flags=(*FILE_FLAGS, SELECTOR, Flag(name="server-side", kind=Takes.BOOL), Flag(name="field-manager")),
)
