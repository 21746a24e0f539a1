"""Scale-down order.  Rule: pkg/controller/controller_utils.go ActivePodsWithRanks."""

import pytest

from learn.cluster.clock import parse_timestamp
from learn.cluster.controllers.ranking import deletion_cost, deletion_order

NOW = "2026-04-01T12:00:00Z"


def ranked(
    name,
    *,
    node="n1",
    phase="Running",
    ready="2026-04-01T11:00:00Z",
    created="2026-04-01T10:00:00Z",
    restarts=0,
    cost=None,
    sidecar_restarts=0,
):
    conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": ready}] if ready else []
    annotations = {} if cost is None else {"controller.kubernetes.io/pod-deletion-cost": cost}
    return {
        "metadata": {"name": name, "uid": name, "creationTimestamp": created, "annotations": annotations},
        "spec": {"nodeName": node, "containers": [{"name": "c"}], "initContainers": [{"name": "s", "restartPolicy": "Always"}]},
        "status": {
            "phase": phase,
            "conditions": conditions,
            "containerStatuses": [{"name": "c", "restartCount": restarts}],
            "initContainerStatuses": [{"name": "s", "restartCount": sidecar_restarts}],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"node": ""}, {"phase": "Pending", "ready": ""}),
        ({"phase": "Pending", "ready": ""}, {"ready": ""}),
        ({"phase": "Unknown", "ready": ""}, {"ready": ""}),
        ({"ready": ""}, {"cost": "-100"}),
        ({"cost": "-1"}, {}),
        ({}, {"cost": "5"}),
        ({"ready": "2026-04-01T11:59:00Z"}, {"ready": "2026-04-01T10:00:00Z"}),
        ({"restarts": 3}, {"restarts": 1}),
        ({"sidecar_restarts": 2}, {}),
        ({"created": "2026-04-01T11:59:00Z"}, {"created": "2026-04-01T06:00:00Z"}),
    ],
)
def test_who_goes_first(first, second):
    pods = [ranked("a-second", **second), ranked("z-first", **first)]
    order = deletion_order(pods, pods, parse_timestamp(NOW))
    assert [pod["metadata"]["name"] for pod in order] == ["z-first", "a-second"]


def test_a_crowded_node_loses_first():
    pods = [ranked("a", node="n1"), ranked("b", node="n2"), ranked("c", node="n2")]
    order = deletion_order(pods, pods, parse_timestamp(NOW))
    assert order[-1]["metadata"]["name"] == "a"


def test_ages_in_one_power_of_two_are_equal_and_the_uid_decides():
    pods = [
        ranked("b", ready="2026-04-01T11:00:00Z"),
        ranked("a", ready="2026-04-01T11:00:05Z"),
    ]
    order = deletion_order(pods, pods, parse_timestamp(NOW))
    assert [pod["metadata"]["name"] for pod in order] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("10", 10),
        ("-10", -10),
        ("0", 0),
        ("+10", 0),
        ("010", 0),
        ("1.5", 0),
        ("x", 0),
        ("", 0),
        ("2147483648", 0),
    ],
)
def test_deletion_cost_is_read_strictly(text, cost):
    assert deletion_cost(ranked("a", cost=text)) == cost


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        # pkg/apis/core/helper GetDeletionCostFromPodAnnotations, validFirstDigit
        ("-0", 0),
        ("-08", -8),
        ("-", 0),
        ("--1", 0),
        ("00", 0),
        (" 1", 0),
        ("1_000", 0),
        ("١", 0),
        ("2147483647", 2147483647),
        ("-2147483648", -2147483648),
        ("-2147483649", 0),
        ("9" * 5000, 0),
    ],
)
def test_deletion_cost_at_the_edges(text, cost):
    assert deletion_cost(ranked("a", cost=text)) == cost


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # controller_utils.go ActivePodsWithRanks.Less: an earlier rule decides against all later ones.
        ({"node": "", "phase": "Pending", "ready": ""}, {"cost": "-5", "restarts": 9}),
        ({"phase": "Pending", "ready": "", "cost": "9"}, {"phase": "Unknown", "ready": ""}),
        ({"phase": "Unknown", "ready": "", "cost": "9"}, {"ready": ""}),
        ({"ready": "", "cost": "9"}, {"cost": "-9"}),
        ({"cost": "-9"}, {"cost": "-8", "restarts": 5}),
        # Not ready, both: the time of readiness is not asked, the restarts are.
        ({"ready": "", "restarts": 2}, {"ready": "", "restarts": 1}),
        # App containers before sidecars.
        ({"restarts": 2}, {"restarts": 1, "sidecar_restarts": 9}),
        # The longer ready stays, whatever its restarts.
        ({"ready": "2026-04-01T11:59:30Z"}, {"ready": "2026-04-01T08:00:00Z", "restarts": 9}),
        # An unset time of creation is first.
        ({"created": ""}, {"created": "2026-04-01T11:59:59Z"}),
    ],
)
def test_who_goes_first_when_rules_disagree(first, second):
    pods = [ranked("a-second", **second), ranked("z-first", **first)]
    assert [pod["metadata"]["name"] for pod in deletion_order(pods, pods, parse_timestamp(NOW))] == [
        "z-first",
        "a-second",
    ]


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        # logarithmicRankDiff: floor(log2) of the age in nanoseconds; 2**36 ns is 68.7 s, 2**37 ns 137.4 s.
        ("2026-04-01T11:58:52Z", "2026-04-01T11:58:51Z", ["l", "r"]),
        ("2026-04-01T11:58:51Z", "2026-04-01T11:58:50Z", ["l", "r"]),
        ("2026-04-01T11:58:50Z", "2026-04-01T11:58:51Z", ["l", "r"]),
        ("2026-04-01T11:57:42Z", "2026-04-01T11:57:43Z", ["r", "l"]),
        # An age of zero, or a time to come, is younger than any other.
        ("2026-04-01T12:00:00Z", "2026-04-01T11:59:59Z", ["l", "r"]),
    ],
)
def test_ages_are_compared_by_powers_of_two(left, right, order):
    pods = [ranked("l", ready=left), ranked("r", ready=right)]
    found = deletion_order(list(reversed(pods)), pods, parse_timestamp(NOW))
    assert [pod["metadata"]["name"] for pod in found] == order
