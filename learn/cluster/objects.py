"""API objects as plain data: dicts as JSON has them, never changed once they are stored.

Whoever changes an object builds a new dict that shares what stays the same (`{**pod, "status": status}`);
that is what makes history, snapshots and comparisons cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Obj: TypeAlias = dict[str, Any]


class Ref(NamedTuple):
    """Names one object; `namespace` is "" for cluster-scoped kinds."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        path = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind that the API server serves.  `version` is the one in which its objects are stored."""

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short: tuple[str, ...] = ()
    generation: bool = False

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


def _kinds() -> Iterable[Kind]:
    yield Kind(kind="ConfigMap", plural="configmaps", short=("cm",))
    yield Kind(kind="Endpoints", plural="endpoints", short=("ep",))
    yield Kind(kind="Event", plural="events", short=("ev",))
    yield Kind(kind="LimitRange", plural="limitranges", short=("limits",))
    yield Kind(kind="Namespace", plural="namespaces", namespaced=False, short=("ns",))
    yield Kind(kind="Node", plural="nodes", namespaced=False, short=("no",))
    yield Kind(kind="PersistentVolumeClaim", plural="persistentvolumeclaims", short=("pvc",))
    yield Kind(kind="PersistentVolume", plural="persistentvolumes", namespaced=False, short=("pv",))
    yield Kind(kind="Pod", plural="pods", short=("po",), generation=True)
    yield Kind(kind="PodTemplate", plural="podtemplates")
    yield Kind(kind="ReplicationController", plural="replicationcontrollers", short=("rc",), generation=True)
    yield Kind(kind="ResourceQuota", plural="resourcequotas", short=("quota",))
    yield Kind(kind="Secret", plural="secrets")
    yield Kind(kind="ServiceAccount", plural="serviceaccounts", short=("sa",))
    yield Kind(kind="Service", plural="services", short=("svc",))
    yield Kind(kind="ControllerRevision", plural="controllerrevisions", group="apps")
    yield Kind(kind="DaemonSet", plural="daemonsets", short=("ds",), group="apps", generation=True)
    yield Kind(kind="Deployment", plural="deployments", short=("deploy",), group="apps", generation=True)
    yield Kind(kind="ReplicaSet", plural="replicasets", short=("rs",), group="apps", generation=True)
    yield Kind(kind="StatefulSet", plural="statefulsets", short=("sts",), group="apps", generation=True)
    yield Kind(
        kind="HorizontalPodAutoscaler",
        plural="horizontalpodautoscalers",
        group="autoscaling",
        version="v2",
        short=("hpa",),
    )
    yield Kind(kind="Job", plural="jobs", group="batch", generation=True)
    yield Kind(kind="CronJob", plural="cronjobs", group="batch", short=("cj",), generation=True)
    yield Kind(kind="Lease", plural="leases", group="coordination.k8s.io")
    yield Kind(kind="EndpointSlice", plural="endpointslices", group="discovery.k8s.io", generation=True)
    networking = "networking.k8s.io"
    yield Kind(kind="Ingress", plural="ingresses", group=networking, short=("ing",), generation=True)
    yield Kind(
        kind="IngressClass", plural="ingressclasses", group=networking, namespaced=False, generation=True
    )
    yield Kind(
        kind="NetworkPolicy", plural="networkpolicies", group=networking, short=("netpol",), generation=True
    )
    gateway = "gateway.networking.k8s.io"
    yield Kind(
        kind="GatewayClass",
        plural="gatewayclasses",
        group=gateway,
        namespaced=False,
        short=("gc",),
        generation=True,
    )
    yield Kind(kind="Gateway", plural="gateways", group=gateway, short=("gtw",), generation=True)
    yield Kind(kind="HTTPRoute", plural="httproutes", group=gateway, generation=True)
    yield Kind(
        kind="ReferenceGrant",
        plural="referencegrants",
        group=gateway,
        version="v1beta1",
        short=("refgrant",),
        generation=True,
    )
    yield Kind(
        kind="PodDisruptionBudget",
        plural="poddisruptionbudgets",
        group="policy",
        short=("pdb",),
        generation=True,
    )
    rbac = "rbac.authorization.k8s.io"
    yield Kind(kind="ClusterRole", plural="clusterroles", group=rbac, namespaced=False)
    yield Kind(kind="ClusterRoleBinding", plural="clusterrolebindings", group=rbac, namespaced=False)
    yield Kind(kind="Role", plural="roles", group=rbac)
    yield Kind(kind="RoleBinding", plural="rolebindings", group=rbac)
    yield Kind(
        kind="PriorityClass",
        plural="priorityclasses",
        group="scheduling.k8s.io",
        namespaced=False,
        short=("pc",),
        generation=True,
    )
    yield Kind(
        kind="StorageClass",
        plural="storageclasses",
        group="storage.k8s.io",
        namespaced=False,
        short=("sc",),
    )
    yield Kind(
        kind="VerticalPodAutoscaler",
        plural="verticalpodautoscalers",
        group="autoscaling.k8s.io",
        short=("vpa",),
        generation=True,
    )
    yield Kind(kind="APIService", plural="apiservices", group="apiregistration.k8s.io", namespaced=False)
    yield Kind(
        kind="CustomResourceDefinition",
        plural="customresourcedefinitions",
        group="apiextensions.k8s.io",
        namespaced=False,
        short=("crd", "crds"),
        generation=True,
    )


KINDS: Mapping[str, Kind] = {kind.kind: kind for kind in _kinds()}


def group_of(api_version: str) -> str:
    """The group of an `apiVersion`; "" for the core group."""
    return api_version.partition("/")[0] if "/" in api_version else ""


def is_namespaced(kind: str) -> bool:
    """Kinds that are not known are taken to live in namespaces, as most custom resources do."""
    return KINDS[kind].namespaced if kind in KINDS else True


def ref_of(obj: Obj) -> Ref:
    """The Ref of a stored object, or of a manifest whose namespace has been filled in."""
    meta = obj["metadata"]
    kind = obj["kind"]
    return Ref(kind, meta.get("namespace", "") if is_namespaced(kind) else "", meta["name"])


def uid_of(obj: Obj) -> str:
    uid: str = obj["metadata"]["uid"]
    return uid


def labels_of(obj: Obj) -> Mapping[str, str]:
    labels: Mapping[str, str] = obj["metadata"].get("labels") or {}
    return labels


def annotations_of(obj: Obj) -> Mapping[str, str]:
    annotations: Mapping[str, str] = obj["metadata"].get("annotations") or {}
    return annotations


def controller_of(obj: Obj) -> Obj | None:
    """The owner reference with `controller: true` (metav1.GetControllerOf)."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            return owner  # type: ignore[no-any-return]  # plain data
    return None


def owner_reference(owner: Obj) -> Obj:
    """What a controller writes into the objects that it makes (metav1.NewControllerRef)."""
    return {
        "apiVersion": owner["apiVersion"],
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }


def object_reference(obj: Obj) -> Obj:
    """The `involvedObject` of an Event."""
    meta = obj["metadata"]
    reference = {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": meta["name"],
        "resourceVersion": meta.get("resourceVersion", ""),
        "uid": meta.get("uid", ""),
    }
    if meta.get("namespace"):
        reference["namespace"] = meta["namespace"]
    return reference


def with_metadata(obj: Obj, **changes: Any) -> Obj:
    """The object with some metadata fields set; a value of None removes the field."""
    meta = {**obj["metadata"], **changes}
    for field, value in changes.items():
        if value is None:
            del meta[field]
    return {**obj, "metadata": meta}


def is_deleting(obj: Obj) -> bool:
    return "deletionTimestamp" in obj["metadata"]


def changed_fields(old: Any, new: Any, path: str = "") -> tuple[str, ...]:
    """Paths at which two objects differ, dots between names and `[n]` for items, sorted by occurrence."""
    if old is new or old == new:
        return ()
    if isinstance(old, dict) and isinstance(new, dict):
        found: list[str] = []
        for key in [*old, *(k for k in new if k not in old)]:
            found += changed_fields(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
        return tuple(found)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        found = []
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            found += changed_fields(before, after, f"{path}[{index}]")
        return tuple(found)
    return (path,)
