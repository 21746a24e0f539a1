"""Validation of Job and CronJob (batch/validation)."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from learn.cluster.api import names
from learn.cluster.api.access import copy_json, int_at, map_at, text_at
from learn.cluster.api.cron import CronError, parse_schedule
from learn.cluster.api.fielderror import (
    LABEL_SELECTOR,
    LABELS,
    ErrorType,
    FieldError,
    Path,
    invalid,
    not_supported,
    required,
)
from learn.cluster.api.validation.jobpolicies import validate_failure_policy, validate_success_policy
from learn.cluster.api.validation.metadata import (
    IMMUTABLE,
    matches_template,
    not_negative,
    one_of,
    selector_of,
    unchanged,
    validate_label_selector,
    validate_metadata,
)
from learn.cluster.api.validation.pods import SPEC, validate_template
from learn.cluster.api.versions import Behaviour

_COMPLETION_MODES = ("NonIndexed", "Indexed")
_NUMBERS = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_PARALLELISM_MAX = 100_000
_FAILED_INDEXES_MAX = 100_000
_MANY_COMPLETIONS = 100_000
_MANY_LIMIT = 10_000
_CRON_NAME_MAX = 52
_is_zone_part = re.compile(r"[A-Za-z.\-_0-9+]{1,14}").fullmatch


def validate_job(obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour) -> list[FieldError]:
    """The selector and labels that the server generates are checked only where they are given."""
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    errors += validate_job_spec(spec, SPEC, rules)
    errors += _validate_selector(spec)
    name = text_at(map_at(obj, "metadata"), "name")
    completions = int_at(spec, "completions") or 0
    if old is None and spec.get("completionMode") == "Indexed" and completions > 0:
        longest = f"{name}-{completions - 1}"
        if names.dns_label(longest):
            detail = f"will not able to create pod with invalid DNS label: {longest}"
            errors.append(invalid(("metadata", "name"), name, detail))
    return errors if old is None else errors + _validate_job_update(spec, map_at(old, "spec"))


def _validate_selector(spec: Mapping[str, Any]) -> list[FieldError]:
    selector = spec.get("selector")
    if not isinstance(selector, dict):
        return [required((*SPEC, "selector"))] if spec.get("manualSelector") is True else []
    errors = validate_label_selector(selector, (*SPEC, "selector"))
    parsed, template = selector_of(selector), map_at(spec, "template")
    if parsed is not None and not matches_template(parsed, template):
        at = (*SPEC, "template", "metadata", "labels")
        labels = dict(map_at(map_at(template, "metadata"), "labels"))
        errors.append(invalid(at, labels, "`selector` does not match template `labels`", LABELS))
    return errors


def validate_job_spec(spec: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in _NUMBERS:
        errors += not_negative(spec, key, path)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        errors.append(required((*path, "backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
    errors += _validate_managed_by(spec, path)
    mode = text_at(spec, "completionMode")
    if mode and mode not in _COMPLETION_MODES:
        errors.append(not_supported((*path, "completionMode"), mode, _COMPLETION_MODES))
    if mode == "Indexed":
        errors += _validate_indexed(spec, path)
    elif mode in ("", "NonIndexed"):
        for key in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(key) is not None:
                errors.append(invalid((*path, key), spec[key], "requires indexed completion mode"))
    if isinstance(policy := spec.get("podFailurePolicy"), dict):
        errors += validate_failure_policy(spec, policy, (*path, "podFailurePolicy"))
    if isinstance(policy := spec.get("successPolicy"), dict):
        at = (*path, "successPolicy")
        if mode == "Indexed":
            errors += validate_success_policy(spec, policy, at)
        else:
            errors.append(invalid(at, policy, "requires indexed completion mode"))
    errors += _validate_replacement(spec, path)
    errors += validate_template(map_at(spec, "template"), (*path, "template"), rules)
    return errors + _validate_restart_policy(spec, path)


def _validate_managed_by(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    manager, at = spec.get("managedBy"), (*path, "managedBy")
    if not isinstance(manager, str):
        return []
    if not manager:
        return [required(at)]
    errors = [invalid(at, value, reason) for value, reason in names.domain_prefixed_path(manager)]
    if len(manager) > 63:
        errors.append(FieldError(ErrorType.TOO_LONG, at, "", "may not be more than 63 bytes"))
    return errors


def _validate_indexed(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    completions, parallelism = int_at(spec, "completions"), int_at(spec, "parallelism") or 0
    failed = int_at(spec, "maxFailedIndexes")
    at = (*path, "maxFailedIndexes")
    if completions is None:
        errors.append(required((*path, "completions"), "when completion mode is Indexed"))
    if parallelism > _PARALLELISM_MAX:
        detail = f"must be less than or equal to {_PARALLELISM_MAX} when completion mode is Indexed"
        errors.append(invalid((*path, "parallelism"), parallelism, detail))
    if completions is not None and failed is not None and failed > completions:
        errors.append(invalid(at, failed, "must be less than or equal to completions"))
    if failed is not None and failed > _FAILED_INDEXES_MAX:
        errors.append(invalid(at, failed, f"must be less than or equal to {_FAILED_INDEXES_MAX}"))
    if (completions or 0) > _MANY_COMPLETIONS and spec.get("backoffLimitPerIndex") is not None:
        if failed is None:
            errors.append(required(at, f"must be specified when completions is above {_MANY_COMPLETIONS}"))
        detail = (
            f"must be less than or equal to {_MANY_LIMIT} when completions are above {_MANY_COMPLETIONS} "
            "and used with backoff limit per index"
        )
        if parallelism > _MANY_LIMIT:
            errors.append(invalid((*path, "parallelism"), parallelism, detail))
        if failed is not None and failed > _MANY_LIMIT:
            errors.append(invalid(at, failed, detail))
    return errors


def _validate_replacement(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    policy = spec.get("podReplacementPolicy")
    if not isinstance(policy, str):
        return []
    allowed = ("Failed",) if spec.get("podFailurePolicy") is not None else ("Failed", "TerminatingOrFailed")
    return [] if policy in allowed else [not_supported((*path, "podReplacementPolicy"), policy, allowed)]


def _validate_restart_policy(spec: Mapping[str, Any], path: Path) -> list[FieldError]:
    """Always is also what an unset policy is defaulted to, so the server asks for a value."""
    policy = text_at(map_at(map_at(spec, "template"), "spec"), "restartPolicy")
    at = (*path, "template", "spec", "restartPolicy")
    if policy in ("", "Always"):
        return [required(at, 'valid values: "OnFailure", "Never"')]
    if policy not in ("OnFailure", "Never"):
        return [not_supported(at, policy, ("OnFailure", "Never"))]
    if spec.get("podFailurePolicy") is not None and policy != "Never":
        return [invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []


def _validate_job_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    errors = _validate_completions(spec, old)
    errors += unchanged(spec, old, "selector", SPEC, LABEL_SELECTOR)
    errors += _validate_template_update(spec, old)
    for key in ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"):
        errors += unchanged(spec, old, key, SPEC)
    return errors


def _validate_completions(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """An Indexed Job may be resized when parallelism changes with completions."""
    if spec.get("completionMode") != "Indexed" or spec.get("completions") is None:
        return unchanged(spec, old, "completions", SPEC)
    if spec.get("completions") in (old.get("completions"), spec.get("parallelism")):
        return []
    detail = "can only be modified in tandem with spec.parallelism"
    return [invalid((*SPEC, "completions"), spec["completions"], detail)]


_SCHEDULING = ("nodeSelector", "tolerations", "schedulingGates")


def _validate_template_update(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    """Where a Job's Pods run may change while it is suspended and has not started."""
    new, before = copy_json(dict(map_at(spec, "template"))), copy_json(dict(map_at(old, "template")))
    if old.get("suspend") is True:
        for side in (new, before):
            meta, pod_spec = side.get("metadata"), side.get("spec")
            for part, keys in ((meta, ("labels", "annotations")), (pod_spec, _SCHEDULING)):
                for key in keys if isinstance(part, dict) else ():
                    part.pop(key, None)
            if isinstance(pod_spec, dict) and isinstance(affinity := pod_spec.get("affinity"), dict):
                affinity.pop("nodeAffinity", None)
                if not affinity:
                    del pod_spec["affinity"]
    if new == before:
        return []
    return [invalid((*SPEC, "template"), spec.get("template"), IMMUTABLE, "core.PodTemplateSpec")]


def validate_cron_job(
    obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour
) -> list[FieldError]:
    """Names have at most 52 characters, for the Jobs' names add eleven."""
    errors = validate_metadata(obj, old, names.dns_subdomain)
    spec = map_at(obj, "spec")
    errors += _validate_schedule(spec, map_at(old, "spec") if old is not None else {})
    errors += not_negative(spec, "startingDeadlineSeconds", SPEC)
    errors += _validate_time_zone(spec)
    errors += one_of(spec, "concurrencyPolicy", ("Allow", "Forbid", "Replace"), SPEC)
    errors += _validate_job_template(map_at(spec, "jobTemplate"), rules)
    errors += not_negative(spec, "successfulJobsHistoryLimit", SPEC)
    errors += not_negative(spec, "failedJobsHistoryLimit", SPEC)
    name = text_at(map_at(obj, "metadata"), "name")
    if old is None and len(name) > _CRON_NAME_MAX:
        errors.append(invalid(("metadata", "name"), name, names.max_length_reason(_CRON_NAME_MAX)))
    return errors


def _validate_schedule(spec: Mapping[str, Any], old: Mapping[str, Any]) -> list[FieldError]:
    schedule, at = text_at(spec, "schedule"), (*SPEC, "schedule")
    if not schedule:
        return [required(at)]
    errors: list[FieldError] = []
    try:
        parse_schedule(schedule)
    except CronError as error:
        errors.append(invalid(at, schedule, str(error)))
    if "TZ" in schedule:
        if "TZ" not in text_at(old, "schedule"):
            detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            errors.append(invalid(at, schedule, detail))
        elif spec.get("timeZone") is not None:
            detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
            errors.append(invalid(at, schedule, detail))
    return errors


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _validate_time_zone(spec: Mapping[str, Any]) -> list[FieldError]:
    zone, at = spec.get("timeZone"), (*SPEC, "timeZone")
    if not isinstance(zone, str):
        return []
    if not zone:
        return [invalid(at, zone, "timeZone must be nil or non-empty string")]
    unknown = invalid(at, zone, f"unknown time zone {zone}")
    for part in zone.split("/"):
        if part in (".", "..") or part.startswith("-") or not _is_zone_part(part):
            return [unknown]
    if zone.lower() == "local":
        detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        return [invalid(at, zone, detail)] + ([] if zone == "Local" else [unknown])
    return [] if zone in _zones() or zone == "UTC" else [unknown]


def _validate_job_template(template: Mapping[str, Any], rules: Behaviour) -> list[FieldError]:
    spec, at = map_at(template, "spec"), (*SPEC, "jobTemplate", "spec")
    errors = validate_job_spec(spec, at, rules)
    if spec.get("selector") is not None:
        detail = "`selector` will be auto-generated"
        errors.append(invalid((*at, "selector"), spec["selector"], detail, LABEL_SELECTOR))
    if spec.get("manualSelector") is True:
        errors.append(not_supported((*at, "manualSelector"), True, ("nil", "false")))
    return errors
