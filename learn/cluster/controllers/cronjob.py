"""Makes Jobs by the clock (pkg/controller/cronjob/cronjob_controllerv2.go)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
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
from learn.cluster.store import Notice

MAX_MISSED = 100
_SCHEDULE_FIELDS = ("schedule", "timeZone")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Missed(NamedTuple):
    """Scheduled times that have passed: the latest of them, and about how many there were."""

    latest: datetime | None
    number: int


def missed(schedule: Schedule, since: datetime, now: datetime) -> Missed:
    """The scheduled times after `since` up to now (mostRecentScheduleTime).

    As upstream does it: their number is estimated from the first two, and the latest is looked for among the
    last of these steps.  Raises CronError for a schedule that never comes.
    """
    first = schedule.next(since)
    second = schedule.next(first) if first is not None else None
    if first is not None and _apart(first, now) < 0:
        return Missed(None, 0)
    if first is not None and second is not None and _apart(second, now) < 0:
        return Missed(first, 1)
    step = round(_apart(first, second)) if first and second else 0
    if first is None or step < 1:
        raise CronError("time difference between two schedules is less than 1 second")
    number = int(_apart(first, now)) // step + 1
    start = first.astimezone(UTC) + timedelta(seconds=(number - 2) * step)
    latest, moment = None, schedule.next(start.astimezone(since.tzinfo))
    while moment is not None and _apart(moment, now) >= 0:
        latest, moment = moment, schedule.next(moment)
    return Missed(latest, number)


def _apart(one: datetime, other: datetime) -> float:
    """Seconds that pass from one instant to another, whatever the clocks do in between."""
    return (other.astimezone(UTC) - one.astimezone(UTC)).total_seconds()


class _Unschedulable(Exception):
    """Why no Job can be started: the reason and, as its text, the message of the event."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class CronJobController(Controller):
    name = "cronjob"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"CronJob": self._of_cron, "Job": owner_key("CronJob")}

    def _of_cron(self, notice: Notice) -> Iterable[str]:
        """A new schedule counts from its next time on: what it would have missed is not made up for (updateCronJob)."""
        old, new = notice.old, notice.new
        if (
            old is None
            or new is None
            or all(old["spec"].get(f) == new["spec"].get(f) for f in _SCHEDULE_FIELDS)
        ):
            return own_key(notice)
        try:
            schedule, zone = self._schedule(new)
        except _Unschedulable:
            return own_key(notice)
        self._look_again(new, schedule, self._local_now(zone))
        return ()

    def reconcile(self, key: str) -> None:
        cron = self.store.find("CronJob", *split_key(key))
        if cron is None:
            return
        jobs = [j for j in self.store.owned_by(cron["metadata"]["uid"], "Job") if controller_of(j)]
        self._note_finished(cron, jobs)
        if is_deleting(cron):
            return
        self._clean_up(cron, jobs)
        cron = self.store.find("CronJob", *split_key(key)) or cron
        try:
            schedule, zone = self._schedule(cron)
            if cron["spec"].get("suspend"):
                return
            now = self._local_now(zone)
            self._run_due(cron, schedule, now)
        except _Unschedulable as error:
            if error.reason == "UnknownTimeZone" or not cron["spec"].get("suspend"):
                self._tell(cron, "Warning", error.reason, str(error))
            return
        self._look_again(self.store.find("CronJob", *split_key(key)) or cron, schedule, now)

    def _schedule(self, cron: Obj) -> tuple[Schedule, ZoneInfo]:
        """The schedule and its time zone.  Raises _Unschedulable."""
        name, text = str(cron["spec"].get("timeZone") or "UTC"), str(cron["spec"].get("schedule") or "")
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _Unschedulable(
                "UnknownTimeZone", f'invalid timeZone: "{name}": unknown time zone {name}'
            ) from error
        try:
            return parse_schedule(text), zone
        except CronError as error:
            raise _Unschedulable(
                "UnparseableSchedule", f'unparseable schedule: "{text}" : {error}'
            ) from error

    def _local_now(self, zone: ZoneInfo) -> datetime:
        return self._moment(self.engine.now).astimezone(zone)

    def _moment(self, ms: int) -> datetime:
        return _EPOCH + timedelta(milliseconds=self.clock.start_ms + ms)

    def _since(self, cron: Obj, now: datetime, *, deadline: int | None = None) -> datetime:
        """From when on times count: the last run or the creation, but not before the deadline in seconds."""
        stamp = (cron.get("status") or {}).get("lastScheduleTime") or cron["metadata"]["creationTimestamp"]
        since = self._moment(self.clock.ms(stamp))
        if deadline is not None:
            since = max(since, now.astimezone(UTC) - timedelta(seconds=deadline))
        return since.astimezone(now.tzinfo)

    def _look_again(self, cron: Obj, schedule: Schedule, now: datetime) -> None:
        """Come back at the time after the latest that has passed (nextScheduleTimeDuration)."""
        since = self._since(cron, now)
        try:
            found = missed(schedule, since, now)
        except CronError:
            return
        following = schedule.next(found.latest or (now if found.number else since))
        if following is not None:
            # At the scheduled second or just after it, as the controller's queue has it.
            wait = max(0, round(_apart(now, following) * 1000))
            meta = cron["metadata"]
            self.enqueue(f"{meta['namespace']}/{meta['name']}", delay_ms=wait)

    def _run_due(self, cron: Obj, schedule: Schedule, now: datetime) -> None:
        """Start the latest run that is due, if it may be started (syncCronJob).  Raises _Unschedulable."""
        seconds = cron["spec"].get("startingDeadlineSeconds")
        deadline = None if seconds is None else int(seconds)
        try:
            found = missed(schedule, self._since(cron, now, deadline=deadline), now)
        except CronError as error:
            text = f"invalid schedule: {cron['spec'].get('schedule')} : {error}"
            raise _Unschedulable("InvalidSchedule", text) from error
        if found.latest is None:
            return
        if found.number > MAX_MISSED:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self._tell(cron, "Warning", "TooManyMissedTimes", text)
        if deadline is not None and _apart(found.latest, now) > deadline:
            text = f"Missed scheduled time to start a job: {found.latest.astimezone(UTC):%a, %d %b %Y %H:%M:%S} +0000"
            self._tell(cron, "Warning", "MissSchedule", text)
            return
        if (cron.get("status") or {}).get("lastScheduleTime") == _stamp(found.latest):
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
            left = {key: value for key, value in (cron.get("status") or {}).items() if key != "active"}
            cron = self.api.update_status(ref_of(cron), left)
        self._create(cron, found.latest)

    def _active(self, cron: Obj) -> list[Obj]:
        """The Jobs in the list of active ones; others of this owner are not the controller's."""
        listed = (cron.get("status") or {}).get("active") or ()
        found = (self.store.find("Job", cron["metadata"]["namespace"], each["name"]) for each in listed)
        return [job for job in found if job is not None and not is_deleting(job)]

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
        self.api.update_status(
            ref_of(cron), {**status, "active": active, "lastScheduleTime": _stamp(scheduled)}
        )

    def _note_finished(self, cron: Obj, jobs: Sequence[Obj]) -> None:
        """Jobs that have ended leave the list of active ones."""
        status = dict(cron.get("status") or {})
        listed = status.get("active") or []
        by_uid = {job["metadata"]["uid"]: job for job in jobs}
        self._note_unexpected(cron, jobs, {reference["uid"] for reference in listed})
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
            else:
                left.append(reference)
        ends = [job["status"].get("completionTime") or "" for job in jobs if is_true(job, "Complete")]
        succeeded = max([status.get("lastSuccessfulTime") or "", *ends])
        if len(left) != len(listed) or succeeded != (status.get("lastSuccessfulTime") or ""):
            status.pop("active", None)
            more = {**({"active": left} if left else {}), "lastSuccessfulTime": succeeded}
            self.api.update_status(ref_of(cron), {**status, **{k: v for k, v in more.items() if v}})

    def _note_unexpected(self, cron: Obj, jobs: Sequence[Obj], listed: Container[str]) -> None:
        """A Job that somebody else made with this owner, or that was forgotten, is told once."""
        for job in jobs:
            uid = job["metadata"]["uid"]
            if uid in listed or is_true(job, "Complete") or is_true(job, "Failed") or uid in self.state:
                continue
            self.state[uid] = True
            text = f"Saw a job that the controller did not create or forgot: {job['metadata']['name']}"
            self._tell(cron, "Warning", "UnexpectedJob", text)

    def _clean_up(self, cron: Obj, jobs: Sequence[Obj]) -> None:
        """Ended Jobs beyond the history limits go, the oldest first."""
        for condition, field, default in (
            ("Complete", "successfulJobsHistoryLimit", 3),
            ("Failed", "failedJobsHistoryLimit", 1),
        ):
            limit = cron["spec"].get(field)
            limit = default if limit is None else int(limit)
            ended = [job for job in jobs if is_true(job, condition) and not is_deleting(job)]
            ended.sort(key=lambda job: (job["status"].get("startTime", "~"), job["metadata"]["name"]))
            for job in ended[: max(0, len(ended) - limit)]:
                self.api.delete(
                    Ref("Job", job["metadata"]["namespace"], job["metadata"]["name"]), field=f"spec.{field}"
                )
                self._tell(cron, "Normal", "SuccessfulDelete", f"Deleted job {job['metadata']['name']}")

    def _tell(self, cron: Obj, type_: str, reason: str, message: str) -> None:
        self.events.record(cron, type_, reason, message, source="cronjob-controller")
