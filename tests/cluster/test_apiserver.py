"""The API server's verbs: refusals, deletion, ownership, namespaces, Events.  Texts: apimachinery api/errors."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.errors import ApiError
from learn.cluster.events import COMBINED_PREFIX
from learn.cluster.objects import Ref
from tests.cluster.factories import deployment, pod, service


def config_map(name="c", namespace="default", **more):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        **more,
    }


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


@pytest.fixture
def cluster():
    return Cluster()


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (lambda c: c.get("Deployment", "x"), 404, 'deployments.apps "x" not found'),
        (lambda c: c.get("Pod", "x"), 404, 'pods "x" not found'),
        (lambda c: (c.create(config_map()), c.create(config_map())), 409, 'configmaps "c" already exists'),
        (lambda c: c.create(config_map(namespace="nope")), 404, 'namespaces "nope" not found'),
        (lambda c: c.create(deployment(replicas=-1)), 422, 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'),
        (lambda c: c.create(deployment(replcas=1, spec={"replcas": 1})), 400, 'unknown field "spec.replcas"'),
        (lambda c: c.create({"kind": "Pod"}), 400, "missing"),
        (lambda c: c.create([1]), 400, "not an object"),
        (lambda c: c.create(pod(priorityClassName="x")), 403, 'pods "web" is forbidden: no PriorityClass with name x was found'),
        (lambda c: c.delete("Pod", "x"), 404, 'pods "x" not found'),
        (lambda c: c.scale("Deployment", "x", 1), 404, 'deployments.apps "x" not found'),
    ],
)  # fmt: skip
def test_refusals_speak_the_servers_words(cluster, act, code, words):
    with pytest.raises(ApiError) as error:
        act(cluster)
    assert (error.value.code, words in error.value.message) == (code, True), error.value.message


def test_a_request_beyond_all_bounds_is_refused(cluster):
    deep = []
    deep.append(deep)
    with pytest.raises(ApiError) as error:
        cluster.create(config_map(data=deep))
    assert error.value.code == 400


def test_an_old_resource_version_is_a_conflict(cluster):
    old = cluster.create(config_map())
    cluster.update({**old, "data": {"a": "1"}})
    with pytest.raises(ApiError) as error:
        cluster.update({**old, "data": {"a": "2"}})
    assert error.value.reason == "Conflict"


def test_generation_counts_changes_of_the_spec_alone(cluster):
    cluster.apply(deployment())
    cluster.patch("Deployment", "web", {"metadata": {"labels": {"x": "y"}}})
    first = cluster.get("Deployment", "web")["metadata"]["generation"]
    cluster.scale("Deployment", "web", 5)
    assert (first, cluster.get("Deployment", "web")["metadata"]["generation"]) == (1, 2)


def test_an_equal_write_changes_nothing(cluster):
    created = cluster.create(config_map(data={"a": "1"}))
    assert cluster.update(created)["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]


@pytest.mark.parametrize(
    ("patch", "kind", "data"),
    [
        ({"data": {"a": "2", "b": "3"}}, "strategic", {"a": "2", "b": "3"}),
        ({"data": {"a": None, "b": "3"}}, "merge", {"b": "3"}),
        ([{"op": "add", "path": "/data/b", "value": "3"}], "json", {"a": "1", "b": "3"}),
    ],
)
def test_patches(cluster, patch, kind, data):
    cluster.create(config_map(data={"a": "1"}))
    assert cluster.patch("ConfigMap", "c", patch, type=kind)["data"] == data


def test_apply_removes_what_the_manifest_no_longer_says_and_keeps_what_others_set(cluster):
    cluster.apply(config_map(data={"a": "1", "b": "2"}))
    cluster.patch("ConfigMap", "c", {"data": {"other": "x"}})
    cluster.apply(config_map(data={"a": "1"}))
    assert cluster.get("ConfigMap", "c")["data"] == {"a": "1", "other": "x"}


def test_finalizers_keep_an_object_until_they_are_gone(cluster):
    manifest = config_map()
    manifest["metadata"]["finalizers"] = ["example.com/hold"]
    cluster.create(manifest)
    cluster.delete("ConfigMap", "c")
    assert "deletionTimestamp" in cluster.get("ConfigMap", "c")["metadata"]
    cluster.patch("ConfigMap", "c", {"metadata": {"finalizers": None}}, type="merge")
    assert cluster.store.get(Ref("ConfigMap", "default", "c")) is None


def left(cluster):
    return {kind: len(cluster.objects(kind)) for kind in ("Deployment", "ReplicaSet", "Pod")}


@pytest.mark.parametrize(
    ("propagation", "expected"),
    [
        ("Background", {"Deployment": 0, "ReplicaSet": 0, "Pod": 0}),
        ("Foreground", {"Deployment": 0, "ReplicaSet": 0, "Pod": 0}),
        ("Orphan", {"Deployment": 0, "ReplicaSet": 1, "Pod": 3}),
    ],
)
def test_propagation_of_a_deletion(cluster, propagation, expected):
    cluster.apply(deployment())
    cluster.run_until(10_000)
    cluster.delete("Deployment", "web", propagation=propagation)
    cluster.run_until(60_000)
    assert left(cluster) == expected


def test_foreground_deletes_dependents_first(cluster):
    cluster.apply(deployment())
    cluster.run_until(10_000)
    cluster.delete("Deployment", "web", propagation="Foreground")
    cluster.run_until(60_000)
    kinds = [
        e.ref.kind for e in cluster.trace.find("deleted") if e.ref.kind in ("Deployment", "ReplicaSet", "Pod")
    ]
    assert kinds == ["Pod", "Pod", "Pod", "ReplicaSet", "Deployment"]


def test_dependents_of_an_owner_that_is_not_there_are_collected(cluster):
    manifest = config_map()
    manifest["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Pod", "name": "gone", "uid": "1234"}
    ]
    cluster.create(manifest)
    cluster.run_for(0)
    assert [c["metadata"]["name"] for c in cluster.objects("ConfigMap")] == ["kube-root-ca.crt"]


def test_a_pod_that_is_relabelled_is_released_and_replaced(cluster):
    cluster.apply(deployment())
    cluster.run_until(10_000)
    name = cluster.objects("Pod")[0]["metadata"]["name"]
    cluster.patch("Pod", name, {"metadata": {"labels": {"app": "other"}}})
    cluster.run_until(20_000)
    assert "ownerReferences" not in cluster.get("Pod", name)["metadata"]
    assert left(cluster)["Pod"] == 4


def test_an_orphan_that_matches_is_adopted(cluster):
    cluster.apply(pod("solo", labels={"app": "web"}))
    cluster.apply(deployment(replicas=1))
    cluster.run_until(10_000)
    # The ReplicaSet's selector also wants the hash label, so a bare Pod is none of its own.
    assert left(cluster)["Pod"] == 2


def test_a_namespace_empties_before_it_goes(cluster):
    cluster.apply(namespace("team"))
    cluster.apply(deployment(), namespace="team")
    cluster.run_until(10_000)
    cluster.delete("Namespace", "team")
    assert cluster.get("Namespace", "team")["status"]["phase"] == "Terminating"
    with pytest.raises(ApiError) as error:
        cluster.create(config_map(namespace="team"))
    assert "because it is being terminated" in error.value.message
    cluster.run_until(60_000)
    assert [n for n in cluster.objects("Namespace") if n["metadata"]["name"] == "team"] == []
    assert [o for _, o in cluster.store if o["metadata"].get("namespace") == "team"] == []


def test_every_namespace_has_its_service_account(cluster):
    cluster.apply(namespace("team"))
    cluster.run_for(0)
    assert [a["metadata"]["name"] for a in cluster.objects("ServiceAccount", "team")] == ["default"]


def test_unknown_kinds_are_stored(cluster):
    cluster.apply(
        {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}}
    )
    assert cluster.get("Widget", "w")["spec"] == {"size": 3}


def test_a_stopped_controller_does_nothing_until_it_is_resumed(cluster):
    cluster.stop("kube-controller-manager")
    cluster.apply(deployment())
    cluster.run_until(30_000)
    assert left(cluster) == {"Deployment": 1, "ReplicaSet": 0, "Pod": 0}
    cluster.resume("kube-controller-manager")
    cluster.run_until(40_000)
    assert left(cluster) == {"Deployment": 1, "ReplicaSet": 1, "Pod": 3}


def test_a_stopped_scheduler_leaves_pods_pending(cluster):
    cluster.stop("kube-scheduler")
    cluster.apply(deployment())
    cluster.run_until(30_000)
    assert {p["spec"].get("nodeName") for p in cluster.objects("Pod")} == {None}
    cluster.resume("kube-scheduler")
    cluster.run_until(34_000)
    assert {p["status"]["phase"] for p in cluster.objects("Pod")} == {"Running"}


def test_objects_as_they_are_stand_still():
    running = Cluster()
    running.apply(deployment())
    running.run_until(10_000)
    objects = [obj for _, obj in running.store if obj["kind"] in ("Deployment", "ReplicaSet", "Pod")]
    still = Cluster.from_objects(objects, now="2026-05-01T12:00:00Z")
    still.run_until(100_000)
    assert still.get("Deployment", "web")["status"] == running.get("Deployment", "web")["status"]
    assert len(still.trace.find("status")) == 0
    assert still.clock.timestamp(0) == "2026-05-01T12:00:00Z"


def record_many(cluster, count, text):
    about = cluster.create(config_map())
    for number in range(count):
        cluster.events.record(about, "Warning", "Bad", text(number), source="test")
    return [(e["message"], e["count"]) for e in cluster.objects("Event")]


def test_equal_events_are_counted(cluster):
    assert record_many(cluster, 5, lambda n: "same") == [("same", 5)]


def test_many_different_messages_of_one_reason_are_combined(cluster):
    told = record_many(cluster, 12, lambda n: f"message {n}")
    assert (len(told), told[-1]) == (10, (f"{COMBINED_PREFIX}message 11", 3))


def test_one_source_may_tell_25_times_then_once_in_five_minutes(cluster):
    assert record_many(cluster, 60, lambda n: "same") == [("same", 25)]
    cluster.run_for(300_000)
    about = cluster.get("ConfigMap", "c")
    for _ in range(5):
        cluster.events.record(about, "Warning", "Bad", "same", source="test")
    assert [e["count"] for e in cluster.objects("Event")] == [26]


def test_events_are_gone_an_hour_after_the_last_time(cluster):
    record_many(cluster, 1, lambda n: "once")
    cluster.run_for(3_599_000)
    assert len(cluster.objects("Event")) == 1
    cluster.run_for(2_000)
    assert cluster.objects("Event") == []


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ({"type": "LoadBalancer", "loadBalancerClass": "x/y"}, "NodePort", ("allocateLoadBalancerNodePorts", "loadBalancerClass")),
        ({"type": "LoadBalancer"}, "ClusterIP", ("allocateLoadBalancerNodePorts", "externalTrafficPolicy", "nodePort")),
        ({"type": "NodePort"}, "ClusterIP", ("externalTrafficPolicy", "nodePort")),
        ({"type": "ClusterIP"}, "ExternalName", ("clusterIP", "clusterIPs")),
    ],
)  # fmt: skip
def test_a_service_of_another_type_loses_what_only_the_old_one_needs(cluster, before, after, gone):
    """registry/core/service/strategy.go, dropTypeDependentFields."""
    cluster.create(service(clusterIP="", **before))
    spec = {"type": after, **({"externalName": "example.com"} if after == "ExternalName" else {})}
    changed = cluster.patch("Service", "web", {"spec": spec})["spec"]
    assert [name for name in gone if name in changed or name in changed["ports"][0]] == []
    if after == "NodePort":
        assert changed["ports"][0]["nodePort"]


def test_an_old_field_that_the_update_changes_is_refused(cluster):
    cluster.create(service(clusterIP="", type="NodePort"))
    with pytest.raises(ApiError) as error:
        cluster.patch(
            "Service", "web", {"spec": {"type": "ClusterIP", "ports": [{"port": 80, "nodePort": 30999}]}}
        )
    assert (
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'" in error.value.message
    )
