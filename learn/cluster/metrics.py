"""metrics-server: samples of CPU and memory every 15 s, as long as its Pod is there to take them.

It is an ordinary Deployment in kube-system; without a Ready Pod of it there is no Metrics API.  Rules:
kubernetes-sigs/metrics-server pkg/storage (pod.go, node.go).  Metrics that no sample can give (External, Object,
Pods) are defined by an exercise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from learn.cluster.api.access import text_at
from learn.cluster.autoscaling.replica_calculator import MetricsError, Sample
from learn.cluster.controllers.base import Controller, KeysOf, own_key
from learn.cluster.engine import Priority
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, labels_of, ref_of
from learn.cluster.pods import condition, is_ready
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

RESOLUTION_MS = 15_000
FRESH_MS = 10_000
"""A container that started within the last resolution, but so long ago, has a value at its first sample."""

NAMESPACE = "kube-system"
SERVICE = "metrics-server"
API_SERVICE = "v1beta1.metrics.k8s.io"
LABELS: Mapping[str, str] = {"k8s-app": "metrics-server"}
IMAGE = "registry.k8s.io/metrics-server/metrics-server:v0.8.0"
NO_ENDPOINTS = (
    'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"'
)
SYSTEM_CPU_NANO = 60_000_000
SYSTEM_MEMORY = 400 * 1024 * 1024
"""What a node uses besides its Pods."""

REQUEST_RATES = ("http_requests_per_second", "requests_per_second")
"""Pods metrics that are there without being defined: the requests that each Pod gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodUsage:
    """What a Pod used on average over the `window_ms` before `timestamp_ms`.

    `containers` maps names to CPU in billionths of a core and memory in bytes.
    """

    namespace: str
    name: str
    node: str
    timestamp_ms: int
    window_ms: int
    containers: Mapping[str, tuple[int, int]]

    def milli(self, resource: str, container: str = "") -> int | None:
        """The use of a resource in thousandths, of one container or all; None if there is no such value."""
        if container and container not in self.containers:
            return None
        found = [used for name, used in self.containers.items() if container in ("", name)]
        match resource:
            case "cpu":
                return -(-sum(cpu for cpu, _ in found) // 1_000_000)
            case "memory":
                return sum(memory for _, memory in found) * 1000
        return None


class MetricsServer(Controller):
    """State: `server`, the uids of its Pods; `points`, the last two samples per container; `defined` metrics."""

    name = "metrics-server"
    component = "metrics-server"
    priority: ClassVar[int] = Priority.MEASURE
    timers = ("scrape",)

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"server": [], "points": {}, "defined": {}}

    def start(self) -> None:
        self.after(RESOLUTION_MS, "scrape")

    # -- whether it is there ---------------------------------------------------------------------

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Pod": self._of_pod, "APIService": own_key}

    def _of_pod(self, notice: Notice) -> Iterable[str]:
        if notice.ref.namespace != NAMESPACE or labels_of(notice.obj).get("k8s-app") != LABELS["k8s-app"]:
            return ()
        return (f"/{API_SERVICE}",)

    def reconcile(self, key: str) -> None:
        """The aggregator's view of the server (kube-aggregator available_controller.go)."""
        service = self.store.find("APIService", "", API_SERVICE)
        if service is None:
            return
        available = self.is_available
        found = condition(service, "Available")
        status = "True" if available else "False"
        same = found is not None and found["status"] == status
        told = {
            "type": "Available",
            "status": status,
            "lastTransitionTime": found["lastTransitionTime"] if same and found else self.now_stamp(),
            "reason": "Passed" if available else "MissingEndpoints",
            "message": "all checks passed" if available else NO_ENDPOINTS,
        }
        self.api.update_status(ref_of(service), {"conditions": [told]})

    # -- sampling --------------------------------------------------------------------------------

    def scrape(self) -> None:
        """Take a sample of every running container; a new server knows nothing of earlier ones."""
        self.after(RESOLUTION_MS, "scrape")
        server = self._running()
        if not server or self.is_stopped:
            self.state.update(server=[], points={})
            return
        if not set(server) & set(self.state["server"]):
            self.state["points"] = {}
        self.state["server"] = server
        kubelet = self.cluster.kubelet
        before, points = self.state["points"], {}
        for record in kubelet.records():
            if kubelet.is_frozen(record["node"]):
                continue
            pod = kubelet.pod(record)
            if pod is not None:
                points[record["uid"]] = self._sampled(record, pod, before.get(record["uid"], {}))
        self.state["points"] = points

    def _running(self) -> list[str]:
        pods = self.store.pods_matching(NAMESPACE, LABELS)
        return [pod["metadata"]["uid"] for pod in pods if pod["status"].get("phase") == "Running"]

    def _sampled(self, record: dict[str, Any], pod: Obj, before: Mapping[str, Any]) -> dict[str, Any]:
        """Container -> `[started, previous ms, previous CPU, ms, CPU, memory, requests per second]`."""
        kubelet, now = self.cluster.kubelet, self.engine.now
        sampled = {}
        for name, container in record["containers"].items():
            if container["state"] != "running":
                continue
            started, known = container["started"], before.get(name)
            if known is not None and known[0] == started:
                previous = known[3:5]
            elif FRESH_MS <= now - started < RESOLUTION_MS:
                previous = [started, 0]
            else:
                previous = [-1, 0]
            cpu = kubelet.loads.account(record, pod, name)
            memory = kubelet.loads.memory(record, pod, name)
            sampled[name] = [started, *previous, now, cpu, memory, container["process"]["rps"]]
        return sampled

    # -- the Metrics API -------------------------------------------------------------------------

    @property
    def is_available(self) -> bool:
        """Whether the Metrics API answers: a Pod of the server is Ready."""
        return not self.is_stopped and any(map(is_ready, self.store.pods_matching(NAMESPACE, LABELS)))

    def require(self, what: str = "pods") -> None:
        """Raises ApiError in the API server's words when the Metrics API does not answer."""
        if self.is_available:
            return
        if self.store.find("APIService", "", API_SERVICE) is None:
            text = f"the server could not find the requested resource (get {what}.metrics.k8s.io)"
            raise ApiError(404, "NotFound", text)
        text = f"the server is currently unable to handle the request (get {what}.metrics.k8s.io)"
        raise ApiError(503, "ServiceUnavailable", text)

    def usage_of(self, pod: Obj) -> PodUsage | None:
        """What is known of a Pod; None until all of its running containers have two samples."""
        points = self.state["points"].get(pod["metadata"]["uid"])
        if not points or any(point[1] < 0 for point in points.values()):
            return None
        containers = {
            name: ((cpu - cpu_before) * 1_000_000 // max(1, at - before), memory)
            for name, (_, before, cpu_before, at, cpu, memory, _) in points.items()
        }
        first = next(iter(points.values()))
        return PodUsage(
            namespace=pod["metadata"]["namespace"],
            name=pod["metadata"]["name"],
            node=pod["spec"].get("nodeName", ""),
            timestamp_ms=first[3],
            window_ms=first[3] - first[1],
            containers=containers,
        )

    def pod_usages(self, pods: Iterable[Obj]) -> list[PodUsage]:
        """Those of the Pods that have values.  Raises ApiError without a Metrics API."""
        self.require()
        found = (self.usage_of(pod) for pod in pods)
        return [usage for usage in found if usage is not None]

    def node_usages(self) -> dict[str, tuple[int, int]]:
        """Node -> CPU in billionths of a core and bytes in use; nodes that do not answer are left out."""
        self.require("nodes")
        used = {
            node["metadata"]["name"]: (SYSTEM_CPU_NANO, SYSTEM_MEMORY)
            for node in self.store.objects("Node")
            if self.state["points"] and not self.cluster.kubelet.is_frozen(node["metadata"]["name"])
        }
        for usage in self.pod_usages(self.store.objects("Pod")):
            if usage.node in used:
                cpu, memory = used[usage.node]
                cpu += sum(each for each, _ in usage.containers.values())
                memory += sum(each for _, each in usage.containers.values())
                used[usage.node] = (cpu, memory)
        return used

    # -- what autoscalers ask --------------------------------------------------------------------

    def resource(
        self, namespace: str, pods: Sequence[Obj], resource: str, container: str
    ) -> dict[str, Sample]:
        """Samples by Pod.  Raises MetricsError as the HPA's metrics client words it."""
        try:
            usages = self.pod_usages(pods)
        except ApiError as error:
            why = f"unable to fetch metrics from resource metrics API: {error.message}"
            raise MetricsError(f"unable to get metrics for resource {resource}: {why}") from error
        if not usages:
            why = "no metrics returned from resource metrics API"
            raise MetricsError(f"unable to get metrics for resource {resource}: {why}")
        samples = {}
        for usage in usages:
            value = usage.milli(resource, container)
            if value is None and container:
                why = f"container {container} not present in metrics for pod {namespace}/{usage.name}"
                raise MetricsError(
                    f"unable to get metrics for resource {resource}: failed to get container metrics: {why}"
                )
            if value is not None:
                samples[usage.name] = Sample(
                    value=value, timestamp_ms=usage.timestamp_ms, window_ms=usage.window_ms
                )
        return samples

    def of_pods(self, namespace: str, pods: Sequence[Obj], metric: str) -> dict[str, Sample]:
        """A defined metric, the same for every Pod that runs, or the requests that each of them gets."""
        value = self.state["defined"].get(f"pods/{namespace}/{metric}")
        running = [pod for pod in pods if pod["status"].get("phase") == "Running"]
        samples = {}
        for pod in running:
            points = self.state["points"].get(pod["metadata"]["uid"], {})
            if value is not None:
                samples[pod["metadata"]["name"]] = Sample(value=value, timestamp_ms=self.engine.now)
            elif metric in REQUEST_RATES and points:
                rate = sum(point[6] for point in points.values())
                samples[pod["metadata"]["name"]] = Sample(value=rate * 1000, timestamp_ms=self.engine.now)
        if not samples:
            why = "no metrics returned from custom metrics API"
            raise MetricsError(f"unable to get metric {metric}: {why}")
        return samples

    def of_object(self, namespace: str, target: Mapping[str, Any], metric: str) -> int:
        kind, name = text_at(target, "kind"), text_at(target, "name")
        value = self.state["defined"].get(f"object/{namespace}/{kind}/{name}/{metric}")
        if value is None:
            why = "the server could not find the metric"
            raise MetricsError(f"unable to get metric {metric}: {kind} on {namespace} {name}/{why} {metric}")
        return int(value)

    def external(self, namespace: str, metric: str) -> int:
        value = self.state["defined"].get(f"external/{namespace}/{metric}")
        if value is None:
            why = "no metrics returned from external metrics API"
            raise MetricsError(f"unable to get external metric {namespace}/{metric}/nil: {why}")
        return int(value)

    def define(
        self,
        metric: str,
        milli: int | None,
        *,
        namespace: str = "default",
        target: str = "",
        pods: bool = False,
    ) -> None:
        """From now on a metric has this value (in thousandths; None: it is gone).

        It is an External one, or that of the object `Kind/name` in `target`, or with `pods` of every Pod.
        """
        if pods:
            key = f"pods/{namespace}/{metric}"
        elif target:
            key = f"object/{namespace}/{target}/{metric}"
        else:
            key = f"external/{namespace}/{metric}"
        if milli is None:
            self.state["defined"].pop(key, None)
        else:
            self.state["defined"][key] = milli


def metrics_of(cluster: Cluster) -> MetricsServer:
    part = cluster.parts[MetricsServer.name]
    assert isinstance(part, MetricsServer)
    return part
