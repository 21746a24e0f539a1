"""EndpointSlices.  Rules: staging/src/k8s.io/endpointslice (reconciler.go, utils.go)."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.endpointslice import belongs, endpoint_for, fill, ports_for, target_port
from learn.cluster.controllers.nodelifecycle import eviction_delay_ms, grace_ms, noticed_at
from tests.cluster.factories import container, deployment, probe, service


def pod_object(*, ready=True, deleting=False, phase="Running", ip="10.0.0.1", **spec):
    meta = {
        "name": "p",
        "namespace": "default",
        "uid": "u",
        **({"deletionTimestamp": "t"} if deleting else {}),
    }
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    ports = [{"name": "http", "containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]
    return {
        "metadata": meta,
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "ports": ports}], **spec},
        "status": {"phase": phase, "podIP": ip, "conditions": conditions},
    }


@pytest.mark.parametrize(
    ("state", "service_spec", "conditions"),
    [
        ({}, {}, (True, True, False)),
        ({"ready": False}, {}, (False, False, False)),
        ({"deleting": True}, {}, (False, True, True)),
        ({"deleting": True, "ready": False}, {}, (False, False, True)),
        ({"ready": False}, {"publishNotReadyAddresses": True}, (True, False, False)),
    ],
)
def test_conditions_of_an_endpoint(state, service_spec, conditions):
    found = endpoint_for({"metadata": {"name": "s"}, "spec": service_spec}, pod_object(**state), "")[
        "conditions"
    ]
    assert (found["ready"], found["serving"], found["terminating"]) == conditions


@pytest.mark.parametrize(
    ("state", "expected"),
    [({}, True), ({"phase": "Succeeded"}, False), ({"phase": "Failed"}, False), ({"ip": ""}, False), ({"phase": "Pending"}, True), ({"deleting": True}, True)],
)  # fmt: skip
def test_which_pods_are_listed(state, expected):
    assert belongs(pod_object(**state)) is expected


@pytest.mark.parametrize(
    ("port", "number"),
    [
        ({"port": 80}, 80),
        ({"port": 80, "targetPort": 8081}, 8081),
        ({"port": 80, "targetPort": "http"}, 8080),
        ({"port": 80, "targetPort": "dns"}, 0),
        ({"port": 53, "targetPort": "dns", "protocol": "UDP"}, 53),
        ({"port": 80, "targetPort": "nope"}, 0),
        ({"port": 80, "targetPort": ""}, 80),
    ],
)
def test_target_ports(port, number):
    assert target_port(port, pod_object()) == number


def test_a_port_whose_name_a_pod_does_not_have_is_left_out_for_it():
    ports = [{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81, "targetPort": "nope"}]
    assert ports_for({"spec": {"ports": ports}}, pod_object()) == (("a", 8080, "TCP", ""),)


def listed(*uids):
    return [{"targetRef": {"uid": uid}} for uid in uids]


def uids(slices):
    return [[endpoint["targetRef"]["uid"] for endpoint in each] for each in slices]


@pytest.mark.parametrize(
    ("existing", "wanted", "expected"),
    [
        ([], "ab", [["a", "b"]]),
        ([["a", "b"]], "ab", [["a", "b"]]),
        ([["a", "b"]], "b", [["b"]]),
        ([["a"]], "abc", [["a", "b"], ["c"]]),
        ([["a", "b"], ["c", "d"]], "abcd", [["a", "b"], ["c", "d"]]),
        ([["a", "b"], ["c", "d"]], "bcdx", [["b", "x"], ["c", "d"]]),
        ([["a"]], "", [[]]),
    ],
)
def test_endpoints_keep_their_slice_and_fill_the_gaps(existing, wanted, expected):
    found = fill([listed(*each) for each in existing], {uid: listed(uid)[0] for uid in wanted}, limit=2)
    assert uids(found) == expected


def slices(cluster):
    return [
        s
        for s in cluster.objects("EndpointSlice")
        if s["metadata"]["labels"].get("kubernetes.io/service-name") == "web"
    ]


def test_a_hundred_endpoints_fill_a_slice():
    cluster = Cluster(nodes=[{"cpu": "64", "pods": "300"}])
    cluster.apply(service())
    cluster.apply(deployment(replicas=130))
    cluster.run_until(20_000)
    assert sorted(len(s["endpoints"]) for s in slices(cluster)) == [30, 100]


def test_a_service_without_pods_has_one_empty_slice():
    cluster = Cluster()
    cluster.apply(service())
    cluster.run_until(5_000)
    assert [(s["endpoints"], s["ports"]) for s in slices(cluster)] == [([], [])]


def test_endpoints_list_the_same_pods_until_they_are_deleted():
    cluster = Cluster()
    cluster.apply(service())
    cluster.apply(deployment(replicas=2))
    cluster.run_until(10_000)

    def addresses():
        subsets = cluster.get("Endpoints", "web").get("subsets", [])
        return [a["targetRef"]["name"] for subset in subsets for a in subset.get("addresses", [])]

    names = [p["metadata"]["name"] for p in cluster.objects("Pod")]
    assert sorted(addresses()) == names
    cluster.act("inject", fault="deadlock", target=names[0])
    cluster.delete("Pod", names[0])
    cluster.run_until(10_001)
    assert names[0] not in addresses()


def test_changing_the_selector_changes_the_endpoints():
    cluster = Cluster()
    cluster.apply(service())
    cluster.apply(deployment(replicas=2))
    cluster.apply(deployment("other", replicas=1))
    cluster.run_until(10_000)
    cluster.patch("Service", "web", {"spec": {"selector": {"app": "other"}}})
    cluster.run_until(11_000)
    assert [e["targetRef"]["name"][:5] for s in slices(cluster) for e in s["endpoints"]] == ["other"]


def test_pods_with_other_numbers_behind_a_name_get_a_slice_of_their_own():
    cluster = Cluster()
    cluster.apply(service(ports=[{"port": 80, "targetPort": "http"}]))
    cluster.apply(
        deployment(
            "a",
            replicas=1,
            spec={"selector": {"matchLabels": {"app": "web", "v": "1"}}, "template": template(8080, "1")},
        )
    )
    cluster.apply(
        deployment(
            "b",
            replicas=1,
            spec={"selector": {"matchLabels": {"app": "web", "v": "2"}}, "template": template(9090, "2")},
        )
    )
    cluster.run_until(10_000)
    assert sorted(s["ports"][0]["port"] for s in slices(cluster)) == [8080, 9090]


def template(port, version):
    spec = container(ports=[{"name": "http", "containerPort": port}])
    return {"metadata": {"labels": {"app": "web", "v": version}}, "spec": {"containers": [spec]}}


def test_rules_follow_a_second_after_the_slice():
    cluster = Cluster()
    cluster.apply(service())
    cluster.apply(deployment(replicas=1, readinessProbe=probe("/ready")))
    cluster.run_until(3_999)
    assert not cluster.act("request", url="http://web/").ok
    cluster.run_until(4_000)
    assert cluster.act("request", url="http://web/").ok


@pytest.mark.parametrize(
    ("silent", "grace", "noticed"),
    [(20_000, 50_000, 75_000), (19_999, 50_000, 65_000), (29_999, 50_000, 75_000), (20_000, 40_000, 65_000), (0, 50_000, 55_000)],
)  # fmt: skip
def test_when_a_silent_node_is_noticed(silent, grace, noticed):
    assert noticed_at(silent, grace) == noticed


def test_the_grace_of_nodes_depends_on_the_version():
    assert (grace_ms("1.37"), grace_ms("1.32")) == (50_000, 50_000)


TAINT = {"key": "k", "effect": "NoExecute"}


@pytest.mark.parametrize(
    ("tolerations", "delay"),
    [
        ([], 0),
        ([{"key": "k", "operator": "Exists"}], None),
        ([{"key": "k", "operator": "Exists", "tolerationSeconds": 300}], 300_000),
        (
            [
                {"operator": "Exists", "tolerationSeconds": 300},
                {"key": "k", "operator": "Exists", "tolerationSeconds": 10},
            ],
            10_000,
        ),
        ([{"key": "k", "operator": "Exists", "tolerationSeconds": -1}], 0),
        ([{"key": "other", "operator": "Exists"}], 0),
    ],
)
def test_how_long_a_pod_may_stay(tolerations, delay):
    assert eviction_delay_ms({"spec": {"tolerations": tolerations}}, [TAINT]) == delay
