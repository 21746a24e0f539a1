"""Names, int-or-string, times, durations and cron schedules."""

from datetime import UTC, datetime

import pytest

from learn.cluster.api import intstr, names
from learn.cluster.api.cron import CronError, parse_schedule
from learn.cluster.api.times import DurationError, duration_text, parse_duration, parse_time, time_text


@pytest.mark.parametrize("good", ["a", "a-b", "1", "a" * 63, "web-0"])
def test_dns_labels(good: str) -> None:
    assert names.dns_label(good) == ()


@pytest.mark.parametrize("bad", ["", "-a", "a-", "A", "a.b", "a_b", "a" * 64, "é"])
def test_what_is_no_dns_label(bad: str) -> None:
    assert names.dns_label(bad)


def test_a_long_and_ill_formed_label_has_two_reasons() -> None:
    long_reason, form_reason = names.dns_label("A" * 64)
    assert {"must be no more than 63 bytes", "must be no more than 63 characters"} & {long_reason}
    assert form_reason.startswith("a lowercase RFC 1123 label must consist of")


@pytest.mark.parametrize("good", ["", "a", "A_b.c-1", "a" * 63])
def test_label_values(good: str) -> None:
    assert names.label_value(good) == ()


@pytest.mark.parametrize("bad", ["-a", "a b", "a" * 64, "a/b"])
def test_what_is_no_label_value(bad: str) -> None:
    assert names.label_value(bad)


@pytest.mark.parametrize("good", ["app", "example.com/app", "a.b/C_d", "1"])
def test_qualified_names(good: str) -> None:
    assert names.qualified_name(good) == ()


@pytest.mark.parametrize("bad", ["", "/a", "a/", "a/b/c", "Ex.com/a", "a b"])
def test_what_is_no_qualified_name(bad: str) -> None:
    assert names.qualified_name(bad)


@pytest.mark.parametrize("bad", ["", "80", "a--b", "-a", "Http", "a" * 16])
def test_what_is_no_port_name(bad: str) -> None:
    assert names.port_name(bad)


@pytest.mark.parametrize(
    ("value", "total", "round_up", "expected"),
    [
        ("25%", 4, True, 1),
        ("25%", 3, True, 1),
        ("25%", 3, False, 0),
        (2, 10, True, 2),
        ("100%", 7, False, 7),
        ("0%", 5, True, 0),
    ],
)
def test_percentages_round_as_asked(value: int | str, total: int, round_up: bool, expected: int) -> None:
    parsed = intstr.int_or_string(value)
    assert parsed is not None
    assert intstr.scaled(parsed, total, round_up=round_up) == expected


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0s"), (1, "1ns"), (1100, "1.1µs"), (2_200_000, "2.2ms"), (300 * 10**9, "5m0s"), (80 * 10**9, "1m20s"),
     (2**63 - 1, "2562047h47m16.854775807s"), (-1_500_000_000, "-1.5s")],
)  # fmt: skip
def test_durations_print_as_go_prints_them(nanoseconds: int, text: str) -> None:
    assert duration_text(nanoseconds) == text
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'time: invalid duration ""'),
        ("5", 'time: missing unit in duration "5"'),
        ("3x", 'time: unknown unit "x" in duration "3x"'),
        (".", 'time: invalid duration "."'),
    ],
)
def test_what_is_no_duration(text: str, message: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert str(caught.value) == message


def test_times_are_rfc_3339_in_utc() -> None:
    assert time_text(0) == "1970-01-01T00:00:00Z"
    assert parse_time("1970-01-01T09:00:00+09:00") == 0
    assert parse_time("1970-01-01 00:00:00Z") is None
    assert parse_time("2026-13-01T00:00:00Z") is None


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        ("*/5 * * * *", "2026-03-01T00:05"),
        ("0 9 * * 1-5", "2026-03-02T09:00"),
        ("@daily", "2026-03-02T00:00"),
        ("30 2 29 2 *", "2028-02-29T02:30"),
    ],
)
def test_schedules_name_the_next_time(schedule: str, following: str) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    found = parse_schedule(schedule).next(start)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == following


@pytest.mark.parametrize(
    "bad", ["", "* * * *", "60 * * * *", "* * * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"]
)
def test_what_is_no_schedule(bad: str) -> None:
    with pytest.raises(CronError):
        parse_schedule(bad)
