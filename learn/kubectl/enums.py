"""Fields that take one of a few words: the OpenAPI document that kubectl reads lists them, the published schemas do not.

Source: the types marked `+enum` in staging/src/k8s.io/api (OpenAPIEnums).
"""

from __future__ import annotations

from collections.abc import Mapping

_PROTOCOLS = "SCTP TCP UDP"
_EFFECTS = "NoExecute NoSchedule PreferNoSchedule"
_SELECTORS = "DoesNotExist Exists Gt In Lt NotIn"
_RECLAIM = "Delete Recycle Retain"

_FIELDS: Mapping[str, str] = {
    "Container.imagePullPolicy": "Always IfNotPresent Never",
    "Container.terminationMessagePolicy": "FallbackToLogsOnError File",
    "ContainerPort.protocol": _PROTOCOLS,
    "CronJobSpec.concurrencyPolicy": "Allow Forbid Replace",
    "DaemonSetUpdateStrategy.type": "OnDelete RollingUpdate",
    "DeploymentStrategy.type": "Recreate RollingUpdate",
    "EndpointPort.protocol": _PROTOCOLS,
    "HTTPGetAction.scheme": "HTTP HTTPS",
    "JobSpec.completionMode": "Indexed NonIndexed",
    "JobSpec.podReplacementPolicy": "Failed TerminatingOrFailed",
    "NamespaceStatus.phase": "Active Terminating",
    "NodeSelectorRequirement.operator": _SELECTORS,
    "PersistentVolumeClaimStatus.phase": "Bound Lost Pending",
    "PersistentVolumeClaimSpec.volumeMode": "Block Filesystem",
    "PersistentVolumeSpec.persistentVolumeReclaimPolicy": _RECLAIM,
    "PersistentVolumeSpec.volumeMode": "Block Filesystem",
    "PersistentVolumeStatus.phase": "Available Bound Failed Pending Released",
    "PodSpec.dnsPolicy": "ClusterFirst ClusterFirstWithHostNet Default None",
    "PodSpec.preemptionPolicy": "Never PreemptLowerPriority",
    "PodSpec.restartPolicy": "Always Never OnFailure",
    "PodStatus.phase": "Failed Pending Running Succeeded Unknown",
    "PodStatus.qosClass": "BestEffort Burstable Guaranteed",
    "PriorityClass.preemptionPolicy": "Never PreemptLowerPriority",
    "SeccompProfile.type": "Localhost RuntimeDefault Unconfined",
    "ServicePort.protocol": _PROTOCOLS,
    "ServiceSpec.externalTrafficPolicy": "Cluster Local",
    "ServiceSpec.internalTrafficPolicy": "Cluster Local",
    "ServiceSpec.ipFamilyPolicy": "PreferDualStack RequireDualStack SingleStack",
    "ServiceSpec.sessionAffinity": "ClientIP None",
    "ServiceSpec.type": "ClusterIP ExternalName LoadBalancer NodePort",
    "StatefulSetSpec.podManagementPolicy": "OrderedReady Parallel",
    "StatefulSetUpdateStrategy.type": "OnDelete RollingUpdate",
    "StorageClass.reclaimPolicy": _RECLAIM,
    "StorageClass.volumeBindingMode": "Immediate WaitForFirstConsumer",
    "Taint.effect": _EFFECTS,
    "Toleration.effect": _EFFECTS,
    "Toleration.operator": "Equal Exists",
    "TopologySpreadConstraint.whenUnsatisfiable": "DoNotSchedule ScheduleAnyway",
}


def words_of(type_name: str, field: str) -> tuple[str, ...]:
    """The words that a field takes, e.g. of `PodSpec` and `restartPolicy`; none for any other."""
    return tuple(_FIELDS.get(f"{type_name}.{field}", "").split())
