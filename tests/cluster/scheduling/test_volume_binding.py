"""WaitForFirstConsumer in a whole cluster: the scheduler's volume binder and the volume controller together."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.objects import Ref

Obj = dict[str, Any]


def claim(storage_class: str, name: str = "data") -> Obj:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": "1Gi"}},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def pod(name: str, claim_name: str = "data", **spec: Any) -> Obj:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim_name}}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"name": "app", "image": "example.com/web:1.0"}], "volumes": volumes, **spec}}  # fmt: skip


def local_volume(node: str) -> Obj:
    terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]
    return {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"pv-{node}"},
        "spec": {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "local",
                 "local": {"path": "/mnt/disk"}, "nodeAffinity": {"required": {"nodeSelectorTerms": terms}}},
    }  # fmt: skip


LOCAL = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local"},
         "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "WaitForFirstConsumer"}  # fmt: skip


def node_of(cluster: Cluster, name: str) -> str:
    return str(cluster.get("Pod", name)["spec"].get("nodeName", ""))


def test_a_local_volume_draws_its_pod() -> None:
    cluster = Cluster()
    for obj in (LOCAL, local_volume("node-2"), claim("local")):
        cluster.create(obj)
    cluster.run_for(5_000)
    assert cluster.get("PersistentVolumeClaim", "data")["status"]["phase"] == "Pending"
    cluster.create(pod("web"))
    cluster.run_for(10_000)
    assert node_of(cluster, "web") == "node-2"
    assert cluster.get("PersistentVolumeClaim", "data")["spec"]["volumeName"] == "pv-node-2"
    assert cluster.get("Pod", "web")["status"]["phase"] == "Running"


def test_a_volume_is_made_where_the_pod_goes_and_keeps_it_there() -> None:
    cluster = Cluster()
    cluster.create(claim("standard"))
    cluster.create(pod("web", nodeSelector={"kubernetes.io/hostname": "node-3"}))
    cluster.run_for(10_000)
    assert node_of(cluster, "web") == "node-3"
    made = cluster.get("PersistentVolumeClaim", "data")["spec"]["volumeName"]
    assert cluster.get("PersistentVolume", made)["status"]["phase"] == "Bound"
    cluster.delete("Pod", "web")
    cluster.run_for(60_000)
    cluster.create(pod("again"))
    cluster.run_for(5_000)
    assert node_of(cluster, "again") == "node-3"


@pytest.mark.parametrize("after_ms", [0, 500])
def test_a_snapshot_while_a_volume_is_awaited(after_ms: int) -> None:
    cluster = Cluster()
    cluster.create(claim("standard"))
    cluster.create(pod("web"))
    cluster.run_for(after_ms)
    other = Cluster.restore(cluster.snapshot())
    for each in (cluster, other):
        each.run_for(20_000)
    assert node_of(cluster, "web") != ""
    assert other.objects("Pod") == cluster.objects("Pod")


def test_a_pod_waits_for_its_claim_to_exist() -> None:
    cluster = Cluster()
    cluster.create(pod("web"))
    cluster.run_for(2_000)
    told = [
        e for e in cluster.trace.of(Ref("Pod", "default", "web"), "decision") if e.data["rule"] == "schedule"
    ]
    assert 'persistentvolumeclaim "data" not found' in told[0].data["message"]
    cluster.create(claim("standard"))
    cluster.run_for(20_000)
    assert cluster.get("Pod", "web")["status"]["phase"] == "Running"


def test_a_claim_that_goes_while_its_volume_is_made() -> None:
    cluster = Cluster()
    cluster.create(claim("standard"))
    cluster.create(pod("web"))
    cluster.run_for(100)
    gone = cluster.get("PersistentVolumeClaim", "data")
    cluster.update({**gone, "metadata": {**gone["metadata"], "finalizers": []}})
    cluster.store.remove(Ref("PersistentVolumeClaim", "default", "data"))
    cluster.run_for(20_000)
    assert node_of(cluster, "web") == ""
    cluster.create(claim("standard"))
    cluster.run_for(20_000)
    assert cluster.get("Pod", "web")["status"]["phase"] == "Running"
