"""Probes and hooks against the ports that their container declares."""

from collections.abc import Iterator, Mapping
from typing import Any

from learn.cluster.api.access import int_at, map_at, text_at
from learn.cluster.api.fielderror import Path
from learn.sandbox.checks.registry import Finding, container_check, workload_check
from learn.sandbox.checks.world import Container, Workload, World

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def probe_ports(container: Container) -> Iterator[tuple[str, Any, Path]]:
    """(field of the probe, its port, path of the port) for each probe that opens a connection."""
    for field in PROBES:
        probe = map_at(container.value, field)
        for handler in ("httpGet", "tcpSocket", "grpc"):
            action: Mapping[str, Any] = map_at(probe, handler)
            if "port" in action:
                yield field, action["port"], (*container.path, field, handler, "port")


@container_check("probe-port-unknown")
def port_unknown(container: Container) -> Iterator[Finding]:
    """A port name that the container does not have: the probe always fails."""
    names = {text_at(port, "name") for port in container.ports}
    for field, port, path in probe_ports(container):
        if isinstance(port, str) and port not in names and not port.isdigit():
            known = "、".join(f"`{name}`" for name in sorted(names - {""})) or "なし"
            yield Finding(obj=container.obj, path=path, params={"port": port, "probe": field, "known": known})


@container_check("probe-port-undeclared")
def port_undeclared(container: Container) -> Iterator[Finding]:
    """A number that is none of the declared ones, though the container declares some."""
    numbers = {int_at(port, "containerPort") for port in container.ports} - {None}
    for field, port, path in probe_ports(container):
        if numbers and isinstance(port, int) and port not in numbers:
            known = "、".join(str(number) for number in sorted(n for n in numbers if n is not None))
            yield Finding(
                obj=container.obj, path=path, params={"port": str(port), "probe": field, "known": known}
            )


@container_check("container-port-twice")
def port_twice(container: Container) -> Iterator[Finding]:
    """The same number and protocol twice in one container."""
    seen: set[tuple[int, str]] = set()
    for index, port in enumerate(container.ports):
        number = int_at(port, "containerPort")
        if number is None:
            continue
        key = (number, text_at(port, "protocol") or "TCP")
        if key in seen:
            path = (*container.path, "ports", index, "containerPort")
            yield Finding(obj=container.obj, path=path, params={"port": str(number)})
        seen.add(key)


def shared_ports(containers: list[Container]) -> Iterator[tuple[Container, int, int]]:
    """(container, index of its port, number) where another container of the Pod already listens."""
    seen: dict[tuple[int, str], Container] = {}
    for container in containers:
        for index, port in enumerate(container.ports):
            number = int_at(port, "containerPort")
            if number is None or (container.init and not container.sidecar):
                continue
            other = seen.setdefault((number, text_at(port, "protocol") or "TCP"), container)
            if other is not container:
                yield container, index, number


@workload_check("container-port-shared")
def port_shared(workload: Workload, world: World) -> Iterator[Finding]:
    """Two containers of one Pod on the same port: they share one IP address, and the second cannot listen."""
    for container, index, number in shared_ports(list(workload.containers)):
        path = (*container.path, "ports", index, "containerPort")
        yield Finding(obj=workload.obj, path=path, params={"port": str(number), "container": container.name})
