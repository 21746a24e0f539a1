"""Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from learn.cluster.api.labels import label_selector_text
from learn.cluster.clock import parse_timestamp
from learn.cluster.objects import Obj
from learn.kubectl.columns.model import labels_text
from learn.kubectl.describe.common import (
    Scene,
    controller_text,
    events,
    lower,
    pods_status,
    pods_status_line,
    reasons,
    time_text,
    yes,
)
from learn.kubectl.describe.pods import describe_template
from learn.kubectl.describe.writer import NONE, Writer
from learn.kubectl.duration import human_duration
from learn.kubectl.revisions import template_of_revision

UNSET = "<unset>"


def _head(out: Writer, obj: Obj, *, created: bool = False) -> None:
    meta = obj["metadata"]
    out.field("Name", meta["name"])
    out.field("Namespace", meta.get("namespace", ""))
    if created:
        out.field("CreationTimestamp", time_text(meta.get("creationTimestamp")))


def _labels(out: Writer, obj: Obj) -> None:
    out.labels("Labels", obj["metadata"].get("labels"))
    out.annotations("Annotations", obj["metadata"].get("annotations"))


def describe_deployment(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    _head(out, obj, created=True)
    _labels(out, obj)
    out.field("Selector", label_selector_text(spec.get("selector")))
    counts = [
        f"{spec.get('replicas', 1)} desired",
        f"{status.get('updatedReplicas', 0)} updated",
        f"{status.get('replicas', 0)} total",
        f"{status.get('availableReplicas', 0)} available",
        f"{status.get('unavailableReplicas', 0)} unavailable",
    ]
    out.field("Replicas", " | ".join(counts))
    strategy = spec.get("strategy") or {}
    out.field("StrategyType", strategy.get("type", ""))
    out.field("MinReadySeconds", spec.get("minReadySeconds", 0))
    if rolling := strategy.get("rollingUpdate"):
        text = f"{rolling.get('maxUnavailable')} max unavailable, {rolling.get('maxSurge')} max surge"
        out.field("RollingUpdateStrategy", text)
    describe_template(scene, out, spec.get("template"))
    reasons(out, status.get("conditions") or ())
    _replica_sets(scene, out, obj)
    events(scene, out, obj)


def _replica_sets(scene: Scene, out: Writer, deployment: Obj) -> None:
    owned = scene.owned(deployment, "ReplicaSet")
    if not owned:
        return
    template = template_of_revision(deployment)
    new = next((each for each in owned if template_of_revision(each) == template), None)
    old = [each for each in owned if each is not new]
    out.field("OldReplicaSets", _replica_sets_text(old))
    out.field("NewReplicaSet", _replica_sets_text([new] if new else []))


def _replica_sets_text(found: Sequence[Obj]) -> str:
    texts = [
        f"{each['metadata']['name']} ({(each.get('status') or {}).get('replicas', 0)}/{each['spec'].get('replicas', 1)} replicas created)"
        for each in found
    ]
    return ", ".join(texts) or NONE


def describe_replica_set(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    _head(out, obj)
    if obj["kind"] == "ReplicationController":
        out.field("Selector", labels_text(spec.get("selector")))
    else:
        out.field("Selector", label_selector_text(spec.get("selector")))
    _labels(out, obj)
    if obj["kind"] == "ReplicaSet" and (owner := controller_text(obj)):
        out.field("Controlled By", owner)
    out.field("Replicas", f"{status.get('replicas', 0)} current / {spec.get('replicas', 1)} desired")
    out.field("Pods Status", pods_status_line(pods_status(scene, obj)))
    describe_template(scene, out, spec.get("template"))
    reasons(out, status.get("conditions") or ())
    events(scene, out, obj)


def describe_stateful_set(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    _head(out, obj, created=True)
    out.field("Selector", label_selector_text(spec.get("selector")))
    _labels(out, obj)
    out.field("Replicas", f"{spec.get('replicas', 1)} desired | {status.get('replicas', 0)} total")
    strategy = spec.get("updateStrategy") or {}
    out.field("Update Strategy", strategy.get("type", ""))
    rolling = strategy.get("rollingUpdate") or {}
    if rolling.get("partition") is not None:
        out.field("Partition", rolling["partition"], 1)
        if rolling.get("maxUnavailable") is not None:
            out.field("MaxUnavailable", rolling["maxUnavailable"], 1)
    out.field("Pods Status", pods_status_line(pods_status(scene, obj)))
    describe_template(scene, out, spec.get("template"))
    _claims(out, spec.get("volumeClaimTemplates") or ())
    events(scene, out, obj)


def _claims(out: Writer, templates: Sequence[Obj]) -> None:
    if not templates:
        out.line(f"Volume Claims:\t{NONE}")
        return
    out.line("Volume Claims:")
    for claim in templates:
        spec = claim.get("spec") or {}
        out.field("Name", claim["metadata"]["name"], 1)
        out.field("StorageClass", spec.get("storageClassName") or "", 1)
        out.labels("Labels", claim["metadata"].get("labels"), 1)
        out.labels("Annotations", claim["metadata"].get("annotations"), 1)
        requests = (spec.get("resources") or {}).get("requests") or {}
        out.field("Capacity", requests.get("storage", "<default>"), 1)
        out.field("Access Modes", f"[{' '.join(spec.get('accessModes') or ())}]", 1)


def describe_daemon_set(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    _head(out, obj)
    out.field("Selector", label_selector_text(spec.get("selector")))
    template_spec = (spec.get("template") or {}).get("spec") or {}
    out.field("Node-Selector", labels_text(template_spec.get("nodeSelector")))
    _labels(out, obj)
    for text, key in (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ):
        out.line(f"{text}: {status.get(key, 0)}")
    out.field("Pods Status", pods_status_line(pods_status(scene, obj)))
    describe_template(scene, out, spec.get("template"))
    events(scene, out, obj)


def describe_job(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    _head(out, obj)
    out.field("Selector", label_selector_text(spec.get("selector")) if spec.get("selector") else "")
    _labels(out, obj)
    if owner := controller_text(obj):
        out.field("Controlled By", owner)
    if spec.get("parallelism") is not None:
        out.field("Parallelism", spec["parallelism"])
    out.field("Completions", _or_unset(spec.get("completions")))
    if spec.get("completionMode"):
        out.field("Completion Mode", spec["completionMode"])
    if spec.get("suspend") is not None:
        out.field("Suspend", lower(spec["suspend"]))
    if spec.get("backoffLimit") is not None:
        out.field("Backoff Limit", spec["backoffLimit"])
    if spec.get("ttlSecondsAfterFinished") is not None:
        out.field("TTL Seconds After Finished", spec["ttlSecondsAfterFinished"])
    _job_times(out, status)
    if spec.get("activeDeadlineSeconds") is not None:
        out.field("Active Deadline Seconds", f"{spec['activeDeadlineSeconds']}s")
    ready = "" if status.get("ready") is None else f" ({status['ready']} Ready)"
    out.field(
        "Pods Statuses",
        f"{status.get('active', 0)} Active{ready} / {status.get('succeeded', 0)} Succeeded / {status.get('failed', 0)} Failed",
    )
    if spec.get("completionMode") == "Indexed":
        out.field("Completed Indexes", _shortened(status.get("completedIndexes", "")))
    describe_template(scene, out, spec.get("template"))
    events(scene, out, obj)


def _job_times(out: Writer, status: Obj) -> None:
    start, end = status.get("startTime"), status.get("completionTime")
    if start:
        out.field("Start Time", time_text(start))
    if end:
        out.field("Completed At", time_text(end))
    if start and end:
        out.field("Duration", human_duration((parse_timestamp(end) - parse_timestamp(start)) // 1000))


def _shortened(indexes: str, limit: int = 50) -> str:
    """At most `limit` letters and the rest of a number."""
    if not indexes:
        return NONE
    comma = indexes.find(",", limit)
    return indexes if comma < 0 else indexes[: comma + 1] + "..."


def _or_unset(value: Any) -> Any:
    return UNSET if value is None else value


def describe_cron_job(scene: Scene, out: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    _head(out, obj)
    _labels(out, obj)
    out.field("Schedule", spec.get("schedule", ""))
    out.field("Concurrency Policy", spec.get("concurrencyPolicy", ""))
    out.field("Suspend", UNSET if spec.get("suspend") is None else yes(spec["suspend"]))
    if scene.minor >= 34:
        out.field("Time Zone", spec.get("timeZone") or UNSET)
    out.field("Successful Job History Limit", _or_unset(spec.get("successfulJobsHistoryLimit")))
    out.field("Failed Job History Limit", _or_unset(spec.get("failedJobsHistoryLimit")))
    deadline = spec.get("startingDeadlineSeconds")
    out.field("Starting Deadline Seconds", UNSET if deadline is None else f"{deadline}s")
    job = (spec.get("jobTemplate") or {}).get("spec") or {}
    out.field("Selector", label_selector_text(job["selector"]) if job.get("selector") else UNSET)
    out.field("Parallelism", _or_unset(job.get("parallelism")))
    out.field("Completions", _or_unset(job.get("completions")))
    if job.get("activeDeadlineSeconds") is not None:
        out.field("Active Deadline Seconds", f"{job['activeDeadlineSeconds']}s")
    describe_template(scene, out, job.get("template"))
    last = status.get("lastScheduleTime")
    out.field("Last Schedule Time", time_text(last) if last else UNSET)
    out.field("Active Jobs", ", ".join(each["name"] for each in status.get("active") or ()) or NONE)
    events(scene, out, obj)
