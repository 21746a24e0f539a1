"""The Pods that wait for a node: active, resting after a failure, or parked until something happens
(pkg/scheduler/backend/queue/scheduling_queue.go).

An entry is plain data: `{"seq", "at", "priority", "attempts", "due", "until", "plugins", "woken", "said", "decision"}`.
`due` is when it may be tried (None: parked), `until` the end of its back-off, `woken` the trace entries that woke it.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, TypeAlias

from learn.cluster.scheduling.backoff import FLUSH_MS, Happening, backoff_ms, helps

Entry: TypeAlias = dict[str, Any]

MAX_CAUSES = 8


class SchedulingQueue:
    """A view of plain data: `entries` by `namespace/name`, kept by the caller."""

    def __init__(self, entries: MutableMapping[str, Entry]) -> None:
        self.entries = entries
        self._parked = dict.fromkeys(key for key, entry in entries.items() if entry["due"] is None)
        self._nominated = {key: entry["nominated"] for key, entry in entries.items() if entry["nominated"]}

    def add(self, key: str, *, priority: int, now: int, seq: int, cause: int) -> None:
        """A Pod that has no node yet; one that is known is tried again as soon as its back-off is over."""
        entry = self.entries.get(key)
        if entry is None:
            self.entries[key] = {
                "seq": seq, "at": now, "priority": priority, "attempts": 0, "due": now, "until": now,
                "plugins": [], "woken": [cause] if cause else [], "said": "", "decision": 0, "nominated": "",
            }  # fmt: skip
            return
        entry["priority"] = priority
        self._activate(key, now, cause)

    def failed(self, key: str, *, plugins: tuple[str, ...], now: int) -> None:
        """An attempt found no node: the Pod is parked, to be tried again in 5 minutes at the latest."""
        entry = self.entries[key]
        entry["attempts"] += 1
        entry["at"] = now
        entry["until"] = now + backoff_ms(entry["attempts"])
        entry["due"] = None
        entry["flush"] = now + FLUSH_MS
        entry["plugins"] = list(plugins)
        entry["woken"] = []
        self._parked[key] = None

    def wake(self, happening: Happening, now: int, cause: int) -> int | None:
        """Something happened that may help parked Pods; gives when the first of them is due, if it helps any."""
        woken = [key for key in self._parked if helps(self.entries[key]["plugins"], happening)]
        for key in woken:
            self._activate(key, now, cause)
        return min((self.entries[key]["due"] for key in woken), default=None)

    def _activate(self, key: str, now: int, cause: int) -> None:
        entry = self.entries[key]
        if entry["due"] is None:
            entry["due"] = max(now, entry["until"])
            del self._parked[key]
        if cause and cause not in entry["woken"]:
            entry["woken"] = [*entry["woken"], cause][-MAX_CAUSES:]

    def remove(self, key: str) -> None:
        self.entries.pop(key, None)
        self._parked.pop(key, None)
        self._nominated.pop(key, None)

    def nominate(self, key: str, node: str) -> None:
        """Room was made on `node`; "" takes the promise back."""
        self.entries[key]["nominated"] = node
        if node:
            self._nominated[key] = node
        else:
            self._nominated.pop(key, None)

    def ready(self, now: int) -> list[str]:
        """The keys to try now: by priority, then by how long they wait."""
        found = [
            (-entry["priority"], entry["at"], entry["seq"], key)
            for key, entry in self.entries.items()
            if self._due(entry) <= now
        ]
        return [key for _, _, _, key in sorted(found)]

    def next_due(self) -> int | None:
        """When to look again; None when no Pod waits."""
        return min((self._due(entry) for entry in self.entries.values()), default=None)

    @property
    def nominated(self) -> Mapping[str, str]:
        """key -> node of Pods for which room was made."""
        return self._nominated

    def _due(self, entry: Entry) -> int:
        due: int = entry["flush"] if entry["due"] is None else entry["due"]
        return due
