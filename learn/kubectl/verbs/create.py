"""`kubectl create`: from files, or by a generator.

Source: staging/src/k8s.io/kubectl/pkg/cmd/create/create.go.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence

from learn.cluster.api.apply import with_last_applied
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.generators import config, networking, rbac, workloads
from learn.kubectl.generators.common import Generator, only_name
from learn.kubectl.groups import group
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.manifests import Source, read_sources
from learn.kubectl.verbs.apply import VALIDATE, decoded, require_files, validation_of
from learn.kubectl.writes import (
    WRITE_FLAGS,
    DryRun,
    Problem,
    act,
    as_generated,
    dry_run_of,
    print_done,
    tell_problems,
)

_SAVE_CONFIG = Flag(name="save-config", kind=Takes.BOOL)


def start(call: Call) -> State | None:
    if call.args:
        raise CommandError(
            f"error: Unexpected args: [{' '.join(call.args)}]\nSee 'kubectl create -h' for help and examples"
        )
    require_files(call)
    dry_run = dry_run_of(call)
    sources = read_sources(call, validates=validation_of(call) != "ignore")
    if not sources:
        raise CommandError("error: no objects passed to create")
    problems = []
    for source in sources:
        try:
            print_done(call, _created(call, source, dry_run), "created", dry_run)
        except ApiError as error:
            problems.append(Problem(error, f'error when creating "{source.path}"'))
    if problems:
        tell_problems(call, problems)
    return None


def _created(call: Call, source: Source, dry_run: DryRun) -> Obj:
    obj = source.obj if dry_run is DryRun.CLIENT else decoded(call, source)
    if call.parsed.is_on("save-config"):
        obj = with_last_applied(obj)
    if dry_run is DryRun.CLIENT:
        return obj
    created: Obj = act(call, dry_run, "create", manifest=obj)
    return created


def _generate(generator: Generator, call: Call) -> State | None:
    dry_run = dry_run_of(call)
    obj = generator.build(call)
    if call.parsed.is_on("save-config"):
        obj = with_last_applied(obj)
    if dry_run is DryRun.CLIENT:
        print_done(call, as_generated(call, obj), "created", dry_run)
        return None
    sent = {key: value for key, value in obj.items() if key != "status"}
    try:
        created = act(call, dry_run, "create", manifest=sent, namespace=call.namespace)
    except ApiError as error:
        if generator.wrapping:
            raise CommandError(f"error: {generator.wrapping}: {error.message}") from None
        raise
    print_done(call, created, "created", dry_run)
    return None


def _command(generator: Generator, parent: str = "create") -> Command:
    return Command(
        path=f"{parent} {generator.name}",
        start=lambda call: _generate(generator, call),
        summary=generator.summary,
        usage=f"{parent} {generator.name} 名前 [フラグ]",
        flags=(*generator.flags, *WRITE_FLAGS, VALIDATE, _SAVE_CONFIG),
        aliases=generator.aliases,
    )


def _group(
    name: str, summary: str, generators: Sequence[Generator], aliases: tuple[str, ...] = ()
) -> Command:
    children = {each.name: _command(each, f"create {name}") for each in generators}
    return group(f"create {name}", summary, children, aliases)


def _token(call: Call) -> State | None:
    """A made-up token that looks like one; nothing in the simulator reads it."""
    name = only_name(call, "token")
    call.cluster.get("ServiceAccount", name, call.namespace)
    seed = f"{call.namespace}/{name}/{call.cluster.now}".encode()
    parts = [hashlib.sha256(seed + bytes([index])).digest() for index in range(3)]
    call.print(".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts))
    return None


_TOKEN = Command(
    path="create token",
    start=_token,
    summary="ServiceAccountのトークンを発行します",
    flags=(Flag(name="duration", kind=Takes.DURATION), Flag(name="audience", kind=Takes.STRING_ARRAY)),
)
_GENERATORS = (
    *workloads.GENERATORS,
    *config.GENERATORS,
    *networking.GENERATORS,
    *rbac.GENERATORS,
)
_CHILDREN: Mapping[str, Command] = {
    **{generator.name: _command(generator) for generator in _GENERATORS},
    "secret": _group("secret", "Secretを作ります", config.SECRETS),
    "service": _group("service", "Serviceを作ります", networking.SERVICES, ("svc",)),
    "token": _TOKEN,
}

COMMAND = Command(
    path="create",
    start=start,
    summary="ファイルから、または名前を指定してオブジェクトを作ります",
    usage="create -f ファイル、またはcreate 種類 名前 [フラグ]",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        VALIDATE,
        _SAVE_CONFIG,
        SELECTOR,
        Flag(name="edit", kind=Takes.BOOL),
        Flag(name="raw"),
    ),
    children=_CHILDREN,
)
