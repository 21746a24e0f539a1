"""Defaults of Job and CronJob (pkg/apis/batch/v1/defaults.go)."""

from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import held, held_all, set_text, sub
from learn.cluster.api.defaults.workloads import default_template
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]

_INT32_MAX = 2**31 - 1


def default_job(obj: Object, rules: Behaviour) -> None:
    """One completion, one Pod at a time, unless one of the two is given."""
    spec = sub(obj, "spec")
    default_template(spec, rules)
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", _INT32_MAX if "backoffLimitPerIndex" in spec else 6)
    template = held(spec, "template")
    metadata = held(template, "metadata") if template else None
    labels = held(metadata, "labels") if metadata else None
    own = sub(obj, "metadata")
    if labels and not own.get("labels"):
        own["labels"] = dict(labels)
    set_text(spec, "completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    set_text(spec, "podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")
    spec.setdefault("manualSelector", False)
    policy = held(spec, "podFailurePolicy")
    for rule in held_all(policy, "rules") if policy else ():
        for condition in held_all(rule, "onPodConditions"):
            set_text(condition, "status", "True")


def default_cron_job(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    set_text(spec, "concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)
    default_template(sub(sub(spec, "jobTemplate"), "spec"), rules)
