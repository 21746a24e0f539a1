"""pkg/scheduler/framework/preemption, plugins/defaultpreemption, framework/types.go FitError."""

from __future__ import annotations

from typing import Any

import pytest

from learn.cluster.scheduling.cycle import schedule
from learn.cluster.scheduling.fiterror import fit_error
from learn.cluster.scheduling.nodeinfo import Snapshot, pod_info
from learn.cluster.scheduling.preemption import Victims, by_budget, cheapest, preempt
from tests.cluster.scheduling.builders import node, pod, refused


def running(
    name: str, on: str, priority: int, cpu: str = "1", started: str = "2026-01-01T00:00:00Z", **more: Any
) -> dict[str, Any]:
    return pod(name, on=on, priority=priority, requests={"cpu": cpu}, status={"startTime": started}, **more)


def victims_of(
    newcomer: dict[str, Any], snapshot: Snapshot, budgets: list[dict[str, Any]] | None = None
) -> tuple[str, list[str]]:
    found = preempt(pod_info(newcomer), refused(newcomer, snapshot), snapshot, budgets or [])
    assert found.victims is not None
    return found.victims.node, [victim.name for victim in found.victims.pods]


def texts(newcomer: dict[str, Any], snapshot: Snapshot) -> str:
    failed = refused(newcomer, snapshot)
    return fit_error(failed, preempt(pod_info(newcomer), failed, snapshot).message)


BIG = pod(priority=100, requests={"cpu": "2"})


@pytest.mark.parametrize(
    ("pods", "node_name", "victims"),
    [
        # As few as needed, the least important first.
        ([running("p1", "a", 10, "2"), running("p2", "a", 20, "2"),
          running("q", "b", 100, "4")], "a", ["p1"]),
        # The lowest top priority wins over fewer victims.
        ([running("p1", "a", 10, "2"), running("p2", "a", 10, "2"),
          running("q1", "b", 5, "1"), running("q2", "b", 5, "1"), running("q3", "b", 200, "2")], "b", ["q1", "q2"]),
        # Then the smaller sum of priorities, then fewer victims.
        ([running("p1", "a", 10, "1"), running("p2", "a", 10, "1"), running("p3", "a", 200, "2"),
          running("q1", "b", 10, "2"), running("q2", "b", 200, "2")], "b", ["q1"]),
        # Then the node whose most important victim started last.
        ([running("p", "a", 10, "4"), running("q", "b", 10, "4", "2026-01-02T00:00:00Z")], "b", ["q"]),
    ],
)  # fmt: skip
def test_the_cheapest_victims(pods: list[dict[str, Any]], node_name: str, victims: list[str]) -> None:
    snapshot = Snapshot.of([node("a"), node("b")], pods)
    assert victims_of(BIG, snapshot) == (node_name, victims)


def test_budgets_are_spared_where_possible() -> None:
    budget = {
        "metadata": {"namespace": "default", "name": "b"},
        "spec": {"selector": {"matchLabels": {"app": "db"}}},
        "status": {"disruptionsAllowed": 0},
    }
    guarded = running("guarded", "a", 1, "2", labels={"app": "db"})
    snapshot = Snapshot.of([node("a")], [guarded, running("free", "a", 50, "2")])
    assert victims_of(BIG, snapshot, [budget]) == ("a", ["free"])
    assert victims_of(BIG, snapshot) == ("a", ["guarded"])
    # If nothing else helps, a budget does not stop it.
    alone = Snapshot.of([node("a", cpu="2")], [running("guarded", "a", 1, "2", labels={"app": "db"})])
    assert victims_of(BIG, alone, [budget]) == ("a", ["guarded"])


NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


@pytest.mark.parametrize(
    ("newcomer", "nodes", "pods", "text"),
    [
        (
            pod(requests={"cpu": "1"}),
            [node("a"), node("b", taints=[{"key": "k", "effect": "NoSchedule"}]), node("c", taints=[{"key": "k", "effect": "NoSchedule"}])],
            [running("p", "a", 0, "4")],
            "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes "
            f"are available: 1 {NO_VICTIMS}, 2 {NOT_HELPFUL}.",
        ),
        (
            pod(requests={"cpu": "9", "memory": "9Gi"}),
            [node("a"), node("b")],
            [],
            "0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory. preemption: 0/2 nodes are available: "
            f"2 {NOT_HELPFUL}.",
        ),
        # Victims there are, but without them it would still not fit.
        (
            pod(priority=5, requests={"cpu": "3"}),
            [node("a")],
            [running("p", "a", 1, "1"), running("q", "a", 9, "2")],
            "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Insufficient cpu.",
        ),
        (
            pod(priority=5, preemptionPolicy="Never", requests={"cpu": "1"}),
            [node("a")],
            [running("p", "a", 1, "4")],
            "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
        ),
        (
            pod(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]),
            [node("a"), node("b")],
            [],
            '0/2 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/2 nodes are available: '
            f"2 {NOT_HELPFUL}.",
        ),
        (pod(), [], [], "no nodes available to schedule pods"),
    ],
)  # fmt: skip
def test_messages(
    newcomer: dict[str, Any], nodes: list[dict[str, Any]], pods: list[dict[str, Any]], text: str
) -> None:
    snapshot = Snapshot.of(nodes, pods)
    failed = refused(newcomer, snapshot)
    outcome = preempt(pod_info(newcomer), failed, snapshot).message if failed.total else ""
    assert fit_error(failed, outcome) == text


def test_nobody_is_evicted_while_victims_are_still_ending() -> None:
    waiting = pod(priority=100, requests={"cpu": "2"}, status={"nominatedNodeName": "a"})
    ending = running("p", "a", 1, "4", meta={"deletionTimestamp": "x"})
    # Only victims of the scheduler count (podTerminatingByPreemption): this one ends for another reason.
    assert "not eligible" not in texts(waiting, Snapshot.of([node("a")], [ending]))
    told = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}
    victim = {**ending, "status": {**ending["status"], "conditions": [told]}}
    text = texts(waiting, Snapshot.of([node("a")], [victim]))
    assert text.endswith("preemption: not eligible due to a terminating pod on the nominated node.")


def test_room_that_was_made_is_kept_for_its_pod() -> None:
    """runtime/framework.go RunFilterPluginsWithNominatedPods"""
    snapshot = Snapshot.of([node("a")])
    promised = pod_info(pod("vip", priority=100, requests={"cpu": "3"}))
    small = pod_info(pod(requests={"cpu": "2"}))
    assert type(schedule(small, snapshot, {"a": [promised]})).__name__ == "Unschedulable"
    more_important = pod_info(pod(priority=200, requests={"cpu": "2"}))
    assert type(schedule(more_important, snapshot, {"a": [promised]})).__name__ == "Placement"


def victims(node_name: str, *pods: tuple[int, str], violations: int = 0) -> Victims:
    """Candidates from (priority, start day) pairs."""
    found = [
        pod_info(running(f"{node_name}{i}", node_name, priority, started=f"2026-01-{day}T00:00:00Z"))
        for i, (priority, day) in enumerate(pods)
    ]
    return Victims(node=node_name, pods=tuple(found), violations=violations)


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        # framework/preemption/preemption.go pickOneNodeForPreemption: each rule only among equals of the former.
        ([victims("a", (1, "01"), violations=1), victims("b", (9, "01"), (9, "01"))], "b"),
        ([victims("a", (5, "01")), victims("b", (4, "01"), (4, "01"), (4, "01"))], "b"),
        ([victims("a", (5, "01"), (4, "01")), victims("b", (5, "01"), (3, "01"))], "b"),
        # The sum is shifted by 2**31 a Pod, so that fewer victims beat many of negative priority.
        ([victims("a", (5, "01"), (-9, "01")), victims("b", (5, "01"))], "b"),
        ([victims("a", (5, "01"), (1, "09")), victims("b", (5, "02"), (1, "01"))], "b"),
        ([victims("a", (5, "01"), (5, "09")), victims("b", (5, "02"), (5, "03"))], "b"),
        ([victims("a", (5, "01")), victims("b", (5, "01"))], "a"),
    ],
)
def test_which_node_is_cheapest(candidates: list[Victims], chosen: str) -> None:
    assert cheapest(candidates).node == chosen


def test_each_victim_uses_up_the_budgets_that_guard_it() -> None:
    """plugins/defaultpreemption filterPodsWithPDBViolation"""
    pods = [pod_info(running(name, "a", 1, labels={"app": "web"})) for name in ("p", "q", "r")]
    pods.append(pod_info(running("bare", "a", 1)))

    def guard(allowed: int, **more: Any) -> dict[str, Any]:
        spec = {"selector": {"matchLabels": {"app": "web"}}, **more}
        return {"metadata": {"namespace": "default"}, "spec": spec, "status": {"disruptionsAllowed": allowed}}

    def names(budgets: list[dict[str, Any]]) -> list[str]:
        return [each.name for each in by_budget(pods, budgets)[0]]

    assert names([guard(1)]) == ["q", "r"]
    assert names([guard(2), guard(1)]) == ["q", "r"]
    assert names([guard(0, selector={})]) == []
    elsewhere = {**guard(0), "metadata": {"namespace": "other"}}
    assert names([elsewhere]) == []
    known = {**guard(0), "status": {"disruptionsAllowed": 0, "disruptedPods": {"p": "2026-01-01T00:00:00Z"}}}
    assert names([known]) == ["q", "r"]


def test_room_made_for_another_pod_is_not_given_away() -> None:
    """RunFilterPluginsWithNominatedPods within the dry run: a nominated Pod as important counts as there."""
    snapshot = Snapshot.of([node("a")], [running("p", "a", 1, "2"), running("q", "a", 1, "2")])
    newcomer = pod(priority=100, requests={"cpu": "3"})
    first = pod_info(pod("first", priority=100, requests={"cpu": "2"}))
    failed = refused(newcomer, snapshot)
    assert preempt(pod_info(newcomer), failed, snapshot).victims is not None
    assert preempt(pod_info(newcomer), failed, snapshot, (), {"a": [first]}).victims is None
    lesser = pod_info(pod("lesser", priority=99, requests={"cpu": "2"}))
    assert preempt(pod_info(newcomer), failed, snapshot, (), {"a": [lesser]}).victims is not None
