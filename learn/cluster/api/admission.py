"""Admission plugins that only change the object: service account, priority, tolerations, storage class."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from learn.cluster.api.access import copy_json, int_at, list_at, map_at, maps_at, text_at, texts_at
from learn.cluster.api.validation.policy import SYSTEM_PRIORITIES

Object: TypeAlias = dict[str, Any]

TOKEN_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"  # a path
TOKEN_SECONDS = 3607
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
_EVICTION_SECONDS = 300
DEFAULT_CLASS_ANNOTATION = "storageclass.kubernetes.io/is-default-class"
INGRESS_CLASS_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"


def with_service_account(pod: Mapping[str, Any], account: Mapping[str, Any] | None, suffix: str) -> Object:
    """The Pod with its service account's name and, unless switched off, the token volume.

    `account` is the ServiceAccount that the Pod names, or `default`; `suffix` ends the volume's name
    (`kube-api-access-x7k2p`). Follows plugin/pkg/admission/serviceaccount.
    """
    result: Object = copy_json(dict(pod))
    spec = result.get("spec")
    if not isinstance(spec, dict):
        return result
    name = text_at(spec, "serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    if account is not None and not list_at(spec, "imagePullSecrets"):
        secrets = list_at(account, "imagePullSecrets")
        if secrets:
            spec["imagePullSecrets"] = copy_json(secrets)
    if _mounts_token(spec, account or {}):
        _mount_token(spec, suffix)
    return result


def missing_service_account(namespace: str, name: str) -> str:
    """The words after `pods "x" is forbidden: ` when the account does not exist."""
    return f'error looking up service account {namespace}/{name}: serviceaccount "{name}" not found'


def _mounts_token(spec: Mapping[str, Any], account: Mapping[str, Any]) -> bool:
    own = spec.get("automountServiceAccountToken")
    wanted = own if isinstance(own, bool) else account.get("automountServiceAccountToken")
    return wanted is not False


def _mount_token(spec: Object, suffix: str) -> None:
    """A projected volume mounted into every container that has nothing at the path yet."""
    name = f"kube-api-access-{suffix}"
    mounted = False
    for field in ("initContainers", "containers"):
        for container in list_at(spec, field):
            if not isinstance(container, dict):
                continue
            mounts = maps_at(container, "volumeMounts")
            if any(mount.get("mountPath") == TOKEN_MOUNT for mount in mounts):
                continue
            mount = {"name": name, "readOnly": True, "mountPath": TOKEN_MOUNT}
            container["volumeMounts"] = [*list_at(container, "volumeMounts"), mount]
            mounted = True
    if mounted:
        spec["volumes"] = [*list_at(spec, "volumes"), _token_volume(name)]


def _token_volume(name: str) -> Object:
    namespace_item = {
        "path": "namespace",
        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
    }
    authority = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
        {"configMap": authority},
        {"downwardAPI": {"items": [namespace_item]}},
    ]
    return {"name": name, "projected": {"sources": sources, "defaultMode": 420}}


class PriorityError(ValueError):
    """A priority that is refused: the words after `pods "x" is forbidden: `."""


def with_priority(pod: Mapping[str, Any], classes: Iterable[Mapping[str, Any]]) -> Object:
    """The Pod with its class's value and preemption policy (plugin/pkg/admission/priority).

    Without a class name the global default counts, else 0. Raises PriorityError.
    """
    result: Object = copy_json(dict(pod))
    spec = result.get("spec")
    if not isinstance(spec, dict):
        return result
    found = list(classes)
    name = text_at(spec, "priorityClassName")
    chosen: Mapping[str, Any] = {}
    if name:
        chosen = next((c for c in found if text_at(map_at(c, "metadata"), "name") == name), {})
        value = int_at(chosen, "value") if chosen else SYSTEM_PRIORITIES.get(name)
        if value is None:
            raise PriorityError(f"no PriorityClass with name {name} was found")
    else:
        chosen = _default_class(found)
        value = int_at(chosen, "value") or 0
        if chosen:
            spec["priorityClassName"] = text_at(map_at(chosen, "metadata"), "name")
    policy = text_at(chosen, "preemptionPolicy") or "PreemptLowerPriority"
    _check_same(spec, "priority", value, "integer value of priority")
    _check_same(spec, "preemptionPolicy", policy, "string value of preemptionPolicy")
    spec["priority"], spec["preemptionPolicy"] = value, policy
    return result


def _check_same(spec: Mapping[str, Any], field: str, computed: object, words: str) -> None:
    given = spec.get(field)
    if given is not None and given != computed:
        raise PriorityError(
            f"the {words} ({given}) must not be provided in pod spec; priority admission controller "
            f"computed {computed} from the given PriorityClass name"
        )


def _default_class(classes: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Of several global defaults, the one with the lowest value."""
    defaults = [c for c in classes if c.get("globalDefault") is True]
    return min(defaults, key=lambda c: int_at(c, "value") or 0, default={})


def with_default_tolerations(pod: Mapping[str, Any]) -> Object:
    """Two tolerations of 300 seconds, unless the Pod says otherwise (DefaultTolerationSeconds)."""
    result: Object = copy_json(dict(pod))
    spec = result.get("spec")
    if not isinstance(spec, dict):
        return result
    own = maps_at(spec, "tolerations")
    added = [
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _EVICTION_SECONDS}
        for key in (NOT_READY, UNREACHABLE)
        if not any(text_at(t, "key") in {key, ""} and text_at(t, "effect") in {"NoExecute", ""} for t in own)
    ]
    if added:
        spec["tolerations"] = [*list_at(spec, "tolerations"), *added]
    return result


def with_default_storage_class(claim: Mapping[str, Any], classes: Iterable[Mapping[str, Any]]) -> Object:
    """A claim that names no class gets the default one; of several, the newest, then by name."""
    result: Object = copy_json(dict(claim))
    spec = result.get("spec")
    if not isinstance(spec, dict) or spec.get("storageClassName") is not None:
        return result
    marked = [c for c in classes if _is_marked(c, DEFAULT_CLASS_ANNOTATION)]
    marked.sort(key=lambda c: text_at(map_at(c, "metadata"), "name"))
    marked.sort(key=lambda c: text_at(map_at(c, "metadata"), "creationTimestamp"), reverse=True)
    if marked:
        spec["storageClassName"] = text_at(map_at(marked[0], "metadata"), "name")
    return result


def with_default_ingress_class(ingress: Mapping[str, Any], classes: Iterable[Mapping[str, Any]]) -> Object:
    """An Ingress without a class gets the default one (DefaultIngressClass)."""
    result: Object = copy_json(dict(ingress))
    spec = result.get("spec")
    annotations = texts_at(map_at(ingress, "metadata"), "annotations")
    if not isinstance(spec, dict) or spec.get("ingressClassName") is not None:
        return result
    marked = [c for c in classes if _is_marked(c, INGRESS_CLASS_ANNOTATION)]
    if marked and "kubernetes.io/ingress.class" not in annotations:
        marked.sort(key=lambda c: text_at(map_at(c, "metadata"), "name"))
        spec["ingressClassName"] = text_at(map_at(marked[0], "metadata"), "name")
    return result


def _is_marked(obj: Mapping[str, Any], annotation: str) -> bool:
    return texts_at(map_at(obj, "metadata"), "annotations").get(annotation) == "true"
