"""pkg/controller/disruption/disruption.go, pkg/registry/core/pod/storage/eviction.go."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.disruption import budget, may_evict
from learn.cluster.errors import ApiError
from learn.cluster.objects import Ref

Obj = dict[str, Any]


@pytest.mark.parametrize(
    ("spec", "healthy", "replicas", "desired", "allowed"),
    [
        ({"minAvailable": 2}, 3, 3, 2, 1),
        ({"minAvailable": 3}, 3, 3, 3, 0),
        ({"minAvailable": 5}, 3, 3, 5, 0),
        ({"minAvailable": 0}, 3, 3, 0, 3),
        ({"minAvailable": "50%"}, 3, 3, 2, 1),  # 1.5 is rounded up
        ({"minAvailable": "28%"}, 10, 10, 3, 7),
        ({"minAvailable": "100%"}, 3, 3, 3, 0),
        ({"maxUnavailable": 1}, 3, 3, 2, 1),
        ({"maxUnavailable": 1}, 2, 3, 2, 0),
        ({"maxUnavailable": 0}, 3, 3, 3, 0),
        ({"maxUnavailable": 9}, 3, 3, 0, 3),
        ({"maxUnavailable": "30%"}, 10, 10, 7, 3),
        ({"maxUnavailable": "25%"}, 7, 7, 5, 2),  # 1.75 is rounded up, too
        ({"maxUnavailable": 1}, 5, 3, 2, 3),
        ({"minAvailable": 1}, 0, 0, 1, 0),
    ],
)
def test_how_many_pods_may_be_disrupted(
    spec: Obj, healthy: int, replicas: int, desired: int, allowed: int
) -> None:
    counted = budget(spec, healthy=healthy, pods=replicas, scale=lambda: replicas)
    assert (counted.desired, counted.allowed) == (desired, allowed)


def pod(*, ready: bool = True, phase: str = "Running", **meta: Any) -> Obj:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    return {
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "default", **meta},
        "status": {"phase": phase, "conditions": conditions},
    }


def pdb(*, allowed: int = 1, healthy: int = 3, desired: int = 2, observed: int = 1, **spec: Any) -> Obj:
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "b", "namespace": "default", "generation": 1},
        "spec": spec,
        "status": {"disruptionsAllowed": allowed, "currentHealthy": healthy, "desiredHealthy": desired, "observedGeneration": observed},
    }  # fmt: skip


ALWAYS = {"unhealthyPodEvictionPolicy": "AlwaysAllow"}


@pytest.mark.parametrize(
    ("evicted", "budgets", "outcome"),
    [
        (pod(), [], "free"),
        (pod(), [pdb()], "used"),
        (pod(), [pdb(allowed=0)], 429),
        (pod(), [pdb(observed=0)], 429),
        (pod(), [pdb(), pdb()], 500),
        # A Pod that runs no more, or not yet, disturbs nobody.
        (pod(phase="Succeeded"), [pdb(allowed=0)], "free"),
        (pod(phase="Pending"), [pdb(allowed=0)], "free"),
        (pod(deletionTimestamp="x"), [pdb(allowed=0)], "free"),
        # IfHealthyBudget: a Pod that is not Ready goes only while the others are enough.
        (pod(ready=False), [pdb(allowed=0, healthy=2, desired=2)], "free"),
        (pod(ready=False), [pdb(allowed=0, healthy=1, desired=2)], 429),
        (pod(ready=False), [pdb(allowed=0, healthy=0, desired=0)], 429),
        (pod(ready=False), [pdb(allowed=0, healthy=1, desired=2, **ALWAYS)], "free"),
        (pod(), [pdb(allowed=0, **ALWAYS)], 429),
    ],
)
def test_evictions(evicted: Obj, budgets: list[Obj], outcome: str | int) -> None:
    if isinstance(outcome, str):
        used = may_evict(evicted, budgets)
        assert ("used" if used else "free") == outcome
        return
    with pytest.raises(ApiError) as refused:
        may_evict(evicted, budgets)
    assert refused.value.code == outcome


def test_the_words_of_a_refusal() -> None:
    with pytest.raises(ApiError) as refused:
        may_evict(pod(), [pdb(allowed=0)])
    assert refused.value.message == "Cannot evict pod as it would violate the pod's disruption budget."


def web(replicas: int = 3) -> Obj:
    container = {"name": "app", "image": "example.com/web:1.0",
                 "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}}  # fmt: skip
    labels = {"app": "web"}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}},
    }  # fmt: skip


def guarded(**spec: Any) -> Cluster:
    cluster = Cluster()
    cluster.create(web())
    body = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    cluster.create(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": body}
    )
    cluster.run_for(20_000)
    return cluster


def counts(cluster: Cluster) -> tuple[int, int, int, int]:
    status = cluster.get("PodDisruptionBudget", "web")["status"]
    return (
        status["currentHealthy"],
        status["desiredHealthy"],
        status["expectedPods"],
        status["disruptionsAllowed"],
    )


def test_the_status_follows_the_pods() -> None:
    cluster = guarded(maxUnavailable="50%")
    assert counts(cluster) == (3, 1, 3, 2)
    cluster.scale("Deployment", "web", 5)
    cluster.run_for(20_000)
    assert counts(cluster) == (5, 2, 5, 3)
    condition = cluster.get("PodDisruptionBudget", "web")["status"]["conditions"][0]
    assert (condition["type"], condition["status"], condition["reason"]) == (
        "DisruptionAllowed",
        "True",
        "SufficientPods",
    )


def test_an_eviction_uses_up_the_budget_until_a_new_pod_is_ready() -> None:
    cluster = guarded(minAvailable=2)
    first, second = (Ref("Pod", "default", p["metadata"]["name"]) for p in cluster.objects("Pod")[:2])
    cluster.api.evict(first)
    with pytest.raises(ApiError, match="disruption budget"):
        cluster.api.evict(second)
    cluster.run_for(20_000)
    cluster.api.evict(second)


def test_a_drain_waits_for_the_budget() -> None:
    """With two Pods on the node and one disruption at a time, the second goes when the first has a successor."""
    cluster = guarded(maxUnavailable=1)
    cluster.scale("Deployment", "web", 6)
    cluster.run_for(30_000)
    node = cluster.objects("Pod")[0]["spec"]["nodeName"]
    cluster.act("drain", node=node)
    cluster.run_for(1_000)
    here = [
        p
        for p in cluster.objects("Pod")
        if p["spec"].get("nodeName") == node and "deletionTimestamp" not in p["metadata"]
    ]
    assert len(here) == 1
    cluster.run_for(60_000)
    assert [p for p in cluster.objects("Pod") if p["spec"].get("nodeName") == node] == []
    assert counts(cluster)[0] == 6


def test_a_budget_without_slack_blocks_a_drain_for_ever() -> None:
    cluster = guarded(minAvailable=3)
    node = cluster.objects("Pod")[0]["spec"]["nodeName"]
    cluster.act("drain", node=node)
    cluster.run_for(600_000)
    assert any(p["spec"].get("nodeName") == node for p in cluster.objects("Pod"))
    told = [e for e in cluster.trace.find("decision") if e.data["rule"] == "eviction"]
    assert told[0].field == "spec.minAvailable"
    assert (told[0].data["healthy"], told[0].data["desired"]) == (3, 3)
    assert len(told) < 5


def test_percentages_need_a_controller() -> None:
    cluster = Cluster()
    cluster.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare", "labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "app", "image": "example.com/web:1.0"}]}})  # fmt: skip
    body = {"selector": {"matchLabels": {"app": "web"}}, "maxUnavailable": "50%"}
    cluster.create(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": body}
    )
    cluster.run_for(10_000)
    assert counts(cluster) == (1, 0, 0, 0)
    assert any(event["reason"] == "UnmanagedPods" for event in cluster.objects("Event"))


def test_a_budget_without_a_spec_guards_nothing() -> None:
    """policy/v1: a null selector matches no Pods."""
    cluster = Cluster()
    cluster.apply(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": None}
    )
    cluster.run_for(10_000)
    found = cluster.get("PodDisruptionBudget", "b")
    assert (found["spec"], found["status"]["expectedPods"]) == ({}, 0)
