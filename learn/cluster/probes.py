"""Probes as pure functions: the fields of one probe, one step of its worker, its ticks.

Upstream: pkg/kubelet/prober/worker.go (doProbe), prober.go; pkg/probe/{http,tcp,exec,grpc}.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

FIELDS = {"liveness": "livenessProbe", "readiness": "readinessProbe", "startup": "startupProbe"}


class Result(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    UNKNOWN = "unknown"


INITIAL: Mapping[str, Result] = {
    "liveness": Result.SUCCESS,
    "readiness": Result.FAILURE,
    "startup": Result.UNKNOWN,
}
"""What counts while a container has not been probed yet (newWorker)."""


class Timing(NamedTuple):
    """The timing fields of a probe, times in milliseconds."""

    initial_delay_ms: int
    period_ms: int
    timeout_ms: int
    success_threshold: int
    failure_threshold: int


def timing(probe: Mapping[str, Any]) -> Timing:
    """The six fields with their defaults 0, 10, 1, 1, 3; a zero counts as absent, as defaulting has it."""
    return Timing(
        int(probe.get("initialDelaySeconds") or 0) * 1000,
        int(probe.get("periodSeconds") or 10) * 1000,
        int(probe.get("timeoutSeconds") or 1) * 1000,
        int(probe.get("successThreshold") or 1),
        int(probe.get("failureThreshold") or 3),
    )


class Worker(NamedTuple):
    """What a probe worker remembers: its standing result and the run of equal outcomes."""

    result: Result
    last: bool | None = None
    run: int = 0


class Step(NamedTuple):
    """The worker after an outcome; `changed` tells that a threshold gave a new result."""

    worker: Worker
    changed: bool


def step(worker: Worker, timing: Timing, *, success: bool) -> Step:
    """Count one outcome (worker.go doProbe).

    Consecutive equal outcomes are counted; at the threshold the result stands.  The caller puts a worker on
    hold whose liveness or startup probe has failed.
    """
    run = worker.run + 1 if worker.last is success else 1
    threshold = timing.success_threshold if success else timing.failure_threshold
    if run < threshold:
        return Step(Worker(worker.result, success, run), False)
    result = Result.SUCCESS if success else Result.FAILURE
    return Step(Worker(result, success, run), result is not worker.result)


def is_settled(worker: Worker, timing: Timing) -> bool:
    """Whether further successes change nothing: then no tick needs to be simulated until something happens."""
    return worker.last is True and worker.result is Result.SUCCESS and worker.run >= timing.success_threshold


def first_tick(origin_ms: int, timing: Timing) -> int:
    """The first probe: `initialDelaySeconds` after the container's start (`origin_ms`)."""
    return origin_ms + timing.initial_delay_ms


def tick_at_or_after(first_ms: int, period_ms: int, ms: int) -> int:
    """The first tick at or after an instant; ticks stand at `first_ms + n * period_ms`."""
    if ms <= first_ms:
        return first_ms
    return first_ms + -(-(ms - first_ms) // period_ms) * period_ms


def next_tick(first_ms: int, period_ms: int, started_ms: int, ended_ms: int) -> int:
    """The start of the probe after one that ran from `started_ms` to `ended_ms`.

    A tick that came while it ran is made up for at once, more than one are lost (time.Ticker).
    """
    following = tick_at_or_after(first_ms, period_ms, started_ms + 1)
    return max(following, ended_ms)


class Target(NamedTuple):
    """Where a probe looks: handler is httpGet, tcpSocket, grpc, exec or "" for none that is known."""

    handler: str
    port: int = 0
    path: str = ""
    host: str = ""
    scheme: str = "HTTP"
    command: tuple[str, ...] = ()
    service: str = ""


def target(probe: Mapping[str, Any], container: Mapping[str, Any]) -> Target:
    """The handler of a probe with a named port looked up among the container's own; port 0 if it is not there."""
    if "httpGet" in probe:
        get = probe["httpGet"] or {}
        path = str(get.get("path") or "/")
        return Target(
            "httpGet",
            port=container_port(get.get("port"), container),
            path=path if path.startswith("/") else f"/{path}",
            host=str(get.get("host") or ""),
            scheme=str(get.get("scheme") or "HTTP").upper(),
        )
    if "tcpSocket" in probe:
        socket = probe["tcpSocket"] or {}
        port = container_port(socket.get("port"), container)
        return Target("tcpSocket", port=port, host=str(socket.get("host") or ""))
    if "grpc" in probe:
        grpc = probe["grpc"] or {}
        return Target("grpc", port=int(grpc.get("port") or 0), service=str(grpc.get("service") or ""))
    if "exec" in probe:
        command = (probe["exec"] or {}).get("command") or ()
        return Target("exec", command=tuple(str(word) for word in command))
    return Target("")


def container_port(port: object, container: Mapping[str, Any]) -> int:
    """A port number, or the number behind a name; 0 for a name that the container does not declare."""
    if isinstance(port, int):
        return port
    text = str(port or "")
    if text.isdecimal():
        return int(text)
    for declared in container.get("ports") or ():
        if declared.get("name") == text:
            return int(declared.get("containerPort") or 0)
    return 0


class Outcome(NamedTuple):
    """What one probe saw.  `took_ms` until it knew; `warning` is a ProbeWarning; `text` says why it failed."""

    success: bool
    text: str = ""
    took_ms: int = 0
    warning: str = ""


def http_outcome(status: int) -> Outcome:
    """200 up to 399 is success (pkg/probe/http)."""
    if 200 <= status < 400:
        return Outcome(True)
    return Outcome(False, f"HTTP probe failed with statuscode: {status}")


def grace_seconds(kind: str, probe: Mapping[str, Any], pod_grace: int) -> int:
    """The grace of a kill by this probe: its own terminationGracePeriodSeconds, else the Pod's."""
    own = probe.get("terminationGracePeriodSeconds") if kind != "readiness" else None
    return pod_grace if own is None else int(own)
