"""Departures from the schemas: named with their likely cause, and with nothing that only follows from them."""

import pytest

from learn.sandbox.edits import apply_fix
from learn.sandbox.pipeline import check
from learn.sandbox.spelling import nearest
from tests.sandbox.manifests import DEPLOYMENT, broken


def found(text, version="1.37"):
    return [(d.code, d.span.line) for d in check(text, version=version).errors]


@pytest.mark.parametrize(
    ("before", "after", "near"),
    [
        ("containerPort", "contaierPort", "containerPort"),
        ("containerPort", "containerport", "containerPort"),
        ("containerPort", "container_port", "containerPort"),
        ("replicas", "replica", "replicas"),
        ("matchLabels", "matchLabel", "matchLabels"),
        ("readinessProbe", "readynessProbe", "readinessProbe"),
        ("httpGet", "httpget", "httpGet"),
        ("image", "iamge", "image"),
    ],
)
def test_did_you_mean(before, after, near):
    report = check(broken(f"{before}:", f"{after}:"))
    assert [d.code for d in report.errors] == ["schema-unknown-field"]
    assert report.errors[0].params["near"] == near
    assert (
        report.errors[0].fix
        and apply_fix(broken(f"{before}:", f"{after}:"), report.errors[0].fix) == DEPLOYMENT
    )


@pytest.mark.parametrize(
    ("before", "after", "field", "home"),
    [
        ("      containers:", "      replicas: 2\n      containers:", "replicas", "spec.replicas"),
        ("  selector:", "  image: nginx\n  selector:", "image", "spec.template.spec.containers[0].image"),
        ("        ports:", "        restartPolicyRules: []\n        hostNetwork: true\n        ports:", "hostNetwork", "spec.template.spec.hostNetwork"),
        ("  name: web\n", "  name: web\n  minReadySeconds: 5\n", "minReadySeconds", "spec.minReadySeconds"),
    ],
)  # fmt: skip
def test_field_at_the_wrong_level_is_sent_home(before, after, field, home):
    misplaced = [d for d in check(broken(before, after)).errors if d.params.get("field") == field]
    assert [(d.code, d.params.get("home")) for d in misplaced] == [("schema-misplaced-field", home)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    metadata:\n      labels:\n        app: web\n    spec", "    labels:\n      app: web\n    spec"),
        ("        readinessProbe:\n          httpGet:\n            path: /healthz\n            port: http\n          periodSeconds: 5", "        readinessProbe:\n          httpGet:\n            path: /healthz\n            port: http\n            periodSeconds: 5"),
        ("spec:\n  replicas: 3\n", "replicas: 3\nspec:\n"),
        ("  template:\n    metadata", "  containers: []\n  template:\n    metadata"),
    ],
    ids=["a level left out", "one too deep", "one too high", "another of that name there"],
)  # fmt: skip
def test_field_is_moved_home_unless_one_is_there(before, after):
    text = broken(before, after)
    report = check(text)
    assert [d.code for d in report.errors] == ["schema-misplaced-field"]
    fix = report.errors[0].fix
    assert (fix is None) == ("containers: []" in text)
    assert fix is None or check(apply_fix(text, fix)).errors == ()


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("replicas: 3", "replicas: '3'", "schema-quoted-value", 8),
        ("replicas: 3", "replicas: three", "schema-wrong-type", 8),
        ("replicas: 3", "replicas: 3.5", "schema-wrong-type", 8),
        ("replicas: 3", "replicas: true", "schema-wrong-type", 8),
        ("replicas: 3", "replicas: 99999999999", "schema-number-out-of-range", 8),
        ("    app: web\nspec", "    app: 1\nspec", "schema-unquoted-string", 6),
        ("    app: web\nspec", "    app: no\nspec", "schema-bool-word", 6),
        ("image: nginx:1.27", "image: 1.10", "schema-unquoted-string", 19),
        ("image: nginx:1.27", "image: [nginx]", "schema-wrong-type", 19),
        ("        ports:\n        - name: http\n          containerPort", "        ports:\n          name: http\n          containerPort", "schema-missing-dash", 20),
        ("image: nginx:1.27", "image: nginx\n        command: sleep", "schema-scalar-not-list", 20),
        ("    matchLabels:\n      app: web", "  - matchLabels:\n      app: web", "schema-extra-dash", 9),
        ("          containerPort: 8080", "          protocol: TCP", "schema-missing-field", 21),
        ("          containerPort: 8080", "          containerPort:", "schema-empty-field", 22),
        ("cpu: 100m", "cpu: 100 m", "schema-bad-quantity", 30),
        ("    matchLabels:\n      app: web", "    app: web", "schema-level-left-out", 10),
        ("        ports:\n        - name: http\n          containerPort: 8080", "        ports:\n        - 8080", "schema-short-form", 21),
        ("        ports:\n        - name: http\n          containerPort: 8080", "        ports:\n        - 80:8080", "schema-short-form", 21),
        ("        ports:\n        - name: http\n          containerPort: 8080", "        env:\n        - PORT=8080", "schema-short-form", 21),
        ("        ports:\n        - name: http\n          containerPort: 8080", "        env:\n          PORT: 8080", "schema-environment-map", 20),
        ("replicas: 3", "replicas: 3\n  minReadySeconds: 10s", "schema-integer-with-unit", 9),
        ("replicas: 3", "replicas: 3\n  strategy: Recreate", "schema-short-form", 9),
        ("cpu: 100m", "cpu: 0.1 core", "schema-bad-quantity", 30),
        ("  name: web", "  name: web\n  creationTimestamp: today", "schema-bad-time", 5),
    ],
)  # fmt: skip
def test_value_of_the_wrong_kind(before, after, code, line):
    assert found(broken(before, after)) == [(code, line)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (broken("apiVersion: apps/v1\n", ""), "object-no-api-version"),
        (broken("kind: Deployment\n", ""), "object-no-kind"),
        (broken("kind: Deployment", "kid: Deployment"), "schema-unknown-field"),
        (broken("apps/v1", "extensions/v1beta1"), "api-removed"),
        (broken("apps/v1", "v1"), "object-wrong-api-version"),
        (broken("apps/v1", "app/v1"), "object-wrong-api-version"),
        (broken("kind: Deployment", "kind: deployment"), "object-kind-typo"),
        (broken("kind: Deployment", "kind: Pods"), "object-no-such-kind"),
    ],
)
def test_identity(text, code):
    assert found(text)[0][0] == code


OLD = broken("apps/v1", "extensions/v1beta1")


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [(OLD, True), (broken("  selector:\n    matchLabels:\n      app: web\n", "", OLD), False)],
    ids=["everything is there", "a field became required"],
)
def test_removed_version_is_replaced_where_that_is_enough(text, is_enough):
    (removed,) = check(text).errors
    assert removed.code == "api-removed"
    assert (removed.fix is not None) == is_enough
    assert removed.fix is None or check(apply_fix(text, removed.fix)).errors == ()


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {anything: [1, {a: b}]}\n",
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n",
        "apiVersion: audit.k8s.io/v1\nkind: Event\nlevel: Metadata\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        "apiVersion: v1\nkind: Config\nclusters: []\n",
    ],
)
def test_unknown_kinds_are_no_error(text):
    report = check(text)
    assert report.errors == ()
    assert [d.code for d in report.diagnostics] == ["object-unknown-kind"]


@pytest.mark.parametrize(
    "text",
    [
        broken("        ports:", "        args:\n        ports:"),
        DEPLOYMENT + "status: {}\n",
        DEPLOYMENT + "status:\n  conditions:\n  - type: Available\n",
        broken("  name: web", "  name: web\n  creationTimestamp: null\n  resourceVersion: '12'\n  managedFields: [{manager: kubectl, fieldsV1: {'f:a': {}}}]"),
        broken("port: http", "port: 8080"),
        broken("cpu: 100m", "cpu: 0.1"),
        broken("memory: 64Mi", "memory: 67108864"),
        broken("image: nginx:1.27", "image: nginx:1.27\n        securityContext: {runAsUser: 1e3}"),
        "apiVersion: v1\nkind: List\nitems: []\n",
        "apiVersion: v1\nkind: List\nitems:\n",
        "apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: a}\n  spec: {ports: [{port: 80}]}\n",
        "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n",
    ],
)  # fmt: skip
def test_what_real_manifests_do_is_no_error(text):
    assert [d.code for d in check(text).errors if d.code.startswith(("schema-", "object-", "yaml-"))] == []


def test_older_version_can_be_chosen():
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: 1web}\nspec: {ports: [{port: 80}]}\n"
    assert found(text, "1.37") == []
    assert found(text, "1.36") == [("name-not-dns1035", 3)]
    with pytest.raises(ValueError, match="9.9"):
        check(text, version="9.9")


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("imagee", ["image", "images"], None),
        ("imgae", ["image", "name"], "image"),
        ("port", ["ports", "name"], "ports"),
        ("xyz", ["image", "name"], None),
        ("CONTAINERS", ["containers"], "containers"),
        ("match-labels", ["matchLabels"], "matchLabels"),
    ],
)
def test_nearest_name(name, candidates, expected):
    assert nearest(name, candidates) == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [("128 Mi", "128Mi"), ("128MB", "128M"), ("1GB", "1G"), ("64mi", "64Mi"), ("1GI", "1Gi"), ("64K", "64k")],
)
def test_a_quantity_with_its_unit_amiss_is_mended(written, meant):
    text = broken("memory: 64Mi\n          limits", f"memory: {written}\n          limits")
    (error,) = check(text).errors
    assert error.code == "schema-bad-quantity"
    assert apply_fix(text, error.fix) == text.replace(written, meant)


@pytest.mark.parametrize("written", ["lots", "1.2.3Mi", "64 bytes", "1B", "5%"])
def test_a_quantity_that_could_mean_anything_has_no_fix(written):
    (error,) = check(broken("cpu: 100m", f"cpu: {written}")).errors
    assert (error.code, error.fix) == ("schema-bad-quantity", None)


def test_a_hyphen_glued_to_the_only_key_of_a_list_is_told_at_its_line():
    text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n    -port: 80\n"
    (error,) = check(text).errors
    assert (error.code, error.span.line) == ("yaml-missing-space-dash", 7)
    assert check(apply_fix(text, error.fix)).errors == ()


def test_two_objects_without_a_separator_are_one_finding_and_its_fix_parts_them():
    text = (
        DEPLOYMENT + "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n"
    )
    (error,) = check(text).errors
    assert (error.code, error.span.line) == ("yaml-missing-separator", DEPLOYMENT.count("\n") + 1)
    assert [obj.kind for obj in check(apply_fix(text, error.fix)).objects] == ["Deployment", "Service"]
    assert check(apply_fix(text, error.fix)).errors == ()


def test_what_is_missing_at_the_root_is_told_at_the_first_key():
    (error,) = check("# a comment\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n").errors
    assert (error.span.line, error.span.column, error.span.length) == (2, 1, len("apiVersion"))


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("          limits:\n            memory", "          limits:\n          memory", "schema-not-indented", 33),
        ("          httpGet:\n            path: /healthz\n            port: http", "          httpGet:\n          path: /healthz\n          port: http", "schema-not-indented", 25),
        ("  labels:\n    app: web\nspec", "  labels:\n  app: web\nspec", "schema-not-indented", 6),
        ("          containerPort: 8080", "        - containerPort: 8080", "schema-torn-item", 22),
        ("image: nginx:1.27", "image: nginx:1.27\n        env:\n        - name: MODE\n        - value: prod", "schema-torn-item", 22),
        ("metadata:\n  name: web\n  labels", "meta:\n  name: web\n  labels", "schema-unknown-field", 3),
        ("    matchLabels:\n      app: web\n", "    matchLabels:\n      app: web\n    minReadySeconds: 3\n", "schema-misplaced-field", 12),
    ],
)  # fmt: skip
def test_slip_of_nesting_is_one_finding_and_its_fix_mends_it(before, after, code, line):
    text = broken(before, after)
    (only,) = check(text).errors
    assert (only.code, only.span.line) == (code, line)
    assert only.fix and check(apply_fix(text, only.fix)).errors == ()


def test_item_that_lost_its_name_is_not_taken_for_a_part_of_the_next():
    text = broken(
        "      containers:",
        "      volumes:\n      - emptyDir: {}\n      - name: b\n        secret: {}\n      containers:",
    )
    assert [(code, line) for code, line in found(text)][0] == ("schema-missing-field", 18)


def test_number_in_the_data_of_a_secret_is_no_base64():
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  pin: 12345678\n"
    assert found(text) == [("schema-bad-base64", 5)]
