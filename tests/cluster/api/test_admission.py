"""Admission plugins, allocation and RBAC."""

from typing import Any

import pytest

from learn.cluster.api.admission import (
    TOKEN_MOUNT,
    PriorityError,
    with_default_storage_class,
    with_default_tolerations,
    with_priority,
    with_service_account,
)
from learn.cluster.api.allocation import Ranges, allocate, static_band, taken_by
from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.limitranges import ANNOTATION, apply_limit_range, limit_range_violations
from learn.cluster.api.podsecurity import refusal, violations
from learn.cluster.api.quotas import quota_refusal, used
from learn.cluster.api.rbac import Request, Subject, evaluate, forbidden_text
from tests.cluster.api.objects import container, plain, pod, service

SAFE = {
    "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}  # fmt: skip


def limits(**fields: Any) -> dict[str, Any]:
    return apply_defaults(plain("LimitRange", spec={"limits": [{"type": "Container", **fields}]}))


def test_a_limit_range_fills_in_what_containers_leave_out() -> None:
    filled = apply_limit_range(
        pod(), limits(default={"cpu": "1"}, defaultRequest={"cpu": "500m", "memory": "1Gi"})
    )
    assert filled["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"cpu": "1"},
    }
    note = "LimitRanger plugin set: cpu, memory request for container app; cpu limit for container app"
    assert filled["metadata"]["annotations"][ANNOTATION] == note


@pytest.mark.parametrize(
    ("rule", "resources", "text"),
    [
        ({"max": {"memory": "1Gi"}}, {"limits": {"memory": "2Gi"}}, "maximum memory usage per Container is 1Gi, but limit is 2Gi"),
        ({"max": {"memory": "1Gi"}}, {}, "maximum memory usage per Container is 1Gi.  No limit is specified"),
        ({"min": {"cpu": "100m"}}, {"requests": {"cpu": "50m"}}, "minimum cpu usage per Container is 100m, but request is 50m"),
        ({"maxLimitRequestRatio": {"cpu": "2"}}, {"requests": {"cpu": "100m"}, "limits": {"cpu": "1"}},
         "cpu max limit to request ratio per Container is 2, but provided ratio is 10.000000"),
    ],
)  # fmt: skip
def test_a_limit_range_refuses(rule: dict[str, Any], resources: dict[str, Any], text: str) -> None:
    assert limit_range_violations(
        container(resources=resources), plain("LimitRange", spec={"limits": [{"type": "Container", **rule}]})
    ) == [text]


def quota(**hard: str) -> dict[str, Any]:
    return plain(
        "ResourceQuota", spec={"hard": {name.replace("_", "."): amount for name, amount in hard.items()}}
    ) | {"metadata": {"name": "q"}}


def test_a_quota_counts_and_refuses() -> None:
    pods = [pod(), pod()]
    full = quota(pods="2")
    assert {name: str(amount) for name, amount in used(full, pods).items()} == {"pods": "2"}
    text = quota_refusal(full, pod(), already=used(full, pods))
    assert text == "exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2"
    done = {**pod(), "status": {"phase": "Succeeded"}}
    assert str(used(full, [done])["pods"]) == "0"


def test_a_quota_on_compute_wants_each_container_to_state_it() -> None:
    assert quota_refusal(quota(limits_cpu="2"), pod()) == "failed quota: q: must specify limits.cpu for: app"
    stated = container(resources={"limits": {"cpu": "3"}})
    assert (
        quota_refusal(quota(limits_cpu="2"), stated)
        == "exceeded quota: q, requested: limits.cpu=3, used: limits.cpu=0, limited: limits.cpu=2"
    )


def test_a_scoped_quota_looks_at_some_pods_only() -> None:
    scoped = quota(pods="0")
    scoped["spec"]["scopes"] = ["BestEffort"]
    assert quota_refusal(scoped, pod()).startswith("exceeded quota")
    assert quota_refusal(scoped, container(resources={"requests": {"cpu": "1"}})) == ""


def test_restricted_names_all_that_is_missing() -> None:
    text = refusal(pod(), {"pod-security.kubernetes.io/enforce": "restricted"})
    assert text == (
        'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set '
        'securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "app" must set '
        'securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "app" must set '
        'securityContext.runAsNonRoot=true), seccompProfile (pod or container "app" must set '
        'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    )
    assert violations(container(securityContext=SAFE), "restricted") == ()
    assert refusal(pod(), {}) == ""


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        (pod(hostNetwork=True, hostPID=True), "host namespaces (hostNetwork=true, hostPID=true)"),
        (container(ports=[{"containerPort": 80, "hostPort": 80}]), 'hostPort (container "app" uses hostPort 80)'),
        (container(securityContext={"privileged": True}), 'privileged (container "app" must not set securityContext.privileged=true)'),
        (container(securityContext={"capabilities": {"add": ["NET_ADMIN", "CHOWN"]}}),
         'non-default capabilities (container "app" must not include "NET_ADMIN" in securityContext.capabilities.add)'),
        (pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), 'hostPath volumes (volume "v")'),
        (pod(securityContext={"sysctls": [{"name": "net.core.somaxconn", "value": "1"}]}), "forbidden sysctls (net.core.somaxconn)"),
        (pod(securityContext={"seccompProfile": {"type": "Unconfined"}}), 'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")'),
    ],
)  # fmt: skip
def test_baseline_forbids(obj: dict[str, Any], text: str) -> None:
    assert [str(found) for found in violations(obj, "baseline")] == [text]


def test_probe_hosts_are_looked_at_from_1_34_on() -> None:
    obj = container(livenessProbe={"httpGet": {"host": "10.0.0.1", "port": 80}})
    assert violations(obj, "baseline", "1.33") == ()
    assert (
        str(violations(obj, "baseline")[0])
        == 'probe or lifecycle host (container "app" uses probe or lifecycle host "10.0.0.1")'
    )


def test_priority_comes_from_the_class() -> None:
    classes = [
        plain("PriorityClass", value=10) | {"metadata": {"name": "high"}},
        plain("PriorityClass", value=5, globalDefault=True) | {"metadata": {"name": "usual"}},
    ]
    assert with_priority(pod(priorityClassName="high"), classes)["spec"]["priority"] == 10
    assert with_priority(pod(), classes)["spec"]["priorityClassName"] == "usual"
    assert with_priority(pod(), [])["spec"]["priority"] == 0
    with pytest.raises(PriorityError, match="no PriorityClass with name low was found"):
        with_priority(pod(priorityClassName="low"), classes)


def test_tolerations_of_five_minutes_are_added_once() -> None:
    once = with_default_tolerations(pod())
    assert [t["tolerationSeconds"] for t in once["spec"]["tolerations"]] == [300, 300]
    assert with_default_tolerations(once) == once


def test_the_token_is_mounted_unless_switched_off() -> None:
    mounted = with_service_account(pod(), None, "abcde")
    assert mounted["spec"]["serviceAccountName"] == "default"
    assert mounted["spec"]["containers"][0]["volumeMounts"][0]["mountPath"] == TOKEN_MOUNT
    assert mounted["spec"]["volumes"][0]["name"] == "kube-api-access-abcde"
    assert (
        "volumes" not in with_service_account(pod(), {"automountServiceAccountToken": False}, "abcde")["spec"]
    )
    assert (
        "volumes"
        in with_service_account(
            pod(automountServiceAccountToken=True), {"automountServiceAccountToken": False}, "a"
        )["spec"]
    )


def test_a_claim_gets_the_default_class() -> None:
    standard = plain("StorageClass") | {
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        }
    }
    assert (
        with_default_storage_class(plain("PersistentVolumeClaim", spec={}), [standard])["spec"][
            "storageClassName"
        ]
        == "standard"
    )
    assert (
        with_default_storage_class(plain("PersistentVolumeClaim", spec={"storageClassName": ""}), [standard])[
            "spec"
        ]["storageClassName"]
        == ""
    )


def test_addresses_and_ports_are_given_out_once_and_the_same_for_a_seed() -> None:
    given, services = [], []
    for index in range(40):
        new = service(type="NodePort") | {"metadata": {"name": f"s{index}", "namespace": "default"}}
        allocated, errors = allocate(new, taken_by(services), Ranges(seed=7))
        assert errors == []
        assert allocate(new, taken_by(services), Ranges(seed=7))[0] == allocated
        services.append(allocated)
        given.append((allocated["spec"]["clusterIP"], allocated["spec"]["ports"][0]["nodePort"]))
    assert len(set(given)) == len({ip for ip, _ in given}) == len({port for _, port in given}) == 40
    assert all(30086 <= port <= 32767 for _, port in given)


@pytest.mark.parametrize(
    ("spec", "version", "text"),
    [
        ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}, "1.37", "spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated"),
        ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]}, "1.37",
         "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"),
        ({"clusterIP": "10.96.0.10"}, "1.37", 'spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated'),
        ({"clusterIP": "1.1.1.1"}, "1.37", 'spec.clusterIPs: Invalid value: ["1.1.1.1"]: failed to allocate IP 1.1.1.1: the provided network does not match the current range'),
        ({"clusterIP": "1.1.1.1"}, "1.32", 'spec.clusterIPs: Invalid value: []string{"1.1.1.1"}: failed to allocate IP 1.1.1.1: the provided IP (1.1.1.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12'),
    ],
)  # fmt: skip
def test_what_cannot_be_given_out(spec: dict[str, Any], version: str, text: str) -> None:
    other = service(type="NodePort", clusterIP="10.96.0.10", ports=[{"port": 80, "nodePort": 30080}])
    _, errors = allocate(apply_defaults(service(**spec)), taken_by([other]), version=version)
    assert [error.text(version) for error in errors] == [text]


def test_an_update_keeps_what_it_does_not_repeat() -> None:
    old, _ = allocate(apply_defaults(service(type="NodePort")), taken_by([]))
    assert allocate(apply_defaults(service(type="NodePort")), taken_by([]), old=old)[0] == old
    headless, _ = allocate(apply_defaults(service(clusterIP="None")), taken_by([]))
    assert headless["spec"]["clusterIP"] == "None"


def test_an_exhausted_range_is_named() -> None:
    tiny = Ranges(service_cidr="10.0.0.0/30", node_ports=(30000, 30000))
    first, _ = allocate(apply_defaults(service(type="NodePort")), taken_by([]), tiny)
    _, [error] = allocate(
        apply_defaults(service(type="NodePort")),
        taken_by([{"spec": {"ports": first["spec"]["ports"]}}]),
        tiny,
    )
    assert error.detail == "failed to allocate a nodePort: range is full"
    assert static_band(2**16) == 256


ROLE = plain(
    "Role", rules=[{"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]}]
) | {"metadata": {"name": "reader", "namespace": "dev"}}
BINDING = plain(
    "RoleBinding",
    subjects=[{"kind": "User", "name": "jane"}, {"kind": "ServiceAccount", "name": "bot"}],
    roleRef={"kind": "Role", "name": "reader"},
) | {"metadata": {"name": "read", "namespace": "dev"}}


@pytest.mark.parametrize(
    ("who", "request_", "allowed"),
    [
        (Subject("jane"), Request(verb="get", resource="pods", namespace="dev"), True),
        (Subject("jane"), Request(verb="get", resource="pods", namespace="prod"), False),
        (Subject("jane"), Request(verb="delete", resource="pods", namespace="dev"), False),
        (Subject("jane"), Request(verb="get", resource="pods", subresource="log", namespace="dev"), True),
        (
            Subject("jane"),
            Request(verb="create", resource="pods", subresource="exec", namespace="dev"),
            False,
        ),
        (Subject.service_account("dev", "bot"), Request(verb="list", resource="pods", namespace="dev"), True),
        (
            Subject.service_account("prod", "bot"),
            Request(verb="list", resource="pods", namespace="dev"),
            False,
        ),
        (Subject("root", ("system:masters",)), Request(verb="delete", resource="nodes"), True),
    ],
)
def test_rbac(who: Subject, request_: Request, allowed: bool) -> None:
    assert evaluate(who, request_, [ROLE, BINDING]).allowed is allowed


def test_rbac_gives_its_reason_and_its_refusal() -> None:
    asked = Request(verb="get", resource="pods", namespace="dev")
    reason = evaluate(Subject("jane"), asked, [ROLE, BINDING]).reason
    assert reason == 'RBAC: allowed by RoleBinding "read/dev" of Role "reader" to User "jane"'
    named = Request(verb="delete", resource="deployments", group="apps", namespace="dev", name="web")
    assert forbidden_text(Subject("jane"), named) == (
        'deployments.apps "web" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "dev"'
    )


def test_an_aggregated_role_has_the_rules_of_those_it_selects() -> None:
    part = plain("ClusterRole", rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]) | {
        "metadata": {"name": "part", "labels": {"a": "b"}}
    }
    whole = plain("ClusterRole", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}) | {
        "metadata": {"name": "whole"}
    }
    binding = plain(
        "ClusterRoleBinding",
        subjects=[{"kind": "Group", "name": "team"}],
        roleRef={"kind": "ClusterRole", "name": "whole"},
    ) | {"metadata": {"name": "all"}}
    assert evaluate(
        Subject("jane", ("team",)), Request(verb="get", resource="nodes"), [part, whole, binding]
    ).allowed
