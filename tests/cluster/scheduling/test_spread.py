"""pkg/scheduler/framework/plugins/podtopologyspread: filtering.go, scoring.go."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.nodeinfo import Snapshot, pod_info
from learn.cluster.scheduling.spread import MISSING_LABEL, REASON, spread_scores
from tests.cluster.scheduling.builders import HOST, ZONE, app_selector, node, outcome, pod

WEB = {"app": "web"}


def constraint(**fields: Any) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": ZONE,
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": app_selector(),
        **fields,
    }


def zones(
    counts: dict[str, int], *, labels: dict[str, dict[str, str]] | None = None, **specs: Any
) -> Snapshot:
    """One node per zone, `a` in zone a and so on, with that many Pods of the app."""
    nodes = [
        node(name, labels={ZONE: name, **(labels or {}).get(name, {})}, **specs.get(name, {}))
        for name in counts
    ]
    pods = [pod(f"{name}-{i}", on=name, labels=WEB) for name, count in counts.items() for i in range(count)]
    return Snapshot.of(nodes, pods)


@pytest.mark.parametrize(
    ("counts", "fields", "labels", "feasible"),
    [
        ({"a": 2, "b": 1, "c": 1}, {}, WEB, "bc"),
        ({"a": 2, "b": 1, "c": 0}, {}, WEB, "c"),
        ({"a": 2, "b": 1, "c": 0}, {"maxSkew": 2}, WEB, "bc"),
        # A Pod that its own selector does not match adds nothing.
        ({"a": 1, "b": 0}, {}, {}, "ab"),
        # Too few domains: the global minimum counts as 0.
        ({"a": 1, "b": 1}, {"minDomains": 3}, WEB, ""),
        ({"a": 1, "b": 1}, {"minDomains": 2}, WEB, "ab"),
        # An empty selector counts no Pod, a missing one none either.
        ({"a": 5, "b": 0}, {"labelSelector": {}}, WEB, "ab"),
        ({"a": 5, "b": 0}, {"labelSelector": None}, WEB, "ab"),
        # ScheduleAnyway never filters.
        ({"a": 5, "b": 0}, {"whenUnsatisfiable": "ScheduleAnyway"}, WEB, "ab"),
    ],
)
def test_skew(counts: dict[str, int], fields: dict[str, Any], labels: dict[str, str], feasible: str) -> None:
    newcomer = pod(labels=labels, topologySpreadConstraints=[constraint(**fields)])
    assert outcome(newcomer, zones(counts)) == {name: "" if name in feasible else REASON for name in counts}


def test_pods_that_are_ending_or_elsewhere_do_not_count() -> None:
    pods = [
        pod("ending", on="a", labels=WEB, meta={"deletionTimestamp": "x"}),
        pod("other", on="a", labels=WEB, namespace="other"),
    ]
    snapshot = Snapshot.of([node("a", labels={ZONE: "a"}), node("b", labels={ZONE: "b"})], pods)
    assert outcome(pod(labels=WEB, topologySpreadConstraints=[constraint()]), snapshot) == {"a": "", "b": ""}


def test_a_node_without_the_label_is_out() -> None:
    snapshot = Snapshot.of([node("a", labels={ZONE: "a"}), node("b")])
    assert outcome(pod(labels=WEB, topologySpreadConstraints=[constraint()]), snapshot) == {
        "a": "",
        "b": MISSING_LABEL,
    }


@pytest.mark.parametrize(("policy", "feasible"), [("Honor", "b"), ("Ignore", "")])
def test_nodes_that_the_pod_excludes_count_only_if_asked(policy: str, feasible: str) -> None:
    """nodeAffinityPolicy: with Honor zone c, which the selector excludes, is no domain."""
    snapshot = zones({"a": 2, "b": 1, "c": 0}, labels={"a": {"disk": "ssd"}, "b": {"disk": "ssd"}})
    newcomer = pod(labels=WEB, nodeSelector={"disk": "ssd"},
                   topologySpreadConstraints=[constraint(nodeAffinityPolicy=policy)])  # fmt: skip
    found = outcome(newcomer, snapshot)
    assert "".join(name for name, reason in found.items() if not reason) == feasible


@pytest.mark.parametrize(("policy", "feasible"), [("Honor", "b"), ("Ignore", "")])
def test_tainted_nodes_count_unless_taints_are_honored(policy: str, feasible: str) -> None:
    taint = {"key": "k", "effect": "NoSchedule"}
    snapshot = zones({"a": 2, "b": 1, "c": 0}, c={"taints": [taint]})
    newcomer = pod(labels=WEB, topologySpreadConstraints=[constraint(nodeTaintsPolicy=policy)])
    found = outcome(newcomer, snapshot)
    assert "".join(name for name, reason in found.items() if not reason) == feasible


def test_match_label_keys_tell_revisions_apart() -> None:
    old = [pod(f"old-{i}", on="a", labels={**WEB, "pod-template-hash": "1"}) for i in range(3)]
    snapshot = Snapshot.of([node("a", labels={ZONE: "a"}), node("b", labels={ZONE: "b"})], old)
    labels = {**WEB, "pod-template-hash": "2"}
    asked = [constraint(matchLabelKeys=["pod-template-hash"])]
    assert outcome(pod(labels=labels, topologySpreadConstraints=asked), snapshot) == {"a": "", "b": ""}
    assert outcome(pod(labels=labels, topologySpreadConstraints=[constraint()]), snapshot)["a"] == REASON


def test_all_constraints_must_hold() -> None:
    nodes = [node("a", labels={ZONE: "1"}), node("b", labels={ZONE: "1"}), node("c", labels={ZONE: "2"})]
    pods = [pod("p1", on="a", labels=WEB), pod("p2", on="c", labels=WEB)]
    both = [constraint(), constraint(topologyKey=HOST)]
    assert outcome(pod(labels=WEB, topologySpreadConstraints=both), Snapshot.of(nodes, pods)) == {
        "a": REASON, "b": "", "c": REASON,
    }  # fmt: skip


def test_scores_favour_empty_domains() -> None:
    snapshot = zones({"a": 3, "b": 1, "c": 0})
    newcomer = pod_info(
        pod(labels=WEB, topologySpreadConstraints=[constraint(whenUnsatisfiable="ScheduleAnyway")])
    )
    found = spread_scores(newcomer, list(snapshot.nodes.values()), snapshot)
    # ln(3 + 2) per Pod: 4.83, 1.61 and 0, rounded to 5, 2, 0; then 100 * (5 + 0 - s) / 5
    assert found == [0, 60, 100]


def test_nodes_without_the_label_score_nothing() -> None:
    snapshot = Snapshot.of([node("a", labels={ZONE: "a"}), node("b")])
    newcomer = pod_info(
        pod(labels=WEB, topologySpreadConstraints=[constraint(whenUnsatisfiable="ScheduleAnyway")])
    )
    assert spread_scores(newcomer, list(snapshot.nodes.values()), snapshot) == [100, 0]


def test_system_defaults_spread_the_pods_of_a_controller() -> None:
    owner = {"kind": "ReplicaSet", "name": "web", "uid": "u", "controller": True}
    replica_set = {
        "kind": "ReplicaSet",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": app_selector()},
    }
    snapshot = Snapshot.of(
        [node("a", labels={ZONE: "a"}), node("b", labels={ZONE: "b"})],
        [pod("p", on="a", labels=WEB)],
        [replica_set],
    )
    nodes = list(snapshot.nodes.values())
    owned = pod_info(pod(labels=WEB, meta={"ownerReferences": [owner]}))
    found = spread_scores(owned, nodes, snapshot)
    assert found is not None
    assert found[0] < found[1]
    assert spread_scores(pod_info(pod(labels=WEB)), nodes, snapshot) is None


def test_nodes_without_a_zone_are_one_more_domain_of_the_system_defaults() -> None:
    """scoring.go initPreScoreState: without the label a node counts as the domain of the empty value."""
    owner = {"kind": "ReplicaSet", "apiVersion": "apps/v1", "name": "rs", "uid": "u", "controller": True}
    owned = {"ownerReferences": [owner]}
    replica_set = {
        "kind": "ReplicaSet",
        "metadata": {"name": "rs", "namespace": "default"},
        "spec": {"selector": app_selector()},
    }
    nodes = [node("a", labels={ZONE: "z"}), node("b", labels={ZONE: "z"}), node("c"), node("d")]
    pods = [pod(f"p{i}", on="a", labels=WEB) for i in range(3)]
    snapshot = Snapshot.of(nodes, pods, [replica_set])
    newcomer = pod_info(pod(labels=WEB, meta=owned))
    scores = spread_scores(newcomer, list(snapshot.nodes.values()), snapshot)
    # a: 3·ln(4+2)+2 + 3·ln(2+2)+4, b: 2 + 3·ln(2+2)+4, c and d: 2; scaled as 100·(max+min−score)/max.
    assert scores == [12, 50, 100, 100]
