"""The values that a field accepts where the published schemas only say "string".

Keys are the named type around the field and the field. Source: the Kubernetes API reference (kubernetes.io).
"""

from collections.abc import Mapping

from learn.cluster.api.fielderror import Path
from learn.cluster.api.schema import Schema, Type

_PULL = ("IfNotPresent", "Always", "Never")
_PROTOCOL = ("TCP", "UDP", "SCTP")
_TOLERATION_EFFECT = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_METRIC_SOURCE = ("Utilization", "AverageValue", "Value")
_ACCESS = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_SCALING = ("Max", "Min", "Disabled")

VALUES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("PodSpec", "restartPolicy"): ("Always", "OnFailure", "Never"),
    ("PodSpec", "dnsPolicy"): ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    ("PodSpec", "preemptionPolicy"): ("PreemptLowerPriority", "Never"),
    ("Container", "imagePullPolicy"): _PULL,
    ("Container", "restartPolicy"): ("Always",),
    ("Container", "terminationMessagePolicy"): ("File", "FallbackToLogsOnError"),
    ("ContainerPort", "protocol"): _PROTOCOL,
    ("HTTPGetAction", "scheme"): ("HTTP", "HTTPS"),
    ("Toleration", "operator"): ("Exists", "Equal"),
    ("Toleration", "effect"): _TOLERATION_EFFECT,
    ("Taint", "effect"): _TOLERATION_EFFECT,
    ("NodeSelectorRequirement", "operator"): ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    ("LabelSelectorRequirement", "operator"): ("In", "NotIn", "Exists", "DoesNotExist"),
    ("TopologySpreadConstraint", "whenUnsatisfiable"): ("DoNotSchedule", "ScheduleAnyway"),
    ("SeccompProfile", "type"): ("RuntimeDefault", "Localhost", "Unconfined"),
    ("EmptyDirVolumeSource", "medium"): ("Memory",),
    ("HostPathVolumeSource", "type"): (
        "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket", "CharDevice", "BlockDevice",
    ),
    ("VolumeMount", "mountPropagation"): ("None", "HostToContainer", "Bidirectional"),
    ("DeploymentStrategy", "type"): ("RollingUpdate", "Recreate"),
    ("StatefulSetUpdateStrategy", "type"): ("RollingUpdate", "OnDelete"),
    ("DaemonSetUpdateStrategy", "type"): ("RollingUpdate", "OnDelete"),
    ("StatefulSetSpec", "podManagementPolicy"): ("OrderedReady", "Parallel"),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted"): ("Retain", "Delete"),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled"): ("Retain", "Delete"),
    ("JobSpec", "completionMode"): ("NonIndexed", "Indexed"),
    ("JobSpec", "podReplacementPolicy"): ("TerminatingOrFailed", "Failed"),
    ("PodFailurePolicyRule", "action"): ("FailJob", "FailIndex", "Ignore", "Count"),
    ("CronJobSpec", "concurrencyPolicy"): ("Allow", "Forbid", "Replace"),
    ("ServiceSpec", "type"): ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    ("ServiceSpec", "sessionAffinity"): ("None", "ClientIP"),
    ("ServiceSpec", "externalTrafficPolicy"): ("Cluster", "Local"),
    ("ServiceSpec", "internalTrafficPolicy"): ("Cluster", "Local"),
    ("ServiceSpec", "ipFamilyPolicy"): ("SingleStack", "PreferDualStack", "RequireDualStack"),
    ("ServiceSpec", "trafficDistribution"): ("PreferSameZone", "PreferSameNode", "PreferClose"),
    ("ServicePort", "protocol"): _PROTOCOL,
    ("HTTPIngressPath", "pathType"): ("Prefix", "Exact", "ImplementationSpecific"),
    ("NetworkPolicySpec", "policyTypes"): ("Ingress", "Egress"),
    ("NetworkPolicyPort", "protocol"): _PROTOCOL,
    ("PersistentVolumeClaimSpec", "accessModes"): _ACCESS,
    ("PersistentVolumeClaimSpec", "volumeMode"): ("Filesystem", "Block"),
    ("PersistentVolumeSpec", "accessModes"): _ACCESS,
    ("PersistentVolumeSpec", "volumeMode"): ("Filesystem", "Block"),
    ("PersistentVolumeSpec", "persistentVolumeReclaimPolicy"): ("Retain", "Delete", "Recycle"),
    ("StorageClass", "reclaimPolicy"): ("Delete", "Retain"),
    ("StorageClass", "volumeBindingMode"): ("WaitForFirstConsumer", "Immediate"),
    ("MetricSpec", "type"): ("Resource", "ContainerResource", "Pods", "Object", "External"),
    ("MetricTarget", "type"): _METRIC_SOURCE,
    ("HPAScalingRules", "selectPolicy"): _SCALING,
    ("HPAScalingPolicy", "type"): ("Pods", "Percent"),
    ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy"): ("IfHealthyBudget", "AlwaysAllow"),
    ("Subject", "kind"): ("ServiceAccount", "User", "Group"),
    ("RoleRef", "kind"): ("Role", "ClusterRole"),
    ("PolicyRule", "verbs"): (
        "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*",
    ),
    ("Secret", "type"): (
        "Opaque", "kubernetes.io/tls", "kubernetes.io/dockerconfigjson", "kubernetes.io/basic-auth",
        "kubernetes.io/ssh-auth", "kubernetes.io/service-account-token",
    ),
    ("LimitRangeItem", "type"): ("Container", "Pod", "PersistentVolumeClaim"),
}  # fmt: skip


def values_of(root: Schema, path: Path) -> tuple[str, ...]:
    """The values that the field at `path`, or an item of the list there, accepts; none where any will do."""
    schema = root.at(path)
    if schema is None:
        return ()
    if schema.type is Type.BOOLEAN:
        return ("true", "false")
    if schema.enum:
        return tuple(str(value) for value in schema.enum)
    field_path = path[:-1] if path and isinstance(path[-1], int) else path
    owner = owner_of(root, field_path)
    return VALUES.get((owner, str(field_path[-1])), ()) if field_path else ()


def owner_of(root: Schema, path: Path) -> str:
    """The short name of the named type that the field at `path` belongs to, "" for a map's key."""
    owner = root.at(path[:-1])
    return owner.short_name if owner is not None and owner.type is Type.OBJECT else ""
