"""Rollout arithmetic and its course.  Rules: pkg/controller/deployment/{rolling,sync}.go, util/deployment_util.go."""

import pytest

from learn.cluster.api.intstr import IntOrStringError, scaled
from learn.cluster.cluster import Cluster
from learn.cluster.controllers import rollout
from learn.cluster.controllers.deploymentstatus import counts, with_failure
from learn.cluster.controllers.rollout import Bounds, ReplicaSetSize
from tests.cluster.factories import deployment, probe


@pytest.mark.parametrize(
    ("surge", "unavailable", "replicas", "bounds"),
    [
        # ResolveFenceposts: surge rounds up, unavailable down; never both 0.
        ("25%", "25%", 1, (1, 0)),
        ("25%", "25%", 3, (1, 0)),
        ("25%", "25%", 4, (1, 1)),
        ("25%", "25%", 10, (3, 2)),
        ("0%", "0%", 10, (0, 1)),
        (0, "10%", 5, (0, 1)),
        (0, 0, 10, (0, 1)),
        ("100%", "0%", 3, (3, 0)),
        (2, 5, 3, (2, 5)),
        ("1%", "0%", 1, (1, 0)),
    ],
)
def test_bounds(surge, unavailable, replicas, bounds):
    assert rollout.resolve_bounds(surge, unavailable, replicas) == bounds


def size(name, spec, available=None, created="", **more):
    return ReplicaSetSize(name, spec, spec if available is None else available, created or name, **more)


@pytest.mark.parametrize(
    ("replicas", "surge", "old", "new", "expected"),
    [
        # NewRSNewReplicas / reconcileNewReplicaSet
        (10, 0, 10, 0, 0),
        (10, 2, 10, 0, 2),
        (10, 2, 5, 0, 7),
        (10, 2, 10, 2, 2),
        (10, 2, 2, 2, 10),
        (10, 2, 0, 11, 10),
        (3, 1, 3, 1, 1),
        (1, 1, 1, 0, 1),
    ],
)
def test_growth_of_the_new_replica_set(replicas, surge, old, new, expected):
    sets = [size("old", old), size("new", new)]
    assert rollout.reconcile_new(sets, sets[1], replicas, surge) == expected


@pytest.mark.parametrize(
    ("replicas", "bounds", "old", "new", "expected"),
    [
        # reconcileOldReplicaSets: (size, available) of the old one, then of the new one.
        (10, (0, 0), (10, 10), (0, 0), None),
        (10, (0, 2), (10, 10), (0, 0), 8),
        (10, (0, 2), (10, 8), (0, 0), 8),
        (10, (0, 2), (10, 9), (0, 0), 8),
        (10, (2, 0), (8, 8), (2, 2), None),
        (10, (2, 0), (10, 10), (2, 0), None),
        (10, (2, 0), (10, 10), (2, 2), 8),
        (10, (2, 2), (10, 4), (2, 0), 8),
        (3, (1, 0), (3, 3), (1, 0), None),
        (3, (1, 0), (3, 2), (1, 1), 2),
        (1, (1, 0), (1, 1), (1, 1), 0),
    ],
)
def test_shrinking_of_an_old_replica_set(replicas, bounds, old, new, expected):
    sizes = rollout.reconcile_old([size("old", *old)], size("new", *new), replicas, Bounds(*bounds))
    assert sizes.get("old") == expected


def test_unavailable_pods_of_the_oldest_go_first():
    old = [size("b", 4, 4, "2"), size("a", 4, 1, "1")]
    sizes = rollout.reconcile_old(old, size("new", 2, 2, "3"), 8, Bounds(2, 2))
    assert sizes == {"a": 0, "b": 4} or sizes == {"a": 0}


@pytest.mark.parametrize(
    ("replicas", "surge", "sets", "expected"),
    [
        # sync.go scale: (name, size, max-replicas annotation, created)
        (12, 0, [("new", 10, 10, "2")], {"new": 12}),
        (6, 0, [("new", 10, 10, "2")], {"new": 6}),
        (15, 0, [("new", 5, 10, "2"), ("old", 5, 10, "1")], {"new": 8, "old": 7}),
        (5, 0, [("new", 5, 10, "2"), ("old", 5, 10, "1")], {"new": 3, "old": 2}),
        (0, 0, [("new", 5, 10, "2"), ("old", 5, 10, "1")], {"new": 0, "old": 0}),
        (20, 0, [("new", 2, 10, "2"), ("old", 8, 10, "1")], {"new": 4, "old": 16}),
        (6, 2, [("new", 3, 7, "2"), ("old", 4, 7, "1")], {"new": 3, "old": 5}),
        # What rounding leaves over goes to the biggest; of equals, to the newest when adding, the oldest when removing.
        (4, 0, [("new", 1, 3, "3"), ("mid", 1, 3, "2"), ("old", 1, 3, "1")], {"new": 2, "mid": 1, "old": 1}),
        (2, 0, [("new", 1, 3, "3"), ("mid", 1, 3, "2"), ("old", 1, 3, "1")], {"new": 1, "mid": 1, "old": 0}),
        (10, 0, [("new", 2, 7, "3"), ("mid", 3, 7, "2"), ("old", 2, 7, "1")], {"new": 3, "mid": 4, "old": 3}),
        (
            8,
            0,
            [("new", 2, 13, "3"), ("mid", 8, 13, "2"), ("old", 3, 13, "1")],
            {"new": 1, "mid": 5, "old": 2},
        ),
        (4, 0, [("new", 8, 9, "2"), ("old", 1, 9, "1")], {"new": 4, "old": 0}),
    ],
)
def test_scaling_in_the_middle_is_proportional(replicas, surge, sets, expected):
    given = [size(name, count, created=created, most=most) for name, count, most, created in sets]
    assert rollout.proportional(given, replicas, surge) == expected


def test_without_the_annotation_the_status_says_how_many_there_were():
    sets = [size("new", 2, created="2"), size("old", 3, created="1")]
    assert rollout.proportional(sets, 10, 0, before=5) == {"new": 4, "old": 6}


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (("new", 3), [("old", 0)], "new"),
        (("new", 0), [("old", 2)], "old"),
        (("new", 1), [("old", 1)], None),
        (("new", 0), [("a", 0), ("b", 0)], "new"),
        (None, [("a", 0), ("b", 0)], "b"),
        (None, [], None),
    ],
)
def test_which_replica_set_is_scaled_alone(new, old, expected):
    found = rollout.active_or_latest(size(*new) if new else None, [size(*each) for each in old])
    assert (found.name if found else None) == expected


def course(cluster, name="web"):
    """`[old, new]` sizes after each change of a ReplicaSet's size since the second ReplicaSet came."""
    sizes, seen = {}, []
    for entry in cluster.trace.entries:
        if (
            entry.ref.kind == "ReplicaSet"
            and entry.ref.namespace == "default"
            and entry.change in ("created", "updated")
        ):
            obj = next(v.obj for v in cluster.trace.versions(entry.ref) if v.entry == entry.id)
            if sizes.get(entry.ref) != obj["spec"]["replicas"]:
                sizes[entry.ref] = obj["spec"]["replicas"]
                if len(sizes) > 1:
                    seen.append(list(sizes.values()))
    return seen


@pytest.mark.parametrize(
    ("replicas", "steps"),
    [
        (1, [[1, 1], [0, 1]]),
        (3, [[3, 1], [2, 1], [2, 2], [1, 2], [1, 3], [0, 3]]),
        (4, [[4, 1], [3, 1], [3, 2], [1, 2], [1, 4], [0, 4]]),
        (10, [[10, 3], [8, 3], [8, 5], [3, 5], [3, 10], [0, 10]]),
    ],
)
def test_course_of_a_default_rolling_update(replicas, steps):
    # One node and images that are there already, so that Pods of one step become Ready together.
    cluster = Cluster(nodes=[{"cpu": "64"}])
    manifest = deployment(replicas=replicas, readinessProbe=probe("/ready"))
    cluster.apply(manifest)
    cluster.run_until(20_000)
    manifest = deployment(replicas=replicas, image="example.com/web:1.1", readinessProbe=probe("/ready"))
    cluster.apply(manifest)
    cluster.run_until(120_000)
    assert course(cluster) == steps


@pytest.mark.parametrize(("replicas", "old", "new"), [(10, 8, 5), (3, 3, 1), (4, 3, 2)])
def test_a_broken_image_stops_the_rollout(replicas, old, new):
    cluster = Cluster(nodes=[{"cpu": "64"}])
    cluster.apply(deployment(replicas=replicas))
    cluster.run_until(20_000)
    cluster.apply(deployment(replicas=replicas, image="example.com/web:9.9"))
    cluster.run_until(700_000)
    assert course(cluster)[-1] == [old, new]
    conditions = {c["type"]: c["reason"] for c in cluster.get("Deployment", "web")["status"]["conditions"]}
    assert conditions["Progressing"] == "ProgressDeadlineExceeded"


def apply_and_settle(cluster, *manifests, ms=30_000):
    for manifest in manifests:
        cluster.apply(manifest)
        cluster.run_for(ms)


def test_going_back_reuses_the_replica_set_and_renumbers_it():
    cluster = Cluster()
    apply_and_settle(cluster, deployment(), deployment(image="example.com/web:1.1"), deployment())
    revisions = {
        rs["spec"]["template"]["spec"]["containers"][0]["image"]: rs["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
        for rs in cluster.objects("ReplicaSet")
    }  # fmt: skip
    assert revisions == {"example.com/web:1.0": "3", "example.com/web:1.1": "2"}
    assert (
        cluster.get("Deployment", "web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
        == "3"
    )


def test_only_the_template_makes_a_new_revision():
    cluster = Cluster()
    apply_and_settle(cluster, deployment(replicas=2), deployment(replicas=5))
    cluster.scale("Deployment", "web", 1)
    cluster.run_for(40_000)
    assert [rs["spec"]["replicas"] for rs in cluster.objects("ReplicaSet")] == [1]


def test_old_replica_sets_beyond_the_history_limit_go():
    cluster = Cluster()
    for version in ("1.0", "1.1", "2.0", "latest"):
        apply_and_settle(
            cluster, deployment(image=f"example.com/web:{version}", spec={"revisionHistoryLimit": 1})
        )
    assert len(cluster.objects("ReplicaSet")) == 2


def test_a_paused_deployment_scales_but_does_not_roll():
    cluster = Cluster()
    apply_and_settle(cluster, deployment(replicas=2))
    apply_and_settle(cluster, deployment(replicas=3, image="example.com/web:1.1", spec={"paused": True}))
    assert [(rs["spec"]["replicas"]) for rs in cluster.objects("ReplicaSet")] == [3]
    apply_and_settle(cluster, deployment(replicas=3, image="example.com/web:1.1", spec={"paused": False}))
    assert sorted(rs["spec"]["replicas"] for rs in cluster.objects("ReplicaSet")) == [0, 3]


def test_recreate_waits_for_the_old_pods_to_be_gone():
    cluster = Cluster()
    spec = {"strategy": {"type": "Recreate"}}
    apply_and_settle(cluster, deployment(spec=spec), deployment(image="example.com/web:1.1", spec=spec))
    gone = max(e.time_ms for e in cluster.trace.find("deleted") if e.ref[:2] == ("Pod", "default"))
    new = [e for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")][3:]
    assert [e.time_ms >= gone for e in new] == [True, True, True]


def test_min_ready_seconds_delay_availability():
    cluster = Cluster()
    cluster.apply(deployment(replicas=1, spec={"minReadySeconds": 10}))
    cluster.run_until(12_999)
    status = cluster.get("Deployment", "web")["status"]
    assert (status["readyReplicas"], status.get("availableReplicas")) == (1, None)
    cluster.run_until(13_000)
    assert cluster.get("Deployment", "web")["status"]["availableReplicas"] == 1


def test_each_resize_names_its_numbers_and_field():
    cluster = Cluster()
    apply_and_settle(cluster, deployment(), deployment(image="example.com/web:1.1"))
    rules = {
        e.data["rule"]: e.field
        for e in cluster.trace.find("decision")
        if e.ref[:2] == ("Deployment", "default")
    }
    assert rules == {
        "surge": "spec.strategy.rollingUpdate.maxSurge",
        "unavailable": "spec.strategy.rollingUpdate.maxUnavailable",
    }


@pytest.mark.parametrize(
    ("surge", "unavailable", "replicas", "bounds"),
    [
        # util/deployment_util.go ResolveFenceposts: nil counts as 0.
        (None, None, 5, (0, 1)),
        (None, "50%", 5, (0, 2)),
        ("1%", None, 100, (1, 0)),
        ("1%", None, 0, (0, 1)),
        ("34%", "34%", 3, (2, 1)),
        ("33%", "33%", 3, (1, 0)),
        ("150%", "100%", 2, (3, 2)),
        ("0%", 0, 0, (0, 1)),
    ],
)
def test_bounds_at_the_edges(surge, unavailable, replicas, bounds):
    assert rollout.resolve_bounds(surge, unavailable, replicas) == bounds


@pytest.mark.parametrize(
    ("value", "message"),
    [
        # apimachinery/pkg/util/intstr getIntOrPercentValueSafely
        ("3", "invalid value for IntOrString: invalid type: string is not a percentage"),
        ("", "invalid value for IntOrString: invalid type: string is not a percentage"),
        ("a%", 'invalid value for IntOrString: invalid value "a%": strconv.Atoi: parsing "a": invalid syntax'),
        ("1.5%", 'invalid value for IntOrString: invalid value "1.5%": strconv.Atoi: parsing "1.5": invalid syntax'),
    ],
)  # fmt: skip
def test_bounds_that_are_no_percentage(value, message):
    with pytest.raises(IntOrStringError) as refused:
        scaled(value, 3, round_up=True)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("unavailable", "replicas", "expected"),
    # util/deployment_util.go MaxUnavailable
    [(0, 10, 0), (3, 10, 3), (12, 10, 10), (1, 0, 0), (1, 1, 1)],
)
def test_no_more_can_be_unavailable_than_there_are(unavailable, replicas, expected):
    assert rollout.max_unavailable(Bounds(0, unavailable), replicas) == expected


@pytest.mark.parametrize(
    ("replicas", "bounds", "old", "new", "expected"),
    [
        # rolling.go reconcileOldReplicaSets, cleanupUnhealthyReplicas, scaleDownOldReplicaSetsForRollingUpdate;
        # old ReplicaSets as (name, size, available), the oldest first.
        (10, (0, 0), [], (0, 0), {}),
        (10, (5, 0), [("a", 0, 0)], (10, 10), {}),
        (10, (3, 2), [("a", 4, 0), ("b", 5, 5)], (3, 3), {"a": 0}),
        (10, (3, 2), [("a", 4, 0), ("b", 5, 5)], (3, 0), {"a": 3}),
        (10, (3, 2), [("a", 2, 2), ("b", 8, 8)], (3, 0), {"a": 0}),
        (10, (3, 2), [("a", 1, 1), ("b", 9, 9)], (3, 0), {"a": 0, "b": 8}),
        (10, (3, 2), [("a", 1, 1), ("b", 9, 7)], (3, 2), {"a": 0, "b": 6}),
        (1, (0, 1), [("a", 1, 1)], (0, 0), {"a": 0}),
        (5, (5, 0), [("a", 5, 5)], (5, 4), {"a": 1}),
        (0, (1, 1), [("a", 3, 3)], (0, 0), {"a": 0}),
    ],
)  # fmt: skip
def test_old_replica_sets_shrink_within_their_budget(replicas, bounds, old, new, expected):
    given = [size(name, count, available) for name, count, available in old]
    assert rollout.reconcile_old(given, size("new", *new), replicas, Bounds(*bounds)) == expected


@pytest.mark.parametrize(
    ("replicas", "surge", "sets", "expected"),
    [
        # sync.go scale, util/deployment_util.go GetReplicaSetProportion: (name, size, max-replicas, created)
        (10, 0, [("a", 5, 10, "1"), ("b", 5, 10, "1")], {"a": 5, "b": 5}),
        # Of one instant the name decides: the last one when adding, the first one when removing.
        (11, 0, [("a", 5, 10, "1"), ("b", 5, 10, "1")], {"a": 5, "b": 6}),
        (9, 0, [("a", 5, 10, "1"), ("b", 5, 10, "1")], {"a": 4, "b": 5}),
        # Empty ones take no part.
        (6, 0, [("a", 0, 10, "1"), ("b", 5, 5, "2")], {"b": 6}),
        # A half rounds away from zero, but never past what is left.
        (5, 0, [("a", 1, 2, "1"), ("b", 1, 2, "2")], {"a": 2, "b": 3}),
        (1, 0, [("a", 3, 6, "1"), ("b", 3, 6, "2")], {"a": 0, "b": 1}),
        # Neither annotation nor status: no share, all goes to the first.
        (4, 0, [("a", 1, 0, "1"), ("b", 2, 0, "2")], {"a": 1, "b": 3}),
        # The surge belongs to the size that is shared out.
        (10, 3, [("new", 5, 7, "2"), ("old", 2, 7, "1")], {"new": 9, "old": 4}),
    ],
)
def test_shares_at_the_edges(replicas, surge, sets, expected):
    given = [size(name, count, created=created, most=most) for name, count, most, created in sets]
    assert rollout.proportional(given, replicas, surge) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        # util/deployment_util.go IsSaturated
        (None, False),
        ({"size": 3, "available": 3, "desired": 3}, True),
        ({"size": 3, "available": 2, "desired": 3}, False),
        ({"size": 2, "available": 2, "desired": 3}, False),
        ({"size": 3, "available": 3, "desired": 5}, False),
        ({"size": 3, "available": 3, "desired": None}, False),
    ],
)
def test_saturation(new, expected):
    assert rollout.is_saturated(ReplicaSetSize("new", **new) if new else None, 3) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # util/deployment_util.go DeploymentProgressing
        ({}, {}, False),
        ({"replicas": 3, "updatedReplicas": 1}, {"replicas": 3, "updatedReplicas": 2}, True),
        ({"replicas": 4, "updatedReplicas": 2}, {"replicas": 3, "updatedReplicas": 2}, True),
        ({"replicas": 3, "updatedReplicas": 2}, {"replicas": 4, "updatedReplicas": 2}, False),
        ({"readyReplicas": 1}, {"readyReplicas": 2}, True),
        ({"readyReplicas": 2}, {"readyReplicas": 1}, False),
        ({"availableReplicas": 1}, {"availableReplicas": 2}, True),
        ({"updatedReplicas": 2, "replicas": 2}, {"updatedReplicas": 1, "replicas": 1}, False),
    ],
)
def test_progress(before, after, expected):
    assert rollout.is_progressing(before, after) is expected


def replica_set_with(name, wanted, failure="", **status):
    found = {"metadata": {"name": name}, "spec": {"replicas": wanted}, "status": status}
    if failure:
        stamp = "2026-04-01T00:00:00Z"
        told = {"type": "ReplicaFailure", "status": "True", "message": failure, "lastTransitionTime": stamp}
        found["status"]["conditions"] = [told]
    return found


@pytest.mark.parametrize(
    ("sets", "unavailable"),
    [
        # calculateStatus: what is wanted and not available, whether or not the Pods exist.
        ([replica_set_with("new", 3, replicas=0)], 3),
        ([replica_set_with("new", 3, replicas=3, availableReplicas=1)], 2),
        (
            [
                replica_set_with("old", 0, replicas=2, availableReplicas=2),
                replica_set_with("new", 1, replicas=1),
            ],
            0,
        ),
    ],
)
def test_unavailable_replicas_are_counted_from_what_is_wanted(sets, unavailable):
    deployment = {"metadata": {"generation": 1}, "spec": {}}
    assert counts(deployment, sets[-1], sets).get("unavailableReplicas", 0) == unavailable


def test_the_failure_of_the_new_replica_set_is_told_first():
    """getReplicaFailures: the new ReplicaSet's, else the first of the others."""
    sets = [replica_set_with("new", 1, "new"), replica_set_with("old", 1, "old")]
    owner = {"status": {}, "metadata": {"name": "web"}}
    assert [c["message"] for c in with_failure([], owner, sets, "now")] == ["new"]
    assert [c["message"] for c in with_failure([], owner, [replica_set_with("new", 1), sets[1]], "now")] == [
        "old"
    ]
