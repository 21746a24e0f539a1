"""`kubectl replace` (staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go)."""

from __future__ import annotations

from learn.cluster.errors import ApiError
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS
from learn.kubectl.manifests import Source, namespace_of, read_sources
from learn.kubectl.verbs.apply import VALIDATE, decoded
from learn.kubectl.writes import WRITE_FLAGS, DryRun, Problem, act, dry_run_of, print_done, tell_problems


def start(call: Call) -> State | None:
    if not call.parsed.has("filename") and not call.parsed.has("kustomize"):
        raise CommandError("error: must specify one of -f and -k")
    dry_run = dry_run_of(call)
    sources = read_sources(call, validates=True)
    if not sources:
        raise CommandError("error: no objects passed to replace")
    problems = []
    for source in sources:
        try:
            _replace(call, source, dry_run)
        except ApiError as error:
            problems.append(Problem(error, f'error when replacing "{source.path}"'))
    if problems:
        tell_problems(call, problems)
    return None


def _replace(call: Call, source: Source, dry_run: DryRun) -> None:
    obj = source.obj
    if dry_run is not DryRun.CLIENT:
        obj = decoded(call, source)
        if call.parsed.is_on("force"):
            _recreate(call, source, dry_run)
            return
        obj = act(call, dry_run, "update", manifest=obj)
    print_done(call, obj, "replaced", dry_run)


def _recreate(call: Call, source: Source, dry_run: DryRun) -> None:
    namespace = namespace_of(source) or call.namespace
    if call.cluster.store.get(call.ref(source.kind, source.name, namespace)) is not None:
        act(
            call,
            dry_run,
            "delete",
            kind=source.kind.kind,
            name=source.name,
            namespace=namespace,
            grace_seconds=0,
        )
        call.print(f'{source.kind.qualified.lower()} "{source.name}" deleted')
    obj = act(call, dry_run, "create", manifest=source.obj)
    print_done(call, obj, "replaced", dry_run)


COMMAND = Command(
    path="replace",
    start=start,
    summary="マニフェストの内容に置き換えます",
    usage="replace -f ファイル",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        VALIDATE,
        Flag(name="force", kind=Takes.BOOL),
        Flag(name="grace-period", kind=Takes.INT),
        Flag(name="save-config", kind=Takes.BOOL),
        Flag(name="wait", kind=Takes.BOOL),
        Flag(name="cascade"),
    ),
)
