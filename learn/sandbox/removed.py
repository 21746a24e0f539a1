"""API versions that Kubernetes has removed or is going to, and what to write instead.

Source: kubernetes.io, "Deprecated API Migration Guide", and the release notes up to v1.37.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Removal:
    """`instead` is the apiVersion to write, "" where nothing took the kind's place."""

    instead: str
    removed_in: str
    deprecated_in: str = ""
    warning: str = ""
    """What the server's warning says to use."""


_APPS = Removal("apps/v1", "1.16", "1.9")
_RBAC = Removal("rbac.authorization.k8s.io/v1", "1.22", "1.17")

_REMOVED: dict[tuple[str, str], Removal] = {
    **{
        (api_version, kind): _APPS
        for api_version in ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2")
        for kind in ("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet")
    },
    **{
        (f"rbac.authorization.k8s.io/{version}", kind): _RBAC
        for version in ("v1alpha1", "v1beta1")
        for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    },
    ("extensions/v1beta1", "NetworkPolicy"): Removal("networking.k8s.io/v1", "1.16", "1.9"),
    ("extensions/v1beta1", "PodSecurityPolicy"): Removal("", "1.16", "1.10"),
    ("policy/v1beta1", "PodSecurityPolicy"): Removal("", "1.25", "1.21"),
    ("extensions/v1beta1", "Ingress"): Removal("networking.k8s.io/v1", "1.22", "1.14"),
    ("networking.k8s.io/v1beta1", "Ingress"): Removal("networking.k8s.io/v1", "1.22", "1.19"),
    ("networking.k8s.io/v1beta1", "IngressClass"): Removal("networking.k8s.io/v1", "1.22", "1.19"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration"): Removal(
        "admissionregistration.k8s.io/v1", "1.22", "1.16"
    ),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration"): Removal(
        "admissionregistration.k8s.io/v1", "1.22", "1.16"
    ),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): Removal(
        "apiextensions.k8s.io/v1", "1.22", "1.16"
    ),
    ("apiregistration.k8s.io/v1beta1", "APIService"): Removal("apiregistration.k8s.io/v1", "1.22", "1.10"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest"): Removal(
        "certificates.k8s.io/v1", "1.22", "1.19"
    ),
    ("coordination.k8s.io/v1beta1", "Lease"): Removal("coordination.k8s.io/v1", "1.22", "1.14"),
    ("scheduling.k8s.io/v1beta1", "PriorityClass"): Removal("scheduling.k8s.io/v1", "1.22", "1.14"),
    ("storage.k8s.io/v1beta1", "StorageClass"): Removal("storage.k8s.io/v1", "1.22", "1.6"),
    ("storage.k8s.io/v1beta1", "VolumeAttachment"): Removal("storage.k8s.io/v1", "1.22", "1.13"),
    ("storage.k8s.io/v1beta1", "CSIDriver"): Removal("storage.k8s.io/v1", "1.22", "1.18"),
    ("storage.k8s.io/v1beta1", "CSINode"): Removal("storage.k8s.io/v1", "1.22", "1.17"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity"): Removal("storage.k8s.io/v1", "1.27", "1.24"),
    ("batch/v1beta1", "CronJob"): Removal("batch/v1", "1.25", "1.21"),
    ("batch/v2alpha1", "CronJob"): Removal("batch/v1", "1.21", "1.8"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): Removal("discovery.k8s.io/v1", "1.25", "1.21"),
    ("events.k8s.io/v1beta1", "Event"): Removal("events.k8s.io/v1", "1.25", "1.19"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): Removal("autoscaling/v2", "1.25", "1.22"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): Removal("autoscaling/v2", "1.26", "1.23"),
    ("policy/v1beta1", "PodDisruptionBudget"): Removal("policy/v1", "1.25", "1.21"),
    ("node.k8s.io/v1beta1", "RuntimeClass"): Removal("node.k8s.io/v1", "1.25", "1.22"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema"): Removal(
        "flowcontrol.apiserver.k8s.io/v1", "1.26", "1.23"
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration"): Removal(
        "flowcontrol.apiserver.k8s.io/v1", "1.26", "1.23"
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema"): Removal(
        "flowcontrol.apiserver.k8s.io/v1", "1.29", "1.26"
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration"): Removal(
        "flowcontrol.apiserver.k8s.io/v1", "1.29", "1.26"
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema"): Removal(
        "flowcontrol.apiserver.k8s.io/v1", "1.32", "1.29"
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration"): Removal(
        "flowcontrol.apiserver.k8s.io/v1", "1.32", "1.29"
    ),
}

_DEPRECATED: dict[tuple[str, str], Removal] = {
    ("v1", "Endpoints"): Removal(
        "discovery.k8s.io/v1", "", "1.33", "; use discovery.k8s.io/v1 EndpointSlice"
    ),
    ("v1", "ComponentStatus"): Removal("", "", "1.19"),
}


def removal_of(api_version: str, kind: str) -> Removal | None:
    """What became of a kind of this apiVersion, None for one that was neither removed nor deprecated."""
    return _REMOVED.get((api_version, kind)) or _DEPRECATED.get((api_version, kind))
