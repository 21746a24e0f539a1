"""What happened, when, to which object, and because of what: the stream that pages, goals and tests read.

Entries are numbered from 1 in the order in which they happened.  The causes of an entry are earlier entries,
so `why` can follow them back to a command, a fault or a field of a manifest.

Kinds of change that the core writes (controllers add their own):

| change | ref | data |
|---|---|---|
| `created` `updated` `status` `deleting` `deleted` | the object | |
| `event` | the object that the Event is about | `type` `reason` `message` `count` `source` |
| `action` | the target | `verb` and its arguments: what came from outside |
| `fault` `fault-end` | the Pod | `container` `fault` and its arguments |
| `container-waiting` `container-started` `container-exited` `container-killing` | the Pod | `container`, … |
| `probe` | the Pod | `container` `probe` `success` `text`; with `period_ms`: the same answer again every period, up to the next entry of this probe |
| `decision` | the object decided about | `rule` and the numbers that went into it |
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from learn.cluster.engine import Engine, LimitReached
from learn.cluster.objects import Obj, Ref

NOTHING: Mapping[str, Any] = {}


class TraceEntry(NamedTuple):
    """One thing that happened.

    `causes` are ids of earlier entries; `field` is the path in the manifest of `ref` (or of its template)
    whose value decided it, e.g. `spec.containers[0].livenessProbe.failureThreshold`, or "".
    """

    id: int
    time_ms: int
    ref: Ref
    change: str
    data: Mapping[str, Any]
    causes: tuple[int, ...]
    field: str


class Version(NamedTuple):
    """An object as it was from `time_ms` on; `obj` is None from its deletion on."""

    time_ms: int
    entry: int
    obj: Obj | None


class Trace:
    """The entries of a run, and every version of every object (shared, not copied).

    `because` is the default for the causes of what is recorded next; reconcile loops set it to what woke
    them, so that most writers need not mention causes at all.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.entries: list[TraceEntry] = []
        self.because: tuple[int, ...] = ()
        self._skipped = 0
        self._versions: dict[Ref, list[Version]] = {}

    def record(
        self,
        ref: Ref,
        change: str,
        *,
        causes: tuple[int, ...] | None = None,
        field: str = "",
        data: Mapping[str, Any] = NOTHING,
    ) -> int:
        """Add an entry at the present instant and give its id.  Raises LimitReached."""
        engine = self._engine
        if len(self.entries) >= engine.limits.trace_entries:
            raise LimitReached("trace_entries", engine.limits.trace_entries, engine.now)
        number = self._skipped + len(self.entries) + 1
        because = self.because if causes is None else causes
        self.entries.append(TraceEntry(number, engine.now, ref, change, data, because, field))
        return number

    def record_version(self, ref: Ref, entry: int, obj: Obj | None) -> None:
        version = Version(self._engine.now, entry, obj)
        if ref in self._versions:
            self._versions[ref].append(version)
        else:
            self._versions[ref] = [version]

    @contextmanager
    def caused_by(self, *ids: int) -> Iterator[None]:
        """Within the block, `ids` are the default causes."""
        before = self.because
        self.because = ids
        try:
            yield
        finally:
            self.because = before

    @property
    def last_id(self) -> int:
        return self._skipped + len(self.entries)

    def get(self, entry_id: int) -> TraceEntry | None:
        """The entry of this id; None when it lies before the snapshot from which this run went on."""
        index = entry_id - self._skipped - 1
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def why(self, entry: TraceEntry | int) -> tuple[TraceEntry, ...]:
        """The entry and everything that led to it, newest first."""
        start = entry if isinstance(entry, int) else entry.id
        seen = {start}
        todo = [start]
        while todo:
            found = self.get(todo.pop())
            for cause in found.causes if found else ():
                if cause not in seen:
                    seen.add(cause)
                    todo.append(cause)
        chain = (self.get(number) for number in sorted(seen, reverse=True))
        return tuple(found for found in chain if found)

    def of(self, ref: Ref, *changes: str) -> tuple[TraceEntry, ...]:
        """Entries about one object, of the named kinds of change (all when none is named)."""
        return tuple(e for e in self.entries if e.ref == ref and (not changes or e.change in changes))

    def find(self, *changes: str) -> tuple[TraceEntry, ...]:
        """Entries of the named kinds of change."""
        return tuple(e for e in self.entries if e.change in changes)

    def refs(self, kind: str) -> list[Ref]:
        """Every object of a kind that there is or was, sorted by namespace and name."""
        return sorted(ref for ref in self._versions if ref.kind == kind)

    def versions(self, ref: Ref) -> tuple[Version, ...]:
        return tuple(self._versions.get(ref, ()))

    def last_entry(self, ref: Ref) -> int:
        """The entry of an object's last write; 0 when there was none."""
        versions = self._versions.get(ref)
        return versions[-1].entry if versions else 0

    def object_at(self, ref: Ref, ms: int) -> Obj | None:
        """The object as it was at the end of the instant `ms`."""
        found = None
        for version in self._versions.get(ref, ()):
            if version.time_ms > ms:
                break
            found = version.obj
        return found

    def objects_at(self, ms: int, kind: str) -> tuple[Obj, ...]:
        """All objects of a kind at the end of the instant `ms`, sorted by namespace and name."""
        refs = sorted(ref for ref in self._versions if ref.kind == kind)
        found = (self.object_at(ref, ms) for ref in refs)
        return tuple(obj for obj in found if obj is not None)

    def digest(self) -> str:
        """A fingerprint of everything that happened; equal runs have equal digests."""
        text = json.dumps(self.entries, sort_keys=True, separators=(",", ":"), default=list)
        return hashlib.sha256(text.encode()).hexdigest()

    def continue_from(self, last_id: int, objects: Iterable[tuple[Ref, int, Obj]]) -> None:
        """Start empty after the entry `last_id`, with the objects that exist now as first versions.

        `objects` come with the entry of their last write.
        """
        self.entries = []
        self.because = ()
        self._skipped = last_id
        self._versions = {ref: [Version(self._engine.now, entry, obj)] for ref, entry, obj in objects}

    def copy_from(self, other: Trace) -> None:
        """Take over the past of another run (entries are immutable and shared)."""
        self.entries = list(other.entries)
        self._skipped = other._skipped
        self._versions = {ref: list(versions) for ref, versions in other._versions.items()}
