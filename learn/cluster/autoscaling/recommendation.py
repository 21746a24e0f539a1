"""How much a container should request: decaying histograms and their percentiles, as pure functions.

Rules: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender (util/histogram.go, model/aggregate_container_state.go,
logic/estimator.go, logic/recommender.go).  CPU is in cores, memory in bytes, times in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log
from typing import Any, TypeAlias

from learn.cluster.api.quantity import Quantity

Aggregate: TypeAlias = dict[str, Any]
"""What is known of one container of a target, as plain data: see `new_aggregate`."""

RATIO = 1.05
FIRST_CPU, FIRST_MEMORY = 0.01, 1e7
HALF_LIFE_MS = 24 * 3_600_000
WINDOW_MS = 24 * 3_600_000
MIN_SAMPLE_WEIGHT = 0.1
SAFETY_MARGIN = 0.15
MIN_CPU_MILLI = 25
MIN_MEMORY = 250 * 1024 * 1024
MOST = 10**14
OOM_RATIO, OOM_BUMP = 1.2, 100 * 1024 * 1024
_DAY_MS = 24 * 3_600_000
_SAMPLES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """CPU in thousandths of a core, memory in bytes."""

    cpu: int
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    target: Amounts
    lower: Amounts
    upper: Amounts


def new_aggregate() -> Aggregate:
    """Histograms as bucket -> weight, the memory peak of each Pod's present window, and the samples counted."""
    return {"cpu": {}, "memory": {}, "peaks": {}, "first": None, "last": 0, "count": 0}


def bucket_of(value: float, first: float) -> int:
    return 0 if value < first else floor(log(value * (RATIO - 1) / first + 1, RATIO))


def bucket_start(bucket: int, first: float) -> float:
    return first * (RATIO**bucket - 1) / (RATIO - 1)


def percentile(histogram: Mapping[str, float], share: float, first: float) -> float:
    """The upper end of the bucket in which the percentile lies; 0 for an empty histogram."""
    total = sum(histogram.values())
    if total <= 0:
        return 0.0
    reached = 0.0
    buckets = sorted(map(int, histogram))
    for bucket in buckets:
        reached += histogram[str(bucket)]
        if reached >= share * total:
            return bucket_start(bucket + 1, first)
    return bucket_start(buckets[-1] + 1, first)


def add_cpu(aggregate: Aggregate, cores: float, request: float, now_ms: int) -> None:
    """A sample of CPU; it weighs as much as the container requests."""
    _add(aggregate["cpu"], bucket_of(cores, FIRST_CPU), max(request, MIN_SAMPLE_WEIGHT), now_ms)
    if aggregate["first"] is None:
        aggregate["first"] = now_ms
    aggregate["last"] = now_ms
    aggregate["count"] += 1


def add_memory(aggregate: Aggregate, pod: str, used: float, now_ms: int, *, is_oom: bool = False) -> None:
    """A sample of memory; only the peak of each Pod's 24 hours counts (model/container.go addMemorySample).

    A peak is `[end of its window, peak of use, peak after kills]`, and weighs as of the end of its window.
    """
    peak = aggregate["peaks"].setdefault(pod, [now_ms, 0.0, 0.0])
    if now_ms < peak[0]:
        former = max(peak[1], peak[2])
        if not former or used <= former:
            return
        _add(aggregate["memory"], bucket_of(former, FIRST_MEMORY), -1.0, peak[0])
    else:
        peak[:] = [peak[0] + (now_ms - peak[0]) // WINDOW_MS * WINDOW_MS + WINDOW_MS, 0.0, 0.0]
    _add(aggregate["memory"], bucket_of(used, FIRST_MEMORY), 1.0, peak[0])
    peak[2 if is_oom else 1] = used


def add_oom(aggregate: Aggregate, pod: str, requested: int, now_ms: int) -> None:
    """The container was killed for want of memory (RecordOOM).

    It is taken to have needed a fifth, or 100 MiB, more than it requests or was seen to use.
    """
    used = max(float(requested), aggregate["peaks"].get(pod, (0, 0.0))[1])
    add_memory(aggregate, pod, max(used * OOM_RATIO, used + OOM_BUMP), now_ms, is_oom=True)


def _add(histogram: dict[str, float], bucket: int, weight: float, now_ms: int) -> None:
    """Newer samples weigh more: twice as much after 24 hours."""
    key = str(bucket)
    total = histogram.get(key, 0.0) + weight * 2 ** (now_ms / HALF_LIFE_MS)
    if total > 1e-9:
        histogram[key] = total
    else:
        histogram.pop(key, None)


def confidence(aggregate: Aggregate) -> float:
    """In days: the time observed, or the samples where some are missing."""
    if aggregate["first"] is None:
        return 0.0
    days = (aggregate["last"] - aggregate["first"]) / _DAY_MS
    return float(min(days, aggregate["count"] / _SAMPLES_PER_DAY))


def recommend(aggregate: Aggregate, containers: int) -> Recommendation:
    """What to request: the 90th percentile and 15 %, within bounds that narrow as confidence grows.

    `containers` is how many share a Pod's least amounts of 25m and 250Mi.
    """
    sure = confidence(aggregate)
    return Recommendation(
        target=_estimate(aggregate, 0.9, 1.0, containers),
        lower=_estimate(aggregate, 0.5, (1 + 0.001 / sure) ** -2 if sure else 0.0, containers),
        upper=_estimate(aggregate, 0.95, 1 + 1 / sure if sure else float(MOST), containers),
    )


def _estimate(aggregate: Aggregate, share: float, factor: float, containers: int) -> Amounts:
    """Whole units after every step, as the estimators have it: percentile, margin, confidence, least amount."""

    def scaled(percentile: float, least: float) -> int:
        whole = int(percentile)
        whole += int(whole * SAFETY_MARGIN)
        return max(int(min(whole * factor, MOST)), int(least / containers))

    return Amounts(
        cpu=scaled(percentile(aggregate["cpu"], share, FIRST_CPU) * 1000, MIN_CPU_MILLI),
        memory=scaled(percentile(aggregate["memory"], share, FIRST_MEMORY), MIN_MEMORY),
    )


def capped(amounts: Amounts, least: Mapping[str, Quantity], most: Mapping[str, Quantity]) -> Amounts:
    """Within a policy's minAllowed and maxAllowed."""

    def within(value: int, name: str, scale: int) -> int:
        if name in least:
            value = max(value, least[name].scaled_value(scale))
        if name in most:
            value = min(value, most[name].scaled_value(scale))
        return value

    return Amounts(cpu=within(amounts.cpu, "cpu", -3), memory=within(amounts.memory, "memory", 0))


def quantities(amounts: Amounts) -> dict[str, str]:
    return {"cpu": str(Quantity(amounts.cpu, -3)), "memory": str(Quantity(amounts.memory))}


def proportional_limit(
    limit: Quantity, request: Quantity | None, new_request: Quantity, scale: int
) -> Quantity:
    """A limit that keeps its ratio to the request (util/limits_and_requests.go); without a request it was the limit."""
    old = (request or limit).scaled_value(scale)
    if not old:
        return limit
    return Quantity(limit.scaled_value(scale) * new_request.scaled_value(scale) // old, scale)
