"""Completion at a caret, written as `|`, in manifests that YAML may not be able to read yet."""

import json
from importlib.resources import files

import pytest

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.sandbox.assist import Completion, complete
from learn.sandbox.assist.summaries import KINDS, documented_fields
from learn.sandbox.assist.values import VALUES

POD = "apiVersion: v1\nkind: Pod\nspec:\n"
CONTAINER = POD + "  containers:\n  - name: web\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nspec:\n"


def at_caret(marked: str, version: str = NEWEST) -> Completion:
    before, _, after = marked.partition("|")
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return complete(before + after, line, column, version=version)


def labels(marked: str) -> list[str]:
    return [suggestion.label for suggestion in at_caret(marked).suggestions]


def inserted(marked: str, label: str) -> str:
    """The text after taking the suggestion."""
    completion = at_caret(marked)
    chosen = next(s for s in completion.suggestions if s.label == label)
    before, _, after = marked.partition("|")
    start = before.rfind("\n") + completion.column
    return before[:start] + chosen.insert + after


@pytest.mark.parametrize(
    ("marked", "label"),
    [
        ("|", "apiVersion"),
        ("apiVersion: v1\n|", "kind"),
        ("apiVersion: v1\nkind: |", "Pod"),
        ("kind: Deployment\napiVersion: |", "apps/v1"),
        ("apiVersion: |\nkind: Ingress\n", "networking.k8s.io/v1"),
        (POD + "  |", "containers"),
        (POD + "  con|", "containers"),
        (POD + "  containers:\n  - |", "name"),
        (POD + "  containers:\n    - |", "name"),
        (CONTAINER + "    |", "image"),
        (CONTAINER + "    livenessProbe:\n      httpGet:\n        |", "path"),
        (CONTAINER + "    |\n    image: web\n", "ports"),
        (CONTAINER + "    imagePullPolicy: |", "IfNotPresent"),
        (CONTAINER + "    imagePullPolicy: Al|", "Always"),
        (CONTAINER + "    securityContext:\n      readOnlyRootFilesystem: |", "true"),
        (CONTAINER + "  |", "dnsPolicy"),
        (CONTAINER + "  restartPolicy: |", "OnFailure"),
        (DEPLOYMENT + "  template:\n    spec:\n      containers:\n        - image: a\n          |", "env"),
        (DEPLOYMENT + "  strategy:\n    type: |", "Recreate"),
        ("kind: PersistentVolumeClaim\napiVersion: v1\nspec:\n  accessModes:\n  - |", "ReadWriteOnce"),
        ("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  spec:\n    |", "selector"),
        (POD + "---\napiVersion: v1\nkind: Service\nspec:\n  |", "type"),
        (POD + "  containers:\n  - name: 'web\n    |", "image"),
        ("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec:\n  |", "parentRefs"),
    ],
)  # fmt: skip
def test_the_caret_offers(marked, label):
    assert label in labels(marked)


@pytest.mark.parametrize(
    "marked",
    [
        CONTAINER + "    # ima|",
        CONTAINER + "    image: web # |",
        CONTAINER + "    command:\n    - sh\n    - >\n      ima|",
        CONTAINER + "    image: |",
        CONTAINER + "    image:|",
        "just words and no colon here |",
        "apiVersion: example.com/v1\nkind: Unknown\nspec:\n  |",
        "---|",
    ],
)
def test_the_caret_offers_nothing(marked):
    assert labels(marked) == []


def test_the_newest_stable_version_comes_first():
    assert labels("apiVersion: |\nkind: HorizontalPodAutoscaler\n")[0] == "autoscaling/v2"
    autoscaler = next(s for s in at_caret("kind: |").suggestions if s.label == "HorizontalPodAutoscaler")
    assert autoscaler.detail == "autoscaling/v2"


def test_keys_that_are_there_are_not_offered_again():
    assert "name" not in labels(CONTAINER + "    |")
    assert "name" in labels(POD + "  containers:\n  - name|: web\n")


def test_required_keys_come_first_and_say_so():
    first = at_caret(DEPLOYMENT + "  |").suggestions[0]
    assert (first.label, first.detail) == ("selector", "必須")
    assert first.summary.endswith("。")


@pytest.mark.parametrize(
    ("marked", "label", "text"),
    [
        (POD + "  con|", "containers", POD + "  containers:\n    - "),
        (DEPLOYMENT + "  rep|", "replicas", DEPLOYMENT + "  replicas: "),
        (DEPLOYMENT + "  |", "template", DEPLOYMENT + "  template:\n    "),
        (CONTAINER + "    por|", "ports", CONTAINER + "    ports:\n      - "),
        (CONTAINER + "    por|: []", "ports", CONTAINER + "    ports: []"),
        (POD + "  containers:\n    |", "image", POD + "  containers:\n    - image: "),
        (CONTAINER + "    imagePullPolicy: Al|", "Always", CONTAINER + "    imagePullPolicy: Always"),
    ],
)
def test_taking_a_suggestion_writes_it(marked, label, text):
    assert inserted(marked, label) == text


@pytest.mark.parametrize(
    "text", ["- " * 32_000, "a:" + " " * 60_000, "\n".join(" " * n + "a:" for n in range(300))]
)
def test_a_text_deeper_than_any_manifest_offers_nothing_soon(text):
    lines = text.split("\n")
    assert complete(text, len(lines), len(lines[-1]) + 1).suggestions == ()


@pytest.mark.parametrize(("line", "column"), [(0, 0), (1, 99), (99, 1), (-5, -5), (3, 0)])
def test_a_place_outside_the_text_is_no_error(line, column):
    assert complete(POD, line, column).column == column or complete(POD, line, column).suggestions


def fields_by_type(version: str) -> dict[str, set[str]]:
    """The published fields of each type, by its short name."""
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    found: dict[str, set[str]] = {}
    for name, body in json.loads((folder / "_definitions.json").read_bytes())["$defs"].items():
        found.setdefault(name.rpartition(".")[2], set()).update(body.get("properties", {}))
    return found


@pytest.mark.parametrize("version", SUPPORTED)
def test_sentences_and_values_are_about_fields_of_the_schemas(version):
    fields = fields_by_type(version)
    told = [*documented_fields(), *VALUES]
    assert [(owner, name) for owner, name in told if name not in fields.get(owner, ())] == []


def test_kinds_with_a_sentence_are_offered():
    offered = set(labels("kind: |"))
    assert set(KINDS) <= offered
