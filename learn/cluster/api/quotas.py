"""ResourceQuota: what objects use, and the words when a quota is exceeded.

Follows pkg/quota/v1/evaluator/core and the resourcequota admission controller.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from learn.cluster.api.access import list_at, map_at, maps_at, text_at
from learn.cluster.api.kinds import find_resource
from learn.cluster.api.quantity import ZERO, Quantity
from learn.cluster.api.requests import Resources, pod_limits, pod_requests, resource_list

_ONE = Quantity.parse("1")
_COMPUTE = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
"""What each container must state when a quota limits it."""
_COUNTED = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "pods",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
    }
)
"""Core resources that a quota may name without `count/`."""
_LIMITED = frozenset({"cpu", "memory", "ephemeral-storage"})


def usage(obj: Mapping[str, Any], plural: str = "", group: str = "") -> Resources:
    """All that one object counts as, under every name that a quota may give it."""
    kind = text_at(obj, "kind")
    if not plural:
        known = find_resource(kind)
        plural, group = (known.plural, known.group) if known else (f"{kind.lower()}s", "")
    if kind == "Pod" and text_at(map_at(obj, "status"), "phase") in {"Succeeded", "Failed"}:
        return {f"count/{plural}": _ONE}
    total: Resources = {f"count/{plural}.{group}" if group else f"count/{plural}": _ONE}
    if not group and plural in _COUNTED:
        total[plural] = _ONE
    match kind:
        case "Pod":
            return total | pod_usage(map_at(obj, "spec"))
        case "Service":
            return total | _service_usage(map_at(obj, "spec"))
        case "PersistentVolumeClaim":
            return total | _claim_usage(obj)
    return total


def pod_usage(spec: Mapping[str, Any]) -> Resources:
    return _named(pod_requests(spec), pod_limits(spec))


def _named(requests: Resources, limits: Resources) -> Resources:
    """podComputeUsageHelper: `cpu` counts as `requests.cpu` too, extended resources only as `requests.…`."""
    total: Resources = {}
    for name, amount in requests.items():
        total[f"requests.{name}"] = amount
        if name in _LIMITED or name.startswith("hugepages-"):
            total[name] = amount
    for name, amount in limits.items():
        if name in _LIMITED:
            total[f"limits.{name}"] = amount
    return total


def _service_usage(spec: Mapping[str, Any]) -> Resources:
    ports = len(maps_at(spec, "ports"))
    match spec.get("type"):
        case "NodePort":
            return {"services.nodeports": Quantity.parse(str(ports))}
        case "LoadBalancer":
            own = spec.get("allocateLoadBalancerNodePorts") is not False
            count = ports if own else sum(1 for port in maps_at(spec, "ports") if port.get("nodePort"))
            return {"services.nodeports": Quantity.parse(str(count)), "services.loadbalancers": _ONE}
    return {}


def _claim_usage(claim: Mapping[str, Any]) -> Resources:
    spec = map_at(claim, "spec")
    size = resource_list(map_at(map_at(spec, "resources"), "requests")).get("storage")
    total: Resources = {} if size is None else {"requests.storage": size}
    name = text_at(spec, "storageClassName")
    if name:
        prefix = f"{name}.storageclass.storage.k8s.io"
        total[f"{prefix}/persistentvolumeclaims"] = _ONE
        if size is not None:
            total[f"{prefix}/requests.storage"] = size
    return total


def in_scope(quota: Mapping[str, Any], obj: Mapping[str, Any]) -> bool:
    """Whether a quota's scopes take the object in; a quota without scopes takes in all."""
    spec = map_at(quota, "spec")
    terms: list[tuple[str, str, tuple[Any, ...]]] = [
        (str(scope), "Exists", ()) for scope in list_at(spec, "scopes")
    ]
    for term in maps_at(map_at(spec, "scopeSelector"), "matchExpressions"):
        values = tuple(list_at(term, "values"))
        terms.append((text_at(term, "scopeName"), text_at(term, "operator"), values))
    if terms and obj.get("kind") != "Pod":
        return False
    pod = map_at(obj, "spec")
    return all(_scope_matches(pod, *term) for term in terms)


def _scope_matches(pod: Mapping[str, Any], scope: str, operator: str, values: tuple[Any, ...]) -> bool:
    match scope:
        case "Terminating":
            return pod.get("activeDeadlineSeconds") is not None
        case "NotTerminating":
            return pod.get("activeDeadlineSeconds") is None
        case "BestEffort" | "NotBestEffort":
            best_effort = not _states_any(pod)
            return best_effort if scope == "BestEffort" else not best_effort
        case "PriorityClass":
            name = text_at(pod, "priorityClassName")
            wanted = {"In": name in values, "NotIn": name not in values}
            return wanted.get(operator, bool(name) == (operator != "DoesNotExist"))
        case "CrossNamespacePodAffinity":
            return _crosses_namespaces(map_at(pod, "affinity"))
    return False


def _states_any(pod: Mapping[str, Any]) -> bool:
    """Whether the Pod states cpu or memory anywhere, which makes it more than BestEffort."""
    owners = (pod, *maps_at(pod, "containers"), *maps_at(pod, "initContainers"))
    sides = (map_at(map_at(owner, "resources"), side) for owner in owners for side in ("requests", "limits"))
    return any(
        amount for side in sides for name, amount in resource_list(side).items() if name in {"cpu", "memory"}
    )


def _crosses_namespaces(affinity: Mapping[str, Any]) -> bool:
    for field in ("podAffinity", "podAntiAffinity"):
        rules = map_at(affinity, field)
        terms = maps_at(rules, "requiredDuringSchedulingIgnoredDuringExecution")
        weighted = maps_at(rules, "preferredDuringSchedulingIgnoredDuringExecution")
        terms = [*terms, *(map_at(item, "podAffinityTerm") for item in weighted)]
        if any(list_at(term, "namespaces") or "namespaceSelector" in term for term in terms):
            return True
    return False


def used(quota: Mapping[str, Any], objects: Iterable[Mapping[str, Any]]) -> Resources:
    """`status.used` of a quota over the objects of its namespace."""
    hard = resource_list(map_at(map_at(quota, "spec"), "hard"))
    total = dict.fromkeys(hard, ZERO)
    for obj in objects:
        if in_scope(quota, obj):
            for name, amount in usage(obj).items():
                if name in total:
                    total[name] = total[name] + amount
    return total


def missing_text(quota: Mapping[str, Any], pod: Mapping[str, Any]) -> str:
    """`must specify limits.cpu for: app; requests.memory for: app,web`; empty if all is stated."""
    required = sorted(_COMPUTE & set(map_at(map_at(quota, "spec"), "hard")))
    spec = map_at(pod, "spec")
    pod_level = map_at(spec, "resources")
    stated = set(_usage_of(pod_level))
    missing: dict[str, list[str]] = {}
    for field in ("containers", "initContainers"):
        for container in maps_at(spec, field):
            has = stated | set(_usage_of(map_at(container, "resources")))
            for name in required:
                if name not in has:
                    missing.setdefault(name, []).append(text_at(container, "name"))
    words = [f"{name} for: {','.join(sorted(missing[name]))}" for name in required if name in missing]
    return f"must specify {'; '.join(words)}" if words else ""


def _usage_of(resources: Mapping[str, Any]) -> Resources:
    return _named(resource_list(map_at(resources, "requests")), resource_list(map_at(resources, "limits")))


def quota_refusal(
    quota: Mapping[str, Any],
    obj: Mapping[str, Any],
    old: Mapping[str, Any] | None = None,
    *,
    already: Resources | None = None,
) -> str:
    """Why a quota refuses an object (the text after `is forbidden: `); empty if it does not.

    `already` is what is used now; the quota's own status counts if it is left out.
    """
    if not in_scope(quota, obj):
        return ""
    name = text_at(map_at(quota, "metadata"), "name")
    if obj.get("kind") == "Pod" and old is None:
        missing = missing_text(quota, obj)
        if missing:
            return f"failed quota: {name}: {missing}"
    hard = resource_list(map_at(map_at(quota, "spec"), "hard"))
    now = resource_list(map_at(map_at(quota, "status"), "used")) if already is None else already
    before = usage(old) if old is not None and in_scope(quota, old) else {}
    asked = {key: amount - before.get(key, ZERO) for key, amount in usage(obj).items() if key in hard}
    over = [key for key, amount in asked.items() if amount > ZERO and hard[key] < now.get(key, ZERO) + amount]
    if not over:
        return ""
    columns = (("requested", asked), ("used", now), ("limited", hard))
    shown = (f"{word}: {_pretty({k: amounts.get(k, ZERO) for k in over})}" for word, amounts in columns)
    return f"exceeded quota: {name}, {', '.join(shown)}"


def _pretty(amounts: Resources) -> str:
    return ",".join(f"{name}={amounts[name]}" for name in sorted(amounts))
