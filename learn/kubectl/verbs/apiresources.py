"""`kubectl api-resources` and `api-versions` (staging/src/k8s.io/kubectl/pkg/cmd/apiresources/)."""

from __future__ import annotations

from learn.cluster.api.kinds import KINDS, Kind, served_versions
from learn.cluster.api.kinds import api_version as joined
from learn.cluster.metrics import metrics_of
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.tables import render_table


def served(call: Call) -> list[tuple[Kind, str]]:
    """Every kind that the cluster serves and the version that it prefers, by group and name."""
    found = []
    for kind in KINDS:
        if kind.addon == "metrics-server" and not metrics_of(call.cluster).is_available:
            continue
        versions = served_versions(kind, call.version)
        if versions:
            found.append((kind, versions[0]))
    return sorted(found, key=lambda pair: (pair[0].group, pair[0].plural))


def _resources(call: Call) -> State | None:
    if call.args:
        raise CommandError(
            f"error: unexpected arguments: [{' '.join(call.args)}]\nSee 'kubectl api-resources -h' for help and examples"
        )
    output = call.parsed.text("output")
    if output not in ("", "wide", "name"):
        raise CommandError(f"error: --output {output} is not available")
    found = [pair for pair in served(call) if _is_wanted(call, pair[0])]
    if call.parsed.text("sort-by"):
        key = call.parsed.text("sort-by")
        if key not in ("name", "kind"):
            raise CommandError("error: --sort-by accepts only name or kind")
        found.sort(key=lambda pair: pair[0].plural if key == "name" else pair[0].kind)
    if output == "name":
        call.write("".join(f"{kind.resource}\n" for kind, _ in found))
        return None
    rows = [_row(kind, version, wide=output == "wide") for kind, version in found]
    header = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
    header += ["VERBS", "CATEGORIES"] if output == "wide" else []
    call.write(render_table(rows if call.parsed.is_on("no-headers") else [header, *rows]))
    return None


def _is_wanted(call: Call, kind: Kind) -> bool:
    if call.parsed.has("api-group") and kind.group != call.parsed.text("api-group"):
        return False
    if call.parsed.has("namespaced") and kind.namespaced is not call.parsed.is_on("namespaced"):
        return False
    if call.parsed.has("categories") and not set(call.parsed.texts("categories")) & set(kind.categories):
        return False
    wanted = call.parsed.texts("verbs") if call.parsed.has("verbs") else ()
    return set(wanted) <= set(kind.verbs)


def _row(kind: Kind, version: str, *, wide: bool) -> list[str]:
    cells = [
        kind.plural,
        ",".join(kind.short),
        joined(kind.group, version),
        "true" if kind.namespaced else "false",
        kind.kind,
    ]
    return [*cells, ",".join(kind.verbs), ",".join(kind.categories)] if wide else cells


def _versions(call: Call) -> State | None:
    if call.args:
        raise CommandError(
            f"error: unexpected arguments: [{' '.join(call.args)}]\nSee 'kubectl api-versions -h' for help and examples"
        )
    names = set()
    for kind, _ in served(call):
        for version in served_versions(kind, call.version):
            names.add(joined(kind.group, version))
    call.write("".join(f"{name}\n" for name in sorted(names)))
    return None


RESOURCES = Command(
    path="api-resources",
    start=_resources,
    summary="扱える種類を一覧にします",
    flags=(
        Flag(name="output", short="o"),
        Flag(name="api-group"),
        Flag(name="namespaced", kind=Takes.BOOL),
        Flag(name="verbs", kind=Takes.STRINGS),
        Flag(name="categories", kind=Takes.STRINGS),
        Flag(name="sort-by"),
        Flag(name="no-headers", kind=Takes.BOOL),
        Flag(name="cached", kind=Takes.BOOL),
    ),
)
VERSIONS = Command(path="api-versions", start=_versions, summary="扱えるAPIのバージョンを一覧にします")
