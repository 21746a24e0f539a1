"""Namespaces, ConfigMaps, Secrets, ServiceAccounts, quotas, limits, priority classes and RBAC."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence

from learn.cluster.objects import Obj
from learn.kubectl.columns.model import labels_text
from learn.kubectl.describe.common import Scene, events, head, lower, time_text
from learn.kubectl.describe.writer import NONE, Writer
from learn.kubectl.policyrules import policy_rows

_SCOPES = {
    "Terminating": "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
    "NotTerminating": "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
    "BestEffort": "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
    "NotBestEffort": "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
}
_LIMIT_HEADER = (
    "Type",
    "Resource",
    "Min",
    "Max",
    "Default Request",
    "Default Limit",
    "Max Limit/Request Ratio",
)
_LIMIT_KEYS = ("min", "max", "defaultRequest", "default", "maxLimitRequestRatio")


def _named(out: Writer, obj: Obj) -> None:
    out.field("Name", obj["metadata"]["name"])
    out.labels("Labels", obj["metadata"].get("labels"))
    out.annotations("Annotations", obj["metadata"].get("annotations"))


def describe_namespace(scene: Scene, out: Writer, obj: Obj) -> None:
    name = obj["metadata"]["name"]
    status = obj.get("status") or {}
    _named(out, obj)
    out.field("Status", status.get("phase", ""))
    if status.get("conditions"):
        out.line("Conditions:")
        names = ("Type", "Status", "LastTransitionTime", "Reason", "Message")
        out.table([names, tuple("-" * len(each) for each in names)])
        for each in status["conditions"]:
            stamp = time_text(each.get("lastTransitionTime"))
            out.table(
                [(each["type"], each["status"], stamp, each.get("reason", ""), each.get("message", ""))]
            )
    out.line()
    _quotas(out, scene.objects("ResourceQuota", name))
    out.line()
    _limit_ranges(out, scene.objects("LimitRange", name))


def _quotas(out: Writer, quotas: Sequence[Obj]) -> None:
    if not quotas:
        out.line("No resource quota.")
        return
    out.line("Resource Quotas")
    for quota in quotas:
        out.field("Name", quota["metadata"]["name"], 1)
        _scopes(out, quota, 1, "* ")
        out.table([("Resource", "Used", "Hard"), ("--------", "---", "---"), *_used(quota)])


def _scopes(out: Writer, quota: Obj, level: int, mark: str) -> None:
    scopes = sorted((quota.get("spec") or {}).get("scopes") or ())
    if scopes:
        out.field("Scopes", ", ".join(scopes), level)
        for scope in scopes:
            if scope in _SCOPES:
                out.line(mark + _SCOPES[scope], level)


def _used(quota: Obj) -> list[tuple[str, str, str]]:
    status = quota.get("status") or {}
    hard, used = status.get("hard") or {}, status.get("used") or {}
    return [(name, str(used.get(name, "0")), str(hard[name])) for name in sorted(hard)]


def _limit_ranges(out: Writer, ranges: Sequence[Obj]) -> None:
    if not ranges:
        out.line("No LimitRange resource.")
        return
    out.line("Resource Limits")
    for row in (_LIMIT_HEADER, tuple("-" * len(each) for each in _LIMIT_HEADER)):
        out.line(" " + "\t".join(row))
    for each in ranges:
        for limit in _limit_rows(each):
            out.line(" " + "\t".join(limit))


def _limit_rows(limit_range: Obj) -> list[tuple[str, ...]]:
    rows = []
    for item in (limit_range.get("spec") or {}).get("limits") or ():
        names = sorted({name for key in _LIMIT_KEYS for name in item.get(key) or {}})
        for name in names:
            values = [str((item.get(key) or {}).get(name, "-")) for key in _LIMIT_KEYS]
            rows.append((item.get("type", ""), name, *values))
    return rows


def describe_limit_range(scene: Scene, out: Writer, obj: Obj) -> None:
    out.field("Name", obj["metadata"]["name"])
    out.field("Namespace", obj["metadata"]["namespace"])
    out.table([_LIMIT_HEADER, tuple("-" * len(each) for each in _LIMIT_HEADER), *_limit_rows(obj)], 0)


def describe_quota(scene: Scene, out: Writer, obj: Obj) -> None:
    out.field("Name", obj["metadata"]["name"])
    out.field("Namespace", obj["metadata"]["namespace"])
    _scopes(out, obj, 0, " * ")
    out.table([("Resource", "Used", "Hard"), ("--------", "----", "----"), *_used(obj)], 0)


def describe_config_map(scene: Scene, out: Writer, obj: Obj) -> None:
    head(out, obj)
    out.line("\nData\n====")
    for key in sorted(obj.get("data") or {}):
        out.line(f"{key}:\n----")
        out.line(str(obj["data"][key]))
        out.line()
    out.line("\nBinaryData\n====")
    for key in sorted(obj.get("binaryData") or {}):
        out.line(f"{key}: {_size(obj['binaryData'][key])} bytes")
    out.line()
    events(scene, out, obj)


def describe_secret(scene: Scene, out: Writer, obj: Obj) -> None:
    head(out, obj)
    out.line(f"\nType:\t{obj.get('type', '')}")
    out.line("\nData\n====")
    for key in sorted(obj.get("data") or {}):
        is_token = key == "token" and obj.get("type") == "kubernetes.io/service-account-token"
        shown = _decoded(obj["data"][key]) if is_token else f"{_size(obj['data'][key])} bytes"
        out.line(f"{key}:\t{shown}")


def _decoded(encoded: str) -> str:
    try:
        return b64decode(encoded).decode(errors="replace")
    except (binascii.Error, ValueError):
        return encoded


def _size(encoded: str) -> int:
    try:
        return len(b64decode(encoded))
    except (binascii.Error, ValueError):
        return len(encoded)


def describe_service_account(scene: Scene, out: Writer, obj: Obj) -> None:
    head(out, obj)
    pulls = [each.get("name", "") for each in obj.get("imagePullSecrets") or ()]
    if scene.minor <= 33:
        known = {each["metadata"]["name"] for each in scene.objects("Secret", obj["metadata"]["namespace"])}
        pulls = [name if name in known else f"{name} (not found)" for name in pulls]
    _names(out, "Image pull secrets:", pulls)
    if scene.minor <= 33:
        _names(out, "Mountable secrets:", [each.get("name", "") for each in obj.get("secrets") or ()])
        _names(out, "Tokens:", [])
    events(scene, out, obj)


def _names(out: Writer, title: str, names: Sequence[str]) -> None:
    out.line(f"{title}\t{names[0] if names else NONE}")
    for name in names[1:]:
        out.line(f"{' ' * len(title)}\t{name}")


def describe_priority_class(scene: Scene, out: Writer, obj: Obj) -> None:
    out.field("Name", obj["metadata"]["name"])
    out.field("Value", obj.get("value", 0))
    out.field("GlobalDefault", lower(obj.get("globalDefault")))
    out.field("PreemptionPolicy", obj.get("preemptionPolicy") or "PreemptLowerPriority")
    out.field("Description", obj.get("description", ""))
    out.field("Annotations", labels_text(obj["metadata"].get("annotations")))
    events(scene, out, obj)


def describe_role(scene: Scene, out: Writer, obj: Obj) -> None:
    _named(out, obj)
    out.line("PolicyRule:")
    names = ("Resources", "Non-Resource URLs", "Resource Names", "Verbs")
    out.table([names, tuple("-" * len(each) for each in names), *policy_rows(obj.get("rules") or ())])


def describe_role_binding(scene: Scene, out: Writer, obj: Obj) -> None:
    _named(out, obj)
    out.line("Role:")
    out.field("Kind", obj["roleRef"].get("kind", ""), 1)
    out.field("Name", obj["roleRef"].get("name", ""), 1)
    out.line("Subjects:")
    rows = [
        (each.get("kind", ""), each.get("name", ""), each.get("namespace", ""))
        for each in obj.get("subjects") or ()
    ]
    out.table([("Kind", "Name", "Namespace"), ("----", "----", "---------"), *rows])
