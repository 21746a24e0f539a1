"""`kubectl events` (staging/src/k8s.io/kubectl/pkg/cmd/events/events.go, event_printer.go)."""

from __future__ import annotations

from collections.abc import Sequence

from learn.cluster.api.kinds import find_resource
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.changes import changes
from learn.kubectl.describe.common import Scene, seen_text
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import ALL_NAMESPACES
from learn.kubectl.output import OUTPUT_FLAGS, format_of, list_of, printer_for
from learn.kubectl.resources import Target, targets_of
from learn.kubectl.rows import lines, widened

_HEADER = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")
_TYPES = ("Normal", "Warning")


def start(call: Call) -> State | None:
    wanted = _subject(call.parsed.text("for"))
    for each in call.parsed.texts("types"):
        if each.capitalize() not in _TYPES:
            raise CommandError("error: valid --types are Normal or Warning")
    namespace = None if call.every_namespace else call.namespace
    found = [
        event for event in call.cluster.store.objects("Event", namespace) if _is_wanted(call, event, wanted)
    ]
    found.sort(key=_last_seen)
    state: State = {"seen": call.cluster.trace.last_id, "widths": [], "headed": False}
    format_name, argument = format_of(call)
    if format_name:
        call.write(printer_for(call, format_name, argument)(list_of(found)))
    elif found or call.parsed.is_on("watch"):
        _print(call, state, found)
    else:
        call.warn(
            "No events found." if call.every_namespace else f"No events found in {call.namespace} namespace."
        )
    return state if call.parsed.is_on("watch") else None


def step(call: Call, state: State) -> State:
    seen = call.cluster.trace.last_id
    wanted = _subject(call.parsed.text("for"))
    found = [
        change.obj
        for change in changes(call.cluster, state["seen"], frozenset({"Event"}))
        if (call.every_namespace or change.ref.namespace == call.namespace)
        and _is_wanted(call, change.obj, wanted)
    ]
    _print(call, state, found)
    return {**state, "seen": seen}


def _last_seen(event: Obj) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")


def _subject(text: str) -> Target | None:
    """What `--for` names; raises CommandError."""
    if not text:
        return None
    word, slash, name = text.partition("/")
    if not slash:
        raise CommandError("error: --for must be in resource/name form")
    if "/" not in name and find_resource(word) is None:
        raise CommandError(f'the server doesn\'t have a resource type "{word}"')
    return targets_of([text])[0]


def _is_wanted(call: Call, event: Obj, subject: Target | None) -> bool:
    types = [each.capitalize() for each in call.parsed.texts("types")] if call.parsed.has("types") else []
    if types and event.get("type") not in types:
        return False
    if subject is not None:
        involved = event["involvedObject"]
        return bool(involved.get("kind") == subject.kind.kind and involved.get("name") == subject.name)
    return True


def _print(call: Call, state: State, found: Sequence[Obj]) -> None:
    if not found:
        return
    rows = [_row(call, event) for event in found]
    header = ["NAMESPACE", *_HEADER] if call.every_namespace else list(_HEADER)
    shown = rows if state["headed"] or call.parsed.is_on("no-headers") else [header, *rows]
    state["widths"] = widened(state["widths"], shown)
    state["headed"] = True
    call.write(lines(shown, state["widths"]))


def _row(call: Call, event: Obj) -> list[str]:
    involved = event["involvedObject"]
    start = [event["metadata"].get("namespace", "")] if call.every_namespace else []
    return [
        *start,
        seen_text(Scene(call.cluster), event),
        event.get("type", ""),
        event.get("reason", ""),
        f"{involved.get('kind', '')}/{involved.get('name', '')}",
        str(event.get("message", "")).strip(),
    ]


COMMAND = Command(
    path="events",
    start=start,
    step=step,
    summary="イベントを古い順に表示します",
    usage="events [--for 種類/名前]",
    flags=(
        *OUTPUT_FLAGS,
        ALL_NAMESPACES,
        Flag(name="for"),
        Flag(name="types", kind=Takes.STRINGS),
        Flag(name="watch", short="w", kind=Takes.BOOL),
        Flag(name="no-headers", kind=Takes.BOOL),
        Flag(name="chunk-size", kind=Takes.INT),
    ),
)
