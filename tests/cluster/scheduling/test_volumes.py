"""plugins/volumebinding (binder.go), component-helpers storage/volume/pv_helpers.go, plugins/volumezone, volumerestrictions."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.nodeinfo import NodeInfo, Objects, Snapshot
from learn.cluster.scheduling.volumes import find_volume, satisfies
from tests.cluster.scheduling.builders import ZONE, node, outcome, pod, refused

Obj = dict[str, Any]
BETA_ZONE = "failure-domain.beta.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"
NO_PV = "node(s) didn't find available persistent volumes to bind"
CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
NO_ZONE = "node(s) had no available volume zone"
EXCLUSIVE = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"


def claim(
    name: str = "data", *, volume: str = "", phase: str = "", meta: Obj | None = None, **spec: Any
) -> Obj:
    body = {"storageClassName": "late", "accessModes": ["ReadWriteOnce"], "volumeName": volume,
            "resources": {"requests": {"storage": "5Gi"}}, **spec}  # fmt: skip
    return {"kind": "PersistentVolumeClaim", "spec": body,
            "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}", **(meta or {})},
            "status": {"phase": phase or ("Bound" if volume else "Pending")}}  # fmt: skip


def volume(name: str, size: str = "5Gi", *, on: str = "", labels: Obj | None = None, phase: str = "Available",
           **spec: Any) -> Obj:  # fmt: skip
    body = {
        "storageClassName": "late",
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": size},
        **spec,
    }
    if on:
        terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [on]}]}]
        body["nodeAffinity"] = {"required": {"nodeSelectorTerms": terms}}
    return {"kind": "PersistentVolume", "metadata": {"name": name, "labels": labels or {}}, "spec": body,
            "status": {"phase": phase}}  # fmt: skip


def storage_class(
    mode: str = "WaitForFirstConsumer", provisioner: str = "kubernetes.io/no-provisioner"
) -> Obj:
    return {"kind": "StorageClass", "metadata": {"name": "late"}, "provisioner": provisioner,
            "volumeBindingMode": mode}  # fmt: skip


def claims(*names: str) -> list[Obj]:
    return [{"name": f"v-{name}", "persistentVolumeClaim": {"claimName": name}} for name in names]


def on_two_nodes(names: tuple[str, ...], others: list[Obj]) -> dict[str, str]:
    return outcome(pod(volumes=claims(*names)), Snapshot.of([node("a"), node("b")], others=others))


FOR_DATA = {"claimRef": {"namespace": "default", "name": "data"}}
SELECTED_B = {"annotations": {"volume.kubernetes.io/selected-node": "b"}}
DYNAMIC = storage_class(provisioner="example.com/disk")


@pytest.mark.parametrize(
    ("names", "others", "expected"),
    [
        # FindPodVolumes tells both when a bound volume is elsewhere and a waiting claim finds none.
        (("old", "data"), [claim("old", volume="pv"), volume("pv", on="b", phase="Bound"), claim(), storage_class()],
         {"a": f"{CONFLICT}, {NO_PV}", "b": NO_PV}),
        # checkBoundClaims stops at the first claim that does not fit.
        (("old", "lost"), [claim("old", volume="pv"), claim("lost", volume="gone"), volume("pv", on="b", phase="Bound")],
         {"a": CONFLICT, "b": MISSING}),
        (("lost", "old"), [claim("old", volume="pv"), claim("lost", volume="gone"), volume("pv", on="b", phase="Bound")],
         {"a": MISSING, "b": MISSING}),
        # A claim for which a node was selected is provisioned there, whatever volumes lie around.
        (("data",), [claim(meta=SELECTED_B), DYNAMIC, volume("pv", on="a")], {"a": NO_PV, "b": ""}),
        (("data",), [claim(meta=SELECTED_B), storage_class(), volume("pv", on="b")], {"a": NO_PV, "b": NO_PV}),
        # Two claims do not share a volume; the smaller claim takes the smaller one.
        (("data", "more"), [claim(), claim("more"), storage_class(), volume("pv", on="a")], {"a": NO_PV, "b": NO_PV}),
        (("big", "data"), [claim("big", resources={"requests": {"storage": "8Gi"}}), claim(), storage_class(),
                           volume("pv-8", "8Gi", on="a"), volume("pv-5", "5Gi", on="a")], {"a": "", "b": NO_PV}),
        # A volume that names the claim decides, even from another node.
        (("data",), [claim(), storage_class(), volume("pv", on="b", **FOR_DATA)], {"a": NO_PV, "b": ""}),
        # Only an available volume is taken.
        (("data",), [claim(), storage_class(), volume("pv", phase="Pending")], {"a": NO_PV, "b": NO_PV}),
    ],
)  # fmt: skip
def test_the_volumes_that_a_node_offers(names: tuple[str, ...], others: list[Obj], expected: Obj) -> None:
    assert on_two_nodes(names, others) == expected


EPHEMERAL = [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": {}}}]


@pytest.mark.parametrize(
    ("volumes", "others", "message"),
    [
        # PreFilter looks whether every claim is usable before it asks which are bound.
        (claims("data", "gone"), [claim(), storage_class("Immediate")], 'persistentvolumeclaim "gone" not found'),
        (claims("data", "lost"), [claim(), storage_class("Immediate"), claim("lost", volume="pv", phase="Lost")],
         'persistentvolumeclaim "lost" bound to non-existent persistentvolume "pv"'),
        # A claim that asks for a volume by name is not the scheduler's to bind, whatever its class says.
        (claims("data"), [claim(volume="pv", phase="Pending"), storage_class(), volume("pv")],
         "pod has unbound immediate PersistentVolumeClaims"),
        (EPHEMERAL, [], 'waiting for ephemeral volume controller to create the persistentvolumeclaim "new-scratch"'),
    ],
)  # fmt: skip
def test_claims_that_rule_out_every_node(volumes: list[Obj], others: list[Obj], message: str) -> None:
    snapshot = Snapshot.of([node("a")], others=others)
    found = refused(pod(volumes=volumes), snapshot)
    assert found.prefilter is not None
    assert found.prefilter.message == message


@pytest.mark.parametrize(
    ("volumes", "name"),
    [
        # FindMatchingVolume: the smallest that is large enough, the first of equals.
        ([volume("pv-9", "9Gi"), volume("pv-5", "5Gi"), volume("pv-4", "4Gi")], "pv-5"),
        ([volume("pv-1"), volume("pv-2")], "pv-1"),
        # One that names the claim goes before, though its class and labels fit nothing.
        ([volume("pv-5"), volume("pv-9", "9Gi", storageClassName="other", **FOR_DATA)], "pv-9"),
        ([volume("pv-4", "4Gi", **FOR_DATA)], None),
        ([volume("pv", claimRef={"namespace": "default", "name": "data", "uid": "another"})], None),
        ([volume("pv", claimRef={"namespace": "default", "name": "other"})], None),
        ([volume("pv", storageClassName="other")], None),
        ([volume("pv", volumeMode="Block")], None),
        ([volume("pv", accessModes=["ReadWriteMany"])], None),
        ([volume("pv", accessModes=["ReadWriteMany", "ReadWriteOnce"])], "pv"),
        ([volume("pv", phase="Released")], None),
    ],
)
def test_the_volume_for_a_claim(volumes: list[Obj], name: str | None) -> None:
    found = find_volume(claim(), Objects(volumes))
    assert (found and found["metadata"]["name"]) == name


@pytest.mark.parametrize(("value", "fits"), [("ssd", True), ("hdd", False)])
def test_a_claim_chooses_by_labels(value: str, fits: bool) -> None:
    wanted = claim(selector={"matchLabels": {"disk": "ssd"}})
    assert satisfies(volume("pv", labels={"disk": value}), wanted) is fits


@pytest.mark.parametrize(
    ("volume_labels", "node_labels", "fits"),
    [
        # A node without any zone label takes every volume (a cluster of one zone).
        ({ZONE: "z1"}, {}, True),
        ({ZONE: "z1"}, {ZONE: "z1"}, True),
        ({ZONE: "z1"}, {ZONE: "z2"}, False),
        ({ZONE: "z1__z2"}, {ZONE: "z2"}, True),
        ({ZONE: "z1", REGION: "r1"}, {ZONE: "z1"}, False),
        ({REGION: "r1"}, {ZONE: "z1"}, False),
        # The old label of a volume is met by the node's old or new one, the new one by the new one only.
        ({BETA_ZONE: "z1"}, {ZONE: "z1"}, True),
        ({BETA_ZONE: "z1"}, {BETA_ZONE: "z1", ZONE: "z2"}, True),
        ({ZONE: "z1"}, {BETA_ZONE: "z1"}, False),
        ({}, {ZONE: "z1"}, True),
        # A label that names no zone is passed over.
        ({ZONE: ""}, {ZONE: "z1"}, True),
    ],
)  # fmt: skip
def test_zones(volume_labels: Obj, node_labels: Obj, fits: bool) -> None:
    others = [claim(volume="pv"), volume("pv", labels=volume_labels, phase="Bound")]
    snapshot = Snapshot.of([node("a", labels=node_labels)], others=others)
    assert outcome(pod(volumes=claims("data")), snapshot) == {"a": "" if fits else NO_ZONE}


def test_a_claim_for_one_pod_is_held_wherever_its_user_is() -> None:
    """ReadWriteOncePod is asked of the whole cluster; the Pod's end, or its eviction, makes it free."""
    others = [claim(volume="pv", accessModes=["ReadWriteOncePod"]), volume("pv", phase="Bound")]
    user = pod("old", on="a", volumes=claims("data"))
    snapshot = Snapshot.of([node("a"), node("b")], [user], others)
    found = refused(pod(volumes=claims("data")), snapshot)
    assert {name: each.reasons for name, each in found.refusals.items()} == dict.fromkeys("ab", (EXCLUSIVE,))
    assert all(each.resolvable for each in found.refusals.values())
    freed = snapshot.replacing(NodeInfo(node("a")))
    assert outcome(pod(volumes=claims("data")), freed) == {"a": "", "b": ""}


def gce(name: str, **more: Any) -> Obj:
    return {"gcePersistentDisk": {"pdName": name, **more}}


def rbd(*monitors: str, image: str = "i", **more: Any) -> Obj:
    return {"rbd": {"monitors": list(monitors), "pool": "p", "image": image, **more}}


READ_ONLY = {"readOnly": True}
EBS = {"awsElasticBlockStore": {"volumeID": "v"}}


@pytest.mark.parametrize(
    ("mine", "theirs", "fits"),
    [
        # isVolumeConflict: the same disk, unless both only read; an EBS volume in no case.
        (gce("d"), gce("d"), False),
        (gce("d"), gce("e"), True),
        (gce("d", **READ_ONLY), gce("d", **READ_ONLY), True),
        (gce("d", **READ_ONLY), gce("d"), False),
        (EBS, EBS, False),
        ({"awsElasticBlockStore": {"volumeID": "v", **READ_ONLY}}, {"awsElasticBlockStore": {"volumeID": "v", **READ_ONLY}}, False),
        ({"iscsi": {"iqn": "a"}}, {"iscsi": {"iqn": "a"}}, False),
        ({"iscsi": {"iqn": "a", **READ_ONLY}}, {"iscsi": {"iqn": "a", **READ_ONLY}}, True),
        (rbd("m1", "m2"), rbd("m2", "m3"), False),
        (rbd("m1"), rbd("m2"), True),
        (rbd("m1"), rbd("m1", image="other"), True),
        (rbd("m1", **READ_ONLY), rbd("m1", **READ_ONLY), True),
        (gce("d"), EBS, True),
    ],
)  # fmt: skip
def test_disks_in_a_spec(mine: Obj, theirs: Obj, fits: bool) -> None:
    user = pod("old", on="a", volumes=[{"name": "v", **theirs}])
    snapshot = Snapshot.of([node("a")], [user])
    reason = "" if fits else "node(s) had no available disk"
    assert outcome(pod(volumes=[{"name": "w", **mine}]), snapshot) == {"a": reason}
