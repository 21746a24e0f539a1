"""API versions that Kubernetes no longer serves, what to write instead, and conversions between versions.

From the Deprecated API Migration Guide.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json, int_at, list_at, map_at, maps_at, text_at

Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Removal:
    """An apiVersion of a kind that is gone."""

    removed_in: str
    instead: str
    """The apiVersion to write; empty when the kind itself is gone."""


_INGRESS = Removal("1.22", "networking.k8s.io/v1")
_APPS = Removal("1.16", "apps/v1")
_RBAC = Removal("1.22", "rbac.authorization.k8s.io/v1")
_WEBHOOK = Removal("1.22", "admissionregistration.k8s.io/v1")
_STORAGE = Removal("1.22", "storage.k8s.io/v1")

REMOVED: dict[tuple[str, str], Removal] = {
    **{("extensions/v1beta1", kind): _APPS for kind in ("DaemonSet", "Deployment", "ReplicaSet")},
    **{("apps/v1beta1", kind): _APPS for kind in ("Deployment", "StatefulSet")},
    **{("apps/v1beta2", kind): _APPS for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")},
    ("extensions/v1beta1", "NetworkPolicy"): Removal("1.16", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "PodSecurityPolicy"): Removal("1.16", ""),
    ("extensions/v1beta1", "Ingress"): _INGRESS,
    ("networking.k8s.io/v1beta1", "Ingress"): _INGRESS,
    ("networking.k8s.io/v1beta1", "IngressClass"): _INGRESS,
    **{
        ("rbac.authorization.k8s.io/v1beta1", kind): _RBAC
        for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
    },
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration"): _WEBHOOK,
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration"): _WEBHOOK,
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): Removal("1.22", "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", "APIService"): Removal("1.22", "apiregistration.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest"): Removal("1.22", "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "Lease"): Removal("1.22", "coordination.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "PriorityClass"): Removal("1.22", "scheduling.k8s.io/v1"),
    **{
        ("storage.k8s.io/v1beta1", kind): _STORAGE
        for kind in ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")
    },
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity"): Removal("1.27", "storage.k8s.io/v1"),
    ("batch/v1beta1", "CronJob"): Removal("1.25", "batch/v1"),
    ("batch/v2alpha1", "CronJob"): Removal("1.21", "batch/v1"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): Removal("1.25", "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "Event"): Removal("1.25", "events.k8s.io/v1"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): Removal("1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): Removal("1.26", "autoscaling/v2"),
    ("policy/v1beta1", "PodDisruptionBudget"): Removal("1.25", "policy/v1"),
    ("policy/v1beta1", "PodSecurityPolicy"): Removal("1.25", ""),
    ("node.k8s.io/v1beta1", "RuntimeClass"): Removal("1.25", "node.k8s.io/v1"),
    **{
        (f"flowcontrol.apiserver.k8s.io/{old}", kind): Removal(gone, "flowcontrol.apiserver.k8s.io/v1")
        for old, gone in (("v1beta1", "1.26"), ("v1beta2", "1.29"), ("v1beta3", "1.32"))
        for kind in ("FlowSchema", "PriorityLevelConfiguration")
    },
    ("authentication.k8s.io/v1beta1", "TokenReview"): Removal("1.22", "authentication.k8s.io/v1"),
    **{
        ("authorization.k8s.io/v1beta1", kind): Removal("1.22", "authorization.k8s.io/v1")
        for kind in (
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SubjectAccessReview",
            "SelfSubjectRulesReview",
        )
    },
    **{
        ("autoscaling.k8s.io/v1beta2", kind): Removal("", "autoscaling.k8s.io/v1")
        for kind in ("VerticalPodAutoscaler",)
    },
    **{
        ("gateway.networking.k8s.io/v1alpha2", kind): Removal("", "gateway.networking.k8s.io/v1")
        for kind in ("Gateway", "GatewayClass", "HTTPRoute")
    },
}
"""(apiVersion, kind) to what became of it; no release is named for versions that a CRD stopped serving."""

DEPRECATED: dict[tuple[str, str], tuple[int, str]] = {
    ("v1", "Endpoints"): (33, "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
    ("v1", "ComponentStatus"): (19, "v1 ComponentStatus is deprecated in v1.19+"),
}
"""Versions that still work: since which minor release the server warns, and its words."""


def deprecation_warning(api_version: str, kind: str, version: str) -> str:
    """The server's `Warning:` text for a use of a deprecated version; empty if there is none."""
    since, text = DEPRECATED.get((api_version, kind), (0, ""))
    return text if text and int(version.partition(".")[2]) >= since else ""


def no_matches(api_version: str, kind: str) -> str:
    """kubectl's complaint about a kind that no API serves (meta.NoKindMatchError)."""
    return f'no matches for kind "{kind}" in version "{api_version}"'


def unable_to_recognize(source: str, api_version: str, kind: str, name: str = "") -> str:
    """kubectl's whole line for such a manifest; the advice follows on a line of its own."""
    named = f'resource mapping not found for name: "{name}" namespace: "" from "{source}": '
    return f"{named}{no_matches(api_version, kind)}\nensure CRDs are installed first"


def hpa_to_v2(hpa: Object) -> Object:
    """An autoscaling/v1 HorizontalPodAutoscaler in the stored form (pkg/apis/autoscaling/v1/conversion.go)."""
    converted = copy_json(hpa)
    converted["apiVersion"] = "autoscaling/v2"
    spec = converted.get("spec")
    if isinstance(spec, dict):
        target = spec.pop("targetCPUUtilizationPercentage", None)
        if target is not None:
            spec["metrics"] = [_cpu_metric({"type": "Utilization", "averageUtilization": target})]
    status = converted.get("status")
    if isinstance(status, dict):
        current = status.pop("currentCPUUtilizationPercentage", None)
        if current is not None:
            resource = {"name": "cpu", "current": {"averageUtilization": current}}
            status["currentMetrics"] = [{"type": "Resource", "resource": resource}]
    return converted  # type: ignore[no-any-return]  # a copy of a dict is a dict


def _cpu_metric(target: Object) -> Object:
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def hpa_to_v1(hpa: Object) -> Object:
    """What `kubectl get hpa.v1.autoscaling` shows: the CPU target only; other metrics move to annotations."""
    converted = copy_json(hpa)
    converted["apiVersion"] = "autoscaling/v1"
    spec = converted.get("spec")
    if isinstance(spec, dict):
        for metric in maps_at(spec, "metrics"):
            resource = map_at(metric, "resource")
            utilization = int_at(map_at(resource, "target"), "averageUtilization")
            if text_at(resource, "name") == "cpu" and utilization is not None:
                spec["targetCPUUtilizationPercentage"] = utilization
        spec.pop("metrics", None)
        spec.pop("behavior", None)
    status = converted.get("status")
    if isinstance(status, dict):
        for metric in list_at(status, "currentMetrics"):
            resource = map_at(metric, "resource") if isinstance(metric, dict) else {}
            utilization = int_at(map_at(resource, "current"), "averageUtilization")
            if text_at(resource, "name") == "cpu" and utilization is not None:
                status["currentCPUUtilizationPercentage"] = utilization
        status.pop("currentMetrics", None)
        status.pop("conditions", None)
    return converted  # type: ignore[no-any-return]  # a copy of a dict is a dict
