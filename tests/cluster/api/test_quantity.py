"""apimachinery/pkg/api/resource/quantity.go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.cluster.api.quantity import Quantity, QuantityError, try_parse

CANONICAL = {
    "0": "0", "0n": "0", "-0": "0", "00": "0", "1Ki": "1Ki", "1024": "1024", "1024Ki": "1Mi",
    "2048Mi": "2Gi", "0.5Gi": "512Mi", "0.3Mi": "314572800m", "1.5Gi": "1536Mi", "100m": "100m", "0.1": "100m",
    "1000m": "1", "1500m": "1500m", "1e3": "1e3", "1E3": "1e3", "12e6": "12e6", "100000": "100k",
    "1.1k": "1100", "1000k": "1M", "1M": "1M", "1k": "1k", "0.0001": "100u", "1u": "1u", "1n": "1n",
    "0.1n": "1n", "-1.5Ki": "-1536", "+5": "5", ".5": "500m", "5.": "5", "1e-3": "1e-3", "1E": "1E",
}  # fmt: skip
"""The same amount written in two ways."""


PRINTED = {
    "0": "0", "1024Ki": "1Mi", "2048Mi": "2Gi", "0.5Gi": "512Mi", "1.5Gi": "1536Mi", "100m": "100m", "0.1": "100m",
    "1000m": "1", "1500m": "1500m", "100000": "100k", "1000k": "1M", "0.0001": "100u", "0.1n": "1n", "-1.5Ki": "-1536",
}  # fmt: skip


@pytest.mark.parametrize(("written", "same"), CANONICAL.items())
def test_reads_every_format(written: str, same: str) -> None:
    assert Quantity.parse(written) == Quantity.parse(same)


@pytest.mark.parametrize(("written", "printed"), PRINTED.items())
def test_prints_in_canonical_form(written: str, printed: str) -> None:
    assert str(Quantity.parse(written)) == printed


def test_takes_a_suffix_without_digits_for_zero_as_the_servers_scanner_does() -> None:
    assert not Quantity.parse("Ki")
    assert not Quantity.parse(".")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "1.1.M",
        "1+1.0M",
        "0.1mi",
        "0.1am",
        "aoeu",
        ".5i",
        "1i",
        "-3.01i",
        "-3.01e-",
        "1 Ki",
    ],
)
def test_refuses_what_is_no_quantity(bad: str) -> None:
    with pytest.raises(QuantityError):
        Quantity.parse(bad)
    assert try_parse(bad) is None


@pytest.mark.parametrize(
    ("left", "right", "sign"),
    [("100m", "0.1", 0), ("1Gi", "1G", 1), ("1", "1000m", 0), ("500m", "1", -1), ("-1", "0", -1)],
)
def test_compares_by_value_whatever_the_suffix(left: str, right: str, sign: int) -> None:
    a, b = Quantity.parse(left), Quantity.parse(right)
    assert (b < a) - (a < b) == sign
    assert (a == b) is (sign == 0)


@pytest.mark.parametrize(
    ("text", "value", "milli"),
    [("1", 1, 1000), ("100m", 1, 100), ("1.5", 2, 1500), ("1Ki", 1024, 1024000), ("1n", 1, 1)],
)
def test_whole_and_milli_values_round_up(text: str, value: int, milli: int) -> None:
    assert Quantity.parse(text).value() == value
    assert Quantity.parse(text).milli_value() == milli


def test_adds_and_subtracts_in_the_format_of_the_left() -> None:
    assert str(Quantity.parse("1Gi") + Quantity.parse("512Mi")) == "1536Mi"
    assert str(Quantity.parse("1") - Quantity.parse("250m")) == "750m"


QUANTITIES = st.builds(
    lambda sign, number, suffix: f"{sign}{number}{suffix}",
    st.sampled_from(["", "-", "+"]),
    st.one_of(st.integers(0, 10**12).map(str), st.decimals(0, 10**6, places=3).map(str)),
    st.sampled_from(["", "n", "u", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "e3", "E-2"]),
)


@given(QUANTITIES)
def test_printing_keeps_the_value(text: str) -> None:
    quantity = Quantity.parse(text)
    again = Quantity.parse(str(quantity))
    assert again == quantity
    assert hash(again) == hash(quantity)


@given(QUANTITIES, QUANTITIES)
def test_sums_do_not_depend_on_the_order(left: str, right: str) -> None:
    a, b = Quantity.parse(left), Quantity.parse(right)
    assert a + b == b + a
    assert (a < a + b) == (Quantity.parse("0") < b)


@given(st.text(max_size=12))
def test_any_text_is_a_quantity_or_refused(text: str) -> None:
    quantity = try_parse(text)
    assert quantity is None or try_parse(str(quantity)) == quantity


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        # quantity.go ParseQuantity keeps a text that it takes for canonical, CanonicalizeBytes writes the others.
        ("1.500", "1.500"),
        ("1.5", "1500m"),
        ("1500m", "1500m"),
        ("1200k", "1200k"),
        ("12000", "12k"),
        ("0.100", "100m"),
        ("00100", "00100"),
        ("-00.5", "-500m"),
        ("+1", "+1"),
        ("+", "0"),
        ("-", "0"),
        (".", "0"),
        ("0Ki", "0"),
        ("0e5", "0"),
        ("1Ki", "1Ki"),
        ("8Ki", "8Ki"),
        ("1025Ki", "1025Ki"),
        ("1023", "1023"),
        ("0.5Ki", "512"),
        ("1.25Ki", "1280"),
        ("1.5Mi", "1536Ki"),
        ("0.0001Ki", "102400u"),
        ("-1024Ki", "-1Mi"),
        ("1048576Ki", "1Gi"),
        ("100e3", "100e3"),
        ("1e2", "100"),
        ("1e4", "10e3"),
        ("1E-1", "100e-3"),
        ("12.3e3", "12300"),
        ("1e-10", "1e-9"),
        ("0.00000000001", "1n"),
        ("-0.0000000001", "-1n"),
        ("1.0000000001", "1000000001n"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("8Ei", "9223372036854775807"),
        ("16Ei", "9223372036854775807"),
        ("-16Ei", "-9223372036854775807"),
        ("7Ei", "7Ei"),
        ("1000E", "1e21"),
        ("1E", "1E"),
    ],
)
def test_prints_as_the_server_does(written: str, printed: str) -> None:
    assert str(Quantity.parse(written)) == printed


FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
SUFFIX = "unable to parse quantity's suffix"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        # quantity.go ErrFormatWrong and ErrSuffix
        ("", FORMAT),
        (" 1", FORMAT),
        ("1 ", FORMAT),
        ("1,5", FORMAT),
        ("1..5", FORMAT),
        ("--1", SUFFIX),
        ("1x", FORMAT),
        ("0x10", FORMAT),
        ("1e3.5", FORMAT),
        ("１", FORMAT),
        ("1K", SUFFIX),
        ("1ki", SUFFIX),
        ("1Kib", FORMAT),
        ("1mm", SUFFIX),
        ("1g", FORMAT),
        ("1e", SUFFIX),
        ("1E+", SUFFIX),
        ("1eE3", SUFFIX),
        ("1e99999999999", SUFFIX),
        ("1i", SUFFIX),
        ("1MiB", FORMAT),
        ("1m5", SUFFIX),
        ("5-3", SUFFIX),
    ],
)
def test_says_what_is_wrong_with_a_quantity(bad: str, message: str) -> None:
    with pytest.raises(QuantityError) as refused:
        Quantity.parse(bad)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("left", "right", "total", "rest"),
    [
        # quantity.go Add and Sub: the format of the left, of the right where the left is zero.
        ("1", "1Ki", "1025", "-1023"),
        ("1Ki", "1", "1025", "1023"),
        ("1Ki", "1Ki", "2Ki", "0"),
        ("0", "1Ki", "1Ki", "-1Ki"),
        ("0Ki", "1500m", "1500m", "-1500m"),
        ("1e3", "1", "1001", "999"),
        ("500m", "500m", "1", "0"),
        ("1Gi", "100m", "1073741824100m", "1073741823900m"),
        ("9223372036854775807", "1", "9223372036854775808", "9223372036854775806"),
    ],
)
def test_sums_and_differences(left: str, right: str, total: str, rest: str) -> None:
    a, b = Quantity.parse(left), Quantity.parse(right)
    assert (str(a + b), str(a - b)) == (total, rest)


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [
        # scale_int.go, amount.go AsScaledInt64: away from zero
        ("1", -3, 1000),
        ("1m", 0, 1),
        ("1001m", 0, 2),
        ("1n", -3, 1),
        ("1000001n", -3, 2),
        ("0", 0, 0),
        ("1Gi", 6, 1074),
        ("999999", 6, 1),
        ("1E", 0, 10**18),
        ("100E", 0, 2**63 - 1),
    ],
)
def test_values_in_another_unit(text: str, scale: int, value: int) -> None:
    assert Quantity.parse(text).scaled_value(scale) == value


@pytest.mark.parametrize(
    ("text", "scale", "printed"),
    [
        # quantity.go RoundUp
        ("0.5m", -3, "1m"),
        ("1500m", 0, "2"),
        ("1.5Ki", 0, "1536"),
        ("5", -3, "5"),
        ("1n", -3, "1m"),
    ],
)
def test_rounds_up_to_a_scale(text: str, scale: int, printed: str) -> None:
    assert str(Quantity.parse(text).rounded_up(scale)) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    # quantity.go UnmarshalJSON: null is zero, outer blanks are dropped, numbers are read as they are written.
    [(None, "0"), (" 1Gi\n", "1Gi"), (1, "1"), (0.5, "500m"), (1000, "1k"), (-3, "-3")],
)
def test_quantities_in_an_object(value: object, printed: str) -> None:
    assert str(try_parse(value)) == printed


@pytest.mark.parametrize("value", [True, [], {}, "x", float("nan"), float("inf")])
def test_what_is_no_quantity_in_an_object(value: object) -> None:
    assert try_parse(value) is None
