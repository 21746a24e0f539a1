"""Rate and stabilization of an HPA: pkg/controller/podautoscaler/horizontal.go."""

import pytest

from learn.cluster.autoscaling.behavior import Bounds, Stamped, limit, stabilize

NOW = 1_000_000


def pods(value, seconds=15):
    return {"type": "Pods", "value": value, "periodSeconds": seconds}


def percent(value, seconds=15):
    return {"type": "Percent", "value": value, "periodSeconds": seconds}


@pytest.mark.parametrize(
    ("current", "desired", "maximum", "replicas", "reason"),
    [
        (1, 10, 100, 4, "ScaleUpLimit"),
        (4, 10, 100, 8, "ScaleUpLimit"),
        (10, 30, 15, 15, "TooManyReplicas"),
        (4, 8, 10, 8, "DesiredWithinRange"),
        (4, 0, 10, 1, "TooFewReplicas"),
        (100, 2, 100, 2, "DesiredWithinRange"),
    ],
)
def test_without_behavior_growth_is_doubling_or_four(current, desired, maximum, replicas, reason):
    decision = limit(desired, Bounds(current=current, minimum=1, maximum=maximum), now_ms=NOW)
    assert (decision.replicas, decision.reason) == (replicas, reason)


@pytest.mark.parametrize(
    ("behavior", "current", "desired", "replicas", "reason"),
    [
        ({}, 1, 100, 5, "ScaleUpLimit"),
        ({}, 10, 100, 20, "ScaleUpLimit"),
        ({}, 10, 0, 1, "TooFewReplicas"),
        ({"scaleUp": {"policies": [pods(2)]}}, 3, 100, 5, "ScaleUpLimit"),
        ({"scaleUp": {"policies": [percent(50)]}}, 3, 100, 5, "ScaleUpLimit"),
        (
            {"scaleUp": {"policies": [pods(1), percent(100)], "selectPolicy": "Min"}},
            10,
            100,
            11,
            "ScaleUpLimit",
        ),
        ({"scaleUp": {"selectPolicy": "Disabled"}}, 3, 100, 3, "ScaleUpLimit"),
        ({"scaleDown": {"policies": [pods(1, 60)]}}, 10, 1, 9, "ScaleDownLimit"),
        ({"scaleDown": {"policies": [percent(10)]}}, 10, 1, 9, "ScaleDownLimit"),
        ({"scaleDown": {"policies": [percent(25)]}}, 10, 1, 7, "ScaleDownLimit"),
        (
            {"scaleDown": {"policies": [pods(4), percent(10)], "selectPolicy": "Min"}},
            10,
            1,
            9,
            "ScaleDownLimit",
        ),
        ({"scaleDown": {"policies": [pods(4), percent(10)]}}, 10, 1, 6, "ScaleDownLimit"),
        ({"scaleDown": {"selectPolicy": "Disabled"}}, 10, 1, 10, "ScaleDownLimit"),
        ({}, 5, 5, 5, "DesiredWithinRange"),
        ({"scaleUp": {"policies": [pods(50)]}}, 10, 40, 30, "TooManyReplicas"),
    ],
)
def test_policies_bound_the_change(behavior, current, desired, replicas, reason):
    maximum = 30 if reason == "TooManyReplicas" else 1000
    decision = limit(
        desired, Bounds(current=current, minimum=1, maximum=maximum), now_ms=NOW, behavior=behavior
    )
    assert (decision.replicas, decision.reason) == (replicas, reason)


def test_changes_within_the_period_use_up_the_allowance():
    behavior = {"scaleUp": {"policies": [pods(4, 60)]}, "scaleDown": {"policies": [pods(3, 60)]}}
    bounds = Bounds(current=10, minimum=1, maximum=100)
    recent, old = Stamped(NOW - 30_000, 3), Stamped(NOW - 60_000, 3)
    assert limit(50, bounds, now_ms=NOW, behavior=behavior, ups=[recent]).replicas == 11
    assert limit(50, bounds, now_ms=NOW, behavior=behavior, ups=[old]).replicas == 14
    assert limit(1, bounds, now_ms=NOW, behavior=behavior, downs=[recent]).replicas == 10
    assert limit(50, bounds, now_ms=NOW, behavior=behavior, ups=[Stamped(NOW - 1, 9)]).replicas == 10


@pytest.mark.parametrize(
    ("desired", "recommendations", "replicas", "reason"),
    [
        (2, [(NOW - 299_000, 8)], 8, "ScaleDownStabilized"),
        (2, [(NOW - 300_000, 8)], 2, "ReadyForNewScale"),
        (9, [(NOW - 10_000, 3)], 9, "ReadyForNewScale"),
    ],
)
def test_without_behavior_a_scale_down_waits_for_five_minutes(desired, recommendations, replicas, reason):
    found = stabilize(desired, [Stamped(*item) for item in recommendations], current=8, now_ms=NOW)
    assert (found.replicas, found.reason) == (replicas, reason)


@pytest.mark.parametrize(
    ("up_s", "down_s", "desired", "recommendations", "replicas", "reason"),
    [
        (0, 0, 2, [(NOW - 1_000, 8)], 2, "ReadyForNewScale"),
        (0, 60, 2, [(NOW - 59_000, 4), (NOW - 61_000, 7)], 4, "ScaleDownStabilized"),
        (60, 0, 9, [(NOW - 59_000, 6), (NOW - 61_000, 1)], 6, "ScaleUpStabilized"),
        (60, 60, 9, [(NOW - 59_000, 2)], 5, "ScaleUpStabilized"),
        (None, None, 2, [(NOW - 299_000, 4)], 4, "ScaleDownStabilized"),
    ],
)
def test_each_direction_has_its_window(up_s, down_s, desired, recommendations, replicas, reason):
    behavior = {
        "scaleUp": {"stabilizationWindowSeconds": up_s},
        "scaleDown": {"stabilizationWindowSeconds": down_s},
    }
    found = stabilize(
        desired, [Stamped(*item) for item in recommendations], current=5, now_ms=NOW, behavior=behavior
    )
    assert (found.replicas, found.reason) == (replicas, reason)
