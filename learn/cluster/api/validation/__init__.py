"""Validation: what the API server refuses, with its own field paths and sentences.

`validate` expects an object with its defaults filled in (`apply_defaults`), as the server does. It
is total: fields of the wrong type count as absent, for decoding has already refused them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from learn.cluster.api.fielderror import FieldError
from learn.cluster.api.validation import batch, pods, services, workloads
from learn.cluster.api.versions import NEWEST, Behaviour, behaviour

Validator = Callable[[Mapping[str, Any], Mapping[str, Any] | None, Behaviour], list[FieldError]]

_BY_KIND: Mapping[tuple[str, str], Validator] = {
    ("", "Pod"): pods.validate_pod,
    ("apps", "Deployment"): workloads.validate_deployment,
    ("apps", "ReplicaSet"): workloads.validate_replica_set,
    ("batch", "Job"): batch.validate_job,
    ("", "Service"): services.validate_service,
}


def validate(obj: Any, *, old: Any = None, version: str = NEWEST) -> list[FieldError]:
    """Every reason why the server refuses the object; with `old`, as an update of that object.

    The namespace may be missing, since a request gives it. Kinds without rules here are accepted.
    """
    if not isinstance(obj, dict):
        return []
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str)):
        return []
    check = _BY_KIND.get((api_version.rpartition("/")[0], kind))
    return check(obj, old if isinstance(old, dict) else None, behaviour(version)) if check else []
