"""Empties a namespace that is being deleted, and gives every other one what it must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from learn.cluster.bootstrap import ROOT_CA, root_ca
from learn.cluster.controllers.base import Controller, KeysOf, split_key
from learn.cluster.objects import Obj, Ref, is_deleting, ref_of
from learn.cluster.store import Notice


class NamespaceController(Controller):
    """Upstream: pkg/controller/namespace/deletion; serviceaccounts_controller.go; rootcacertpublisher."""

    name = "namespace"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"*": self._touched}

    def _touched(self, notice: Notice) -> Iterable[str]:
        ref = notice.ref
        if ref.kind == "Namespace":
            return () if notice.new is None else (f"/{ref.name}",)
        if notice.new is None and ref.namespace:
            namespace = self.store.find("Namespace", "", ref.namespace)
            if ref.kind == "ServiceAccount" or (namespace is not None and is_deleting(namespace)):
                return (f"/{ref.namespace}",)
        return ()

    def reconcile(self, key: str) -> None:
        _, name = split_key(key)
        namespace = self.store.find("Namespace", "", name)
        if namespace is None:
            return
        if is_deleting(namespace):
            self._empty(namespace)
        else:
            self._furnish(name)

    def _furnish(self, name: str) -> None:
        if self.store.find("ServiceAccount", name, "default") is None:
            account = {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "default", "namespace": name},
            }
            self.api.create(account, trusted=True)
        if self.store.find("ConfigMap", name, ROOT_CA) is None:
            self.api.create(root_ca(name), trusted=True)

    def _empty(self, namespace: Obj) -> None:
        """Delete what is in it; what still has finalizers or runs keeps it in being."""
        name = namespace["metadata"]["name"]
        left = [obj for kind in self.store.kinds() for obj in self.store.objects(kind, name)]
        left = [obj for obj in left if obj["metadata"].get("namespace") == name]
        for obj in left:
            ref = ref_of(obj)
            if not is_deleting(obj) and self.store.get(ref) is not None:
                self.api.delete(ref, field="metadata.namespace")
        if any(
            obj["metadata"].get("namespace") == name
            for kind in self.store.kinds()
            for obj in self.store.objects(kind, name)
        ):
            return
        self.api.finish_namespace(name)
        if self.store.get(Ref("Namespace", "", name)) is not None:
            self.api.finish_namespace(name)
