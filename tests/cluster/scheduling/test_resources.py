"""pkg/scheduler/framework/plugins/noderesources: fit.go, least_allocated.go, balanced_allocation.go."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.amounts import pod_amounts
from learn.cluster.scheduling.nodeinfo import Snapshot, pod_info
from learn.cluster.scheduling.resources import (
    balance,
    balanced_allocation,
    fit_filter,
    insufficient,
    least_allocated_score,
)
from tests.cluster.scheduling.builders import info, node, pod

MI = 1024 * 1024


def container(cpu: str | None = None, memory: str | None = None, **more: Any) -> dict[str, Any]:
    requests = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    return {"name": "c", "resources": {"requests": requests}, **more}


@pytest.mark.parametrize(
    ("spec", "cpu", "memory"),
    [
        ({"containers": [container("100m", "1Mi"), container("200m", "2Mi")]}, 300, 3 * MI),
        # An init container runs alone: the larger of its need and the sum counts.
        ({"containers": [container("100m", "1Mi")], "initContainers": [container("1", "1Mi")]}, 1000, MI),
        # A sidecar stays, beside the containers and beside the init containers after it.
        (
            {
                "containers": [container("100m", "1Mi")],
                "initContainers": [container("300m", "1Mi", restartPolicy="Always"), container("500m", "5Mi")],
            },
            800,
            6 * MI,
        ),
        ({"containers": [container("100m", "1Mi")], "overhead": {"cpu": "50m"}}, 150, MI),
        ({"containers": [container("100m")], "resources": {"requests": {"cpu": "1"}}}, 1000, 0),
    ],
)  # fmt: skip
def test_a_pod_occupies_what_its_containers_request(spec: dict[str, Any], cpu: int, memory: int) -> None:
    found = pod_amounts({"metadata": {"name": "p"}, "spec": spec}).requests
    assert (found.get("cpu", 0), found.get("memory", 0)) == (cpu, memory)


def test_a_resize_under_way_counts_the_larger_amount() -> None:
    shrinking = pod(requests={"cpu": "100m"}, status={
        "containerStatuses": [{"name": "app", "allocatedResources": {"cpu": "500m"}}],
    })  # fmt: skip
    assert pod_amounts(shrinking).requests["cpu"] == 500


@pytest.mark.parametrize(
    ("spec", "cpu", "memory"),
    [
        ({"containers": [container()]}, 100, 200 * MI),
        ({"containers": [container("0", "0")]}, 0, 0),
        ({"containers": [container("300m"), container()]}, 400, 400 * MI),
    ],
)
def test_scores_count_containers_that_request_nothing(spec: dict[str, Any], cpu: int, memory: int) -> None:
    found = pod_amounts({"metadata": {"name": "p"}, "spec": spec})
    assert (found.scored_cpu, found.scored_memory) == (cpu, memory)


@pytest.mark.parametrize(
    ("requests", "used", "lacking"),
    [
        ({"cpu": "1"}, {"cpu": "3"}, []),
        ({"cpu": "1001m"}, {"cpu": "3"}, ["cpu"]),
        ({"cpu": "2", "memory": "6Gi"}, {"cpu": "3", "memory": "3Gi"}, ["cpu", "memory"]),
        ({"example.com/gpu": "1"}, {}, ["example.com/gpu"]),
        ({"example.com/gpu": "0"}, {}, []),
        ({"ephemeral-storage": "2Gi"}, {}, ["ephemeral-storage"]),
        # Usage and limits play no part, and a Pod without requests fits while there are places.
        ({}, {"cpu": "4", "memory": "8Gi"}, []),
    ],
)
def test_requests_are_held_against_what_is_free(
    requests: dict[str, str], used: dict[str, str], lacking: list[str]
) -> None:
    snapshot = Snapshot.of(
        [node("a", allocatable={"ephemeral-storage": "1Gi"})], [pod("old", on="a", requests=used)]
    )
    found = insufficient(info(requests=requests), snapshot.nodes["a"])
    assert list(found) == lacking


@pytest.mark.parametrize(
    ("requests", "reasons", "resolvable"),
    [
        ({"cpu": "2"}, ("Insufficient cpu",), True),
        ({"cpu": "5"}, ("Insufficient cpu",), False),
        ({"cpu": "2", "memory": "9Gi"}, ("Insufficient cpu", "Insufficient memory"), False),
    ],
)
def test_preemption_cannot_help_where_the_node_is_too_small(
    requests: dict[str, str], reasons: tuple[str, ...], resolvable: bool
) -> None:
    snapshot = Snapshot.of([node("a")], [pod("old", on="a", requests={"cpu": "3"})])
    found = fit_filter(info(requests=requests), snapshot)(snapshot.nodes["a"])
    assert found is not None
    assert (found.reasons, found.resolvable) == (reasons, resolvable)


def test_the_number_of_pods_is_limited_too() -> None:
    snapshot = Snapshot.of([node("a", pods="1")], [pod("old", on="a")])
    found = fit_filter(info(), snapshot)(snapshot.nodes["a"])
    assert found is not None
    assert found.reasons == ("Too many pods",)


def test_ended_pods_occupy_nothing() -> None:
    ended = pod("old", on="a", requests={"cpu": "4"}, status={"phase": "Succeeded"})
    snapshot = Snapshot.of([node("a")], [ended])
    assert snapshot.nodes["a"].requested.get("cpu", 0) == 0


def test_a_node_forgets_a_pod_completely() -> None:
    snapshot = Snapshot.of([node("a")])
    there = snapshot.nodes["a"]
    guest = pod_info(pod("p", requests={"cpu": "1"}, ports=[{"hostPort": 80}], labels={"app": "web"}))
    there.add(guest)
    there.add(guest)
    assert there.requested["cpu"] == 1000
    there.remove(guest.uid)
    assert (there.requested["cpu"], there.ports, there.groups, there.scored_cpu) == (0, {}, {}, 0)


@pytest.mark.parametrize(
    ("requested", "allocatable", "score"),
    [
        ((0, 0), (4000, 10000), 100),
        ((3000, 5000), (4000, 10000), (25 + 50) // 2),
        ((6000, 0), (4000, 10000), 50),  # over what there is scores nothing
        ((1000, 0), (0, 10000), 100),  # what a node does not have is left out
    ],
)
def test_least_allocated(requested: tuple[int, int], allocatable: tuple[int, int], score: int) -> None:
    assert least_allocated_score(requested, allocatable) == score


@pytest.mark.parametrize(
    ("requested", "allocatable", "score"),
    [
        ((0, 0), (10000, 20000), 100),
        ((3000, 5000), (4000, 10000), 87),  # |0.75 - 0.5| / 2 = 0.125
        ((6000, 0), (3000, 10000), 50),  # a fraction never counts more than 1
        ((1000,), (2000,), 100),
        ((1, 2, 6), (10, 10, 10), 78),
    ],
)
def test_balance(requested: tuple[int, ...], allocatable: tuple[int, ...], score: int) -> None:
    assert balance(requested, allocatable) == score


def test_the_balance_is_scored_by_what_the_pod_changes_since_1_36() -> None:
    snapshot = Snapshot.of([node("a", cpu="4", memory="8Gi")], [pod("old", on="a", requests={"cpu": "2"})])
    newcomer = info(requests={"memory": "4Gi"})
    nodes = list(snapshot.nodes.values())
    assert balanced_allocation(newcomer, nodes, 35) == [100]
    # 75 before, 100 with the Pod: 50 + (50 + 100 - 75) / 2
    assert balanced_allocation(newcomer, nodes, 36) == [87]
    assert balanced_allocation(info(), nodes, 36) is None
