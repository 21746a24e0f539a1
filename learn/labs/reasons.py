"""「理由をたどる」: why something happened in a run, link by link, from the causes that the trace keeps."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.facts import name_of
from learn.cluster.objects import Ref
from learn.cluster.scenario import Run
from learn.cluster.trace import TraceEntry
from learn.labs.moments import Moment, fault_end_ms, origin_of
from learn.labs.reason_rules import REASONS, Rule
from learn.labs.reason_texts import told
from learn.sandbox.objects import TEMPLATE_PATHS, ManifestObject

MAX_REASONS = 9
_BEGINNINGS = frozenset({"container-started", "fault"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One link of a chain: what happened at a second, by which rule, and the field that decided it.

    `code` is its key in `REASONS`; `line` is that of the learner's text, 0 for none; `is_written` tells whether the field stands there or
    its default counted.
    """

    code: str
    second: int
    text: str
    rule: Rule | None = None
    field: str = ""
    line: int = 0
    is_written: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A moment with what led to it, the effect first."""

    moment: Moment
    reasons: tuple[Reason, ...]


def explain(run: Run, moment: Moment, written: Sequence[ManifestObject]) -> Explained:
    """What led to a moment: its trace entry and the entries that caused it, as far as a learner can act on them."""
    reasons = []
    for entry in _chain(run, moment.entry):
        if reason := _reason(run, entry, written):
            reasons.append(reason)
    return Explained(moment=moment, reasons=tuple(reasons[:MAX_REASONS]))


def _chain(run: Run, entry_id: int) -> list[TraceEntry]:
    """The entry and its causes, newest first; what lies before the start of the container is another story."""
    found: dict[int, TraceEntry] = {}
    todo = [entry_id]
    while todo:
        entry = run.cluster.trace.get(todo.pop())
        if entry is None or entry.id in found:
            continue
        found[entry.id] = entry
        if entry.change not in _BEGINNINGS or entry.id == entry_id:
            todo += [*entry.causes, *_behind(run, entry)]
    return [found[number] for number in sorted(found, reverse=True)]


def _behind(run: Run, entry: TraceEntry) -> Iterator[int]:
    """Causes that the trace does not name."""
    if entry.change == "traffic":
        yield from _behind_losses(run, entry) if entry.data["failed"] else _rules_before(run, entry)
    elif entry.change == "decision" and entry.data.get("rule") == "hpa-metric":
        yield from _loads_before(run, entry)
    elif entry.change == "event" and entry.data["reason"] == "BackOff":
        exits = run.cluster.trace.of(entry.ref, "container-exited")
        yield from [each.id for each in exits if each.id < entry.id][-1:]


def _loads_before(run: Run, entry: TraceEntry) -> Iterator[int]:
    """The load that a metric was measured under."""
    actions = run.cluster.trace.find("action")
    yield from [each.id for each in actions if each.data.get("verb") == "load" and each.id < entry.id][-1:]


def _rules_before(run: Run, entry: TraceEntry) -> Iterator[int]:
    """The forwarding rules by which requests found their way."""
    synced = run.cluster.trace.of(entry.ref, "rules-synced")
    yield from [each.id for each in synced if each.time_ms <= entry.data["from_ms"]][-1:]


def _behind_losses(run: Run, entry: TraceEntry) -> Iterator[int]:
    """What made the targets of lost requests unable to answer, or left no target at all."""
    from_ms = entry.data["from_ms"]
    hit = {name.rpartition("/")[2] for name in entry.data["by_pod"]}
    for fault in run.cluster.trace.find("fault"):
        if fault.ref.name in hit and fault.time_ms <= from_ms < fault_end_ms(run, fault):
            yield fault.id
    if entry.data["why"] == "no-endpoints":
        slices = (e for e in run.cluster.trace.find("created", "updated") if e.ref.kind == "EndpointSlice")
        yield from [
            e.id for e in slices if e.time_ms <= from_ms and e.ref.name.startswith(f"{entry.ref.name}-")
        ][-1:]


# -- one link ------------------------------------------------------------------------------------


def _reason(run: Run, entry: TraceEntry, written: Sequence[ManifestObject]) -> Reason | None:
    said = told(run, entry)
    if said is None:
        return None
    field = said.field or entry.field
    line, is_written = _line(run, said.ref or entry.ref, field, written)
    ms = entry.data["from_ms"] if entry.change == "traffic" else entry.time_ms
    return Reason(
        code=said.code,
        second=max(0, -(-(ms - origin_of(run)) // 1000)),
        text=said.text,
        rule=REASONS[said.code],
        field=field.rpartition("].")[2] if line else "",
        line=line,
        is_written=is_written,
    )


# -- the line of the manifest ----------------------------------------------------------------------


def _line(run: Run, ref: Ref, field: str, written: Sequence[ManifestObject]) -> tuple[int, bool]:
    """The line of the field that decided, and whether it stands there; the nearest above it otherwise."""
    owner = _owner(run, ref, written) if field else None
    if owner is None:
        return 0, True
    prefix = TEMPLATE_PATHS.get(owner.kind, ()) if ref.kind == "Pod" else ()
    path = (*prefix, *_path(field))
    return owner.key_span(path).line, _is_written(owner.value, path)


def _owner(run: Run, ref: Ref, written: Sequence[ManifestObject]) -> ManifestObject | None:
    """The object of the learner's text that a cluster's object comes from."""
    if ref.kind == "Pod":
        app = (run.facts["pods"].get(name_of(ref)) or {}).get("app", "").rpartition("/")[2]
        return next((obj for obj in written if obj.kind in TEMPLATE_PATHS and obj.name == app), None)
    return next((obj for obj in written if (obj.kind, obj.name) == (ref.kind, ref.name)), None)


def _path(field: str) -> tuple[str | int, ...]:
    """`spec.containers[0].livenessProbe` as steps."""
    return tuple(
        int(index) if index else name for name, index in re.findall(r"([A-Za-z][\w-]*)|\[(\d+)\]", field)
    )


def _is_written(value: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        is_item = isinstance(value, list) and step in range(len(value))
        if not is_item and not (isinstance(value, dict) and step in value):
            return False
        value = value[step]
    return True
