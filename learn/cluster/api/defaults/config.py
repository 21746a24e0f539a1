"""Defaults of the kinds around workloads: namespaces, nodes, secrets, limits, priorities, bindings."""

from base64 import b64encode
from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import held, held_all, round_resources, set_text, sub
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]

_RBAC_GROUP = "rbac.authorization.k8s.io"


def default_namespace(obj: Object, rules: Behaviour) -> None:
    """A Namespace carries its own name as a label, and the finalizer that empties it."""
    metadata = sub(obj, "metadata")
    if metadata.get("name"):
        sub(metadata, "labels")["kubernetes.io/metadata.name"] = metadata["name"]
    sub(obj, "spec").setdefault("finalizers", ["kubernetes"])
    set_text(sub(obj, "status"), "phase", "Active")


def default_node(obj: Object, rules: Behaviour) -> None:
    if obj.get("spec") is None:
        obj["spec"] = {}
    status = held(obj, "status")
    if status and "allocatable" not in status and isinstance(status.get("capacity"), dict):
        status["allocatable"] = dict(status["capacity"])


def default_secret(obj: Object, rules: Behaviour) -> None:
    """`stringData` is written into `data` and never read back (conversion.go of core/v1)."""
    set_text(obj, "type", "Opaque")
    texts = obj.get("stringData")
    if isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values()):
        del obj["stringData"]
        if texts:
            data = sub(obj, "data")
            data.update(
                {
                    key: b64encode(text.encode("utf-8", "surrogatepass")).decode()
                    for key, text in texts.items()
                }
            )


def default_limit_range(obj: Object, rules: Behaviour) -> None:
    """SetDefaults_LimitRangeItem: default from max, then the default request from default or min."""
    spec = sub(obj, "spec")
    for item in held_all(spec, "limits"):
        for key in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"):
            round_resources(item, key)
        if item.get("type") == "Container":
            limits = dict(held(item, "max") or {}) | (held(item, "default") or {})
            requests = (held(item, "min") or {}) | limits | (held(item, "defaultRequest") or {})
            if limits:
                item["default"] = limits
            if requests:
                item["defaultRequest"] = requests


def default_resource_quota(obj: Object, rules: Behaviour) -> None:
    round_resources(sub(obj, "spec"), "hard")


def default_disruption_budget(obj: Object, rules: Behaviour) -> None:
    """A spec is a struct: it is stored even when nothing was said in it."""
    obj.setdefault("spec", {})


def default_priority_class(obj: Object, rules: Behaviour) -> None:
    set_text(obj, "preemptionPolicy", "PreemptLowerPriority")


def default_binding(obj: Object, rules: Behaviour) -> None:
    """The API group of the role, and of users and groups, is RBAC's."""
    role = held(obj, "roleRef")
    if role is not None:
        set_text(role, "apiGroup", _RBAC_GROUP)
    for subject in held_all(obj, "subjects"):
        if subject.get("kind") in ("User", "Group"):
            set_text(subject, "apiGroup", _RBAC_GROUP)


def default_webhooks(obj: Object, rules: Behaviour) -> None:
    for webhook in held_all(obj, "webhooks"):
        set_text(webhook, "failurePolicy", "Fail")
        set_text(webhook, "matchPolicy", "Equivalent")
        webhook.setdefault("namespaceSelector", {})
        webhook.setdefault("objectSelector", {})
        webhook.setdefault("timeoutSeconds", 10)
        if obj.get("kind") == "MutatingWebhookConfiguration":
            set_text(webhook, "reinvocationPolicy", "Never")
        for rule in held_all(webhook, "rules"):
            set_text(rule, "scope", "*")
