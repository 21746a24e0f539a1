"""The versioned object store with watch: what etcd and the watch cache are to a real API server.

It keeps what it is given: rules (defaulting, validation, deletion) live in `apiserver`.  Lists are sorted by
namespace and name, as etcd's keys are.  Watchers are called at once, after the write; they may set timers
and remember keys, but must not write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from learn.cluster.engine import Engine, LimitReached
from learn.cluster.objects import Obj, Ref, is_namespaced
from learn.cluster.trace import NOTHING, Trace


class Notice(NamedTuple):
    """A watch notification.  `old` is None for a new object, `new` for a deleted one; `entry` is the trace entry of the write."""

    ref: Ref
    old: Obj | None
    new: Obj | None
    entry: int

    @property
    def obj(self) -> Obj:
        """The object as it is now, or as it was last."""
        obj = self.new or self.old
        assert obj is not None
        return obj


Watcher: TypeAlias = Callable[[Notice], None]
Label: TypeAlias = tuple[str, str, str]


class Store:
    """Objects by kind, namespace and name, with indexes by owner and, for Pods, by label."""

    def __init__(self, engine: Engine, trace: Trace) -> None:
        self._engine = engine
        self._trace = trace
        self.resource_version = 0
        self._kinds: dict[str, dict[str, dict[str, Obj]]] = {}
        self._sorted: dict[str, dict[str, list[str]]] = {}
        self._owned: dict[str, dict[Ref, None]] = {}
        self._labelled: dict[Label, dict[str, None]] = {}
        self._on_node: dict[str, dict[tuple[str, str], None]] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self._watch_all: list[Watcher] = []
        self._count = 0
        self.views: dict[str, Callable[[Obj], Obj]] = {}
        """Kinds whose objects are read as these functions show them: what follows from the time alone."""

    # -- reading ---------------------------------------------------------------------------------

    def get(self, ref: Ref) -> Obj | None:
        return self.find(ref.kind, ref.namespace, ref.name)

    def find(self, kind: str, namespace: str, name: str) -> Obj | None:
        found = self._kinds.get(kind, _NO_NAMESPACES).get(namespace, _NO_OBJECTS).get(name)
        return self.views[kind](found) if kind in self.views and found is not None else found

    def objects(self, kind: str, namespace: str | None = None) -> list[Obj]:
        """All objects of a kind (in one namespace, unless None), sorted by namespace and name."""
        by_namespace = self._kinds.get(kind, _NO_NAMESPACES)
        namespaces = sorted(by_namespace) if namespace is None else (namespace,)
        found: list[Obj] = []
        for each in namespaces:
            objects = by_namespace.get(each)
            if objects:
                found += map(objects.__getitem__, self._names(kind, each, objects))
        return list(map(self.views[kind], found)) if kind in self.views else found

    def owned_by(self, uid: str, kind: str | None = None) -> list[Obj]:
        """Objects whose ownerReferences hold `uid`, sorted by kind, namespace and name."""
        refs = sorted(ref for ref in self._owned.get(uid, ()) if kind is None or ref.kind == kind)
        return [self._kinds[ref.kind][ref.namespace][ref.name] for ref in refs]

    def has_dependents(self, uid: str) -> bool:
        return bool(self._owned.get(uid))

    def pods_matching(self, namespace: str, labels: Mapping[str, str]) -> list[Obj]:
        """Pods of a namespace that carry every one of `labels`, sorted by name; all of them for no labels."""
        if not labels:
            return self.objects("Pod", namespace)
        sets = [self._labelled.get((namespace, key, value), {}) for key, value in labels.items()]
        smallest = min(sets, key=len)
        pods = self._kinds.get("Pod", _NO_NAMESPACES).get(namespace, _NO_OBJECTS)
        return [pods[name] for name in sorted(smallest) if all(name in each for each in sets)]

    def pods_on(self, node: str) -> list[Obj]:
        """Pods bound to a node, sorted by namespace and name."""
        return [
            self._kinds["Pod"][namespace][name] for namespace, name in sorted(self._on_node.get(node, ()))
        ]

    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(kind for kind, spaces in self._kinds.items() if any(spaces.values())))

    def __iter__(self) -> Iterator[tuple[Ref, Obj]]:
        """Every object, sorted by kind, namespace and name."""
        for kind in sorted(self._kinds):
            for namespace in sorted(self._kinds[kind]):
                objects = self._kinds[kind][namespace]
                for name in self._names(kind, namespace, objects):
                    yield Ref(kind, namespace, name), objects[name]

    def __len__(self) -> int:
        return self._count

    # -- writing ---------------------------------------------------------------------------------

    def put(
        self,
        obj: Obj,
        change: str,
        *,
        causes: tuple[int, ...] | None = None,
        field: str = "",
        data: Mapping[str, Any] = NOTHING,
        about: Ref | None = None,
    ) -> Obj:
        """Store `obj` under the next resourceVersion and tell the watchers; gives the stored object.

        `change`, `causes`, `field` and `data` go into the trace entry; `about` is its ref when that is not
        the object itself (an Event).  Raises LimitReached.
        """
        meta = obj["metadata"]
        kind = obj["kind"]
        ref = Ref(kind, meta.get("namespace", "") if is_namespaced(kind) else "", meta["name"])
        old = self.get(ref)
        if old is None:
            self._check_limits(kind)
        self.resource_version += 1
        stored = {**obj, "metadata": {**meta, "resourceVersion": str(self.resource_version)}}
        entry = self._trace.record(about or ref, change, causes=causes, field=field, data=data)
        self._trace.record_version(ref, entry, stored)
        self._index(ref, old, stored)
        self._notify(Notice(ref, old, stored, entry))
        return stored

    def remove(self, ref: Ref, *, causes: tuple[int, ...] | None = None, field: str = "") -> Obj:
        """Take the object away; KeyError when there is none."""
        old = self._kinds[ref.kind][ref.namespace][ref.name]
        self.resource_version += 1
        entry = self._trace.record(ref, "deleted", causes=causes, field=field)
        self._trace.record_version(ref, entry, None)
        self._index(ref, old, None)
        self._notify(Notice(ref, old, None, entry))
        return old

    def watch(self, kind: str, watcher: Watcher) -> None:
        """Call `watcher` after each write of this kind; "*" stands for every kind but Event."""
        if kind == "*":
            self._watch_all.append(watcher)
        else:
            self._watchers.setdefault(kind, []).append(watcher)

    # -- state -----------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Every object, with the trace entry of its last write."""
        last = [self._trace.last_entry(ref) for ref, _ in self]
        return {
            "resourceVersion": self.resource_version,
            "objects": [obj for _, obj in self],
            "entries": last,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over the objects of a snapshot, without telling watchers."""
        self.resource_version = state["resourceVersion"]
        self._kinds, self._sorted, self._owned, self._labelled, self._on_node = {}, {}, {}, {}, {}
        self._count = 0
        for obj in state["objects"]:
            meta = obj["metadata"]
            kind = obj["kind"]
            ref = Ref(kind, meta.get("namespace", "") if is_namespaced(kind) else "", meta["name"])
            self._index(ref, None, obj)

    # -- inside ----------------------------------------------------------------------------------

    def _names(self, kind: str, namespace: str, objects: Mapping[str, Obj]) -> list[str]:
        cache = self._sorted.setdefault(kind, {})
        names = cache.get(namespace)
        if names is None:
            names = cache[namespace] = sorted(objects)
        return names

    def _check_limits(self, kind: str) -> None:
        limits = self._engine.limits
        if self._count >= limits.objects:
            raise LimitReached("objects", limits.objects, self._engine.now)
        if kind == "Pod" and sum(map(len, self._kinds.get("Pod", {}).values())) >= limits.pods:
            raise LimitReached("pods", limits.pods, self._engine.now)

    def _index(self, ref: Ref, old: Obj | None, new: Obj | None) -> None:
        kind, namespace, name = ref
        objects = self._kinds.setdefault(kind, {}).setdefault(namespace, {})
        if new is None:
            del objects[name]
        else:
            objects[name] = new
        if old is None or new is None:
            self._count += 1 if old is None else -1
            self._sorted.get(kind, {}).pop(namespace, None)
        old_meta = old["metadata"] if old else _NO_OBJECTS
        new_meta = new["metadata"] if new else _NO_OBJECTS
        old_owners, new_owners = old_meta.get("ownerReferences"), new_meta.get("ownerReferences")
        if old_owners is not new_owners:
            for owner in old_owners or ():
                self._owned[owner["uid"]].pop(ref, None)
            for owner in new_owners or ():
                self._owned.setdefault(owner["uid"], {})[ref] = None
        if kind == "Pod":
            self._index_node(ref, old, new)
            old_labels, new_labels = old_meta.get("labels"), new_meta.get("labels")
            if old_labels is not new_labels:
                for key, value in (old_labels or {}).items():
                    self._labelled[(namespace, key, value)].pop(name, None)
                for key, value in (new_labels or {}).items():
                    self._labelled.setdefault((namespace, key, value), {})[name] = None

    def _index_node(self, ref: Ref, old: Obj | None, new: Obj | None) -> None:
        before = (old.get("spec") or {}).get("nodeName") if old else None
        after = (new.get("spec") or {}).get("nodeName") if new else None
        if before != after:
            if before:
                self._on_node[before].pop((ref.namespace, ref.name), None)
            if after:
                self._on_node.setdefault(after, {})[(ref.namespace, ref.name)] = None

    def _notify(self, notice: Notice) -> None:
        for watcher in self._watchers.get(notice.ref.kind, ()):
            watcher(notice)
        if notice.ref.kind != "Event":
            for watcher in self._watch_all:
                watcher(notice)


_NO_OBJECTS: Mapping[str, Any] = {}
_NO_NAMESPACES: Mapping[str, dict[str, Obj]] = {}
