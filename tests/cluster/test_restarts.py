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
