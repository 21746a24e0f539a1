"""The objects of a manifest as the checks look at them: by kind, by name, and as Pod templates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from learn.cluster.api.access import int_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.fielderror import Path
from learn.cluster.api.labels import from_label_selector
from learn.sandbox.objects import TEMPLATE_PATHS, ManifestObject

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Container:
    """A container of a Pod template; `path` leads to it from the object. `init` containers end before the rest."""

    workload: "Workload"
    value: Mapping[str, Any]
    path: Path
    init: bool

    @property
    def obj(self) -> ManifestObject:
        return self.workload.obj

    @property
    def name(self) -> str:
        return text_at(self.value, "name")

    @property
    def sidecar(self) -> bool:
        """An init container that keeps running."""
        return self.init and text_at(self.value, "restartPolicy") == "Always"

    @property
    def ports(self) -> list[Mapping[str, Any]]:
        return maps_at(self.value, "ports")

    @property
    def long_running(self) -> bool:
        return (not self.init or self.sidecar) and self.workload.obj.kind not in ("Job", "CronJob")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workload:
    """A Pod template; `path` leads to it from the object (() for a Pod)."""

    obj: ManifestObject
    path: Path
    labels: Mapping[str, str]
    spec: Mapping[str, Any]
    containers: Sequence[Container]

    @property
    def namespace(self) -> str:
        return namespace_of(self.obj)

    @property
    def replicas(self) -> int:
        """How many Pods are wanted, 1 unless said."""
        value = int_at(map_at(self.obj.value, "spec"), "replicas") if self.obj.kind != "Pod" else 1
        return 1 if value is None else value

    @property
    def ports(self) -> Iterator[Mapping[str, Any]]:
        """The declared ports of the containers that keep running."""
        for container in self.containers:
            if not container.init or container.sidecar:
                yield from container.ports


class World:
    """Index over the objects of one manifest."""

    def __init__(self, objects: Sequence[ManifestObject]) -> None:
        self.objects = objects
        self._by_kind: dict[str, list[ManifestObject]] = {}
        for obj in objects:
            self._by_kind.setdefault(obj.kind, []).append(obj)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self._by_kind)

    def of(self, kind: str) -> list[ManifestObject]:
        return self._by_kind.get(kind, [])

    def find(self, kind: str, namespace: str, name: str) -> ManifestObject | None:
        """The object of this kind and name in `namespace`."""
        for obj in self.of(kind):
            if obj.name == name and namespace_of(obj) == namespace:
                return obj
        return None

    def names(self, kind: str, namespace: str) -> list[str]:
        return [obj.name for obj in self.of(kind) if namespace_of(obj) == namespace]

    @cached_property
    def workloads(self) -> list[Workload]:
        return [workload for obj in self.objects if obj.kind in TEMPLATE_PATHS for workload in _workload(obj)]

    def selected(self, selector: Mapping[str, str], namespace: str) -> list[Workload]:
        """The workloads of the namespace whose Pods carry all labels of `selector`."""
        return [w for w in self.workloads if w.namespace == namespace and has_labels(w.labels, selector)]

    @cached_property
    def _services(self) -> dict[int, list[ManifestObject]]:
        found: dict[int, list[ManifestObject]] = {}
        for service in self.of("Service"):
            selector = texts_at(map_at(service.value, "spec"), "selector")
            for workload in self.selected(selector, namespace_of(service)) if selector else ():
                found.setdefault(id(workload), []).append(service)
        return found

    def services_of(self, workload: Workload) -> list[ManifestObject]:
        """The Services that select the workload's Pods."""
        return self._services.get(id(workload), [])

    def matching(self, selector: object, namespace: str) -> list[Workload]:
        """The workloads of the namespace whose Pods fit a LabelSelector; an empty one fits all, None fits none."""
        wanted = from_label_selector(selector)
        return [w for w in self.workloads if w.namespace == namespace and wanted.matches(w.labels)]


def namespace_of(obj: ManifestObject) -> str:
    return obj.namespace or DEFAULT_NAMESPACE


def has_labels(labels: Mapping[str, str], selector: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _workload(obj: ManifestObject) -> Iterator[Workload]:
    template: Mapping[str, Any] = obj.value
    path = TEMPLATE_PATHS[obj.kind]
    for step in path:
        template = map_at(template, str(step))
    spec = map_at(template, "spec")
    if not spec:
        return
    containers: list[Container] = []
    workload = Workload(
        obj=obj,
        path=path,
        labels=texts_at(map_at(template, "metadata"), "labels"),
        spec=spec,
        containers=containers,
    )
    for key in ("initContainers", "containers"):
        for index, value in enumerate(maps_at(spec, key)):
            containers.append(
                Container(
                    workload=workload,
                    value=value,
                    path=(*path, "spec", key, index),
                    init=key == "initContainers",
                )
            )
    yield workload
