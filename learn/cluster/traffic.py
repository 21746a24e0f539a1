"""Load as a rate over time, counted in stretches in which nothing changes.

Ten requests per second cost as much as ten thousand: a stretch ends when the rate, the endpoints or an
application change, and its requests are then shared out.  Each share meets what its Pod answers; requests
beyond what the CPU can do time out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.engine import Priority
from learn.cluster.network import clients
from learn.cluster.network.http import Request, parse_url
from learn.cluster.network.request import Share, shares, whole_weights
from learn.cluster.objects import Ref, labels_of
from learn.cluster.pods import is_ready
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster
    from learn.cluster.process import Running

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


class Placed(NamedTuple):
    """A share of a flow, its weight, and the container that takes it."""

    end: Share
    weight: int
    running: Running


class Traffic(Controller):
    """State: `flows` by name, each with its rate, its target and the shares of the present stretch."""

    name = "traffic"
    component = "traffic"
    priority: ClassVar[int] = Priority.MEASURE
    timers = ("recount",)

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"flows": {}, "dirty": False}

    def watches(self) -> Mapping[str, KeysOf]:
        """What may turn requests another way, besides Services and endpoints (kube-proxy tells of those)."""
        kinds = ("Gateway", "HTTPRoute", "Ingress", "IngressClass", "NetworkPolicy", "Node", "Pod", "Secret")
        return dict.fromkeys(kinds, self._noticed)

    def _noticed(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        match notice.ref.kind:
            case "Pod":
                matters = old is not None and new is not None and labels_of(old) != labels_of(new)
            case "Node":
                matters = old is None or new is None or is_ready(old) != is_ready(new)
            case _:
                matters = True
        if matters:
            self.changed()
        return ()

    def set_load(
        self,
        *,
        target: str,
        rps: float = 0,
        cpu: int = 0,
        path: str = "/",
        port: int | None = None,
        namespace: str = "default",
        source: str = "",
        connections: int = 0,
    ) -> None:
        """From now on `rps` requests per second to a Service or a URL (or `cpu` milli-CPU of work shared by the ready Pods).

        They come from many clients inside the cluster (outside, for a URL), or from one `source`; each opens a
        connection of its own, unless a number of lasting `connections` carries them all.
        """
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
                "source": source,
                "connections": connections,
                "pinned": flows.get(target, {}).get("pinned", []),
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
        for (pod, failing, slow, _), count in zip(flow["shares"], self._split(flow, sent), strict=True):
            if count:
                if pod:
                    by_pod[pod] = by_pod.get(pod, 0) + count
                failed += count * failing // 1000 if failing < 1000 else count
                latency = max(latency, slow)
        if not flow["shares"]:
            failed = sent
        return Stretch(flow["from"], until_ms, sent, failed, by_pod, latency)

    def _split(self, flow: Mapping[str, Any], sent: int) -> Sequence[int]:
        """Requests per share: drawn for each connection, or in proportion when there are very many."""
        ends = list(accumulate(share[3] for share in flow["shares"]))
        if not ends:
            return ()
        if sent > EXACT_DRAWS:
            cuts = [sent * end // ends[-1] for end in ends]
            return [cut - before for before, cut in zip([0, *cuts], cuts, strict=False)]
        counts = [0] * len(ends)
        rng = self.engine.drawn(f"traffic/{flow['target']}/{flow['from']}")
        for _ in range(sent):
            counts[bisect_right(ends, rng.randrange(ends[-1]))] += 1
        return counts

    def settle(self) -> None:
        """Write down what has flowed up to now, as at the end of a run."""
        for flow in self.state["flows"].values():
            self._close(flow)

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
        placed: dict[str, list[Placed]] = {}
        for target, flow in self.state["flows"].items():
            if flow["cpu"]:
                self._place_cpu(flow, wanted)
                continue
            placed[target] = self._place(flow, wanted)
        for record in kubelet.records():
            for name, container in record["containers"].items():
                if container["state"] == "running":
                    load = wanted.get((record["uid"], name), {"rps": 0, "cpu": 0, "request_us": 0})
                    kubelet.loads.set_load(record, name, load)
        for target, flow in self.state["flows"].items():
            if target in placed:
                flow["shares"] += [self._share(each) for each in placed[target]]

    def _place_cpu(self, flow: Mapping[str, Any], wanted: dict[tuple[str, str], dict[str, int]]) -> None:
        found = [
            (record, name)
            for record, pod, name in self.cluster.faults.targets(flow["target"], flow["namespace"], None)
            if is_ready(pod) and record["containers"][name]["kind"] == "app"
        ]
        for record, name in found:
            load = wanted.setdefault((record["uid"], name), {"rps": 0, "cpu": 0, "request_us": 0})
            load["cpu"] += flow["cpu"] // len(found)

    def _place(self, flow: dict[str, Any], wanted: dict[tuple[str, str], dict[str, int]]) -> list[Placed]:
        """Put a flow's load onto the containers that take it; what reaches none becomes shares at once."""
        flow["shares"], flow["why"] = [], ""
        found = self._shares(flow)
        placed: list[Placed] = []
        total_weight = sum(weight for _, weight in found)
        for end, weight in found:
            if not isinstance(end, Share):
                failing = 0 if end.isdecimal() and int(end) < 400 else 1000
                flow["shares"].append(["", failing, 0, weight])
                flow["why"] = end if failing else flow["why"]
                continue
            running, pod = end.end.running, end.end.pod
            record = self.cluster.kubelet.record(pod["metadata"]["uid"]) if pod else None
            if running is None or record is None:
                continue
            name = end.end.container
            load = wanted.setdefault((record["uid"], name), {"rps": 0, "cpu": 0, "request_us": 0})
            rps = flow["rps_milli"] * weight // total_weight // 1000 or (1 if flow["rps_milli"] else 0)
            total = load["rps"] + rps
            if total:
                cost = running.cost_us(end.path)
                load["request_us"] = (load["request_us"] * load["rps"] + cost * rps) // total
            load["rps"] = total
            placed.append(Placed(end, weight, running))
        return placed

    def _shares(self, flow: dict[str, Any]) -> list[tuple[Share | str, int]]:
        """Where the flow's requests go, with whole weights: to a port of a Pod, or to a status or reason."""
        request = self._request(flow)
        if isinstance(request, str):
            return [(request, 1)]
        try:
            client = self._client(flow)
        except KeyError:
            return [(f"no such source: {flow['source']}", 1)]
        found = whole_weights(shares(self.cluster, client, request, remembers=not client.is_many))
        return self._pinned(flow, found) if flow["connections"] else found

    def _client(self, flow: Mapping[str, Any]) -> clients.Client:
        if flow["source"]:
            return clients.named(self.cluster, flow["source"], flow["namespace"])
        if "/" in flow["target"]:
            return clients.outside(is_many=True)
        return replace(clients.in_namespace(self.cluster, flow["namespace"]), is_many=True)

    def _request(self, flow: Mapping[str, Any]) -> Request | str:
        target = flow["target"]
        if "/" in target:
            return parse_url(target)
        service = self.store.find("Service", flow["namespace"], target)
        if service is None:
            return f"no such service: {target}"
        ports = service["spec"].get("ports") or [{}]
        return Request(host=target, port=flow["port"] or ports[0].get("port", 80), path=flow["path"])

    def _pinned(
        self, flow: dict[str, Any], found: list[tuple[Share | str, int]]
    ) -> list[tuple[Share | str, int]]:
        """Lasting connections stay where they were opened for as long as that Pod can be reached."""
        ends = {_name(end): end for end, _ in found if isinstance(end, Share)}
        kept = [name for name in flow["pinned"] if name in ends]
        rng = self.engine.drawn(f"connections/{flow['target']}/{self.engine.now}")
        while ends and len(kept) < flow["connections"]:
            drawn = rng.choices(found, weights=[weight for _, weight in found])[0][0]
            if not isinstance(drawn, Share):
                break
            kept.append(_name(drawn))
        flow["pinned"] = kept
        return [(ends[name], kept.count(name)) for name in dict.fromkeys(kept)] or found

    def _share(self, placed: Placed) -> list[Any]:
        """`[pod, failing permille, latency ms, weight]` of one share."""
        end = placed.end
        running = placed.running
        reply = running.http_reply(end.end.port, end.path, client=end.end.source_ip)
        if reply.kind != "ok" or not 200 <= reply.status < 400:
            return [end.pod, 1000, 0, placed.weight]
        busy = running.process.get("busy_permille", 0)
        failing = 1000 - 1_000_000 // busy if busy > 1000 else 0
        return [end.pod, failing, reply.latency_ms, placed.weight]


def _name(end: Share) -> str:
    return f"{end.pod}:{end.end.port}"
