"""`--overrides`: JSON that `run` and `expose` lay over the object that they make.

Source: staging/src/k8s.io/kubectl/pkg/cmd/util/override_options.go.
"""

from __future__ import annotations

from typing import Any

import yaml

from learn.cluster.api.patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, PatchError, apply_patch
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag

OVERRIDES = (Flag(name="overrides"), Flag(name="override-type"))
_TYPES = {"json": JSON_PATCH, "merge": MERGE_PATCH, "strategic": STRATEGIC_PATCH}


def overridden(call: Call, obj: Obj) -> Obj:
    """The object with the overrides laid over it.  Raises CommandError for what is no JSON object."""
    text = call.parsed.text("overrides")
    if not text:
        return obj
    name = call.parsed.text("override-type") or "merge"
    if name not in _TYPES:
        raise CommandError(f"error: invalid override type: {name}")
    try:
        return dict(apply_patch(obj, _read(text), _TYPES[name], version=call.version))
    except PatchError as error:
        raise CommandError(f"error: {error}") from None


def _read(text: str) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        raise CommandError("error: Invalid JSON Patch") from None
