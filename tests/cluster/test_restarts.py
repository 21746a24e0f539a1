"""Restart decision and back-off.  Rules: container/helpers.go, kuberuntime_manager.go, flowcontrol/backoff.go."""

import pytest

from learn.cluster.restarts import Backoff, after_restart, go_duration, may_restart_at, should_restart


@pytest.mark.parametrize(
    ("policy", "exit_code", "more", "expected"),
    [
        ("Always", 0, {}, True),
        ("Always", 1, {}, True),
        ("OnFailure", 0, {}, False),
        ("OnFailure", 137, {}, True),
        ("Never", 1, {}, False),
        ("Never", None, {}, True),
        ("Always", 1, {"is_pod_deleting": True}, False),
        ("Always", None, {"is_pod_deleting": True}, False),
        ("Never", 1, {"container_policy": "Always"}, True),
        ("Always", 1, {"container_policy": "Never"}, False),
        (
            "Never",
            42,
            {"rules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]},
            True,
        ),
        (
            "Never",
            43,
            {"rules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]},
            False,
        ),
        (
            "Never",
            43,
            {"rules": [{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [42]}}]},
            True,
        ),
    ],
)
def test_restart_decision(policy, exit_code, more, expected):
    assert should_restart(policy=policy, exit_code=exit_code, **more) is expected


def test_waits_double_up_to_five_minutes():
    waits, now, backoff = [], 0, None
    for _ in range(9):
        start = may_restart_at(backoff, now)
        waits.append((start - now) // 1000)
        backoff = after_restart(backoff, now, start)
        now = start + 1_000
    assert waits == [0, 10, 20, 40, 80, 160, 300, 300, 300]


@pytest.mark.parametrize(("ran_ms", "wait_s"), [(599_000, 300), (600_000, 300), (600_001, 0), (700_000, 0)])
def test_more_than_ten_minutes_of_running_start_afresh(ran_ms, wait_s):
    backoff = Backoff(300_000, 0)
    assert may_restart_at(backoff, ran_ms) - ran_ms == wait_s * 1000
    if not wait_s:
        assert after_restart(backoff, ran_ms, ran_ms).delay_ms == 10_000


def test_a_small_maximum_lowers_the_first_wait_too():
    backoff = after_restart(None, 0, 0, longest_ms=2_000)
    assert (backoff.delay_ms, after_restart(backoff, 0, 0, longest_ms=2_000).delay_ms) == (2_000, 2_000)


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0s"), (400, "400ms"), (1_500, "1.5s"), (10_000, "10s"), (80_000, "1m20s"), (300_000, "5m0s"), (3_600_000, "1h0m0s")],
)  # fmt: skip
def test_durations_print_as_go_prints_them(ms, text):
    assert go_duration(ms) == text


def rule(operator, *codes):
    return {"action": "Restart", "exitCodes": {"operator": operator, "values": list(codes)}}


@pytest.mark.parametrize(
    ("policy", "container_policy", "rules", "exit_code", "expected"),
    [
        # container/helpers.go ShouldContainerBeRestarted, KEP-5307: rules, then the container's policy, then the Pod's.
        ("Never", "", [rule("In", 1, 2)], 2, True),
        ("Never", "", [rule("In", 1), rule("In", 2)], 2, True),
        ("Never", "", [rule("In", 1), rule("NotIn", 0)], 0, False),
        ("Never", "OnFailure", [], 1, True),
        ("Always", "OnFailure", [], 0, False),
        ("OnFailure", "Never", [rule("In", 42)], 42, True),
        ("OnFailure", "Never", [rule("In", 42)], 43, False),
        ("Always", "Never", [rule("NotIn", 42)], 42, False),
        ("Never", "Never", [rule("NotIn", 42)], 0, True),
    ],
)
def test_rules_of_a_container_come_before_policies(policy, container_policy, rules, exit_code, expected):
    found = should_restart(policy=policy, exit_code=exit_code, container_policy=container_policy, rules=rules)
    assert found is expected


@pytest.mark.parametrize(
    ("longest_ms", "waits"),
    [
        # kuberuntime_manager.go doBackOff, KEP-4603: the node's own maximum.
        (300_000, [0, 10, 20, 40, 80, 160, 300]),
        (60_000, [0, 10, 20, 40, 60, 60, 60]),
        (10_000, [0, 10, 10, 10, 10, 10, 10]),
        (2_000, [0, 2, 2, 2, 2, 2, 2]),
    ],
)
def test_the_longest_wait_of_a_node(longest_ms, waits):
    found, now, backoff = [], 0, None
    for _ in waits:
        start = may_restart_at(backoff, now)
        found.append((start - now) // 1000)
        backoff = after_restart(backoff, now, start, longest_ms=longest_ms)
        now = start + 1_000
    assert found == waits


def test_waiting_does_not_count_as_running():
    """flowcontrol/backoff.go hasExpired: from the last restart to the end of the run, not to now."""
    backoff = Backoff(300_000, 1_000_000)
    assert may_restart_at(backoff, 1_600_000) == 1_900_000
    assert may_restart_at(backoff, 1_600_001) == 1_600_001
