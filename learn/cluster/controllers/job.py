"""Runs Pods to completion (pkg/controller/job/job_controller.go)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.jobindexes import failed_indexes, met_rule, ranges
from learn.cluster.controllers.podfailurepolicy import match_policy
from learn.cluster.controllers.replicas import claim, pod_from, set_condition, without_zeros
from learn.cluster.objects import Obj, is_deleting, ref_of
from learn.cluster.pods import is_ready, is_true

FIRST_BACKOFF_MS = 10_000
LONGEST_BACKOFF_MS = 600_000
INDEX = "batch.kubernetes.io/job-completion-index"
INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count"
UID_LABELS = ("batch.kubernetes.io/controller-uid", "controller-uid")
NAME_LABELS = ("batch.kubernetes.io/job-name", "job-name")


class Ending(NamedTuple):
    """Why a Job ends: Complete or Failed, with the reason and message of its condition."""

    kind: str
    reason: str = ""
    message: str = ""


def ending(
    spec: Mapping[str, Any], *, succeeded: int, failed: int, active: int, age_ms: int | None
) -> Ending | None:
    """Whether a Job is over, and how; the deadline wins over the back-off limit.

    `failed` counts failed Pods (and, under OnFailure, restarts); `age_ms` is None before the Job has started.
    """
    limit = spec.get("backoffLimit")
    limit = 6 if limit is None else int(limit)
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and age_ms is not None and age_ms >= int(deadline) * 1000:
        return Ending("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
    if failed > limit:
        return Ending("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    completions = spec.get("completions")
    if completions is None:
        if succeeded and not active:
            return Ending("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
    elif succeeded >= int(completions):
        return Ending("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
    return None


def indexed_ending(spec: Mapping[str, Any], *, succeeded: set[int], failed: set[int]) -> Ending | None:
    """How the indexes of a Job end it: too many failed, all are done with failed ones, or enough succeeded."""
    completions = int(spec.get("completions") or 0)
    most = spec.get("maxFailedIndexes")
    if most is not None and len(failed) > int(most):
        text = "Job has exceeded the specified maximal number of failed indexes"
        return Ending("Failed", "MaxFailedIndexesExceeded", text)
    if failed and len(failed) + len(succeeded) >= completions:
        return Ending("Failed", "FailedIndexes", "Job has failed indexes")
    rule = met_rule(spec.get("successPolicy"), succeeded, completions)
    return None if rule is None else Ending("Complete", "SuccessPolicy", f"Matched rules at index {rule}")


def wanted_active(spec: Mapping[str, Any], *, succeeded: int, active: int, failed_indexes: int = 0) -> int:
    """How many Pods should run at once (manageJob)."""
    if spec.get("suspend"):
        return 0
    parallelism = spec.get("parallelism")
    parallelism = 1 if parallelism is None else int(parallelism)
    completions = spec.get("completions")
    if completions is None:
        return active if succeeded else parallelism
    return min(parallelism, int(completions) - succeeded - failed_indexes)


def retry_delay(failures: int) -> int:
    """Milliseconds before the next Pod after so many failures in a row: 10 s, doubled, at most ten minutes."""
    return min(FIRST_BACKOFF_MS * 2 ** min(failures - 1, 20), LONGEST_BACKOFF_MS) if failures > 0 else 0


class JobController(Controller):
    name = "job"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Job": own_key, "Pod": owner_key("Job")}

    def reconcile(self, key: str) -> None:
        job = self.store.find("Job", *split_key(key))
        if job is None or is_deleting(job):
            return
        if is_true(job, "Complete") or is_true(job, "Failed"):
            self._expire(job)
            return
        job = self._started(job)
        pods = claim(self, job, "Pod")
        over = self._failed_by_policy(job, pods)
        counts = self._counts(job, pods)
        started = (job.get("status") or {}).get("startTime")
        age = self.engine.now - self.clock.ms(started) if started else None
        over = over or ending(job["spec"], succeeded=counts["succeeded"], failed=counts["failures"], active=counts["active"], age_ms=age)  # fmt: skip
        over = over or self._ending_by_indexes(job)
        if over is not None:
            self._finish(job, pods, over)
            return
        self._manage(job, pods, counts)
        self._report(job, ())
        deadline = job["spec"].get("activeDeadlineSeconds")
        if deadline is not None and age is not None:
            self.enqueue(key, delay_ms=int(deadline) * 1000 - age)

    def _ending_by_indexes(self, job: Obj) -> Ending | None:
        if not self._is_indexed(job):
            return None
        return indexed_ending(job["spec"], succeeded=self._succeeded(job), failed=self._failed(job))

    def _succeeded(self, job: Obj) -> set[int]:
        done = self.state[job["metadata"]["uid"]]["succeeded"].values()
        return {int(index) for index in done if index.isdecimal()}

    def _failed(self, job: Obj) -> set[int]:
        memory = self.state[job["metadata"]["uid"]]
        return failed_indexes(job["spec"], self._failures_by_index(memory), memory.get("given_up", ()))

    def _failures_by_index(self, memory: Obj) -> Counter[str]:
        return Counter(memory["failed"].values())

    # -- counting --------------------------------------------------------------------------------

    def _started(self, job: Obj) -> Obj:
        """startTime, taken away again while the Job is suspended."""
        status = job.get("status") or {}
        if job["spec"].get("suspend"):
            conditions = set_condition(
                status.get("conditions") or (),
                _condition("Suspended", "JobSuspended", "Job suspended"),
                self.now_stamp(),
            )
            new = {key: value for key, value in status.items() if key != "startTime"}
            return self.api.update_status(ref_of(job), {**new, "conditions": conditions})
        if status.get("startTime"):
            return job
        new = {**status, "startTime": self.now_stamp()}
        if is_true(job, "Suspended"):
            resumed = {
                "type": "Suspended",
                "status": "False",
                "reason": "JobResumed",
                "message": "Job resumed",
            }
            new["conditions"] = set_condition(status.get("conditions") or (), resumed, self.now_stamp())
        return self.api.update_status(ref_of(job), new)

    def _counts(self, job: Obj, pods: Sequence[Obj]) -> dict[str, int]:
        """Pods by how they stand; `failures` is what counts against backoffLimit."""
        memory = self.state.setdefault(
            job["metadata"]["uid"], {"succeeded": {}, "failed": {}, "ignored": {}, "retry_at": 0, "done": {}}
        )
        for pod in pods:
            uid = pod["metadata"]["uid"]
            phase = pod["status"].get("phase")
            if phase == "Succeeded":
                memory["succeeded"].setdefault(uid, self._index(pod))
            elif phase == "Failed" and uid not in memory["failed"] and uid not in memory["ignored"]:
                self._note_failure(job, pod, memory)
        active = [
            p for p in pods if p["status"].get("phase") not in ("Succeeded", "Failed") and not is_deleting(p)
        ]
        succeeded = len(memory["succeeded"])
        if self._is_indexed(job):
            succeeded = len(set(memory["succeeded"].values()))
        failures = len(memory["failed"])
        if job["spec"]["template"]["spec"].get("restartPolicy") == "OnFailure":
            failures += sum(
                c.get("restartCount", 0) for p in active for c in p["status"].get("containerStatuses") or ()
            )
        return {
            "active": len(active),
            "ready": sum(map(is_ready, active)),
            "succeeded": succeeded,
            "failed": len(memory["failed"]) + len(memory["ignored"]),
            "failures": failures,
            "terminating": sum(is_deleting(p) for p in pods),
        }

    def _note_failure(self, job: Obj, pod: Obj, memory: Obj) -> None:
        """Count a failed Pod, or not, as the policy says, and note when the next may start."""
        uid, index = pod["metadata"]["uid"], self._index(pod)
        found = match_policy(job["spec"].get("podFailurePolicy") or {}, pod)
        if found and found.action == "Ignore":
            memory["ignored"][uid] = index
            return
        memory["failed"][uid] = index
        if job["spec"].get("backoffLimitPerIndex") is None:
            memory["retry_at"] = self.engine.now + retry_delay(len(memory["failed"]))
            return
        if found and found.action == "FailIndex":
            memory.setdefault("given_up", []).append(index)
        failures = self._failures_by_index(memory)[index]
        memory.setdefault("retry_index_at", {})[index] = self.engine.now + retry_delay(failures)

    def _is_indexed(self, job: Obj) -> bool:
        return bool(job["spec"].get("completionMode") == "Indexed")

    def _index(self, pod: Obj) -> str:
        return str((pod["metadata"].get("annotations") or {}).get(INDEX, ""))

    def _failed_by_policy(self, job: Obj, pods: Sequence[Obj]) -> Ending | None:
        policy = job["spec"].get("podFailurePolicy")
        for pod in pods if policy else ():
            if pod["status"].get("phase") != "Failed":
                continue
            found = match_policy(policy, pod)
            if found and found.action == "FailJob":
                return Ending("Failed", "PodFailurePolicy", found.message)
        return None

    # -- moving ----------------------------------------------------------------------------------

    def _manage(self, job: Obj, pods: Sequence[Obj], counts: Mapping[str, int]) -> None:
        wanted = wanted_active(
            job["spec"],
            succeeded=counts["succeeded"],
            active=counts["active"],
            failed_indexes=len(self._failed(job)),
        )
        missing = wanted - counts["active"]
        key = f"{job['metadata']['namespace']}/{job['metadata']['name']}"
        replace_late = job["spec"].get("podReplacementPolicy") == "Failed"
        if replace_late:
            missing -= counts["terminating"]
        if missing < 0:
            active = [
                p
                for p in pods
                if p["status"].get("phase") not in ("Succeeded", "Failed") and not is_deleting(p)
            ]
            for pod in active[missing:]:
                self._delete(job, pod)
        retry_at = self.state[job["metadata"]["uid"]]["retry_at"]
        if missing > 0 and self.engine.now < retry_at:
            self.enqueue(key, delay_ms=retry_at - self.engine.now)
            return
        free = self._free_indexes(job, pods)
        for number in range(max(0, missing)):
            if self._is_indexed(job) and number >= len(free):
                break
            self._create(job, free[number] if self._is_indexed(job) else None)

    def _free_indexes(self, job: Obj, pods: Sequence[Obj]) -> list[int]:
        """Indexes that have not ended, do not run and need not wait, the lowest first."""
        if not self._is_indexed(job):
            return []
        memory = self.state[job["metadata"]["uid"]]
        done = self._succeeded(job) | self._failed(job)
        waits = {index: at for index, at in memory.get("retry_index_at", {}).items() if at > self.engine.now}
        if waits:
            delay = min(waits.values()) - self.engine.now
            self.enqueue(f"{job['metadata']['namespace']}/{job['metadata']['name']}", delay_ms=delay)
        running = {self._index(p) for p in pods if p["status"].get("phase") not in ("Succeeded", "Failed")}
        every = range(int(job["spec"].get("completions") or 0))
        return [i for i in every if i not in done and str(i) not in running and str(i) not in waits]

    def _create(self, job: Obj, index: int | None) -> None:
        template = job["spec"]["template"]
        name = job["metadata"]["name"]
        meta = template.get("metadata") or {}
        more: Obj = {"generateName": f"{name}-"}
        spec = template["spec"]
        if index is not None:
            more["generateName"] = f"{name}-{index}-"
            more["annotations"] = {**(meta.get("annotations") or {}), INDEX: str(index)}
            if job["spec"].get("backoffLimitPerIndex") is not None:
                failures = self._failures_by_index(self.state[job["metadata"]["uid"]])[str(index)]
                more["annotations"][INDEX_FAILURES] = str(failures)
            more["labels"] = {**(meta.get("labels") or {}), INDEX: str(index)}
            source = {"fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.labels['{INDEX}']"}}
            env = {"name": "JOB_COMPLETION_INDEX", "valueFrom": source}
            spec = {
                **spec,
                "containers": [{**c, "env": [*(c.get("env") or ()), env]} for c in spec["containers"]],
            }
            if not spec.get("hostname"):
                spec["hostname"] = f"{name}-{index}"
        pod = pod_from(template, job, **more)
        created = self.api.create({**pod, "spec": spec}, trusted=True, field="spec.parallelism")
        self._tell(job, "Normal", "SuccessfulCreate", f"Created pod: {created['metadata']['name']}")

    def _delete(self, job: Obj, pod: Obj) -> None:
        self.api.delete(ref_of(pod))
        self._tell(job, "Normal", "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")

    def _finish(self, job: Obj, pods: Sequence[Obj], over: Ending) -> None:
        """The Job is over: what still runs is deleted, the conditions say how it ended."""
        for pod in pods:
            if pod["status"].get("phase") not in ("Succeeded", "Failed") and not is_deleting(pod):
                self._delete(job, pod)
        first = "SuccessCriteriaMet" if over.kind == "Complete" else "FailureTarget"
        self._report(
            job,
            (_condition(first, over.reason, over.message), _condition(over.kind, over.reason, over.message)),
        )
        if over.kind == "Complete":
            self._tell(job, "Normal", "Completed", "Job completed")
        else:
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
            status["completedIndexes"] = ranges(self._succeeded(found))
            if found["spec"].get("backoffLimitPerIndex") is not None:
                status["failedIndexes"] = ranges(self._failed(found))
        status = without_zeros(status, "ready", "terminating", "uncountedTerminatedPods", "failedIndexes")
        self.api.update_status(ref, status)
        if conditions:
            self.enqueue(f"{ref.namespace}/{ref.name}")


def _condition(kind: str, reason: str, message: str) -> Obj:
    return {"type": kind, "status": "True", "reason": reason, "message": message}


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
