"""The columns of every kind in `kubectl get`; one module per family of kinds."""

from learn.kubectl.columns import apis, cluster, networking, pods, scaling, workloads
from learn.kubectl.columns.model import Columns

_COLUMNS = {
    "Pod": pods.POD,
    "Deployment": workloads.DEPLOYMENT,
    "ReplicaSet": workloads.REPLICA_SET,
    "ReplicationController": workloads.REPLICATION_CONTROLLER,
    "StatefulSet": workloads.STATEFUL_SET,
    "DaemonSet": workloads.DAEMON_SET,
    "Job": workloads.JOB,
    "CronJob": workloads.CRON_JOB,
    "Service": networking.SERVICE,
    "Endpoints": networking.ENDPOINTS,
    "EndpointSlice": networking.ENDPOINT_SLICE,
    "Ingress": networking.INGRESS,
    "IngressClass": networking.INGRESS_CLASS,
    "NetworkPolicy": networking.NETWORK_POLICY,
    "Gateway": networking.GATEWAY,
    "GatewayClass": networking.GATEWAY_CLASS,
    "HTTPRoute": networking.HTTP_ROUTE,
    "HorizontalPodAutoscaler": scaling.HORIZONTAL_POD_AUTOSCALER,
    "VerticalPodAutoscaler": scaling.VERTICAL_POD_AUTOSCALER,
    "PodDisruptionBudget": scaling.POD_DISRUPTION_BUDGET,
    "Node": cluster.NODE,
    "Namespace": cluster.NAMESPACE,
    "ConfigMap": cluster.CONFIG_MAP,
    "Secret": cluster.SECRET,
    "ServiceAccount": cluster.SERVICE_ACCOUNT,
    "PersistentVolumeClaim": cluster.PERSISTENT_VOLUME_CLAIM,
    "PersistentVolume": cluster.PERSISTENT_VOLUME,
    "StorageClass": cluster.STORAGE_CLASS,
    "Event": cluster.EVENT,
    "ResourceQuota": cluster.RESOURCE_QUOTA,
    "LimitRange": cluster.CREATED_AT,
    "PriorityClass": cluster.PRIORITY_CLASS,
    "Role": cluster.CREATED_AT,
    "ClusterRole": cluster.CREATED_AT,
    "RoleBinding": cluster.ROLE_BINDING,
    "ClusterRoleBinding": cluster.ROLE_BINDING,
    "Lease": cluster.LEASE,
    "CustomResourceDefinition": cluster.CREATED_AT,
    "APIService": apis.API_SERVICE,
    "MutatingWebhookConfiguration": apis.WEBHOOK_CONFIGURATION,
    "ValidatingWebhookConfiguration": apis.WEBHOOK_CONFIGURATION,
    "ValidatingAdmissionPolicy": apis.VALIDATING_ADMISSION_POLICY,
    "ValidatingAdmissionPolicyBinding": apis.VALIDATING_ADMISSION_POLICY_BINDING,
    "ControllerRevision": apis.CONTROLLER_REVISION,
    "PodTemplate": apis.POD_TEMPLATE,
    "RuntimeClass": apis.RUNTIME_CLASS,
    "CSIDriver": apis.CSI_DRIVER,
    "CSINode": apis.CSI_NODE,
    "VolumeAttachment": apis.VOLUME_ATTACHMENT,
    "VolumeAttributesClass": apis.VOLUME_ATTRIBUTES_CLASS,
    "ServiceCIDR": apis.SERVICE_CIDR,
    "IPAddress": apis.IP_ADDRESS,
}


def columns_of(kind: str, *, is_wide: bool = False) -> Columns:
    """Return the columns of a kind; one unknown to us shows its name and age."""
    if kind == "Event" and is_wide:
        return cluster.WIDE_EVENT
    return _COLUMNS.get(kind, cluster.NAME_AND_AGE)
