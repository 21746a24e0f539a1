"""What the parser complains of, told as the slip that a human made, on the line that a human would mend."""

import pytest

from learn.sandbox.edits import apply_fix
from learn.sandbox.pipeline import check
from tests.sandbox.manifests import DEPLOYMENT, broken


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("  replicas", "    replicas", "yaml-bad-indent", 8),
        ("  replicas", " replicas", "yaml-bad-indent", 8),
        ("        image", "      image", "yaml-bad-indent", 19),
        ("        image", "         image", "yaml-bad-indent", 19),
        ("      containers:", "       containers:", "yaml-bad-indent", 17),
        ("  template:", " template:", "yaml-bad-indent", 12),
        ("    metadata:", "   metadata:", "yaml-bad-indent", 13),
        ("      - name: web", "      name: web", "yaml-missing-dash", 18),
        ("      - name: web", "      -name: web", "yaml-missing-space-dash", 18),
        (
            "      - name: http\n          containerPort: 8080",
            "      -name: http\n         containerPort: 8080",
            "yaml-missing-space-dash",
            21,
        ),
        ("kind: Deployment", "kind:Deployment", "yaml-missing-space", 2),
        ("  name: web\n  labels:\n    app: web\n", "  name:web\n", "yaml-missing-space", 4),
        ("            path: /healthz", "            path:/healthz", "yaml-missing-space", 25),
        ("kind: Deployment", "kind Deployment", "yaml-missing-colon", 2),
        ("spec:\n", "spec\n", "yaml-missing-colon", 7),
        ("  name: web\n  labels:\n    app: web\n", "  name web\n", "yaml-missing-colon", 4),
        ("image: nginx:1.27", 'image: "nginx:1.27', "yaml-unclosed-quote", 19),
        ("image: nginx:1.27", "image: 'nginx:1.27", "yaml-unclosed-quote", 19),
        ("image: nginx:1.27", 'image: "nginx" latest', "yaml-text-after-quote", 19),
        ("image: nginx:1.27", "image: nginx: 1.27", "yaml-split-image", 19),
        ("image: nginx:1.27", "image: nginx:", "yaml-split-image", 19),
        ("image: nginx:1.27", "workingDir: a: b", "yaml-colon-in-value", 19),
        ("image: nginx:1.27", "image: @registry", "yaml-reserved-char", 19),
        ("image: nginx:1.27", "image: *latest", "yaml-undefined-alias", 19),
        ("image: nginx:1.27", "image: * latest", "yaml-asterisk", 19),
        ("image: nginx:1.27", 'image: "nginx\\d"', "yaml-bad-escape", 19),
        ("image: nginx:1.27", "image: nginx\n        args: [a, b", "yaml-unclosed-bracket", 20),
        ("image: nginx:1.27", "image: nginx\n        args: a]\n        command: ]", "yaml-stray-bracket", 21),
        ("ports:\n        - name", "ports: - name", "yaml-dash-in-value", 20),
        ("image: nginx:1.27", 'image: nginx\n        args: ["a" "b"]', "yaml-missing-comma", 20),
        ("image: nginx:1.27", 'image: nginx\n        args: ["a", "b]', "yaml-unclosed-quote", 20),
        ("  replicas: 3", "  // three\n  replicas: 3", "yaml-comment-mark", 8),
        ("replicas: 3", "replicas=3", "yaml-missing-colon", 8),
        ("replicas: 3", "replicas; 3", "yaml-missing-colon", 8),
        ("      containers:", "    containers:", "schema-not-indented", 17),
        ("  selector:\n", "  - selector:\n", "yaml-extra-dash", 9),
        ("replicas: 3", "replicas: {{ .Values.replicas }}", "yaml-template", 8),
        ("replicas: 3", "{{- if .Values.replicas }}\n  replicas: 3", "yaml-template", 8),
        ("replicas: 3", "replicas: 3\n  replicas: 4", "yaml-duplicate-key", 9),
        ("  replicas: 3", "  replicas: 3\n  <<: nothing", "yaml-merge-not-map", 9),
    ],
)
def test_slip_is_named_on_its_line(before, after, code, line):
    first = check(broken(before, after)).diagnostics[0]
    assert (first.code, first.span.line) == (code, line)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  replicas", "    replicas"),
        ("        image", "      image"),
        ("      - name: web", "      name: web"),
        ("      - name: web", "      -name: web"),
        ("kind: Deployment", "kind:Deployment"),
        ("kind: Deployment", "kind Deployment"),
        ("image: nginx:1.27", 'image: "nginx:1.27'),
        ("image: nginx:1.27", "image: * latest"),
        ("image: nginx:1.27", "image: nginx\n        args: [a, b"),
        ("        ports:\n        - name", "        ports: - name"),
        ("image: nginx:1.27", "image: nginx: 1.27"),
        ("image: nginx:1.27", 'image: nginx\n        args: ["a" "b"]'),
        ("image: nginx:1.27", 'image: nginx\n        args: ["a", "b]'),
        ("  replicas: 3", "  // three\n  replicas: 3 "),
        ("replicas: 3", "replicas = 3"),
        ("      containers:", "    containers:"),
        ("  selector:\n", "  - selector:\n"),
    ],
)
def test_fix_lets_the_manifest_be_read_without_an_error(before, after):
    text = broken(before, after)
    fix = check(text).diagnostics[0].fix
    assert fix
    assert check(apply_fix(text, fix)).errors == ()


def test_cron_schedule_without_quotes_is_explained():
    text = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec:\n  schedule: */5 * * * *\n"
    first = check(text).diagnostics[0]
    assert (first.code, first.span.line) == ("yaml-asterisk", 5)
    assert first.fix and '"*/5 * * * *"' in apply_fix(text, first.fix)


def test_at_most_one_parse_error_per_document():
    text = broken("kind: Deployment", "kind Deployment")
    found = check(broken("image: nginx:1.27", "image: @x", text)).errors
    assert [d.code for d in found] == ["yaml-missing-colon"]


def test_kubectls_own_words_are_given():
    assert check("a: b: c").errors[0].english == (
        "error converting YAML to JSON: yaml: line 1: mapping values are not allowed in this context"
    )


def test_goals_are_not_judged_on_a_text_that_cannot_be_read():
    assert not check(DEPLOYMENT + "  a: [").passed


def test_text_pasted_with_a_margin_is_moved_as_a_whole():
    text = "".join(
        f"    {line}\n"
        for line in (DEPLOYMENT + "---\n" + DEPLOYMENT.replace("name: web", "name: api", 1)).split("\n")
    )
    first = check(text).errors[0]
    assert (first.code, first.span.line) == ("yaml-indented-separator", DEPLOYMENT.count("\n") + 1)
    assert first.fix and check(apply_fix(text, first.fix)).errors == ()


def test_two_objects_without_a_separator_are_one_finding():
    text = DEPLOYMENT + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n"
    (only,) = check(text).errors
    assert only.code == "yaml-missing-separator"
    assert only.fix and check(apply_fix(text, only.fix)).errors == ()


def test_parent_at_the_wrong_depth_is_blamed_rather_than_a_line_far_below_it():
    text = """apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
 containers:
    - name: web
      image: nginx:1.27
      ports:
        - containerPort: 80
      env:
        - name: MODE
          value: prod
        - name: PORT
          value: "80"
  volumes:
    - name: cache
      emptyDir: {}
"""
    first = check(text).errors[0]
    assert (first.code, first.span.line) == ("yaml-bad-indent", 5)
    assert first.fix and check(apply_fix(text, first.fix)).errors == ()


def test_tab_that_begins_a_block_scalar_is_mended():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  run.sh: |\n    \techo hi\n"
    first = check(text).errors[0]
    assert (first.code, first.span.line) == ("yaml-block-tab", 6)
    assert first.fix and check(apply_fix(text, first.fix)).errors == ()
