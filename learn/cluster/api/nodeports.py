"""Node ports of Services (pkg/registry/core/service/portallocator and storage/alloc.go).

A number is given out once, whatever its protocol; one Service may use its own number for several protocols.
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from learn.cluster.api.access import int_at, maps_at, text_at
from learn.cluster.api.draws import draw
from learn.cluster.api.fielderror import ErrorType, FieldError, invalid
from learn.cluster.api.servicetypes import has_node_ports, needs_node_ports, node_ports_of
from learn.cluster.api.validation.services import needs_health_check

Object: TypeAlias = dict[str, Any]

_TAKEN = "provided port is already allocated"


class PortPool:
    """One allocation: the numbers that are taken, and those that it takes."""

    def __init__(self, numbers: tuple[int, int], taken: Collection[int], salt: str) -> None:
        self.low, self.high = numbers
        self.taken = set(taken)
        self.salt = salt

    def take(self, number: int) -> str:
        """Take one number; gives the reason why it cannot be had, or ""."""
        if not self.low <= number <= self.high:
            valid = str(self.low) if self.low == self.high else f"{self.low}-{self.high}"
            return f"provided port is not in the valid range. The range of valid ports is {valid}"
        if number in self.taken:
            return _TAKEN
        self.taken.add(number)
        return ""

    def take_any(self, what: str) -> int | None:
        """A free number above the static band, else one of the band; None when all are taken."""
        band = self.low + static_ports(self.high - self.low + 1)
        for first, last in ((band, self.high), (self.low, band - 1)):
            count = last - first + 1
            start = draw(f"{self.salt}/{what}", count)
            for step in range(count):
                number = first + (start + step) % count
                if number not in self.taken:
                    self.taken.add(number)
                    return number
        return None


def static_ports(size: int) -> int:
    """calculateRangeOffset: 86 of the default range, so that 30000–30085 are left to those who choose."""
    return 0 if size <= 16 else min(max(16, size // 32), 128)


def allocate_node_ports(spec: Object, old: Mapping[str, Any] | None, pool: PortPool) -> list[FieldError]:
    """Give the ports of a NodePort or LoadBalancer Service their numbers, in place; the first problem ends it."""
    if has_node_ports(spec):
        errors = _first_numbers(spec, pool) if old is None else _next_numbers(spec, old, pool)
        if errors:
            return errors
    if needs_health_check(spec) and (old is None or not needs_health_check(old)):
        return _health_check_port(spec, pool)
    return []


def _first_numbers(spec: Object, pool: PortPool) -> list[FieldError]:
    """initNodePorts: one number serves a port that is given several times, once per protocol."""
    ports = maps_at(spec, "ports")
    by_port: dict[int | None, int] = {}
    for index, port in enumerate(ports):
        asked, number = int_at(port, "nodePort") or 0, int_at(port, "port")
        if not asked and not needs_node_ports(spec):
            continue
        shared = by_port.get(number)
        if shared is None:
            wanted = next((n for other in ports if int_at(other, "port") == number and (n := int_at(other, "nodePort"))), 0)  # fmt: skip
            if wanted:
                if reason := pool.take(wanted):
                    return [_refused(index, wanted, reason)]
                given: int | None = wanted
            else:
                given = pool.take_any(str(index))
            if given is None:
                return [_full()]
            by_port[number] = given
            _set(spec, index, given)
        elif not asked:
            _set(spec, index, shared)
        elif asked != shared and (reason := pool.take(asked)):
            return [_refused(index, asked, reason)]
    return []


def _next_numbers(spec: Object, old: Mapping[str, Any], pool: PortPool) -> list[FieldError]:
    """updateNodePorts: numbers that the Service has stay its own."""
    kept = node_ports_of(old)
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(maps_at(spec, "ports")):
        number = int_at(port, "nodePort") or 0
        if not number and not needs_node_ports(spec):
            continue
        if number and number not in kept:
            if reason := pool.take(number):
                return [_refused(index, number, reason)]
            kept.add(number)
        elif not number:
            given = pool.take_any(str(index))
            if given is None:
                return [_full()]
            number = given
            _set(spec, index, number)
        key = text_at(port, "protocol") or "TCP", number
        if key in seen:
            return [_internal(f"duplicate nodePort: {{{key[0]} {key[1]}}}")]
        seen.add(key)
    return []


def _health_check_port(spec: Object, pool: PortPool) -> list[FieldError]:
    asked = int_at(spec, "healthCheckNodePort") or 0
    if asked:
        if reason := pool.take(asked):
            return [_internal(f"failed to allocate requested HealthCheck NodePort {asked}: {reason}")]
        return []
    given = pool.take_any("healthCheckNodePort")
    if given is None:
        return [_internal("failed to allocate a HealthCheck NodePort 0: range is full")]
    spec["healthCheckNodePort"] = given
    return []


def _set(spec: Object, index: int, number: int) -> None:
    maps = [port for port in spec["ports"] if isinstance(port, dict)]
    maps[index]["nodePort"] = number


def _refused(index: int, number: int, reason: str) -> FieldError:
    return invalid(("spec", "ports", index, "nodePort"), number, reason)


def _full() -> FieldError:
    return _internal("failed to allocate a nodePort: range is full")


def _internal(detail: str) -> FieldError:
    """Not a problem of a field: the server answers with an internal error."""
    return FieldError(ErrorType.INTERNAL, (), "", detail)
