"""Validation of Job and CronJob (batch/validation)."""

from collections.abc import Mapping
from typing import Any

from learn.cluster.api import names
from learn.cluster.api.access import int_at, map_at, text_at
from learn.cluster.api.fielderror import FieldError, Path, invalid, not_supported, required, too_long
from learn.cluster.api.validation.metadata import (
    IMMUTABLE,
    not_negative,
    validate_metadata,
    validate_metadata_update,
)
from learn.cluster.api.validation.pods import SPEC, validate_template
from learn.cluster.api.versions import Behaviour

_NUMBERS = ("parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished")


def validate_job(obj: Mapping[str, Any], old: Mapping[str, Any] | None, rules: Behaviour) -> list[FieldError]:
    errors = validate_metadata(obj, names.dns_subdomain)
    if old is not None:
        errors += validate_metadata_update(obj, old)
    errors += validate_job_spec(map_at(obj, "spec"), SPEC, rules)
    return errors


def validate_job_spec(spec: Mapping[str, Any], path: Path, rules: Behaviour) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in _NUMBERS:
        errors += not_negative(spec, key, path)
    template = map_at(spec, "template")
    errors += validate_template(template, (*path, "template"), rules)
    policy = text_at(map_at(template, "spec"), "restartPolicy")
    if policy not in ("OnFailure", "Never"):
        at = (*path, "template", "spec", "restartPolicy")
        if policy == "Always":
            errors.append(not_supported(at, policy, ("OnFailure", "Never")))
        elif not policy:
            errors.append(required(at, 'valid values: "OnFailure", "Never"'))
    return errors


__all__ = ["IMMUTABLE", "int_at", "invalid", "too_long", "validate_job", "validate_job_spec"]
