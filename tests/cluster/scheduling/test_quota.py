"""pkg/controller/resourcequota and the admission plugin of the same name, in a whole cluster."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.errors import ApiError

Obj = dict[str, Any]


def quota(**hard: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": hard}}


def pod(name: str, cpu: str = "") -> Obj:
    container: Obj = {"name": "app", "image": "example.com/web:1.0"}
    if cpu:
        container["resources"] = {"requests": {"cpu": cpu}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }


def used(cluster: Cluster) -> Obj:
    return dict(cluster.get("ResourceQuota", "q")["status"]["used"])


def test_what_is_used_follows_what_is_there() -> None:
    cluster = Cluster()
    cluster.create(quota(pods="3", **{"requests.cpu": "1"}))
    cluster.create(pod("a", "100m"))
    cluster.create(pod("b", "200m"))
    cluster.run_for(0)
    assert used(cluster) == {"pods": "2", "requests.cpu": "300m"}
    cluster.run_for(10_000)
    cluster.delete("Pod", "a", grace_seconds=0)
    cluster.run_for(1_000)
    assert used(cluster) == {"pods": "1", "requests.cpu": "200m"}


@pytest.mark.parametrize(
    ("hard", "message"),
    [
        (
            {"pods": "1"},
            'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
        ),
        (
            {"requests.cpu": "250m"},
            'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=200m, used: requests.cpu=100m, '
            "limited: requests.cpu=250m",
        ),
        ({"limits.cpu": "1"}, 'pods "a" is forbidden: failed quota: q: must specify limits.cpu for: app'),
    ],
)
def test_too_much_is_refused(hard: dict[str, str], message: str) -> None:
    cluster = Cluster()
    cluster.create(quota(**hard))
    with pytest.raises(ApiError) as refused:
        for name, cpu in (("a", "100m"), ("b", "200m")):
            cluster.create(pod(name, cpu))
    assert refused.value.message == message


def test_a_refused_object_is_not_counted() -> None:
    cluster = Cluster()
    cluster.create(quota(pods="3"))
    cluster.create(pod("a"))
    with pytest.raises(ApiError, match="already exists"):
        cluster.create(pod("a"))
    cluster.run_for(100)
    assert used(cluster) == {"pods": "1"}


def test_a_deployment_is_accepted_and_its_replica_set_reports() -> None:
    cluster = Cluster()
    cluster.create(quota(pods="2"))
    labels = {"app": "web"}
    cluster.create({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 3, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": pod("x")["spec"]}},
    })  # fmt: skip
    cluster.run_for(5_000)
    assert len(cluster.objects("Pod")) == 2
    failed = [event["message"] for event in cluster.objects("Event") if event["reason"] == "FailedCreate"]
    assert failed[0].endswith("exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2")
