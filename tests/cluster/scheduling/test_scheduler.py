"""The scheduler in a whole cluster: pkg/scheduler/schedule_one.go, backend/queue."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.objects import Ref
from learn.cluster.pods import condition
from learn.cluster.scheduling.backoff import Happening, backoff_ms, helps
from tests.cluster.scheduling.builders import Obj

IMAGE = "example.com/web:1.0"


def manifest(name: str, *, cpu: str = "", labels: Obj | None = None, **spec: Any) -> Obj:
    container: Obj = {"name": "app", "image": IMAGE}
    if cpu:
        container["resources"] = {"requests": {"cpu": cpu}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or {}},
            "spec": {"containers": [container], **spec}}  # fmt: skip


def priority_class(cluster: Cluster, name: str, value: int) -> None:
    cluster.create(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": name},
            "value": value,
        }
    )


def node_of(cluster: Cluster, name: str) -> str:
    return str(cluster.get("Pod", name)["spec"].get("nodeName", ""))


def scheduled(cluster: Cluster, name: str) -> Obj:
    found = condition(cluster.get("Pod", name), "PodScheduled")
    assert found is not None
    return found


def events(cluster: Cluster, reason: str) -> list[Obj]:
    return [event for event in cluster.objects("Event") if event["reason"] == reason]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"cpu": "5"}, "3 Insufficient cpu"),
        ({"nodeSelector": {"disk": "ssd"}}, "3 node(s) didn't match Pod's node affinity/selector"),
        (
            {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}]}}},
            "3 node(s) didn't match pod affinity rules",
        ),
        (
            {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule",
                                            "labelSelector": {"matchLabels": {"app": "db"}}}]},
            "3 node(s) didn't match pod topology spread constraints (missing required label)",
        ),
    ],
)  # fmt: skip
def test_a_pending_pod_says_why(spec: dict[str, Any], text: str) -> None:
    cluster = Cluster()
    cluster.create(manifest("web", **spec))
    cluster.run_for(1_000)
    told = scheduled(cluster, "web")
    assert (told["status"], told["reason"]) == ("False", "Unschedulable")
    assert told["message"].startswith(
        f"0/3 nodes are available: {text}. preemption: 0/3 nodes are available: 3 "
    )
    assert events(cluster, "FailedScheduling")[0]["message"] == told["message"]


def test_the_trace_explains_every_node_once() -> None:
    cluster = Cluster(nodes=[{"taints": [{"key": "k", "effect": "NoSchedule"}]}, {}, {"cpu": "1"}])
    cluster.create(manifest("web", cpu="5"))
    cluster.run_for(3_600_000)
    ref = Ref("Pod", "default", "web")
    decisions = cluster.trace.of(ref, "decision")
    assert [entry.data["rule"] for entry in decisions] == ["TaintToleration", "NodeResourcesFit", "schedule"]
    fit = decisions[1]
    assert fit.field == "spec.containers[0].resources.requests.cpu"
    assert fit.data["nodes"]["node-3"] == {"cpu": {"requested": 5000, "free": 1000, "allocatable": 1000}}
    told = next(entry for entry in cluster.trace.of(ref, "status"))
    chain = [entry.change for entry in cluster.trace.why(told)]
    assert chain[:2] == ["status", "decision"]
    assert "action" in chain


def test_a_pod_is_tried_again_when_something_helps() -> None:
    """A node with the label comes while the Pod rests; it is tried when the back-off is over."""
    cluster = Cluster()
    cluster.create(manifest("web", nodeSelector={"disk": "ssd"}))
    cluster.run_for(200)
    node = cluster.get("Node", "node-2")
    labels = {**node["metadata"]["labels"], "disk": "ssd"}
    cluster.update({**node, "metadata": {**node["metadata"], "labels": labels}})
    cluster.run_for(799)
    assert node_of(cluster, "web") == ""
    cluster.run_for(1)
    assert node_of(cluster, "web") == "node-2"


def test_without_an_event_it_takes_five_minutes() -> None:
    cluster = Cluster()
    cluster.create(manifest("web", cpu="5"))
    cluster.run_for(299_000)
    assert events(cluster, "FailedScheduling")[0]["count"] == 1
    cluster.run_for(1_000)
    assert events(cluster, "FailedScheduling")[0]["count"] == 2


def test_more_important_pods_go_first_and_evict() -> None:
    cluster = Cluster(nodes=1)
    cluster.create(manifest("low", cpu="3", terminationGracePeriodSeconds=5))
    cluster.run_for(10_000)
    priority_class(cluster, "vip", 1000)
    cluster.create(manifest("high", cpu="3", priorityClassName="vip"))
    cluster.run_for(1_000)
    past = [version.obj or {} for version in cluster.trace.versions(Ref("Pod", "default", "high"))]
    assert {each["status"].get("nominatedNodeName", "") for each in past} == {"", "node-1"}
    assert any("deletionTimestamp" in (version.obj or {})["metadata"]
               for version in cluster.trace.versions(Ref("Pod", "default", "low"))[:-1])  # fmt: skip
    uid = cluster.get("Pod", "high")["metadata"]["uid"]
    assert events(cluster, "Preempted")[0]["message"] == f"Preempted by pod {uid} on node node-1"
    assert events(cluster, "FailedScheduling")[0]["message"] == "0/1 nodes are available: 1 Insufficient cpu."
    cluster.run_for(10_000)
    assert node_of(cluster, "high") == "node-1"


def test_equal_priority_waits_in_order() -> None:
    cluster = Cluster(nodes=1)
    cluster.stop("kube-scheduler")
    priority_class(cluster, "vip", 10)
    for name, more in (("a", {}), ("b", {"priorityClassName": "vip"}), ("c", {})):
        cluster.create(manifest(name, cpu="2", **more))
        cluster.run_for(100)
    assert condition(cluster.get("Pod", "a"), "PodScheduled") is None
    cluster.resume("kube-scheduler")
    cluster.run_for(100)
    assert [node_of(cluster, name) for name in "abc"] == ["node-1", "node-1", ""]


def test_gates_keep_a_pod_out_of_the_queue() -> None:
    cluster = Cluster()
    cluster.create(manifest("web", schedulingGates=[{"name": "example.com/wait"}]))
    cluster.run_for(1_000)
    assert scheduled(cluster, "web")["reason"] == "SchedulingGated"
    assert events(cluster, "FailedScheduling") == []
    gated = cluster.get("Pod", "web")
    cluster.update(
        {**gated, "spec": {key: value for key, value in gated["spec"].items() if key != "schedulingGates"}}
    )
    cluster.run_for(1_000)
    assert node_of(cluster, "web") == "node-1"


def test_pods_of_another_scheduler_are_left_alone() -> None:
    cluster = Cluster()
    cluster.create(manifest("web", schedulerName="mine"))
    cluster.run_for(1_000)
    assert node_of(cluster, "web") == ""
    assert condition(cluster.get("Pod", "web"), "PodScheduled") is None


def test_a_snapshot_has_the_same_future() -> None:
    cluster = Cluster(nodes=1)
    cluster.create(manifest("low", cpu="3", terminationGracePeriodSeconds=5))
    cluster.create(manifest("stuck", nodeSelector={"a": "b"}))
    cluster.run_for(10_000)
    priority_class(cluster, "vip", 1000)
    cluster.create(manifest("high", cpu="3", priorityClassName="vip"))
    cluster.run_for(500)
    other = Cluster.restore(cluster.snapshot())
    for each in (cluster, other):
        each.run_for(400_000)
    assert other.objects("Pod") == cluster.objects("Pod")
    assert other.objects("Event") == cluster.objects("Event")


def test_backoff() -> None:
    assert [backoff_ms(attempts) for attempts in range(1, 7)] == [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]


@pytest.mark.parametrize(
    ("plugins", "happening", "is_worth_it"),
    [
        (["NodeResourcesFit"], Happening.POD_LEFT, True),
        (["NodeResourcesFit"], Happening.POD_CAME, False),
        (["NodeAffinity"], Happening.NODE_LABEL, True),
        (["NodeAffinity"], Happening.NODE_TAINT, False),
        (["NodeAffinity", "TaintToleration"], Happening.NODE_TAINT, True),
        (["InterPodAffinity"], Happening.POD_CAME, True),
        (["VolumeBinding"], Happening.STORAGE, True),
        (["TaintToleration"], Happening.NODE_ADDED, True),
        ([], Happening.POD_CAME, True),
    ],
)
def test_what_is_worth_a_new_try(plugins: list[str], happening: Happening, is_worth_it: bool) -> None:
    assert helps(plugins, happening) is is_worth_it
