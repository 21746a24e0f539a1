"""EndpointSlices.  Rules: staging/src/k8s.io/endpointslice (reconciler.go, utils.go)."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.controllers.endpointslice import belongs, endpoint_for, labels_for, ports_for, target_port
from learn.cluster.controllers.nodelifecycle import eviction_delay_ms, grace_ms, noticed_at
from learn.cluster.controllers.slicefilling import fill
from learn.cluster.objects import ref_of
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
        ([["a"]], "ab", [["a", "b"]]),
        ([["a"]], "abc", [["a"], ["b", "c"]]),
        ([["a"], ["b"]], "abcd", [["a"], ["b"], ["c", "d"]]),
        ([["a", "b"], ["c"], ["d", "e"]], "acdx", [["a", "x"], ["c"], ["d"]]),
        ([["a", "b"], ["c"]], "axcyz", [["a", "x"], ["c"], ["y", "z"]]),
        ([["a", "b"], ["c", "d"]], "abcd", [["a", "b"], ["c", "d"]]),
        ([["a", "b"], ["c", "d"]], "bcdx", [["b", "x"], ["c", "d"]]),
        ([["a"]], "", [[]]),
    ],
)
def test_endpoints_keep_their_slice_and_fill_the_gaps(existing, wanted, expected):
    found = fill([listed(*each) for each in existing], {uid: listed(uid)[0] for uid in wanted}, limit=2)
    assert uids(found) == expected


@pytest.mark.parametrize(
    ("lengths", "new", "expected"),
    [
        # utils_test.go, getSliceToFill: the one that comes closest to full, if it holds all that is left
        ([0], 3, [3]),
        ([1, 3], 2, [1, 5]),
        ([4, 3], 2, [4, 5]),
        ([4, 4], 2, [4, 4, 2]),
        ([4, 0], 5, [4, 0, 5]),
        ([], 12, [5, 5, 2]),
        ([1], 7, [3, 5]),
    ],
)
def test_what_is_left_goes_where_it_fits_as_a_whole(lengths, new, expected):
    made = [listed(*(f"{index}-{n}" for n in range(length))) for index, length in enumerate(lengths)]
    wanted = {e["targetRef"]["uid"]: e for each in made for e in each}
    wanted |= {f"new-{n}": listed(f"new-{n}")[0] for n in range(new)}
    assert [len(each) for each in fill(made, wanted, limit=5)] == expected


def test_slices_that_change_anyway_are_filled_first():
    """reconcileByPortMapping, step 2: those with other labels too, the fullest first."""
    made = [listed("a"), listed("b", "c"), listed("d", "e")]
    wanted = {uid: listed(uid)[0] for uid in "abcdexy"}
    assert [len(each) for each in fill(made, wanted, limit=3, relabelled=(0, 1))] == [2, 3, 2]


@pytest.mark.parametrize(
    ("distribution", "annotation", "zone", "hints"),
    [
        # trafficdist.go
        ("PreferClose", None, "z", {"forZones": [{"name": "z"}]}),
        ("PreferSameZone", None, "z", {"forZones": [{"name": "z"}]}),
        ("PreferSameNode", None, "z", {"forZones": [{"name": "z"}], "forNodes": [{"name": "n1"}]}),
        ("PreferSameNode", None, "", {"forNodes": [{"name": "n1"}]}),
        ("PreferClose", None, "", None),
        (None, None, "z", None),
        ("PreferClose", "Auto", "z", None),
        ("PreferClose", "Disabled", "z", {"forZones": [{"name": "z"}]}),
    ],
)
def test_hints_of_a_traffic_distribution(distribution, annotation, zone, hints):
    annotations = {"service.kubernetes.io/topology-mode": annotation} if annotation else {}
    owner = {
        "metadata": {"name": "s", "annotations": annotations},
        "spec": {"trafficDistribution": distribution},
    }
    assert endpoint_for(owner, pod_object(), zone).get("hints") == hints
    assert "hints" not in endpoint_for(owner, pod_object(ready=False), zone)


def test_an_endpoint_says_no_more_than_is_known():
    """podToEndpoint: nodeName, zone and hostname only where there are some."""
    plain = pod_object(nodeName="", hostname="db-0", subdomain="other")
    found = endpoint_for({"metadata": {"name": "db"}, "spec": {}}, plain, "")
    assert not {"nodeName", "zone", "hostname"} & found.keys()
    named = pod_object(hostname="db-0", subdomain="db")
    assert endpoint_for({"metadata": {"name": "db"}, "spec": {}}, named, "")["hostname"] == "db-0"


@pytest.mark.parametrize(
    ("labels", "cluster_ip", "expected"),
    [
        # utils.go, setEndpointSliceLabels
        ({"team": "a"}, "10.96.0.9", {"team": "a"}),
        ({}, "None", {"service.kubernetes.io/headless": ""}),
        ({"service.kubernetes.io/headless": "x", "kubernetes.io/service-name": "y"}, "10.96.0.9", {}),
    ],
)
def test_labels_of_a_slice(labels, cluster_ip, expected):
    owner = {"metadata": {"name": "web", "labels": labels}, "spec": {"clusterIP": cluster_ip}}
    assert labels_for(owner) == expected | {
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }


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


def test_the_last_slice_is_used_again():
    """finalize: the placeholder becomes the first real slice, and the last one the placeholder."""
    cluster = Cluster()
    cluster.apply(service())
    cluster.run_until(1_000)
    [placeholder] = slices(cluster)
    cluster.apply(deployment(replicas=2))
    cluster.run_until(10_000)
    [real] = slices(cluster)
    assert real["metadata"]["name"] == placeholder["metadata"]["name"]
    assert len(real["endpoints"]) == 2 and real["ports"]
    cluster.patch("Deployment", "web", {"spec": {"replicas": 0}})
    cluster.run_until(60_000)
    [empty] = slices(cluster)
    assert empty["metadata"]["name"] == placeholder["metadata"]["name"]
    assert (empty["endpoints"], empty["ports"]) == ([], [])


def test_slices_follow_the_labels_of_their_service():
    cluster = Cluster()
    cluster.apply(service())
    cluster.apply(deployment(replicas=1))
    cluster.run_until(10_000)
    cluster.patch("Service", "web", {"metadata": {"labels": {"team": "a"}}})
    cluster.run_until(11_000)
    assert slices(cluster)[0]["metadata"]["labels"]["team"] == "a"


@pytest.mark.parametrize(("publish", "count"), [(False, 1), (True, 2)])
def test_a_pod_on_a_missing_node_is_left_out(publish, count):
    """reconcileByAddressType: unless its unready address is published; it comes back with its Node."""
    cluster = Cluster(nodes=2)
    cluster.apply(service(publishNotReadyAddresses=publish))
    cluster.apply(deployment(replicas=2))
    cluster.run_until(10_000)
    gone = cluster.objects("Pod")[0]["spec"]["nodeName"]
    node = cluster.get("Node", gone)
    cluster.store.remove(ref_of(node))
    cluster.patch("Service", "web", {"metadata": {"labels": {"a": "b"}}})
    cluster.run_until(10_100)
    assert sum(len(s["endpoints"]) for s in slices(cluster)) == count
    cluster.store.put({**node, "metadata": {**node["metadata"]}}, "created")
    cluster.run_until(10_200)
    assert sum(len(s["endpoints"]) for s in slices(cluster)) == 2


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


@pytest.mark.parametrize(
    ("containers", "init", "port", "number"),
    [
        # endpointslice/utils.go getEndpointPorts, FindPort: app containers first, sidecars too, other init containers not.
        ([("c", [("http", 8080, None)])], [], ("http", "TCP"), 8080),
        ([("c", [("http", 8080, "UDP")])], [], ("http", "TCP"), 0),
        ([("c", [("http", 8080, "UDP")])], [], ("http", "UDP"), 8080),
        ([("c", []), ("d", [("http", 9090, None)])], [], ("http", "TCP"), 9090),
        ([("c", [("http", 8080, None)])], [("s", "Always", [("http", 7070, None)])], ("http", "TCP"), 8080),
        ([("c", [])], [("s", "Always", [("http", 7070, None)])], ("http", "TCP"), 7070),
        ([("c", [])], [("i", None, [("http", 7070, None)])], ("http", "TCP"), 0),
    ],
)  # fmt: skip
def test_where_a_named_port_is_looked_for(containers, init, port, number):
    def ports(listed):
        return [
            {"name": n, "containerPort": p, **({"protocol": protocol} if protocol else {})}
            for n, p, protocol in listed
        ]

    spec = {
        "containers": [{"name": name, "ports": ports(listed)} for name, listed in containers],
        "initContainers": [
            {"name": name, "ports": ports(listed), **({"restartPolicy": policy} if policy else {})}
            for name, policy, listed in init
        ],
    }
    name, protocol = port
    wanted = {"port": 80, "targetPort": name, "protocol": protocol}
    assert target_port(wanted, {"spec": spec}) == number


def test_a_pod_without_the_named_port_is_listed_in_a_slice_without_ports():
    """reconciler.go reconcileByAddressType: endpoints are grouped by the ports that they serve, also by none."""
    cluster = Cluster()
    cluster.apply(service(ports=[{"port": 80, "targetPort": "metrics"}]))
    cluster.apply(deployment(replicas=2))
    cluster.run_until(10_000)
    [only] = slices(cluster)
    assert (only["ports"], len(only["endpoints"])) == ([], 2)
    assert not cluster.act("request", url="http://web/").ok


def test_a_headless_service_without_ports_lists_its_pods():
    """endpointslice/utils.go getEndpointPorts: a headless Service need not have ports."""
    cluster = Cluster()
    cluster.apply(service(clusterIP="None", ports=None))
    cluster.apply(deployment(replicas=2))
    cluster.run_until(10_000)
    [only] = slices(cluster)
    assert (only["ports"], len(only["endpoints"])) == ([], 2)
    assert "service.kubernetes.io/headless" in only["metadata"]["labels"]


@pytest.mark.parametrize(
    ("state", "spec", "service_spec", "extra"),
    [
        # endpointslice/utils.go podToEndpoint: hostname only below the Service's own name.
        ({}, {"hostname": "db-0", "subdomain": "s"}, {}, {"hostname": "db-0"}),
        ({}, {"hostname": "db-0", "subdomain": "other"}, {}, {}),
        ({}, {"subdomain": "s"}, {}, {}),
        # trafficdist: hints for those that take traffic, as far as their place is known.
        ({}, {}, {"trafficDistribution": "PreferClose"}, {"hints": {"forZones": [{"name": "z1"}]}}),
        ({}, {}, {"trafficDistribution": "PreferSameZone"}, {"hints": {"forZones": [{"name": "z1"}]}}),
        ({}, {}, {"trafficDistribution": "PreferSameNode"}, {"hints": {"forZones": [{"name": "z1"}], "forNodes": [{"name": "n1"}]}}),
        ({"ready": False}, {}, {"trafficDistribution": "PreferClose"}, {}),
        ({"ready": False}, {}, {"trafficDistribution": "PreferClose", "publishNotReadyAddresses": True}, {"hints": {"forZones": [{"name": "z1"}]}}),
    ],
)  # fmt: skip
def test_what_an_endpoint_says_besides(state, spec, service_spec, extra):
    found = endpoint_for({"metadata": {"name": "s"}, "spec": service_spec}, pod_object(**state, **spec), "z1")
    assert {key: found[key] for key in ("hostname", "hints") if key in found} == extra
    assert found["zone"] == "z1"


@pytest.mark.parametrize(
    ("deleting", "ready", "publish", "conditions"),
    [
        # podToEndpoint: ready = publishNotReadyAddresses or (serving and not terminating)
        (False, True, True, (True, True, False)),
        (True, True, True, (True, True, True)),
        (True, False, True, (True, False, True)),
        (True, True, False, (False, True, True)),
    ],
)
def test_conditions_of_a_published_endpoint(deleting, ready, publish, conditions):
    test_conditions_of_an_endpoint(
        {"deleting": deleting, "ready": ready}, {"publishNotReadyAddresses": publish}, conditions
    )
