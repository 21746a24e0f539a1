"""Flags as github.com/spf13/pflag reads them."""

import pytest

from learn.kubectl.errors import UsageError
from learn.kubectl.flags import Flag, Kind, parse, parse_duration_ms

FLAGS = [
    Flag(name="namespace", short="n"),
    Flag(name="output", short="o"),
    Flag(name="all-namespaces", short="A", kind=Kind.BOOL),
    Flag(name="watch", short="w", kind=Kind.BOOL),
    Flag(name="stdin", short="i", kind=Kind.BOOL),
    Flag(name="tty", short="t", kind=Kind.BOOL),
    Flag(name="replicas", kind=Kind.INT),
    Flag(name="filename", short="f", kind=Kind.STRINGS),
    Flag(name="from-literal", kind=Kind.STRING_ARRAY),
    Flag(name="dry-run", bare="unchanged"),
    Flag(name="timeout", kind=Kind.DURATION),
]


@pytest.mark.parametrize(
    ("line", "args", "flags"),
    [
        ("get pods", ("get", "pods"), {}),
        ("get pods -n dev", ("get", "pods"), {"namespace": "dev"}),
        ("-n dev get pods", ("get", "pods"), {"namespace": "dev"}),
        ("get pods -n=dev", ("get", "pods"), {"namespace": "dev"}),
        ("get pods -ndev", ("get", "pods"), {"namespace": "dev"}),
        ("get pods --namespace=dev", ("get", "pods"), {"namespace": "dev"}),
        ("get pods --namespace dev", ("get", "pods"), {"namespace": "dev"}),
        ("get pods -oyaml", ("get", "pods"), {"output": "yaml"}),
        ("get pods -Aw", ("get", "pods"), {"all-namespaces": True, "watch": True}),
        ("get pods -Ao wide", ("get", "pods"), {"all-namespaces": True, "output": "wide"}),
        ("get pods --watch=false", ("get", "pods"), {"watch": False}),
        (
            "create deployment x --dry-run nginx",
            ("create", "deployment", "x", "nginx"),
            {"dry-run": "unchanged"},
        ),
        ("create deployment x --dry-run=client", ("create", "deployment", "x"), {"dry-run": "client"}),
        ("scale --replicas 3 deploy/x", ("scale", "deploy/x"), {"replicas": 3}),
        ("apply -f a.yaml,b.yaml -f c.yaml", ("apply",), {"filename": ("a.yaml", "b.yaml", "c.yaml")}),
        ("cm --from-literal=a=1,2 --from-literal b=2", ("cm",), {"from-literal": ("a=1,2", "b=2")}),
        ("apply -f -", ("apply",), {"filename": ("-",)}),
        ("wait --timeout=1m30s", ("wait",), {"timeout": 90_000}),
        ("exec -it web", ("exec", "web"), {"stdin": True, "tty": True}),
    ],
)
def test_a_line_is_sorted_into_arguments_and_flags(line, args, flags):
    parsed = parse(line.split(), FLAGS)
    assert (parsed.args, dict(parsed.flags)) == (args, flags)


def test_two_dashes_end_the_flags():
    parsed = parse(["exec", "web", "--", "ls", "-l"], FLAGS)
    assert (parsed.args, parsed.after_dashes) == (("exec", "web"), ("ls", "-l"))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("get --foo", "unknown flag: --foo"),
        ("get -x", "unknown shorthand flag: 'x' in -x"),
        ("get -wx", "unknown shorthand flag: 'x' in -wx"),
        ("get -n", "flag needs an argument: 'n' in -n"),
        ("get --namespace", "flag needs an argument: --namespace"),
        (
            "scale --replicas=abc",
            'invalid argument "abc" for "--replicas" flag: strconv.ParseInt: parsing "abc": invalid syntax',
        ),
        (
            "get --watch=x",
            'invalid argument "x" for "--watch" flag: strconv.ParseBool: parsing "x": invalid syntax',
        ),
        ("wait --timeout=5", 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'),
        ("get ---x", "bad flag syntax: ---x"),
    ],
)
def test_a_line_that_pflag_refuses(line, text):
    with pytest.raises(UsageError) as caught:
        parse(line.split(), FLAGS)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("text", "ms"),
    [("30s", 30_000), ("1m30s", 90_000), ("1.5h", 5_400_000), ("250ms", 250), ("0", 0), ("-1s", -1000)],
)
def test_go_durations(text, ms):
    assert parse_duration_ms(text) == ms
