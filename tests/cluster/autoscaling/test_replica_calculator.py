"""Replica arithmetic: pkg/controller/podautoscaler/replica_calculator.go."""

import pytest

from learn.cluster.autoscaling.podstates import requests_of
from learn.cluster.autoscaling.replica_calculator import (
    MetricsError,
    PodState,
    Sample,
    Tolerance,
    average_value_replicas,
    group_pods,
    per_pod_replicas,
    utilization_replicas,
    value_replicas,
)

LONG_AGO = 60 * 60_000


def pods(count, *, request=1000, **changes):
    """`count` Pods started at 0, Ready since 0, whose only container requests `request` milli."""
    return [PodState(name=f"p{index}", requests={"app": request}, **changes) for index in range(count)]


def samples(*values):
    return {f"p{index}": Sample(value=value) for index, value in enumerate(values) if value is not None}


def cpu(listed, usage, *, target, current=None, now_ms=LONG_AGO, **options):
    return utilization_replicas(
        listed,
        usage,
        current=len(listed) if current is None else current,
        target_percent=target,
        resource="cpu",
        now_ms=now_ms,
        **options,
    )


@pytest.mark.parametrize(
    ("usage", "target", "replicas", "utilization"),
    [
        ([900, 900, 900, 900], 50, 8, 90),
        ([200, 200, 200, 200], 50, 2, 20),
        ([300, 500, 700], 30, 5, 50),
        ([500, 500], 50, 2, 50),
        ([540, 540], 50, 2, 54),
        ([550, 550], 50, 2, 55),
        ([560, 560], 50, 3, 56),
        ([450, 450], 50, 2, 45),
        ([440, 440, 440, 440, 440, 440, 440, 440, 440, 440], 50, 9, 44),
        ([0, 0, 0], 50, 0, 0),
        ([1009, 1009], 100, 2, 100),
    ],
)
def test_replicas_are_the_ratio_of_whole_percent_to_target_times_the_ready_pods(
    usage, target, replicas, utilization
):
    proposal = cpu(pods(len(usage)), samples(*usage), target=target)
    assert (proposal.replicas, proposal.utilization) == (replicas, utilization)


def test_a_tolerance_of_its_own_per_direction():
    usage = samples(560, 560)
    assert cpu(pods(2), usage, target=50, tolerance=Tolerance(up=0.2)).replicas == 2
    assert cpu(pods(2), samples(490, 490), target=50, tolerance=Tolerance(down=0.0)).replicas == 2
    assert cpu(pods(3), samples(300, 300, 300), target=50, tolerance=Tolerance(down=0.5)).replicas == 3


@pytest.mark.parametrize(
    ("usage", "target", "replicas"),
    [
        pytest.param([100, None, None], 100, 3, id="scale-down: missing count as their whole request"),
        pytest.param([100, 200, None], 50, 3, id="scale-down filled to over the target crosses 1: stays"),
        pytest.param([1000, None], 50, 2, id="scale-up: missing count as 0, within tolerance"),
        pytest.param([1000, 1000, None], 50, 4, id="scale-up is dampened by the missing"),
        pytest.param([100, 100, 100, None], 150, 2, id="target over 100: missing count as the target"),
    ],
)
def test_missing_samples_pull_against_the_change(usage, target, replicas):
    assert cpu(pods(len(usage)), samples(*usage), target=target).replicas == replicas


def test_unready_pods_count_as_idle_on_a_scale_up_only():
    listed = [*pods(3)[:2], PodState(name="p2", is_ready=False, ready_since_ms=0, requests={"app": 1000})]
    assert cpu(listed, samples(900, 900, 400), target=30, current=3).replicas == 6
    assert cpu(listed, samples(100, 100, 400), target=50, current=3).replicas == 1


def test_a_container_without_request_is_an_error_that_names_it():
    listed = [PodState(name="web-x", requests={"app": 100, "sidecar": None})]
    with pytest.raises(MetricsError, match="^missing request for cpu in container sidecar of Pod web-x$"):
        cpu(listed, {"web-x": Sample(value=50)}, target=50)


def test_without_pods_or_samples_nothing_is_proposed():
    with pytest.raises(MetricsError, match="no pods returned by selector"):
        cpu([], {}, target=50)
    with pytest.raises(MetricsError, match="did not receive metrics for targeted pods"):
        cpu(pods(2), {}, target=50)


MINUTE = 60_000


@pytest.mark.parametrize(
    ("changes", "sample", "now_ms", "group"),
    [
        pytest.param({"is_deleting": True}, Sample(value=1), LONG_AGO, "ignored", id="deleting"),
        pytest.param({"phase": "Failed"}, Sample(value=1), LONG_AGO, "ignored", id="failed"),
        pytest.param({"phase": "Pending"}, Sample(value=1), LONG_AGO, "unready", id="pending"),
        pytest.param({}, None, LONG_AGO, "missing", id="no sample"),
        pytest.param({"is_ready": None}, Sample(value=1), LONG_AGO, "unready", id="no Ready condition"),
        pytest.param({"started_ms": None}, Sample(value=1), LONG_AGO, "unready", id="no start time"),
        pytest.param(
            {"ready_since_ms": 10_000},
            Sample(value=1, timestamp_ms=MINUTE, window_ms=MINUTE),
            2 * MINUTE,
            "unready",
            id="young: its window began before it was ready",
        ),
        pytest.param(
            {"ready_since_ms": 10_000},
            Sample(value=1, timestamp_ms=70_000, window_ms=MINUTE),
            2 * MINUTE,
            "ready",
            id="young: a whole window since ready",
        ),
        pytest.param(
            {"is_ready": False, "ready_since_ms": 10_000},
            Sample(value=1, timestamp_ms=4 * MINUTE),
            4 * MINUTE,
            "unready",
            id="young and not ready",
        ),
        pytest.param(
            {"is_ready": False, "ready_since_ms": 10_000},
            Sample(value=1),
            LONG_AGO,
            "unready",
            id="never became ready",
        ),
        pytest.param(
            {"is_ready": False, "ready_since_ms": 40_000},
            Sample(value=1),
            LONG_AGO,
            "ready",
            id="was ready before",
        ),
    ],
)
def test_which_cpu_samples_count(changes, sample, now_ms, group):
    pod = PodState(name="p", requests={"app": 1000}, **changes)
    groups = group_pods([pod], {"p": sample} if sample else {}, is_cpu=True, now_ms=now_ms)
    assert [name for name in ("ready", "unready", "missing", "ignored") if getattr(groups, name)] == [group]


def test_memory_samples_of_a_young_pod_count():
    pod = PodState(name="p", is_ready=False, requests={"app": 1000})
    assert group_pods([pod], {"p": Sample(value=1)}, is_cpu=False, now_ms=1000).ready == {"p"}


@pytest.mark.parametrize(
    ("usage", "target", "replicas"),
    [
        ([20_000, 10_000, 30_000], 15_000, 4),
        ([10_000, 10_000], 10_000, 2),
        ([12_000, 12_000, 12_000, 12_000, 12_000], 50_000, 2),
        ([50_000, None], 10_000, 5),
        ([5_000, None], 10_000, 2),
    ],
)
def test_an_average_value_is_the_mean_over_the_target(usage, target, replicas):
    proposal = average_value_replicas(
        pods(len(usage)), samples(*usage), current=len(usage), target=target, now_ms=LONG_AGO
    )
    assert proposal.replicas == replicas


@pytest.mark.parametrize(
    ("usage", "target", "current", "ready", "replicas"),
    [
        (20_000, 15_000, 3, 3, 4),
        (33_000, 30_000, 3, 3, 3),
        (20_000, 15_000, 3, 2, 3),
        (100_000, 30_000, 0, 0, 4),
        (0, 30_000, 3, 3, 0),
    ],
)
def test_an_object_value_scales_the_ready_pods(usage, target, current, ready, replicas):
    assert value_replicas(usage, target=target, current=current, ready=ready).replicas == replicas


@pytest.mark.parametrize(
    ("usage", "target_average", "current", "replicas"),
    [
        (40_000, 20_000, 3, 2),
        (60_000, 20_000, 3, 3),
        (65_000, 20_000, 3, 3),
        (85_000, 20_000, 3, 5),
        (30_000, 20_000, 0, 2),
    ],
)
def test_an_average_of_an_external_metric_is_divided_by_the_target(usage, target_average, current, replicas):
    assert per_pod_replicas(usage, target_average=target_average, current=current).replicas == replicas


@pytest.mark.parametrize(
    ("percent", "tolerance", "replicas"),
    [
        # Tolerances.isWithin: both edges belong to it, and each direction has its own (KEP-4951).
        (110, None, 10),
        (111, None, 12),
        (90, None, 10),
        (89, None, 9),
        (100, Tolerance(up=0.0, down=0.0), 10),
        (101, Tolerance(up=0.0, down=0.0), 11),
        (99, Tolerance(up=0.0, down=0.0), 10),
        (90, Tolerance(up=0.0, down=0.0), 9),
        (125, Tolerance(up=0.25), 10),
        (126, Tolerance(up=0.25), 13),
        (50, Tolerance(down=0.5), 10),
        (49, Tolerance(down=0.5), 5),
        (89, Tolerance(up=0.5), 9),
    ],
)
def test_the_edges_of_the_tolerance(percent, tolerance, replicas):
    usage = samples(*[percent * 10] * 10)
    assert cpu(pods(10), usage, target=100, tolerance=tolerance).replicas == replicas


@pytest.mark.parametrize(
    ("usage", "target", "replicas", "ratio"),
    [
        # GetResourceReplicas with missing Pods: which side of 1 the ratio is on decides what they count.
        ([1000, 1000, None, None], 100, 4, 1.0),
        ([1200, None], 100, 2, 0.6),
        ([3000, None, None], 100, 3, 1.0),
        ([4000, None, None], 100, 4, 1.33),
        ([10, 10, None, None], 100, 2, 0.5),
        ([200, 200, None, None], 200, 3, 0.55),
        ([0, None], 100, 1, 0.5),
    ],
)
def test_missing_pods_at_the_edges(usage, target, replicas, ratio):
    proposal = cpu(pods(len(usage)), samples(*usage), target=target)
    assert (proposal.replicas, round(proposal.ratio, 6)) == (replicas, round(ratio, 6))


def test_a_change_of_direction_by_the_number_of_samples_is_none():
    """GetResourceReplicas: fewer replicas than now on a scale-up, or more on a scale-down, keep what is."""
    assert cpu(pods(2), samples(700, 700), target=50, current=7).replicas == 3
    waiting = [*pods(2), PodState(name="p2", phase="Pending", requests={"app": 1000})]
    assert cpu(waiting, samples(1200, 1200), target=50, current=7).replicas == 7
    missing = pods(3)
    assert cpu(missing, samples(100, 100), target=50, current=1).replicas == 1


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        # calculateRequests: requests of the Pod itself, of a container; a request of nothing.
        (PodState(name="p0", requests={"": None}), "missing pod-level request for cpu in Pod p0"),
        (PodState(name="p0", requests={"app": 0}), "no metrics returned matched known pods"),
        (PodState(name="p0", phase="Pending", requests={"app": 1}), "did not receive metrics for targeted pods"),
        (PodState(name="p0", is_deleting=True, requests={"app": 1}), "did not receive metrics for targeted pods"),
    ],
)  # fmt: skip
def test_why_nothing_can_be_proposed(listed, message):
    with pytest.raises(MetricsError, match=message):
        cpu([listed], samples(100), target=50)


def test_without_pods_a_value_moves_nothing_but_from_zero_and_within_the_tolerance():
    """getUsageRatioReplicaCount asks for the Pods only when it needs them."""
    assert value_replicas(100, target=100, current=3, ready=None).replicas == 3
    assert value_replicas(250, target=100, current=0, ready=None).replicas == 3
    with pytest.raises(
        MetricsError, match=r"^unable to calculate ready pods: no pods returned by selector while"
    ):
        value_replicas(250, target=100, current=3, ready=None)


@pytest.mark.parametrize(
    ("usage", "target", "current", "replicas"),
    [
        # getUsageRatioReplicaCount and GetExternalPerPodMetricReplicas saturate at MaxInt32.
        (2**62, 1, 1, 2**31 - 1),
        (1, 2**62, 5, 1),
        (0, 1, 5, 0),
    ],
)
def test_results_stay_within_32_bits(usage, target, current, replicas):
    assert value_replicas(usage, target=target, current=current, ready=current).replicas == replicas
    assert per_pod_replicas(usage, target_average=target, current=current).replicas == replicas


@pytest.mark.parametrize(
    ("spec", "container", "requests"),
    [
        # calculatePodRequestsFromContainers: sidecars count, other init containers do not.
        ({"containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}, {"name": "b"}]}, "", {"a": 1000, "b": None}),
        ({"containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}, {"name": "b"}]}, "a", {"a": 1000}),
        ({"containers": [{"name": "a"}], "initContainers": [
            {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "250m"}}}, {"name": "i"}]},
         "", {"a": None, "s": 250}),
        # calculatePodLevelRequests: once the Pod has requests of its own, they are asked, whatever they name.
        ({"resources": {"requests": {"cpu": "2"}}, "containers": [{"name": "a"}]}, "", {"": 2000}),
        ({"resources": {"requests": {"memory": "1Gi"}}, "containers": [{"name": "a"}]}, "", {"": None}),
        ({"resources": {"requests": {"memory": "1Gi"}},
          "containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}, {"name": "b"}]}, "", {"": 1000}),
        ({"resources": {"requests": {"cpu": "2"}}, "containers": [{"name": "a"}]}, "a", {"a": None}),
    ],
)  # fmt: skip
def test_whose_requests_count(spec, container, requests):
    assert requests_of(spec, "cpu", container) == requests
