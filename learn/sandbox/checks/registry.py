"""Checks by code and scope: each is one small function that yields what it found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from learn.cluster.api.fielderror import Path
from learn.sandbox.checks.world import Container, Workload, World
from learn.sandbox.diagnostics import Diagnostic, Fix
from learn.sandbox.objects import ManifestObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something found at `path` of `obj`; `on_key` underlines the key instead of the value."""

    obj: ManifestObject
    path: Path
    params: dict[str, str] = field(default_factory=dict)
    on_key: bool = False
    fix: Fix | None = None


Found: TypeAlias = Iterable[Finding]
_Check = TypeVar("_Check", bound=Callable[..., Found])

MANIFEST_CHECKS: list[tuple[str, frozenset[str], Callable[[World], Found]]] = []
OBJECT_CHECKS: list[tuple[str, frozenset[str], Callable[[ManifestObject, World], Found]]] = []
WORKLOAD_CHECKS: list[tuple[str, Callable[[Workload, World], Found]]] = []
CONTAINER_CHECKS: list[tuple[str, Callable[[Container], Found]]] = []


def manifest_check(code: str, *kinds: str) -> Callable[[_Check], _Check]:
    """Register a check over the whole manifest, run when one of `kinds` (or, without any, something) is in it."""

    def register(function: _Check) -> _Check:
        MANIFEST_CHECKS.append((code, frozenset(kinds), function))
        return function

    return register


def object_check(code: str, *kinds: str) -> Callable[[_Check], _Check]:
    """Register a check of each object of `kinds`."""

    def register(function: _Check) -> _Check:
        OBJECT_CHECKS.append((code, frozenset(kinds), function))
        return function

    return register


def workload_check(code: str) -> Callable[[_Check], _Check]:
    """Register a check of each Pod template."""

    def register(function: _Check) -> _Check:
        WORKLOAD_CHECKS.append((code, function))
        return function

    return register


def container_check(code: str) -> Callable[[_Check], _Check]:
    """Register a check of each container."""

    def register(function: _Check) -> _Check:
        CONTAINER_CHECKS.append((code, function))
        return function

    return register


def run_checks(world: World) -> Iterator[Diagnostic]:
    """Everything that the registered checks find."""
    kinds = world.kinds
    for code, wanted, on_manifest in MANIFEST_CHECKS:
        if not wanted or wanted & kinds:
            for finding in on_manifest(world):
                yield _diagnostic(code, finding)
    for code, wanted, on_object in OBJECT_CHECKS:
        for kind in wanted & kinds:
            for obj in world.of(kind):
                for finding in on_object(obj, world):
                    yield _diagnostic(code, finding)
    for workload in world.workloads:
        for code, on_workload in WORKLOAD_CHECKS:
            for finding in on_workload(workload, world):
                yield _diagnostic(code, finding)
        for container in workload.containers:
            for code, on_container in CONTAINER_CHECKS:
                for finding in on_container(container):
                    yield _diagnostic(code, finding)


def _diagnostic(code: str, finding: Finding) -> Diagnostic:
    obj = finding.obj
    span = obj.key_span(finding.path) if finding.on_key else obj.span(finding.path)
    return Diagnostic(
        code=code,
        span=span,
        path=(*obj.base, *finding.path),
        params={"line": str(span.line), "kind": obj.kind, "name": obj.name, **finding.params},
        fix=finding.fix,
        document=obj.document.index,
    )
