"""Exercises about the network as scenarios: what learners' manifests are held to."""

import pytest

from learn.cluster.scenario import ScenarioError, run, scenario_from
from tests.cluster.factories import container, deployment, pod, service
from tests.cluster.network.worlds import ask, client, cluster_with, in_namespace, namespace, policy


def app(name, port, port_name, space="shop"):
    made = pod(
        name, labels={"role": name},
        containers=[container(image="example.com/echo:1.0", env=[{"name": "PORT", "value": str(port)}], ports=[{"name": port_name, "containerPort": port}])],
    )  # fmt: skip
    return in_namespace(space, made)


def only(role, caller, port):
    return policy(
        f"{role}-allow", "shop", podSelector={"matchLabels": {"role": role}}, policyTypes=["Ingress"],
        ingress=[{"from": [{"podSelector": {"matchLabels": {"role": caller}}}], "ports": [{"protocol": "TCP", "port": port}]}],
    )  # fmt: skip


DNS = {
    "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
    "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
}
FRONT_OUT = policy(
    "front-out", "shop", podSelector={"matchLabels": {"role": "frontend"}}, policyTypes=["Egress"],
    egress=[DNS, {"to": [{"podSelector": {"matchLabels": {"role": "api"}}}], "ports": [{"port": 8080}]}],
)  # fmt: skip
TWO = (only("api", "frontend", 8080), only("db", "api", 5432))
TABLE = [
    ("shop/frontend", "api", 8080, True),
    ("shop/api", "db", 5432, True),
    ("shop/frontend", "db", 5432, False),
    ("shop/db", "api", 8080, False),
    ("other/frontend", "api", 8080, False),
    ("shop/frontend", "api", 9000, False),
]


@pytest.mark.parametrize(
    "policies",
    [
        pytest.param(TWO, id="two policies"),
        pytest.param((policy("deny", "shop", policyTypes=["Ingress"]), *TWO), id="default deny and two"),
        pytest.param((only("api", "frontend", "http"), only("db", "api", "pg")), id="ports by name"),
        pytest.param((*TWO, FRONT_OUT), id="egress narrowed, DNS allowed"),
    ],
)
def test_only_the_front_end_may_call_the_api(policies):
    admin = container(
        name="admin",
        image="example.com/echo:1.0",
        env=[{"name": "PORT", "value": "9000"}],
        ports=[{"name": "admin", "containerPort": 9000}],
    )
    api = app("api", 8080, "http")
    api["spec"]["containers"].append(admin)
    cluster = cluster_with(
        namespace("shop", team="shop"), namespace("other"), api, app("frontend", 8081, "front"), app("db", 5432, "pg"),
        app("frontend", 8081, "front", "other"), *policies,
    )  # fmt: skip
    for source, role, port, allowed in TABLE:
        found = ask(cluster, f"pod/{role}:{port}", source, namespace="shop")
        assert (found.status == 200) is allowed, (source, role, port, found)


def test_two_services_may_use_the_same_port():
    one = service("one", clusterIP="10.96.7.1", ports=[{"port": 80, "targetPort": 9376}])
    two = service("two", clusterIP="10.96.7.2", ports=[{"port": 80, "targetPort": 9377}])
    cluster = cluster_with(
        deployment("one", image="example.com/echo:1.0", env=[{"name": "PORT", "value": "9376"}]), one,
        deployment("two", image="example.com/echo:1.0", env=[{"name": "PORT", "value": "9377"}]), two,
    )  # fmt: skip
    assert ask(cluster, "http://one").pod.startswith("default/one-")
    assert ask(cluster, "http://two").pod.startswith("default/two-")


def test_a_scenario_sends_requests_and_counts_them():
    scenario = scenario_from(
        {
            "manifests": [client(), deployment(), service()],
            "duration": 60,
            "events": [
                {"at": 30, "request": "http://web", "from": "client", "count": 100},
                {"at": 40, "cut": ["node/node-1", "*"], "for": 10},
                {"at": 45, "request": "http://web", "from": "client"},
                {"at": 55, "request": "pod/client", "from": "outside"},
            ],
        }
    )
    played = run(scenario)
    assert not played.refused
    requests = played.facts["requests"]
    assert (requests["web"]["sent"], requests["web"]["failed"]) == (101, 1)
    assert len(requests["web"]["byPod"]) == 3
    cluster = played.cluster
    ends = [entry.data for entry in cluster.trace.find("request")]
    assert [(each["target"], each["reason"]) for each in ends[100:]] == [
        ("web", "network-cut"),
        ("pod/client", "not-routable"),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"network": {"nat": True}},
        {"network": {"mode": "ipvs"}},
        {"network": {"loadBalancer": {"delaySeconds": "x"}}},
    ],
)
def test_settings_that_there_are_not_are_refused(settings):
    with pytest.raises(ScenarioError):
        scenario_from({"settings": settings})


@pytest.mark.parametrize("event", [{"request": "http://web", "count": 0}, {"cut": ["node/node-1"]}])
def test_events_that_make_no_sense_are_refused(event):
    with pytest.raises(ScenarioError):
        scenario_from({"events": [event]})
