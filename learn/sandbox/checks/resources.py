"""Requests and limits: unset, or in a unit that was not meant."""

from collections.abc import Iterator

from learn.cluster.api.access import map_at
from learn.cluster.api.quantity import ZERO, parse_json, try_parse
from learn.sandbox.checks.registry import Finding, container_check, workload_check
from learn.sandbox.checks.world import Container, Workload, World

_MEBIBYTE = parse_json("1Mi")
_MANY_CORES = parse_json("256")
_DECIMAL_LOOK_ALIKES = frozenset({400, 440, 444, 500})


@container_check("resources-no-requests")
def no_requests(container: Container) -> Iterator[Finding]:
    """No request for CPU or memory: the scheduler counts the container as nothing."""
    resources = map_at(container.value, "resources")
    asked = {*map_at(resources, "requests"), *map_at(resources, "limits")}
    missing = [name for name in ("cpu", "memory") if name not in asked]
    if missing and container.long_running and not map_at(container.workload.spec, "resources"):
        yield Finding(
            obj=container.obj,
            path=container.path,
            params={"container": container.name, "missing": "と".join(missing)},
        )


@container_check("resources-no-memory-limit")
def no_memory_limit(container: Container) -> Iterator[Finding]:
    """No limit on memory: a leak takes the whole node."""
    resources = map_at(container.value, "resources")
    if container.long_running and resources and "memory" not in map_at(resources, "limits"):
        yield Finding(
            obj=container.obj,
            path=(*container.path, "resources"),
            params={"container": container.name},
            on_key=True,
        )


@container_check("resources-memory-unit")
def memory_unit(container: Container) -> Iterator[Finding]:
    """Memory in milli-bytes or a few bytes: a unit was forgotten."""
    for side in ("requests", "limits"):
        value = map_at(map_at(container.value, "resources"), side).get("memory")
        quantity = try_parse(value) if value is not None else None
        if quantity is not None and ZERO < quantity < _MEBIBYTE:
            path = (*container.path, "resources", side, "memory")
            yield Finding(
                obj=container.obj, path=path, params={"value": str(value), "meant": _meant(str(value))}
            )


def _meant(value: str) -> str:
    digits = value.rstrip("mkKMGi")
    return f"{digits}Mi" if digits.isdigit() else "128Mi"


@container_check("resources-cpu-unit")
def cpu_unit(container: Container) -> Iterator[Finding]:
    """More cores than any node has: a unit was forgotten."""
    for side in ("requests", "limits"):
        value = map_at(map_at(container.value, "resources"), side).get("cpu")
        quantity = try_parse(value) if value is not None else None
        if quantity is not None and quantity >= _MANY_CORES:
            digits = str(value).rstrip("mkKMGi")
            path = (*container.path, "resources", side, "cpu")
            yield Finding(obj=container.obj, path=path, params={"value": str(value), "meant": f"{digits}m"})


@workload_check("volume-mode-decimal")
def mode_decimal(workload: Workload, world: World) -> Iterator[Finding]:
    """A file mode without its leading zero is a decimal number: 400 is 0620."""
    volumes = workload.spec.get("volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else []):
        for source in ("configMap", "secret", "projected", "downwardAPI"):
            part = volume.get(source) if isinstance(volume, dict) else None
            mode = part.get("defaultMode") if isinstance(part, dict) else None
            path = (*workload.path, "spec", "volumes", index, source, "defaultMode")
            if (
                isinstance(mode, int)
                and mode in _DECIMAL_LOOK_ALIKES
                and _written(workload, path) == str(mode)
            ):
                params = {"value": str(mode), "octal": f"{mode:04o}"}
                yield Finding(obj=workload.obj, path=path, params=params)


def _written(workload: Workload, path: tuple[str | int, ...]) -> str:
    _, node = workload.obj.document.locate((*workload.obj.base, *path))
    return str(node.value)
