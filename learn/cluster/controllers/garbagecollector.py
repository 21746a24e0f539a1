"""Deletes what its owners have left behind (pkg/controller/garbagecollector)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.objects import Obj, Ref, is_deleting, is_namespaced, ref_of, with_metadata
from learn.cluster.store import Notice

_OWN_FINALIZERS = frozenset({"foregroundDeletion", "orphan"})


def remaining_owners(references: Iterable[Obj], gone_uid: str) -> list[Obj]:
    return [owner for owner in references if owner["uid"] != gone_uid]


class GarbageCollector(Controller):
    """Keys are uids: of owners that are gone, or that wait for their dependents (a finalizer)."""

    name = "garbage-collector"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"*": self._affected}

    def _affected(self, notice: Notice) -> Iterable[str]:
        meta = notice.obj["metadata"]
        owners = meta.get("ownerReferences")
        found = []
        if notice.new is None:
            if self.store.has_dependents(meta["uid"]):
                found.append(f"{meta['uid']}//gone")
            found += self._waiting_owners(owners or (), notice.ref)
        elif "deletionTimestamp" in meta:
            if not _OWN_FINALIZERS.isdisjoint(meta.get("finalizers") or ()):
                found.append(self._key(notice.ref))
        elif notice.old is None and owners:
            found += [f"{owner['uid']}//gone" for owner in owners if not self._exists(owner, notice.ref)]
        return found

    def _waiting_owners(self, owners: Iterable[Obj], dependent: Ref) -> Iterable[str]:
        """Owners that are deleted in the foreground and wait for this dependent."""
        for reference in owners:
            namespace = dependent.namespace if is_namespaced(reference["kind"]) else ""
            ref = Ref(reference["kind"], namespace, reference["name"])
            owner = self.store.get(ref)
            if owner is not None and is_deleting(owner):
                yield self._key(ref)

    def _key(self, ref: Ref) -> str:
        return f"{ref.kind}//{ref.namespace}//{ref.name}"

    def _exists(self, owner: Obj, dependent: Ref) -> bool:
        namespace = dependent.namespace if is_namespaced(owner["kind"]) else ""
        found = self.store.find(owner["kind"], namespace, owner["name"])
        return found is not None and found["metadata"]["uid"] == owner["uid"]

    def reconcile(self, key: str) -> None:
        parts = key.split("//")
        if len(parts) == 2:
            self._collect(parts[0])
            return
        owner = self.store.get(Ref(*parts))
        if owner is None or not is_deleting(owner):
            return
        finalizers = owner["metadata"].get("finalizers") or []
        if "orphan" in finalizers:
            self._orphan(owner["metadata"]["uid"])
            self._drop_finalizer(owner, "orphan")
        elif "foregroundDeletion" in finalizers:
            self._delete_dependents_first(owner)

    def _collect(self, uid: str) -> None:
        """Dependents lose the owner that is gone; those left without any are deleted in the background."""
        for dependent in self.store.owned_by(uid):
            ref = ref_of(dependent)
            left = [
                owner
                for owner in remaining_owners(dependent["metadata"]["ownerReferences"], uid)
                if self._exists(owner, ref)
            ]
            if left:
                self._set_owners(ref, left)
            elif not is_deleting(dependent):
                self.api.delete(ref, field="metadata.ownerReferences")

    def _orphan(self, uid: str) -> None:
        for dependent in self.store.owned_by(uid):
            self._set_owners(
                ref_of(dependent), remaining_owners(dependent["metadata"]["ownerReferences"], uid)
            )

    def _set_owners(self, ref: Ref, owners: list[Obj]) -> None:
        self.api.modify(ref, lambda obj: with_metadata(obj, ownerReferences=owners or None))

    def _delete_dependents_first(self, owner: Obj) -> None:
        uid = owner["metadata"]["uid"]
        for dependent in self.store.owned_by(uid):
            if not is_deleting(dependent):
                self.api.delete(ref_of(dependent), propagation="Foreground")
        references = (o for d in self.store.owned_by(uid) for o in d["metadata"]["ownerReferences"])
        if not any(o["uid"] == uid and o.get("blockOwnerDeletion") for o in references):
            self._drop_finalizer(owner, "foregroundDeletion")

    def _drop_finalizer(self, owner: Obj, finalizer: str) -> None:
        def dropped(obj: Obj) -> Obj:
            left = [f for f in obj["metadata"].get("finalizers") or () if f != finalizer]
            return with_metadata(obj, finalizers=left)

        if self.store.get(ref_of(owner)) is not None:
            self.api.modify(ref_of(owner), dropped)
