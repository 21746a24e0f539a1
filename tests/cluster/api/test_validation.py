"""pkg/apis/*/validation: field paths and texts of what the server refuses."""

from typing import Any

import pytest

from learn.cluster.api.status import invalid_status, status_error
from learn.cluster.api.validation import validate
from tests.cluster.api.objects import container, plain, pod, service, texts, workload

PROBE = {"httpGet": {"path": "/", "port": 80}}
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": pod()["spec"]}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "ValidatePodSpec: containers": (pod(containers=[]), "spec.containers: Required value"),
    "validateContainers: name twice": (
        pod(containers=[{"name": "a", "image": "x"}, {"name": "a", "image": "x"}]),
        'spec.containers[1].name: Duplicate value: "a"',
    ),
    "validateContainers: image": (pod(containers=[{"name": "a"}]), "spec.containers[0].image: Required value"),
    "validateContainerPorts: range": (
        container(ports=[{"containerPort": 99999}]),
        "spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive",
    ),
    "validateContainerPorts: name twice": (
        container(ports=[{"name": "a", "containerPort": 1}, {"name": "a", "containerPort": 2}]),
        'spec.containers[0].ports[1].name: Duplicate value: "a"',
    ),
    "validateLivenessProbe: successThreshold": (
        container(livenessProbe={**PROBE, "successThreshold": 2}),
        "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
    ),
    "validateHandler: none": (
        container(readinessProbe={"periodSeconds": 5}),
        "spec.containers[0].readinessProbe: Required value: must specify a handler type",
    ),
    "validateHandler: two": (
        container(readinessProbe={**PROBE, "tcpSocket": {"port": 80}}),
        "spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
    ),
    "ValidateResourceRequirements: above the limit": (
        container(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}),
        'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ),
    "ValidateVolumeMounts: no such volume": (
        container(volumeMounts=[{"name": "data", "mountPath": "/data"}]),
        'spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ),
    "validateRestartPolicy": (
        pod(restartPolicy="Sometimes"),
        'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ),
    "ValidateEnv: name and source": (
        container(env=[{"name": "A", "value": "x", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]),
        'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ),
    "ValidateDeploymentSpec: selector and labels": (
        workload("Deployment", selector={"matchLabels": {"app": "api"}}),
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ),
    "ValidateDeploymentSpec: replicas": (
        workload("Deployment", replicas=-1),
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
    ),
    "ValidateRollingUpdateDeployment: both 0": (
        workload("Deployment", strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
    ),
    "ValidateDeploymentStrategy: Recreate": (
        workload("Deployment", strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
        "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ),
    "validateServicePorts: names": (
        service(ports=[{"port": 80}, {"port": 81}]),
        "spec.ports[0].name: Required value",
    ),
    "ValidateService: externalName": (
        plain("Service", spec={"type": "ExternalName"}),
        "spec.externalName: Required value",
    ),
    "validateJobSpec: restartPolicy": (
        plain("Job", "batch/v1", spec={"template": {"spec": {**pod()["spec"], "restartPolicy": "Always"}}}),
        'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ),
    "validateScheduleFormat": (
        plain("CronJob", "batch/v1", spec={"schedule": "every day", "jobTemplate": {"spec": {"template": TEMPLATE}}}),
        'spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
    ),
    "ValidateConfigMap: key": (
        plain("ConfigMap", data={"a b": "x"}),
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ),
    "ValidateObjectMeta: name": (
        {**plain("ConfigMap"), "metadata": {"namespace": "default"}},
        "metadata.name: Required value: name or generateName is required",
    ),
    "validateHorizontalPodAutoscalerSpec: order": (
        plain("HorizontalPodAutoscaler", "autoscaling/v2", spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 5, "maxReplicas": 2}),
        "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`",
    ),
    "ValidatePodDisruptionBudgetSpec: both": (
        plain("PodDisruptionBudget", "policy/v1", spec={"selector": {}, "minAvailable": 1, "maxUnavailable": 1}),
        "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{},\"MaxUnavailable\":1,\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_the_server_refuses(rule: str) -> None:
    obj, expected = CASES[rule]
    assert expected in texts(obj)


VALID = (
    pod(), workload("Deployment"), workload("ReplicaSet"), workload("DaemonSet"), workload("StatefulSet", serviceName="web"),
    service(), service(type="NodePort"), service(clusterIP="None"), plain("ConfigMap", data={"a": "b"}), plain("Secret"),
    plain("Job", "batch/v1", spec={"template": {"spec": {**pod()["spec"], "restartPolicy": "Never"}}}),
    plain("Namespace") | {"metadata": {"name": "a"}}, plain("ServiceAccount"), plain("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {}}),
)  # fmt: skip


@pytest.mark.parametrize("obj", VALID, ids=lambda obj: obj["kind"])
def test_sound_objects_pass(obj: dict[str, Any]) -> None:
    assert texts(obj) == []
    assert texts(obj, obj) == []


def test_a_selector_cannot_change() -> None:
    labels = {"app": "api"}
    template = {"metadata": {"labels": labels}, "spec": pod()["spec"]}
    new = workload("Deployment", selector={"matchLabels": labels}, template=template)
    old = workload("Deployment")
    assert texts(new, old) == [
        'spec.selector: Invalid value: {"matchLabels":{"app":"api"}}: field is immutable'
    ]
    go = 'v1.LabelSelector{MatchLabels:map[string]string{"app":"api"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}'
    assert texts(new, old, "1.33") == [f"spec.selector: Invalid value: {go}: field is immutable"]


def test_a_pods_image_may_change_but_not_its_command() -> None:
    assert texts(container(image="nginx:2"), pod()) == []
    [text] = texts(container(command=["sh"]), pod())
    assert text.startswith("spec: Forbidden: pod updates may not change fields other than")


def test_one_error_stands_on_the_line_and_several_below_it() -> None:
    one = validate(workload("Deployment", replicas=-1) | {"metadata": {"name": "web"}})
    assert status_error("Deployment", "web", one[:1]).count("\n") == 0
    lines = status_error("Deployment", "web", [*one, *validate(pod(containers=[]))]).split("\n")
    assert lines[0] == 'The Deployment "web" is invalid: '
    assert all(line.startswith("* ") for line in lines[1:])


def test_a_status_names_each_cause() -> None:
    errors = validate(pod(containers=[]))
    status = invalid_status("", "Pod", "web", errors)
    assert (status["code"], status["reason"]) == (422, "Invalid")
    assert {
        "reason": "FieldValueRequired",
        "message": "Required value",
        "field": "spec.containers",
    } in status["details"]["causes"]


def test_custom_resources_are_checked_by_their_schema_and_rules() -> None:
    route = plain("HTTPRoute", "gateway.networking.k8s.io/v1", spec={
        "hostnames": ["Bad_Host"], "rules": [{"backendRefs": [{"name": "web"}], "matches": [{"path": {"value": "a"}}]}]})  # fmt: skip
    found = texts(route)
    assert found[0].startswith(
        'spec.hostnames[0]: Invalid value: "Bad_Host": spec.hostnames[0] in body should match'
    )
    assert any("value must be an absolute path and start with '/'" in text for text in found)
    assert (
        'spec.rules[0].backendRefs[0]: Invalid value: "object": Must have port for Service reference' in found
    )
    scaler = plain("VerticalPodAutoscaler", "autoscaling.k8s.io/v1", spec={})
    assert texts(scaler) == ["spec.targetRef: Required value"]


def test_custom_resources_may_have_finalizers_without_a_domain():
    custom = {
        "apiVersion": "example.com/v1",
        "kind": "Backup",
        "metadata": {"name": "a", "finalizers": ["wait"]},
    }
    assert validate(custom) == []
    built_in = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "finalizers": ["wait"]}}
    assert [error.path for error in validate(built_in)] == [("metadata", "finalizers", 0)]
