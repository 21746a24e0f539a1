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
