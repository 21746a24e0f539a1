"""
Nodes, namespaces, configuration, storage and events in `kubectl get`.

Source: pkg/printers/internalversion/printers.go.
"""

from learn.kubectl.columns.model import NONE, Obj, age, age_of, columns, name_of, status_of

_ROLE = "node-role.kubernetes.io/"
_DEFAULT_CLASS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_ACCESS_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


@columns(
    "NAME|STATUS|ROLES|AGE|VERSION",
    wide="INTERNAL-IP|EXTERNAL-IP|OS-IMAGE|KERNEL-VERSION|CONTAINER-RUNTIME",
)
def NODE(obj: Obj, now_ms: int) -> list[str]:
    info = status_of(obj).get("nodeInfo") or {}
    return [
        name_of(obj),
        node_status(obj),
        node_roles(obj),
        age(obj, now_ms),
        info.get("kubeletVersion", ""),
        _address(obj, "InternalIP"),
        _address(obj, "ExternalIP"),
        info.get("osImage") or "<unknown>",
        info.get("kernelVersion") or "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def node_status(node: Obj) -> str:
    ready = [item for item in status_of(node).get("conditions") or () if item["type"] == "Ready"]
    words = ["Ready" if item["status"] == "True" else "NotReady" for item in ready] or ["Unknown"]
    if (node.get("spec") or {}).get("unschedulable"):
        words.append("SchedulingDisabled")
    return ",".join(words)


def node_roles(node: Obj) -> str:
    labels = node["metadata"].get("labels") or {}
    roles = {key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE) and key != _ROLE}
    if labels.get("kubernetes.io/role"):
        roles.add(labels["kubernetes.io/role"])
    return ",".join(sorted(roles)) or NONE


def _address(node: Obj, kind: str) -> str:
    addresses = status_of(node).get("addresses") or ()
    return next((item["address"] for item in addresses if item["type"] == kind), NONE)


@columns("NAME|STATUS|AGE")
def NAMESPACE(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), status_of(obj).get("phase", ""), age(obj, now_ms)]


@columns("NAME|DATA|AGE")
def CONFIG_MAP(obj: Obj, now_ms: int) -> list[str]:
    count = len(obj.get("data") or {}) + len(obj.get("binaryData") or {})
    return [name_of(obj), str(count), age(obj, now_ms)]


@columns("NAME|TYPE|DATA|AGE")
def SECRET(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), obj.get("type", "Opaque"), str(len(obj.get("data") or {})), age(obj, now_ms)]


@columns("NAME|SECRETS|AGE")
def SERVICE_ACCOUNT(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), str(len(obj.get("secrets") or ())), age(obj, now_ms)]


@columns("NAME|STATUS|VOLUME|CAPACITY|ACCESS MODES|STORAGECLASS|VOLUMEATTRIBUTESCLASS|AGE", wide="VOLUMEMODE")
def PERSISTENT_VOLUME_CLAIM(obj: Obj, now_ms: int) -> list[str]:
    spec, status = obj["spec"], status_of(obj)
    phase = "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")
    is_bound = bool(spec.get("volumeName"))
    return [
        name_of(obj),
        phase,
        spec.get("volumeName", ""),
        (status.get("capacity") or {}).get("storage", "") if is_bound else "",
        access_modes(status.get("accessModes") or ()) if is_bound else "",
        storage_class(obj),
        spec.get("volumeAttributesClassName") or "<unset>",
        age(obj, now_ms),
        spec.get("volumeMode") or "<unset>",
    ]


@columns(
    "NAME|CAPACITY|ACCESS MODES|RECLAIM POLICY|STATUS|CLAIM|STORAGECLASS|VOLUMEATTRIBUTESCLASS|REASON|AGE",
    wide="VOLUMEMODE",
)
def PERSISTENT_VOLUME(obj: Obj, now_ms: int) -> list[str]:
    spec, status = obj["spec"], status_of(obj)
    claim = spec.get("claimRef")
    return [
        name_of(obj),
        (spec.get("capacity") or {}).get("storage", ""),
        access_modes(spec.get("accessModes") or ()),
        spec.get("persistentVolumeReclaimPolicy", ""),
        "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", ""),
        f"{claim.get('namespace', '')}/{claim['name']}" if claim else "",
        storage_class(obj),
        spec.get("volumeAttributesClassName") or "<unset>",
        status.get("reason", ""),
        age(obj, now_ms),
        spec.get("volumeMode") or "<unset>",
    ]


def access_modes(modes: object) -> str:
    listed = modes if isinstance(modes, (list, tuple)) else ()
    return ",".join(short for mode, short in _ACCESS_MODES.items() if mode in listed)


@columns("NAME|PROVISIONER|RECLAIMPOLICY|VOLUMEBINDINGMODE|ALLOWVOLUMEEXPANSION|AGE")
def STORAGE_CLASS(obj: Obj, now_ms: int) -> list[str]:
    return [
        name_of(obj) + (" (default)" if is_default_class(obj) else ""),
        obj.get("provisioner", ""),
        obj.get("reclaimPolicy", "Delete"),
        obj.get("volumeBindingMode", "Immediate"),
        "true" if obj.get("allowVolumeExpansion") else "false",
        age(obj, now_ms),
    ]


def is_default_class(storage_class: Obj) -> bool:
    annotations = storage_class["metadata"].get("annotations") or {}
    return any(annotations.get(key) == "true" for key in _DEFAULT_CLASS)


def storage_class(claim_or_volume: Obj) -> str:
    """The class that a claim asks for or a volume has; an old annotation beats the field."""
    annotations = claim_or_volume["metadata"].get("annotations") or {}
    return str(annotations.get(_BETA_CLASS) or claim_or_volume["spec"].get("storageClassName") or "")


@columns("LAST SEEN|TYPE|REASON|OBJECT|MESSAGE")
def EVENT(obj: Obj, now_ms: int) -> list[str]:
    involved = obj["involvedObject"]
    return [
        event_age(obj, now_ms),
        obj.get("type", ""),
        obj.get("reason", ""),
        "/".join(part for part in (involved["kind"].lower(), involved.get("name")) if part),
        obj.get("message", "").strip(),
    ]


@columns("LAST SEEN|TYPE|REASON|OBJECT|SUBOBJECT|SOURCE|MESSAGE|FIRST SEEN|COUNT|NAME")
def WIDE_EVENT(obj: Obj, now_ms: int) -> list[str]:
    source, series = obj.get("source") or {}, obj.get("series") or {}
    component = source.get("component") or obj.get("reportingComponent")
    host = source.get("host") or obj.get("reportingInstance")
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    seen, kind, reason, involved, message = EVENT.cells(obj, now_ms)
    return [
        seen,
        kind,
        reason,
        involved,
        obj["involvedObject"].get("fieldPath", ""),
        ", ".join(part for part in (component, host) if part),
        message,
        age_of(first, now_ms),
        str(series.get("count") or obj.get("count") or 1),
        name_of(obj),
    ]


def event_age(event: Obj, now_ms: int) -> str:
    """Return LAST SEEN of an Event."""
    series = event.get("series") or {}
    last = event.get("lastTimestamp") or event.get("firstTimestamp") or event.get("eventTime")
    return age_of(series.get("lastObservedTime") or last, now_ms)


@columns("NAME|REQUEST|LIMIT|AGE")
def RESOURCE_QUOTA(obj: Obj, now_ms: int) -> list[str]:
    status = status_of(obj)
    used, hard = status.get("used") or {}, status.get("hard") or {}
    requests = [
        f"{key}: {used.get(key, '0')}/{hard[key]}" for key in sorted(hard) if not key.startswith("limits.")
    ]
    limits = [f"{key}: {used.get(key, '0')}/{hard[key]}" for key in sorted(hard) if key.startswith("limits.")]
    return [name_of(obj), ", ".join(requests), ", ".join(limits), age(obj, now_ms)]


@columns("NAME|VALUE|GLOBAL-DEFAULT|AGE|PREEMPTIONPOLICY")
def PRIORITY_CLASS(obj: Obj, now_ms: int) -> list[str]:
    return [
        name_of(obj),
        str(obj.get("value", 0)),
        "true" if obj.get("globalDefault") else "false",
        age(obj, now_ms),
        obj.get("preemptionPolicy") or "PreemptLowerPriority",
    ]


@columns("NAME|ROLE|AGE", wide="USERS|GROUPS|SERVICEACCOUNTS")
def ROLE_BINDING(obj: Obj, now_ms: int) -> list[str]:
    subjects = obj.get("subjects") or ()

    def named(kind: str) -> str:
        return ", ".join(
            f"{item['namespace']}/{item['name']}" if kind == "ServiceAccount" else item["name"]
            for item in subjects
            if item["kind"] == kind
        )

    role = f"{obj['roleRef']['kind']}/{obj['roleRef']['name']}"
    return [name_of(obj), role, age(obj, now_ms), named("User"), named("Group"), named("ServiceAccount")]


@columns("NAME|CREATED AT")
def CREATED_AT(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), obj["metadata"].get("creationTimestamp") or "<unknown>"]


@columns("NAME|AGE")
def NAME_AND_AGE(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), age(obj, now_ms)]


@columns("NAME|HOLDER|AGE")
def LEASE(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), obj["spec"].get("holderIdentity", ""), age(obj, now_ms)]
