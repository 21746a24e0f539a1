"""Plain scalars as Kubernetes reads them. The table was read off sigs.k8s.io/yaml."""

import pytest

from learn.sandbox.pipeline import check
from learn.sandbox.scalars import resolve_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True), ("n", False), ("Y", True), ("N", False),
        ("yes", True), ("No", False), ("on", True), ("OFF", False),
        ("true", True), ("False", False), ("tRue", "tRue"),
        ("null", None), ("~", None), ("", None), ("Null", None), ("nUll", "nUll"),
        ("1:30", "1:30"), ("22:22", "22:22"), ("12:30:45", "12:30:45"),
        ("0777", 511), ("0o777", 511), ("08", 8), ("0", 0), ("-0", 0), ("+5", 5), ("0x1F", 31), ("0b101", 5), ("-0b11", -3),
        ("1_000", 1000), ("1e3", 1000), ("3.0", 3), ("1.5", 1.5), (".5", 0.5), ("-1.5e-3", -0.0015), ("5.", 5),
        ("2026-11-21", "2026-11-21"), ("=", "="), ("-", "-"), ("+", "+"), (".", "."), ("...", "..."), ("-web", "-web"),
        ("1.2.3", "1.2.3"), ("100m", "100m"), ("64Mi", "64Mi"), ("10.0.0.1", "10.0.0.1"), ("1e", "1e"),
        ("18446744073709551615", 18446744073709551615), ("1e21", 1e21),
        ("３", "３"),
    ],
)  # fmt: skip
def test_plain_scalar(text, value):
    found = resolve_plain(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("a: !!str 8080", {"a": "8080"}),
        ('a: "yes"', {"a": "yes"}),
        ("a: 'null'", {"a": "null"}),
        ("a: !custom 3", {"a": 3}),
        ("a: |\n  1\n", {"a": "1\n"}),
        ("on: 1", {"true": 1}),
        ("1: a", {"1": "a"}),
        ("true: a", {"true": "a"}),
        ("b: &x {c: 1, d: 2}\na:\n  <<: *x\n  c: 3", {"b": {"c": 1, "d": 2}, "a": {"c": 3, "d": 2}}),
        ("a: &x 1\nb: *x", {"a": 1, "b": 1}),
        ("a: !!python/object:os.system ls", {"a": "ls"}),
    ],
)
def test_document_value(yaml, value):
    assert check(yaml).documents[0].value == value
