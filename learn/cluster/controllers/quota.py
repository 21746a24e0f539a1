"""Keeps the status of ResourceQuotas (pkg/controller/resourcequota)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from learn.cluster.api.quotas import used
from learn.cluster.controllers.base import Controller, KeysOf, split_key
from learn.cluster.objects import ref_of
from learn.cluster.store import Notice


class QuotaController(Controller):
    name = "resourcequota"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"*": self._quotas_of}

    def _quotas_of(self, notice: Notice) -> Iterable[str]:
        """Quotas of a namespace in which something came, went, or (a Pod) ended."""
        ref = notice.ref
        if not ref.namespace or ref.kind == "Event":
            return ()
        if ref.kind == "ResourceQuota":
            return (f"{ref.namespace}/{ref.name}",)
        changed = (
            notice.old is None
            or notice.new is None
            or ref.kind in ("Pod", "Service", "PersistentVolumeClaim")
        )
        if not changed:
            return ()
        quotas = self.store.objects("ResourceQuota", ref.namespace)
        return [f"{ref.namespace}/{quota['metadata']['name']}" for quota in quotas]

    def reconcile(self, key: str) -> None:
        quota = self.store.find("ResourceQuota", *split_key(key))
        if quota is None:
            return
        hard = (quota.get("spec") or {}).get("hard") or {}
        counted = used(quota, self.cluster.admission.objects_in(quota["metadata"]["namespace"]))
        status = {"hard": hard, "used": {name: str(counted[name]) for name in sorted(counted)}}
        self.api.update_status(ref_of(quota), status)
