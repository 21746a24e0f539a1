"""The load on running containers: CPU that it takes, memory, and how slow it makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from learn.cluster.objects import Obj
from learn.cluster.pods import container_spec
from learn.cluster.usage import cpu_between, limit_milli, memory_bytes, wanted_milli

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record

UNLIMITED_MILLI = 4_000
"""What a container without a CPU limit is taken to be able to use."""

SLOW_PERMILLE = 800
"""From here on a busy container answers so slowly that its probes may notice."""


class Loads:
    """Puts load onto containers and counts what they use."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine

    def set_load(self, record: Record, name: str, load: Mapping[str, int]) -> None:
        """The traffic on a running container from now on."""
        container = record["containers"][name]
        process = container["process"]
        if (
            process["rps"] == load["rps"]
            and process["cpu"] == load["cpu"]
            and process["request_us"] == load["request_us"]
        ):
            return
        pod = self.kubelet.pod(record)
        if pod is None:
            return
        self.account(record, pod, name)
        before = process["busy_permille"]
        process.update(load)
        running = self.kubelet.running(record, pod, name)
        limit = limit_milli(container_spec(pod, name), pod["spec"])
        wanted = wanted_milli(running.app, process, self.engine.now)
        process["busy_permille"] = wanted * 1000 // max(1, limit or UNLIMITED_MILLI)
        if max(before, process["busy_permille"]) >= SLOW_PERMILLE:
            self.kubelet.prober.poke(record, pod, name)
        if running.app.memory_per_rps:
            self.kubelet.programs.plan_memory(record, pod, name)

    def account(self, record: Record, pod: Obj, name: str) -> int:
        """Count the CPU used up to now; gives the sum since the process began, in milli-CPU times milliseconds."""
        process = record["containers"][name]["process"]
        running = self.kubelet.running(record, pod, name)
        limit = limit_milli(container_spec(pod, name), pod["spec"])
        now = self.engine.now
        process["cpu_used"] += cpu_between(running.app, process, limit, process["cpu_since"], now)
        process["cpu_since"] = now
        return int(process["cpu_used"])

    def memory(self, record: Record, pod: Obj, name: str) -> int:
        """Resident bytes of a running container."""
        running = self.kubelet.running(record, pod, name)
        return memory_bytes(running.app, running.process, self.engine.now)
