"""Defaults of volumes, claims and storage classes."""

from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import round_resources, set_text, sub
from learn.cluster.api.defaults.pods import default_claim_spec, default_volume
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]


def default_persistent_volume(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    set_text(sub(obj, "status"), "phase", "Pending")
    set_text(spec, "persistentVolumeReclaimPolicy", "Retain")
    set_text(spec, "volumeMode", "Filesystem")
    round_resources(spec, "capacity")
    if "hostPath" in spec:
        default_volume(spec)


def default_persistent_volume_claim(obj: Object, rules: Behaviour) -> None:
    default_claim_spec(sub(obj, "spec"))
    set_text(sub(obj, "status"), "phase", "Pending")


def default_storage_class(obj: Object, rules: Behaviour) -> None:
    set_text(obj, "reclaimPolicy", "Delete")
    set_text(obj, "volumeBindingMode", "Immediate")


def default_csi_driver(obj: Object, rules: Behaviour) -> None:
    spec = sub(obj, "spec")
    spec.setdefault("attachRequired", True)
    set_text(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType")
    spec.setdefault("podInfoOnMount", False)
    spec.setdefault("requiresRepublish", False)
    spec.setdefault("storageCapacity", False)
    spec.setdefault("seLinuxMount", False)
    spec.setdefault("volumeLifecycleModes", ["Persistent"])
