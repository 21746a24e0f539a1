"""Load as a rate over time, counted in stretches in which nothing changes.

Ten requests per second cost as much as ten thousand: a stretch ends when the rate, the endpoints or an
application change, and its requests are then shared out.  Each share meets what its Pod answers; requests
beyond what the CPU can do time out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from learn.cluster import reach
from learn.cluster.controllers.base import Controller
from learn.cluster.engine import Priority
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import is_ready

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster
    from learn.cluster.kubelet import Record

EXACT_DRAWS = 2_000
"""Up to so many requests of a stretch are drawn one by one; more are shared out evenly."""


class Stretch(NamedTuple):
    """Requests of one flow between two instants: how many were sent, failed, and went to each Pod."""

    from_ms: int
    to_ms: int
    sent: int
    failed: int
    by_pod: Mapping[str, int]
    latency_ms: int


def requests_between(rps_milli: int, since_ms: int, from_ms: int, to_ms: int) -> int:
    """How many requests fall into [from, to): the k-th is sent at `since + k * 1000 / rps`."""
    if rps_milli <= 0:
        return 0
    return _sent_before(rps_milli, to_ms - since_ms) - _sent_before(rps_milli, from_ms - since_ms)


def _sent_before(rps_milli: int, ms: int) -> int:
    """Requests with k * 1_000_000 / rps_milli < ms."""
    return -(-ms * rps_milli // 1_000_000)


class Traffic(Controller):
    """State: `flows` by name, each with its rate, its target and the shares of the present stretch."""

    name = "traffic"
    component = "traffic"
    priority: ClassVar[int] = Priority.MEASURE
    timers = ("recount",)

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"flows": {}, "dirty": False}

    def set_load(
        self,
        *,
        target: str,
        rps: float = 0,
        cpu: int = 0,
        path: str = "/",
        port: int | None = None,
        namespace: str = "default",
    ) -> None:
        """From now on `rps` requests per second to a Service (or `cpu` milli-CPU of work shared by the ready Pods)."""
        self.recount()
        flows = self.state["flows"]
        if not rps and not cpu:
            flows.pop(target, None)
        else:
            flows[target] = {
                "target": target,
                "namespace": namespace,
                "rps_milli": round(rps * 1000),
                "cpu": cpu,
                "path": path,
                "port": port,
                "since": self.engine.now,
                "from": self.engine.now,
                "shares": [],
                "why": "",
                "entry": self.trace.because[-1] if self.trace.because else 0,
            }
        self.recount()

    def changed(self) -> None:
        """Something may answer differently now: count anew at the end of this instant."""
        if self.state["flows"] and not self.state["dirty"]:
            self.state["dirty"] = True
            self.after(0, "recount")

    def recount(self) -> None:
        """End the present stretch of every flow and share out the next one."""
        self.state["dirty"] = False
        for flow in self.state["flows"].values():
            self._close(flow)
        self._spread()

    # -- counting --------------------------------------------------------------------------------

    def stretch(self, flow: Mapping[str, Any], until_ms: int) -> Stretch:
        """What the present stretch of a flow amounts to if it ends at `until_ms`."""
        sent = requests_between(flow["rps_milli"], flow["since"], flow["from"], until_ms)
        by_pod: dict[str, int] = {}
        failed = 0
        latency = 0
        for (pod, failing, slow), count in zip(flow["shares"], self._split(flow, sent), strict=True):
            if count:
                by_pod[pod] = by_pod.get(pod, 0) + count
                failed += count * failing // 1000 if failing < 1000 else count
                latency = max(latency, slow)
        if not flow["shares"]:
            failed = sent
        return Stretch(flow["from"], until_ms, sent, failed, by_pod, latency)

    def _split(self, flow: Mapping[str, Any], sent: int) -> Sequence[int]:
        """Requests per share: drawn for each connection, or evenly when there are very many."""
        shares = len(flow["shares"])
        if not shares:
            return ()
        if sent > EXACT_DRAWS:
            return [sent // shares + (1 if i < sent % shares else 0) for i in range(shares)]
        counts = [0] * shares
        rng = self.engine.drawn(f"traffic/{flow['target']}/{flow['from']}")
        for _ in range(sent):
            counts[rng.randrange(shares)] += 1
        return counts

    def _close(self, flow: dict[str, Any]) -> None:
        now = self.engine.now
        if flow["from"] < now and flow["rps_milli"]:
            done = self.stretch(flow, now)
            if done.sent:
                causes = (flow["entry"],) if flow["entry"] else ()
                self.trace.record(
                    Ref("Service", flow["namespace"], flow["target"]), "traffic", causes=causes,
                    data={**done._asdict(), "why": flow["why"]},
                )  # fmt: skip
        flow["from"] = now

    # -- sharing out -----------------------------------------------------------------------------

    def _spread(self) -> None:
        """Put every flow's load onto the processes that take it, then see how they bear it."""
        kubelet = self.cluster.kubelet
        wanted: dict[tuple[str, str], dict[str, int]] = {}
        placed: dict[str, list[tuple[str, tuple[Record, Obj, str] | None]]] = {}
        for target, flow in self.state["flows"].items():
            if flow["cpu"]:
                self._place_cpu(flow, wanted)
                continue
            placed[target] = self._place(flow, wanted)
        for record in kubelet.records():
            for name, container in record["containers"].items():
                if container["state"] == "running":
                    load = wanted.get((record["uid"], name), {"rps": 0, "cpu": 0, "request_us": 0})
                    kubelet.set_load(record, name, load)
        for target, flow in self.state["flows"].items():
            if target in placed:
                flow["shares"] = [self._share(flow, pod, where) for pod, where in placed[target]]

    def _place_cpu(self, flow: Mapping[str, Any], wanted: dict[tuple[str, str], dict[str, int]]) -> None:
        found = [
            (record, name)
            for record, pod, name in self.cluster.faults.targets(flow["target"], flow["namespace"], None)
            if is_ready(pod) and record["containers"][name]["kind"] == "app"
        ]
        for record, name in found:
            load = wanted.setdefault((record["uid"], name), {"rps": 0, "cpu": 0, "request_us": 0})
            load["cpu"] += flow["cpu"] // len(found)

    def _place(
        self, flow: dict[str, Any], wanted: dict[tuple[str, str], dict[str, int]]
    ) -> list[tuple[str, tuple[Record, Obj, str] | None]]:
        """The Pods that share a flow, with the container that takes it (None: nothing answers there)."""
        found = self._backends(flow)
        if isinstance(found, str):
            flow["why"] = found
            return []
        flow["why"] = ""
        placed: list[tuple[str, tuple[Record, Obj, str] | None]] = []
        for backend in found:
            where = self.cluster.kubelet.at_address(backend.ip, backend.port)
            if where is None or not where[2]:
                placed.append((backend.pod or backend.ip, None))
                continue
            record, pod, name = where
            running = self.cluster.kubelet.running(record, pod, name)
            load = wanted.setdefault((record["uid"], name), {"rps": 0, "cpu": 0, "request_us": 0})
            rps = flow["rps_milli"] // len(found) // 1000 or (1 if flow["rps_milli"] else 0)
            total = load["rps"] + rps
            if total:
                cost = running.cost_us(flow["path"])
                load["request_us"] = (load["request_us"] * load["rps"] + cost * rps) // total
            load["rps"] = total
            placed.append((f"{record['ns']}/{record['name']}", (record, pod, name)))
        return placed

    def _backends(self, flow: Mapping[str, Any]) -> tuple[reach.Backend, ...] | str:
        service = self.store.find("Service", flow["namespace"], flow["target"])
        if service is None:
            return f"no such service: {flow['target']}"
        ports = service["spec"].get("ports") or [{}]
        port = flow["port"] or ports[0].get("port", 80)
        address = service["spec"].get("clusterIP", "")
        return reach.backends(self.cluster, address, port)

    def _share(
        self, flow: Mapping[str, Any], pod: str, where: tuple[Record, Obj, str] | None
    ) -> list[Any]:
        """`[pod, failing permille, latency ms]` of one share."""
        if where is None:
            return [pod, 1000, 0]
        record, obj, name = where
        running = self.cluster.kubelet.running(record, obj, name)
        port = next((number for number, protocol in running.process["ports"] if protocol == "http"), 0)
        reply = running.http_reply(port, flow["path"])
        if reply.kind != "ok" or not 200 <= reply.status < 400:
            return [pod, 1000, 0]
        busy = running.process.get("busy_permille", 0)
        failing = 1000 - 1_000_000 // busy if busy > 1000 else 0
        return [pod, failing, reply.latency_ms]
