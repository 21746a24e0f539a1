"""How fast the simulator is: whole clusters over virtual time, and its timers against a bare heap."""

import heapq
import json
import zlib
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import Any

from learn.cluster.cluster import Cluster
from learn.cluster.engine import Engine, Priority
from tests.bench.rows import Row

MINUTE_MS = 60_000
SECOND_MS = 1_000
TIMERS = 200_000


def rows() -> Iterator[Row]:
    yield _row("cluster_ready_ms", "ms", "<= 20", _median_ms(_empty_cluster, repeats=7))
    yield _row("sim_10min_20pods_ms", "ms", "<= 200", _median_ms(_ten_minutes, repeats=3))
    yield _row("sim_1h_100pods_ms", "ms", "<= 2000", _median_ms(_one_hour, repeats=3))
    yield _row("rollout_1000pods_ms", "ms", "<= 3000", _rollout_ms())
    yield from _snapshot()
    yield _row("timers_vs_bare_heap_ratio", "", ">= 0.2", _timer_ratio())


def _row(name: str, unit: str, goal: str, value: float) -> Row:
    return Row(name=name, value=value, unit=unit, goal=goal)


def _median_ms(run: Callable[[], Any], *, repeats: int) -> float:
    samples = []
    for _ in range(repeats):
        start = perf_counter()
        run()
        samples.append((perf_counter() - start) * 1000)
    return median(samples)


def _empty_cluster() -> Cluster:
    cluster = Cluster(nodes=3)
    cluster.run_for(SECOND_MS)
    return cluster


def _ten_minutes() -> Cluster:
    cluster = _app(Cluster(nodes=3), replicas=20, rps=200)
    cluster.run_for(10 * MINUTE_MS)
    return cluster


def _one_hour() -> Cluster:
    cluster = _app(Cluster(nodes=10), replicas=100, rps=1000)
    cluster.run_for(60 * MINUTE_MS)
    return cluster


def _app(cluster: Cluster, *, replicas: int, rps: int) -> Cluster:
    """A Deployment with three probes each, a Service, an HPA that holds its size, and steady traffic."""
    for manifest in (_deployment(replicas), SERVICE, _autoscaler(replicas)):
        cluster.apply(manifest)
    cluster.act("load", target="web", rps=rps)
    return cluster


def _deployment(replicas: int, *, version: str = "1.0") -> dict[str, Any]:
    def probe(path: str, period: int) -> dict[str, Any]:
        return {"httpGet": {"path": path, "port": 8080}, "periodSeconds": period, "failureThreshold": 3}

    container = {
        "name": "app",
        "image": f"example.com/web:{version}",
        "ports": [{"containerPort": 8080}],
        "startupProbe": {**probe("/healthz", 1), "failureThreshold": 30},
        "livenessProbe": probe("/healthz", 10),
        "readinessProbe": probe("/ready", 5),
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
        },
    }


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
}


def _autoscaler(replicas: int) -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": replicas,
            "maxReplicas": replicas * 2,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
                }
            ],
        },
    }


def _rollout_ms() -> float:
    """One image change of 1000 Pods on 20 nodes, from all Ready to all of the new ones Ready."""
    node = {"cpu": "64", "memory": "256Gi", "pods": 110}
    cluster = Cluster(nodes=[{"name": f"node-{number}", **node} for number in range(1, 21)])
    cluster.apply(_deployment(1000))
    _run_until_ready(cluster, 1000)
    start = perf_counter()
    cluster.apply(_deployment(1000, version="1.1"))
    cluster.run_for(SECOND_MS)
    _run_until_ready(cluster, 1000)
    return (perf_counter() - start) * 1000


def _run_until_ready(cluster: Cluster, replicas: int) -> None:
    for _ in range(60 * 20):
        cluster.run_for(SECOND_MS)
        status = cluster.get("Deployment", "web").get("status") or {}
        counts = (status.get("readyReplicas"), status.get("updatedReplicas"), status.get("replicas"))
        if counts == (replicas, replicas, replicas):
            return
    raise RuntimeError(f"the Deployment did not become ready: {status}")


def _snapshot() -> Iterator[Row]:
    cluster = _ten_minutes()
    state = json.dumps(cluster.snapshot(), separators=(",", ":")).encode()
    yield _row("snapshot_kb", "kB", "<= 100", len(zlib.compress(state)) / 1000)
    data = json.loads(state)
    yield _row("restore_ms", "ms", "<= 10", _median_ms(lambda: Cluster.restore(data), repeats=5))


def _timer_ratio() -> float:
    """Our timers per second against pushing and popping tuples on a bare heap."""
    ratios = []
    for _ in range(3):
        start = perf_counter()
        _bare_heap()
        bare = perf_counter() - start
        start = perf_counter()
        _engine_timers()
        ratios.append(bare / (perf_counter() - start))
    return median(ratios)


def _bare_heap() -> None:
    heap: list[tuple[int, int, int]] = []
    for number in range(TIMERS):
        heapq.heappush(heap, ((number * 7919) % 100_000, 0, number))
    while heap:
        heapq.heappop(heap)


def _engine_timers() -> None:
    engine = Engine()
    engine.handlers["tick"] = lambda: None
    for number in range(TIMERS):
        engine.at((number * 7919) % 100_000, Priority.CONTROLLER, "tick")
    engine.run(100_000)
