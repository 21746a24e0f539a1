"""What a Job decides, as pure functions (pkg/controller/job: job_controller.go, backoff_utils.go, indexed_job_utils.go).

Times are milliseconds; a Pod's own stamps are read as milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from learn.cluster.clock import parse_timestamp
from learn.cluster.controllers.jobindexes import met_rule
from learn.cluster.controllers.ranking import active_order
from learn.cluster.objects import Obj, annotations_of, is_deleting
from learn.cluster.pods import condition, is_sidecar, is_terminal

FIRST_BACKOFF_MS = 10_000
LONGEST_BACKOFF_MS = 600_000
MAX_INT32 = 2**31 - 1
INDEX = "batch.kubernetes.io/job-completion-index"
REACHED = ("CompletionsReached", "Reached expected number of succeeded pods")


class Ending(NamedTuple):
    """Why a Job ends: Complete or Failed, with the reason and message of its condition."""

    kind: str
    reason: str = ""
    message: str = ""


class Indexes(NamedTuple):
    """The indexes of a Job that have ended."""

    succeeded: frozenset[int] = frozenset()
    failed: frozenset[int] = frozenset()


def ending(
    spec: Mapping[str, Any],
    *,
    succeeded: int,
    failed: int,
    active: int,
    age_ms: int | None,
    restarts: int = 0,
    indexes: Indexes | None = None,
) -> Ending | None:
    """Whether a Job is over, and how (syncJob): the back-off limit is asked first, then the deadline, then the indexes.

    `failed` counts failed Pods, `restarts` those of the containers of unfinished Pods; `age_ms` is None while
    the Job has not started or is suspended.  A podFailurePolicy that fails the Job goes before all of this.
    """
    if failed > backoff_limit(spec) or _restarted_too_often(spec, restarts):
        return Ending("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and age_ms is not None and age_ms >= int(deadline) * 1000:
        return Ending("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
    by_indexes = indexed_ending(spec, indexes) if indexes is not None else None
    if by_indexes is not None:
        return by_indexes
    completions = spec.get("completions")
    is_reached = (succeeded and not active) if completions is None else succeeded >= int(completions)
    return Ending("Complete", *REACHED) if is_reached else None


def backoff_limit(spec: Mapping[str, Any]) -> int:
    """backoffLimit or its default, which is no limit where every index has its own."""
    limit = spec.get("backoffLimit")
    if limit is not None:
        return int(limit)
    return 6 if spec.get("backoffLimitPerIndex") is None else MAX_INT32


def _restarted_too_often(spec: Mapping[str, Any], restarts: int) -> bool:
    """Under OnFailure as many restarts as the limit are enough (pastBackoffLimitOnFailure)."""
    policy = ((spec.get("template") or {}).get("spec") or {}).get("restartPolicy")
    return policy == "OnFailure" and restarts >= max(1, backoff_limit(spec))


def indexed_ending(spec: Mapping[str, Any], indexes: Indexes) -> Ending | None:
    """How the indexes of a Job end it: too many failed, all are done with failed ones, or enough succeeded."""
    completions = int(spec.get("completions") or 0)
    failed, most = len(indexes.failed), spec.get("maxFailedIndexes")
    if spec.get("backoffLimitPerIndex") is not None:
        if most is not None and failed > int(most):
            text = "Job has exceeded the specified maximal number of failed indexes"
            return Ending("Failed", "MaxFailedIndexesExceeded", text)
        if failed and failed + len(indexes.succeeded) >= completions:
            return Ending("Failed", "FailedIndexes", "Job has failed indexes")
    rule = met_rule(spec.get("successPolicy"), indexes.succeeded, completions)
    return None if rule is None else Ending("Complete", "SuccessPolicy", f"Matched rules at index {rule}")


def wanted_active(spec: Mapping[str, Any], *, succeeded: int, active: int) -> int:
    """How many Pods should run at once (manageJob)."""
    if spec.get("suspend"):
        return 0
    parallelism = spec.get("parallelism")
    parallelism = 1 if parallelism is None else int(parallelism)
    completions = spec.get("completions")
    if completions is None:
        return active if succeeded else parallelism
    return max(0, min(parallelism, int(completions) - succeeded))


def pods_to_remove(spec: Mapping[str, Any], active: Sequence[Obj], least: int) -> list[Obj]:
    """Which of the active Pods go when at least `least` must (activePodsForRemoval).

    An Indexed Job first drops Pods without a valid index and all but one of each index.
    """
    removed: list[Obj] = []
    left = list(active)
    if spec.get("completionMode") == "Indexed":
        removed, left = _superfluous(active, int(spec.get("completions") or 0))
    more = max(0, least - len(removed))
    return removed + active_order(left)[:more]


def _superfluous(active: Sequence[Obj], completions: int) -> tuple[list[Obj], list[Obj]]:
    by_index: dict[int, list[Obj]] = {}
    for pod in active:
        by_index.setdefault(completion_index(pod), []).append(pod)
    removed: list[Obj] = []
    left: list[Obj] = []
    for index, pods in sorted(by_index.items()):
        if not 0 <= index < completions:
            removed += pods
            continue
        ordered = active_order(pods)
        removed += ordered[:-1]
        left.append(ordered[-1])
    return removed, left


def completion_index(pod: Obj) -> int:
    """The index of a Pod; -1 without a valid one."""
    text = annotations_of(pod).get(INDEX, "")
    return int(text) if text.isascii() and text.isdecimal() else -1


def first_pending(completions: int, taken: Iterable[int], count: int) -> list[int]:
    """The lowest indexes below `completions` that are not taken, at most `count` (firstPendingIndexes)."""
    gone = set(taken)
    free = (index for index in range(completions) if index not in gone)
    return list(islice(free, max(0, count)))


def has_failed(pod: Obj, replacement: str = "TerminatingOrFailed") -> bool:
    """Whether a Pod counts as failed: one that is being deleted does, unless the replacement policy is `Failed`."""
    phase = pod["status"].get("phase")
    if phase == "Failed":
        return True
    return replacement != "Failed" and is_deleting(pod) and phase != "Succeeded"


# -- back-off ----------------------------------------------------------------------------------------


class Backoff(NamedTuple):
    """Failures since the last success, and when the last of them ended (None: there is none)."""

    failures: int = 0
    last_ms: int | None = None


def after_finished(backoff: Backoff, succeeded: Sequence[int], failed: Sequence[int]) -> Backoff:
    """The back-off once more Pods have ended at these times (newBackoffRecord): a success forgets what failed before it."""
    if not succeeded:
        return Backoff(backoff.failures + len(failed), max(failed)) if failed else backoff
    later = [each for each in failed if each > max(succeeded)]
    return Backoff(len(later), max(later, default=None))


def retry_delay(failures: int) -> int:
    """Milliseconds before the next Pod after so many failures in a row: 10 s, doubled, at most ten minutes."""
    return min(FIRST_BACKOFF_MS * 2 ** min(failures - 1, 20), LONGEST_BACKOFF_MS) if failures > 0 else 0


def remaining_ms(backoff: Backoff, now_ms: int) -> int:
    """How long the next Pod must still wait."""
    if backoff.last_ms is None:
        return 0
    return max(0, backoff.last_ms + retry_delay(backoff.failures) - now_ms)


def finished_ms(pod: Obj) -> int:
    """When a Pod ended: its last container, else since when it is not Ready, else its deletion, else its creation."""
    meta = pod["metadata"]
    times = _container_ends(pod)
    if times and all(times):
        return max(parse_timestamp(each) for each in times)
    ready = condition(pod, "Ready")
    if ready and ready["status"] == "False" and ready.get("lastTransitionTime"):
        return parse_timestamp(ready["lastTransitionTime"])
    if meta.get("deletionTimestamp"):
        grace = int(meta.get("deletionGracePeriodSeconds") or 0)
        return parse_timestamp(meta["deletionTimestamp"]) - grace * 1000
    return parse_timestamp(meta["creationTimestamp"])


def _container_ends(pod: Obj) -> list[str]:
    """`finishedAt` of every app container and sidecar; "" for one that has not ended."""
    status = pod["status"]
    sidecars = {c["name"] for c in pod["spec"].get("initContainers") or () if is_sidecar(c)}
    listed = list(status.get("containerStatuses") or ())
    listed += [each for each in status.get("initContainerStatuses") or () if each["name"] in sidecars]
    ended = [(each.get("state") or {}).get("terminated") or {} for each in listed]
    return [str(each.get("finishedAt") or "") for each in ended]


def restarts(pods: Iterable[Obj]) -> int:
    """Restarts of all containers of Pods that have not ended."""
    return sum(
        each.get("restartCount", 0)
        for pod in pods
        if not is_terminal(pod)
        for group in ("initContainerStatuses", "containerStatuses")
        for each in pod["status"].get(group) or ()
    )
