"""A manifest made ready for a real cluster: the lessons' imaginary images replaced by one that exists.

The replacement is agnhost, the test image of the Kubernetes project (`test/images/agnhost/README.md`):
`netexec` answers every path over HTTP, `/healthz` only while its UDP server runs too;
`grpc-health-checking` answers the gRPC Health Checking Protocol for the one service that it is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.api.access import map_at, maps_at
from learn.sandbox.objects import TEMPLATE_PATHS, ManifestObject
from learn.sandbox.pipeline import DEFAULT_LIMITS, check
from learn.sandbox.repair_changes import Change, Named
from learn.sandbox.repair_edits import changed

AGNHOST = "registry.k8s.io/e2e-test-images/agnhost:2.53"
_IMAGINARY = "example.com/"
_SIDE_PORT = 19_000


def real_manifest(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with images that can be pulled, and the imaginary ones for which there is no replacement."""
    left: list[str] = []
    for obj in check(text).objects:
        for path, container in _imaginary(obj):
            args = _arguments(container)
            fields: Mapping[str, Any] = {"image": AGNHOST, "args": args}
            changes = [
                Change(kind=obj.kind, name=obj.name, path=(*path, field), value=value)
                for field, value in fields.items()
            ]
            written = changed(text, changes, DEFAULT_LIMITS) if args else None
            if written is None:
                left.append(str(container["image"]))
            else:
                text = written
    return text, tuple(dict.fromkeys(left))


def _imaginary(obj: ManifestObject) -> Iterator[tuple[tuple[str | Named, ...], Mapping[str, Any]]]:
    """The containers of an object whose image only the lessons know."""
    if obj.kind not in TEMPLATE_PATHS:
        return
    path = (*(str(step) for step in TEMPLATE_PATHS[obj.kind]), "spec")
    spec: Mapping[str, Any] = obj.value
    for step in path:
        spec = map_at(spec, step)
    for field in ("initContainers", "containers"):
        for container in maps_at(spec, field):
            if str(container.get("image", "")).startswith(_IMAGINARY):
                yield (*path, field, Named(str(container.get("name")))), container


def _arguments(container: Mapping[str, Any]) -> list[str]:
    """What agnhost has to do in place of a container; nothing where it could not take its place."""
    probes = [map_at(container, name) for name in ("livenessProbe", "readinessProbe", "startupProbe")]
    if "command" in container or any("exec" in probe for probe in probes):
        return []
    checks = {
        (probe["grpc"].get("port"), probe["grpc"].get("service") or "") for probe in probes if "grpc" in probe
    }
    if len(checks) == 1:
        port, service = checks.pop()
        served = [f"--service={service}"] if service else []
        return ["grpc-health-checking", f"--port={port}", f"--http-port={_SIDE_PORT}", *served]
    ports = [port.get("containerPort") for port in maps_at(container, "ports")]
    if checks or not ports:
        return []
    return ["netexec", f"--http-port={ports[0]}", f"--udp-port={ports[0]}"]
