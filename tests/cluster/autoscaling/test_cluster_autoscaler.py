"""kubernetes/autoscaler cluster-autoscaler: FAQ.md, estimator/binpacking_estimator.go, simulator/drainability."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.autoscaling.nodegroups import (
    Group,
    blocks_removal,
    keeps_node,
    no_scale_up_text,
    pack,
    scale_up,
)
from learn.cluster.cluster import Cluster
from learn.cluster.scheduling.nodeinfo import Snapshot, pod_info
from tests.cluster.scheduling.builders import node, pod

Obj = dict[str, Any]
OWNED = {"ownerReferences": [{"kind": "ReplicaSet", "name": "web", "uid": "u", "controller": True}]}


def group(name: str = "pool", *, size: int = 0, maximum: int = 10, **template: Any) -> Group:
    return Group(name=name, size=size, minimum=0, maximum=maximum, template=node(f"{name}-0", **template))


@pytest.mark.parametrize(
    ("cpus", "room", "nodes", "helped"),
    [
        (["1500m"] * 6, 10, 3, 6),  # two of 1.5 on each node of 4
        (["1500m"] * 6, 2, 2, 4),
        (["3", "1", "1", "3"], 10, 2, 4),
        (["5"], 10, 0, 0),
        ([], 10, 0, 0),
    ],
)
def test_packing(cpus: list[str], room: int, nodes: int, helped: int) -> None:
    pods = [pod_info(pod(f"p{i}", requests={"cpu": cpu})) for i, cpu in enumerate(cpus)]
    count, found, reasons = pack(pods, group(), Snapshot.of([]), room)
    assert (count, len(found)) == (nodes, helped)
    assert len(reasons) == len(pods) - helped


def test_the_reasons_of_every_group_are_counted() -> None:
    picky = pod_info(pod("p", requests={"cpu": "6"}))
    found = scale_up(
        [picky], [group("a"), group("b"), group("c", cpu="8", size=1, maximum=1)], Snapshot.of([])
    )
    assert found.group is None
    assert no_scale_up_text(found.unhelped[picky.uid]) == (
        "pod didn't trigger scale-up: 2 Insufficient cpu, 1 max node group size reached"
    )


def test_the_group_with_the_least_waste_grows() -> None:
    pods = [pod_info(pod(f"p{i}", requests={"cpu": "3", "memory": "6Gi"})) for i in range(2)]
    found = scale_up(pods, [group("big", cpu="32", memory="64Gi"), group("fitting")], Snapshot.of([]))
    assert found.group is not None
    assert (found.group.name, found.count) == ("fitting", 2)


@pytest.mark.parametrize(
    ("guest", "why"),
    [
        (pod("p", meta=OWNED), ""),
        (pod("p"), "not replicated"),
        (pod("p", meta={"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "true"}}), ""),
        (
            pod(
                "p",
                meta={**OWNED, "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}},
            ),
            "not safe to evict annotation present",
        ),
        (pod("p", meta=OWNED, volumes=[{"name": "v", "emptyDir": {}}]), "local storage requested"),
        (
            pod("p", meta=OWNED, namespace="kube-system"),
            "non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present",
        ),
        (pod("p", meta=OWNED, labels={"app": "db"}), "not enough pod disruption budget to move pod"),
    ],
)
def test_what_blocks_a_removal(guest: Obj, why: str) -> None:
    budget = {
        "metadata": {"namespace": "default", "name": "b"},
        "spec": {"selector": {"matchLabels": {"app": "db"}}},
        "status": {"disruptionsAllowed": 0},
    }
    assert blocks_removal(pod_info(guest), [budget]) == why


@pytest.mark.parametrize(
    ("here", "there", "is_kept"),
    [
        ("1900m", "2", False),
        ("2", "0", True),  # 50 % is not below the threshold
        ("1900m", "2200m", True),  # no room for it elsewhere
    ],
)
def test_which_nodes_are_not_needed(here: str, there: str, is_kept: bool) -> None:
    pods = [pod("p", on="a", requests={"cpu": here}, meta=OWNED), pod("q", on="b", requests={"cpu": there})]
    snapshot = Snapshot.of([node("a"), node("b")], pods)
    assert bool(keeps_node(snapshot.nodes["a"], snapshot, [])) is is_kept


# -- whole runs --------------------------------------------------------------------------------------


def deployment(replicas: int, cpu: str = "1500m", **spec: Any) -> Obj:
    labels = {"app": "web"}
    container = {"name": "app", "image": "example.com/web:1.0", "resources": {"requests": {"cpu": cpu}}}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], **spec}}},
    }  # fmt: skip


def cluster_with_pool(**options: Any) -> Cluster:
    cluster = Cluster(nodes=[{"cpu": "1"}, {"cpu": "1"}, {"cpu": "500m"}])
    cluster.act("nodeGroup", name="pool", **{"maximum": 5, "cpu": "4", "memory": "8Gi", **options})
    return cluster


def running(cluster: Cluster) -> int:
    return sum(pod["status"]["phase"] == "Running" for pod in cluster.objects("Pod"))


def pool(cluster: Cluster) -> list[str]:
    return [
        each["metadata"]["name"]
        for each in cluster.objects("Node")
        if "node-group" in each["metadata"]["labels"]
    ]


def told(cluster: Cluster, reason: str) -> list[str]:
    return [event["message"] for event in cluster.objects("Event") if event["reason"] == reason]


def test_pods_without_room_get_nodes_a_minute_later() -> None:
    """Six Pods of 1.5 CPU, nothing free: three nodes of 4 CPU, two Pods on each."""
    cluster = cluster_with_pool()
    cluster.create(deployment(6))
    cluster.run_until(69_000)
    assert (running(cluster), pool(cluster)) == (0, [])
    cluster.run_until(80_000)
    assert running(cluster) == 6
    assert pool(cluster) == ["pool-1", "pool-2", "pool-3"]
    assert set(told(cluster, "TriggeredScaleUp")) == {"pod triggered scale-up: [{pool 0->3 (max: 5)}]"}


def test_a_pod_that_fits_no_kind_of_node_adds_none() -> None:
    cluster = cluster_with_pool()
    cluster.create(deployment(1, cpu="6"))
    cluster.run_until(300_000)
    assert pool(cluster) == []
    assert told(cluster, "NotTriggerScaleUp") == ["pod didn't trigger scale-up: 1 Insufficient cpu"]


def test_nodes_go_after_ten_minutes_without_need() -> None:
    cluster = cluster_with_pool()
    cluster.create(deployment(2))
    cluster.run_until(80_000)
    assert pool(cluster) == ["pool-1"]
    cluster.scale("Deployment", "web", 0)
    cluster.run_until(670_000)
    assert pool(cluster) == ["pool-1"]
    cluster.run_until(720_000)
    assert pool(cluster) == []
    assert told(cluster, "ScaleDown") == ["marked the node as toBeDeleted/unschedulable"]


def test_a_group_keeps_its_minimum() -> None:
    cluster = cluster_with_pool(minimum=1)
    cluster.create(deployment(6))
    cluster.run_until(80_000)
    cluster.scale("Deployment", "web", 0)
    cluster.run_until(3_600_000)
    assert len(pool(cluster)) == 1


def test_load_becomes_replicas_becomes_nodes() -> None:
    """Usage rises, the HPA asks for more Pods, these are Pending, nodes come, and the Pods run."""
    cluster = Cluster(nodes=[{"cpu": "2"}])
    cluster.act("nodeGroup", name="pool", maximum=5, cpu="4", memory="8Gi")
    cluster.create(deployment(1, cpu="1"))
    cluster.create({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"maxReplicas": 8, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                 "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                              "target": {"type": "Utilization", "averageUtilization": 50}}}]},
    })  # fmt: skip
    cluster.run_until(60_000)
    cluster.act("load", target="web", cpu=3000)
    cluster.run_until(110_000)
    assert cluster.get("Deployment", "web")["spec"]["replicas"] > 2
    assert (running(cluster), pool(cluster)) == (2, [])
    cluster.run_until(300_000)
    assert running(cluster) == cluster.get("Deployment", "web")["spec"]["replicas"]
    assert len(pool(cluster)) in (1, 2)


@pytest.mark.parametrize("at_ms", [5_000, 30_000, 75_000, 500_000])
def test_a_snapshot_has_the_same_future(at_ms: int) -> None:
    cluster = cluster_with_pool()
    cluster.create(deployment(6))
    cluster.run_until(at_ms)
    other = Cluster.restore(cluster.snapshot())
    for each in (cluster, other):
        each.run_until(600_000)
        each.scale("Deployment", "web", 0)
        each.run_until(1_500_000)
    for kind in ("Node", "Pod", "Event"):
        assert other.objects(kind) == cluster.objects(kind)
