"""What must hold for every cluster: no node gives more than it has, and the picture kept equals one made anew."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from learn.cluster.scheduling.cycle import Placement, schedule
from learn.cluster.scheduling.fiterror import fit_error
from learn.cluster.scheduling.nodeinfo import NodeInfo, Snapshot, pod_info
from learn.cluster.scheduling.preemption import preempt
from tests.cluster.scheduling.builders import HOST, ZONE, app_selector, node, pod

Obj = dict[str, Any]

NODES = st.lists(
    st.builds(
        lambda cpu, zone, taint: (cpu, zone, taint),
        st.integers(1, 4), st.sampled_from(["a", "b", ""]), st.booleans(),
    ),
    min_size=0, max_size=4,
)  # fmt: skip
PODS = st.lists(
    st.fixed_dictionaries(
        {
            "cpu": st.sampled_from(["0", "500m", "1", "3"]),
            "app": st.sampled_from(["web", "db"]),
            "priority": st.integers(0, 2),
            "port": st.booleans(),
            "shape": st.sampled_from(["plain", "spread", "anti", "near", "tolerant"]),
        }
    ),
    max_size=12,
)


def nodes_from(drawn: list[tuple[int, str, bool]]) -> list[Obj]:
    found = []
    for index, (cpu, zone, tainted) in enumerate(drawn):
        taints = [{"key": "k", "effect": "NoSchedule"}] if tainted else []
        labels = {ZONE: zone} if zone else {}
        found.append(node(f"n{index}", cpu=str(cpu), labels=labels, taints=taints))
    return found


def pod_from(index: int, drawn: Obj) -> Obj:
    spec: Obj = {"priority": drawn["priority"]}
    term = {"labelSelector": app_selector(drawn["app"]), "topologyKey": HOST}
    match drawn["shape"]:
        case "spread":
            spec["topologySpreadConstraints"] = [{"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule",
                                                  "labelSelector": app_selector(drawn["app"])}]  # fmt: skip
        case "anti":
            spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
        case "near":
            spec["affinity"] = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
        case "tolerant":
            spec["tolerations"] = [{"operator": "Exists"}]
    ports = [{"hostPort": 80}] if drawn["port"] else None
    return pod(f"p{index}", labels={"app": drawn["app"]}, requests={"cpu": drawn["cpu"]}, ports=ports, **spec)


def described(info: NodeInfo) -> Obj:
    groups = {key: (group.total, group.live) for key, group in info.groups.items()}
    requested = {name: amount for name, amount in info.requested.items() if amount}
    return {"pods": set(info.pods), "requested": requested, "scored": (info.scored_cpu, info.scored_memory),
            "ports": info.ports, "groups": groups, "anti": set(info.anti), "affine": set(info.affine)}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(NODES, PODS)
def test_every_placement_holds(drawn_nodes: list[tuple[int, str, bool]], drawn_pods: list[Obj]) -> None:
    nodes = nodes_from(drawn_nodes)
    snapshot = Snapshot.of(nodes)
    bound: list[Obj] = []
    for index, drawn in enumerate(drawn_pods):
        newcomer = pod_from(index, drawn)
        info = pod_info(newcomer)
        found = schedule(info, snapshot)
        if isinstance(found, Placement):
            assert found == schedule(info, snapshot)
            snapshot.nodes[found.node].add(info)
            bound.append({**newcomer, "spec": {**newcomer["spec"], "nodeName": found.node}})
            continue
        outcome = preempt(info, found, snapshot)
        assert fit_error(found, outcome.message)
        if outcome.victims:
            assert all(victim.priority < info.priority for victim in outcome.victims.pods)
            for victim in outcome.victims.pods:
                snapshot.nodes[outcome.victims.node].remove(victim.uid)
                bound = [each for each in bound if each["metadata"]["uid"] != victim.uid]
            assert isinstance(schedule(info, snapshot), Placement)
    for each in snapshot.nodes.values():
        assert each.requested.get("cpu", 0) <= each.allocatable["cpu"]
        assert all(count == 1 for count in each.ports.values())
    again = Snapshot.of(nodes, bound)
    assert {name: described(each) for name, each in snapshot.nodes.items()} == {
        name: described(each) for name, each in again.nodes.items()
    }
