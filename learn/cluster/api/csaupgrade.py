"""From client-side to server-side apply: what an earlier `kubectl apply` leaves behind.

Source: apimachinery util/managedfields/internal/{lastappliedmanager,lastappliedupdater,skipnonapplied}.go,
client-go util/csaupgrade/upgrade.go.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from learn.cluster.api.access import copy_json, map_at
from learn.cluster.api.apply import LAST_APPLIED, is_applied, last_applied, last_applied_text
from learn.cluster.api.fieldsets import FieldPath, FieldSet, fields_of
from learn.cluster.api.ownership import (
    ApplyConflict,
    Manager,
    managers_of,
    server_side_apply,
    track_update,
    value_at,
    with_managers,
)
from learn.cluster.api.schema import schema_of
from learn.cluster.api.strategic import Object
from learn.cluster.api.versions import NEWEST

KUBECTL = "kubectl"
BEFORE_FIRST_APPLY = "before-first-apply"
ANNOTATION: FieldPath = (("f", "metadata"), ("f", "annotations"), ("f", LAST_APPLIED))


def apply_owned(
    live: Mapping[str, Any] | None,
    config: Mapping[str, Any],
    manager: str,
    *,
    force: bool,
    time: str,
    version: str = NEWEST,
) -> Object:
    """Server-side apply as the API server does it, with regard to an object's past.

    An object without owners belongs to `before-first-apply`.  kubectl may change what its client-side apply
    wrote and nobody has touched since, and keeps the annotation up to date.  Raises ApplyConflict.
    """
    owned = live
    if live is not None and not managers_of(live):
        owned = track_update(None, live, BEFORE_FIRST_APPLY, time=time, version=version)
    try:
        merged = server_side_apply(owned, config, manager, force=force, time=time, version=version)
    except ApplyConflict as found:
        if manager != KUBECTL or owned is None:
            raise
        own = last_applied_fields(owned, version=version)
        left = [conflict for conflict in found.conflicts if conflict.path not in own]
        if left:
            raise ApplyConflict(left) from None
        merged = server_side_apply(owned, config, manager, force=True, time=time, version=version)
    if manager == KUBECTL and live is not None and is_applied(live):
        return _with_annotation(merged, last_applied_text(config))
    return merged


def last_applied_fields(live: Mapping[str, Any], *, version: str = NEWEST) -> FieldSet:
    """Fields of the last client-side apply that still have the value that it gave them, and its annotation."""
    applied = last_applied(live)
    if not applied:
        return frozenset()
    fields = fields_of(applied, schema_of(live.get("apiVersion"), live.get("kind"), version))
    same = (path for path in fields if value_at(applied, path) == value_at(live, path))
    return frozenset({*same, ANNOTATION})


def upgraded(live: Mapping[str, Any], manager: str) -> Object:
    """The object with the fields of client-side appliers handed over to the applier `manager`.

    A client-side applier is one whose updates own the last-applied annotation.
    """
    managers = managers_of(live)
    names = {m.name for m in managers if m.operation == "Update" and ANNOTATION in m.fields}
    old = [m for m in managers if m.name in names and m.operation == "Update" and not m.subresource]
    if not old:
        return dict(live)
    handed: FieldSet = frozenset().union(*(m.fields for m in old))
    kept = [m for m in managers if m not in old]
    return with_managers(live, [_joined(each, handed, manager) for each in kept])


def _joined(each: Manager, handed: FieldSet, manager: str) -> Manager:
    is_applier = each.name == manager and each.operation == "Apply" and not each.subresource
    return replace(each, fields=each.fields | handed) if is_applier else each


def _with_annotation(obj: Object, text: str) -> Object:
    metadata = copy_json(dict(map_at(obj, "metadata")))
    metadata["annotations"] = {**map_at(metadata, "annotations"), LAST_APPLIED: text}
    return {**obj, "metadata": metadata}
