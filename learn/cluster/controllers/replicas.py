"""What every controller of Pods does: stamp them from a template, adopt and release them, count them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from learn.cluster.api.labels import Selector, from_label_selector
from learn.cluster.objects import (
    Obj,
    controller_of,
    is_deleting,
    labels_of,
    owner_reference,
    ref_of,
    with_metadata,
)
from learn.cluster.pods import condition, is_ready, is_terminal

if TYPE_CHECKING:
    from learn.cluster.clock import Clock
    from learn.cluster.controllers.base import Controller


def pod_from(template: Obj, owner: Obj, **metadata: Any) -> Obj:
    """A Pod as a controller makes it: the template's labels, annotations and spec, and an owner."""
    meta = template.get("metadata") or {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **{key: meta[key] for key in ("labels", "annotations", "finalizers") if meta.get(key)},
            "namespace": owner["metadata"]["namespace"],
            "ownerReferences": [owner_reference(owner)],
            **metadata,
        },
        "spec": template["spec"],
    }


def claim(controller: Controller, owner: Obj, kind: str) -> list[Obj]:
    """The objects of a kind that belong to `owner`: orphans that match are adopted, strays released.

    Upstream: pkg/controller/controller_ref_manager.go ClaimObject.
    """
    selector = from_label_selector(owner["spec"].get("selector"))
    store, api = controller.store, controller.api
    uid = owner["metadata"]["uid"]
    mine = []
    for obj in store.owned_by(uid, kind):
        reference = controller_of(obj)
        if reference is None or reference["uid"] != uid:
            continue
        if selector.matches(labels_of(obj)):
            mine.append(obj)
        elif not is_deleting(owner) and not is_deleting(obj):
            left = [o for o in obj["metadata"]["ownerReferences"] if o["uid"] != uid] or None
            api.modify(ref_of(obj), lambda o, left=left: with_metadata(o, ownerReferences=left))  # type: ignore[misc]  # a default binds the loop's value
    if is_deleting(owner):
        return mine
    for obj in _orphans(controller, owner, kind, selector):
        references = [*(obj["metadata"].get("ownerReferences") or ()), owner_reference(owner)]
        mine.append(
            api.modify(ref_of(obj), lambda o, refs=references: with_metadata(o, ownerReferences=refs))  # type: ignore[misc]  # as above
        )
    return mine


def _orphans(controller: Controller, owner: Obj, kind: str, selector: Selector) -> list[Obj]:
    namespace = owner["metadata"]["namespace"]
    labels = (owner["spec"].get("selector") or {}).get("matchLabels") or {}
    store = controller.store
    found = store.pods_matching(namespace, labels) if kind == "Pod" else store.objects(kind, namespace)
    return [
        obj
        for obj in found
        if controller_of(obj) is None
        and not is_deleting(obj)
        and not (kind == "Pod" and is_terminal(obj))
        and selector.matches(labels_of(obj))
    ]


def is_available(pod: Obj, min_ready_seconds: int, clock: Clock, now: int) -> bool:
    """Ready for at least minReadySeconds (podutil.IsPodAvailable)."""
    if not is_ready(pod):
        return False
    if not min_ready_seconds:
        return True
    return available_from(pod, min_ready_seconds, clock) <= now


def available_from(pod: Obj, min_ready_seconds: int, clock: Clock) -> int:
    """The instant from which a ready Pod counts as available."""
    ready = condition(pod, "Ready")
    assert ready is not None
    return clock.ms(ready["lastTransitionTime"]) + min_ready_seconds * 1000


def next_available(pods: Sequence[Obj], min_ready_seconds: int, clock: Clock, now: int) -> int | None:
    """When the next ready Pod becomes available; None if no one is about to."""
    if not min_ready_seconds:
        return None
    due = [available_from(pod, min_ready_seconds, clock) for pod in pods if is_ready(pod)]
    return min((each for each in due if each > now), default=None)


def without_zeros(status: Obj, *keep: str) -> Obj:
    """Counts of zero are left out of a status, as `omitempty` does."""
    return {key: value for key, value in status.items() if value or key in keep}


def set_condition(
    conditions: Sequence[Obj], new: Obj, stamp: str, *, has_update_time: bool = False
) -> list[Obj]:
    """Conditions with one of them set; its transition time moves only with its status."""
    before = next((c for c in conditions if c["type"] == new["type"]), None)
    same_status = before is not None and before["status"] == new["status"]
    if before is not None and same_status and before["reason"] == new["reason"] and not has_update_time:
        return list(conditions)
    times = {"lastTransitionTime": before["lastTransitionTime"] if before and same_status else stamp}
    if has_update_time:
        times["lastUpdateTime"] = stamp
    return [*(c for c in conditions if c["type"] != new["type"]), {**new, **times}]
