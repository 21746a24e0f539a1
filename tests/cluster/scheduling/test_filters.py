"""The filters of pkg/scheduler/framework/plugins but for resources, spreading and affinity between Pods."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.fiterror import fit_error, node_summary
from learn.cluster.scheduling.nodeaffinity import affinity_scores, named_nodes, required_matcher, term_matcher
from learn.cluster.scheduling.nodeinfo import Objects, Snapshot, pod_info
from learn.cluster.scheduling.score import normalized
from learn.cluster.scheduling.taints import taint_scores, tolerates, untolerated
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


@pytest.mark.parametrize(
    ("toleration", "taint", "matches"),
    [
        # staging/src/k8s.io/api/core/v1/toleration.go ToleratesTaint, comparison operators: KEP-5471.
        ({}, {"key": "", "effect": "NoSchedule"}, True),
        ({"operator": "Equal"}, TAINT, False),
        ({"operator": "Equal", "value": "gpu"}, TAINT, True),
        ({"key": "dedicated"}, {"key": "dedicated", "effect": "NoSchedule"}, True),
        ({"key": "dedicated", "operator": "Exists", "value": "x"}, TAINT, True),
        ({"key": "dedicated", "operator": "Exists", "effect": ""}, TAINT, True),
        ({"key": "dedicated", "operator": "In", "value": "gpu"}, TAINT, False),
        ({"key": "n", "operator": "Gt", "value": "6"}, {"key": "n", "value": "6", "effect": "NoSchedule"}, False),
        ({"key": "n", "operator": "Lt", "value": "7"}, {"key": "n", "value": "6", "effect": "NoSchedule"}, True),
        ({"key": "n", "operator": "Gt", "value": "x"}, {"key": "n", "value": "6", "effect": "NoSchedule"}, False),
        ({"key": "n", "operator": "Gt", "value": "5"}, {"key": "n", "value": "", "effect": "NoSchedule"}, False),
    ],
)  # fmt: skip
def test_toleration_at_the_edges(toleration: dict[str, Any], taint: dict[str, Any], matches: bool) -> None:
    assert tolerates(toleration, taint) is matches


@pytest.mark.parametrize(
    ("taints", "tolerations", "first"),
    [
        # FindMatchingUntoleratedTaint: the first in the node's order.
        ([], [], None),
        (["a", "b"], [], "a"),
        (["a", "b"], [{"key": "a", "operator": "Exists"}], "b"),
        (["a", "b"], [{"operator": "Exists"}], None),
        (["a", "b"], [{"key": "b", "operator": "Exists"}], "a"),
    ],
)
def test_the_taint_that_is_not_tolerated(
    taints: list[str], tolerations: list[Any], first: str | None
) -> None:
    found = untolerated(tolerations, [{"key": key, "effect": "NoSchedule"} for key in taints])
    assert (found and found["key"]) == first


def fields(operator: str, *names: str) -> dict[str, Any]:
    return {"key": "metadata.name", "operator": operator, "values": list(names)}


@pytest.mark.parametrize(
    ("term", "matches"),
    [
        # component-helpers nodeaffinity.go: all requirements of one term, fields and labels together.
        ({"matchFields": [fields("In", "a")]}, True),
        ({"matchFields": [fields("NotIn", "a")]}, False),
        ({"matchFields": [fields("In", "b")]}, False),
        ({"matchFields": [fields("In", "a")], "matchExpressions": [{"key": "disk", "operator": "DoesNotExist"}]}, False),
        ({"matchFields": [fields("In", "a")], "matchExpressions": [{"key": "disk", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "disk", "operator": "In", "values": []}]}, False),
        ({"matchExpressions": [{"key": "disk", "operator": "Like", "values": ["ssd"]}]}, False),
        ({"matchExpressions": [{"key": "cores", "operator": "Gt", "values": ["8"]}]}, False),
        ({"matchExpressions": [{"key": "cores", "operator": "Gt", "values": ["7.5"]}]}, False),
        ({"matchExpressions": [{"key": "disk", "operator": "Gt", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "gpu", "operator": "Lt", "values": ["1"]}]}, False),
        ({"matchExpressions": [], "matchFields": []}, False),
    ],
)  # fmt: skip
def test_one_term_of_a_node_selector(term: dict[str, Any], matches: bool) -> None:
    assert term_matcher(term)("a", {"disk": "ssd", "cores": "8"}) is matches


@pytest.mark.parametrize(
    ("terms", "names"),
    [
        # plugins/nodeaffinity/node_affinity.go PreFilter
        ([[fields("In", "a", "b")]], {"a", "b"}),
        ([[fields("In", "a", "b"), fields("In", "b", "c")]], {"b"}),
        ([[fields("In", "a")], [fields("In", "b")]], {"a", "b"}),
        ([[fields("In", "a")], []], None),
        ([[fields("NotIn", "a")]], None),
        ([], None),
    ],
)
def test_the_nodes_that_fields_name(terms: list[Any], names: set[str] | None) -> None:
    required = {"nodeSelectorTerms": [{"matchFields": each} for each in terms]}
    newcomer = info(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}})
    assert named_nodes(newcomer) == names


def test_fields_that_exclude_each_other_leave_no_node() -> None:
    """plugins/nodeaffinity errReasonConflict"""
    required = {"nodeSelectorTerms": [{"matchFields": [fields("In", "a"), fields("In", "b")]}]}
    newcomer = pod(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}})
    failed = refused(newcomer, Snapshot.of([node("a"), node("b")]))
    assert fit_error(failed) == "0/2 nodes are available: pod affinity terms conflict."


@pytest.mark.parametrize(
    ("total", "reasons", "text"),
    [
        # framework/types.go FitError: counted, sorted as text, several reasons of one node each.
        (3, [["b"], ["b"], ["a"]], "0/3 nodes are available: 1 a, 2 b."),
        (12, [["x"]] * 10 + [["a"]] * 2, "0/12 nodes are available: 10 x, 2 a."),
        (1, [["Insufficient memory", "Insufficient cpu"]], "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory."),
        (2, [], "0/2 nodes are available:"),
    ],
)  # fmt: skip
def test_the_words_of_a_failed_attempt(total: int, reasons: list[list[str]], text: str) -> None:
    assert node_summary(total, reasons) == text


@pytest.mark.parametrize(
    ("counts", "reverse", "scores"),
    [
        # plugins/helper/normalize_score.go DefaultNormalizeScore
        ([], False, []),
        ([0, 0], False, [0, 0]),
        ([0, 0], True, [100, 100]),
        ([1, 2, 3], False, [33, 66, 100]),
        ([1, 2, 3], True, [67, 34, 0]),
        ([7], False, [100]),
        ([7], True, [0]),
    ],
)
def test_scores_are_scaled_to_the_best(counts: list[int], reverse: bool, scores: list[int]) -> None:
    assert normalized(counts, reverse=reverse) == scores
