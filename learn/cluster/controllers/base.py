"""The frame of every reconcile loop: a work queue fed by watches, and state that can be written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from learn.cluster.engine import Arg, Priority
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, controller_of
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

KeysOf: TypeAlias = Callable[[Notice], Iterable[str]]

MAX_CAUSES = 8
"""How many causes one reconcile remembers; the newest are kept."""

FIRST_RETRY_MS = 5
LAST_RETRY_MS = 1_000_000


def key_of(obj: Obj) -> str:
    """`namespace/name`; `/name` for cluster-scoped objects."""
    meta = obj["metadata"]
    return f"{meta.get('namespace', '')}/{meta['name']}"


def split_key(key: str) -> tuple[str, str]:
    namespace, _, name = key.partition("/")
    return namespace, name


def own_key(notice: Notice) -> Iterable[str]:
    """For a watch on the controller's own kind."""
    return (f"{notice.ref.namespace}/{notice.ref.name}",)


def owner_key(kind: str) -> KeysOf:
    """For a watch on objects that the controller makes: the key of the owner of that kind."""

    def keys(notice: Notice) -> Iterable[str]:
        found = []
        for obj in (notice.old, notice.new):
            owner = controller_of(obj) if obj else None
            if owner and owner["kind"] == kind:
                key = f"{notice.ref.namespace}/{owner['name']}"
                if key not in found:
                    found.append(key)
        return found

    return keys


class Controller:
    """A reconcile loop.  Subclasses set `name`, `watches()` and `reconcile(key)`; see the package docstring.

    `component` is the program that it runs in, by which a fault can stop it; `state` is JSON data and the
    only thing that may outlive one call; `timers` are names of methods that timers may call.
    """

    name: ClassVar[str]
    component: ClassVar[str] = "kube-controller-manager"
    priority: ClassVar[int] = Priority.CONTROLLER
    timers: ClassVar[tuple[str, ...]] = ()

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.engine = cluster.engine
        self.clock = cluster.clock
        self.store = cluster.store
        self.api = cluster.api
        self.trace = cluster.trace
        self.events = cluster.events
        self.state: dict[str, Any] = {}
        self._queue: dict[str, list[Any]] = {}
        self._held: dict[str, list[int]] = {}
        self._failures: dict[str, int] = {}
        self.engine.handlers[f"{self.name}.reconcile"] = self._fire
        for timer in self.timers:
            self.engine.handlers[f"{self.name}.{timer}"] = self.as_timer(getattr(self, timer))
        for kind, keys_of in self.watches().items():
            self.store.watch(kind, self._watcher(keys_of))

    # -- what a controller defines ---------------------------------------------------------------

    def watches(self) -> Mapping[str, KeysOf]:
        """Which kinds wake this loop, and which keys a change of each puts into its queue."""
        return {}

    def start(self) -> None:
        """Set the first periodic timers; called once for a new cluster, never after a restore."""

    def reconcile(self, key: str) -> None:
        """Bring what `key` names nearer to what is wanted.  An ApiError puts the key back, with back-off."""
        raise NotImplementedError

    # -- what a controller uses ------------------------------------------------------------------

    def enqueue(self, key: str, *, delay_ms: int = 0, cause: int = 0) -> None:
        """Reconcile `key` after `delay_ms`, or before: each key waits once, for the earliest that was asked.

        A reconcile that wants to be called again must therefore say so every time.
        """
        due = self.engine.now + delay_ms
        waiting = self._queue.get(key)
        if waiting is None:
            seq = self.engine.at(due, self.priority, f"{self.name}.reconcile", key)
            self._queue[key] = [due, seq, [cause] if cause else []]
            return
        if cause and cause not in waiting[2]:
            waiting[2] = [*waiting[2], cause][-MAX_CAUSES:]
        if due < waiting[0]:
            self.engine.cancel(waiting[1])
            waiting[0] = due
            waiting[1] = self.engine.at(due, self.priority, f"{self.name}.reconcile", key)

    def after(self, delay_ms: int, timer: str, *args: Arg) -> int:
        """Call the method `timer` (one of `timers`) after `delay_ms`; gives the number to cancel it by."""
        return self.engine.after(delay_ms, self.priority, f"{self.name}.{timer}", *args)

    @property
    def is_stopped(self) -> bool:
        return self.cluster.is_stopped(self.component)

    def now_stamp(self) -> str:
        return self.clock.timestamp(self.engine.now)

    # -- what the cluster uses -------------------------------------------------------------------

    def resume(self) -> None:
        """The component runs again: everything that came in while it stood still is looked at."""
        held, self._held = self._held, {}
        for key, causes in held.items():
            self.enqueue(key)
            self._queue[key][2] = causes

    def snapshot(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "queue": self._queue,
            "held": self._held,
            "failures": self._failures,
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        self.state = data["state"]
        self._queue = data["queue"]
        self._held = data["held"]
        self._failures = data["failures"]

    # -- inside ----------------------------------------------------------------------------------

    def _watcher(self, keys_of: KeysOf) -> Callable[[Notice], None]:
        def watcher(notice: Notice) -> None:
            for key in keys_of(notice):
                self.enqueue(key, cause=notice.entry)

        return watcher

    def as_timer(self, method: Callable[..., None]) -> Callable[..., None]:
        """A method as the engine calls it: causes that it sets for what it writes end with it."""

        def fire(*args: Arg) -> None:
            method(*args)
            self.trace.because = ()

        return fire

    def _fire(self, key: str) -> None:
        _, _, causes = self._queue.pop(key)
        if self.is_stopped:
            self._held[key] = causes
            return
        self.trace.because = tuple(causes)
        try:
            self.reconcile(key)
            self._failures.pop(key, None)
        except ApiError:
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            delay = min(FIRST_RETRY_MS * 2 ** min(failures - 1, 20), LAST_RETRY_MS)
            self.enqueue(key, delay_ms=delay)
            self._queue[key][2] = causes
        finally:
            self.trace.because = ()
