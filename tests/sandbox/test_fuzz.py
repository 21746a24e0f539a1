"""No text makes the check fail, and every finding can be told and placed."""

import json

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learn.sandbox.edits import apply_fix
from learn.sandbox.goals import GoalSpec, compile_goals
from learn.sandbox.pipeline import check
from tests.sandbox.corpus import MANIFESTS

GOALS = compile_goals(
    [GoalSpec(id="g", expression="objects.exists(o, o.kind == 'Pod') && templates.size() > 0")]
)
PIECES = [
    "apiVersion: v1", "kind: Pod", "kind：Pod", "metadata:", "  name: web", "　name: web", "\tname: a", "spec:", "  containers:",
    "  - name: a", "    image: nginx:1.27", "   image: b", "- ", "－ a", "---", "...", "a: [1, 2", "}", "a: {b: *c}", "&a", "a: &x", "*x", "<<: *x",
    "!!str", "|", "a: |", "  text", '"', "'", "#", "＃ c", "{{ .Values.a }}", "%YAML 1.2", "? a", ": b", "ports: 80", "port: ８０", "```yaml",
    "$ kubectl apply -f -", "EOF", "<<<<<<< HEAD", "items:", "kind: List", "\u200b", "\ufeff", "\u00a0", "yes: no", "~: 1", ".inf", "0o777",
]  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["v1", "Pod", "Deployment", "apps/v1", "List", "Service", "web", "100m", "*", "8080"]),
)  # fmt: skip
keys = st.sampled_from(
    ["apiVersion", "kind", "metadata", "spec", "items", "name", "labels", "template", "containers", "ports", "selector", "matchLabels",
     "image", "env", "resources", "requests", "cpu", "livenessProbe", "httpGet", "port", "volumes", "rules", "data", "status", "x"]
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=30,
)
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def examine(text: str) -> None:
    """Run everything that a page or command would do with the text."""
    report = check(text, goals=GOALS)
    lines = (
        text.count("\n")
        + text.count("\r")
        + text.count("\x85")
        + text.count("\u2028")
        + text.count("\u2029")
        + 2
    )
    assert len(report.goals) == 1
    for diagnostic in report.diagnostics:
        assert json.dumps(diagnostic.as_json(), ensure_ascii=False)
        assert 1 <= diagnostic.span.line <= lines
        assert diagnostic.span.column >= 1 and diagnostic.span.length >= 1
        if diagnostic.fix:
            assert apply_fix(text, diagnostic.fix) != text


@relaxed
@given(st.text(max_size=300))
def test_any_text(text):
    examine(text)


@relaxed
@given(st.binary(max_size=200))
def test_any_bytes(data):
    assert check(data).version


@relaxed
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("\n".join))
def test_lines_that_people_write(text):
    examine(text)


@relaxed
@given(trees, trees)
def test_any_tree(first, second):
    examine(yaml.safe_dump_all([first, second], allow_unicode=True))


@relaxed
@given(trees, st.sampled_from([("v1", "Pod"), ("apps/v1", "Deployment"), ("v1", "Service"), ("networking.k8s.io/v1", "Ingress"),
                               ("autoscaling/v2", "HorizontalPodAutoscaler"), ("networking.k8s.io/v1", "NetworkPolicy"),
                               ("batch/v1", "CronJob"), ("policy/v1", "PodDisruptionBudget")]))  # fmt: skip
def test_any_spec_of_a_known_kind(spec, kind):
    examine(yaml.safe_dump({"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "a"}, "spec": spec}))


@relaxed
@given(st.data())
def test_manifests_with_random_edits(data):
    text = data.draw(st.sampled_from(list(MANIFESTS.values())))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        insert = data.draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)))
        text = text[:position] + insert + text[position + length :]
    examine(text)
