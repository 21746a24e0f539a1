"""Facts of a cluster that was put away and taken up again are those of one that was not."""

import json

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.facts import facts
from learn.cluster.pastfacts import facts_since_start, kept_facts
from learn.cluster.scenario import begin, scenario_from

WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "example.com/web:1.0",
                        "livenessProbe": {"httpGet": {"path": "/ok", "port": 8080}, "periodSeconds": 5},
                    }
                ]
            },
        },
    },
}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
}
SCENARIO = {
    "seed": 3,
    "manifests": [WEB, SERVICE],
    "events": [
        {"at": 10, "load": "web", "rps": 3},
        {"at": 20, "scale": "web", "to": 4},
        {"at": 40, "status": "web", "path": "/ok", "code": 500, "count": 1},
        {"at": 90, "scale": "web", "to": 1},
        {"at": 120, "scale": "web", "to": 0},
        {"at": 140, "scale": "web", "to": 2},
    ],
}
END_MS = 200_000


def begun() -> Cluster:
    cluster, refused = begin(scenario_from(SCENARIO))
    assert not refused
    return cluster


@pytest.mark.parametrize("step_ms", [500, 7_300, 45_000, END_MS])
def test_what_is_kept_and_what_follows_make_the_facts_of_an_unbroken_run(step_ms):
    unbroken = begun()
    unbroken.run_until(END_MS)
    cluster, past = begun(), {}
    for until in [*range(step_ms, END_MS, step_ms), END_MS]:
        cluster.run_until(until)
        past = json.loads(json.dumps(kept_facts(past, cluster)))
        cluster = Cluster.restore(cluster.snapshot())
    wanted = json.loads(json.dumps(facts(unbroken)))
    found = facts_since_start(past, cluster)
    assert found == wanted
    assert wanted["restarts"] and wanted["requests"]["web"]["failed"]


def test_asking_does_not_count_twice():
    cluster = begun()
    cluster.run_until(60_000)
    past = kept_facts({}, cluster)
    again = Cluster.restore(cluster.snapshot())
    first = facts_since_start(past, again)
    assert facts_since_start(past, again) == first == {**facts(cluster), "windows": {}}


def test_a_past_without_a_fact_knows_nothing_of_it():
    cluster = begun()
    cluster.run_until(60_000)
    past = {name: value for name, value in kept_facts({}, cluster).items() if name in ("events", "ready")}
    again = Cluster.restore(cluster.snapshot())
    found = facts_since_start(past, again)
    assert found["ready"] == facts(cluster)["ready"]
    assert found["restarts"] == []
