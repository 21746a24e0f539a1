"""`kubectl get`.

Source: staging/src/k8s.io/kubectl/pkg/cmd/get/get.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from learn.cluster.api.kinds import Kind
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.changes import changes
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import (
    ALL_NAMESPACES,
    FIELD_SELECTOR,
    FILE_FLAGS,
    SELECTOR,
    filter_of,
    listed,
    nothing_found,
    warn_of_deprecation,
)
from learn.kubectl.manifests import named_in_files
from learn.kubectl.output import OUTPUT_FLAGS, format_of, list_of, printer_for
from learn.kubectl.raw import raw_answer
from learn.kubectl.resources import Target, targets_of
from learn.kubectl.rows import TableOptions, header, lines, row, widened
from learn.kubectl.sorting import sort_objects
from learn.kubectl.tables import render_table

_NOTHING_NAMED = (
    'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported '
    "resources.\n\nerror: Required resource not specified.\n"
    'Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\n'
    "See 'kubectl get -h' for help and examples"
)


_EVENT_WIDTH = len("MODIFIED")


class Group(NamedTuple):
    """The objects of one kind, found by name (`is_named`) or listed."""

    kind: Kind
    objects: list[Obj]
    is_named: bool


def start(call: Call) -> State | None:
    if call.parsed.text("raw"):
        if call.args:
            raise CommandError("error: arguments may not be passed when --raw is specified")
        call.write(raw_answer(call.cluster, call.parsed.text("raw")))
        return None
    format_name, argument = format_of(call, tables=True)
    watching = call.parsed.is_on("watch") or call.parsed.is_on("watch-only")
    if call.parsed.is_on("output-watch-events") and not watching:
        raise CommandError(
            "error: --output-watch-events option can only be used with --watch or --watch-only"
        )
    targets = _targets(call)
    if call.parsed.text("subresource") and not all(target.name for target in targets):
        raise CommandError("error: subresource cannot be used when bulk resources are specified")
    warn_of_deprecation(call, targets)
    if watching:
        if call.parsed.text("sort-by"):
            call.warn("warning: --watch requested, --sort-by will be ignored for watch events received")
        return _start_watch(call, targets, format_name)
    groups = _groups(call, targets)
    if format_name in ("", "wide"):
        _print_tables(call, groups, format_name == "wide")
        return None
    objects = [obj for group in groups for obj in group.objects]
    if call.parsed.text("sort-by"):
        objects = sort_objects(objects, call.parsed.text("sort-by"))
    printer = printer_for(call, format_name, argument)
    is_one = len(targets) == 1 and bool(targets[0].name)
    if is_one:
        for obj in objects:
            call.write(printer(obj))
    elif objects or not (call.exit_code or any(group.is_named for group in groups)):
        call.write(printer(list_of(objects)))
    return None


def _targets(call: Call) -> list[Target]:
    if call.parsed.texts("filename") and call.parsed.has("filename"):
        return named_in_files(call)
    if call.parsed.has("kustomize"):
        return named_in_files(call)
    if not call.args:
        raise CommandError(_NOTHING_NAMED)
    targets = targets_of(call.args)
    if any(target.name for target in targets):
        if call.every_namespace:
            raise CommandError("error: a resource cannot be retrieved by name across all namespaces")
        if call.parsed.has("selector") or call.parsed.has("field-selector"):
            raise CommandError("error: name cannot be provided when a selector is specified")
    return targets


def _groups(call: Call, targets: Sequence[Target]) -> list[Group]:
    """Neighbouring names of one kind make one group."""
    groups: list[Group] = []
    for target in targets:
        if not target.name:
            groups.append(Group(target.kind, listed(call, target.kind), is_named=False))
            continue
        if not groups or groups[-1].kind != target.kind or not groups[-1].is_named:
            groups.append(Group(target.kind, [], is_named=True))
        try:
            groups[-1].objects.append(call.find(target.kind, target.name))
        except ApiError as error:
            if error.code != 404 or not call.parsed.is_on("ignore-not-found"):
                call.fail(error)
    return groups


def _options(call: Call, groups: Sequence[Group], *, wide: bool) -> TableOptions:
    many = len({group.kind.kind for group in groups if group.objects or not group.is_named}) > 1
    asked_all = bool(call.args) and "all" in call.args[0].split(",")
    return TableOptions(
        wide=wide,
        namespaces=call.every_namespace,
        kinds=many or asked_all or call.parsed.is_on("show-kind"),
        headers=not call.parsed.is_on("no-headers"),
        show_labels=call.parsed.is_on("show-labels"),
        label_columns=call.parsed.texts("label-columns") if call.parsed.has("label-columns") else (),
    )


def _print_tables(call: Call, groups: Sequence[Group], wide: bool) -> None:
    options = _options(call, groups, wide=wide)
    tables = []
    for group in groups:
        objects = group.objects
        if call.parsed.text("sort-by") and objects:
            objects = sort_objects(objects, call.parsed.text("sort-by"))
        if not objects:
            continue
        rows = [row(obj, group.kind, options, call.now_ms) for obj in objects]
        tables.append(render_table([header(group.kind, options), *rows] if options.headers else rows))
    call.write(("\n" if options.headers else "").join(tables))
    if not tables and not call.parsed.is_on("ignore-not-found") and not call.exit_code:
        call.warn(nothing_found(call, [group.kind for group in groups]))


# -- watching ------------------------------------------------------------------------------------


def _start_watch(call: Call, targets: Sequence[Target], format_name: str) -> State:
    if len({target.kind.kind for target in targets}) > 1:
        raise CommandError("error: you may only specify a single resource type")
    groups = _groups(call, targets)
    if any(group.is_named and not group.objects for group in groups):
        raise CommandError("", 1)
    state: State = {"seen": call.cluster.trace.last_id, "widths": [], "headed": False}
    objects = [obj for group in groups for obj in group.objects]
    if not call.parsed.is_on("watch-only"):
        _print_watched(call, state, [("ADDED", obj, call.now_ms) for obj in objects], targets[0].kind)
    return state


def step(call: Call, state: State) -> State:
    """Print a row for everything that has changed since."""
    targets = targets_of(call.args)
    kind = targets[0].kind
    names = {target.name for target in targets if target.name}
    wanted = filter_of(call)
    seen = call.cluster.trace.last_id
    found = []
    for change in changes(call.cluster, state["seen"], frozenset({kind.kind})):
        namespace = change.ref.namespace
        if kind.namespaced and not call.every_namespace and namespace != call.namespace:
            continue
        if (names and change.ref.name not in names) or not wanted.passes(change.obj):
            continue
        found.append((change.type, change.obj, call.cluster.clock.start_ms + change.time_ms))
    _print_watched(call, state, found, kind)
    return {**state, "seen": seen}


def _print_watched(call: Call, state: State, found: Sequence[tuple[str, Obj, int]], kind: Kind) -> None:
    if not found:
        return
    format_name, argument = format_of(call, tables=True)
    if format_name not in ("", "wide"):
        printer = printer_for(call, format_name, argument)
        for _, obj, _ in found:
            call.write("---\n" if format_name == "yaml" and state["headed"] else "")
            call.write(printer(obj))
            state["headed"] = True
        return
    options = _options(call, [], wide=format_name == "wide")
    rows = [row(obj, kind, options, now_ms) for _, obj, now_ms in found]
    heads = [header(kind, options)]
    if call.parsed.is_on("output-watch-events"):
        rows = [[event, *cells] for (event, _, _), cells in zip(found, rows, strict=True)]
        heads = [[f"{'EVENT':<{_EVENT_WIDTH}}", *heads[0]]]
    shown = rows if state["headed"] or not options.headers else [*heads, *rows]
    state["widths"] = widened(state["widths"], shown)
    state["headed"] = True
    call.write(lines(shown, state["widths"]))


COMMAND = Command(
    path="get",
    start=start,
    step=step,
    summary="オブジェクトを一覧にします",
    flags=(
        *OUTPUT_FLAGS,
        *FILE_FLAGS,
        ALL_NAMESPACES,
        SELECTOR,
        FIELD_SELECTOR,
        Flag(name="watch", short="w", kind=Takes.BOOL),
        Flag(name="watch-only", kind=Takes.BOOL),
        Flag(name="output-watch-events", kind=Takes.BOOL),
        Flag(name="show-labels", kind=Takes.BOOL),
        Flag(name="label-columns", short="L", kind=Takes.STRINGS),
        Flag(name="sort-by"),
        Flag(name="no-headers", kind=Takes.BOOL),
        Flag(name="show-kind", kind=Takes.BOOL),
        Flag(name="ignore-not-found", kind=Takes.BOOL),
        Flag(name="raw"),
        Flag(name="chunk-size", kind=Takes.INT),
        Flag(name="subresource"),
        Flag(name="server-print", kind=Takes.BOOL),
    ),
)
