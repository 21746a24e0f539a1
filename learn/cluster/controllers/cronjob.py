"""Makes Jobs by the clock (pkg/controller/cronjob/cronjob_controllerv2.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from learn.cluster.api.cron import CronError, Schedule, parse_schedule
from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.errors import ApiError
from learn.cluster.objects import (
    Obj,
    Ref,
    controller_of,
    is_deleting,
    object_reference,
    owner_reference,
    ref_of,
)
from learn.cluster.pods import is_true

MAX_MISSED = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Missed(NamedTuple):
    """Scheduled times that have passed: the latest of them, and how many there were (at most 101)."""

    latest: datetime | None
    number: int


def missed(schedule: Schedule, since: datetime, now: datetime) -> Missed:
    """The scheduled times after `since` up to now (mostRecentScheduleTime)."""
    latest, count, moment = None, 0, since
    while count <= MAX_MISSED:
        following = schedule.next(moment)
        if following is None or following > now:
            break
        latest, count, moment = following, count + 1, following
    return Missed(latest, count)


class CronJobController(Controller):
    name = "cronjob"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"CronJob": own_key, "Job": owner_key("CronJob")}

    def reconcile(self, key: str) -> None:
        cron = self.store.find("CronJob", *split_key(key))
        if cron is None or is_deleting(cron):
            return
        jobs = [j for j in self.store.owned_by(cron["metadata"]["uid"], "Job") if controller_of(j)]
        self._note_finished(cron, jobs)
        self._clean_up(cron, jobs)
        cron = self.store.find("CronJob", *split_key(key)) or cron
        if cron["spec"].get("suspend"):
            return
        try:
            zone = ZoneInfo(cron["spec"].get("timeZone") or "UTC")
            schedule = parse_schedule(str(cron["spec"].get("schedule") or ""))
        except (CronError, ZoneInfoNotFoundError, ValueError) as error:
            self._tell(cron, "Warning", "UnparseableSchedule", f"unparseable schedule: {error}")
            return
        now = (_EPOCH + timedelta(milliseconds=self.clock.start_ms + self.engine.now)).astimezone(zone)
        self._run_due(cron, schedule, now)
        following = schedule.next(now)
        if following is not None:
            # At the scheduled second or just after it, as the controller's queue has it.
            wait = following.astimezone(UTC) - now.astimezone(UTC)
            self.enqueue(key, delay_ms=round(wait.total_seconds() * 1000))

    def _since(self, cron: Obj, now: datetime) -> datetime:
        status = cron.get("status") or {}
        stamp = status.get("lastScheduleTime") or cron["metadata"]["creationTimestamp"]
        since = _EPOCH + timedelta(milliseconds=self.clock.ms(stamp) + self.clock.start_ms)
        deadline = cron["spec"].get("startingDeadlineSeconds")
        if deadline is not None:
            since = max(since, now - timedelta(seconds=int(deadline)))
        return since.astimezone(now.tzinfo)

    def _run_due(self, cron: Obj, schedule: Schedule, now: datetime) -> None:
        found = missed(schedule, self._since(cron, now), now)
        if found.latest is None:
            return
        if found.number > MAX_MISSED:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self._tell(cron, "Warning", "TooManyMissedTimes", text)
        deadline = cron["spec"].get("startingDeadlineSeconds")
        if deadline is not None and found.latest + timedelta(seconds=int(deadline)) < now:
            text = f"Missed scheduled time to start a job: {found.latest.astimezone(UTC):%a, %d %b %Y %H:%M:%S} +0000"
            self._tell(cron, "Warning", "MissSchedule", text)
            return
        active = self._active(cron)
        policy = cron["spec"].get("concurrencyPolicy") or "Allow"
        if policy == "Forbid" and active:
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self._tell(cron, "Normal", "JobAlreadyActive", text)
            return
        if policy == "Replace":
            for job in active:
                self.api.delete(ref_of(job), propagation="Background", field="spec.concurrencyPolicy")
                self._tell(cron, "Normal", "SuccessfulDelete", f"Deleted job {job['metadata']['name']}")
        self._create(cron, found.latest)

    def _active(self, cron: Obj) -> list[Obj]:
        return [
            job
            for job in self.store.owned_by(cron["metadata"]["uid"], "Job")
            if not is_true(job, "Complete") and not is_true(job, "Failed") and not is_deleting(job)
        ]

    def _create(self, cron: Obj, scheduled: datetime) -> None:
        meta, template = cron["metadata"], cron["spec"]["jobTemplate"]
        minutes = int((scheduled - _EPOCH).total_seconds()) // 60
        name = f"{meta['name']}-{minutes}"
        template_meta = template.get("metadata") or {}
        stamp = scheduled.isoformat(timespec="seconds").replace("+00:00", "Z")
        annotations = {
            **(template_meta.get("annotations") or {}),
            "batch.kubernetes.io/cronjob-scheduled-timestamp": stamp,
        }
        job: Obj = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "name": name,
                "namespace": meta["namespace"],
                "labels": dict(template_meta.get("labels") or {}),
                "annotations": annotations,
                "ownerReferences": [owner_reference(cron)],
            },
            "spec": template["spec"],
        }
        try:
            created = self.api.create(job, field="spec.schedule")
        except ApiError as error:
            if error.reason != "AlreadyExists":
                self._tell(cron, "Warning", "FailedCreate", f"Error creating job: {error.message}")
            return
        self._tell(cron, "Normal", "SuccessfulCreate", f"Created job {name}")
        status = cron.get("status") or {}
        active = [*(status.get("active") or ()), object_reference(created)]
        scheduled_stamp = scheduled.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.api.update_status(
            ref_of(cron), {**status, "active": active, "lastScheduleTime": scheduled_stamp}
        )

    def _note_finished(self, cron: Obj, jobs: Sequence[Obj]) -> None:
        """Jobs that have ended leave the list of active ones."""
        status = dict(cron.get("status") or {})
        listed = status.get("active") or []
        by_uid = {job["metadata"]["uid"]: job for job in jobs}
        left = []
        for reference in listed:
            job = by_uid.get(reference["uid"])
            if job is None:
                text = f"Active job went missing: {reference['name']}"
                self._tell(cron, "Normal", "MissingJob", text)
            elif is_true(job, "Complete") or is_true(job, "Failed"):
                how = "Complete" if is_true(job, "Complete") else "Failed"
                text = f"Saw completed job: {reference['name']}, condition: {how}"
                self._tell(cron, "Normal", "SawCompletedJob", text)
                if how == "Complete" and job["status"].get("completionTime"):
                    status["lastSuccessfulTime"] = job["status"]["completionTime"]
            else:
                left.append(reference)
        if len(left) != len(listed):
            status.pop("active", None)
            self.api.update_status(ref_of(cron), {**status, **({"active": left} if left else {})})

    def _clean_up(self, cron: Obj, jobs: Sequence[Obj]) -> None:
        """Ended Jobs beyond the history limits go, the oldest first."""
        for condition, field, default in (
            ("Complete", "successfulJobsHistoryLimit", 3),
            ("Failed", "failedJobsHistoryLimit", 1),
        ):
            limit = cron["spec"].get(field)
            limit = default if limit is None else int(limit)
            ended = [job for job in jobs if is_true(job, condition) and not is_deleting(job)]
            ended.sort(key=lambda job: (job["status"].get("startTime", ""), job["metadata"]["name"]))
            for job in ended[: max(0, len(ended) - limit)]:
                self.api.delete(
                    Ref("Job", job["metadata"]["namespace"], job["metadata"]["name"]), field=f"spec.{field}"
                )
                self._tell(cron, "Normal", "SuccessfulDelete", f"Deleted job {job['metadata']['name']}")

    def _tell(self, cron: Obj, type_: str, reason: str, message: str) -> None:
        self.events.record(cron, type_, reason, message, source="cronjob-controller")
