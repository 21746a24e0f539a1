"""Holds new objects to the quotas of their namespace and counts what is used.

Upstream: plugin/pkg/admission/resourcequota (apiserver's admission/plugin/resourcequota), pkg/controller/resourcequota.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from learn.cluster.api.access import map_at
from learn.cluster.api.quantity import ZERO
from learn.cluster.api.quotas import in_scope, quota_refusal, usage, used
from learn.cluster.api.requests import Resources, resource_list
from learn.cluster.controllers.base import Controller, KeysOf, key_of, split_key
from learn.cluster.errors import forbidden
from learn.cluster.objects import Obj, ref_of
from learn.cluster.pods import is_terminal
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster


class ResourceQuotaController(Controller):
    name = "resourcequota"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.api.validating.append(self._admit)

    def watches(self) -> Mapping[str, KeysOf]:
        return {"*": self._changed}

    def _changed(self, notice: Notice) -> Iterable[str]:
        """The quotas of a namespace when something in it came, went, or counts differently."""
        old, new = notice.old, notice.new
        if not notice.ref.namespace or notice.ref.kind == "Event":
            return ()
        quotas = self.store.objects("ResourceQuota", notice.ref.namespace)
        if quotas and old is not None and new is not None and old.get("spec") == new.get("spec"):
            ended = notice.ref.kind == "Pod" and is_terminal(old) != is_terminal(new)
            return map(key_of, quotas) if ended else ()
        return map(key_of, quotas)

    def reconcile(self, key: str) -> None:
        quota = self.store.find("ResourceQuota", *split_key(key))
        if quota is not None:
            self._write(quota, used(quota, self._objects(quota)))

    def _objects(self, quota: Obj) -> Iterable[Obj]:
        namespace = quota["metadata"]["namespace"]
        for kind in self.store.kinds():
            yield from self.store.objects(kind, namespace)

    def _write(self, quota: Obj, amounts: Resources) -> None:
        hard = map_at(quota["spec"], "hard")
        shown = {name: str(amounts.get(name, ZERO)) for name in hard}
        self.api.update_status(ref_of(quota), {"hard": dict(hard), "used": shown})

    def _admit(self, verb: str, obj: Obj, old: Obj | None) -> Obj:
        """Refuse what would exceed a quota, and count what does not.  Raises ApiError (Forbidden)."""
        namespace = obj["metadata"].get("namespace", "")
        if verb == "delete" or not namespace or obj["kind"] == "Event":
            return obj
        if old is not None and obj.get("spec") == old.get("spec"):
            return obj
        for quota in self.store.objects("ResourceQuota", namespace):
            self._charge(quota, obj, old)
        return obj

    def _charge(self, quota: Obj, obj: Obj, old: Obj | None) -> None:
        known = map_at(quota, "status").get("used")
        already = resource_list(known) if known is not None else used(quota, self._objects(quota))
        why = quota_refusal(quota, obj, old, already=already)
        if why:
            data = {"rule": "quota", "quota": quota["metadata"]["name"], "message": why}
            self.trace.record(ref_of(quota), "decision", field="spec.hard", data=data)
            raise forbidden(obj["kind"], obj["metadata"]["name"], why)
        if not in_scope(quota, obj):
            return
        before = usage(old) if old is not None and in_scope(quota, old) else {}
        asked = usage(obj)
        total = {
            name: amount + asked.get(name, ZERO) - before.get(name, ZERO) for name, amount in already.items()
        }
        self._write(quota, total)
