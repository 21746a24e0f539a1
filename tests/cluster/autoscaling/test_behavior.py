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


def ago(seconds, replicas):
    return Stamped(NOW - 1000 * seconds, replicas)


@pytest.mark.parametrize(
    ("behavior", "current", "desired", "recommended", "replicas", "reason"),
    [
        # stabilizeRecommendationWithBehaviors: up follows the lowest, down the highest of its window.
        ({"scaleUp": {"stabilizationWindowSeconds": 60}}, 4, 10, [ago(30, 6)], 6, "ScaleUpStabilized"),
        ({"scaleUp": {"stabilizationWindowSeconds": 60}}, 4, 10, [ago(60, 6)], 10, "ReadyForNewScale"),
        ({"scaleUp": {"stabilizationWindowSeconds": 60}}, 4, 10, [ago(59, 2)], 4, "ScaleUpStabilized"),
        ({"scaleDown": {"stabilizationWindowSeconds": 60}}, 10, 4, [ago(30, 6)], 6, "ScaleDownStabilized"),
        ({"scaleDown": {"stabilizationWindowSeconds": 60}}, 10, 4, [ago(60, 6)], 4, "ReadyForNewScale"),
        ({"scaleDown": {"stabilizationWindowSeconds": 60}}, 10, 4, [ago(1, 50)], 10, "ScaleDownStabilized"),
        ({"scaleDown": {"stabilizationWindowSeconds": 0}}, 10, 4, [ago(0, 9)], 4, "ReadyForNewScale"),
        # Without a written window down waits 300 s, up not at all.
        ({}, 10, 4, [ago(299, 8)], 8, "ScaleDownStabilized"),
        ({}, 10, 4, [ago(300, 8)], 4, "ReadyForNewScale"),
        ({}, 4, 10, [ago(1, 5)], 10, "ReadyForNewScale"),
        (None, 10, 4, [ago(299, 12)], 12, "ScaleDownStabilized"),
        (None, 10, 4, [ago(300, 12)], 4, "ReadyForNewScale"),
        (None, 4, 10, [ago(1, 2)], 10, "ReadyForNewScale"),
        ({"scaleUp": {"stabilizationWindowSeconds": 60}}, 5, 5, [ago(1, 9), ago(2, 1)], 5, "ReadyForNewScale"),
    ],
)  # fmt: skip
def test_recommendations_of_a_window(behavior, current, desired, recommended, replicas, reason):
    held = stabilize(desired, recommended, current=current, now_ms=NOW, behavior=behavior)
    assert (held.replicas, held.reason) == (replicas, reason)


@pytest.mark.parametrize(
    ("behavior", "current", "desired", "ups", "downs", "replicas"),
    [
        # getReplicasChangePerPeriod: only changes younger than the period count, at its very age no more.
        ({"scaleUp": {"policies": [pods(4, 60)]}}, 10, 20, [ago(59, 3)], [], 11),
        ({"scaleUp": {"policies": [pods(4, 60)]}}, 10, 20, [ago(60, 3)], [], 14),
        # What was removed in the period may come back besides.
        ({"scaleUp": {"policies": [pods(4, 60)]}}, 10, 20, [], [ago(1, 2)], 16),
        # A period already overdrawn holds, it does not turn the direction.
        ({"scaleUp": {"policies": [pods(1, 60)]}}, 10, 20, [ago(1, 5)], [], 10),
        ({"scaleDown": {"policies": [pods(1, 60)]}}, 10, 1, [], [ago(1, 5)], 10),
        ({"scaleDown": {"policies": [pods(4, 60)]}}, 10, 1, [], [ago(1, 3)], 9),
        ({"scaleDown": {"policies": [pods(4, 60)]}}, 10, 1, [ago(1, 2)], [], 4),
        # calculateScaleUpLimitWithScalingRules rounds up, the limit downwards is cut off.
        ({"scaleUp": {"policies": [percent(1, 60)]}}, 10, 20, [], [], 11),
        ({"scaleUp": {"policies": [percent(10, 60)]}}, 10, 20, [], [], 11),
        ({"scaleUp": {"policies": [percent(11, 60)]}}, 10, 20, [], [], 12),
        ({"scaleDown": {"policies": [percent(1, 60)]}}, 10, 1, [], [], 9),
        ({"scaleDown": {"policies": [percent(10, 60)]}}, 9, 1, [], [], 8),
        ({"scaleDown": {"policies": [percent(100, 60)]}}, 9, 1, [], [], 1),
        # selectPolicy
        ({"scaleUp": {"policies": [pods(1, 60), percent(50, 60)], "selectPolicy": "Min"}}, 10, 20, [], [], 11),
        ({"scaleUp": {"policies": [pods(1, 60), percent(50, 60)], "selectPolicy": "Max"}}, 10, 20, [], [], 15),
        ({"scaleDown": {"policies": [pods(1, 60), percent(50, 60)], "selectPolicy": "Min"}}, 10, 1, [], [], 9),
        ({"scaleDown": {"policies": [pods(1, 60), percent(50, 60)], "selectPolicy": "Max"}}, 10, 1, [], [], 5),
        ({"scaleDown": {"selectPolicy": "Disabled"}}, 10, 1, [], [], 10),
        ({"scaleUp": {"selectPolicy": "Disabled"}}, 10, 20, [], [], 10),
        # Nothing to change: no rule is asked.
        ({"scaleUp": {"selectPolicy": "Disabled"}}, 10, 10, [ago(1, 50)], [], 10),
    ],
)  # fmt: skip
def test_rates_of_a_period(behavior, current, desired, ups, downs, replicas):
    bounds = Bounds(current=current, minimum=1, maximum=100)
    found = limit(desired, bounds, now_ms=NOW, behavior=behavior, ups=ups, downs=downs)
    assert found.replicas == replicas


@pytest.mark.parametrize(
    ("behavior", "bounds", "desired", "replicas", "reason"),
    [
        # convertDesiredReplicasWithBehaviorRate: the bound that is nearer gives the reason, a tie the bound itself.
        ({"scaleUp": {"policies": [pods(5)]}}, (10, 1, 15), 40, 15, "TooManyReplicas"),
        ({"scaleUp": {"policies": [pods(5)]}}, (10, 1, 16), 40, 15, "ScaleUpLimit"),
        ({"scaleDown": {"policies": [pods(5)]}}, (10, 5, 20), 1, 5, "TooFewReplicas"),
        ({"scaleDown": {"policies": [pods(5)]}}, (10, 4, 20), 1, 5, "ScaleDownLimit"),
        # convertDesiredReplicasWithRules
        (None, (4, 1, 8), 20, 8, "TooManyReplicas"),
        (None, (4, 1, 9), 20, 8, "ScaleUpLimit"),
        (None, (0, 0, 9), 3, 3, "DesiredWithinRange"),
        (None, (0, 2, 9), 1, 2, "TooFewReplicas"),
    ],
)
def test_which_limit_is_told(behavior, bounds, desired, replicas, reason):
    current, minimum, maximum = bounds
    found = limit(
        desired, Bounds(current=current, minimum=minimum, maximum=maximum), now_ms=NOW, behavior=behavior
    )
    assert (found.replicas, found.reason) == (replicas, reason)
