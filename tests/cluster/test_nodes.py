"""Heartbeats, silent nodes, taints and evictions.  Rules: pkg/kubelet, pkg/controller/{nodelifecycle,tainteviction}."""

from __future__ import annotations

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.nodehealth import collected_at, eviction_delay_ms, noticed_at, zone_state
from tests.cluster.factories import deployment

LEASES = "kube-node-lease"


def renewed(cluster: Cluster, node: str = "node-1") -> str:
    return str(cluster.get("Lease", node, LEASES)["spec"]["renewTime"])[11:19]


def test_every_node_has_a_lease_that_its_kubelet_renews() -> None:
    cluster = Cluster(nodes=2)
    assert [lease["metadata"]["name"] for lease in cluster.objects("Lease", LEASES)] == ["node-1", "node-2"]
    lease = cluster.get("Lease", "node-1", LEASES)
    assert lease["metadata"]["ownerReferences"][0]["kind"] == "Node"
    assert (lease["spec"]["holderIdentity"], lease["spec"]["leaseDurationSeconds"]) == ("node-1", 40)
    seen = []
    for ms in (0, 9_999, 10_000, 25_000):
        cluster.run_until(ms)
        seen.append(renewed(cluster))
    assert seen == ["00:00:00", "00:00:00", "00:00:10", "00:00:20"]
    assert cluster.objects("Lease", LEASES)[0]["spec"]["renewTime"] == "2026-04-01T00:00:20.000000Z"


def test_renewals_cost_no_events() -> None:
    cluster = Cluster(nodes=3, settings={"metricsServer": 0})
    cluster.run_until(1_000)
    entries = cluster.trace.last_id
    cluster.run_until(3_600_000)
    assert renewed(cluster) == "01:00:00"
    assert [e for e in cluster.trace.find("modified") if e.ref.kind == "Lease"] == []
    assert cluster.trace.last_id == entries


def test_a_silent_node_stops_renewing_and_goes_on_when_it_is_back() -> None:
    cluster = Cluster(nodes=2)
    cluster.run_until(33_000)
    cluster.act("nodeDown", node="node-1")
    cluster.run_until(100_000)
    assert (renewed(cluster), renewed(cluster, "node-2")) == ("00:00:30", "00:01:40")
    other = Cluster.restore(cluster.snapshot())
    assert renewed(other) == "00:00:30"
    cluster.run_until(127_000)
    cluster.act("nodeUp", node="node-1")
    assert renewed(cluster) == "00:02:07"
    cluster.run_until(131_000)
    assert renewed(cluster) == "00:02:10"


def test_the_lease_goes_with_its_node() -> None:
    cluster = Cluster(nodes=2)
    cluster.delete("Node", "node-1")
    cluster.run_until(60_000)
    assert [lease["metadata"]["name"] for lease in cluster.objects("Lease", LEASES)] == ["node-2"]


@pytest.mark.parametrize(
    ("silent", "grace", "noticed"),
    [
        # monitorNodeHealth looks every 5 s whether more than the grace period has passed since the last heartbeat.
        (0, 50_000, 55_000),
        (9_999, 50_000, 55_000),
        (10_000, 50_000, 65_000),
        (33_000, 40_000, 75_000),
    ],
)
def test_when_silence_is_noticed(silent: int, grace: int, noticed: int) -> None:
    assert noticed_at(silent, grace) == noticed


NO_EXECUTE = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
OTHER = {"key": "maintenance", "effect": "NoExecute"}


def tolerating(*tolerations: dict[str, object]) -> dict[str, object]:
    return {"metadata": {"name": "p"}, "spec": {"tolerations": list(tolerations)}}


def until(key: str, seconds: int | None = None) -> dict[str, object]:
    found: dict[str, object] = {"key": key, "operator": "Exists", "effect": "NoExecute"}
    return found if seconds is None else {**found, "tolerationSeconds": seconds}


@pytest.mark.parametrize(
    ("tolerations", "taints", "delay"),
    [
        # tainteviction getMinTolerationTime
        ([], [], None),
        ([], [NO_EXECUTE], 0),
        ([], [{"key": "x", "effect": "NoSchedule"}], None),
        ([until(NO_EXECUTE["key"], 300)], [NO_EXECUTE], 300_000),
        ([until(NO_EXECUTE["key"], 300)], [NO_EXECUTE, OTHER], 0),
        ([until(NO_EXECUTE["key"])], [NO_EXECUTE], None),
        ([until(NO_EXECUTE["key"], 300), until(OTHER["key"], 60)], [NO_EXECUTE, OTHER], 60_000),
        ([until(NO_EXECUTE["key"]), until(OTHER["key"], 60)], [NO_EXECUTE, OTHER], 60_000),
        ([until(NO_EXECUTE["key"], -5)], [NO_EXECUTE], 0),
    ],
)
def test_how_long_a_pod_may_stay(
    tolerations: list[dict[str, object]], taints: list[dict[str, str]], delay: int | None
) -> None:
    assert eviction_delay_ms(tolerating(*tolerations), taints) == delay


def test_pods_of_a_node_that_comes_back_in_time_stay() -> None:
    """The eviction is cancelled with its taint."""
    cluster = Cluster(nodes=2)
    cluster.apply(deployment(replicas=4))
    cluster.run_until(30_000)
    names = {pod["metadata"]["name"] for pod in cluster.objects("Pod")}
    cluster.act("nodeDown", node="node-1")
    cluster.run_until(300_000)
    taints = cluster.get("Node", "node-1")["spec"]["taints"]
    assert {(t["key"], t["effect"]) for t in taints} == {
        ("node.kubernetes.io/unreachable", "NoSchedule"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
    }
    cluster.act("nodeUp", node="node-1")
    cluster.run_until(900_000)
    assert cluster.get("Node", "node-1")["spec"].get("taints") is None
    assert {pod["metadata"]["name"] for pod in cluster.objects("Pod")} == names


@pytest.mark.parametrize(
    ("ready", "silent", "state"),
    [
        # ComputeZoneState: more than two and at least 55 % silent is partial, all of them full.
        (0, 0, "normal"),
        (0, 1, "full"),
        (0, 9, "full"),
        (1, 2, "normal"),
        (1, 3, "partial"),
        (3, 3, "normal"),
        (9, 11, "partial"),
        (10, 11, "normal"),
    ],
)
def test_the_state_of_a_zone(ready: int, silent: int, state: str) -> None:
    assert zone_state([True] * ready + [False] * silent) == state


def effects(cluster: Cluster, node: str) -> list[str]:
    return [taint["effect"] for taint in cluster.get("Node", node)["spec"].get("taints") or ()]


def test_nobody_is_evicted_while_every_node_is_silent() -> None:
    """handleDisruption: when all zones are fully disrupted the NoExecute taints go, and come when one is back."""
    cluster = Cluster(nodes=2)
    cluster.apply(deployment(replicas=2))
    cluster.run_until(30_000)
    cluster.act("nodeDown", node="node-1")
    cluster.run_until(100_000)
    assert effects(cluster, "node-1") == ["NoSchedule", "NoExecute"]
    cluster.act("nodeDown", node="node-2")
    cluster.run_until(200_000)
    assert [effects(cluster, name) for name in ("node-1", "node-2")] == [["NoSchedule"], ["NoSchedule"]]
    cluster.run_until(1_000_000)
    assert [pod for pod in cluster.objects("Pod") if "deletionTimestamp" in pod["metadata"]] == []
    cluster.act("nodeUp", node="node-2")
    cluster.run_until(1_010_000)
    assert effects(cluster, "node-1") == ["NoSchedule", "NoExecute"]


@pytest.mark.parametrize(
    ("gone", "collected"), [(0, 60_000), (19_999, 60_000), (20_000, 80_000), (30_000, 80_000)]
)
def test_when_pods_of_a_lost_node_are_collected(gone: int, collected: int) -> None:
    """podgc: a look every 20 s, and 40 s of quarantine for a node that is missed for the first time."""
    assert collected_at(gone) == collected


def test_pods_of_a_node_that_is_gone_are_collected() -> None:
    cluster = Cluster(nodes=2)
    cluster.apply(deployment(replicas=2))
    cluster.run_until(30_000)
    lost = [p["metadata"]["name"] for p in cluster.objects("Pod") if p["spec"]["nodeName"] == "node-1"]
    cluster.delete("Node", "node-1")
    cluster.run_until(79_999)
    names = {pod["metadata"]["name"] for pod in cluster.objects("Pod")}
    assert lost
    assert set(lost) <= names
    cluster.run_until(90_000)
    assert {pod["spec"]["nodeName"] for pod in cluster.objects("Pod")} == {"node-2"}


def tainted(cluster: Cluster, *keys: str) -> None:
    node = cluster.get("Node", "node-1")
    taints = [{"key": key, "effect": "NoExecute"} for key in keys]
    cluster.update({**node, "spec": {**node["spec"], "taints": taints}})
    cluster.run_for(100)


def test_an_eviction_is_cancelled_or_brought_forward_with_the_taints() -> None:
    """processPodOnNode: looked at anew with every change of the taints."""
    template = deployment(replicas=1)
    stay = [{"key": "slow", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 100}]
    template["spec"]["template"]["spec"]["tolerations"] = stay
    cluster = Cluster(nodes=1)
    cluster.apply(template)
    cluster.run_until(30_000)
    tainted(cluster, "slow")
    tainted(cluster)
    told = [
        e.data["message"].split()[0]
        for e in cluster.trace.find("event")
        if e.data["reason"] == "TaintManagerEviction" and e.ref.namespace == "default"
    ]
    assert told == ["Cancelling"]
    cluster.run_until(300_000)
    (pod,) = cluster.objects("Pod")
    tainted(cluster, "slow")
    tainted(cluster, "slow", "fast")
    assert pod["metadata"]["name"] not in {
        p["metadata"]["name"] for p in cluster.objects("Pod") if "deletionTimestamp" not in p["metadata"]
    }
