"""The object store, its watches, and the trace that every write leaves."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.engine import Engine, LimitReached, Limits
from learn.cluster.objects import Ref, changed_fields
from learn.cluster.store import Store
from learn.cluster.trace import Trace
from tests.cluster.factories import pod


def new_store(**limits):
    engine = Engine(limits=Limits(**limits))
    trace = Trace(engine)
    return Store(engine, trace), trace, engine


def config_map(name, namespace="default", **metadata):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, **metadata},
    }


def test_lists_are_sorted_by_namespace_and_name():
    store, _, _ = new_store()
    for namespace, name in (("b", "x"), ("a", "z"), ("a", "y"), ("b", "a")):
        store.put(config_map(name, namespace), "created")
    names = [(o["metadata"]["namespace"], o["metadata"]["name"]) for o in store.objects("ConfigMap")]
    assert names == [("a", "y"), ("a", "z"), ("b", "a"), ("b", "x")]
    assert [o["metadata"]["name"] for o in store.objects("ConfigMap", "b")] == ["a", "x"]


def test_every_write_has_a_higher_resource_version_and_leaves_the_old_object_alone():
    store, _, _ = new_store()
    first = store.put(config_map("a"), "created")
    second = store.put({**first, "data": {"k": "v"}}, "updated")
    assert int(second["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])
    assert "data" not in first


def test_watchers_see_old_and_new():
    store, _, _ = new_store()
    seen = []
    store.watch("ConfigMap", seen.append)
    created = store.put(config_map("a"), "created")
    changed = store.put({**created, "data": {}}, "updated")
    store.remove(Ref("ConfigMap", "default", "a"))
    assert [(n.old, n.new) for n in seen] == [(None, created), (created, changed), (changed, None)]


def test_owner_index_follows_changes_of_ownership():
    store, _, _ = new_store()
    owned = store.put(config_map("a", ownerReferences=[{"uid": "u1", "kind": "X", "name": "x"}]), "created")
    assert store.owned_by("u1") == [owned]
    released = {**owned, "metadata": {k: v for k, v in owned["metadata"].items() if k != "ownerReferences"}}
    store.put(released, "updated")
    assert store.owned_by("u1") == []


def test_pods_are_found_by_labels_and_by_node():
    cluster = Cluster()
    cluster.create(pod("a", labels={"app": "x", "tier": "1"}))
    cluster.create(pod("b", labels={"app": "x"}))
    cluster.run_for(0)
    matching = cluster.store.pods_matching("default", {"app": "x", "tier": "1"})
    assert [p["metadata"]["name"] for p in matching] == ["a"]
    on_nodes = [
        p["metadata"]["name"]
        for node in cluster.objects("Node")
        for p in cluster.store.pods_on(node["metadata"]["name"])
    ]
    assert {"a", "b"} <= set(on_nodes)


@pytest.mark.parametrize(
    ("limits", "name"), [({"objects": 2}, "objects"), ({"trace_entries": 2}, "trace_entries")]
)
def test_limits_of_the_store_are_explained(limits, name):
    store, _, _ = new_store(**limits)
    store.put(config_map("a"), "created")
    store.put(config_map("b"), "created")
    with pytest.raises(LimitReached) as reached:
        store.put(config_map("c"), "created")
    assert reached.value.limit == name


def test_why_follows_causes_back_to_the_command():
    cluster = Cluster()
    cluster.create(pod())
    cluster.run_for(4_000)
    started = cluster.trace.of(Ref("Pod", "default", "web"), "container-started")[0]
    chain = [entry.change for entry in cluster.trace.why(started)]
    assert (chain[0], chain[-1]) == ("container-started", "action")
    assert {"scheduled", "created"} <= set(chain)


def test_objects_can_be_seen_as_they_were():
    cluster = Cluster()
    cluster.create(pod())
    cluster.run_for(10_000)
    ref = Ref("Pod", "default", "web")
    phases = [cluster.trace.object_at(ref, ms)["status"]["phase"] for ms in (0, 2_999, 3_000)]
    assert phases == ["Pending", "Pending", "Running"]
    assert cluster.trace.object_at(ref, -1) is None


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1}, {"a": 2, "b": 3}, ("a", "b")),
        ({"s": {"c": [{"x": 1}]}}, {"s": {"c": [{"x": 2}]}}, ("s.c[0].x",)),
        ({"s": [1]}, {"s": [1, 2]}, ("s",)),
    ],
)
def test_changed_fields_are_named_by_path(old, new, paths):
    assert changed_fields(old, new) == paths
