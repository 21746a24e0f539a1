"""In-place resize: pkg/kubelet/allocation/allocation_manager.go, KEP-1287."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.resize import needs_restart, verdict
from learn.cluster.errors import ApiError
from learn.cluster.objects import Ref
from learn.cluster.scheduling.nodeinfo import Snapshot
from tests.cluster.scheduling.builders import info, node, pod

Obj = dict[str, Any]
GI = 1024**3


@pytest.mark.parametrize(
    ("requests", "used", "reason", "message"),
    [
        ({"cpu": "2"}, "1", "", ""),
        ({"cpu": "3"}, "1", "", ""),
        (
            {"cpu": "3500m"}, "1", "Deferred",
            "Node didn't have enough resource: cpu, requested: 3500, used: 1000, capacity: 4000",
        ),
        ({"cpu": "5"}, "1", "Infeasible", "Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"),
        (
            {"cpu": "5", "memory": "9Gi"}, "1", "Infeasible",
            f"Node didn't have enough capacity: memory, requested: {9 * GI}, capacity: {8 * GI}",
        ),
    ],
)  # fmt: skip
def test_what_a_node_answers(requests: Obj, used: str, reason: str, message: str) -> None:
    snapshot = Snapshot.of([node("a")], [pod("other", on="a", requests={"cpu": used})])
    assert verdict(info(requests=requests), snapshot.nodes["a"]) == (reason, message)


POLICY = [
    {"resourceName": "cpu", "restartPolicy": "NotRequired"},
    {"resourceName": "memory", "restartPolicy": "RestartContainer"},
]


@pytest.mark.parametrize(
    ("after", "restarts"),
    [
        ({"requests": {"cpu": "2", "memory": "1Gi"}}, False),
        ({"requests": {"cpu": "1", "memory": "2Gi"}}, True),
        ({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}, True),
        ({"requests": {"cpu": "1", "memory": "1Gi"}}, False),
    ],
)
def test_which_changes_restart_a_container(after: Obj, restarts: bool) -> None:
    before = {"requests": {"cpu": "1", "memory": "1Gi"}}
    assert needs_restart({"name": "app", "resources": after, "resizePolicy": POLICY}, before) is restarts
    assert needs_restart({"name": "app", "resources": after}, before) is False


def amounts(cpu: str, memory: str = "256Mi") -> Obj:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": cpu, "memory": memory}}


def cluster_with_calc() -> Cluster:
    cluster = Cluster(nodes=1)
    container = {
        "name": "app",
        "image": "example.com/web:1.0",
        "resources": amounts("500m"),
        "resizePolicy": POLICY,
    }
    cluster.create(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "calc"}, "spec": {"containers": [container]}}
    )
    cluster.run_for(10_000)
    return cluster


def resize(cluster: Cluster, resources: Obj) -> None:
    patch = {"spec": {"containers": [{"name": "app", "resources": resources}]}}
    cluster.api.patch(Ref("Pod", "default", "calc"), patch, subresource="resize")
    cluster.run_for(10_000)


def shown(cluster: Cluster) -> tuple[str, int, list[str]]:
    status = cluster.get("Pod", "calc")["status"]
    container = status["containerStatuses"][0]
    pending = [c["reason"] for c in status["conditions"] if c["type"] == "PodResizePending"]
    return (container["resources"]["requests"]["cpu"], container["restartCount"], pending)


def test_cpu_changes_without_a_restart_and_memory_with_one() -> None:
    cluster = cluster_with_calc()
    resize(cluster, amounts("800m"))
    assert shown(cluster) == ("800m", 0, [])
    assert cluster.get("Pod", "calc")["status"]["qosClass"] == "Guaranteed"
    resize(cluster, amounts("800m", "512Mi"))
    assert shown(cluster) == ("800m", 1, [])


def test_what_no_node_can_give_changes_nothing() -> None:
    cluster = cluster_with_calc()
    resize(cluster, amounts("100"))
    assert shown(cluster) == ("500m", 0, ["Infeasible"])
    assert cluster.get("Pod", "calc")["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "100"
    resize(cluster, amounts("600m"))
    assert shown(cluster) == ("600m", 0, [])


def test_a_deferred_resize_is_done_when_there_is_room() -> None:
    cluster = cluster_with_calc()
    other = {"name": "app", "image": "example.com/web:1.0", "resources": {"requests": {"cpu": "3"}}}
    cluster.create(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "other"}, "spec": {"containers": [other]}}
    )
    cluster.run_for(10_000)
    resize(cluster, amounts("2"))
    assert shown(cluster) == ("500m", 0, ["Deferred"])
    cluster.delete("Pod", "other")
    cluster.run_for(60_000)
    assert shown(cluster) == ("2", 0, [])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"resources": {"limits": {"cpu": "1"}}}, "Pod QOS Class may not change as a result of resizing"),
        (
            {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
            "must be less than or equal to cpu limit of 1",
        ),
        ({"image": "example.com/web:2.0"}, "only cpu and memory resources are mutable"),
    ],
)
def test_what_a_resize_may_not_change(change: Obj, words: str) -> None:
    """apis/core/validation, ValidatePodResize."""
    cluster = cluster_with_calc()
    before = cluster.get("Pod", "calc")
    patch = {"spec": {"containers": [{"name": "app", **change}]}}
    with pytest.raises(ApiError) as error:
        cluster.api.patch(Ref("Pod", "default", "calc"), patch, subresource="resize")
    assert words in error.value.message
    assert cluster.get("Pod", "calc") == before
