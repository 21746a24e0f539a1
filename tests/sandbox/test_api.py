"""The API server's refusals: placed in the text, coded, and silent where the schema has spoken."""

import pytest

from learn.sandbox.api import code_of
from learn.sandbox.api_rules import ROWS
from learn.sandbox.edits import apply_fix
from learn.sandbox.messages import MESSAGES, Severity
from learn.sandbox.pipeline import check
from tests.sandbox.manifests import broken


def found(text):
    return [(d.code, d.span.line) for d in check(text).errors]


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("  name: web\n  labels", "  name: Web\n  labels", "name-not-subdomain", 4),
        ("        app: web\n    spec", "        app: wep\n    spec", "deployment-selector-mismatch", 14),
        ("containerPort: 8080", "containerPort: 808080", "container-port-range", 22),
        ("- name: http", "- name: HTTP", "port-name-invalid", 21),
        ("port: http", 'port: "8080"', "probe-port-name", 26),
        ("periodSeconds: 5", "periodSeconds: -5", "probe-number-invalid", 27),
        ("path: /healthz", "scheme: http", "probe-scheme-unknown", 25),
        ("            memory: 64Mi\n          limits", "            memory: 128Mi\n          limits", "resources-request-over-limit", 31),
        ("image: nginx:1.27", "image: nginx:1.27\n        imagePullPolicy: always", "container-pull-policy-unknown", 20),
        ("        image: nginx:1.27\n", "", "container-image-required", 18),
        ("  replicas: 3", "  replicas: -3", "replicas-negative", 8),
        ("    spec:\n", "    spec:\n      restartPolicy: Never\n", "template-restart-policy", 17),
        ("image: nginx:1.27", "image: nginx:1.27\n        volumeMounts: [{name: data, mountPath: /data}]", "mount-unknown-volume", 20),
    ],
)  # fmt: skip
def test_refusal_has_its_code_and_place(before, after, code, line):
    assert found(broken(before, after)) == [(code, line)]


def test_english_is_the_servers_own():
    report = check(broken("containerPort: 8080", "containerPort: 808080"))
    assert report.errors[0].english == (
        'The Deployment "web" is invalid: spec.template.spec.containers[0].ports[0].containerPort: '
        "Invalid value: 808080: must be between 1 and 65535, inclusive"
    )


@pytest.mark.parametrize(
    ("before", "after", "only"),
    [
        ("        image: nginx:1.27", "        imag: nginx:1.27", "schema-unknown-field"),
        ("          httpGet:", "          httpget:", "schema-unknown-field"),
        ("    matchLabels:\n      app: web", "    matchLabels:\n      app: 1", "schema-unquoted-string"),
        ("        ports:\n", "        ports: 8080\n        env:\n", None),
    ],
)
def test_what_follows_from_a_schema_error_is_not_said_again(before, after, only):
    codes = [d.code for d in check(broken(before, after)).errors]
    if only:
        assert codes == [only]
    assert all(code.startswith("schema-") for code in codes)


def test_every_row_leads_to_an_error_message():
    assert {code for code, *_ in ROWS} <= MESSAGES.keys()
    assert all(MESSAGES[code].severity is Severity.ERROR for code, *_ in ROWS)


def test_any_refusal_has_a_code():
    assert code_of("Internal", "spec.whatever", "something new") == "api-invalid"


@pytest.mark.parametrize(
    "title", ["Required", "Unsupported", "Duplicate", "Forbidden", "Not found", "Too long", "Invalid"]
)
def test_refusals_without_a_row_of_their_own_are_told_by_their_kind(title):
    assert code_of(title, "spec.something", "").startswith("api-")


@pytest.mark.parametrize(
    ("before", "after", "mended"),
    [
        (
            "image: nginx:1.27",
            "image: nginx:1.27\n        imagePullPolicy: always",
            "imagePullPolicy: Always",
        ),
        ("port: http", 'port: "8080"', "port: 8080"),
        ("path: /healthz", "path: /healthz\n            scheme: https", "scheme: HTTPS"),
    ],
)
def test_fix_is_offered_where_there_is_no_choice(before, after, mended):
    text = broken(before, after)
    fix = check(text).errors[0].fix
    assert fix and mended in apply_fix(text, fix)
    assert check(apply_fix(text, fix)).errors == ()


def test_generated_name_is_as_good_as_a_written_one():
    text = """apiVersion: batch/v1
kind: Job
metadata:
  generateName: run-
spec:
  completionMode: Indexed
  completions: 3
  template:
    spec:
      restartPolicy: Never
      containers: [{name: run, image: "busybox:1.36"}]
"""
    assert found(text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  replicas: 3", "  replicas: 3\n  strategy:\n    type: rollingUpdate"),
        ("image: nginx:1.27", "image: nginx:1.27\n        imagePullPolicy: Allways"),
    ],
)
def test_misspelt_word_of_a_list_is_mended(before, after):
    text = broken(before, after)
    first = check(text).errors[0]
    assert first.fix and check(apply_fix(text, first.fix)).errors == ()
    assert "GoValue" not in first.what


def test_misspelt_item_of_a_list_is_mended():
    text = """apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes:
  - ReadWriteMny
  resources: {requests: {storage: 1Gi}}
"""
    first = check(text).errors[0]
    assert first.fix and "  - ReadWriteMany\n" in apply_fix(text, first.fix)


def test_volume_whose_name_a_repeated_key_hides_is_not_called_missing():
    text = broken(
        "      containers:\n      - name: web\n",
        "      volumes:\n      - name: conf\n        configMap:\n        name: web-conf\n"
        "      containers:\n      - name: web\n        volumeMounts: [{name: conf, mountPath: /etc/web}]\n",
    )
    assert found(text) == [("yaml-duplicate-key", 20)]
