"""What the API server warns of in a Pod (pkg/api/pod/warnings.go, pkg/api/node/util.go)."""

from typing import Any

import pytest

from learn.cluster.api.podwarnings import pod_warnings

PORT = {"containerPort": 80}
CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    (
        {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]},
        [
            'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'
        ],
    ),
    (
        {"ports": [PORT, PORT]},
        ["spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"],
    ),
    ({"ports": [PORT, {**PORT, "protocol": "UDP"}]}, []),
    (
        {"ports": [PORT, {**PORT, "hostPort": 8080}]},
        ["spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]"],
    ),
    (
        {"resources": {"requests": {"memory": "128m"}}},
        [
            'spec.containers[0].resources.requests[memory]: fractional byte value "128m" is invalid, must be an integer'
        ],
    ),
]


@pytest.mark.parametrize(("container", "expected"), CASES)
def test_a_container(container: dict[str, Any], expected: list[str]) -> None:
    assert pod_warnings({"kind": "Pod", "spec": {"containers": [container]}}) == expected


SPECS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"nodeSelector": {"beta.kubernetes.io/os": "linux"}},
        [
            'spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'
        ],
    ),
    ({"nodeSelector": {"kubernetes.io/os": "linux"}}, []),
    ({"imagePullSecrets": [{}]}, ['spec.template.spec.imagePullSecrets[0].name: invalid empty name ""']),
    (
        {"containers": [{"ports": [PORT]}, {"ports": [PORT]}]},
        [
            "spec.template.spec.containers[1].ports[0]: duplicate port definition with spec.template.spec.containers[0].ports[0]"
        ],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), SPECS)
def test_the_template_of_a_workload(spec: dict[str, Any], expected: list[str]) -> None:
    assert pod_warnings({"kind": "Deployment", "spec": {"template": {"spec": spec}}}) == expected


ANNOTATIONS = [
    (
        "seccomp.security.alpha.kubernetes.io/pod",
        'non-functional in v1.27+; use the "seccompProfile" field instead',
    ),
    (
        "container.apparmor.security.beta.kubernetes.io/app",
        'deprecated since v1.30; use the "appArmorProfile" field instead',
    ),
]


@pytest.mark.parametrize(("name", "warning"), ANNOTATIONS)
def test_annotations_that_fields_have_replaced(name: str, warning: str) -> None:
    template = {"metadata": {"annotations": {name: "x"}}}
    assert pod_warnings({"kind": "Job", "spec": {"template": template}}) == [
        f"spec.template.metadata.annotations[{name}]: {warning}"
    ]
