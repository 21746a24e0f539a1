"""pkg/scheduler/framework/plugins/interpodaffinity: filtering.go, scoring.go."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.interpod import (
    AFFINITY,
    ANTI_AFFINITY,
    EXISTING_ANTI_AFFINITY,
    interpod_scores,
)
from learn.cluster.scheduling.nodeinfo import Snapshot, pod_info
from tests.cluster.scheduling.builders import HOST, ZONE, app_selector, node, outcome, pod

NODES = [
    node("a", labels={ZONE: "1"}),
    node("b", labels={ZONE: "1"}),
    node("c", labels={ZONE: "2"}),
    node("d"),
]
DB = {"app": "db"}


def term(app: str = "db", key: str = ZONE, **fields: Any) -> dict[str, Any]:
    return {"labelSelector": app_selector(app), "topologyKey": key, **fields}


def required(side: str, *terms: dict[str, Any]) -> dict[str, Any]:
    return {side: {"requiredDuringSchedulingIgnoredDuringExecution": list(terms)}}


def preferred(side: str, weight: int, wanted: dict[str, Any]) -> dict[str, Any]:
    return {
        side: {
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": weight, "podAffinityTerm": wanted}]
        }
    }


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}


@pytest.mark.parametrize(
    ("terms", "feasible"),
    [
        ((term(),), "ab"),
        ((term(key=HOST),), "a"),
        ((term(), term("cache")), ""),  # one Pod must match all terms
        ((term("nobody"),), ""),
    ],
)
def test_affinity(terms: tuple[dict[str, Any], ...], feasible: str) -> None:
    snapshot = Snapshot.of(
        NODES, [pod("db", on="a", labels=DB), pod("cache", on="b", labels={"app": "cache"})]
    )
    found = outcome(pod(affinity=required("podAffinity", *terms)), snapshot)
    assert found == {name: "" if name in feasible else AFFINITY for name in "abcd"}


def test_the_first_pod_of_its_kind_may_start_anywhere_with_the_label() -> None:
    newcomer = pod(labels=DB, affinity=required("podAffinity", term()))
    assert outcome(newcomer, Snapshot.of(NODES)) == {"a": "", "b": "", "c": "", "d": AFFINITY}
    # Not if it does not match its own term, nor once there is such a Pod.
    stranger = pod(labels={"app": "web"}, affinity=required("podAffinity", term()))
    assert set(outcome(stranger, Snapshot.of(NODES)).values()) == {AFFINITY}
    there = Snapshot.of(NODES, [pod("db", on="c", labels=DB)])
    assert outcome(newcomer, there) == {"a": AFFINITY, "b": AFFINITY, "c": "", "d": AFFINITY}


@pytest.mark.parametrize(
    ("terms", "feasible"),
    [
        ((term(),), "cd"),
        ((term(key=HOST),), "bcd"),
        ((term("cache", HOST), term(key=HOST)), "cd"),  # any term forbids
    ],
)
def test_anti_affinity(terms: tuple[dict[str, Any], ...], feasible: str) -> None:
    snapshot = Snapshot.of(
        NODES, [pod("db", on="a", labels=DB), pod("cache", on="b", labels={"app": "cache"})]
    )
    found = outcome(pod(affinity=required("podAntiAffinity", *terms)), snapshot)
    assert found == {name: "" if name in feasible else ANTI_AFFINITY for name in "abcd"}


def test_anti_affinity_of_those_already_there_holds_too() -> None:
    loner = pod("loner", on="a", affinity=required("podAntiAffinity", term("web")))
    snapshot = Snapshot.of(NODES, [loner])
    found = outcome(pod(labels={"app": "web"}), snapshot)
    assert found == {"a": EXISTING_ANTI_AFFINITY, "b": EXISTING_ANTI_AFFINITY, "c": "", "d": ""}
    assert set(outcome(pod(labels={"app": "api"}), snapshot).values()) == {""}


@pytest.mark.parametrize(
    ("fields", "feasible"),
    [
        ({}, ""),  # its own namespace only
        ({"namespaces": ["data"]}, "ab"),
        ({"namespaces": ["other"]}, ""),
        ({"namespaceSelector": {}}, "ab"),
        ({"namespaceSelector": {"matchLabels": {"team": "x"}}}, "ab"),
        ({"namespaceSelector": {"matchLabels": {"team": "y"}}}, ""),
        ({"namespaces": ["data"], "namespaceSelector": {"matchLabels": {"team": "y"}}}, "ab"),
    ],
)
def test_namespaces(fields: dict[str, Any], feasible: str) -> None:
    others = [namespace("data", team="x"), namespace("default")]
    snapshot = Snapshot.of(NODES, [pod("db", on="a", labels=DB, namespace="data")], others)
    found = outcome(pod(affinity=required("podAffinity", term(**fields))), snapshot)
    assert "".join(name for name, reason in found.items() if not reason) == feasible


@pytest.mark.parametrize(
    ("fields", "feasible"), [({"matchLabelKeys": ["rev"]}, "c"), ({"mismatchLabelKeys": ["rev"]}, "ab")]
)
def test_label_keys(fields: dict[str, Any], feasible: str) -> None:
    pods = [pod("old", on="a", labels={**DB, "rev": "1"}), pod("new", on="c", labels={**DB, "rev": "2"})]
    newcomer = pod(labels={"rev": "2"}, affinity=required("podAffinity", term(**fields)))
    found = outcome(newcomer, Snapshot.of(NODES, pods))
    assert "".join(name for name, reason in found.items() if not reason) == feasible


def test_checks_come_in_order() -> None:
    both = {**required("podAffinity", term("nobody")), **required("podAntiAffinity", term())}
    assert outcome(pod(affinity=both), Snapshot.of(NODES, [pod("db", on="a", labels=DB)]))["a"] == AFFINITY


@pytest.mark.parametrize(
    ("affinity", "existing", "scores"),
    [
        (preferred("podAffinity", 5, term()), {}, [100, 100, 0, 0]),
        (preferred("podAntiAffinity", 5, term()), {}, [0, 0, 100, 100]),
        # What the Pod there wants of the newcomer counts as well, a required term with weight 1.
        ({}, preferred("podAffinity", 8, term("web", HOST)), [100, 0, 0, 0]),
        ({}, required("podAffinity", term("web", HOST)), [100, 0, 0, 0]),
        ({}, preferred("podAntiAffinity", 8, term("web", HOST)), [0, 100, 100, 100]),
    ],
)
def test_scores(affinity: dict[str, Any], existing: dict[str, Any], scores: list[int]) -> None:
    snapshot = Snapshot.of(NODES, [pod("db", on="a", labels=DB, affinity=existing)])
    newcomer = pod_info(pod(labels={"app": "web"}, affinity=affinity))
    assert interpod_scores(newcomer, list(snapshot.nodes.values()), snapshot) == scores


def test_nobody_wants_anything() -> None:
    snapshot = Snapshot.of(NODES, [pod("db", on="a", labels=DB)])
    assert interpod_scores(pod_info(pod()), list(snapshot.nodes.values()), snapshot) is None
