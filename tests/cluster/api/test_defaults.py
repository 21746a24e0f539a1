"""pkg/apis/*/v1/defaults.go."""

from typing import Any

import pytest

from learn.cluster.api.access import copy_json
from learn.cluster.api.defaults import apply_defaults
from tests.cluster.api.objects import container, plain, pod, service, workload


def first(obj: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = apply_defaults(obj)["spec"]["containers"][0]
    return found


@pytest.mark.parametrize(
    ("image", "policy"),
    [("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1.27", "IfNotPresent"), ("nginx@sha256:" + "a" * 64, "IfNotPresent"),
     ("localhost:5000/nginx", "Always")],
)  # fmt: skip
def test_the_pull_policy_depends_on_the_tag(image: str, policy: str) -> None:
    assert first(container(image=image))["imagePullPolicy"] == policy


def test_a_pod_is_filled_in() -> None:
    spec = apply_defaults(pod())["spec"]
    expected = {
        "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30,
        "schedulerName": "default-scheduler", "securityContext": {}, "enableServiceLinks": True,
    }  # fmt: skip
    assert expected.items() <= spec.items()
    assert spec["containers"][0]["terminationMessagePath"] == "/dev/termination-log"


def test_probes_are_filled_in() -> None:
    probe = first(container(livenessProbe={"httpGet": {"port": 80}}))["livenessProbe"]
    assert probe == {
        "httpGet": {"port": 80, "path": "/", "scheme": "HTTP"},
        "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
    }  # fmt: skip


def test_requests_follow_limits() -> None:
    resources = first(
        container(resources={"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}})
    )["resources"]
    assert resources["requests"] == {"cpu": "500m", "memory": "1Gi"}


def test_a_deployment_is_filled_in() -> None:
    spec = apply_defaults(workload("Deployment"))["spec"]
    assert (spec["replicas"], spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]) == (1, 10, 600)
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
    }


def test_a_service_is_filled_in() -> None:
    spec = apply_defaults(service())["spec"]
    assert spec["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert (spec["type"], spec["sessionAffinity"], spec["internalTrafficPolicy"]) == (
        "ClusterIP",
        "None",
        "Cluster",
    )


def test_a_job_is_filled_in() -> None:
    job = plain("Job", "batch/v1", spec={"template": {"spec": {**pod()["spec"], "restartPolicy": "Never"}}})
    spec = apply_defaults(job)["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimit"], spec["suspend"]) == (
        1,
        1,
        6,
        False,
    )


def test_an_http_route_is_filled_in() -> None:
    route = plain(
        "HTTPRoute",
        "gateway.networking.k8s.io/v1",
        spec={"parentRefs": [{"name": "gw"}], "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]},
    )
    spec = apply_defaults(route)["spec"]
    assert spec["parentRefs"][0]["kind"] == "Gateway"
    assert spec["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert spec["rules"][0]["backendRefs"][0]["weight"] == 1


@pytest.mark.parametrize(
    "obj",
    [
        pod(),
        workload("Deployment"),
        workload("StatefulSet"),
        service(),
        container(ports=[{"containerPort": 1}]),
    ],
)
def test_the_input_stays_and_defaulting_twice_changes_nothing(obj: dict[str, Any]) -> None:
    before = copy_json(obj)
    once = apply_defaults(obj)
    assert obj == before
    assert apply_defaults(once) == once
