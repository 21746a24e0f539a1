"""apimachinery/pkg/labels/selector.go and pkg/fields/selector.go."""

import pytest

from learn.cluster.api.fieldselectors import check_supported, field_text, parse_field_selector
from learn.cluster.api.labels import NOTHING, from_label_selector, label_selector_text
from learn.cluster.api.selectors import SelectorError, parse_selector


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("x=a,y=b,z=c", "x=a,y=b,z=c"), ("", ""), ("x!=a,y=b", "x!=a,y=b"), ("x=", "x="), ("x= ,z= ", "x=,z="),
        ("!x", "!x"), ("x>1,z<5", "x>1,z<5"), ("x in (b,,a)", "x in (,a,b)"), ("x in ()", "x in ()"),
        ("x in (,)", "x in ()"), ("x notin (in,notin)", "x notin (in,notin)"), ("in", "in"),
        ("b==1 , a", "a,b==1"), ("notin in (a)", "notin in (a)"),
    ],
)  # fmt: skip
def test_reads_a_label_selector(text: str, printed: str) -> None:
    assert str(parse_selector(text)) == printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x==a==b", "found '==', expected: ',' or 'end of string'"),
        ("!x=a", "found '=', expected: ',' or 'end of string'"),
        ("x in a", "unable to parse requirement: found 'a' expected: '('"),
        ("x y", "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"),
        ("x,", "found '', expected: identifier after ','"),
        ("(", "found '(', expected: !, identifier, or 'end of string'"),
        ("x in (a", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("x<a", "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer"),
    ],
)  # fmt: skip
def test_refuses_a_label_selector(text: str, message: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_selector(text)
    assert str(caught.value) == message


def test_names_the_value_that_is_no_label_value() -> None:
    with pytest.raises(
        SelectorError, match=r'unable to parse requirement: values\[0\]\[x\]: Invalid value: "a\|\|y"'
    ):
        parse_selector("x=a||y=b")


@pytest.mark.parametrize(
    ("text", "labels", "matches"),
    [
        ("x=a", {"x": "a"}, True), ("x=a", {}, False), ("x!=a", {}, True), ("x notin (a)", {"x": "a"}, False),
        ("x", {"x": ""}, True), ("!x", {"y": ""}, True), ("x>1", {"x": "2"}, True), ("x>1", {"x": "1_0"}, False),
        ("x>1", {"x": " 2"}, False), ("x in (a,b),y", {"x": "b", "y": ""}, True),
    ],
)  # fmt: skip
def test_matches_labels(text: str, labels: dict[str, str], matches: bool) -> None:
    assert parse_selector(text).matches(labels) is matches


def test_an_absent_label_selector_selects_nothing_and_an_empty_one_everything() -> None:
    assert from_label_selector(None) == NOTHING
    assert from_label_selector({}).matches({"any": "thing"})


def test_prints_a_label_selector_as_kubectl_shows_it() -> None:
    terms = [{"key": "tier", "operator": "In", "values": ["b", "a"]}, {"key": "z", "operator": "Exists"}]
    assert (
        label_selector_text({"matchLabels": {"app": "web"}, "matchExpressions": terms})
        == "app=web,tier in (a,b),z"
    )
    assert label_selector_text(None) == "<none>"


POD = {"kind": "Pod", "metadata": {"name": "a"}, "spec": {"nodeName": "n1"}, "status": {"phase": "Running"}}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("status.phase=Running", True),
        ("status.phase!=Running,spec.nodeName==n1", False),
        ("spec.hostNetwork=false", True),
        ("", True),
    ],
)
def test_field_selectors(text: str, matches: bool) -> None:
    assert parse_field_selector(text).matches(POD) is matches


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("phase", "invalid selector: 'phase'; can't understand 'phase'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        ("a=\\x", "invalid field selector: invalid escape sequence: \\x"),
    ],
)
def test_refuses_a_field_selector(text: str, message: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_field_selector(text)
    assert str(caught.value) == message


def test_only_some_fields_select() -> None:
    check_supported(parse_field_selector("status.phase=Running"), "", "Pod")
    with pytest.raises(SelectorError, match="field label not supported: spec.foo"):
        check_supported(parse_field_selector("spec.foo=1"), "", "Pod")
    with pytest.raises(SelectorError, match='"spec.replicas" is not a known field selector'):
        check_supported(parse_field_selector("spec.replicas=1"), "apps", "Deployment")


def test_an_escaped_value_prints_as_it_was_written() -> None:
    assert str(parse_field_selector("a=x\\,y")) == "a=x\\,y"
    assert field_text(POD, "spec.unschedulable") == "false"
