"""Any manifest played: what it leaves open is filled in, and what was filled in is told."""

import pytest

from learn.cluster.api.versions import NEWEST
from learn.sandbox.pipeline import check
from learn.sandbox.rehearsal import Rehearsal, rehearse
from tests.sandbox.manifests import broken


def played(text: str, seconds: int = 60) -> Rehearsal:
    return rehearse(check(text).objects, seconds=seconds, version=NEWEST)


def ready_pods(rehearsal: Rehearsal) -> int:
    assert rehearsal.played and rehearsal.played.run
    pods = rehearsal.played.run.cluster.store.objects("Pod", "default")
    return sum(status["ready"] for pod in pods for status in pod["status"].get("containerStatuses", []))


def test_an_unknown_image_is_stood_in_for_and_listens_where_it_says():
    rehearsal = played(broken("nginx:1.27", "registry.example.org/team/api:v3"))
    assert rehearsal.stand_ins == ("registry.example.org/team/api:v3",)
    assert ready_pods(rehearsal) == 3


def test_a_stand_in_listens_on_a_probed_port_that_nobody_declared():
    text = broken("port: http\n", "port: 9000\n").replace("nginx:1.27", "ghcr.io/team/api:v3")
    assert ready_pods(played(text)) == 3


def test_a_misspelt_image_cannot_be_pulled():
    rehearsal = played(broken("nginx:1.27", "ngnix:1.27"))
    assert rehearsal.misspelt == (("ngnix:1.27", "nginx"),)
    assert rehearsal.stand_ins == ()
    assert ready_pods(rehearsal) == 0


def test_a_namespace_that_the_manifest_takes_for_granted_is_made():
    rehearsal = played(broken("  name: web\n", "  name: web\n  namespace: shop\n"))
    assert rehearsal.namespaces == ("shop",)
    assert rehearsal.played and not rehearsal.played.stopped


def test_a_generated_name_is_made():
    text = "apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: one-\nspec:\n  containers:\n  - name: a\n    image: nginx:1.27\n"
    assert ready_pods(played(text)) == 1


@pytest.mark.parametrize(
    "text", ["apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n", "resources:\n- web.yaml\n"]
)
def test_a_file_of_a_tool_is_not_played(text):
    assert played(text).played is None


def test_a_crowd_ends_at_a_limit_with_a_word_about_it():
    rehearsal = played(broken("replicas: 3", "replicas: 5000"))
    assert rehearsal.played and "Podが100個を超えました" in rehearsal.played.stopped


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: a\n  finalizers: [wait.argocd.argoproj.io]\n",
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\nspec: {limits: [{type: Pod, max: {cpu: 2}}]}\n---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    ],
    ids=["node-without-spec", "custom-resource", "limits-of-pods"],
)
def test_odd_objects_are_accepted(text):
    rehearsal = played(text)
    assert rehearsal.played and rehearsal.played.stopped == ""


def test_a_stand_in_of_a_job_comes_to_an_end():
    text = (
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: once\nspec:\n  template:\n    spec:\n"
        "      restartPolicy: Never\n      containers:\n      - name: a\n        image: ghcr.io/team/job:1\n        command: [/job]\n"
    )
    rehearsal = played(text)
    assert rehearsal.played and rehearsal.played.run
    assert rehearsal.played.run.cluster.get("Job", "once")["status"]["succeeded"] == 1
