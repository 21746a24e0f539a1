"""Validation: what the API server refuses, with its own field paths and sentences.

`validate` expects an object with its defaults filled in (`apply_defaults`), as the server does. It
is total: fields of the wrong type count as absent, for decoding has already refused them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from learn.cluster.api.fielderror import FieldError
from learn.cluster.api.validation import (
    autoscaling,
    batch,
    claims,
    config,
    custom,
    endpoints,
    networking,
    pods,
    policy,
    rbac,
    services,
    storage,
    workloads,
)
from learn.cluster.api.versions import NEWEST, Behaviour, behaviour

Validator = Callable[[Mapping[str, Any], Mapping[str, Any] | None, Behaviour], list[FieldError]]

_BY_KIND: Mapping[tuple[str, str], Validator] = {
    ("", "Pod"): pods.validate_pod,
    ("", "PodTemplate"): pods.validate_pod_template,
    ("", "ReplicationController"): workloads.validate_replication_controller,
    ("apps", "Deployment"): workloads.validate_deployment,
    ("apps", "ReplicaSet"): workloads.validate_replica_set,
    ("apps", "StatefulSet"): workloads.validate_stateful_set,
    ("apps", "DaemonSet"): workloads.validate_daemon_set,
    ("batch", "Job"): batch.validate_job,
    ("batch", "CronJob"): batch.validate_cron_job,
    ("", "Service"): services.validate_service,
    ("", "Endpoints"): endpoints.validate_endpoints,
    ("discovery.k8s.io", "EndpointSlice"): endpoints.validate_endpoint_slice,
    ("networking.k8s.io", "Ingress"): networking.validate_ingress,
    ("networking.k8s.io", "IngressClass"): networking.validate_ingress_class,
    ("networking.k8s.io", "NetworkPolicy"): networking.validate_network_policy,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaling.validate_autoscaler,
    ("policy", "PodDisruptionBudget"): policy.validate_disruption_budget,
    ("", "ResourceQuota"): policy.validate_resource_quota,
    ("", "LimitRange"): policy.validate_limit_range,
    ("scheduling.k8s.io", "PriorityClass"): policy.validate_priority_class,
    ("", "ConfigMap"): config.validate_config_map,
    ("", "Secret"): config.validate_secret,
    ("", "ServiceAccount"): config.validate_service_account,
    ("", "Namespace"): config.validate_namespace,
    ("", "Node"): config.validate_node,
    ("", "PersistentVolumeClaim"): claims.validate_claim,
    ("", "PersistentVolume"): storage.validate_persistent_volume,
    ("storage.k8s.io", "StorageClass"): storage.validate_storage_class,
    ("rbac.authorization.k8s.io", "Role"): rbac.validate_role,
    ("rbac.authorization.k8s.io", "ClusterRole"): rbac.validate_role,
    ("rbac.authorization.k8s.io", "RoleBinding"): rbac.validate_binding,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): rbac.validate_binding,
}


def validate(obj: Any, *, old: Any = None, version: str = NEWEST) -> list[FieldError]:
    """Every reason why the server refuses the object; with `old`, as an update of that object.

    What a request or the server itself adds may be missing: the namespace, allocated addresses and
    ports, a Job's generated selector. Kinds without rules of their own are held to those of
    metadata, custom resources known here to their schema as well.
    """
    if not isinstance(obj, dict):
        return []
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str)):
        return []
    before = old if isinstance(old, dict) else None
    check = _BY_KIND.get((api_version.rpartition("/")[0], kind))
    if check is None:
        return custom.validate_by_schema(obj, before, version)
    return check(obj, before, behaviour(version))
