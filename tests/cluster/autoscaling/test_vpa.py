"""kubernetes/autoscaler vertical-pod-autoscaler: recommender, updater and admission controller."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.api.quantity import Quantity
from learn.cluster.autoscaling.recommendation import (
    FIRST_CPU,
    FIRST_MEMORY,
    add_cpu,
    add_memory,
    add_oom,
    bucket_of,
    bucket_start,
    confidence,
    new_aggregate,
    percentile,
    proportional_limit,
    quantities,
    recommend,
)
from learn.cluster.autoscaling.vertical import needs_update, with_recommendation
from learn.cluster.cluster import Cluster

Obj = dict[str, Any]
MINUTE = 60_000
GI = 1024**3
MI = 1024**2


def test_buckets_grow_by_five_percent() -> None:
    """util/histogram_options.go: an exponential histogram"""
    assert bucket_start(0, FIRST_CPU) == 0
    assert bucket_start(1, FIRST_CPU) == pytest.approx(0.01)
    assert bucket_start(2, FIRST_CPU) == pytest.approx(0.0205)
    for value in (0.009, 0.01, 0.5, 3.0):
        bucket = bucket_of(value, FIRST_CPU)
        assert bucket_start(bucket, FIRST_CPU) <= value < bucket_start(bucket + 1, FIRST_CPU)


def test_percentiles_give_the_upper_end_of_a_bucket() -> None:
    assert percentile({}, 0.9, FIRST_CPU) == 0
    assert percentile({"0": 9.0, "3": 1.0}, 0.9, FIRST_CPU) == pytest.approx(bucket_start(1, FIRST_CPU))
    assert percentile({"0": 8.9, "3": 1.1}, 0.9, FIRST_CPU) == pytest.approx(bucket_start(4, FIRST_CPU))


def observed(cores: float, memory: float, minutes: int) -> Obj:
    aggregate = new_aggregate()
    for minute in range(minutes):
        add_cpu(aggregate, cores, 0.1, minute * MINUTE)
        add_memory(aggregate, "p", memory, minute * MINUTE)
    return aggregate


def test_an_idle_container_gets_the_least_amounts() -> None:
    found = recommend(observed(0.001, 1e6, 10), 1)
    assert quantities(found.target) == {"cpu": "25m", "memory": "262144k"}
    assert recommend(observed(0.001, 1e6, 10), 2).target.cpu == 12


def test_a_busy_container_gets_its_use_and_fifteen_percent() -> None:
    found = recommend(observed(0.5, 2 * GI, 2 * 24 * 60), 1)
    assert 0.5 * 1150 <= found.target.cpu <= 0.5 * 1150 * 1.06
    assert 2 * GI * 1.15 <= found.target.memory <= 2 * GI * 1.15 * 1.06
    assert found.lower.cpu <= found.target.cpu <= found.upper.cpu


def test_bounds_narrow_with_confidence() -> None:
    few, many = observed(0.5, GI, 10), observed(0.5, GI, 3 * 24 * 60)
    assert confidence(few) == pytest.approx(9 / (24 * 60))
    assert recommend(few, 1).upper.cpu > 50 * recommend(many, 1).upper.cpu
    assert recommend(few, 1).lower.cpu < recommend(many, 1).lower.cpu


def test_only_the_peak_of_a_day_counts_for_memory() -> None:
    aggregate = new_aggregate()
    for minute, used in enumerate((1e8, 5e8, 2e8)):
        add_memory(aggregate, "p", used, minute * MINUTE)
    assert list(aggregate["memory"]) == [str(bucket_of(5e8, FIRST_MEMORY))]
    add_memory(aggregate, "p", 2e8, 25 * 60 * MINUTE)
    assert len(aggregate["memory"]) == 2


def test_an_oom_kill_asks_for_more() -> None:
    aggregate = new_aggregate()
    add_oom(aggregate, "p", GI, 0)
    assert recommend(aggregate, 1).target.memory >= 1.2 * GI


@pytest.mark.parametrize(
    ("requested", "seen", "needed"),
    [
        # model/container.go RecordOOM: the larger of request and peak, and 20 % or 100 MiB on top.
        (64 * MI, None, 164 * MI),
        (GI, None, 1.2 * GI),
        (64 * MI, 2 * GI, 2.4 * GI),
        (GI, 0.5 * GI, 1.2 * GI),
        (0, None, 100 * MI),
    ],
)
def test_what_a_killed_container_is_taken_to_need(requested: int, seen: float | None, needed: float) -> None:
    aggregate = new_aggregate()
    if seen is not None:
        add_memory(aggregate, "p", seen, 0)
    add_oom(aggregate, "p", requested, MINUTE)
    assert list(aggregate["memory"]) == [str(bucket_of(needed, FIRST_MEMORY))]
    add_oom(aggregate, "p", requested, 2 * MINUTE)
    assert list(aggregate["memory"]) == [str(bucket_of(needed, FIRST_MEMORY))]


@pytest.mark.parametrize(
    ("limit", "asked", "target", "expected"),
    [("1", "500m", "250m", "500m"), ("1", None, "250m", "250m"), ("500m", "500m", "1", "1")],
)
def test_limits_keep_their_ratio(limit: str, asked: str | None, target: str, expected: str) -> None:
    """util/limits_and_requests.go getProportionalLimit"""
    before = Quantity.parse(asked) if asked else None
    assert str(proportional_limit(Quantity.parse(limit), before, Quantity.parse(target), -3)) == expected


def test_requests_only_leaves_limits_alone() -> None:
    container = {"name": "app", "resources": {"requests": {"cpu": "500m"}, "limits": {"cpu": "1"}}}
    target = {"cpu": Quantity.parse("250m")}
    both = with_recommendation(container, target, {})["resources"]
    assert both == {"requests": {"cpu": "250m"}, "limits": {"cpu": "500m"}}
    alone = with_recommendation(container, target, {"controlledValues": "RequestsOnly"})["resources"]
    assert alone == {"requests": {"cpu": "250m"}, "limits": {"cpu": "1"}}


@pytest.mark.parametrize(
    ("asked", "age_hours", "is_due"),
    [
        ("100m", 0, False),
        ("40m", 0, True),
        ("900m", 0, True),
        ("150m", 0, False),
        ("150m", 13, True),
        ("105m", 13, False),
    ],
)
def test_which_pods_are_made_anew(asked: str, age_hours: int, is_due: bool) -> None:
    vpa = {"status": {"recommendation": {"containerRecommendations": [{
        "containerName": "app", "lowerBound": {"cpu": "50m"}, "target": {"cpu": "100m"}, "upperBound": {"cpu": "800m"},
    }]}}}  # fmt: skip
    pod = {"spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": asked}}}]}}
    assert bool(needs_update(vpa, pod, age_hours * 3_600_000)) is is_due


# -- whole runs --------------------------------------------------------------------------------------


def cluster_with(mode: str, *, replicas: int = 2, cpu: str = "1", **spec: Any) -> Cluster:
    cluster = Cluster()
    labels = {"app": "web"}
    container = {"name": "app", "image": "example.com/web:1.0",
                 "resources": {"requests": {"cpu": cpu, "memory": "64Mi"}, "limits": {"cpu": "2"}}}  # fmt: skip
    cluster.create({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}},
    })  # fmt: skip
    cluster.create({
        "apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                 "updatePolicy": {"updateMode": mode}, **spec},
    })  # fmt: skip
    return cluster


def requests(cluster: Cluster) -> list[str]:
    return [pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] for pod in cluster.objects("Pod")]


def restarts_and_evictions(cluster: Cluster) -> int:
    return sum(event["reason"] in ("EvictedByVPA", "Killing") for event in cluster.objects("Event"))


def test_off_only_recommends() -> None:
    cluster = cluster_with("Off")
    cluster.run_until(300_000)
    status = cluster.get("VerticalPodAutoscaler", "web")["status"]
    found = status["recommendation"]["containerRecommendations"][0]
    assert (found["containerName"], found["target"]) == ("app", {"cpu": "25m", "memory": "262144k"})
    assert {c["type"]: c["status"] for c in status["conditions"]} == {"RecommendationProvided": "True"}
    assert requests(cluster) == ["1", "1"]
    assert restarts_and_evictions(cluster) == 0


def test_initial_changes_new_pods_alone() -> None:
    cluster = cluster_with("Initial")
    cluster.run_until(300_000)
    assert requests(cluster) == ["1", "1"]
    cluster.scale("Deployment", "web", 3)
    cluster.run_until(310_000)
    assert sorted(requests(cluster)) == ["1", "1", "25m"]
    new = next(
        pod for pod in cluster.objects("Pod") if "vpaUpdates" in pod["metadata"].get("annotations", {})
    )
    assert new["metadata"]["annotations"]["vpaUpdates"] == (
        "Pod resources updated by web: container 0: cpu request, memory request"
    )
    assert new["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "50m"


@pytest.mark.parametrize("mode", ["Recreate", "Auto"])
def test_recreate_evicts_pods_outside_the_bounds_one_by_one(mode: str) -> None:
    cluster = cluster_with(mode, cpu="10m")
    cluster.run_until(600_000)
    assert requests(cluster) == ["25m", "25m"]
    assert sum(event["reason"] == "EvictedByVPA" for event in cluster.objects("Event")) == 2
    assert (
        cluster.get("Deployment", "web")["spec"]["template"]["spec"]["containers"][0]["resources"][
            "requests"
        ]["cpu"]
        == "10m"
    )


def test_a_single_replica_is_not_evicted() -> None:
    cluster = cluster_with("Recreate", replicas=1, cpu="10m")
    cluster.run_until(600_000)
    assert requests(cluster) == ["10m"]


def test_a_policy_bounds_the_recommendation() -> None:
    policy = {
        "containerPolicies": [
            {"containerName": "*", "minAllowed": {"cpu": "200m"}, "controlledResources": ["cpu"]}
        ]
    }
    cluster = cluster_with("Off", resourcePolicy=policy)
    cluster.run_until(300_000)
    found = cluster.get("VerticalPodAutoscaler", "web")["status"]["recommendation"][
        "containerRecommendations"
    ][0]
    assert (found["target"], found["uncappedTarget"]) == ({"cpu": "200m"}, {"cpu": "25m"})


def test_in_place_changes_running_pods_without_a_restart() -> None:
    cluster = cluster_with("InPlaceOrRecreate", cpu="10m")
    cluster.run_until(20_000)
    names = [pod["metadata"]["name"] for pod in cluster.objects("Pod")]
    cluster.run_until(600_000)
    assert requests(cluster) == ["25m", "25m"]
    assert [pod["metadata"]["name"] for pod in cluster.objects("Pod")] == names
    assert restarts_and_evictions(cluster) == 0


def with_targets(**targets: str) -> Obj:
    """A VPA whose bounds lie far off, so that only sums and kills decide."""
    listed = [
        {
            "containerName": name,
            "target": {"cpu": cpu},
            "lowerBound": {"cpu": "1m"},
            "upperBound": {"cpu": "99"},
        }
        for name, cpu in targets.items()
    ]
    return {"status": {"recommendation": {"containerRecommendations": listed}}}


def two_containers(app: str, side: str, *, ran_seconds: int | None = None) -> Obj:
    containers = [
        {"name": name, "resources": {"requests": {"cpu": cpu}}}
        for name, cpu in (("app", app), ("side", side))
    ]
    status: Obj = {}
    if ran_seconds is not None:
        finished = f"2026-04-01T00:{ran_seconds // 60:02}:{ran_seconds % 60:02}Z"
        ended = {"reason": "OOMKilled", "startedAt": "2026-04-01T00:00:00Z", "finishedAt": finished}
        status["containerStatuses"] = [{"name": "app", "lastState": {"terminated": ended}}]
    return {"spec": {"containers": containers}, "status": status}


@pytest.mark.parametrize(
    ("pod", "age_hours", "is_due"),
    [
        # updater/priority: what the Pod's containers ask for together, after 12 hours, from a tenth on.
        (two_containers("100m", "200m"), 12, False),
        (two_containers("110m", "190m"), 12, False),
        (two_containers("150m", "200m"), 12, True),
        (two_containers("150m", "200m"), 11, False),
        # A quick kill for memory does not wait, if anything would change.
        (two_containers("110m", "200m", ran_seconds=599), 0, True),
        (two_containers("110m", "200m", ran_seconds=600), 0, False),
        (two_containers("100m", "200m", ran_seconds=5), 0, False),
    ],
)
def test_pods_that_are_off_in_sum_or_were_killed(pod: Obj, age_hours: int, is_due: bool) -> None:
    vpa = with_targets(app="100m", side="200m")
    assert bool(needs_update(vpa, pod, age_hours * 3_600_000)) is is_due
