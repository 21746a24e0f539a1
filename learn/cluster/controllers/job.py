"""Runs Pods to completion (pkg/controller/job/job_controller.go); what it decides is in `jobrules`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.jobindexes import failed_indexes, ranges
from learn.cluster.controllers.jobpods import indexed_pod, job_pod
from learn.cluster.controllers.jobrules import (
    Backoff,
    Ending,
    Indexes,
    after_finished,
    completion_index,
    ending,
    finished_ms,
    first_pending,
    has_failed,
    pods_to_remove,
    remaining_ms,
    restarts,
    wanted_active,
)
from learn.cluster.controllers.podfailurepolicy import match_policy
from learn.cluster.controllers.replicas import claim, set_condition, without_zeros
from learn.cluster.objects import Obj, controller_of, is_deleting, ref_of
from learn.cluster.pods import condition, is_ready, is_terminal, is_true
from learn.cluster.store import Notice

UID_LABELS = ("batch.kubernetes.io/controller-uid", "controller-uid")
NAME_LABELS = ("batch.kubernetes.io/job-name", "job-name")
INTERIM = {"SuccessCriteriaMet": "Complete", "FailureTarget": "Failed"}
"""What is true of a Job that is over while Pods of it still end, and what becomes true when they have."""


class JobController(Controller):
    """State per Job's uid: the Pods that were counted, as `{uid: index}` in `succeeded`, `failed` and `ignored`,
    those it deleted itself and does not count (`own`), those that are gone uncounted (`gone`), the indexes that a policy gave up, and the back-offs,
    of the Job (`backoff`) and of its indexes (`waits`), as `[failures, time of the last]`.
    """

    name = "job"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Job": self._of_job, "Pod": self._of_pod}

    def _of_job(self, notice: Notice) -> Iterable[str]:
        if notice.new is None:
            self.state.pop(notice.obj["metadata"]["uid"], None)
        return own_key(notice)

    def _of_pod(self, notice: Notice) -> Iterable[str]:
        """A Pod that is gone is kept until it is counted, as the finalizer of the tracking does upstream."""
        owner = controller_of(notice.obj)
        if notice.new is None and owner is not None and owner["uid"] in self.state:
            self.state[owner["uid"]]["gone"].append(notice.obj)
        return owner_key("Job")(notice)

    def reconcile(self, key: str) -> None:
        job = self.store.find("Job", *split_key(key))
        if job is None or is_deleting(job):
            return
        if is_true(job, "Complete") or is_true(job, "Failed"):
            self.state.pop(job["metadata"]["uid"], None)
            self._expire(job)
            return
        job = self._started(job)
        pods = claim(self, job, "Pod")
        memory = self._memory(job)
        gone, memory["gone"] = memory["gone"], []
        self._note_ended(job, [*gone, *pods], memory)
        counts = self._counts(job, pods)
        age = self._age(job)
        over = self._decided(job) or self._failed_by_policy(job, [*gone, *pods])
        over = over or ending(
            job["spec"],
            succeeded=counts["succeeded"],
            failed=counts["failed"],
            active=counts["active"],
            age_ms=age,
            restarts=restarts(pods),
            indexes=self._indexes(job) if self._is_indexed(job) else None,
        )
        if over is not None:
            self._finish(job, pods, over)
            return
        self._manage(job, pods, counts)
        self._report(job, ())
        deadline = job["spec"].get("activeDeadlineSeconds")
        if deadline is not None and age is not None:
            self.enqueue(key, delay_ms=int(deadline) * 1000 - age)

    def _age(self, job: Obj) -> int | None:
        """Since when it runs, in milliseconds; None before its start and while it is suspended."""
        started = (job.get("status") or {}).get("startTime")
        if not started or job["spec"].get("suspend"):
            return None
        return self.engine.now - self.clock.ms(started)

    def _decided(self, job: Obj) -> Ending | None:
        """How the Job ends, when that was decided before and only its Pods were awaited."""
        for interim, kind in INTERIM.items():
            if is_true(job, interim):
                known = condition(job, interim) or {}
                return Ending(kind, known.get("reason", ""), known.get("message", ""))
        return None

    def _indexes(self, job: Obj) -> Indexes:
        memory = self._memory(job)
        done = (int(index) for index in memory["succeeded"].values() if index.isdecimal())
        failed = failed_indexes(job["spec"], Counter(memory["failed"].values()), memory["given_up"])
        completions = int(job["spec"].get("completions") or 0)
        return Indexes(frozenset(index for index in done if index < completions), frozenset(failed))

    def _memory(self, job: Obj) -> dict[str, Any]:
        memory: dict[str, Any] = self.state.setdefault(job["metadata"]["uid"], {})
        if not memory:
            for name in ("succeeded", "failed", "ignored", "waits"):
                memory[name] = {}
            memory.update(own=[], given_up=[], gone=[], backoff=[0, None])
        return memory

    # -- counting --------------------------------------------------------------------------------

    def _started(self, job: Obj) -> Obj:
        """Set startTime; a Job that is resumed starts anew."""
        status = job.get("status") or {}
        if job["spec"].get("suspend"):
            if not is_true(job, "Suspended"):
                self._tell(job, "Normal", "Suspended", "Job suspended")
            suspended = _condition("Suspended", "JobSuspended", "Job suspended")
            conditions = set_condition(status.get("conditions") or (), suspended, self.now_stamp())
            return self.api.update_status(ref_of(job), {**status, "conditions": conditions})
        is_resumed = is_true(job, "Suspended")
        if status.get("startTime") and not is_resumed:
            return job
        new = {**status, "startTime": self.now_stamp()}
        if is_resumed:
            self._tell(job, "Normal", "Resumed", "Job resumed")
            resumed = {**_condition("Suspended", "JobResumed", "Job resumed"), "status": "False"}
            new["conditions"] = set_condition(status.get("conditions") or (), resumed, self.now_stamp())
        return self.api.update_status(ref_of(job), new)

    def _counts(self, job: Obj, pods: Sequence[Obj]) -> dict[str, int]:
        """Pods by how they stand, those included that are gone."""
        memory = self._memory(job)
        active = [pod for pod in pods if not is_terminal(pod) and not is_deleting(pod)]
        is_indexed = self._is_indexed(job)
        return {
            "active": len(active),
            "ready": sum(map(is_ready, active)),
            "succeeded": len(self._indexes(job).succeeded) if is_indexed else len(memory["succeeded"]),
            "failed": len(memory["failed"]),
            "terminating": sum(is_deleting(pod) and not is_terminal(pod) for pod in pods),
        }

    def _note_ended(self, job: Obj, pods: Sequence[Obj], memory: Obj) -> None:
        """Count each Pod once that has succeeded or failed, and draw the back-offs from when it ended."""
        policy = job["spec"].get("podReplacementPolicy") or ""
        succeeded: list[int] = []
        failed: list[int] = []
        for pod in pods:
            uid = pod["metadata"]["uid"]
            if uid in memory["own"] or any(
                uid in memory[name] for name in ("succeeded", "failed", "ignored")
            ):
                continue
            if pod["status"].get("phase") == "Succeeded":
                memory["succeeded"][uid] = self._index(pod)
                succeeded.append(finished_ms(pod))
            elif has_failed(pod, policy) or self.store.find("Pod", *_name(pod)) is None:
                self._note_failure(job, pod, memory)
                failed.append(finished_ms(pod))
        memory["backoff"] = list(after_finished(Backoff(*memory["backoff"]), succeeded, failed))

    def _note_failure(self, job: Obj, pod: Obj, memory: Obj) -> None:
        """Count a failed Pod, or not, as the policy says; its index waits either way."""
        uid, index = pod["metadata"]["uid"], self._index(pod)
        found = match_policy(job["spec"].get("podFailurePolicy") or {}, pod)
        memory["ignored" if found and found.action == "Ignore" else "failed"][uid] = index
        if found and found.action == "FailIndex":
            memory["given_up"].append(index)
        failures = memory["waits"].get(index, [0])[0]
        memory["waits"][index] = [failures + 1, finished_ms(pod)]

    def _is_indexed(self, job: Obj) -> bool:
        return bool(job["spec"].get("completionMode") == "Indexed")

    def _index(self, pod: Obj) -> str:
        index = completion_index(pod)
        return "" if index < 0 else str(index)

    def _failed_by_policy(self, job: Obj, pods: Sequence[Obj]) -> Ending | None:
        policy = job["spec"].get("podFailurePolicy")
        replacement = job["spec"].get("podReplacementPolicy") or ""
        for pod in pods if policy else ():
            found = match_policy(policy, pod) if has_failed(pod, replacement) else None
            if found and found.action == "FailJob":
                return Ending("Failed", "PodFailurePolicy", found.message)
        return None

    # -- moving ----------------------------------------------------------------------------------

    def _manage(self, job: Obj, pods: Sequence[Obj], counts: Mapping[str, int]) -> None:
        """Delete what is too much, or else create what is missing (manageJob)."""
        spec = job["spec"]
        wanted = wanted_active(spec, succeeded=counts["succeeded"], active=counts["active"])
        active = [pod for pod in pods if not is_terminal(pod) and not is_deleting(pod)]
        removed = pods_to_remove(spec, active, max(0, len(active) - wanted))
        for pod in removed:
            self._memory(job)["own"].append(pod["metadata"]["uid"])
            self._delete(job, pod)
        missing = wanted - len(active)
        if spec.get("podReplacementPolicy") == "Failed":
            missing -= counts["terminating"]
        if removed or missing <= 0:
            return
        if self._is_indexed(job):
            for index in self._pending_indexes(job, pods, missing):
                self._create(job, index)
            return
        if not self._waits(job, self._memory(job)["backoff"]):
            for _ in range(missing):
                self._create(job, None)

    def _waits(self, job: Obj, *backoffs: Sequence[Any]) -> bool:
        """Whether every one of these back-offs still runs; then look again when the first is over."""
        now = self.clock.start_ms + self.engine.now
        left = [remaining_ms(Backoff(*each), now) for each in backoffs]
        if not left or not min(left):
            return False
        meta = job["metadata"]
        self.enqueue(f"{meta['namespace']}/{meta['name']}", delay_ms=min(left))
        return True

    def _pending_indexes(self, job: Obj, pods: Sequence[Obj], count: int) -> list[int]:
        """The lowest indexes that have neither ended nor run, without those that must wait."""
        spec, memory, done = job["spec"], self._memory(job), self._indexes(job)
        late = spec.get("podReplacementPolicy") == "Failed"
        running = {
            completion_index(pod) for pod in pods if not is_terminal(pod) and (late or not is_deleting(pod))
        }
        taken = done.succeeded | done.failed | running
        pending = first_pending(int(spec.get("completions") or 0), taken, count)
        if spec.get("backoffLimitPerIndex") is None:
            return [] if self._waits(job, memory["backoff"]) else pending
        waits = {index: memory["waits"].get(str(index), [0, None]) for index in pending}
        if self._waits(job, *waits.values()):
            return []
        return [index for index in pending if not self._remaining(waits[index])]

    def _remaining(self, backoff: Sequence[Any]) -> int:
        return remaining_ms(Backoff(*backoff), self.clock.start_ms + self.engine.now)

    def _create(self, job: Obj, index: int | None) -> None:
        memory = self._memory(job)
        failures, ignored = (Counter(memory[name].values())[str(index)] for name in ("failed", "ignored"))
        pod = job_pod(job) if index is None else indexed_pod(job, index, failures=failures, ignored=ignored)
        created = self.api.create(pod, trusted=True, field="spec.parallelism")
        self._tell(job, "Normal", "SuccessfulCreate", f"Created pod: {created['metadata']['name']}")

    def _delete(self, job: Obj, pod: Obj) -> None:
        self.api.delete(ref_of(pod))
        self._tell(job, "Normal", "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")

    def _finish(self, job: Obj, pods: Sequence[Obj], over: Ending) -> None:
        """The Job is over: what still runs is deleted, and when that has ended, the last condition is set."""
        memory = self._memory(job)
        for pod in pods:
            uid = pod["metadata"]["uid"]
            if (
                is_terminal(pod)
                or uid in memory["own"]
                or uid in memory["failed"]
                or uid in memory["ignored"]
            ):
                continue
            if over.kind == "Failed":
                self._note_failure(job, pod, memory)
            else:
                memory["own"].append(uid)
        for pod in pods:
            if not is_terminal(pod) and not is_deleting(pod):
                self._delete(job, pod)
        left = self.store.owned_by(job["metadata"]["uid"], "Pod")
        first = next(interim for interim, kind in INTERIM.items() if kind == over.kind)
        conditions = [_condition(first, over.reason, over.message)]
        is_ended = all(is_terminal(pod) or not is_deleting(pod) for pod in left)
        if is_ended:
            conditions.append(_condition(over.kind, over.reason, over.message))
        self._report(job, conditions)
        if is_ended and over.kind == "Complete":
            self._tell(job, "Normal", "Completed", "Job completed")
        elif is_ended:
            self._tell(job, "Warning", over.reason, over.message)

    def _expire(self, job: Obj) -> None:
        """ttlSecondsAfterFinished: a finished Job goes after a while."""
        seconds = job["spec"].get("ttlSecondsAfterFinished")
        if seconds is None:
            return
        ended = max(
            self.clock.ms(c["lastTransitionTime"])
            for c in job["status"]["conditions"]
            if c["type"] in ("Complete", "Failed") and c["status"] == "True"
        )
        due = ended + int(seconds) * 1000
        if self.engine.now >= due:
            self.api.delete(ref_of(job), propagation="Foreground", field="spec.ttlSecondsAfterFinished")
        else:
            key = f"{job['metadata']['namespace']}/{job['metadata']['name']}"
            self.enqueue(key, delay_ms=due - self.engine.now)

    def _tell(self, job: Obj, type_: str, reason: str, message: str) -> None:
        self.events.record(job, type_, reason, message, source="job-controller")

    # -- reporting -------------------------------------------------------------------------------

    def _report(self, job: Obj, conditions: Sequence[Obj]) -> None:
        ref = ref_of(job)
        found = self.store.get(ref)
        if found is None:
            return
        pods = self.store.owned_by(found["metadata"]["uid"], "Pod")
        counts = self._counts(found, pods)
        before = found.get("status") or {}
        known = list(before.get("conditions") or ())
        for each in conditions:
            known = set_condition(known, {**each, "lastProbeTime": self.now_stamp()}, self.now_stamp())
        status: Obj = {
            **{key: before[key] for key in ("startTime",) if key in before},
            "active": counts["active"],
            "ready": counts["ready"],
            "succeeded": counts["succeeded"],
            "failed": counts["failed"],
            "terminating": counts["terminating"],
            "uncountedTerminatedPods": {},
        }
        if known:
            status["conditions"] = known
        if any(each["type"] == "Complete" for each in conditions):
            status["completionTime"] = self.now_stamp()
        if self._is_indexed(found):
            status["completedIndexes"] = ranges(self._indexes(found).succeeded)
            if found["spec"].get("backoffLimitPerIndex") is not None:
                status["failedIndexes"] = ranges(self._indexes(found).failed)
        status = without_zeros(status, "ready", "terminating", "uncountedTerminatedPods", "failedIndexes")
        self.api.update_status(ref, status)
        if any(each["type"] in INTERIM.values() for each in conditions):
            self.enqueue(f"{ref.namespace}/{ref.name}")


def _condition(kind: str, reason: str, message: str) -> Obj:
    return {"type": kind, "status": "True", "reason": reason, "message": message}


def _name(pod: Obj) -> tuple[str, str]:
    return pod["metadata"]["namespace"], pod["metadata"]["name"]


def generated_labels(job: Obj) -> Obj:
    """What the API server adds to a new Job: its selector and the labels of its Pods (batch strategy)."""
    if job["spec"].get("manualSelector"):
        return job
    uid, name = job["metadata"]["uid"], job["metadata"]["name"]
    labels = {**dict.fromkeys(UID_LABELS, uid), **dict.fromkeys(NAME_LABELS, name)}
    template = job["spec"]["template"]
    meta = template.get("metadata") or {}
    labelled = {**template, "metadata": {**meta, "labels": {**(meta.get("labels") or {}), **labels}}}
    selector = {"matchLabels": {UID_LABELS[0]: uid}}
    return {**job, "spec": {**job["spec"], "selector": selector, "template": labelled}}
