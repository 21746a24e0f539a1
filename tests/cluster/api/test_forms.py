"""Names, int-or-string, times, durations and cron schedules."""

from collections.abc import Callable
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


TOO_LONG_63 = "must be no more than 63 characters"
TOO_LONG_253 = "must be no more than 253 characters"
LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
DNS_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)
QUALIFIED = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


@pytest.mark.parametrize(
    ("check", "value", "reasons"),
    [
        # apimachinery/pkg/util/validation/validation.go IsDNS1123Label
        (names.dns_label, "0", ()),
        (names.dns_label, "a--b", ()),
        (names.dns_label, "a.b", ("must not contain dots",)),
        (names.dns_label, "a" * 62 + ".b", (TOO_LONG_63, "must not contain dots")),
        (names.dns_label, "a.B", (LABEL,)),
        (names.dns_label, "a\n", (LABEL,)),
        (names.dns_label, "-", (LABEL,)),
        (names.dns_label, "あ" * 22, (TOO_LONG_63, LABEL)),
        # IsDNS1123Subdomain
        (names.dns_subdomain, "a.b-c.0", ()),
        (names.dns_subdomain, "a" * 253, ()),
        (names.dns_subdomain, "a" * 254, (TOO_LONG_253,)),
        (names.dns_subdomain, "", (SUBDOMAIN,)),
        (names.dns_subdomain, "a..b", (SUBDOMAIN,)),
        (names.dns_subdomain, ".a", (SUBDOMAIN,)),
        (names.dns_subdomain, "a.", (SUBDOMAIN,)),
        (names.dns_subdomain, "a.-b", (SUBDOMAIN,)),
        (names.dns_subdomain, "A" * 254, (TOO_LONG_253, SUBDOMAIN)),
        # IsDNS1035Label
        (names.dns_1035_label, "a-0", ()),
        (names.dns_1035_label, "0-a", (DNS_1035,)),
        (names.dns_1035_label, "", (DNS_1035,)),
        (names.dns_1035_label, "a.b", (DNS_1035,)),
        (names.dns_1035_label, "a" * 64, (TOO_LONG_63,)),
        # IsValidLabelValue
        (names.label_value, "-", (VALUE,)),
        (names.label_value, "a-", (VALUE,)),
        (names.label_value, "..", (VALUE,)),
        (names.label_value, "1.2-3_4", ()),
        (names.label_value, "-" * 64, (TOO_LONG_63, VALUE)),
        # IsQualifiedName
        (names.qualified_name, "a" * 63, ()),
        (names.qualified_name, "a" * 64, (f"name part {TOO_LONG_63}",)),
        (names.qualified_name, "x.y/" + "a" * 64, (f"name part {TOO_LONG_63}",)),
        (names.qualified_name, "a" * 253 + "/b", ()),
        (names.qualified_name, "a" * 254 + "/b", (f"prefix part {TOO_LONG_253}",)),
        (names.qualified_name, "", ("name part must be non-empty", f"name part {QUALIFIED}")),
        (names.qualified_name, "a/", ("name part must be non-empty", f"name part {QUALIFIED}")),
        (names.qualified_name, "/a", ("prefix part must be non-empty",)),
        (names.qualified_name, "A/b", (f"prefix part {SUBDOMAIN}",)),
        (names.qualified_name, "a/-", (f"name part {QUALIFIED}",)),
        (names.qualified_name, "a/b/c", (f"a qualified name {QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",)),
        # IsValidPortName
        (names.port_name, "http", ()),
        (names.port_name, "a-1", ()),
        (names.port_name, "a" * 15, ()),
        (names.port_name, "a" * 16, ("must be no more than 15 characters",)),
        (names.port_name, "80", ("must contain at least one letter (a-z)",)),
        (names.port_name, "a--b", ("must not contain consecutive hyphens",)),
        (names.port_name, "-a", ("must not begin or end with a hyphen",)),
        (names.port_name, "a-", ("must not begin or end with a hyphen",)),
        (names.port_name, "Http", ("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",)),
        (names.port_name, "--", ("must contain at least one letter (a-z)", "must not contain consecutive hyphens", "must not begin or end with a hyphen")),
        # IsWildcardDNS1123Subdomain
        (names.wildcard_subdomain, "*.a.b", ()),
        (names.wildcard_subdomain, "*.*.b", (names.WILDCARD_REASON,)),
        (names.wildcard_subdomain, "a.*.b", (names.WILDCARD_REASON,)),
        (names.wildcard_subdomain, "*", (names.WILDCARD_REASON,)),
        (names.wildcard_subdomain, "*.", (names.WILDCARD_REASON,)),
        # IsConfigMapKey
        (names.config_key, "a.b-c_D", ()),
        (names.config_key, "..a", ("must not start with '..'",)),
        (names.config_key, "..", ("must not be '..'",)),
        (names.config_key, ".", ("must not be '.'",)),
        (names.config_key, ".a", ()),
        (names.config_key, "a/b", (names.CONFIG_KEY_REASON,)),
        (names.config_key, "", (names.CONFIG_KEY_REASON,)),
        # IsRelaxedEnvVarName
        (names.relaxed_env_name, "1 a-b.c", ()),
        (names.relaxed_env_name, "a=b", (names.RELAXED_ENV_NAME_REASON,)),
        (names.relaxed_env_name, "é", (names.RELAXED_ENV_NAME_REASON,)),
        (names.relaxed_env_name, "", ("environment variable name must be non-empty",)),
    ],
)  # fmt: skip
def test_names_and_the_servers_words_about_them(
    check: Callable[[str], tuple[str, ...]], value: str, reasons: tuple[str, ...]
) -> None:
    assert check(value) == reasons


@pytest.mark.parametrize(
    ("value", "relaxed", "is_good"),
    # KEP-5311: a Service's name may begin with a digit since it is a DNS-1123 label.
    [("1web", True, True), ("1web", False, False), ("web", False, True), ("a.b", True, False), ("Web", True, False)],
)  # fmt: skip
def test_names_of_services(value: str, relaxed: bool, is_good: bool) -> None:
    assert (names.service_name(value, relaxed=relaxed) == ()) is is_good
