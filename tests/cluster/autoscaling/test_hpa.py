"""The HPA in a whole cluster: pkg/controller/podautoscaler/horizontal.go, kubernetes-sigs/metrics-server pkg/storage."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.errors import ApiError
from learn.cluster.metrics import metrics_of

Obj = dict[str, Any]


def deployment(name: str = "web", *, replicas: int = 2, cpu: str | None = "200m", app: str = "") -> Obj:
    resources = {"requests": {"cpu": cpu}} if cpu else {}
    labels = {"app": app or name}
    container = {"name": "app", "image": "example.com/web:1.0", "resources": resources}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}},
    }  # fmt: skip


def cpu_metric(percent: int) -> Obj:
    return {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}},
    }


def external(name: str, **target: str) -> Obj:
    kind = "AverageValue" if "averageValue" in target else "Value"
    return {"type": "External", "external": {"metric": {"name": name}, "target": {"type": kind, **target}}}


def autoscaler(
    *metrics: Obj, name: str = "web", target: str = "web", low: int = 2, high: int = 10, **more: Any
) -> Obj:
    return {
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name},
        "spec": {"minReplicas": low, "maxReplicas": high, "metrics": list(metrics or (cpu_metric(80),)),
                 "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}, **more},
    }  # fmt: skip


def cluster_with(*objects: Obj, **options: Any) -> Cluster:
    cluster = Cluster(**options)
    for obj in objects:
        cluster.create(obj)
    return cluster


def replicas_of(cluster: Cluster) -> int:
    return int(cluster.get("Deployment", "web")["spec"]["replicas"])


def conditions(cluster: Cluster, name: str = "web") -> dict[str, tuple[str, str]]:
    listed = cluster.get("HorizontalPodAutoscaler", name)["status"]["conditions"]
    return {each["type"]: (each["status"], each["reason"]) for each in listed}


def told(cluster: Cluster, reason: str) -> list[str]:
    return [
        event["message"]
        for event in cluster.objects("Event")
        if event["reason"] == reason and event["involvedObject"]["kind"] == "HorizontalPodAutoscaler"
    ]


def test_a_loaded_deployment_grows_and_shrinks_again_after_300_s() -> None:
    cluster = cluster_with(deployment(), autoscaler())
    cluster.run_until(60_000)
    cluster.act("load", target="web", cpu=1280)
    cluster.run_until(75_000)
    assert replicas_of(cluster) == 2
    cluster.run_until(90_000)
    assert replicas_of(cluster) == 4  # twice as many at most
    cluster.run_until(105_000)
    assert replicas_of(cluster) == 8  # ceil(1280 / (0.8 * 200))
    cluster.run_until(300_000)
    assert replicas_of(cluster) == 8
    cluster.act("load", target="web", cpu=200)
    cluster.run_until(614_999)
    assert replicas_of(cluster) == 8
    assert conditions(cluster)["AbleToScale"] == ("True", "ScaleDownStabilized")
    cluster.run_until(615_000)
    assert replicas_of(cluster) == 2
    name = "cpu resource utilization (percentage of request)"
    assert told(cluster, "SuccessfulRescale") == [
        f"New size: 4; reason: {name} above target",
        f"New size: 8; reason: {name} above target",
        "New size: 2; reason: All metrics below target",
    ]


def test_the_trace_shows_the_arithmetic() -> None:
    cluster = cluster_with(deployment(), autoscaler())
    cluster.run_until(60_000)
    cluster.act("load", target="web", cpu=1280)
    cluster.run_until(90_000)
    scaled = next(
        e
        for e in reversed(cluster.trace.entries)
        if e.change == "updated" and e.ref.kind == "Deployment" and e.time_ms == 90_000
    )
    rules = {
        e.data["rule"]: e
        for e in cluster.trace.why(scaled)
        if e.change == "decision" and e.data["rule"].startswith("hpa-")
    }
    assert rules["hpa-metric"].data["text"] == "ceil(2 × 320 ÷ 80) = 8"
    assert rules["hpa-metric"].field == "spec.metrics[0].resource.target.averageUtilization"
    assert (rules["hpa-limit"].data["replicas"], rules["hpa-limit"].data["reason"]) == (4, "ScaleUpLimit")


def test_status_and_conditions_of_a_quiet_autoscaler() -> None:
    cluster = cluster_with(deployment(), autoscaler())
    cluster.run_until(600_000)
    status = cluster.get("HorizontalPodAutoscaler", "web")["status"]
    assert (status["currentReplicas"], status["desiredReplicas"]) == (2, 2)
    assert status["currentMetrics"] == [
        {
            "type": "Resource",
            "resource": {"name": "cpu", "current": {"averageUtilization": 0, "averageValue": "1m"}},
        }
    ]
    assert conditions(cluster) == {
        "AbleToScale": ("True", "ReadyForNewScale"),
        "ScalingActive": ("True", "ValidMetricFound"),
        "ScalingLimited": ("True", "TooFewReplicas"),
    }


@pytest.mark.parametrize(
    ("objects", "condition", "reason", "event", "text"),
    [
        (
            [autoscaler()], "AbleToScale", "FailedGetScale", "FailedGetScale", 'deployments.apps "web" not found',
        ),
        (
            [deployment(cpu=None), autoscaler()], "ScalingActive", "FailedGetResourceMetric", "FailedGetResourceMetric",
            "failed to get cpu utilization: missing request for cpu in container app of Pod ",
        ),
        (
            [deployment(), autoscaler(external("queue", value="10"))], "ScalingActive", "FailedGetExternalMetric",
            "FailedComputeMetricsReplicas",
            "invalid metrics (1 invalid out of 1), first error is: failed to get queue external metric value: failed to get "
            "queue external metric: unable to get external metric default/queue/nil: no metrics returned from external metrics API",
        ),
        (
            [deployment(), autoscaler(), autoscaler(name="other")], "ScalingActive", "AmbiguousSelector", "AmbiguousSelector",
            "pods by selector app=web are controlled by multiple HPAs: [{other default} {web default}]",
        ),
        (
            [deployment(replicas=0), autoscaler()], "ScalingActive", "ScalingDisabled", "", "",
        ),
    ],
)  # fmt: skip
def test_what_keeps_it_from_scaling(
    objects: list[Obj], condition: str, reason: str, event: str, text: str
) -> None:
    cluster = cluster_with(*objects)
    cluster.run_until(120_000)
    assert conditions(cluster)[condition] == ("False", reason)
    if event:
        assert any(message.startswith(text) for message in told(cluster, event))


@pytest.mark.parametrize(
    ("replicas", "expected", "reason"),
    [
        (12, 10, "Current number of replicas above Spec.MaxReplicas"),
        (1, 2, "Current number of replicas below Spec.MinReplicas"),
    ],
)
def test_bounds_need_no_metrics(replicas: int, expected: int, reason: str) -> None:
    cluster = cluster_with(deployment(replicas=replicas), autoscaler())
    cluster.run_until(15_000)
    assert replicas_of(cluster) == expected
    assert told(cluster, "SuccessfulRescale") == [f"New size: {expected}; reason: {reason}"]


def test_without_metrics_server_there_is_no_metrics_api() -> None:
    cluster = cluster_with(deployment(), autoscaler())
    cluster.scale("Deployment", "metrics-server", 0, namespace="kube-system")
    cluster.run_until(60_000)
    prefix = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: "
    assert told(cluster, "FailedGetResourceMetric") == [
        f"{prefix}the server is currently unable to handle the request (get pods.metrics.k8s.io)"
    ]
    available = cluster.get("APIService", "v1beta1.metrics.k8s.io")["status"]["conditions"][0]
    assert (available["status"], available["reason"]) == ("False", "MissingEndpoints")
    cluster.scale("Deployment", "metrics-server", 1, namespace="kube-system")
    cluster.run_until(120_000)
    assert conditions(cluster)["ScalingActive"] == ("True", "ValidMetricFound")


def test_metrics_take_two_samples() -> None:
    """A Pod has no value until its second sample, unless it started 10 to 15 s before the first."""
    cluster = cluster_with(deployment(replicas=1))
    metrics = metrics_of(cluster)
    with pytest.raises(ApiError, match="unable to handle"):
        metrics.pod_usages(cluster.objects("Pod"))
    cluster.run_until(10_000)
    cluster.scale("Deployment", "web", 2)
    known = []
    for second in (14, 15, 30, 45):
        cluster.run_until(second * 1000)
        known.append(len(metrics.pod_usages(cluster.objects("Pod"))))
    # The first Pod started at 3 s, the second at 11 s or later.
    assert known == [0, 1, 2, 2]
    usage = metrics.pod_usages(cluster.objects("Pod"))[0]
    assert (usage.timestamp_ms, usage.window_ms) == (45_000, 15_000)


def test_nodes_are_measured_with_what_they_run() -> None:
    cluster = cluster_with(deployment(replicas=1))
    cluster.run_until(30_000)
    cluster.act("load", target="web", cpu=500)
    cluster.run_until(60_000)
    node = cluster.objects("Pod")[0]["spec"]["nodeName"]
    usages = metrics_of(cluster).node_usages()
    assert usages[node][0] >= 560_000_000
    assert sorted(usages) == ["node-1", "node-2", "node-3"]


def test_external_metrics_scale_to_zero_and_back() -> None:
    cluster = cluster_with(deployment(replicas=1), autoscaler(external("queue", averageValue="10"), low=0))
    metrics = metrics_of(cluster)
    metrics.define("queue", 25_000)
    cluster.run_until(15_000)
    assert replicas_of(cluster) == 3
    metrics.define("queue", 0)
    cluster.run_until(400_000)
    assert replicas_of(cluster) == 0
    assert conditions(cluster)["ScaledToZero"] == ("True", "ScaledToZero")
    metrics.define("queue", 1_000)
    cluster.run_until(430_000)
    assert replicas_of(cluster) == 1
    assert conditions(cluster)["ScaledToZero"] == ("False", "NotScaledToZero")


def test_a_failing_metric_blocks_shrinking_but_not_growing() -> None:
    cluster = cluster_with(
        deployment(replicas=4), autoscaler(external("queue", averageValue="10"), external("lost", value="1"))
    )
    metrics = metrics_of(cluster)
    metrics.define("queue", 10_000)
    cluster.run_until(600_000)
    assert replicas_of(cluster) == 4
    assert conditions(cluster)["ScalingActive"] == ("False", "FailedGetExternalMetric")
    metrics.define("queue", 60_000)
    cluster.run_until(615_000)
    assert replicas_of(cluster) == 6


def test_objects_and_pods_as_sources() -> None:
    at_object = {"type": "Object", "object": {"metric": {"name": "hits"}, "target": {"type": "Value", "value": "100"},
                 "describedObject": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "main"}}}  # fmt: skip
    at_pods = {
        "type": "Pods",
        "pods": {"metric": {"name": "jobs"}, "target": {"type": "AverageValue", "averageValue": "10"}},
    }
    cluster = cluster_with(deployment(), autoscaler(at_object, at_pods))
    cluster.act("metric", metric="hits", value="150", target="Ingress/main")
    cluster.act("metric", metric="jobs", value=10, pods=True)
    cluster.run_until(15_000)
    assert replicas_of(cluster) == 3  # ceil(2 * 150 / 100)
    assert told(cluster, "SuccessfulRescale") == ["New size: 3; reason: Ingress metric hits above target"]


def test_behavior_slows_down_and_speeds_up() -> None:
    """Every 60 s one Pod less, as soon as asked; and as fast as wanted upwards."""
    behavior = {
        "scaleDown": {
            "stabilizationWindowSeconds": 0,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
        },
        "scaleUp": {"policies": [{"type": "Percent", "value": 900, "periodSeconds": 15}]},
    }
    cluster = cluster_with(
        deployment(replicas=2), autoscaler(external("queue", averageValue="10"), high=20, behavior=behavior)
    )
    metrics = metrics_of(cluster)
    metrics.define("queue", 120_000)
    cluster.run_until(15_000)
    assert replicas_of(cluster) == 12
    cluster.run_until(90_000)
    metrics.define("queue", 0)
    sizes = []
    for second in (105, 120, 135, 150, 165, 225):
        cluster.run_until(second * 1000)
        sizes.append(replicas_of(cluster))
    assert sizes == [11, 11, 11, 11, 10, 9]
    assert conditions(cluster)["ScalingLimited"] == ("True", "ScaleDownLimit")


def test_a_snapshot_has_the_same_future() -> None:
    cluster = cluster_with(deployment(), autoscaler())
    cluster.run_until(60_000)
    cluster.act("load", target="web", cpu=1280)
    cluster.run_until(95_000)
    other = Cluster.restore(cluster.snapshot())
    for each in (cluster, other):
        each.run_until(200_000)
    assert other.objects("HorizontalPodAutoscaler") == cluster.objects("HorizontalPodAutoscaler")
    assert other.objects("Event") == cluster.objects("Event")
