"""A simulated cluster: the one object to hold from a prompt, a command line or a check.

>>> cluster = Cluster(seed=0)
>>> _ = cluster.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
...     "spec": {"containers": [{"name": "app", "image": "example.com/web:1.0"}]}})
>>> cluster.run_for(5_000).is_complete
True
>>> cluster.get("Pod", "web")["status"]["phase"]
'Running'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml

from learn.cluster import bootstrap, errors
from learn.cluster.actions import ACTIONS, plain_copy
from learn.cluster.admission import Admission
from learn.cluster.api.access import copy_json
from learn.cluster.api.clusterroles import with_defaults
from learn.cluster.api.rbac import KINDS, Decision, Request, Subject, evaluate
from learn.cluster.api.versions import NEWEST
from learn.cluster.apiserver import ApiServer
from learn.cluster.clock import DEFAULT_START, Clock
from learn.cluster.controllers.base import Controller
from learn.cluster.controllers.nodelifecycle import NodeLifecycleController
from learn.cluster.drain import Drains
from learn.cluster.engine import Engine, LimitReached, Limits
from learn.cluster.events import EventRecorder
from learn.cluster.faults import Faults
from learn.cluster.kubelet import Kubelet
from learn.cluster.nodes import node_specs
from learn.cluster.objects import Obj, Ref, is_namespaced
from learn.cluster.parts import CONTROLLERS
from learn.cluster.proxy import KubeProxy
from learn.cluster.steps import Steps
from learn.cluster.store import Store
from learn.cluster.trace import Trace
from learn.cluster.traffic import Traffic

SNAPSHOT_VERSION = 1
RUN = "run"
"""The journal's word for letting time pass up to an instant."""

EVERYTHING = "*"
"""Stopping the component of this name holds every controller still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ended: at the wanted instant, or earlier at a limit."""

    now_ms: int
    limit: str = ""
    bound: int = 0

    @property
    def is_complete(self) -> bool:
        return not self.limit


class Cluster:
    """A cluster at one instant of virtual time.

    What comes from outside (`apply`, `delete`, `inject`, …) happens at `now` and is kept in `journal`, so a
    run can be made again from its inputs; everything else follows when time passes (`run_until`, `run_for`).
    Objects that are handed out are shared: copy before changing.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        nodes: int | Sequence[Mapping[str, Any]] = 3,
        images: Mapping[str, Any] | None = None,
        version: str = NEWEST,
        limits: Limits | None = None,
        start: str = DEFAULT_START,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        config = {
            "seed": seed,
            "nodes": nodes if isinstance(nodes, int) else [dict(node) for node in nodes],
            "images": dict(images or {}),
            "version": version,
            "start": start,
            "settings": dict(settings or {}),
        }
        self._assemble(config, limits or Limits())
        self._origin: dict[str, Any] | None = None
        bootstrap.fill(self, node_specs(nodes))
        for part in self.parts.values():
            part.start()

    def _assemble(self, config: dict[str, Any], limits: Limits) -> None:
        self.config = config
        self.version: str = config["version"]
        self.engine = Engine(seed=config["seed"], limits=limits)
        self.clock = Clock(config["start"])
        self.trace = Trace(self.engine)
        self.store = Store(self.engine, self.trace)
        self.api = ApiServer(self.engine, self.clock, self.store, self.trace, version=self.version)
        self.admission = Admission(self)
        self.api.mutating.append(self.admission.mutate)
        self.api.validating.append(self.admission.validate)
        self.events = EventRecorder(self.engine, self.clock, self.store)
        self.stopped: dict[str, bool] = {}
        self.journal: list[tuple[int, str, dict[str, Any]]] = []
        self.end: RunEnd | None = None
        self.parts: dict[str, Controller] = {}
        self.kubelet = Kubelet(self)
        self.proxy = KubeProxy(self)
        self.traffic = Traffic(self)
        self.faults = Faults(self)
        self.drains = Drains(self)
        self.steps = Steps(self)
        self.node_lifecycle = NodeLifecycleController(self)
        own: tuple[Controller, ...] = (
            self.node_lifecycle,
            self.kubelet,
            self.proxy,
            self.traffic,
            self.faults,
            self.drains,
            self.steps,
        )
        for part in (*(make(self) for make in CONTROLLERS), *own):
            self.parts[part.name] = part

    # -- time ------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Milliseconds of virtual time since the start."""
        return self.engine.now

    def run_until(self, ms: int) -> RunEnd:
        """Let time pass up to and including the instant `ms`; a limit ends the run for good."""
        if self.end is not None:
            return self.end
        self._note_run(ms)
        try:
            self.engine.run(ms)
        except LimitReached as reached:
            self.end = RunEnd(now_ms=self.now, limit=reached.limit, bound=reached.value)
            return self.end
        return RunEnd(now_ms=self.now)

    def _note_run(self, ms: int) -> None:
        """Keep in the journal how far time was let pass, one entry per stretch without actions."""
        if self.journal and self.journal[-1][1] == RUN:
            self.journal.pop()
        self.journal.append((ms, RUN, {}))

    def run_for(self, ms: int) -> RunEnd:
        return self.run_until(self.now + ms)

    # -- reading ---------------------------------------------------------------------------------

    def get(self, kind: str, name: str, namespace: str = "default") -> Obj:
        """The object; raises ApiError (NotFound)."""
        return self.api.get(Ref(kind, namespace if is_namespaced(kind) else "", name))

    def objects(self, kind: str, namespace: str | None = "default") -> list[Obj]:
        """Objects of a kind, sorted by namespace and name; `namespace=None` means all of them."""
        return self.store.objects(kind, None if not is_namespaced(kind) else namespace)

    def can(self, subject: Subject, request: Request) -> Decision:
        """Whether somebody may do something, by the cluster's roles and bindings and the default ones.

        >>> jane = Subject("jane")
        >>> Cluster().can(jane, Request(verb="get", resource="pods", namespace="default")).allowed
        False
        """
        objects = (obj for kind in KINDS for obj in self.store.objects(kind))
        return evaluate(subject, request, with_defaults(objects))

    # -- what comes from outside -----------------------------------------------------------------

    def act(self, verb: str, **arguments: Any) -> Any:
        """Do something from outside by name, e.g. `act("scale", kind="Deployment", name="web", replicas=3)`.

        Arguments are JSON data.  The action is written to the journal and is the cause of what follows.
        Raises ApiError when the API server refuses, ValueError for an unknown verb.
        """
        if verb not in ACTIONS:
            raise ValueError(f"unknown action {verb!r}; one of {', '.join(sorted(ACTIONS))}")
        arguments = plain_copy(arguments)
        self.journal.append((self.now, verb, arguments))
        return self.perform(verb, arguments)

    def perform(self, verb: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an action that is part of the run already (a step of a scenario)."""
        return ACTIONS[verb](self, **arguments)

    def apply(
        self,
        manifest: str | Obj | Sequence[Obj],
        *,
        namespace: str = "default",
        server_side: bool = False,
        field_manager: str = "",
        force: bool = False,
    ) -> list[Obj]:
        """Create or change objects as `kubectl apply` does; YAML text may hold several documents.

        With `server_side`, ApiError (Conflict) is raised for fields that another manager owns, unless `force`.
        """
        how = {"server_side": server_side, "field_manager": field_manager, "force": force}
        chosen = {name: value for name, value in how.items() if value}
        documents = list(yaml.load_all(manifest, yaml.CSafeLoader)) if isinstance(manifest, str) else manifest
        if isinstance(documents, dict):
            documents = [documents]
        return [
            self.act("apply", manifest=document, namespace=namespace, **chosen)
            for document in documents
            if document is not None
        ]

    def create(self, manifest: Obj, *, namespace: str = "default") -> Obj:
        created: Obj = self.act("create", manifest=manifest, namespace=namespace)
        return created

    def update(self, obj: Obj) -> Obj:
        updated: Obj = self.act("update", manifest=obj)
        return updated

    def patch(
        self, kind: str, name: str, patch: Any, *, namespace: str = "default", type: str = "strategic"
    ) -> Obj:
        """Change an object by a strategic-merge, "merge" or "json" patch."""
        patched: Obj = self.act(
            "patch", kind=kind, name=name, namespace=namespace, patch=patch, patch_type=type
        )
        return patched

    def delete(
        self,
        kind: str,
        name: str,
        *,
        namespace: str = "default",
        grace_seconds: int | None = None,
        propagation: str = "Background",
    ) -> None:
        self.act(
            "delete",
            kind=kind,
            name=name,
            namespace=namespace,
            grace_seconds=grace_seconds,
            propagation=propagation,
        )

    def scale(self, kind: str, name: str, replicas: int, *, namespace: str = "default") -> Obj:
        scaled: Obj = self.act("scale", kind=kind, name=name, namespace=namespace, replicas=replicas)
        return scaled

    def stop(self, component: str) -> None:
        """Stop a component: `kube-scheduler`, `kube-controller-manager`, `kubelet/node-1`, …"""
        self.act("stop", component=component)

    def resume(self, component: str) -> None:
        self.act("resume", component=component)

    @contextmanager
    def action(self, ref: Ref, verb: str, **data: Any) -> Iterator[int]:
        """For actions: the entry that is the cause of everything done inside the block."""
        entry = self.trace.record(ref, "action", causes=self.trace.because, data={"verb": verb, **data})
        with self.trace.caused_by(entry):
            yield entry

    # -- components ------------------------------------------------------------------------------

    def setting(self, name: str, default: int) -> int:
        """A time of the environment that a scenario may change, e.g. `endpointDelayMs`."""
        return int(self.config["settings"].get(name, default))

    def is_stopped(self, component: str) -> bool:
        return bool(self.stopped) and (component in self.stopped or EVERYTHING in self.stopped)

    def dependencies_changed(self) -> None:
        """Something that applications depend on is there or gone: their probes look again."""
        for record in self.kubelet.records():
            pod = self.kubelet.pod(record)
            for name, container in record["containers"].items():
                if container["state"] == "running" and pod is not None:
                    self.kubelet.prober.poke(record, pod, name)
        self.traffic.changed()

    def resume_parts(self) -> None:
        """Let every part that runs again look at what it missed."""
        for part in self.parts.values():
            if not part.is_stopped:
                part.resume()

    # -- state -----------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Everything that decides the future, as JSON data of its own; the trace is not in it."""
        state = {
            "snapshot": SNAPSHOT_VERSION,
            "config": self.config,
            "engine": self.engine.snapshot(),
            "generated": self.api.generated,
            "events": self.events.snapshot(),
            "stopped": self.stopped,
            "parts": {name: part.snapshot() for name, part in self.parts.items()},
            "entries": self.trace.last_id,
            "end": [self.end.now_ms, self.end.limit, self.end.bound] if self.end else None,
        }
        # Stored objects never change, so they are shared; the rest is copied.
        return {**copy_json(state), "store": self.store.snapshot()}

    @classmethod
    def restore(cls, state: Mapping[str, Any], *, limits: Limits | None = None) -> Cluster:
        """A cluster with the same future as the one that gave this snapshot."""
        if state.get("snapshot") != SNAPSHOT_VERSION:
            raise ValueError(f"unknown snapshot version {state.get('snapshot')!r}")
        cluster = cls.__new__(cls)
        parts = copy_json({key: state[key] for key in ("config", "generated", "events", "stopped", "parts")})
        cluster._assemble(parts["config"], limits or Limits())
        cluster._origin = dict(state)
        cluster.engine.restore(state["engine"])
        cluster.api.generated = parts["generated"]
        cluster.events.restore(parts["events"])
        cluster.stopped = parts["stopped"]
        cluster.store.restore(state["store"])
        for name, part in cluster.parts.items():
            part.restore(parts["parts"][name])
        if state["end"]:
            now_ms, limit, bound = state["end"]
            cluster.end = RunEnd(now_ms=now_ms, limit=limit, bound=bound)
        known = zip(cluster.store, state["store"]["entries"], strict=True)
        cluster.trace.continue_from(state["entries"], ((ref, entry, obj) for (ref, obj), entry in known))
        return cluster

    def fork(self) -> Cluster:
        """A second cluster that goes on from here by itself, with the same past."""
        other = Cluster.restore(self.snapshot(), limits=self.engine.limits)
        other.trace.copy_from(self.trace)
        other.journal = list(self.journal)
        other._origin = self._origin
        return other

    def rewound(self, ms: int) -> Cluster:
        """The cluster as it was at `ms`, made again from the inputs up to that instant."""
        limits = self.engine.limits
        if self._origin is None:
            other = Cluster(**self.config, limits=limits)
        else:
            other = Cluster.restore(self._origin, limits=limits)
        if ms < other.now:
            raise ValueError(f"the journal starts at {other.now} ms, after {ms} ms")
        replay(other, self.journal, until_ms=ms)
        return other

    @classmethod
    def from_objects(cls, objects: Sequence[Obj], *, now: str, version: str = NEWEST) -> Cluster:
        """A cluster that holds exactly these objects, status included, at the date `now`.

        Nothing in it moves until `resume("*")`: every controller is held still.
        """
        cluster = cls(nodes=0, version=version, start=now)
        cluster.stopped = {EVERYTHING: True}
        for ref, _ in list(cluster.store):
            cluster.store.remove(ref)
        for obj in objects:
            meta = dict(obj["metadata"])
            if is_namespaced(obj["kind"]):
                meta.setdefault("namespace", "default")
            meta.setdefault("uid", f"00000000-0000-4000-a000-{cluster.store.resource_version:012x}")
            meta.setdefault("creationTimestamp", now)
            cluster.store.put({**copy_json(obj), "metadata": meta}, "created")
        cluster._origin = cluster.snapshot()
        return cluster


def replay(cluster: Cluster, journal: Sequence[tuple[int, str, Mapping[str, Any]]], *, until_ms: int) -> None:
    """Do again what a journal tells up to an instant; what was refused then is refused now."""
    for ms, verb, arguments in journal:
        if verb == RUN:
            cluster.run_until(min(ms, until_ms))
            if ms >= until_ms:
                return
            continue
        try:
            cluster.act(verb, **arguments)
        except errors.ApiError:
            continue
