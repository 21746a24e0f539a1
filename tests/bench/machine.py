"""How fast this machine runs plain Python, so that absolute figures can be read on another one."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from tests.bench.rows import Row


def fixed_loop() -> int:
    total = 0
    for number in range(2_000_000):
        total += number % 7
    return total


def rows() -> Iterator[Row]:
    samples = []
    for _ in range(5):
        start = perf_counter()
        fixed_loop()
        samples.append((perf_counter() - start) * 1000)
    yield Row(name="machine_ms", value=median(samples), unit="ms")
