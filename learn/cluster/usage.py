"""CPU and memory of a container at an instant, as pure functions over its image, process and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from learn.cluster.api.quantity import try_parse
from learn.cluster.apps import App

Process = Mapping[str, Any]


def limit_milli(spec: Mapping[str, Any], pod_spec: Mapping[str, Any]) -> int | None:
    """The CPU limit of a container (else the Pod's own) in thousandths of a CPU; None without one."""
    return _limit(spec, pod_spec, "cpu", -3)


def limit_bytes(spec: Mapping[str, Any], pod_spec: Mapping[str, Any]) -> int | None:
    """The memory limit of a container (else the Pod's own) in bytes; None without one."""
    return _limit(spec, pod_spec, "memory", 0)


def _limit(spec: Mapping[str, Any], pod_spec: Mapping[str, Any], name: str, scale: int) -> int | None:
    for holder in (spec, pod_spec):
        value = ((holder.get("resources") or {}).get("limits") or {}).get(name)
        quantity = try_parse(value) if value is not None else None
        if quantity is not None:
            return quantity.scaled_value(scale)
    return None


def wanted_milli(app: App, process: Process, now: int) -> int:
    """The CPU that the program would use if nothing held it back."""
    age = now - process["started"]
    extra = sum(d.cpu_milli for d in app.demands if _in(d.from_ms, d.until_ms, age))
    requests = process["rps"] * process.get("request_us", app.cpu_us) // 1000
    return int(app.idle_cpu_milli + extra + requests + process["cpu"])


def used_milli(app: App, process: Process, limit: int | None, now: int) -> int:
    """What it does use: the CFS quota throttles it at its limit, and never kills it."""
    wanted = wanted_milli(app, process, now)
    return wanted if limit is None else min(wanted, limit)


def cpu_between(app: App, process: Process, limit: int | None, from_ms: int, to_ms: int) -> int:
    """CPU used between two instants in which the load stayed the same, in milli-CPU times milliseconds."""
    marks = {from_ms, to_ms}
    for demand in app.demands:
        for offset in (demand.from_ms, demand.until_ms):
            if offset is not None and from_ms < process["started"] + offset < to_ms:
                marks.add(process["started"] + offset)
    edges = sorted(marks)
    return sum(
        used_milli(app, process, limit, start) * (end - start)
        for start, end in zip(edges, edges[1:], strict=False)
    )


def memory_bytes(app: App, process: Process, now: int) -> int:
    """Resident memory: the base, what requests hold, what leaked since the start, and the demands of the hour."""
    age = now - process["started"]
    held = sum(d.memory for d in app.demands if _in(d.from_ms, d.until_ms, age))
    leaked = leak_rate(app, process) * max(0, now - process.get("leak_since", process["started"])) // 1000
    return int(app.memory + held + app.memory_per_rps * process["rps"] + leaked + process.get("memory", 0))


def leak_rate(app: App, process: Process) -> int:
    """Bytes per second."""
    return int(process.get("leak", app.leak_per_second))


def _in(from_ms: int, until_ms: int | None, age: int) -> bool:
    return from_ms <= age and (until_ms is None or age < until_ms)


def oom_at(
    app: App, process: Process, spec: Mapping[str, Any], pod_spec: Mapping[str, Any], now: int
) -> int | None:
    """When the container's memory passes its limit, from now on and as things stand; None if it never will."""
    limit = limit_bytes(spec, pod_spec)
    if limit is None:
        return None
    marks = sorted(
        {now} | {process["started"] + d.from_ms for d in app.demands if process["started"] + d.from_ms > now}
    )
    rate = leak_rate(app, process)
    for index, mark in enumerate(marks):
        used = memory_bytes(app, process, mark)
        if used > limit:
            return mark
        if rate:
            due = mark + -(-(limit - used + 1) * 1000 // rate)
            if index + 1 == len(marks) or due < marks[index + 1]:
                return due
    return None
