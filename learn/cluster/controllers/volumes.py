"""Binds claims to volumes, and makes volumes where a StorageClass can (pkg/controller/volume/persistentvolume)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from learn.cluster.controllers.base import Controller, KeysOf, own_key, split_key
from learn.cluster.objects import (
    Obj,
    Ref,
    annotations_of,
    is_deleting,
    object_reference,
    ref_of,
    with_metadata,
)
from learn.cluster.scheduling.volumes import find_volume, satisfies
from learn.cluster.store import Notice

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
LOCAL_PROVISIONER = "rancher.io/local-path"
PROVISION_MS = 1_000


class VolumeController(Controller):
    """Keys are `namespace/name` of claims, or `/name` of volumes."""

    name = "persistentvolume-binder"
    timers = ("provision",)

    def watches(self) -> Mapping[str, KeysOf]:
        return {"PersistentVolumeClaim": own_key, "PersistentVolume": self._of_volume, "Pod": self._of_pod}

    def _of_volume(self, notice: Notice) -> Iterable[str]:
        pending = [
            f"{c['metadata']['namespace']}/{c['metadata']['name']}"
            for c in self.store.objects("PersistentVolumeClaim")
            if not c["spec"].get("volumeName")
        ]
        return [f"/{notice.ref.name}", *pending]

    def _of_pod(self, notice: Notice) -> Iterable[str]:
        """WaitForFirstConsumer: a Pod that uses the claim sets the binding going."""
        if notice.old is not None and notice.new is not None:
            return ()
        return [f"{notice.ref.namespace}/{name}" for name in _claims(notice.obj)]

    def reconcile(self, key: str) -> None:
        namespace, name = split_key(key)
        if not namespace:
            self._settle_volume(name)
            return
        claim = self.store.find("PersistentVolumeClaim", namespace, name)
        if claim is None or is_deleting(claim):
            return
        if claim["spec"].get("volumeName"):
            self._confirm(claim)
            return
        claim = self._with_class(claim)
        volume = find_volume(claim, self.store)
        if volume is not None and (volume["spec"].get("claimRef") or not self._waits_for_consumer(claim)):
            self._bind(claim, volume)
        else:
            self._ask_for_volume(claim)

    def _with_class(self, claim: Obj) -> Obj:
        """A claim without a class gets the default one (DefaultStorageClass)."""
        if claim["spec"].get("storageClassName") is not None:
            return claim
        classes = self.store.objects("StorageClass")
        name = next(
            (c["metadata"]["name"] for c in classes if annotations_of(c).get(DEFAULT_CLASS) == "true"), None
        )
        if name is None:
            return claim
        return self.api.modify(
            ref_of(claim), lambda c: {**c, "spec": {**c["spec"], "storageClassName": name}}
        )

    def _ask_for_volume(self, claim: Obj) -> None:
        wanted = claim["spec"].get("storageClassName") or ""
        found = self.store.find("StorageClass", "", wanted)
        if found is None and wanted:
            text = f'storageclass.storage.k8s.io "{wanted}" not found'
            self._tell(claim, "Warning", "ProvisioningFailed", text)
            return
        if self._waits_for_consumer(claim) and SELECTED_NODE not in annotations_of(claim):
            text = "waiting for first consumer to be created before binding"
            self._tell(claim, "Normal", "WaitForFirstConsumer", text)
            return
        if found is None or found.get("provisioner") == NO_PROVISIONER:
            text = "no persistent volumes available for this claim and no storage class is set"
            self._tell(claim, "Normal", "FailedBinding", text)
            return
        if claim["metadata"]["uid"] not in self.state:
            self.state[claim["metadata"]["uid"]] = True
            text = f"Waiting for a volume to be created either by the external provisioner '{found['provisioner']}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
            self._tell(claim, "Normal", "ExternalProvisioning", text)
            meta = claim["metadata"]
            self.after(PROVISION_MS, "provision", meta["namespace"], meta["name"])

    def _waits_for_consumer(self, claim: Obj) -> bool:
        """WaitForFirstConsumer: the scheduler chooses the node, and with it the volume."""
        found = self.store.find("StorageClass", "", claim["spec"].get("storageClassName") or "")
        return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"

    def provision(self, namespace: str, name: str) -> None:
        """The provisioner has made a volume for a claim."""
        claim = self.store.find("PersistentVolumeClaim", namespace, name)
        if claim is None or claim["spec"].get("volumeName") or is_deleting(claim):
            return
        self.state.pop(claim["metadata"]["uid"], None)
        found = self.store.find("StorageClass", "", claim["spec"].get("storageClassName") or "")
        if found is None:
            return
        spec = claim["spec"]
        volume_name = f"pvc-{claim['metadata']['uid']}"
        volume: Obj = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": volume_name, "annotations": {PROVISIONED_BY: found["provisioner"]}, "finalizers": ["kubernetes.io/pv-protection"]},
            "spec": {
                "accessModes": list(spec.get("accessModes") or ["ReadWriteOnce"]),
                "capacity": {"storage": ((spec.get("resources") or {}).get("requests") or {}).get("storage", "1Gi")},
                "claimRef": object_reference(claim),
                "persistentVolumeReclaimPolicy": found.get("reclaimPolicy") or "Delete",
                "storageClassName": found["metadata"]["name"],
                "volumeMode": spec.get("volumeMode") or "Filesystem",
                "hostPath": {"path": f"/opt/local-path-provisioner/{volume_name}_{namespace}_{name}", "type": "DirectoryOrCreate"},
            },
        }  # fmt: skip
        node = annotations_of(claim).get(SELECTED_NODE)
        if node and found["provisioner"] == LOCAL_PROVISIONER:
            term = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
            terms = [{"matchExpressions": [term]}]
            volume["spec"]["nodeAffinity"] = {"required": {"nodeSelectorTerms": terms}}
        self._tell(claim, "Normal", "ProvisioningSucceeded", f"Successfully provisioned volume {volume_name}")
        self._bind(claim, self.api.create(volume, trusted=True))

    def _bind(self, claim: Obj, volume: Obj) -> None:
        reference = object_reference(claim)
        bound = self.api.modify(ref_of(volume), lambda v: {**v, "spec": {**v["spec"], "claimRef": reference}})
        self.api.update_status(ref_of(bound), {"phase": "Bound"})
        name = volume["metadata"]["name"]

        def named(obj: Obj) -> Obj:
            marks = {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}
            marked = with_metadata(obj, annotations={**annotations_of(obj), **marks})
            return {**marked, "spec": {**obj["spec"], "volumeName": name}}

        self._confirm(self.api.modify(ref_of(claim), named))

    def _confirm(self, claim: Obj) -> None:
        """The claim's status follows its volume."""
        volume = self.store.find("PersistentVolume", "", claim["spec"]["volumeName"])
        if volume is None:
            self.api.update_status(ref_of(claim), {"phase": "Lost"})
            return
        if not volume["spec"].get("claimRef"):
            if not satisfies(volume, claim):
                return
            reference = object_reference(claim)
            self.api.modify(ref_of(volume), lambda v: {**v, "spec": {**v["spec"], "claimRef": reference}})
            self.api.update_status(ref_of(volume), {"phase": "Bound"})
        spec = volume["spec"]
        status = {
            "phase": "Bound",
            "accessModes": spec.get("accessModes") or [],
            "capacity": spec.get("capacity") or {},
        }
        self.api.update_status(ref_of(claim), status)

    def _settle_volume(self, name: str) -> None:
        """A volume whose claim is gone is deleted, or kept as Released; one without a claim is Available."""
        volume = self.store.find("PersistentVolume", "", name)
        if volume is None or is_deleting(volume):
            return
        reference = volume["spec"].get("claimRef")
        if not reference:
            self.api.update_status(ref_of(volume), {"phase": "Available"})
            return
        claim = self.store.find(
            "PersistentVolumeClaim", reference.get("namespace", ""), reference.get("name", "")
        )
        if claim is not None and claim["metadata"]["uid"] == reference.get("uid", claim["metadata"]["uid"]):
            return
        if volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete" and reference.get("uid"):
            self.api.modify(
                ref_of(volume),
                lambda v: with_metadata(v, finalizers=None) if "finalizers" in v["metadata"] else v,
            )
            self.api.delete(Ref("PersistentVolume", "", name), field="spec.persistentVolumeReclaimPolicy")
        elif reference.get("uid"):
            self.api.update_status(ref_of(volume), {"phase": "Released"})

    def _tell(self, claim: Obj, type_: str, reason: str, message: str) -> None:
        self.events.record(claim, type_, reason, message, source="persistentvolume-controller")


class ClaimProtection(Controller):
    """A claim in use stays until no Pod uses it; when it is gone its volume is looked at (pvc-protection)."""

    name = "pvc-protection"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"PersistentVolumeClaim": self._of_claim, "Pod": self._of_pod}

    def _of_claim(self, notice: Notice) -> Iterable[str]:
        return (f"{notice.ref.namespace}/{notice.ref.name}",)

    def _of_pod(self, notice: Notice) -> Iterable[str]:
        if notice.new is not None:
            return ()
        return [f"{notice.ref.namespace}/{name}" for name in _claims(notice.obj)]

    def reconcile(self, key: str) -> None:
        namespace, name = split_key(key)
        claim = self.store.find("PersistentVolumeClaim", namespace, name)
        if claim is None:
            for volume in self.store.objects("PersistentVolume"):
                reference = volume["spec"].get("claimRef") or {}
                if (reference.get("namespace"), reference.get("name")) == (namespace, name):
                    self.cluster.parts["persistentvolume-binder"].enqueue(f"/{volume['metadata']['name']}")
            return
        finalizers = claim["metadata"].get("finalizers") or []
        protected = "kubernetes.io/pvc-protection" in finalizers
        if not is_deleting(claim):
            if not protected:
                self.api.modify(
                    ref_of(claim),
                    lambda c: with_metadata(c, finalizers=[*finalizers, "kubernetes.io/pvc-protection"]),
                )
            return
        in_use = any(name in _claims(pod) for pod in self.store.objects("Pod", namespace))
        if protected and not in_use:
            left = [f for f in finalizers if f != "kubernetes.io/pvc-protection"]
            self.api.modify(ref_of(claim), lambda c: with_metadata(c, finalizers=left))


def _claims(pod: Obj) -> list[str]:
    return [
        volume["persistentVolumeClaim"].get("claimName", "")
        for volume in pod["spec"].get("volumes") or ()
        if volume.get("persistentVolumeClaim")
    ]
