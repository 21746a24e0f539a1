"""What admission adds to a new Pod: priority, service account, default tolerations.

Upstream: plugin/pkg/admission/{priority,serviceaccount,defaulttolerationseconds}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learn.cluster import errors
from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
TOLERATION_SECONDS = 300
_EVICTING = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


class PodAdmission:
    """Called with every new object; changes Pods alone."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def admit(self, verb: str, obj: Obj, old: Obj | None) -> Obj:
        """Raises ApiError (Forbidden) when the namespace is going or a named class or account is missing."""
        if verb != "create":
            return obj
        self._check_namespace(obj)
        if obj["kind"] != "Pod":
            return obj
        spec = self._with_priority(obj, obj["spec"])
        spec = self._with_account(obj, spec)
        return {**obj, "spec": with_tolerations(spec)}

    def _check_namespace(self, obj: Obj) -> None:
        """NamespaceLifecycle: nothing new in a namespace that is not there or is being deleted."""
        name = obj["metadata"].get("namespace")
        if not name:
            return
        namespace = self.cluster.store.find("Namespace", "", name)
        if namespace is None:
            raise errors.ApiError(404, "NotFound", f'namespaces "{name}" not found')
        if "deletionTimestamp" in namespace["metadata"]:
            why = f"unable to create new content in namespace {name} because it is being terminated"
            raise errors.forbidden(obj["kind"], obj["metadata"].get("name", ""), why)

    def _with_priority(self, pod: Obj, spec: Obj) -> Obj:
        name = spec.get("priorityClassName")
        classes = self.cluster.store.objects("PriorityClass")
        if name:
            found = self.cluster.store.find("PriorityClass", "", name)
            if found is None:
                raise errors.forbidden(
                    "Pod", pod["metadata"]["name"], f"no PriorityClass with name {name} was found"
                )
        else:
            defaults = [each for each in classes if each.get("globalDefault")]
            found = min(defaults, key=lambda each: each["value"], default=None)
        if found is None:
            return {
                **spec,
                "priority": 0,
                "preemptionPolicy": spec.get("preemptionPolicy") or "PreemptLowerPriority",
            }
        policy = found.get("preemptionPolicy") or "PreemptLowerPriority"
        return {
            **spec,
            "priorityClassName": found["metadata"]["name"],
            "priority": found["value"],
            "preemptionPolicy": policy,
        }

    def _with_account(self, pod: Obj, spec: Obj) -> Obj:
        """The default service account, and its token as a volume."""
        namespace = pod["metadata"]["namespace"]
        name = spec.get("serviceAccountName") or "default"
        account = self.cluster.store.find("ServiceAccount", namespace, name)
        if account is None and name != "default":
            why = f'error looking up service account {namespace}/{name}: serviceaccount "{name}" not found'
            raise errors.forbidden("Pod", pod["metadata"]["name"], why)
        spec = {**spec, "serviceAccountName": name, "serviceAccount": name}
        automount = spec.get("automountServiceAccountToken")
        if automount is None:
            automount = (account or {}).get("automountServiceAccountToken")
        if automount is False:
            return spec
        volume = f"kube-api-access-{self.cluster.api.suffix('kube-api-access-')}"
        mount = {"mountPath": TOKEN_PATH, "name": volume, "readOnly": True}
        spec["volumes"] = [*(spec.get("volumes") or ()), token_volume(volume)]
        for group in ("initContainers", "containers"):
            if spec.get(group):
                spec[group] = [_mounted(each, mount) for each in spec[group]]
        return spec


def _mounted(container: Obj, mount: Obj) -> Obj:
    mounts = container.get("volumeMounts") or ()
    if any(each.get("mountPath") == TOKEN_PATH for each in mounts):
        return container
    return {**container, "volumeMounts": [*mounts, mount]}


def token_volume(name: str) -> Obj:
    """The projected volume of token, CA and namespace (serviceaccount TokenVolumeSource)."""
    sources: list[dict[str, Any]] = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [{"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}]}},
    ]  # fmt: skip
    return {"name": name, "projected": {"defaultMode": 420, "sources": sources}}


def with_tolerations(spec: Obj) -> Obj:
    """Tolerations of 300 s for nodes that are not ready or not reachable, unless the Pod has its own."""
    tolerations = spec.get("tolerations") or ()
    added = [
        {"effect": "NoExecute", "key": key, "operator": "Exists", "tolerationSeconds": TOLERATION_SECONDS}
        for key in _EVICTING
        if not any(
            (not each.get("key") or each["key"] == key) and each.get("effect") in (None, "", "NoExecute")
            for each in tolerations
        )
    ]
    return {**spec, "tolerations": [*tolerations, *added]} if added else spec
