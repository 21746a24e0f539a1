"""The text of `kubectl describe`, one module per family of kinds."""

from collections.abc import Callable, Mapping

from learn.cluster.cluster import Cluster
from learn.cluster.objects import Obj
from learn.kubectl.describe import autoscaling, config, networking, nodes, pods, storage, workloads
from learn.kubectl.describe.common import Scene
from learn.kubectl.describe.generic import describe_generic
from learn.kubectl.describe.writer import Writer

_DESCRIBERS: Mapping[str, Callable[[Scene, Writer, Obj], None]] = {
    "Pod": pods.describe_pod,
    "Deployment": workloads.describe_deployment,
    "ReplicaSet": workloads.describe_replica_set,
    "ReplicationController": workloads.describe_replica_set,
    "StatefulSet": workloads.describe_stateful_set,
    "DaemonSet": workloads.describe_daemon_set,
    "Job": workloads.describe_job,
    "CronJob": workloads.describe_cron_job,
    "Service": networking.describe_service,
    "Endpoints": networking.describe_endpoints,
    "EndpointSlice": networking.describe_endpoint_slice,
    "Ingress": networking.describe_ingress,
    "IngressClass": networking.describe_ingress_class,
    "NetworkPolicy": networking.describe_network_policy,
    "HorizontalPodAutoscaler": autoscaling.describe_autoscaler,
    "PodDisruptionBudget": autoscaling.describe_disruption_budget,
    "Node": nodes.describe_node,
    "Namespace": config.describe_namespace,
    "ConfigMap": config.describe_config_map,
    "Secret": config.describe_secret,
    "ServiceAccount": config.describe_service_account,
    "ResourceQuota": config.describe_quota,
    "LimitRange": config.describe_limit_range,
    "PriorityClass": config.describe_priority_class,
    "Role": config.describe_role,
    "ClusterRole": config.describe_role,
    "RoleBinding": config.describe_role_binding,
    "ClusterRoleBinding": config.describe_role_binding,
    "PersistentVolumeClaim": storage.describe_claim,
    "PersistentVolume": storage.describe_volume,
    "StorageClass": storage.describe_storage_class,
}


def describe(cluster: Cluster, obj: Obj, *, shows_events: bool = True) -> str:
    """What `kubectl describe` prints about an object."""
    out = Writer()
    describer = _DESCRIBERS.get(obj["kind"], describe_generic)
    describer(Scene(cluster, shows_events), out, obj)
    return out.text
