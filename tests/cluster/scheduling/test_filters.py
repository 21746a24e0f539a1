"""The filters of pkg/scheduler/framework/plugins but for resources, spreading and affinity between Pods."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.nodeaffinity import affinity_scores, required_matcher
from learn.cluster.scheduling.nodeinfo import Objects, Snapshot, pod_info
from learn.cluster.scheduling.taints import taint_scores, tolerates
from tests.cluster.scheduling.builders import info, node, outcome, pod, refused

TAINT = {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("toleration", "taint", "matches"),
    [
        ({"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}, TAINT, True),
        ({"key": "dedicated", "operator": "Equal", "value": "gpu"}, TAINT, True),
        ({"key": "dedicated", "value": "cpu", "effect": "NoSchedule"}, TAINT, False),
        ({"key": "dedicated", "value": "gpu", "effect": "NoExecute"}, TAINT, False),
        ({"key": "dedicated", "operator": "Exists"}, TAINT, True),
        ({"operator": "Exists"}, TAINT, True),
        ({"operator": "Exists", "effect": "NoExecute"}, TAINT, False),
        ({"key": "other", "operator": "Exists"}, TAINT, False),
        ({"key": "n", "operator": "Gt", "value": "5"}, {"key": "n", "value": "6", "effect": "NoSchedule"}, True),
        ({"key": "n", "operator": "Lt", "value": "5"}, {"key": "n", "value": "6", "effect": "NoSchedule"}, False),
    ],
)  # fmt: skip
def test_toleration(toleration: dict[str, Any], taint: dict[str, Any], matches: bool) -> None:
    """staging/src/k8s.io/api/core/v1/toleration.go ToleratesTaint"""
    assert tolerates(toleration, taint) is matches


@pytest.mark.parametrize(
    ("minor", "text"),
    [(37, "node(s) had untolerated taint(s)"), (34, "node(s) had untolerated taint {dedicated: gpu}")],
)
def test_untolerated_taints(minor: int, text: str) -> None:
    """plugins/tainttoleration: PreferNoSchedule never filters."""
    prefer = {**TAINT, "effect": "PreferNoSchedule"}
    snapshot = Snapshot.of([node("a", taints=[TAINT]), node("b", taints=[prefer]), node("c")])
    snapshot.minor = minor
    assert outcome(pod(), snapshot) == {"a": text, "b": "", "c": ""}
    assert outcome(pod(tolerations=[{"operator": "Exists"}]), snapshot) == {"a": "", "b": "", "c": ""}


def test_taint_scores() -> None:
    prefer = [{"key": key, "effect": "PreferNoSchedule"} for key in ("x", "y")]
    nodes = list(
        Snapshot.of([node("a", taints=prefer), node("b", taints=prefer[:1]), node("c")]).nodes.values()
    )
    assert taint_scores(info(), nodes) == [0, 50, 100]
    tolerant = info(tolerations=[{"key": "x", "operator": "Exists"}])
    assert taint_scores(tolerant, nodes) == [0, 100, 100]
    # Tolerations for other effects do not count here.
    other = info(tolerations=[{"operator": "Exists", "effect": "NoSchedule"}])
    assert taint_scores(other, nodes) == [0, 50, 100]
    assert taint_scores(info(), nodes[2:]) is None


def test_cordoned_nodes() -> None:
    """plugins/nodeunschedulable"""
    snapshot = Snapshot.of([node("a", unschedulable=True), node("b")])
    assert outcome(pod(), snapshot) == {"a": "node(s) were unschedulable", "b": ""}
    tolerant = pod(tolerations=[{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}])
    assert outcome(tolerant, snapshot)["a"] == ""


def expressions(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"matchExpressions": [each]} for each in listed]}}}  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "matches"),
    [
        ({"nodeSelector": {"disk": "ssd"}}, True),
        ({"nodeSelector": {"disk": "hdd"}}, False),
        ({"nodeSelector": {"disk": "ssd", "gpu": "yes"}}, False),
        ({"affinity": expressions({"key": "disk", "operator": "In", "values": ["hdd", "ssd"]})}, True),
        ({"affinity": expressions({"key": "disk", "operator": "NotIn", "values": ["ssd"]})}, False),
        ({"affinity": expressions({"key": "gpu", "operator": "NotIn", "values": ["a"]})}, True),
        ({"affinity": expressions({"key": "gpu", "operator": "Exists"})}, False),
        ({"affinity": expressions({"key": "gpu", "operator": "DoesNotExist"})}, True),
        ({"affinity": expressions({"key": "cores", "operator": "Gt", "values": ["7"]})}, True),
        ({"affinity": expressions({"key": "cores", "operator": "Lt", "values": ["8"]})}, False),
        # Terms are alternatives; both the selector and the affinity must hold.
        ({"affinity": expressions({"key": "gpu", "operator": "Exists"}, {"key": "disk", "operator": "Exists"})}, True),
        ({"nodeSelector": {"gpu": "yes"}, "affinity": expressions({"key": "disk", "operator": "Exists"})}, False),
        # An empty term, or no term, matches nothing.
        ({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{}]}}}}, False),
        ({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}}, False),
    ],
)  # fmt: skip
def test_node_affinity(spec: dict[str, Any], matches: bool) -> None:
    """component-helpers/scheduling/corev1/nodeaffinity"""
    found = required_matcher(spec)
    assert found is not None
    assert found("a", {"disk": "ssd", "cores": "8"}) is matches


def test_fields_that_name_nodes_leave_only_these() -> None:
    """plugins/nodeaffinity PreFilter, as a DaemonSet's Pods use it."""
    snapshot = Snapshot.of([node("a", cpu="1"), node("b"), node("c")])
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}]
    affinity = {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    }
    found = outcome(pod(affinity=affinity, requests={"cpu": "2"}), snapshot)
    assert found == {
        "a": "Insufficient cpu",
        "b": "node(s) didn't satisfy plugin(s) [NodeAffinity]",
        "c": "node(s) didn't satisfy plugin(s) [NodeAffinity]",
    }


def test_node_affinity_scores() -> None:
    preferred = [
        {"weight": 10, "preference": {"matchExpressions": [{"key": "disk", "operator": "Exists"}]}},
        {"weight": 30, "preference": {"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}},
    ]
    newcomer = info(affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}})
    labels = [{"disk": "ssd"}, {"gpu": "x", "disk": "ssd"}, {}]
    nodes = [node(name, labels=each) for name, each in zip("abc", labels, strict=True)]
    assert affinity_scores(newcomer, list(Snapshot.of(nodes).nodes.values())) == [25, 100, 0]


@pytest.mark.parametrize(
    ("used", "wanted", "is_free"),
    [
        ({"hostPort": 80}, {"hostPort": 80}, False),
        ({"hostPort": 80}, {"hostPort": 81}, True),
        ({"hostPort": 80, "protocol": "UDP"}, {"hostPort": 80}, True),
        ({"hostPort": 80, "hostIP": "10.0.0.1"}, {"hostPort": 80, "hostIP": "10.0.0.2"}, True),
        ({"hostPort": 80, "hostIP": "10.0.0.1"}, {"hostPort": 80, "hostIP": "10.0.0.1"}, False),
        ({"hostPort": 80, "hostIP": "0.0.0.0"}, {"hostPort": 80, "hostIP": "10.0.0.1"}, False),
        ({"hostPort": 80, "hostIP": "10.0.0.1"}, {"hostPort": 80}, False),
        ({"containerPort": 80}, {"hostPort": 80}, True),
    ],
)
def test_host_ports(used: dict[str, Any], wanted: dict[str, Any], is_free: bool) -> None:
    """plugins/nodeports, framework/types.go HostPortInfo"""
    snapshot = Snapshot.of([node("a")], [pod("old", on="a", ports=[used])])
    reason = "node(s) didn't have free ports for the requested pod ports"
    assert outcome(pod(ports=[wanted]), snapshot) == {"a": "" if is_free else reason}


def test_only_sidecars_among_init_containers_take_host_ports() -> None:
    port = [{"hostPort": 80}]
    assert pod_info(pod(initContainers=[{"name": "i", "ports": port}])).ports == ()
    assert pod_info(pod(initContainers=[{"name": "i", "ports": port, "restartPolicy": "Always"}])).ports


def claim(
    name: str = "data", *, volume: str = "", storage_class: str = "local", **spec: Any
) -> dict[str, Any]:
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}"},
        "spec": {"storageClassName": storage_class, "accessModes": ["ReadWriteOnce"], "volumeName": volume,
                 "resources": {"requests": {"storage": "1Gi"}}, **spec},
        "status": {"phase": "Bound" if volume else "Pending"},
    }  # fmt: skip


def volume(name: str, on: str, size: str = "1Gi", phase: str = "Available") -> dict[str, Any]:
    terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [on]}]}]
    return {
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {"storageClassName": "local", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": size},
                 "nodeAffinity": {"required": {"nodeSelectorTerms": terms}}},
        "status": {"phase": phase},
    }  # fmt: skip


def storage_class(mode: str, provisioner: str = "kubernetes.io/no-provisioner") -> dict[str, Any]:
    return {
        "kind": "StorageClass",
        "metadata": {"name": "local"},
        "provisioner": provisioner,
        "volumeBindingMode": mode,
    }


WANTS_DATA = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
NO_PV = "node(s) didn't find available persistent volumes to bind"


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (
            [claim(volume="pv-1"), volume("pv-1", "a", phase="Bound")],
            {"a": "", "b": "node(s) didn't match PersistentVolume's node affinity"},
        ),
        (
            [claim(volume="gone")],
            dict.fromkeys("ab", "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"),
        ),
        ([claim(), storage_class("WaitForFirstConsumer"), volume("pv-1", "b")], {"a": NO_PV, "b": ""}),
        (
            [claim(), storage_class("WaitForFirstConsumer"), volume("pv-1", "b", size="500Mi")],
            {"a": NO_PV, "b": NO_PV},
        ),
        ([claim(), storage_class("WaitForFirstConsumer", "example.com/disk")], {"a": "", "b": ""}),
    ],
)  # fmt: skip
def test_volumes_decide_about_nodes(others: list[dict[str, Any]], expected: dict[str, str]) -> None:
    """plugins/volumebinding"""
    snapshot = Snapshot.of([node("a"), node("b")], others=others)
    assert outcome(pod(volumes=WANTS_DATA), snapshot) == expected


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ([], 'persistentvolumeclaim "data" not found'),
        ([claim(), storage_class("Immediate")], "pod has unbound immediate PersistentVolumeClaims"),
        ([claim(storage_class="none")], "pod has unbound immediate PersistentVolumeClaims"),
        ([{**claim(), "metadata": {**claim()["metadata"], "deletionTimestamp": "x"}}], 'persistentvolumeclaim "data" is being deleted'),
    ],
)  # fmt: skip
def test_claims_that_rule_out_every_node(others: list[dict[str, Any]], message: str) -> None:
    snapshot = Snapshot.of([node("a"), node("b")])
    snapshot.lister = Objects(others)
    found = refused(pod(volumes=WANTS_DATA), snapshot)
    assert found.prefilter is not None
    assert found.prefilter.message == message


def test_a_claim_for_one_pod_is_not_shared() -> None:
    """plugins/volumerestrictions"""
    exclusive = claim(volume="pv-1", accessModes=["ReadWriteOncePod"])
    plain = {**volume("pv-1", "a"), "spec": {"capacity": {"storage": "1Gi"}}}
    snapshot = Snapshot.of([node("a")], [pod("old", on="a", volumes=WANTS_DATA)], [exclusive, plain])
    text = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
    assert outcome(pod(volumes=WANTS_DATA), snapshot) == {"a": text}
