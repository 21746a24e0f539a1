"""Jobs and CronJobs.  Rules: pkg/controller/job, pkg/controller/cronjob."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from learn.cluster.api.cron import CronError, parse_schedule
from learn.cluster.cluster import Cluster
from learn.cluster.controllers.cronjob import missed
from learn.cluster.controllers.jobindexes import intervals_in, met_rule, ranges
from learn.cluster.controllers.jobrules import (
    Backoff,
    Indexes,
    after_finished,
    ending,
    finished_ms,
    first_pending,
    has_failed,
    pods_to_remove,
    remaining_ms,
    retry_delay,
    wanted_active,
)
from learn.cluster.controllers.podfailurepolicy import match_policy

ON_FAILURE = {"template": {"spec": {"restartPolicy": "OnFailure"}}}


@pytest.mark.parametrize(
    ("spec", "counts", "expected"),
    [
        ({"completions": 1}, {}, None),
        ({"completions": 1}, {"succeeded": 1}, "CompletionsReached"),
        ({"completions": 3}, {"succeeded": 2}, None),
        ({}, {"succeeded": 1}, "CompletionsReached"),
        ({}, {"succeeded": 1, "active": 1}, None),
        ({"completions": 1}, {"failed": 6}, None),
        ({"completions": 1}, {"failed": 7}, "BackoffLimitExceeded"),
        ({"completions": 1, "backoffLimit": 0}, {"failed": 1}, "BackoffLimitExceeded"),
        ({"completions": 1, "activeDeadlineSeconds": 10}, {"age_ms": 9_999}, None),
        ({"completions": 1, "activeDeadlineSeconds": 10}, {"age_ms": 10_000}, "DeadlineExceeded"),
        ({"completions": 1, "activeDeadlineSeconds": 10}, {"age_ms": None}, None),
        # syncJob asks the back-off limit before the deadline, and both before the completions.
        ({"completions": 1, "activeDeadlineSeconds": 10, "backoffLimit": 0}, {"age_ms": 10_000, "failed": 5}, "BackoffLimitExceeded"),
        ({"completions": 1, "activeDeadlineSeconds": 10}, {"age_ms": 10_000, "succeeded": 1}, "DeadlineExceeded"),
        ({"completions": 1, "backoffLimit": 2}, {"failed": 3, "succeeded": 1}, "BackoffLimitExceeded"),
        ({"completions": 0}, {}, "CompletionsReached"),
        ({"completions": 9, "backoffLimitPerIndex": 1}, {"failed": 100}, None),
        # pastBackoffLimitOnFailure: as many restarts as the limit, or one where it is 0.
        ({**ON_FAILURE, "completions": 1, "backoffLimit": 2}, {"restarts": 1}, None),
        ({**ON_FAILURE, "completions": 1, "backoffLimit": 2}, {"restarts": 2}, "BackoffLimitExceeded"),
        ({**ON_FAILURE, "completions": 1, "backoffLimit": 0}, {"restarts": 0}, None),
        ({**ON_FAILURE, "completions": 1, "backoffLimit": 0}, {"restarts": 1}, "BackoffLimitExceeded"),
        ({"completions": 1, "backoffLimit": 2}, {"restarts": 9}, None),
    ],
)  # fmt: skip
def test_how_a_job_ends(spec, counts, expected):
    found = ending(spec, **{"succeeded": 0, "failed": 0, "active": 0, "age_ms": 0, **counts})
    assert (found.reason if found else None) == expected


@pytest.mark.parametrize(
    ("spec", "succeeded", "active", "expected"),
    [
        ({"completions": 5, "parallelism": 2}, 0, 0, 2),
        ({"completions": 5, "parallelism": 2}, 4, 1, 1),
        ({"completions": 1}, 0, 0, 1),
        ({"parallelism": 3}, 0, 0, 3),
        ({"parallelism": 3}, 1, 2, 2),
        ({"completions": 5, "parallelism": 2, "suspend": True}, 0, 2, 0),
        ({"completions": 5, "parallelism": 0}, 0, 0, 0),
    ],
)
def test_how_many_pods_run_at_once(spec, succeeded, active, expected):
    assert wanted_active(spec, succeeded=succeeded, active=active) == expected


@pytest.mark.parametrize(
    ("before", "succeeded", "failed", "after"),
    [
        # backoff_utils.go newBackoffRecord
        ((0, None), [], [], (0, None)),
        ((0, None), [], [1_000], (1, 1_000)),
        ((2, 1_000), [], [5_000, 4_000], (4, 5_000)),
        ((3, 1_000), [5_000], [], (0, None)),
        ((3, 1_000), [5_000], [4_000], (0, None)),
        ((3, 1_000), [5_000], [5_000], (0, None)),
        ((3, 1_000), [2_000, 5_000], [4_000, 6_000, 7_000], (2, 7_000)),
    ],
)
def test_a_success_forgets_the_failures_before_it(before, succeeded, failed, after):
    assert after_finished(Backoff(*before), succeeded, failed) == after


@pytest.mark.parametrize(
    ("failures", "last", "now", "left"),
    [(0, None, 5_000, 0), (1, 1_000, 1_000, 10_000), (1, 1_000, 11_000, 0), (1, 1_000, 20_000, 0),
     (3, 0, 15_000, 25_000), (7, 0, 0, 600_000), (60, 0, 0, 600_000)],
)  # fmt: skip
def test_the_wait_counts_from_the_last_failure(failures, last, now, left):
    """backoff_utils.go getRemainingTimeForFailuresCount"""
    assert remaining_ms(Backoff(failures, last), now) == left


def ended_pod(*finished, ready=None, deleted="", grace=0, sidecar=None):
    states = [{"terminated": {"finishedAt": each}} if each else {"running": {}} for each in finished]
    status = {"containerStatuses": [{"name": f"c{n}", "state": state} for n, state in enumerate(states)]}
    if ready:
        status["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": ready}]
    meta = {"creationTimestamp": "1970-01-01T00:00:01Z"}
    if deleted:
        meta |= {"deletionTimestamp": deleted, "deletionGracePeriodSeconds": grace}
    spec = {}
    if sidecar is not None:
        spec["initContainers"] = [{"name": "s", "restartPolicy": "Always"}, {"name": "i"}]
        last = {"terminated": {"finishedAt": sidecar}} if sidecar else {"running": {}}
        first = {"terminated": {"finishedAt": "1970-01-01T01:00:00Z"}}
        status["initContainerStatuses"] = [{"name": "s", "state": last}, {"name": "i", "state": first}]
    return {"metadata": meta, "spec": spec, "status": status}


def second(number):
    return f"1970-01-01T00:00:{number:02}Z"


@pytest.mark.parametrize(
    ("pod", "seconds"),
    [
        # backoff_utils.go getFinishedTime
        (ended_pod(second(7), second(9)), 9),
        (ended_pod(second(7), sidecar=second(12)), 12),
        (ended_pod(second(7), sidecar=""), 1),
        (ended_pod(second(7), "", ready=second(8)), 8),
        (ended_pod("", deleted=second(40), grace=30), 10),
        (ended_pod(), 1),
    ],
)
def test_when_a_pod_ended(pod, seconds):
    assert finished_ms(pod) == seconds * 1000


@pytest.mark.parametrize(
    ("phase", "deleting", "policy", "expected"),
    [("Failed", False, "Failed", True), ("Running", False, "TerminatingOrFailed", False),
     ("Running", True, "TerminatingOrFailed", True), ("Running", True, "Failed", False),
     ("Succeeded", True, "TerminatingOrFailed", False)],
)  # fmt: skip
def test_a_pod_that_is_deleted_counts_as_failed(phase, deleting, policy, expected):
    """job_controller.go isPodFailed, KEP-3939"""
    meta = {"deletionTimestamp": "x"} if deleting else {}
    assert has_failed({"metadata": meta, "status": {"phase": phase}}, policy) is expected


def active_pod(name, *, index=None, phase="Running", node="n", created=1):
    meta = {"name": name, "uid": name, "creationTimestamp": second(created), "annotations": {}}
    if index is not None:
        meta["annotations"]["batch.kubernetes.io/job-completion-index"] = str(index)
    return {"metadata": meta, "spec": {"nodeName": node}, "status": {"phase": phase}}


INDEXED = {"completionMode": "Indexed", "completions": 3}


@pytest.mark.parametrize(
    ("spec", "pods", "least", "removed"),
    [
        # activePodsForRemoval: those that got least far, then the newest; costs play no part.
        ({}, [active_pod("a"), active_pod("b", phase="Pending"), active_pod("c", node="")], 2, ["c", "b"]),
        ({}, [active_pod("a", created=1), active_pod("b", created=2)], 1, ["b"]),
        ({}, [active_pod("a")], 0, []),
        # Indexed: Pods without a valid index and doubles go first, in any case.
        (INDEXED, [active_pod("a", index=0), active_pod("b", index=0, created=2), active_pod("c", index=1)], 0, ["b"]),
        (INDEXED, [active_pod("a"), active_pod("b", index=7), active_pod("c", index=1)], 1, ["a", "b"]),
        (INDEXED, [active_pod("a", index=0), active_pod("b", index=1, created=2)], 1, ["b"]),
    ],
)  # fmt: skip
def test_the_pods_that_a_job_drops(spec, pods, least, removed):
    assert [pod["metadata"]["name"] for pod in pods_to_remove(spec, pods, least)] == removed


@pytest.mark.parametrize(
    ("taken", "count", "expected"),
    [(set(), 2, [0, 1]), ({0, 2}, 2, [1, 3]), ({0, 1, 2, 3, 4}, 2, []), ({1}, 0, []), ({4}, 9, [0, 1, 2, 3])],
)
def test_the_next_indexes(taken, count, expected):
    """indexed_job_utils.go firstPendingIndexes"""
    assert first_pending(5, taken, count) == expected


def test_retries_wait_longer_and_longer():
    assert [retry_delay(n) // 1000 for n in range(9)] == [0, 10, 20, 40, 80, 160, 320, 600, 600]


@pytest.mark.parametrize(
    ("indexes", "text"), [([], ""), ([0], "0"), ([0, 1, 2], "0-2"), ([5, 1, 2, 0], "0-2,5"), ([1, 3], "1,3"),
                         ([0, 1], "0,1"), ([0, 1, 3, 4, 5, 7, 8], "0,1,3-5,7,8")]
)  # fmt: skip
def test_completed_indexes_are_written_as_ranges(indexes, text):
    """JobStatus.completedIndexes: three or more consecutive numbers are compressed."""
    assert ranges(indexes) == text


def failed_pod(code, *, conditions=()):
    state = {"terminated": {"exitCode": code}}
    metadata = {"namespace": "default", "name": "j-x"}
    return {
        "metadata": metadata,
        "status": {"containerStatuses": [{"name": "c", "state": state}], "conditions": list(conditions)},
    }


@pytest.mark.parametrize(
    ("rule", "pod", "expected"),
    [
        ({"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}, failed_pod(42), "Container c for pod default/j-x failed with exit code 42 matching FailJob rule at index 0"),
        ({"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}, failed_pod(1), None),
        ({"action": "Ignore", "onExitCodes": {"operator": "NotIn", "values": [42]}}, failed_pod(1), "Container c for pod default/j-x failed with exit code 1 matching Ignore rule at index 0"),
        ({"action": "FailJob", "onExitCodes": {"containerName": "x", "operator": "In", "values": [42]}}, failed_pod(42), None),
        (
            {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]},
            failed_pod(137, conditions=[{"type": "DisruptionTarget", "status": "True"}]),
            "Pod default/j-x has condition DisruptionTarget matching Ignore rule at index 0",
        ),
    ],
)  # fmt: skip
def test_pod_failure_policy(rule, pod, expected):
    found = match_policy({"rules": [rule]}, pod)
    assert found == ((rule["action"], expected) if expected else None)


@pytest.mark.parametrize(
    ("rules", "succeeded", "expected"),
    [
        ([], {0, 1}, None),
        ([{"succeededCount": 2}], {4}, None),
        ([{"succeededCount": 2}], {1, 4}, 0),
        ([{"succeededIndexes": "0"}], {1, 2, 3}, None),
        ([{"succeededIndexes": "0,2-3"}], {0, 2, 3}, 0),
        ([{"succeededIndexes": "0,2-3"}], {0, 2}, None),
        ([{"succeededIndexes": "0-2", "succeededCount": 1}], {3, 4}, None),
        ([{"succeededIndexes": "0-2", "succeededCount": 1}], {2, 4}, 0),
        ([{"succeededIndexes": "0"}, {"succeededCount": 3}], {1, 2, 3}, 1),
        # All of the named indexes are enough, however high the count.
        ([{"succeededIndexes": "0-1", "succeededCount": 4}], {0, 1}, 0),
        ([{"succeededIndexes": "7-9"}], {1, 2}, None),
        ([{"succeededCount": 0}], set(), None),
    ],
)
def test_success_policy(rules, succeeded, expected):
    """pkg/controller/job/success_policy.go: the first rule that holds; a count is of the named indexes."""
    assert met_rule({"rules": rules}, succeeded, 5) == expected


def test_indexes_are_read_up_to_the_completions():
    assert intervals_in("0-2,5,7-9,12", 9) == [(0, 2), (5, 5), (7, 8)]


FIRST = {"rules": [{"succeededIndexes": "0"}]}


@pytest.mark.parametrize(
    ("spec", "succeeded", "failed", "expected"),
    [
        ({"completions": 3}, {0, 1}, set(), None),
        ({"completions": 3}, {0, 1}, {2}, "FailedIndexes"),
        ({"completions": 3}, {0}, {2}, None),
        ({"completions": 3, "maxFailedIndexes": 1}, {0}, {2}, None),
        ({"completions": 5, "maxFailedIndexes": 1}, {0}, {2, 3}, "MaxFailedIndexesExceeded"),
        ({"completions": 3, "maxFailedIndexes": 0}, {0, 1}, {2}, "MaxFailedIndexesExceeded"),
        ({"completions": 3, "successPolicy": FIRST}, {0}, set(), "SuccessPolicy"),
        # The success policy is asked before the completions, and after the failed indexes.
        ({"completions": 3, "successPolicy": FIRST}, {0, 1, 2}, set(), "SuccessPolicy"),
        ({"completions": 3, "successPolicy": FIRST}, {0, 1}, {2}, "FailedIndexes"),
        ({"completions": 3}, {0, 1, 2}, set(), "CompletionsReached"),
    ],
)  # fmt: skip
def test_how_indexes_end_a_job(spec, succeeded, failed, expected):
    """pkg/controller/job/job_controller.go syncJob: too many failed, all done, success policy."""
    indexes = Indexes(frozenset(succeeded), frozenset(failed))
    found = ending(
        {"backoffLimitPerIndex": 1, **spec},
        succeeded=len(succeeded), failed=len(failed), active=0, age_ms=0, indexes=indexes,
    )  # fmt: skip
    assert (found.reason if found else None) == expected


def job(script="sleep 5", *, policy="Never", **spec):
    containers = [{"name": "c", "image": "busybox:1.37", "command": ["sh", "-c", script]}]
    pod_spec = {"restartPolicy": policy, "containers": containers}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j"},
        "spec": {"template": {"spec": pod_spec}, **spec},
    }


def run(manifest, ms):
    cluster = Cluster(nodes=1)
    cluster.apply(manifest)
    cluster.run_until(ms)
    return cluster


def conditions(cluster):
    status = cluster.get("Job", "j")["status"]
    return [c["type"] for c in status.get("conditions", []) if c["status"] == "True"]


def test_a_job_runs_to_completion():
    cluster = run(job(completions=3, parallelism=2), 60_000)
    status = cluster.get("Job", "j")["status"]
    assert (conditions(cluster), status["succeeded"]) == (["SuccessCriteriaMet", "Complete"], 3)
    starts = [e.time_ms for e in cluster.trace.find("container-started") if e.ref.namespace == "default"]
    assert starts == [3_000, 3_000, 9_000]


def test_a_failing_job_gives_up_after_its_limit():
    cluster = run(job("exit 1", backoffLimit=2), 200_000)
    assert (conditions(cluster), len(cluster.objects("Pod"))) == (["FailureTarget", "Failed"], 3)
    created = [e.time_ms for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")]
    assert created == [0, 13_000, 34_000]


FAILS_AT_ONE = "test $JOB_COMPLETION_INDEX != 1"


def indexed(script=FAILS_AT_ONE, **spec):
    return job(script, completionMode="Indexed", completions=3, parallelism=3, **spec)


def test_an_index_fails_alone_and_the_others_go_on():
    """backoffLimitPerIndex (KEP-3850): each index has its own limit and its own waits."""
    cluster = run(indexed(backoffLimitPerIndex=1), 120_000)
    status = cluster.get("Job", "j")["status"]
    assert (status["completedIndexes"], status["failedIndexes"]) == ("0,2", "1")
    assert [(c["type"], c["reason"]) for c in status["conditions"]] == [
        ("FailureTarget", "FailedIndexes"),
        ("Failed", "FailedIndexes"),
    ]
    created = [e for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")]
    assert len(created) == 4
    again = [
        p
        for p in cluster.objects("Pod")
        if p["metadata"]["annotations"]["batch.kubernetes.io/job-index-failure-count"] == "1"
    ]
    assert [p["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"] for p in again] == ["1"]


def test_a_job_gives_up_when_too_many_indexes_failed():
    cluster = run(indexed("exit 1", backoffLimitPerIndex=0, maxFailedIndexes=1), 60_000)
    assert {c["reason"] for c in cluster.get("Job", "j")["status"]["conditions"]} == {
        "MaxFailedIndexesExceeded"
    }


def test_a_policy_gives_an_index_up_at_once():
    rule = {"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [1]}}
    cluster = run(indexed(backoffLimitPerIndex=5, podFailurePolicy={"rules": [rule]}), 120_000)
    assert cluster.get("Job", "j")["status"]["failedIndexes"] == "1"
    assert len([e for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")]) == 3


def test_a_success_policy_ends_a_job_before_all_have_succeeded():
    """KEP-3998: the rest is stopped, the Job is Complete."""
    script = 'if [ "$JOB_COMPLETION_INDEX" = 0 ]; then sleep 5; else sleep 3600; fi'
    cluster = run(indexed(script, successPolicy={"rules": [{"succeededIndexes": "0"}]}), 120_000)
    status = cluster.get("Job", "j")["status"]
    assert [(c["type"], c["reason"], c["message"]) for c in status["conditions"]] == [
        ("SuccessCriteriaMet", "SuccessPolicy", "Matched rules at index 0"),
        ("Complete", "SuccessPolicy", "Matched rules at index 0"),
    ]
    assert (status["succeeded"], status["completedIndexes"]) == (1, "0")
    assert [p["status"]["phase"] for p in cluster.objects("Pod")] == ["Succeeded"]


def test_on_failure_restarts_count_against_the_limit():
    cluster = run(job("exit 1", policy="OnFailure", backoffLimit=2), 200_000)
    assert conditions(cluster) == ["FailureTarget", "Failed"]
    assert cluster.objects("Pod") == []


def test_a_deadline_ends_a_job():
    cluster = run(job("sleep 3600", activeDeadlineSeconds=20), 120_000)
    reasons = {c["reason"] for c in cluster.get("Job", "j")["status"]["conditions"]}
    assert (reasons, cluster.objects("Pod")) == ({"DeadlineExceeded"}, [])


def test_a_suspended_job_has_no_pods_and_goes_on_when_resumed():
    cluster = run(job(suspend=True), 20_000)
    assert (cluster.objects("Pod"), conditions(cluster)) == ([], ["Suspended"])
    cluster.patch("Job", "j", {"spec": {"suspend": False}})
    cluster.run_until(60_000)
    assert conditions(cluster) == ["SuccessCriteriaMet", "Complete"]


def test_a_finished_job_goes_when_its_time_to_live_is_over():
    cluster = run(job(ttlSecondsAfterFinished=10), 17_000)
    assert conditions(cluster) == ["SuccessCriteriaMet", "Complete"]
    cluster.run_until(30_000)
    assert (cluster.objects("Job"), cluster.objects("Pod")) == ([], [])


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "since", "now", "latest", "number"),
    [
        ("*/5 * * * *", "2026-04-01T00:00", "2026-04-01T00:04:59", None, 0),
        ("*/5 * * * *", "2026-04-01T00:00", "2026-04-01T00:05", "2026-04-01T00:05", 1),
        ("*/5 * * * *", "2026-04-01T00:00", "2026-04-01T00:17", "2026-04-01T00:15", 3),
        ("@hourly", "2026-04-01T00:30", "2026-04-01T02:30", "2026-04-01T02:00", 2),
        # utils.go mostRecentScheduleTime: more than a hundred are warned of, the latest is started all the same.
        ("* * * * *", "2026-04-01T00:00", "2026-04-02T00:00:30", "2026-04-02T00:00", 1440),
        ("@every 90s", "2026-04-01T00:00:10", "2026-04-01T00:10", "2026-04-01T00:09:10", 6),
        ("0 9 * * 1-5", "2026-04-03T10:00", "2026-04-08T08:00", "2026-04-07T09:00", 2),
        # The estimate from the first two may look where nothing is: then nothing is started now.
        ("* * 1 4 *", "2026-03-31T23:00", "2026-04-05T00:00", None, 5761),
    ],
)
def test_missed_times(schedule, since, now, latest, number):
    found = missed(parse_schedule(schedule), moment(since), moment(now))
    assert found == (moment(latest) if latest else None, number)


def test_a_schedule_that_never_comes_is_an_error():
    with pytest.raises(CronError, match="less than 1 second"):
        missed(parse_schedule("59 23 31 2 *"), moment("2026-04-01T00:00"), moment("2026-04-01T01:00"))


@pytest.mark.parametrize(
    ("schedule", "after", "following"),
    [
        # robfig/cron SpecSchedule.Next in New York: 02:00-03:00 is skipped on 8 March, 01:00-02:00 repeated on 1 November.
        ("0 * * * *", "2026-03-08T06:00", "2026-03-08T07:00"),
        ("30 2 * * *", "2026-03-08T05:00", "2026-03-09T06:30"),
        ("0 1 * * *", "2026-11-01T04:00", "2026-11-01T05:00"),
        ("0 1 * * *", "2026-11-01T05:00", "2026-11-01T06:00"),
        ("0 1 * * *", "2026-11-01T06:00", "2026-11-02T06:00"),
        ("*/30 * * * *", "2026-11-01T05:30", "2026-11-01T06:00"),
        ("0 0 * * *", "2026-11-01T05:30", "2026-11-02T05:00"),
    ],
)
def test_schedules_where_the_clocks_change(schedule, after, following):
    zone = ZoneInfo("America/New_York")
    found = parse_schedule(schedule).next(moment(after).astimezone(zone))
    assert found.astimezone(UTC) == moment(following)


@pytest.mark.parametrize(
    ("schedule", "after", "following"),
    [
        # Day of month and day of week: either is enough, unless one of them is a star; a step takes the star away.
        ("0 0 13 * 5", "2026-04-01T00:00", "2026-04-03T00:00"),
        ("0 0 13 * 5", "2026-04-11T00:00", "2026-04-13T00:00"),
        ("0 0 * * 5", "2026-04-01T00:00", "2026-04-03T00:00"),
        ("0 0 13 * *", "2026-04-01T00:00", "2026-04-13T00:00"),
        ("0 0 */9 * 5", "2026-04-01T00:00", "2026-04-03T00:00"),
        ("0 0 ? * MON", "2026-04-01T00:00", "2026-04-06T00:00"),
        ("@yearly", "2026-04-01T00:00", "2027-01-01T00:00"),
        ("@weekly", "2026-04-01T00:00", "2026-04-05T00:00"),
        ("0 0 29 2 *", "2026-04-01T00:00", "2028-02-29T00:00"),
        ("59 23 31 2 *", "2026-04-01T00:00", None),
    ],
)
def test_the_next_time_of_a_schedule(schedule, after, following):
    assert parse_schedule(schedule).next(moment(after)) == (following and moment(following))


def cron(policy="Allow", script="sleep 5", **spec):
    template = job(script)["spec"]
    body = {"schedule": "*/1 * * * *", "concurrencyPolicy": policy, "jobTemplate": {"spec": template}, **spec}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}, "spec": body}


def job_times(cluster):
    return [e.time_ms // 1000 for e in cluster.trace.find("created") if e.ref.kind == "Job"]


@pytest.mark.parametrize(
    ("policy", "times", "left"),
    [("Allow", [60, 120, 180], 2), ("Forbid", [60, 163], 1), ("Replace", [60, 120, 180], 1)],
)
def test_concurrency(policy, times, left):
    cluster = run(cron(policy, "sleep 100"), 200_000)
    active = [j for j in cluster.objects("Job") if not j["status"].get("conditions")]
    assert (job_times(cluster), len(active)) == (times, left)


def test_history_limits_keep_the_newest():
    cluster = run(cron(successfulJobsHistoryLimit=2), 400_000)
    assert len(cluster.objects("Job")) == 2


def test_a_suspended_cron_job_makes_nothing():
    assert job_times(run(cron(suspend=True), 200_000)) == []


def test_time_zones_shift_the_schedule():
    # 09:00 in Tokyo is 00:00 UTC, the start of the run: the next one is a day away.
    cluster = run(cron(schedule="1 9 * * *", timeZone="Asia/Tokyo"), 120_000)
    assert job_times(cluster) == [60]


def told(cluster):
    return [
        c["type"] for c in cluster.get("Job", "j")["status"].get("conditions", ()) if c["status"] == "True"
    ]


def test_a_job_has_failed_only_when_its_pods_have_ended():
    """Since 1.31 FailureTarget comes at once, Failed when no Pod terminates any more; what ran counts as failed."""
    cluster = run(job("sleep 3600", activeDeadlineSeconds=20, completions=2, parallelism=2), 21_000)
    status = cluster.get("Job", "j")["status"]
    assert (told(cluster), status["terminating"], status["failed"]) == (["FailureTarget"], 2, 2)
    cluster.run_until(60_000)
    status = cluster.get("Job", "j")["status"]
    assert (told(cluster), status["failed"]) == (["FailureTarget", "Failed"], 2)
    times = {c["type"]: c["lastTransitionTime"] for c in status["conditions"]}
    assert times["FailureTarget"] < times["Failed"]


def test_what_a_job_deletes_itself_has_not_failed():
    """deleteJobPods takes the finalizer off first: suspending or shrinking counts nothing."""
    cluster = run(job("sleep 3600", completions=4, parallelism=3), 10_000)
    cluster.patch("Job", "j", {"spec": {"parallelism": 1}})
    cluster.run_until(60_000)
    status = cluster.get("Job", "j")["status"]
    assert (status["active"], status.get("failed", 0)) == (1, 0)
    cluster.patch("Job", "j", {"spec": {"suspend": True}})
    cluster.run_until(120_000)
    status = cluster.get("Job", "j")["status"]
    assert (status.get("active", 0), status.get("failed", 0), told(cluster)) == (0, 0, ["Suspended"])


@pytest.mark.parametrize(
    ("policy", "created"), [("TerminatingOrFailed", [0, 20_000]), ("Failed", [0, 50_000])]
)
def test_when_a_deleted_pod_is_replaced(policy, created):
    """KEP-3939: it counts as failed at once, or first when it has ended; the next waits 10 s from there."""
    cluster = run(job("sleep 3600", podReplacementPolicy=policy), 10_000)
    cluster.delete("Pod", cluster.objects("Pod")[0]["metadata"]["name"])
    cluster.run_until(120_000)
    assert [
        e.time_ms // 10_000 * 10_000 for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")
    ] == created
    assert cluster.get("Job", "j")["status"]["failed"] == 1


def test_ignored_failures_wait_but_do_not_count():
    rule = {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [1]}}
    cluster = run(job("exit 1", backoffLimit=0, podFailurePolicy={"rules": [rule]}), 60_000)
    created = [e.time_ms for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")]
    assert created == [0, 13_000, 34_000]
    assert cluster.get("Job", "j")["status"].get("failed", 0) == 0


def test_an_index_that_waits_keeps_its_place():
    """firstPendingIndexes is asked before the waits: with one Pod at a time the next index waits, too."""
    script = "test $JOB_COMPLETION_INDEX != 0"
    cluster = run(
        job(script, completionMode="Indexed", completions=2, parallelism=1, backoffLimitPerIndex=1), 60_000
    )
    created = [
        (e.time_ms, e.ref.name[:3]) for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")
    ]
    assert created == [(0, "j-0"), (13_000, "j-0"), (14_000, "j-1")]


def told_by_cron(cluster, *reasons):
    events = [e for e in cluster.trace.find("event") if e.ref.kind == "CronJob"]
    return [
        (e.time_ms // 1000, e.data["reason"]) for e in events if not reasons or e.data["reason"] in reasons
    ]


def test_a_controller_that_was_stopped_starts_the_latest_run_only():
    cluster = run(cron(), 70_000)
    cluster.act("stop", component="kube-controller-manager")
    cluster.run_until(70_000 + 102 * 60_000)
    cluster.act("resume", component="kube-controller-manager")
    cluster.run_until(70_000 + 102 * 60_000 + 5_000)
    assert job_times(cluster) == [60, 70 + 102 * 60]
    assert [reason for _, reason in told_by_cron(cluster, "TooManyMissedTimes")] == ["TooManyMissedTimes"]


def test_a_run_that_comes_too_late_is_left_out():
    """startingDeadlineSeconds: what lies before the deadline does not count at all."""
    cluster = run(cron(schedule="*/10 * * * *", startingDeadlineSeconds=60), 590_000)
    cluster.act("stop", component="kube-controller-manager")
    cluster.run_until(700_000)
    cluster.act("resume", component="kube-controller-manager")
    cluster.run_until(1_210_000)
    assert job_times(cluster) == [1_200]


def test_a_new_schedule_makes_nothing_up():
    """updateCronJob only sets the next time; a suspension that ends starts what was missed meanwhile."""
    cluster = run(cron(schedule="0 5 * * *"), 630_000)
    cluster.patch("CronJob", "c", {"spec": {"schedule": "*/5 * * * *"}})
    cluster.run_until(901_000)
    assert job_times(cluster) == [900]
    cluster.patch("CronJob", "c", {"spec": {"suspend": True}})
    cluster.run_until(1_230_000)
    cluster.patch("CronJob", "c", {"spec": {"suspend": False}})
    cluster.run_until(1_240_000)
    assert job_times(cluster) == [900, 1_230]


def test_a_job_made_by_hand_is_not_counted():
    """Only Jobs in status.active hold a run up; others with this owner are told of."""
    cluster = run(cron("Forbid"), 10_000)
    owner = cluster.get("CronJob", "c")
    reference = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": "c",
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    manual = job("sleep 300")
    cluster.create({**manual, "metadata": {"name": "by-hand", "ownerReferences": [reference]}})
    cluster.run_until(65_000)
    assert job_times(cluster) == [10, 60]
    assert [reason for _, reason in told_by_cron(cluster, "UnexpectedJob")] == ["UnexpectedJob"]


def test_a_schedule_that_never_comes_is_told():
    cluster = run(cron(schedule="59 23 31 2 *"), 120_000)
    assert {reason for _, reason in told_by_cron(cluster)} == {"InvalidSchedule"}


def test_a_finished_job_is_not_remembered():
    cluster = run(job("exit 1", backoffLimit=1), 120_000)
    assert told(cluster) == ["FailureTarget", "Failed"]
    assert cluster.parts["job"].state == {}
    cluster = run(job("sleep 3600"), 10_000)
    assert len(cluster.parts["job"].state) == 1
    cluster.delete("Job", "j")
    cluster.run_until(120_000)
    assert cluster.parts["job"].state == {}
