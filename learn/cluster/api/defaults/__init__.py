"""Defaulting: the fields that the API server fills in before it validates and stores an object.

Follows pkg/apis/*/v1/defaults.go and the `+default` marks of the API types. The input is never
changed; a field of the wrong type is left as it stands.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from learn.cluster.api.defaults import (
    autoscaling,
    batch,
    config,
    custom,
    networking,
    pods,
    storage,
    workloads,
)
from learn.cluster.api.versions import NEWEST, Behaviour, behaviour

Object: TypeAlias = dict[str, Any]

_BY_KIND: Mapping[tuple[str, str], Callable[[Object, Behaviour], None]] = {
    ("", "Pod"): pods.default_pod,
    ("", "PodTemplate"): workloads.default_pod_template,
    ("", "ReplicationController"): workloads.default_replication_controller,
    ("apps", "Deployment"): workloads.default_deployment,
    ("apps", "ReplicaSet"): workloads.default_replica_set,
    ("apps", "StatefulSet"): workloads.default_stateful_set,
    ("apps", "DaemonSet"): workloads.default_daemon_set,
    ("batch", "Job"): batch.default_job,
    ("batch", "CronJob"): batch.default_cron_job,
    ("", "Service"): networking.default_service,
    ("", "Endpoints"): networking.default_endpoints,
    ("discovery.k8s.io", "EndpointSlice"): networking.default_endpoint_slice,
    ("networking.k8s.io", "NetworkPolicy"): networking.default_network_policy,
    ("networking.k8s.io", "IngressClass"): networking.default_ingress_class,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaling.default_autoscaler,
    ("", "Namespace"): config.default_namespace,
    ("", "Node"): config.default_node,
    ("", "Secret"): config.default_secret,
    ("", "LimitRange"): config.default_limit_range,
    ("", "ResourceQuota"): config.default_resource_quota,
    ("policy", "PodDisruptionBudget"): config.default_disruption_budget,
    ("scheduling.k8s.io", "PriorityClass"): config.default_priority_class,
    ("rbac.authorization.k8s.io", "RoleBinding"): config.default_binding,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): config.default_binding,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): config.default_webhooks,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): config.default_webhooks,
    ("", "PersistentVolume"): storage.default_persistent_volume,
    ("", "PersistentVolumeClaim"): storage.default_persistent_volume_claim,
    ("storage.k8s.io", "StorageClass"): storage.default_storage_class,
    ("storage.k8s.io", "CSIDriver"): storage.default_csi_driver,
}


def apply_defaults(obj: Object, *, version: str = NEWEST) -> Object:
    """A copy of the object as the API server would store it: defaults filled in, nulls dropped.

    Quantities of resources are rounded up to milli units and written in their canonical form.
    An object of a kind without defaults comes back as a plain copy.
    """
    result = _without_nulls(obj)
    if not isinstance(result, dict):
        return {}
    api_version, kind = result.get("apiVersion"), result.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str)):
        return result
    group = api_version.rpartition("/")[0]
    fill = _BY_KIND.get((group, kind))
    if fill is not None:
        fill(result, behaviour(version))
    else:
        custom.default_by_schema(result, version)
    return result


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_nulls(item) if isinstance(item, (dict, list)) else item
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item) if isinstance(item, (dict, list)) else item for item in value]
    return value
