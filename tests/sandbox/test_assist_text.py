"""Documentation at a place, the outline, and the layout of a text."""

import re

import pytest
import yaml

from learn.sandbox.assist import describe, format_manifest, outline
from tests.sandbox.corpus import MANIFESTS
from tests.sandbox.manifests import DEPLOYMENT

LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: quoted}
- kind: Pod
  apiVersion: v1
  metadata:
    name: "web"   # a comment
"""


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if part in line)


@pytest.mark.parametrize(
    ("part", "path", "type_", "words"),
    [
        ("replicas: 3", "spec.replicas", "整数", "Podの数"),
        ("image: nginx", "spec.template.spec.containers[0].image", "文字列", "イメージ"),
        ("- name: web", "spec.template.spec.containers[0].name", "文字列", "コンテナの名前"),
        ("periodSeconds", "spec.template.spec.containers[0].readinessProbe.periodSeconds", "整数", "間隔"),
        ("kind: Deployment", "kind", "文字列", "同じPod"),
    ],
)
def test_a_field_is_explained(part, path, type_, words):
    text = describe(DEPLOYMENT, line_of(DEPLOYMENT, part), 1)
    assert text is not None
    assert (text.path, text.type) == (path, type_)
    assert words in text.summary
    assert text.english


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# only a comment\n", 1),
        ("a: b\n", 1),
        ("kind: Pod\napiVersion: v1\nnope: 1\n", 3),
        ("kind: Pod\n---\n", 2),
        (DEPLOYMENT, 0),
        (DEPLOYMENT, 999),
    ],
)
def test_what_is_not_in_a_schema_has_no_documentation(text, line):
    assert describe(text, line, 1) is None


def test_documentation_names_the_values_and_whether_a_field_is_required():
    text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    imagePullPolicy: Always\n"
    policy = describe(text, 6, 5)
    assert policy is not None and policy.values == ("IfNotPresent", "Always", "Never")
    name = describe(text, 5, 5)
    assert name is not None and name.required


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (DEPLOYMENT, [(1, "Deployment", "web")]),
        (
            "kind: Pod\n---\n# words\nkind: Service\nmetadata:\n  name: a\n",
            [(1, "Pod", ""), (4, "Service", "a")],
        ),
        (LIST, [(4, "Service", ""), (7, "Pod", "web")]),
        ("kind: Pod\nmetadata:\n\tname: broken\n", [(1, "Pod", "")]),
        ("", []),
    ],
)
def test_the_outline_names_every_object(text, items):
    assert [(item.line, item.kind, item.name) for item in outline(text)] == items


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n    b: 1\n    c:\n        - d\n", "a:\n  b: 1\n  c:\n    - d\n"),
        ("a:\n- b:   1\n  c: 2\n", "a:\n- b: 1\n  c: 2\n"),
        ("a:\n  -   b: 1\n      c: 2\n", "a:\n  - b: 1\n    c: 2\n"),
        ("# top\na:\n      # about b\n      b: 1 # here\n", "# top\na:\n  # about b\n  b: 1 # here\n"),
        ("a:\n    run: |\n        one\n          two\n\n        three\n    b: 1\n", "a:\n  run: |\n      one\n        two\n\n      three\n  b: 1\n"),
        ("a: 1   \n\n\n---\nb: 2", "a: 1\n\n\n---\nb: 2\n"),
        ("a:\n    b: {c: 1,\n       d: 2}\n", "a:\n  b: {c: 1,\n     d: 2}\n"),
        ("\"a\":   'x'\n", "\"a\": 'x'\n"),
    ],
)  # fmt: skip
def test_layout(before, after):
    assert format_manifest(before) == after


@pytest.mark.parametrize("name", MANIFESTS)
def test_layout_changes_no_value_loses_no_comment_and_settles(name):
    text = MANIFESTS[name].replace("\nspec:", "\n# kept\nspec:")
    wide = re.sub(r"^( *)(- )?", lambda m: 2 * m[1] + ("-   " if m[2] else ""), text, flags=re.MULTILINE)
    formatted = format_manifest(wide)
    assert formatted is not None
    assert list(yaml.safe_load_all(formatted)) == list(yaml.safe_load_all(text))
    assert formatted.count("# kept") == text.count("# kept")
    assert format_manifest(formatted) == formatted


@pytest.mark.parametrize("text", ["a: [", "a: 1\n b: 2\n", "\tb: 1\n"])
def test_what_yaml_cannot_read_is_left_alone(text):
    assert format_manifest(text) is None
