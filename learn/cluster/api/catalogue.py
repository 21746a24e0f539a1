"""Every kind that a cluster serves: names, group, versions, scope, short names and subresources.

The rows of the table that `kinds` looks things up in. Built-in kinds are those of the published
definitions. Custom resources of the lessons (Gateway API, VPA, metrics) are served once they are
installed, so they are marked with the add-on that brings them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_EVERY_VERB = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object as discovery lists it."""

    kind: str
    plural: str
    group: str = ""
    versions: tuple[str, ...] = ("v1",)
    """Preferred first, over all supported releases."""
    namespaced: bool = True
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = _EVERY_VERB
    addon: str = ""
    """What must be installed for it: gateway-api, vpa, metrics-server; empty for built-in kinds."""
    singular_name: str = ""

    @property
    def singular(self) -> str:
        return self.singular_name or self.kind.lower()

    @property
    def version(self) -> str:
        """The preferred API version, without its group."""
        return self.versions[0]

    @property
    def api_version(self) -> str:
        return api_version(self.group, self.version)

    @property
    def resource(self) -> str:
        """`deployments.apps`, `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified(self) -> str:
        """`Deployment.apps`, `Pod`."""
        return f"{self.kind}.{self.group}" if self.group else self.kind


def api_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def split_api_version(text: str) -> tuple[str, str]:
    """Group and version: ("", "v1") for `v1`."""
    group, slash, version = text.rpartition("/")
    return (group, version) if slash else ("", text)


def _kind(
    kind: str,
    plural: str,
    short: str = "",
    *,
    group: str = "",
    versions: tuple[str, ...] = ("v1",),
    scope: str = "Namespaced",
    categories: str = "",
    sub: str = "",
    verbs: tuple[str, ...] = _EVERY_VERB,
    addon: str = "",
) -> Kind:
    """One row: lists are written as words in one text."""
    return Kind(
        kind=kind,
        plural=plural,
        group=group,
        versions=versions,
        namespaced=scope == "Namespaced",
        short=tuple(short.split()),
        categories=tuple(categories.split()),
        subresources=tuple(sub.split()),
        verbs=verbs,
        addon=addon,
    )


def _core() -> Iterable[Kind]:
    create = ("create",)
    yield _kind("Binding", "bindings", verbs=create)
    yield _kind("ComponentStatus", "componentstatuses", "cs", scope="Cluster", verbs=("get", "list"))
    yield _kind("ConfigMap", "configmaps", "cm")
    yield _kind("Endpoints", "endpoints", "ep")
    yield _kind("Event", "events", "ev")
    yield _kind("LimitRange", "limitranges", "limits")
    namespace_verbs = tuple(verb for verb in _EVERY_VERB if verb != "deletecollection")
    yield _kind(
        "Namespace", "namespaces", "ns", scope="Cluster", sub="finalize status", verbs=namespace_verbs
    )
    yield _kind("Node", "nodes", "no", scope="Cluster", sub="proxy status")
    yield _kind("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", sub="status")
    yield _kind("PersistentVolume", "persistentvolumes", "pv", scope="Cluster", sub="status")
    pod_parts = "attach binding ephemeralcontainers eviction exec log portforward proxy resize status"
    yield _kind("Pod", "pods", "po", categories="all", sub=pod_parts)
    yield _kind("PodTemplate", "podtemplates")
    yield _kind("ReplicationController", "replicationcontrollers", "rc", categories="all", sub="scale status")
    yield _kind("ResourceQuota", "resourcequotas", "quota", sub="status")
    yield _kind("Secret", "secrets")
    yield _kind("ServiceAccount", "serviceaccounts", "sa", sub="token")
    yield _kind("Service", "services", "svc", categories="all", sub="proxy status")


def _registration() -> Iterable[Kind]:
    for group, kind, plural, versions in (
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies",
         ("v1", "v1beta1", "v1alpha1")),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding",
         "mutatingadmissionpolicybindings", ("v1", "v1beta1", "v1alpha1")),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration",
         "mutatingwebhookconfigurations", ("v1",)),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy",
         "validatingadmissionpolicies", ("v1", "v1beta1")),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding",
         "validatingadmissionpolicybindings", ("v1", "v1beta1")),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration",
         "validatingwebhookconfigurations", ("v1",)),
    ):  # fmt: skip
        sub = "status" if kind == "ValidatingAdmissionPolicy" else ""
        yield _kind(kind, plural, group=group, versions=versions, scope="Cluster",
                    categories="api-extensions", sub=sub)  # fmt: skip
    yield _kind("CustomResourceDefinition", "customresourcedefinitions", "crd crds",
                group="apiextensions.k8s.io", scope="Cluster", categories="api-extensions",
                sub="status")  # fmt: skip
    yield _kind("APIService", "apiservices", group="apiregistration.k8s.io", scope="Cluster",
                categories="api-extensions", sub="status")  # fmt: skip


def _apps() -> Iterable[Kind]:
    scalable = "scale status"
    yield _kind("ControllerRevision", "controllerrevisions", group="apps")
    yield _kind("DaemonSet", "daemonsets", "ds", group="apps", categories="all", sub="status")
    yield _kind("Deployment", "deployments", "deploy", group="apps", categories="all", sub=scalable)
    yield _kind("ReplicaSet", "replicasets", "rs", group="apps", categories="all", sub=scalable)
    yield _kind("StatefulSet", "statefulsets", "sts", group="apps", categories="all", sub=scalable)


def _review() -> Iterable[Kind]:
    for group, kind, scope in (
        ("authentication.k8s.io", "SelfSubjectReview", "Cluster"),
        ("authentication.k8s.io", "TokenReview", "Cluster"),
        ("authorization.k8s.io", "LocalSubjectAccessReview", "Namespaced"),
        ("authorization.k8s.io", "SelfSubjectAccessReview", "Cluster"),
        ("authorization.k8s.io", "SelfSubjectRulesReview", "Cluster"),
        ("authorization.k8s.io", "SubjectAccessReview", "Cluster"),
    ):
        yield _kind(kind, f"{kind.lower()}s", group=group, scope=scope, verbs=("create",))


def _work() -> Iterable[Kind]:
    hpa = "horizontalpodautoscalers"
    yield _kind("HorizontalPodAutoscaler", hpa, "hpa", group="autoscaling", versions=("v2", "v1"),
                categories="all", sub="status")  # fmt: skip
    yield _kind("CronJob", "cronjobs", "cj", group="batch", categories="all", sub="status")
    yield _kind("Job", "jobs", group="batch", categories="all", sub="status")
    yield _kind("PodDisruptionBudget", "poddisruptionbudgets", "pdb", group="policy", sub="status")
    yield _kind("PriorityClass", "priorityclasses", "pc", group="scheduling.k8s.io", scope="Cluster")
    scheduling = ("v1beta1", "v1alpha3", "v1alpha2", "v1alpha1")
    yield _kind("Workload", "workloads", group="scheduling.k8s.io", versions=scheduling)
    yield _kind("PodGroup", "podgroups", group="scheduling.k8s.io", versions=scheduling[:3], sub="status")
    yield _kind("CompositePodGroup", "compositepodgroups", group="scheduling.k8s.io",
                versions=("v1alpha3",), sub="status")  # fmt: skip
    yield _kind("EvictionRequest", "evictionrequests", group="lifecycle.k8s.io",
                versions=("v1alpha1",), sub="status")  # fmt: skip


def _cluster() -> Iterable[Kind]:
    certificates, coordination = "certificates.k8s.io", "coordination.k8s.io"
    yield _kind("CertificateSigningRequest", "certificatesigningrequests", "csr", group=certificates,
                scope="Cluster", sub="approval status")  # fmt: skip
    yield _kind("ClusterTrustBundle", "clustertrustbundles", group=certificates, scope="Cluster",
                versions=("v1", "v1beta1", "v1alpha1"))  # fmt: skip
    yield _kind("PodCertificateRequest", "podcertificaterequests", group=certificates, sub="status",
                versions=("v1", "v1beta1", "v1alpha1"))  # fmt: skip
    yield _kind("Lease", "leases", group=coordination)
    yield _kind("LeaseCandidate", "leasecandidates", group=coordination, versions=("v1beta1", "v1alpha2"))
    yield _kind("Event", "events", "ev", group="events.k8s.io")
    flow = "flowcontrol.apiserver.k8s.io"
    yield _kind("FlowSchema", "flowschemas", group=flow, scope="Cluster", sub="status")
    yield _kind("PriorityLevelConfiguration", "prioritylevelconfigurations", group=flow,
                scope="Cluster", sub="status")  # fmt: skip
    yield _kind("StorageVersion", "storageversions", group="internal.apiserver.k8s.io",
                versions=("v1alpha1",), scope="Cluster", sub="status")  # fmt: skip
    yield _kind("StorageVersionMigration", "storageversionmigrations", group="storagemigration.k8s.io",
                versions=("v1", "v1beta1", "v1alpha1"), scope="Cluster", sub="status")  # fmt: skip
    yield _kind("RuntimeClass", "runtimeclasses", group="node.k8s.io", scope="Cluster")
    rbac = "rbac.authorization.k8s.io"
    yield _kind("ClusterRoleBinding", "clusterrolebindings", group=rbac, scope="Cluster")
    yield _kind("ClusterRole", "clusterroles", group=rbac, scope="Cluster")
    yield _kind("RoleBinding", "rolebindings", group=rbac)
    yield _kind("Role", "roles", group=rbac)


def _networking() -> Iterable[Kind]:
    networking = "networking.k8s.io"
    yield _kind("EndpointSlice", "endpointslices", group="discovery.k8s.io")
    yield _kind("IngressClass", "ingressclasses", group=networking, scope="Cluster")
    yield _kind("Ingress", "ingresses", "ing", group=networking, sub="status")
    yield _kind("IPAddress", "ipaddresses", "ip", group=networking, versions=("v1", "v1beta1"),
                scope="Cluster")  # fmt: skip
    yield _kind("NetworkPolicy", "networkpolicies", "netpol", group=networking)
    yield _kind("ServiceCIDR", "servicecidrs", group=networking, versions=("v1", "v1beta1"),
                scope="Cluster", sub="status")  # fmt: skip


def _resources() -> Iterable[Kind]:
    versions = ("v1", "v1beta2", "v1beta1", "v1alpha3")
    group = "resource.k8s.io"
    yield _kind("DeviceClass", "deviceclasses", group=group, versions=versions, scope="Cluster")
    yield _kind("DeviceTaintRule", "devicetaintrules", group=group, scope="Cluster", sub="status",
                versions=("v1", "v1beta2", "v1alpha3"))  # fmt: skip
    yield _kind("ResourceClaim", "resourceclaims", group=group, versions=versions, sub="status")
    yield _kind("ResourceClaimTemplate", "resourceclaimtemplates", group=group, versions=versions)
    yield _kind("ResourcePoolStatusRequest", "resourcepoolstatusrequests", group=group,
                versions=("v1alpha3",), scope="Cluster", sub="status")  # fmt: skip
    yield _kind("ResourceSlice", "resourceslices", group=group, versions=versions, scope="Cluster")
    storage = "storage.k8s.io"
    yield _kind("CSIDriver", "csidrivers", group=storage, scope="Cluster")
    yield _kind("CSINode", "csinodes", group=storage, scope="Cluster")
    yield _kind("CSIStorageCapacity", "csistoragecapacities", group=storage)
    yield _kind("StorageClass", "storageclasses", "sc", group=storage, scope="Cluster")
    yield _kind("VolumeAttachment", "volumeattachments", group=storage, scope="Cluster", sub="status")
    yield _kind("VolumeAttributesClass", "volumeattributesclasses", "vac", group=storage,
                versions=("v1", "v1beta1", "v1alpha1"), scope="Cluster")  # fmt: skip


def _custom() -> Iterable[Kind]:
    gateway, category = "gateway.networking.k8s.io", "gateway-api"
    yield _kind("GatewayClass", "gatewayclasses", "gc", group=gateway, versions=("v1", "v1beta1"),
                scope="Cluster", categories=category, sub="status", addon="gateway-api")  # fmt: skip
    yield _kind("Gateway", "gateways", "gtw", group=gateway, versions=("v1", "v1beta1"),
                categories=category, sub="status", addon="gateway-api")  # fmt: skip
    yield _kind("HTTPRoute", "httproutes", group=gateway, versions=("v1", "v1beta1"),
                categories=category, sub="status", addon="gateway-api")  # fmt: skip
    yield _kind("VerticalPodAutoscaler", "verticalpodautoscalers", "vpa", group="autoscaling.k8s.io",
                sub="status", addon="vpa")  # fmt: skip
    yield _kind("VerticalPodAutoscalerCheckpoint", "verticalpodautoscalercheckpoints", "vpacheckpoint",
                group="autoscaling.k8s.io", addon="vpa")  # fmt: skip
    yield _kind("NodeMetrics", "nodes", group="metrics.k8s.io", versions=("v1beta1",), scope="Cluster",
                verbs=("get", "list"), addon="metrics-server")  # fmt: skip
    yield _kind("PodMetrics", "pods", group="metrics.k8s.io", versions=("v1beta1",),
                verbs=("get", "list"), addon="metrics-server")  # fmt: skip


KINDS: tuple[Kind, ...] = (
    *_core(), *_registration(), *_apps(), *_review(), *_work(), *_cluster(), *_networking(),
    *_resources(), *_custom(),
)  # fmt: skip
"""In the order of kubectl's lists: the core group first."""
