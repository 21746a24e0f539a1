"""Events with the counting and dropping that the real recorder does (client-go tools/record/events_cache.go).

Equal events (same source, object, type, reason, message and field) become one Event with a count.  The
tenth different message of one reason within ten minutes and all later ones are combined.  From one source about one object, 25
come through at once, then one every 300 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.clock import Clock
from learn.cluster.engine import Engine
from learn.cluster.objects import Obj, Ref, object_reference, ref_of
from learn.cluster.store import Store

SPAM_BURST = 25
SPAM_REFILL_MS = 300_000
COMBINE_AFTER = 10
COMBINE_WINDOW_MS = 600_000
COMBINED_PREFIX = "(combined from similar events): "
LIFETIME_MS = 3_600_000


class EventRecorder:
    """Records Events; `state` is plain data."""

    def __init__(self, engine: Engine, clock: Clock, store: Store) -> None:
        self._engine = engine
        self._clock = clock
        self._store = store
        self.state: dict[str, Any] = {"tokens": {}, "seen": {}, "similar": {}, "serial": 0}
        engine.handlers["events.expire"] = self._expire

    def record(
        self,
        about: Obj,
        type_: str,
        reason: str,
        message: str,
        *,
        source: str,
        host: str = "",
        field_path: str = "",
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> None:
        """Tell something about an object: `type_` is Normal or Warning, `source` the component.

        `field_path` is the part of the object, e.g. `spec.containers{app}`; `field` the manifest's path
        that decided it, for the trace.
        """
        meta = about["metadata"]
        origin = f"{source}|{host}|{about['kind']}|{meta.get('namespace', '')}|{meta['name']}|{meta.get('uid', '')}"
        if not self._has_token(origin):
            return
        similar = f"{origin}|{type_}|{reason}"
        combined = self._is_combined(similar, message)
        key = similar if combined else f"{similar}|{field_path}|{message}"
        if combined:
            message = COMBINED_PREFIX + message
        known = self._store.find("Event", meta.get("namespace") or "default", self.state["seen"].get(key, ""))
        now = self._clock.timestamp(self._engine.now)
        if known:
            event = {**known, "message": message, "count": known["count"] + 1, "lastTimestamp": now}
        else:
            event = self._new(about, type_, reason, message, now, field_path)
            event["source"] = {"component": source, **({"host": host} if host else {})}
            event["reportingComponent"] = source
            event["reportingInstance"] = host
            self.state["seen"][key] = event["metadata"]["name"]
            self._engine.after(
                LIFETIME_MS,
                90,
                "events.expire",
                event["metadata"]["namespace"],
                event["metadata"]["name"],
                key,
            )
        data = {
            "type": type_,
            "reason": reason,
            "message": message,
            "count": event["count"],
            "source": source,
        }
        self._store.put(event, "event", about=ref_of(about), data=data, causes=causes, field=field)

    def _new(self, about: Obj, type_: str, reason: str, message: str, now: str, field_path: str) -> Obj:
        self.state["serial"] += 1
        involved = object_reference(about)
        if field_path:
            involved["fieldPath"] = field_path
        nanoseconds = (self._clock.start_ms + self._engine.now) * 1_000_000 + self.state["serial"]
        namespace = about["metadata"].get("namespace") or "default"
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{about['metadata']['name']}.{nanoseconds:x}",
                "namespace": namespace,
                "uid": f"{self.state['serial']:08x}-0000-4000-a000-{nanoseconds & 0xFFFFFFFFFFFF:012x}",
                "creationTimestamp": now,
            },
            "involvedObject": involved,
            "type": type_,
            "reason": reason,
            "message": message,
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "eventTime": None,
        }

    def _has_token(self, origin: str) -> bool:
        """A token bucket per source and object (EventSourceObjectSpamFilter)."""
        now = self._engine.now
        tokens, since = self.state["tokens"].get(origin, (SPAM_BURST, now))
        refilled = (now - since) // SPAM_REFILL_MS
        tokens, since = min(SPAM_BURST, tokens + refilled), since + refilled * SPAM_REFILL_MS
        if tokens == SPAM_BURST:
            since = now
        if tokens < 1:
            self.state["tokens"][origin] = [tokens, since]
            return False
        self.state["tokens"][origin] = [tokens - 1, since]
        return True

    def _is_combined(self, similar: str, message: str) -> bool:
        """Whether this is the tenth different message or a later one: those are told as one (EventAggregator)."""
        now = self._engine.now
        last, messages = self.state["similar"].get(similar, (now, []))
        if now - last > COMBINE_WINDOW_MS:
            messages = []
        if message not in messages:
            messages = [*messages, message][-COMBINE_AFTER:]
        self.state["similar"][similar] = [now, messages]
        return len(messages) >= COMBINE_AFTER

    def _expire(self, namespace: str, name: str, key: str) -> None:
        """The API server drops an Event an hour after it was last written."""
        event = self._store.find("Event", namespace, name)
        if event is None:
            self.state["seen"].pop(key, None)
            return
        age = self._engine.now - self._clock.ms(event["lastTimestamp"])
        if age < LIFETIME_MS:
            self._engine.after(LIFETIME_MS - age, 90, "events.expire", namespace, name, key)
            return
        self.state["seen"].pop(key, None)
        self._store.remove(Ref("Event", namespace, name))

    def snapshot(self) -> Mapping[str, Any]:
        return self.state

    def restore(self, state: Mapping[str, Any]) -> None:
        self.state = dict(state)
