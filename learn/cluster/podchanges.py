"""What changes in a Pod while it runs: another image, the files of ConfigMaps and Secrets.

Upstream: pkg/kubelet/kuberuntime/kuberuntime_manager.go (containerChanged), pkg/kubelet/kubelet.go (syncFrequency).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from learn.cluster.environment import MountError, container_mounts, volumes_of
from learn.cluster.objects import Obj
from learn.cluster.pods import container_field, container_spec, grace_seconds
from learn.cluster.store import Notice

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record

SYNC_MS = 60_000
"""How often a kubelet looks at the files of mounted ConfigMaps and Secrets (syncFrequency)."""


class PodChanges:
    """Carries changes of a Pod's image and of its configuration into its running containers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine
        self.store = kubelet.store

    def follow(self, record: Record, pod: Obj) -> None:
        """Restart the running containers whose image is no longer that of the spec."""
        for name, container in record["containers"].items():
            if container["state"] != "running" or container["killing"] is not None:
                continue
            if container["image"] != container_spec(pod, name)["image"]:
                text = f"Container {name} definition changed, will be restarted"
                container["replace"] = True
                self.kubelet.containers.kill(
                    record, pod, name, message=text, grace_ms=grace_seconds(pod) * 1000,
                    causes=self.kubelet.trace.because, field=container_field(pod, name, "image"),
                )  # fmt: skip

    # -- files of ConfigMaps and Secrets ---------------------------------------------------------

    def configuration_changed(self, notice: Notice) -> Iterable[str]:
        """A ConfigMap or Secret has changed: Pods that mount it see it at their kubelet's next look."""
        if notice.old is None or notice.new is None:
            return ()
        for record in self.kubelet.records():
            pod = self.kubelet.pod(record)
            if record["ns"] != notice.ref.namespace or pod is None or not record["mounted"]:
                continue
            if notice.ref.name in _mounted_names(pod, notice.ref.kind):
                passed = (self.engine.now - record["admitted"]) // SYNC_MS
                due = record["admitted"] + (passed + 1) * SYNC_MS
                self.kubelet.after(due - self.engine.now, "refresh", record["uid"])
        return ()

    def refresh(self, uid: str) -> None:
        """Write the files of ConfigMaps and Secrets anew; a subPath mount keeps what it had."""
        record = self.kubelet.record(uid)
        pod = self.kubelet.pod(record) if record else None
        if record is None or pod is None or self.kubelet.is_frozen(record["node"]):
            return
        try:
            volumes = volumes_of(self.store, pod)
        except MountError:
            return
        for name, container in record["containers"].items():
            if container["state"] != "running":
                continue
            spec = container_spec(pod, name)
            whole = [mount for mount in spec.get("volumeMounts") or () if not mount.get("subPath")]
            kept = [mount for mount in spec.get("volumeMounts") or () if mount.get("subPath")]
            fresh, _ = container_mounts({**spec, "volumeMounts": whole}, volumes)
            fixed, _ = container_mounts({**spec, "volumeMounts": kept}, volumes)
            process = container["process"]
            process["mounts"] = {**fresh, **{path: process["mounts"].get(path, "") for path in fixed}}
            self.kubelet.prober.poke(record, pod, name)
        self.kubelet.cluster.traffic.changed()


def _mounted_names(pod: Obj, kind: str) -> set[str]:
    """Names of the ConfigMaps or Secrets that a Pod's volumes hold."""
    found = set()
    for volume in pod["spec"].get("volumes") or ():
        sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        for source in sources:
            if kind == "ConfigMap" and "configMap" in source:
                found.add((source["configMap"] or {}).get("name", ""))
            if kind == "Secret" and "secret" in source:
                secret = source["secret"] or {}
                found.add(secret.get("secretName") or secret.get("name", ""))
    return found
