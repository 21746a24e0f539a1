"""Patches and applies: strategicpatch, RFC 7386, RFC 6902, structured-merge-diff."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.cluster.api.apply import (
    apply_three_way,
    is_applied,
    last_applied_text,
    prune_unknown,
    with_last_applied,
)
from learn.cluster.api.ownership import ApplyConflict, managers_of, server_side_apply, track_update
from learn.cluster.api.patch import (
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    PatchError,
    apply_patch,
    json_patch,
    merge_patch,
)
from learn.cluster.api.schema import schema_of
from learn.cluster.api.strategic import strategic_merge
from learn.cluster.api.strategicdiff import three_way_patch, two_way_patch
from tests.cluster.api.objects import plain, workload

DEPLOYMENT = schema_of("apps/v1", "Deployment")
POD = schema_of("v1", "Pod")


def named(*names: str, **fields: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": name, **fields} for name in names]}}


MERGES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "items are found by merge key": (named("a", "b"), named("b", image="x"), {"spec": {"containers": [{"name": "a"}, {"name": "b", "image": "x"}]}}),
    "new items come first": (named("a"), named("b"), named("b", "a")),
    "null deletes": ({"spec": {"nodeName": "n", "hostname": "h"}}, {"spec": {"nodeName": None}}, {"spec": {"hostname": "h"}}),
    "$patch: delete takes an item out": (named("a", "b"), {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}, named("b")),
    "$patch: replace replaces the list": (named("a", "b"), {"spec": {"containers": [{"$patch": "replace"}, {"name": "c"}]}}, named("c")),
    "$patch: replace replaces a map": ({"spec": {"nodeSelector": {"a": "1"}}}, {"spec": {"nodeSelector": {"$patch": "replace", "b": "2"}}}, {"spec": {"nodeSelector": {"b": "2"}}}),
    "lists without a key are replaced": ({"spec": {"tolerations": [{"key": "a"}]}}, {"spec": {"tolerations": [{"key": "b"}]}}, {"spec": {"tolerations": [{"key": "b"}]}}),
    "lists of values join": ({"metadata": {"finalizers": ["a", "b"]}}, {"metadata": {"finalizers": ["c", "a"]}}, {"metadata": {"finalizers": ["c", "a", "b"]}}),
    "$deleteFromPrimitiveList": ({"metadata": {"finalizers": ["a", "b"]}}, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}, {"metadata": {"finalizers": ["b"]}}),
    "$setElementOrder": (named("a", "b"), {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}, named("b", "a")),
    "$retainKeys": (
        {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}},
        {"spec": {"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/"}}]}},
        {"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", MERGES)
def test_strategic_merge(rule: str) -> None:
    original, patch, expected = MERGES[rule]
    result = strategic_merge(original, patch, POD)
    assert result == expected
    assert list(result.get("metadata", {}).get("finalizers", [])) == expected.get("metadata", {}).get(
        "finalizers", []
    )


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"spec": {"containers": [{"image": "x"}]}}, "does not contain declared merge key: name"),
        ({"spec": {"$patch": "mend"}}, "unknown patch type: mend in map"),
        ({"spec": {"$setElementOrder/containers": 1}}, "invalid patch format of setElementOrder list"),
        ({"spec": {"$retainKeys": 1}}, "invalid patch format of retainKeys"),
        ({"spec": {"$retainKeys": ["a"], "b": 1}}, "patch content doesn't match retainKeys list"),
    ],
)
def test_strategic_merge_refuses(patch: dict[str, Any], message: str) -> None:
    with pytest.raises(PatchError, match=message.replace("$", r"\$")):
        strategic_merge(named("a"), patch, POD)


def test_a_two_way_patch_says_what_changed_in_order() -> None:
    patch = two_way_patch(
        named("a", "b"), {"spec": {"containers": [{"name": "b", "image": "x"}, {"name": "c"}]}}, POD
    )
    assert patch == {
        "spec": {
            "containers": [{"name": "b", "image": "x"}, {"name": "c"}, {"name": "a", "$patch": "delete"}],
            "$setElementOrder/containers": [{"name": "b"}, {"name": "c"}],
        }
    }


NAMES = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6)
PODS = st.builds(
    lambda containers, finalizers, images: {
        "metadata": {"finalizers": finalizers},
        "spec": {"containers": [{"name": n, "image": i} for n, i in zip(containers, images, strict=False)]},
    },
    NAMES, NAMES, st.lists(st.sampled_from("xyz"), min_size=6, max_size=6),
)  # fmt: skip


@given(PODS, PODS)
def test_a_two_way_patch_turns_one_state_into_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    patched = strategic_merge(old, two_way_patch(old, new, POD), POD)
    assert {c["name"]: c for c in patched["spec"]["containers"]} == {
        c["name"]: c for c in new["spec"]["containers"]
    }
    assert patched["metadata"]["finalizers"] == new["metadata"]["finalizers"]


@given(PODS, PODS, PODS)
def test_a_three_way_patch_leaves_what_others_added(
    last: dict[str, Any], new: dict[str, Any], live: dict[str, Any]
) -> None:
    patched = strategic_merge(live, three_way_patch(last, new, live, POD), POD)
    found = {c["name"] for c in patched["spec"]["containers"]}
    wanted, before, there = ({c["name"] for c in state["spec"]["containers"]} for state in (new, last, live))
    assert found == wanted | (there - before)


def test_merge_patches_follow_rfc_7386() -> None:
    assert merge_patch({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2]}) == {
        "a": {"c": 2},
        "d": [2],
    }
    assert merge_patch({"a": 1}, {"b": {"c": None}}) == {"a": 1, "b": {}}


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "/l/-", "value": 3}], {"l": [1, 2, 3]}),
        ([{"op": "add", "path": "/l/0", "value": 0}], {"l": [0, 1, 2]}),
        ([{"op": "remove", "path": "/l/1"}], {"l": [1]}),
        ([{"op": "replace", "path": "/l", "value": {}}], {"l": {}}),
        ([{"op": "copy", "from": "/l", "path": "/m"}, {"op": "remove", "path": "/l"}], {"m": [1, 2]}),
        ([{"op": "move", "from": "/l/0", "path": "/a~1b"}], {"l": [2], "a/b": 1}),
        ([{"op": "test", "path": "/l/0", "value": 1}], {"l": [1, 2]}),
    ],
)
def test_json_patches_follow_rfc_6902(operations: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    document = {"l": [1, 2]}
    assert json_patch(document, operations) == expected
    assert document == {"l": [1, 2]}


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            {"op": "replace", "path": "/x", "value": 1},
            "replace operation does not apply: doc is missing key: /x: missing value",
        ),
        (
            {"op": "add", "path": "/x/y", "value": 1},
            'add operation does not apply: doc is missing path: "/x/y": missing value',
        ),
        (
            {"op": "remove", "path": "/x"},
            "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
        ),
        ({"op": "test", "path": "/l", "value": 1}, "testing value /l failed: test failed"),
        ({"op": "twist", "path": "/l"}, "Unexpected kind: twist"),
    ],
)
def test_json_patches_refuse(operation: dict[str, Any], message: str) -> None:
    with pytest.raises(PatchError) as caught:
        json_patch({"l": []}, [operation])
    assert str(caught.value) == message


def test_a_custom_resource_takes_no_strategic_patch() -> None:
    route = plain("HTTPRoute", "gateway.networking.k8s.io/v1", spec={})
    with pytest.raises(PatchError, match="the body of the request was in an unknown format"):
        apply_patch(route, {"spec": {}}, STRATEGIC_PATCH)
    assert apply_patch(route, {"spec": {"hostnames": ["a"]}}, MERGE_PATCH)["spec"] == {"hostnames": ["a"]}
    assert apply_patch(route, [{"op": "remove", "path": "/spec"}], JSON_PATCH).get("spec") is None


def test_apply_keeps_what_others_set_and_removes_what_the_file_dropped() -> None:
    first = workload("Deployment", replicas=3, paused=True)
    live = with_last_applied(first)
    live["spec"]["replicas"] = 7
    live["spec"]["minReadySeconds"] = 5
    second = workload("Deployment", replicas=7)
    outcome = apply_three_way(live, second)
    assert outcome.result["spec"] == {**second["spec"], "minReadySeconds": 5}
    assert outcome.patch["spec"] == {"paused": None}
    assert apply_three_way(outcome.result, second).is_unchanged


def test_last_applied_is_the_file_as_compact_json() -> None:
    text = last_applied_text(plain("ConfigMap", data={"a": "<b>"}))
    assert (
        text
        == '{"apiVersion":"v1","data":{"a":"\\u003cb\\u003e"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"web","namespace":"default"}}\n'
    )
    assert is_applied(with_last_applied(plain("ConfigMap")))


def test_unknown_fields_are_pruned() -> None:
    assert prune_unknown(plain("ConfigMap", data={"a": "b"}, extra=1)) == plain("ConfigMap", data={"a": "b"})


def test_server_side_apply_names_conflicts_and_force_takes_over() -> None:
    live = track_update(
        None, workload("Deployment", replicas=3), "kubectl-create", time="2026-03-01T09:00:00Z"
    )
    new = workload("Deployment", replicas=5)
    with pytest.raises(ApplyConflict) as caught:
        server_side_apply(live, new, "kubectl")
    assert str(caught.value) == (
        'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1 at 2026-03-01T09:00:00Z: .spec.replicas'
    )
    forced = server_side_apply(live, new, "kubectl", force=True)
    assert forced["spec"]["replicas"] == 5
    assert [manager.name for manager in managers_of(forced)] == ["kubectl", "kubectl-create"]


def test_server_side_apply_lists_several_conflicts() -> None:
    live = track_update(None, workload("Deployment", replicas=3), "kubectl-create")
    new = workload("Deployment", replicas=5)
    new["spec"]["template"]["spec"] = {"containers": [{"name": "app", "image": "nginx:2"}]}
    with pytest.raises(ApplyConflict) as caught:
        server_side_apply(live, new, "kubectl")
    assert str(caught.value).split("\n") == [
        'Apply failed with 2 conflicts: conflicts with "kubectl-create" using apps/v1:',
        "- .spec.replicas",
        '- .spec.template.spec.containers[name="app"].image',
    ]


def test_server_side_apply_removes_only_its_own_fields() -> None:
    one = server_side_apply(None, plain("ConfigMap", data={"a": "1", "b": "2"}), "one")
    two = server_side_apply(one, plain("ConfigMap", data={"b": "2", "c": "3"}), "two")
    assert two["data"] == {"a": "1", "b": "2", "c": "3"}
    assert server_side_apply(two, plain("ConfigMap"), "one")["data"] == {"b": "2", "c": "3"}
