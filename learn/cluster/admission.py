"""Admission: what the control plane adds to a request, and what it refuses (plugin/pkg/admission).

The rules are pure functions of `api/`; here they meet the cluster's objects.  Order, as upstream:
NamespaceLifecycle, LimitRanger, ServiceAccount, PodSecurity, Priority, DefaultTolerationSeconds, the default
classes, ResourceQuota last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn.cluster import errors
from learn.cluster.api import admission as rules
from learn.cluster.api import podsecurity
from learn.cluster.api.limitranges import aggregate, apply_limit_range, limit_range_violations
from learn.cluster.api.quotas import quota_refusal, used
from learn.cluster.objects import Obj, is_deleting, labels_of, ref_of

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

TEMPLATE_KINDS = frozenset(
    {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"}
)

IMMORTAL = frozenset({"default", "kube-public", "kube-system"})
"""Namespaces that nobody may delete (plugin/pkg/admission/namespace/lifecycle)."""


class Admission:
    """The admission chain of one cluster.  All methods raise ApiError (Forbidden) to refuse."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def mutate(self, verb: str, obj: Obj, old: Obj | None) -> Obj:
        if verb != "create":
            return obj
        self._check_namespace(obj)
        match obj["kind"]:
            case "Pod":
                return self._complete_pod(obj)
            case "PersistentVolumeClaim":
                return rules.with_default_storage_class(obj, self._all("StorageClass"))
            case "Ingress":
                return rules.with_default_ingress_class(obj, self._all("IngressClass"))
        return obj

    def validate(self, verb: str, obj: Obj, old: Obj | None) -> Obj:
        if verb == "delete":
            if obj["kind"] == "Namespace" and obj["metadata"]["name"] in IMMORTAL:
                raise errors.forbidden(
                    "Namespace", obj["metadata"]["name"], "this namespace may not be deleted"
                )
            return obj
        namespace = obj["metadata"].get("namespace")
        if not namespace:
            return obj
        self._check_pod_security(verb, obj, namespace)
        for limits in self.cluster.store.objects("LimitRange", namespace):
            found = limit_range_violations(obj, limits) if verb == "create" else []
            if found:
                raise errors.forbidden(obj["kind"], obj["metadata"]["name"], aggregate(found))
        self._check_quotas(obj, old if verb == "update" else None, namespace)
        return obj

    def _all(self, kind: str) -> list[Obj]:
        return self.cluster.store.objects(kind)

    def _check_namespace(self, obj: Obj) -> None:
        """NamespaceLifecycle: nothing new in a namespace that is not there or is being deleted."""
        name = obj["metadata"].get("namespace")
        if not name:
            return
        namespace = self.cluster.store.find("Namespace", "", name)
        if namespace is None:
            raise errors.ApiError(404, "NotFound", f'namespaces "{name}" not found')
        if is_deleting(namespace):
            why = f"unable to create new content in namespace {name} because it is being terminated"
            raise errors.forbidden(obj["kind"], obj["metadata"].get("name", ""), why)

    def _complete_pod(self, pod: Obj) -> Obj:
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        for limits in self.cluster.store.objects("LimitRange", namespace):
            pod = apply_limit_range(pod, limits)
        account_name = pod["spec"].get("serviceAccountName") or "default"
        account = self.cluster.store.find("ServiceAccount", namespace, account_name)
        if account is None and account_name != "default":
            raise errors.forbidden("Pod", name, rules.missing_service_account(namespace, account_name))
        pod = rules.with_service_account(pod, account, self.cluster.api.suffix("kube-api-access-"))
        try:
            pod = rules.with_priority(pod, self._all("PriorityClass"))
        except rules.PriorityError as error:
            raise errors.forbidden("Pod", name, str(error)) from error
        return rules.with_default_tolerations(pod)

    def _check_pod_security(self, verb: str, obj: Obj, namespace: str) -> None:
        """Pods are refused by `enforce`; Pods and templates are warned about by `warn` (never refused)."""
        found = self.cluster.store.find("Namespace", "", namespace)
        labels = labels_of(found) if found else {}
        if not any(key.startswith(podsecurity.LABEL_PREFIX) for key in labels):
            return
        kind = obj["kind"]
        if kind == "Pod" and verb == "create":
            refusal = podsecurity.refusal(obj, labels)
            if refusal:
                raise errors.forbidden("Pod", obj["metadata"]["name"], refusal)
        template = obj if kind == "Pod" else _template(obj)
        if template is not None:
            warning = podsecurity.refusal(template, labels, "warn")
            if warning:
                self.cluster.api.warnings.append(warning)

    def _check_quotas(self, obj: Obj, old: Obj | None, namespace: str) -> None:
        quotas = self.cluster.store.objects("ResourceQuota", namespace)
        if not quotas or obj["kind"] in ("ResourceQuota", "Event"):
            return
        others = [
            each for each in self.objects_in(namespace) if ref_of(each) != ref_of(obj) or old is not None
        ]
        for quota in quotas:
            refusal = quota_refusal(quota, obj, old, already=used(quota, others))
            if refusal:
                raise errors.forbidden(obj["kind"], obj["metadata"]["name"], refusal)

    def objects_in(self, namespace: str) -> list[Obj]:
        """What counts against the quotas of a namespace."""
        store = self.cluster.store
        kinds = [
            kind for kind in store.kinds() if kind not in ("Event", "EndpointSlice", "ControllerRevision")
        ]
        return [obj for kind in kinds for obj in store.objects(kind, namespace)]


def _template(obj: Obj) -> Obj | None:
    """The Pod template of a workload; a CronJob's lies one level deeper."""
    if obj["kind"] == "CronJob":
        obj = {"kind": "Job", **((obj.get("spec") or {}).get("jobTemplate") or {})}
    if obj["kind"] not in TEMPLATE_KINDS:
        return None
    template: Obj | None = (obj.get("spec") or {}).get("template")
    return template
