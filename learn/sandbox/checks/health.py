"""Probes and shutdown: what makes an application hard to keep alive."""

from collections.abc import Iterator

from learn.cluster.api.access import int_at
from learn.sandbox.checks.registry import Finding, container_check, workload_check
from learn.sandbox.checks.world import Container, Workload, World

_HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")
_SLOW_START = 30


def _handler(probe: object) -> dict[str, object]:
    return {key: value for key, value in probe.items() if key in _HANDLERS} if isinstance(probe, dict) else {}


def _number(probe: object, field: str, default: int) -> int:
    value = int_at(probe, field) if isinstance(probe, dict) else None
    return default if value is None else value


@workload_check("readiness-missing")
def readiness_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A Service sends traffic to a container that never says whether it is ready."""
    services = world.services_of(workload)
    for container in workload.containers if services else ():
        if not container.init and container.ports and not container.value.get("readinessProbe"):
            params = {"container": container.name, "service": services[0].name}
            yield Finding(obj=workload.obj, path=container.path, params=params)


@container_check("probe-liveness-equals-readiness")
def same_probes(container: Container) -> Iterator[Finding]:
    """The same check for both: whatever makes it unready also restarts it."""
    liveness, readiness = container.value.get("livenessProbe"), container.value.get("readinessProbe")
    if not _handler(liveness) or _handler(liveness) != _handler(readiness):
        return
    if _patience(liveness) <= _patience(readiness):
        yield Finding(obj=container.obj, path=(*container.path, "livenessProbe"), on_key=True)


def _patience(probe: object) -> int:
    return _number(probe, "periodSeconds", 10) * _number(probe, "failureThreshold", 3)


@container_check("liveness-slow-start")
def slow_start(container: Container) -> Iterator[Finding]:
    """A liveness probe that gives a starting application little time, and no startup probe before it."""
    probe = container.value.get("livenessProbe")
    if not isinstance(probe, dict) or container.value.get("startupProbe"):
        return
    seconds = _number(probe, "initialDelaySeconds", 0) + _patience(probe)
    if seconds < _SLOW_START:
        yield Finding(
            obj=container.obj,
            path=(*container.path, "livenessProbe"),
            params={"seconds": str(seconds)},
            on_key=True,
        )


@container_check("probe-timeout-over-period")
def timeout_over_period(container: Container) -> Iterator[Finding]:
    """A probe that may take longer than the time between two of them."""
    for field in ("startupProbe", "livenessProbe", "readinessProbe"):
        probe = container.value.get(field)
        timeout, period = _number(probe, "timeoutSeconds", 1), _number(probe, "periodSeconds", 10)
        if isinstance(probe, dict) and timeout > period > 0:
            params = {"timeout": str(timeout), "period": str(period)}
            yield Finding(obj=container.obj, path=(*container.path, field, "timeoutSeconds"), params=params)


@container_check("probe-on-job")
def probe_on_job(container: Container) -> Iterator[Finding]:
    """Readiness says nothing about a Pod that no Service sends traffic to and that ends by itself."""
    if container.obj.kind in ("Job", "CronJob") and container.value.get("readinessProbe"):
        yield Finding(obj=container.obj, path=(*container.path, "readinessProbe"), on_key=True)


@workload_check("grace-period-zero")
def grace_zero(workload: Workload, world: World) -> Iterator[Finding]:
    """No time to end cleanly."""
    if workload.spec.get("terminationGracePeriodSeconds") == 0:
        yield Finding(obj=workload.obj, path=(*workload.path, "spec", "terminationGracePeriodSeconds"))
