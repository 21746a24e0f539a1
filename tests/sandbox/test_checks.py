"""Checks across objects: they find what does not fit, and are silent about what does or cannot be known."""

import pytest

from learn.sandbox.messages import MESSAGES, Severity
from learn.sandbox.pipeline import check
from tests.sandbox.corpus import (
    AUTOSCALER,
    CONFIGURATION,
    DEPLOYMENT_AND_SERVICE,
    NETWORK_POLICY,
    STATEFUL_SET,
)
from tests.sandbox.manifests import DEPLOYMENT, broken

SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports: [{port: 80, targetPort: http}]\n"


def warnings(text):
    report = check(text)
    assert report.errors == ()
    return [d.code for d in report.diagnostics if d.severity is Severity.WARNING]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (DEPLOYMENT + SERVICE.replace("app: web", "app: api"), ["service-no-endpoints"]),
        (DEPLOYMENT + SERVICE.replace("{name: web}", "{name: web, namespace: shop}"), ["service-other-namespace"]),
        (DEPLOYMENT + SERVICE.replace("targetPort: http", "targetPort: web"), ["service-target-port-name"]),
        (DEPLOYMENT + SERVICE.replace(", targetPort: http", ""), ["service-target-port-number"]),
        (DEPLOYMENT + SERVICE + SERVICE, ["duplicate-object"]),
        (STATEFUL_SET.replace("clusterIP: None", "type: ClusterIP"), ["statefulset-service-not-headless"]),
        (STATEFUL_SET.replace("serviceName: db", "serviceName: dp"), ["statefulset-service-missing"]),
        (CONFIGURATION.replace("      name: settings", "      name: setting"), ["configmap-missing"]),
        (CONFIGURATION.replace("          key: key", "          key: kye"), ["secret-key-missing"]),
        (DEPLOYMENT + "---\n" + AUTOSCALER.replace("    name: web", "    name: wep"), ["hpa-target-missing"]),
        (DEPLOYMENT + "---\n" + AUTOSCALER.replace("    kind: Deployment", "    kind: deployment"), ["hpa-target-unknown"]),
        (DEPLOYMENT + "---\n" + AUTOSCALER.replace("    apiVersion: apps/v1", "    apiVersion: v1"), ["hpa-target-unknown"]),
        (DEPLOYMENT + "---\n" + AUTOSCALER.replace("minAvailable: 1", "minAvailable: 3"), ["pdb-blocks-drain"]),
        (DEPLOYMENT + "---\n" + AUTOSCALER.replace("      app: web", "      app: api"), ["pdb-no-pods"]),
        (NETWORK_POLICY + "---\n" + DEPLOYMENT, ["network-policy-no-pods"]),
        (broken("port: http", "port: 9090"), ["probe-port-undeclared"]),
        (broken("port: http", "port: web"), ["probe-port-unknown"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_found(text, codes):
    assert warnings(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        DEPLOYMENT + SERVICE,
        SERVICE.removeprefix("---\n"),
        DEPLOYMENT + SERVICE.replace("  selector: {app: web}\n", ""),
        DEPLOYMENT + SERVICE.replace("targetPort: http", "targetPort: 8080"),
        DEPLOYMENT.replace("        ports:\n        - name: http\n          containerPort: 8080\n", "").replace("port: http", "port: 8080") + SERVICE.replace("targetPort: http", "targetPort: 3000"),
        DEPLOYMENT_AND_SERVICE,
        AUTOSCALER,
        DEPLOYMENT + "---\n" + AUTOSCALER,
        CONFIGURATION.split("---\n")[2],
        CONFIGURATION.replace("          key: key", "          key: other\n          optional: true"),
        DEPLOYMENT + "---\n" + DEPLOYMENT.replace("app: web", "app: api").replace("name: web\n  labels", "name: api\n  labels"),
        NETWORK_POLICY,
        NETWORK_POLICY.replace("    ports:\n    - protocol: TCP\n      port: 5432\n", ""),
        "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: db.example.com}\n",
    ],
)  # fmt: skip
def test_what_fits_or_cannot_be_known_is_left_alone(text):
    assert warnings(text) == []


def test_node_port_in_use_twice_is_refused():
    service = SERVICE.replace("spec:", "spec:\n  type: NodePort").replace(
        "targetPort: http", "nodePort: 30080"
    )
    report = check(service + service.replace("name: web", "name: api"))
    assert [(d.code, d.span.line) for d in report.errors] == [("service-nodeport-taken", 16)]


def test_checks_across_objects_wait_until_the_text_can_be_read():
    text = DEPLOYMENT + SERVICE.replace("app: web", "app: api")
    assert {d.code for d in check(text.replace("replicas:", "replica:", 1)).diagnostics} == {
        "schema-unknown-field"
    }


def test_advice_never_fails_anything():
    report = check(DEPLOYMENT)
    assert report.passed
    assert {d.severity for d in report.diagnostics} == {Severity.ADVICE}


def test_advice_is_no_error_by_table():
    practice = [
        code
        for code in MESSAGES
        if code.startswith(("image-", "security-context", "resources-no-", "liveness-"))
    ]
    assert practice and all(MESSAGES[code].severity is Severity.ADVICE for code in practice)


def test_findings_come_gravest_first_then_in_line_order():
    text = broken("containerPort: 8080", "containerPort: 808080", broken("replicas: 3", "replicas: -1"))
    report = check(text + SERVICE)
    ranks = [(d.severity.rank, d.span.line) for d in report.diagnostics]
    assert ranks == sorted(ranks)
    assert report.counts[Severity.ERROR] == 2
