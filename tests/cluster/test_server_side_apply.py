"""Server-side apply: who owns which field of an object, and who may change it.

Rules: documentation "Server-Side Apply"; staging/src/k8s.io/apimachinery/pkg/util/managedfields (fieldmanager.go,
lastappliedmanager.go, skipnonapplied.go), structured-merge-diff/merge, client-go/util/csaupgrade.
"""

from collections.abc import Callable
from typing import Any

import pytest

from learn.cluster.api.ownership import managers_of
from learn.cluster.cluster import Cluster
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, Ref


def deployment(image: str = "nginx:1.27", replicas: int | None = 3, **labels: str) -> Obj:
    spec: Obj = {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "app", "image": image}]},
        },
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": labels},
        "spec": spec,
    }


def config_map(**data: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": data}


def ssa(cluster: Cluster, manifest: Obj, manager: str = "kubectl", *, force: bool = False) -> Obj:
    return cluster.apply(manifest, server_side=True, field_manager=manager, force=force)[0]


def owners(obj: Obj) -> dict[str, str]:
    return {manager.name: manager.operation for manager in managers_of(obj)}


def replicas_of(cluster: Cluster) -> int:
    return int(cluster.get("Deployment", "web")["spec"]["replicas"])


Write = Callable[[Cluster], Any]

WRITERS: list[tuple[str, Write, str]] = [
    ("kubectl scale", lambda c: c.scale("Deployment", "web", 5), '"kubectl" with subresource "scale" using apps/v1'),
    ("kubectl patch", lambda c: c.patch("Deployment", "web", {"spec": {"replicas": 5}}), '"kubectl-patch" using apps/v1'),
    ("kubectl replace", lambda c: c.update(deployment(replicas=5)), '"kubectl-replace" using apps/v1'),
    ("kubectl apply", lambda c: c.apply(deployment(replicas=5)), '"kubectl-client-side-apply" using apps/v1'),
    ("another applier", lambda c: ssa(c, deployment(replicas=5), "ci", force=True), '"ci"'),
    (
        "a controller",
        lambda c: c.api.scale(Ref("Deployment", "default", "web"), 5),
        '"kube-controller-manager" with subresource "scale" using apps/v1',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("who", "write", "words"), WRITERS, ids=[row[0] for row in WRITERS])
def test_whoever_changes_a_field_takes_it_over(who: str, write: Write, words: str) -> None:
    cluster = Cluster()
    ssa(cluster, deployment(), "team")
    write(cluster)
    stamp = f"{words} at 2026-04-01T00:00:00Z" if "using" in words else words
    with pytest.raises(ApiError) as refused:
        ssa(cluster, deployment(), "team")
    assert (refused.value.code, refused.value.reason) == (409, "Conflict")
    now = cluster.clock.timestamp(cluster.now)
    assert refused.value.message == (
        f"Apply failed with 1 conflict: conflict with {stamp.replace('2026-04-01T00:00:00Z', now)}: .spec.replicas"
    )
    assert replicas_of(cluster) == 5


def test_force_takes_over_and_the_other_loses() -> None:
    cluster = Cluster()
    ssa(cluster, deployment(replicas=3), "team")
    cluster.scale("Deployment", "web", 5)
    forced = ssa(cluster, deployment(replicas=3), "team", force=True)
    assert replicas_of(cluster) == 3
    assert owners(forced) == {"team": "Apply"}


def test_a_field_left_out_stays_with_whom_else_owns_it() -> None:
    """The way to give spec.replicas to an HPA: apply without it."""
    cluster = Cluster()
    ssa(cluster, deployment(replicas=3), "team")
    cluster.scale("Deployment", "web", 5)
    ssa(cluster, deployment(replicas=None), "team")
    assert replicas_of(cluster) == 5


def test_a_field_that_nobody_else_owns_goes_and_takes_its_default() -> None:
    cluster = Cluster()
    ssa(cluster, deployment(replicas=3), "team")
    ssa(cluster, deployment(replicas=None), "team")
    assert replicas_of(cluster) == 1


def test_equal_values_are_shared_without_a_conflict() -> None:
    cluster = Cluster()
    ssa(cluster, config_map(a="1", b="2"), "one")
    both = ssa(cluster, config_map(b="2", c="3"), "two")
    assert both["data"] == {"a": "1", "b": "2", "c": "3"}
    assert owners(both) == {"one": "Apply", "two": "Apply"}
    assert ssa(cluster, config_map(), "one")["data"] == {"b": "2", "c": "3"}


def test_an_apply_that_changes_nothing_writes_nothing() -> None:
    cluster = Cluster()
    first = ssa(cluster, deployment())
    cluster.run_for(60_000)
    settled = cluster.get("Deployment", "web")
    assert ssa(cluster, deployment())["metadata"]["resourceVersion"] == settled["metadata"]["resourceVersion"]
    assert first["metadata"]["generation"] == settled["metadata"]["generation"] == 1


def test_an_object_without_owners_belongs_to_before_first_apply() -> None:
    cluster = Cluster()
    node = cluster.objects("Node")[0]
    changed = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node["metadata"]["name"], "labels": {"disk": "ssd"}},
    }
    applied = ssa(cluster, changed)
    assert owners(applied) == {"kubectl": "Apply", "before-first-apply": "Update"}
    hostname = {**changed["metadata"], "labels": {"kubernetes.io/hostname": "other"}}
    with pytest.raises(ApiError, match='conflict with "before-first-apply" using v1') as refused:
        ssa(cluster, {**changed, "metadata": hostname})
    assert refused.value.reason == "Conflict"


def test_kubectl_goes_from_client_side_to_server_side_apply_without_conflicts() -> None:
    cluster = Cluster()
    cluster.apply(deployment(image="nginx:1.27"))
    applied = ssa(cluster, deployment(image="nginx:1.28"))
    assert applied["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.28"
    assert owners(applied) == {"kubectl": "Apply"}
    annotation = applied["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    assert "nginx:1.28" in annotation


def test_what_was_changed_since_the_last_client_side_apply_still_conflicts() -> None:
    cluster = Cluster()
    cluster.apply(deployment())
    cluster.scale("Deployment", "web", 5)
    with pytest.raises(
        ApiError, match=r'1 conflict: conflict with "kubectl" with subresource "scale".*: .spec.replicas'
    ):
        ssa(cluster, deployment(image="nginx:1.28"))


def test_other_managers_conflict_with_a_client_side_apply() -> None:
    cluster = Cluster()
    cluster.apply(deployment(image="nginx:1.27"))
    with pytest.raises(ApiError, match='conflict with "kubectl-client-side-apply" using apps/v1'):
        ssa(cluster, deployment(image="nginx:1.28"), "ci")


def test_managed_fields_cannot_be_applied() -> None:
    manifest = config_map(a="1")
    manifest["metadata"] = {
        **manifest["metadata"],
        "managedFields": [{"manager": "me", "operation": "Apply"}],
    }
    with pytest.raises(ApiError, match="metadata.managedFields must be nil"):
        ssa(Cluster(), manifest)


def test_owners_survive_a_snapshot() -> None:
    cluster = Cluster()
    ssa(cluster, deployment(), "team")
    again = Cluster.restore(cluster.snapshot())
    again.scale("Deployment", "web", 5)
    with pytest.raises(ApiError, match="1 conflict"):
        ssa(again, deployment(), "team")


def test_objects_that_controllers_make_carry_no_owners() -> None:
    """Keeping them for every Pod would slow a simulation and teach nothing."""
    cluster = Cluster()
    cluster.apply(deployment())
    cluster.run_for(30_000)
    assert all("managedFields" not in pod["metadata"] for pod in cluster.objects("Pod"))
    assert owners(cluster.get("Deployment", "web"))["kubectl-client-side-apply"] == "Update"
