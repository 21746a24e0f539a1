"""The clock of a simulation: a heap of timers in integer milliseconds of virtual time.

There is no Kubernetes in here.  A timer is plain data, `(due_ms, priority, seq, handler, args)`: it names the
handler that it will call instead of holding it, so the heap can be written to JSON and read back, and the
same future follows.  Ties are broken by priority (see `Priority`), then by the order of setting.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

Arg: TypeAlias = str | int | bool | None
Timer: TypeAlias = tuple[int, int, int, str, tuple[Arg, ...]]
Handler: TypeAlias = Callable[..., None]


LAST = 100
"""The priority of what happens between runs: after every timer of the present instant."""


class Priority(IntEnum):
    """Order within one instant: what happens from outside, then what probes see, then who reacts to it."""

    ACTION = 0  # a fault, a change of load, a command
    PROCESS = 10  # an application starts to listen, exits, is killed
    PROBE = 20
    KUBELET = 30
    CONTROLLER = 40
    NETWORK = 50  # kube-proxy's rules follow
    MEASURE = 60  # metrics are scraped, traffic is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one simulation; reaching one is a normal, explained end (`LimitReached`)."""

    objects: int = 20_000
    pods: int = 5_000
    timers: int = 5_000_000
    timers_per_instant: int = 200_000
    virtual_ms: int = 31 * 24 * 3_600_000
    trace_entries: int = 500_000


class LimitReached(Exception):
    """A bound of `Limits` was reached.

    Attributes: `limit` is the field of `Limits`, `value` its bound, `at_ms` the virtual instant.
    """

    def __init__(self, limit: str, value: int, at_ms: int) -> None:
        super().__init__(f"limit {limit}={value} reached at {at_ms} ms")
        self.limit = limit
        self.value = value
        self.at_ms = at_ms


class Engine:
    """Virtual time: `now` in milliseconds, timers set with `at`/`after`, and seeded randomness.

    `priority` is that of the timer being fired: what has a lower one has already happened in this instant.
    `handlers` maps the names that timers carry to functions; registering them is the caller's business and
    is not part of the state.
    """

    def __init__(self, *, seed: int = 0, limits: Limits | None = None) -> None:
        self.seed = seed
        self.limits = limits or Limits()
        self.now = 0
        self.fired = 0
        self.priority = LAST
        self.handlers: dict[str, Handler] = {}
        self._heap: list[Timer] = []
        self._cancelled: set[int] = set()
        self._seq = 0
        self._draws: dict[str, int] = {}

    def at(self, due_ms: int, priority: int, handler: str, *args: Arg) -> int:
        """Set a timer for `due_ms` (never before now) and give its number, by which it can be cancelled."""
        self._seq += 1
        due = due_ms if due_ms > self.now else self.now
        heapq.heappush(self._heap, (due, priority, self._seq, handler, args))
        return self._seq

    def after(self, delay_ms: int, priority: int, handler: str, *args: Arg) -> int:
        """Set a timer `delay_ms` from now."""
        self._seq = seq = self._seq + 1
        now = self.now
        heapq.heappush(self._heap, (now + delay_ms if delay_ms > 0 else now, priority, seq, handler, args))
        return seq

    def cancel(self, seq: int) -> None:
        """Drop a timer that has not fired yet.  Cancelling one that has fired is the caller's error."""
        self._cancelled.add(seq)

    def run(self, until_ms: int) -> None:
        """Fire every timer due up to and including `until_ms`, then let `now` be `until_ms`.

        Raises LimitReached; the timer that would have crossed the bound is not fired, so that the state
        stays what it was.
        """
        heap, cancelled, handlers, limits = self._heap, self._cancelled, self.handlers, self.limits
        if until_ms > limits.virtual_ms:
            raise LimitReached("virtual_ms", limits.virtual_ms, self.now)
        pop = heapq.heappop
        fired = self.fired
        now, bound = self.now, min(limits.timers, fired + limits.timers_per_instant)
        try:
            while heap:
                due, priority, seq, name, args = heap[0]
                if due > until_ms:
                    break
                if due != now:
                    now = self.now = due
                    bound = min(limits.timers, fired + limits.timers_per_instant)
                if fired >= bound:
                    self._stop(fired)
                pop(heap)
                if cancelled and seq in cancelled:
                    cancelled.discard(seq)
                    continue
                fired += 1
                self.priority = priority
                handlers[name](*args)
        finally:
            self.fired = fired
            self.priority = LAST
        if until_ms > self.now:
            self.now = until_ms

    def _stop(self, fired: int) -> None:
        limits = self.limits
        if fired >= limits.timers:
            raise LimitReached("timers", limits.timers, self.now)
        raise LimitReached("timers_per_instant", limits.timers_per_instant, self.now)

    def next_due(self) -> int | None:
        """The instant of the next timer, or None when nothing will ever happen by itself."""
        while self._heap and self._heap[0][2] in self._cancelled:
            self._cancelled.discard(heapq.heappop(self._heap)[2])
        return self._heap[0][0] if self._heap else None

    def rng(self, stream: str) -> random.Random:
        """A fresh generator for one decision.

        It depends on the seed, the stream's name and how often that stream was used: a decision more in one
        part of the cluster changes no draw in another, and the state is one count per stream.
        """
        count = self._draws.get(stream, 0)
        self._draws[stream] = count + 1
        return random.Random(f"{self.seed}/{stream}/{count}")

    def drawn(self, key: str) -> random.Random:
        """A generator that depends on the seed and `key` alone: asked twice, it draws the same."""
        return random.Random(f"{self.seed}/{key}")

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data; cancelled timers are left out."""
        live = sorted(t for t in self._heap if t[2] not in self._cancelled)
        return {
            "seed": self.seed,
            "now": self.now,
            "fired": self.fired,
            "seq": self._seq,
            "draws": dict(self._draws),
            "timers": [[due, priority, seq, name, list(args)] for due, priority, seq, name, args in live],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over the state that `snapshot` gave; handlers stay as registered."""
        self.seed = state["seed"]
        self.now = state["now"]
        self.fired = state["fired"]
        self._seq = state["seq"]
        self._draws = dict(state["draws"])
        self._cancelled = set()
        # A sorted list is a heap.
        self._heap = [
            (due, priority, seq, name, tuple(args)) for due, priority, seq, name, args in state["timers"]
        ]
