"""StatefulSets and DaemonSets.  Rules: pkg/controller/statefulset, pkg/controller/daemon."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.daemonplan import TOLERATIONS, OnNode, replace_step, should_run, surge_step
from learn.cluster.controllers.statefulplan import Member, UpdateMode, plan
from learn.cluster.controllers.statefulset import ordinal_of
from learn.cluster.scheduling.taints import tolerates
from tests.cluster.factories import template


def members(text, revision="r1"):
    """`h` healthy, `u` not healthy, `t` terminating, `e` ended, `-` not there; upper case has the new revision."""
    found = []
    for ordinal, letter in enumerate(text):
        if letter == "-":
            continue
        new = letter.isupper()
        kind = letter.lower()
        found.append(Member(ordinal, "r2" if new else revision, kind == "h", kind == "t", kind == "e"))
    return found


@pytest.mark.parametrize(
    ("now", "replicas", "more", "create", "delete"),
    [
        # OrderedReady: one after the other, each waits for those before it.
        ("", 3, {}, (0,), ()),
        ("H", 3, {}, (1,), ()),
        ("U", 3, {}, (), ()),
        ("HUH", 3, {}, (), ()),
        ("H-H", 3, {}, (1,), ()),
        ("HT", 3, {}, (), ()),
        ("HE", 2, {}, (), (1,)),
        # Shrinking from the highest ordinal, waiting for each to be gone.
        ("HHHH", 2, {}, (), (3,)),
        ("HHHT", 2, {}, (), ()),
        ("HHHU", 2, {}, (), (3,)),
        # Parallel: all at once.
        ("", 3, {"ordered": False}, (0, 1, 2), ()),
        ("UUUU", 2, {"ordered": False}, (), (3, 2)),
        # Ordinals that start elsewhere.
        ("", 2, {"start": 5}, (5,), ()),
        # RollingUpdate: the highest first, one at a time, down to the partition.
        ("hhh", 3, {}, (), (2,)),
        ("hhT", 3, {}, (), ()),
        ("hhU", 3, {}, (), ()),
        ("hhH", 3, {}, (), (1,)),
        ("hhh", 3, {"partition": 2}, (), (2,)),
        ("hhH", 3, {"partition": 2}, (), ()),
        ("hhh", 3, {"partition": 5}, (), ()),
        ("hhh", 3, {"strategy": "OnDelete"}, (), ()),
        ("hhhh", 4, {"max_unavailable": 2}, (), (3, 2)),
        # A broken Pod of the former revision is not replaced by itself (ordered).
        ("hhu", 3, {}, (), ()),
        ("hhu", 3, {"ordered": False}, (), (2,)),
        # processCondemned: a broken Pod goes only when none below it is broken, too.
        ("HHUU", 2, {}, (), ()),
        ("HHUH", 2, {}, (), (3,)),
        ("HHTH", 2, {}, (), (3,)),
        ("HHUU", 2, {"ordered": False}, (), (3, 2)),
        # An ended Pod holds the others up in order only; Parallel fills, shrinks and updates in one step.
        ("E-H", 3, {}, (), (0,)),
        ("E-H", 3, {"ordered": False}, (1,), (0,)),
        ("H-HH", 3, {"ordered": False}, (1,), (3,)),
        # The partition counts from the first ordinal.
        ("--hhh", 3, {"start": 2, "partition": 1}, (), (4,)),
        ("--hhH", 3, {"start": 2, "partition": 2}, (), ()),
        # Without the gate: the highest old Pod, unless a Pod above it is missing or broken.
        ("hhh", 3, {"mode": "one", "max_unavailable": 3}, (), (2,)),
        ("hhU", 3, {"mode": "one", "ordered": False}, (), ()),
        ("huH", 3, {"mode": "one", "ordered": False}, (), (1,)),
        ("uhh", 3, {"mode": "one", "ordered": False}, (), (2,)),
        # 1.35: nothing while as many are missing as may be.
        ("huu", 3, {"mode": "budget", "ordered": False, "max_unavailable": 2}, (), ()),
        ("hhu", 3, {"mode": "budget", "ordered": False, "max_unavailable": 2}, (), (2,)),
        # 1.37, Parallel: broken old Pods are replaced in any case, sound ones within what is left.
        ("huu", 3, {"ordered": False, "max_unavailable": 2}, (), (2, 1)),
        ("uhhh", 4, {"ordered": False, "max_unavailable": 2}, (), (0, 3)),
        ("uhhU", 4, {"ordered": False, "max_unavailable": 1}, (), (0,)),
        ("hhT", 3, {"ordered": False, "max_unavailable": 2}, (), (1,)),
    ],
)
def test_next_step_of_a_stateful_set(now, replicas, more, create, delete):
    settings = {
        "start": 0,
        "ordered": True,
        "strategy": "RollingUpdate",
        "partition": 0,
        "update_revision": "r2",
        **more,
    }
    if "mode" in settings:
        settings["mode"] = UpdateMode(settings["mode"])
    assert plan(members(now), replicas=replicas, **settings) == (create, delete)


@pytest.mark.parametrize(
    ("name", "ordinal"), [("db-0", 0), ("db-12", 12), ("db-x", None), ("web-0", None), ("db-1-2", None)]
)
def test_ordinals_are_read_from_names(name, ordinal):
    assert ordinal_of(name, "db") == ordinal


def stateful_set(replicas=3, image="example.com/db:1.0", **spec):
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "serviceName": "db",
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "db"}},
            "template": template("db", image=image, ports=[]),
            **spec,
        },
    }


def pod_names(cluster):
    return [p["metadata"]["name"] for p in cluster.objects("Pod")]


def test_pods_come_up_in_order_and_go_down_from_the_top():
    cluster = Cluster()
    cluster.apply(stateful_set())
    cluster.run_until(60_000)
    created = [e.ref.name for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")]
    assert created == ["db-0", "db-1", "db-2"]
    cluster.scale("StatefulSet", "db", 1)
    cluster.run_until(120_000)
    deleted = [e.ref.name for e in cluster.trace.find("deleted") if e.ref[:2] == ("Pod", "default")]
    assert (deleted, pod_names(cluster)) == (["db-2", "db-1"], ["db-0"])


def test_old_revisions_go_beyond_their_limit():
    """truncateHistory keeps what Pods use and revisionHistoryLimit more."""
    cluster = Cluster(images={f"example.com/db:{n}.0": {} for n in range(1, 6)})
    for number in range(1, 6):
        cluster.apply(stateful_set(1, f"example.com/db:{number}.0", revisionHistoryLimit=1))
        cluster.run_for(60_000)
    assert sorted(each["revision"] for each in cluster.objects("ControllerRevision")) == [4, 5]


def test_on_delete_never_completes_by_itself():
    """completeRollingUpdate is for RollingUpdate alone: the current revision stays."""
    cluster = Cluster(images={f"example.com/db:{n}.0": {} for n in (1, 2)})
    strategy = {"type": "OnDelete"}
    cluster.apply(stateful_set(1, updateStrategy=strategy))
    cluster.run_for(30_000)
    cluster.apply(stateful_set(1, "example.com/db:2.0", updateStrategy=strategy))
    cluster.run_for(10_000)
    cluster.delete("Pod", "db-0")
    cluster.run_for(90_000)
    status = cluster.get("StatefulSet", "db")["status"]
    assert (status["updatedReplicas"], status["readyReplicas"]) == (1, 1)
    assert status["currentRevision"] != status["updateRevision"]


CLAIM = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


@pytest.mark.parametrize(
    ("policy", "after_scaling", "after_deleting"),
    [
        ({}, ["data-db-0", "data-db-1", "data-db-2"], ["data-db-0", "data-db-1", "data-db-2"]),
        ({"whenScaled": "Delete"}, ["data-db-0"], ["data-db-0"]),
        ({"whenDeleted": "Delete"}, ["data-db-0", "data-db-1", "data-db-2"], []),
        ({"whenDeleted": "Delete", "whenScaled": "Delete"}, ["data-db-0"], []),
    ],
)
def test_claims_are_kept_unless_their_policy_says_otherwise(policy, after_scaling, after_deleting):
    """persistentVolumeClaimRetentionPolicy (KEP-1847): Retain by default for both."""
    cluster = Cluster()
    more = {"persistentVolumeClaimRetentionPolicy": policy} if policy else {}
    cluster.apply(stateful_set(volumeClaimTemplates=[CLAIM], **more))
    cluster.run_until(60_000)

    def claims():
        return [claim["metadata"]["name"] for claim in cluster.objects("PersistentVolumeClaim")]

    cluster.scale("StatefulSet", "db", 1)
    cluster.run_until(160_000)
    assert claims() == after_scaling
    cluster.delete("StatefulSet", "db")
    cluster.run_until(260_000)
    assert claims() == after_deleting


def test_ordinals_start_where_they_are_told_to():
    """ordinals.start (KEP-3335)."""
    cluster = Cluster()
    cluster.apply(stateful_set(ordinals={"start": 5}))
    cluster.run_until(60_000)
    assert pod_names(cluster) == ["db-5", "db-6", "db-7"]


def test_pods_managed_in_parallel_do_not_wait_for_each_other():
    cluster = Cluster()
    cluster.apply(stateful_set(podManagementPolicy="Parallel"))
    cluster.run_until(1_000)
    created = [e.time_ms for e in cluster.trace.find("created") if e.ref[:2] == ("Pod", "default")]
    assert created == [0, 0, 0]


def test_an_update_goes_from_the_highest_ordinal_and_keeps_names_and_claims():
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    cluster = Cluster()
    cluster.apply(stateful_set(volumeClaimTemplates=[claim]))
    cluster.run_until(60_000)
    volumes = {
        c["metadata"]["name"]: c["spec"]["volumeName"] for c in cluster.objects("PersistentVolumeClaim")
    }
    cluster.apply(stateful_set(image="example.com/cache:1.0", volumeClaimTemplates=[claim]))
    cluster.run_until(160_000)
    deleted = [e.ref.name for e in cluster.trace.find("deleted") if e.ref[:2] == ("Pod", "default")]
    assert (deleted, pod_names(cluster)) == (["db-2", "db-1", "db-0"], ["db-0", "db-1", "db-2"])
    assert volumes == {
        c["metadata"]["name"]: c["spec"]["volumeName"] for c in cluster.objects("PersistentVolumeClaim")
    }
    status = cluster.get("StatefulSet", "db")["status"]
    assert status["currentRevision"] == status["updateRevision"]


def test_what_is_written_to_a_claim_outlives_the_pod():
    mounts = [{"name": "data", "mountPath": "/var/lib/db"}]
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    manifest = stateful_set(1, volumeClaimTemplates=[claim])
    manifest["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = mounts
    cluster = Cluster()
    cluster.apply(manifest)
    cluster.run_until(20_000)
    cluster.act("inject", fault="writeFile", target="db", path="/var/lib/db/row", text="42")
    cluster.act("inject", fault="writeFile", target="db", path="/tmp/row", text="42")
    cluster.delete("Pod", "db-0")
    cluster.run_until(60_000)
    record = cluster.kubelet.record(cluster.get("Pod", "db-0")["metadata"]["uid"])
    running = cluster.kubelet.running(record, cluster.get("Pod", "db-0"), "app")
    assert (running.read("/var/lib/db/row"), running.read("/tmp/row")) == ("42", None)


@pytest.mark.parametrize(
    ("toleration", "taint", "expected"),
    [
        # v1.Toleration.ToleratesTaint
        ({"key": "a", "operator": "Equal", "value": "1", "effect": "NoSchedule"}, {"key": "a", "value": "1", "effect": "NoSchedule"}, True),
        ({"key": "a", "value": "1"}, {"key": "a", "value": "1", "effect": "NoExecute"}, True),
        ({"key": "a", "value": "2"}, {"key": "a", "value": "1", "effect": "NoSchedule"}, False),
        ({"key": "a", "operator": "Exists"}, {"key": "a", "value": "1", "effect": "NoSchedule"}, True),
        ({"operator": "Exists"}, {"key": "b", "effect": "NoExecute"}, True),
        ({"key": "a", "operator": "Exists", "effect": "NoExecute"}, {"key": "a", "effect": "NoSchedule"}, False),
        ({"key": "a"}, {"key": "a", "effect": "NoSchedule"}, True),
    ],
)  # fmt: skip
def test_tolerations(toleration, taint, expected):
    assert tolerates(toleration, taint) is expected


@pytest.mark.parametrize(
    ("spec", "node_spec", "expected"),
    [
        ({}, {}, (True, True)),
        ({"nodeSelector": {"disk": "ssd"}}, {}, (False, False)),
        ({"nodeSelector": {"zone": "a"}}, {}, (True, True)),
        ({"nodeName": "other"}, {}, (False, False)),
        ({}, {"taints": [{"key": "x", "effect": "NoSchedule"}]}, (False, True)),
        ({}, {"taints": [{"key": "x", "effect": "NoExecute"}]}, (False, False)),
        ({}, {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]}, (True, True)),
        ({}, {"taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]}, (True, True)),
    ],
)
def test_where_a_daemon_runs(spec, node_spec, expected):
    node = {"metadata": {"name": "n", "labels": {"zone": "a"}}, "spec": node_spec}
    assert should_run(spec, TOLERATIONS, node) == expected


def daemon_set(image="example.com/shipper:1.0", **spec):
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": template("agent", image=image, ports=[]),
            **spec,
        },
    }


def test_a_daemon_set_has_one_pod_per_node_and_updates_one_at_a_time():
    cluster = Cluster(nodes=3)
    cluster.apply(daemon_set())
    cluster.run_until(20_000)
    assert sorted(p["spec"]["nodeName"] for p in cluster.objects("Pod")) == ["node-1", "node-2", "node-3"]
    cluster.apply(daemon_set(image="example.com/batch:1.0"))
    cluster.run_until(60_000)
    images = {p["spec"]["containers"][0]["image"] for p in cluster.objects("Pod")}
    assert images == {"example.com/batch:1.0"}
    ready = [
        v.obj["status"]["numberReady"]
        for v in cluster.trace.versions(("DaemonSet", "default", "agent"))
        if v.time_ms > 20_000
    ]
    assert min(ready) == 2


OLD = OnNode("a", old=True, old_available=True)
BROKEN = OnNode("b", old=True)
COMING = OnNode("c", old=True, old_available=True, new=True)
COME = OnNode("d", old=True, old_available=True, new=True, new_available=True)
NEW = OnNode("e", new=True, new_available=True)


@pytest.mark.parametrize(
    ("nodes", "most", "done", "start"),
    [
        ([OLD, OLD._replace(node="z")], 1, [], ["a"]),
        ([OLD, OLD._replace(node="z")], 2, [], ["a", "z"]),
        ([OLD, COMING], 1, [], []),
        ([OLD, COMING], 2, [], ["a"]),
        ([OLD, COME], 1, ["d"], ["a"]),
        ([OLD, BROKEN, COMING], 1, [], ["b"]),
        ([NEW, NEW], 1, [], []),
    ],
)
def test_a_daemon_set_surges(nodes, most, done, start):
    """pkg/controller/daemon/update.go: a new Pod beside the old one; what is not available needs no allowance."""
    assert surge_step(nodes, most) == (done, start)


def test_an_update_with_surge_keeps_every_node_served():
    cluster = Cluster(nodes=3)
    cluster.apply(daemon_set(updateStrategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}))
    cluster.run_until(20_000)
    cluster.apply(
        daemon_set(
            image="example.com/batch:1.0",
            updateStrategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        )
    )
    counts = []
    for second in range(20, 90):
        cluster.run_until(second * 1_000)
        pods = [p for p in cluster.objects("Pod") if "deletionTimestamp" not in p["metadata"]]
        counts.append((len(pods), cluster.get("DaemonSet", "agent")["status"]["numberReady"]))
    assert {p["spec"]["containers"][0]["image"] for p in cluster.objects("Pod")} == {"example.com/batch:1.0"}
    assert (max(pods for pods, _ in counts), min(ready for _, ready in counts)) == (4, 3)


def test_a_daemon_follows_the_nodes():
    cluster = Cluster(nodes=2)
    cluster.apply(daemon_set())
    cluster.run_until(10_000)
    cluster.delete("Node", "node-2")
    cluster.run_until(50_000)
    assert [p["spec"]["nodeName"] for p in cluster.objects("Pod")] == ["node-1"]


def on(letters):
    """Nodes a, b, …: `-` empty, `o`/`O` an old Pod (available), `n`/`N` a new one, `b` both."""
    kinds = {
        "-": {},
        "o": {"old": True},
        "O": {"old": True, "old_available": True},
        "n": {"new": True},
        "N": {"new": True, "new_available": True},
        "b": {"old": True, "old_available": True, "new": True, "new_available": True},
    }
    return [OnNode(chr(97 + place), **kinds[letter]) for place, letter in enumerate(letters)]


@pytest.mark.parametrize(
    ("nodes", "most", "deleted"),
    [
        # daemon/update.go rollingUpdate without surge.
        ("OOO", 1, ["a"]),
        ("NOO", 1, ["b"]),
        ("nOO", 1, []),
        ("-OO", 1, []),
        ("bOO", 1, []),
        ("-OO", 2, ["b"]),
        ("nOOO", 3, ["b", "c"]),
        # Broken old Pods go beside the budget, and do not use it up.
        ("oOO", 1, ["a", "b"]),
        ("oon", 1, ["a", "b"]),
        ("NNN", 1, []),
    ],
)
def test_the_next_step_of_an_update_without_surge(nodes, most, deleted):
    assert replace_step(on(nodes), most) == deleted


def test_a_failed_daemon_pod_is_replaced_less_and_less_often():
    """podsShouldBeOnNode: a back-off per node from 1 s, doubled, against fights with the kubelet."""
    cluster = Cluster(nodes=1)
    cluster.apply(daemon_set())
    cluster.run_until(10_000)
    for _ in range(4):
        pod = next(p for p in cluster.objects("Pod") if "deletionTimestamp" not in p["metadata"])
        status = {**pod["status"], "phase": "Failed"}
        cluster.store.put({**pod, "status": status}, "status")
        cluster.run_for(10_000)
    told = [e.time_ms for e in cluster.trace.find("event") if e.data["reason"] == "FailedDaemonPod"]
    assert told == [10_000, 20_000, 30_000, 40_000]
    controller = cluster.parts["daemonset"]
    assert [delay for delay, _ in controller.state.values()] == [8_000]
