"""
Controllers of Pods in `kubectl get`.

Source: pkg/printers/internalversion/printers.go (printDeployment and its neighbours).
"""

from learn.cluster.api.labels import from_map, label_selector_text
from learn.cluster.clock import parse_timestamp
from learn.kubectl.columns.model import (
    NONE,
    Obj,
    age,
    age_of,
    columns,
    labels_text,
    name_of,
    names_and_images,
    span,
    status_of,
)

_WIDE = "CONTAINERS|IMAGES|SELECTOR"


def _wide(obj: Obj) -> tuple[str, str, str]:
    return (*names_and_images(obj), label_selector_text(obj["spec"].get("selector")))


@columns("NAME|READY|UP-TO-DATE|AVAILABLE|AGE", wide=_WIDE)
def DEPLOYMENT(obj: Obj, now_ms: int) -> list[str]:
    status = status_of(obj)
    return [
        name_of(obj),
        f"{status.get('readyReplicas', 0)}/{obj['spec'].get('replicas', 1)}",
        str(status.get("updatedReplicas", 0)),
        str(status.get("availableReplicas", 0)),
        age(obj, now_ms),
        *_wide(obj),
    ]


@columns("NAME|DESIRED|CURRENT|READY|AGE", wide=_WIDE)
def REPLICA_SET(obj: Obj, now_ms: int) -> list[str]:
    status = status_of(obj)
    return [
        name_of(obj),
        str(obj["spec"].get("replicas", 1)),
        str(status.get("replicas", 0)),
        str(status.get("readyReplicas", 0)),
        age(obj, now_ms),
        *_wide(obj),
    ]


@columns("NAME|DESIRED|CURRENT|READY|AGE", wide=_WIDE)
def REPLICATION_CONTROLLER(obj: Obj, now_ms: int) -> list[str]:
    status, spec = status_of(obj), obj["spec"]
    return [
        name_of(obj),
        str(spec.get("replicas", 1)),
        str(status.get("replicas", 0)),
        str(status.get("readyReplicas", 0)),
        age(obj, now_ms),
        *names_and_images(obj),
        str(from_map(spec.get("selector") or {})) or NONE,
    ]


@columns("NAME|READY|AGE", wide="CONTAINERS|IMAGES")
def STATEFUL_SET(obj: Obj, now_ms: int) -> list[str]:
    ready = f"{status_of(obj).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 1)}"
    return [name_of(obj), ready, age(obj, now_ms), *names_and_images(obj)]


@columns("NAME|DESIRED|CURRENT|READY|UP-TO-DATE|AVAILABLE|NODE SELECTOR|AGE", wide=_WIDE)
def DAEMON_SET(obj: Obj, now_ms: int) -> list[str]:
    status = status_of(obj)
    counts = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    return [
        name_of(obj),
        *(str(status.get(count, 0)) for count in counts),
        labels_text(obj["spec"]["template"]["spec"].get("nodeSelector")),
        age(obj, now_ms),
        *_wide(obj),
    ]


@columns("NAME|STATUS|COMPLETIONS|DURATION|AGE", wide=_WIDE)
def JOB(obj: Obj, now_ms: int) -> list[str]:
    return [
        name_of(obj),
        job_status(obj),
        _completions(obj),
        job_duration(obj, now_ms),
        age(obj, now_ms),
        *_wide(obj),
    ]


def job_status(job: Obj) -> str:
    """Return the STATUS of a Job (v1.31 on)."""
    true = {item["type"] for item in status_of(job).get("conditions") or () if item["status"] == "True"}
    for condition in ("Complete", "Failed"):
        if condition in true:
            return condition
    if job["metadata"].get("deletionTimestamp"):
        return "Terminating"
    for condition in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if condition in true:
            return condition
    return "Running"


def _completions(job: Obj) -> str:
    done, spec = status_of(job).get("succeeded", 0), job["spec"]
    if spec.get("completions") is not None:
        return f"{done}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def job_duration(job: Obj, now_ms: int) -> str:
    """Return the DURATION of a Job: until its end, or until now; blank before its start."""
    status = status_of(job)
    if not status.get("startTime"):
        return ""
    end = status.get("completionTime")
    return span(status["startTime"], parse_timestamp(end) if end else now_ms)


@columns("NAME|SCHEDULE|TIMEZONE|SUSPEND|ACTIVE|LAST SCHEDULE|AGE", wide=_WIDE)
def CRON_JOB(obj: Obj, now_ms: int) -> list[str]:
    spec, status = obj["spec"], status_of(obj)
    job = spec["jobTemplate"]
    last = status.get("lastScheduleTime")
    return [
        name_of(obj),
        spec["schedule"],
        spec.get("timeZone") or NONE,
        "<unset>" if spec.get("suspend") is None else str(bool(spec["suspend"])),
        str(len(status.get("active") or ())),
        age_of(last, now_ms) if last else NONE,
        age(obj, now_ms),
        *names_and_images(job),
        label_selector_text(job["spec"].get("selector")),
    ]
