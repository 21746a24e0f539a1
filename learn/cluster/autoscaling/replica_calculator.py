"""
How many replicas a metric asks for.

Rules: pkg/controller/podautoscaler/replica_calculator.go, pkg/controller/podautoscaler/metrics/utilization.go.
Quantities are integers in thousandths (milli); times are milliseconds of virtual time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil

CPU_INITIALIZATION_MS = 5 * 60_000
INITIAL_READINESS_DELAY_MS = 30_000
MAX_INT32 = 2**31 - 1
NO_PODS = "no pods returned by selector while calculating replica count"

Measure = Callable[[Mapping[str, int]], tuple[float, int, int | None]]


class MetricsError(Exception):
    """The metric cannot be computed; the text is what the HPA's condition and event say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far the ratio may be from 1 without a change."""

    up: float = 0.1
    down: float = 0.1

    def covers(self, ratio: float) -> bool:
        return 1.0 - self.down <= ratio <= 1.0 + self.up


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One Pod's usage over the `window_ms` before `timestamp_ms`."""

    value: int
    timestamp_ms: int = 0
    window_ms: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PodState:
    """
    What the calculator reads of a Pod.

    `is_ready` is None without a Ready condition, and False only when that says so. `requests` maps
    container names ("" for requests of the Pod itself) to the request of the metric's resource; None
    stands for a container without one.
    """

    name: str
    phase: str = "Running"
    is_deleting: bool = False
    is_ready: bool | None = True
    ready_since_ms: int = 0
    started_ms: int | None = 0
    requests: Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The Pods by how their samples count."""

    ready: frozenset[str]
    unready: frozenset[str]
    missing: frozenset[str]
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    The replicas that a metric asks for, and the arithmetic: `ratio` × `counted`, rounded up.

    `utilization` is the whole percent of the requests (None for a plain metric); `average` the mean usage
    of a Pod.
    """

    replicas: int
    ratio: float
    counted: int
    average: int
    utilization: int | None = None


def group_pods(
    pods: Iterable[PodState], samples: Mapping[str, Sample], *, is_cpu: bool, now_ms: int
) -> Groups:
    """
    Sort Pods by whether their samples count.

    Deleting and finished Pods are ignored, Pending ones unready, those without a sample missing. A CPU
    sample counts only once its Pod is past its start-up noise.
    """
    ready, unready, missing, ignored = set(), set(), set(), set()
    for pod in pods:
        if pod.is_deleting or pod.phase in {"Failed", "Succeeded"}:
            ignored.add(pod.name)
        elif pod.phase == "Pending":
            unready.add(pod.name)
        elif pod.name not in samples:
            missing.add(pod.name)
        elif is_cpu and _is_starting(pod, samples[pod.name], now_ms):
            unready.add(pod.name)
        else:
            ready.add(pod.name)
    return Groups(
        ready=frozenset(ready),
        unready=frozenset(unready),
        missing=frozenset(missing),
        ignored=frozenset(ignored),
    )


def _is_starting(pod: PodState, sample: Sample, now_ms: int) -> bool:
    if pod.is_ready is None or pod.started_ms is None:
        return True
    if pod.started_ms + CPU_INITIALIZATION_MS > now_ms:
        return not pod.is_ready or sample.timestamp_ms < pod.ready_since_ms + sample.window_ms
    return not pod.is_ready and pod.started_ms + INITIAL_READINESS_DELAY_MS > pod.ready_since_ms


def utilization_replicas(
    pods: Iterable[PodState],
    samples: Mapping[str, Sample],
    *,
    current: int,
    target_percent: int,
    resource: str,
    now_ms: int,
    tolerance: Tolerance | None = None,
) -> Proposal:
    """
    Return what a Resource metric with an averageUtilization asks for.

    Raises MetricsError without Pods, without a usable sample, or when a container has no request.
    """
    listed = list(pods)
    groups, usage = _counted(listed, samples, is_cpu=resource == "cpu", now_ms=now_ms)
    requests = {pod.name: _request(pod, resource) for pod in listed}

    def measure(values: Mapping[str, int]) -> tuple[float, int, int | None]:
        total = sum(requests[name] for name in values)
        if total == 0:
            raise MetricsError("no metrics returned matched known pods")
        percent = sum(values.values()) * 100 // total
        return percent / target_percent, sum(values.values()) // len(values), percent

    return _proposal(
        groups,
        usage,
        measure,
        current=current,
        full={name: requests[name] * max(100, target_percent) // 100 for name in groups.missing},
        tolerance=tolerance or Tolerance(),
    )


def average_value_replicas(
    pods: Iterable[PodState],
    samples: Mapping[str, Sample],
    *,
    current: int,
    target: int,
    resource: str = "",
    now_ms: int,
    tolerance: Tolerance | None = None,
) -> Proposal:
    """
    Return what a Pods metric, or a Resource metric with an averageValue, asks for.

    Raises MetricsError without Pods or without a usable sample.
    """
    groups, usage = _counted(list(pods), samples, is_cpu=resource == "cpu", now_ms=now_ms)

    def measure(values: Mapping[str, int]) -> tuple[float, int, int | None]:
        average = sum(values.values()) // len(values)
        return average / target, average, None

    return _proposal(
        groups,
        usage,
        measure,
        current=current,
        full=dict.fromkeys(groups.missing, target),
        tolerance=tolerance or Tolerance(),
    )


def value_replicas(
    usage: int, *, target: int, current: int, ready: int | None, tolerance: Tolerance | None = None
) -> Proposal:
    """
    Return what an Object or External metric with a value asks for; from 0 replicas it starts the first.

    `ready` counts the running Pods that are Ready; None says that the target has no Pods at all.
    Raises MetricsError when a change cannot be reckoned for want of Pods.
    """
    ratio = usage / target
    counted = (ready or 0) if current else 1
    if current and (tolerance or Tolerance()).covers(ratio):
        return Proposal(replicas=current, ratio=ratio, counted=counted, average=usage)
    if current and ready is None:
        raise MetricsError(f"unable to calculate ready pods: {NO_PODS}")
    return Proposal(replicas=_rounded_up(ratio, counted), ratio=ratio, counted=counted, average=usage)


def per_pod_replicas(
    usage: int, *, target_average: int, current: int, tolerance: Tolerance | None = None
) -> Proposal:
    """Return what an Object or External metric with an averageValue asks for."""
    ratio = usage / (target_average * current) if current else float(usage > 0) * MAX_INT32
    average = ceil(usage / current) if current else usage
    replicas = current
    if not (tolerance or Tolerance()).covers(ratio):
        replicas = min(ceil(usage / target_average), MAX_INT32)
    return Proposal(replicas=replicas, ratio=ratio, counted=current, average=average)


def _counted(
    pods: list[PodState], samples: Mapping[str, Sample], *, is_cpu: bool, now_ms: int
) -> tuple[Groups, dict[str, int]]:
    if not pods:
        raise MetricsError(NO_PODS)
    groups = group_pods(pods, samples, is_cpu=is_cpu, now_ms=now_ms)
    usage = {pod.name: samples[pod.name].value for pod in pods if pod.name in groups.ready}
    if not usage:
        raise MetricsError("did not receive metrics for targeted pods (pods might be unready)")
    return groups, usage


def _request(pod: PodState, resource: str) -> int:
    for container, request in pod.requests.items():
        if request is None and not container:
            raise MetricsError(f"missing pod-level request for {resource} in Pod {pod.name}")
        if request is None:
            raise MetricsError(f"missing request for {resource} in container {container} of Pod {pod.name}")
    return sum(request or 0 for request in pod.requests.values())


def _proposal(
    groups: Groups,
    usage: Mapping[str, int],
    measure: Measure,
    *,
    current: int,
    full: Mapping[str, int],
    tolerance: Tolerance,
) -> Proposal:
    ratio, average, utilization = measure(usage)
    fills_unready = bool(groups.unready) and ratio > 1.0

    def propose(replicas: int, by: float, counted: int) -> Proposal:
        return Proposal(
            replicas=replicas, ratio=by, counted=counted, average=average, utilization=utilization
        )

    if not fills_unready and not groups.missing:
        if tolerance.covers(ratio):
            return propose(current, ratio, len(groups.ready))
        return propose(_rounded_up(ratio, len(groups.ready)), ratio, len(groups.ready))

    filled = dict(usage)
    if ratio < 1.0:
        filled |= full
    elif ratio > 1.0:
        filled |= dict.fromkeys(groups.missing, 0)
    if fills_unready:
        filled |= dict.fromkeys(groups.unready, 0)
    new_ratio, _, _ = measure(filled)
    crossed = (ratio < 1.0 < new_ratio) or (new_ratio < 1.0 < ratio)
    replicas = _rounded_up(new_ratio, len(filled))
    reversed_ = (new_ratio < 1.0 and replicas > current) or (new_ratio > 1.0 and replicas < current)
    if tolerance.covers(new_ratio) or crossed or reversed_:
        replicas = current
    return propose(replicas, new_ratio, len(filled))


def _rounded_up(ratio: float, count: int) -> int:
    return min(ceil(ratio * count), MAX_INT32)
