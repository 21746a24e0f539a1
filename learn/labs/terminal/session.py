"""What the next command needs, as one compressed piece: the cluster, the folder and whatever still waits."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from learn import kubectl
from learn.cluster.cluster import Cluster
from learn.cluster.engine import Limits
from learn.cluster.pastfacts import kept_facts
from learn.kubectl.practice import opened

KEPT = ("folder", "count", "memory", "waiting", "edit")
YEAR_MS = 365 * 24 * 3_600_000
LIMITS = Limits(objects=3_000, pods=300, timers=10**9, virtual_ms=YEAR_MS)
"""A terminal lives for long: what it holds is bounded, not what it has done."""

SETTLED_MS = 60_000
"""A new cluster is handed over when its nodes and add-ons have come up."""

MAX_STATE_BYTES = 1024 * 1024
MAX_STATE_JSON = 16 * 1024 * 1024


class StateTooLarge(Exception):
    """The state of a terminal would take more room than one learner has."""


class StateUnreadable(Exception):
    """A state that this version of the simulator cannot go on from."""


@dataclass(slots=True)
class Session:
    """
    A terminal in use. `count` is the number of its last command; `waiting` the state from which that command
    goes on, `edit` the text that it asks for; `folder` holds the files by path, `memory` what the shell knows.
    `past` are the facts up to the last save, kept where an exercise is judged by them.
    """

    cluster: Cluster
    folder: dict[str, str] = field(default_factory=dict)
    count: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    waiting: dict[str, Any] | None = None
    edit: dict[str, Any] | None = None
    past: dict[str, Any] | None = None

    @property
    def terminal(self) -> kubectl.Terminal:
        return kubectl.terminal(self.cluster, self.folder, self.memory)

    @property
    def limit(self) -> str:
        """The bound that has stopped this cluster for good, or nothing."""
        return self.cluster.end.limit if self.cluster.end else ""


def new_session(seed: int) -> Session:
    cluster = Cluster(seed=seed, nodes=3, limits=LIMITS)
    cluster.run_for(SETTLED_MS)
    return Session(cluster)


def exercise_session(scenario: str) -> Session:
    """A session at the beginning of an exercise.  Raises ScenarioError."""
    return unpack(_beginning(scenario))


@lru_cache(maxsize=64)
def _beginning(scenario: str) -> bytes:
    return pack(Session(opened(scenario, limits=LIMITS), past={}))


def pack(session: Session) -> bytes:
    """Raises StateTooLarge."""
    state = {name: getattr(session, name) for name in KEPT} | {"cluster": session.cluster.snapshot()}
    if session.past is not None:
        state["past"] = kept_facts(session.past, session.cluster)
    packed = zlib.compress(_encoded(state), 1)
    if len(packed) > MAX_STATE_BYTES:
        raise StateTooLarge
    return packed


def _encoded(state: dict[str, Any]) -> bytes:
    """JSON; a whole number beyond 64 bits or half a letter is left to Python's own writer, which is slow."""
    try:
        return orjson.dumps(state, default=list, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def unpack(packed: bytes) -> Session:
    """Raises StateUnreadable."""
    try:
        reader = zlib.decompressobj()
        state = orjson.loads(reader.decompress(packed, MAX_STATE_JSON))
        cluster = Cluster.restore(state["cluster"], limits=LIMITS)
        return Session(cluster, past=state.get("past"), **{name: state[name] for name in KEPT})
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateUnreadable from error


_VISIBLE = {"Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Service", "EndpointSlice"}


_WRITTEN = {"created", "updated", "status", "deleting", "deleted"}


def run_to_next_change(cluster: Cluster, most_ms: int) -> None:
    """Let time pass until an object that the picture shows has changed, at most `most_ms`."""
    last = cluster.now + most_ms
    while cluster.now < last and cluster.end is None:
        seen, due = cluster.trace.last_id, cluster.engine.next_due()
        cluster.run_until(last if due is None else min(due, last))
        if _is_change_visible(cluster, seen):
            return


def _is_change_visible(cluster: Cluster, seen: int) -> bool:
    entries = map(cluster.trace.get, range(seen + 1, cluster.trace.last_id + 1))
    return any(
        entry.change in _WRITTEN and entry.ref.kind in _VISIBLE and not is_system(entry.ref.namespace)
        for entry in entries
        if entry
    )


def is_system(namespace: str) -> bool:
    return namespace.startswith("kube-")
