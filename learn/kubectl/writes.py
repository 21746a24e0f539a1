"""Changing the cluster: dry runs, what is printed afterwards, and how refusals are gathered.

Source: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go (GetDryRunStrategy, AddSourceToErr, checkErr).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from learn.cluster.api.kinds import Kind
from learn.cluster.api.versions import behaviour
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError, error_text, server_error
from learn.kubectl.flags import Flag
from learn.kubectl.output import OUTPUT_FLAGS, format_of, object_name, printer_for
from learn.kubectl.resources import shown_kind


class DryRun(StrEnum):
    NONE = "none"
    CLIENT = "client"
    SERVER = "server"

    @property
    def suffix(self) -> str:
        return {"none": "", "client": " (dry run)", "server": " (server dry run)"}[self.value]


DRY_RUN = Flag(name="dry-run", bare="unchanged")
_OWNING = frozenset({"create", "apply", "update", "patch", "scale"})
"""What makes the client the owner of the fields that it changes."""
FIELD_MANAGER = Flag(name="field-manager")
WRITE_FLAGS = (*OUTPUT_FLAGS, DRY_RUN, FIELD_MANAGER)


def dry_run_of(call: Call) -> DryRun:
    """Raises CommandError for a value that there is not."""
    value = call.parsed.text("dry-run", "none")
    if value == "unchanged":
        call.warn(
            "W0401 00:00:00.000000       1 helpers.go:731] --dry-run is deprecated and can be replaced with --dry-run=client."
        )
        return DryRun.CLIENT
    try:
        return DryRun(value)
    except ValueError:
        raise CommandError(
            f'error: Invalid dry-run value ({value}). Must be "none", "server", or "client".'
        ) from None


def act(call: Call, dry_run: DryRun, verb: str, **arguments: Any) -> Any:
    """Do something to the cluster, or to a copy of it for a dry run on the server; its warnings are printed first.

    Raises ApiError.
    """
    cluster = call.cluster.fork() if dry_run is DryRun.SERVER else call.cluster
    if verb in _OWNING:
        arguments.setdefault("field_manager", call.field_manager)
    cluster.api.warnings.clear()
    try:
        return cluster.act(verb, **arguments)
    finally:
        for text in cluster.api.warnings:
            call.warn_once(f"Warning: {text}")


def update(call: Call, dry_run: DryRun, obj: Obj) -> Obj:
    """Send a changed object; a dry run on the client gives it back as it is."""
    if dry_run is DryRun.CLIENT:
        return obj
    updated: Obj = act(call, dry_run, "update", manifest=obj)
    return updated


def print_done(call: Call, obj: Obj, done: str, dry_run: DryRun = DryRun.NONE) -> None:
    """`deployment.apps/web created`, or the object itself when `-o` asks for it."""
    name, argument = format_of(call)
    if name:
        call.write(printer_for(call, name, argument)(obj))
    else:
        call.print(f"{object_name(obj)} {done}{dry_run.suffix}")


def done_line(kind: Kind, name: str, done: str) -> str:
    return f"{shown_kind(kind)}/{name} {done}"


class Problem(NamedTuple):
    """A refusal, and what was being done (`error when creating "f.yaml"`)."""

    error: ApiError
    doing: str


def tell_problems(call: Call, problems: Sequence[Problem]) -> None:
    """One refused object gets the short form for Invalid, several the long one each."""
    if len(problems) == 1:
        error, doing = problems[0]
        call.fail(
            error_text(error, call.version) if error.reason == "Invalid" else server_error(error, doing)
        )
    else:
        for error, doing in problems:
            call.fail(server_error(error, doing))


def as_generated(call: Call, obj: Obj) -> Obj:
    """What a generator prints: with `creationTimestamp: null` as clients up to 1.33 did."""
    return with_null_timestamps(obj) if behaviour(call.version).null_creation_timestamp else obj


def with_null_timestamps(obj: Any) -> Any:
    if isinstance(obj, list):
        return [with_null_timestamps(each) for each in obj]
    if not isinstance(obj, dict):
        return obj
    result = {key: with_null_timestamps(value) for key, value in obj.items()}
    meta = result.get("metadata")
    if isinstance(meta, dict) and "creationTimestamp" not in meta:
        result["metadata"] = {"creationTimestamp": None, **meta}
    return result
