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
