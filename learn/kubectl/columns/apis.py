"""
Kinds that extend or run the API itself, and storage drivers, in `kubectl get`.

Source: pkg/printers/internalversion/printers.go; apiservice printing of k8s.io/kube-aggregator.
"""

from learn.cluster.api.catalogue import split_api_version
from learn.cluster.objects import controller_of
from learn.kubectl.columns.model import NONE, Obj, age, columns, labels_text, name_of, status_of

UNSET = "<unset>"


def _true(value: object) -> str:
    return "true" if value else "false"


@columns("NAME|CONTROLLER|REVISION|AGE")
def CONTROLLER_REVISION(obj: Obj, now_ms: int) -> list[str]:
    owner, name = controller_of(dict(obj)), NONE
    if owner:
        group, _ = split_api_version(owner["apiVersion"])
        name = f"{owner['kind'].lower()}{f'.{group}' if group else ''}/{owner['name']}"
    return [name_of(obj), name, str(obj.get("revision", 0)), age(obj, now_ms)]


@columns("NAME|CONTAINERS|IMAGES|POD LABELS")
def POD_TEMPLATE(obj: Obj, now_ms: int) -> list[str]:
    template = obj.get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or ()
    names = ",".join(each["name"] for each in containers)
    images = ",".join(each.get("image", "") for each in containers)
    return [name_of(obj), names, images, labels_text((template.get("metadata") or {}).get("labels"))]


@columns("NAME|SERVICE|AVAILABLE|AGE")
def API_SERVICE(obj: Obj, now_ms: int) -> list[str]:
    service = (obj.get("spec") or {}).get("service")
    conditions = status_of(obj).get("conditions") or ()
    available = next((each for each in conditions if each["type"] == "Available"), {"status": "Unknown"})
    shown = available["status"] + (f" ({available['reason']})" if available["status"] == "False" else "")
    where = f"{service['namespace']}/{service['name']}" if service else "Local"
    return [name_of(obj), where, shown, age(obj, now_ms)]


@columns("NAME|WEBHOOKS|AGE")
def WEBHOOK_CONFIGURATION(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), str(len(obj.get("webhooks") or ())), age(obj, now_ms)]


@columns("NAME|VALIDATIONS|PARAMKIND|AGE")
def VALIDATING_ADMISSION_POLICY(obj: Obj, now_ms: int) -> list[str]:
    spec = obj.get("spec") or {}
    kind = spec.get("paramKind")
    shown = f"{kind['apiVersion']}/{kind['kind']}" if kind else UNSET
    return [name_of(obj), str(len(spec.get("validations") or ())), shown, age(obj, now_ms)]


@columns("NAME|POLICYNAME|PARAMREF|AGE")
def VALIDATING_ADMISSION_POLICY_BINDING(obj: Obj, now_ms: int) -> list[str]:
    spec = obj.get("spec") or {}
    param = spec.get("paramRef") or {}
    shown = "/".join(part for part in (param.get("namespace"), param.get("name")) if part)
    return [name_of(obj), spec.get("policyName", ""), shown or UNSET, age(obj, now_ms)]


@columns("NAME|HANDLER|AGE")
def RUNTIME_CLASS(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), obj.get("handler", ""), age(obj, now_ms)]


@columns("NAME|DRIVERS|AGE")
def CSI_NODE(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), str(len((obj.get("spec") or {}).get("drivers") or ())), age(obj, now_ms)]


@columns("NAME|ATTACHREQUIRED|PODINFOONMOUNT|STORAGECAPACITY|TOKENREQUESTS|REQUIRESREPUBLISH|MODES|AGE")
def CSI_DRIVER(obj: Obj, now_ms: int) -> list[str]:
    spec = obj.get("spec") or {}
    tokens = ",".join(each.get("audience", "") for each in spec.get("tokenRequests") or ())
    return [
        name_of(obj),
        _true(spec.get("attachRequired", True)),
        _true(spec.get("podInfoOnMount")),
        _true(spec.get("storageCapacity")),
        tokens or UNSET,
        _true(spec.get("requiresRepublish")),
        ",".join(spec.get("volumeLifecycleModes") or ()) or NONE,
        age(obj, now_ms),
    ]


@columns("NAME|ATTACHER|PV|NODE|ATTACHED|AGE")
def VOLUME_ATTACHMENT(obj: Obj, now_ms: int) -> list[str]:
    spec = obj.get("spec") or {}
    volume = (spec.get("source") or {}).get("persistentVolumeName", "")
    attached = _true(status_of(obj).get("attached"))
    return [
        name_of(obj),
        spec.get("attacher", ""),
        volume,
        spec.get("nodeName", ""),
        attached,
        age(obj, now_ms),
    ]


@columns("NAME|DRIVERNAME|AGE")
def VOLUME_ATTRIBUTES_CLASS(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), obj.get("driverName", ""), age(obj, now_ms)]


@columns("NAME|CIDRS|AGE")
def SERVICE_CIDR(obj: Obj, now_ms: int) -> list[str]:
    return [name_of(obj), ",".join((obj.get("spec") or {}).get("cidrs") or ()), age(obj, now_ms)]


@columns("NAME|PARENTREF")
def IP_ADDRESS(obj: Obj, now_ms: int) -> list[str]:
    parent = (obj.get("spec") or {}).get("parentRef") or {}
    resource = ".".join(part for part in (parent.get("resource"), parent.get("group")) if part)
    shown = "/".join(part for part in (resource, parent.get("namespace"), parent.get("name")) if part)
    return [name_of(obj), shown]
