"""
Objects as odd as they may be: a request over them ends in an answer or a reason, never in an exception.

The store takes what controllers and `from_objects` give it unchecked, so the network must bear all of it.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learn.cluster.cluster import Cluster
from learn.cluster.network import clients
from learn.cluster.network.http import Request, parse_url
from learn.cluster.network.request import send, shares
from tests.cluster.factories import deployment, service
from tests.cluster.network.test_gateway import GATEWAYS
from tests.cluster.network.worlds import client, cluster_with

ADDRESSES = st.sampled_from(
    ["10.244.1.2", "fd00::7", "db.example.com", "", "203.0.113.10", "192.168.1.11", "10.96.9.9"]
)
PORTS = st.sampled_from([0, 80, 443, 8080, 30080, 65535])
NAMES = st.sampled_from(["web", "api", "x"])
SELECTOR = st.sampled_from(
    [{}, {"matchLabels": {"app": "web"}}, {"matchExpressions": [{"key": "app", "operator": "Exists"}]}]
)


def meta(name, **more):
    return {
        "name": name,
        "namespace": "default",
        "uid": f"u-{name}",
        "creationTimestamp": "2026-04-01T00:00:00Z",
        **more,
    }


@st.composite
def slices(draw):
    endpoints = draw(
        st.lists(
            st.fixed_dictionaries(
                {"addresses": st.lists(ADDRESSES, min_size=1, max_size=2)},
                optional={
                    "conditions": st.dictionaries(
                        st.sampled_from(["ready", "serving", "terminating"]), st.booleans()
                    ),
                    "nodeName": st.sampled_from(["node-1", "gone"]),
                    "hostname": NAMES,
                    "hints": st.just({"forZones": [{"name": "zone-a"}]}),
                },
            ),
            max_size=3,
        )
    )
    ports = draw(
        st.one_of(
            st.none(),
            st.lists(st.fixed_dictionaries({"port": PORTS}, optional={"name": st.just("http")}), max_size=2),
        )
    )
    name = draw(NAMES)
    return {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": meta(f"{name}-hand", labels={"kubernetes.io/service-name": name}),
        "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
    }  # fmt: skip


@st.composite
def services(draw):
    spec = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
                "clusterIP": st.sampled_from(["10.96.7.7", "None", ""]),
                "externalName": st.sampled_from(["web.default.svc.cluster.local", "x.example.com", ""]),
                "externalIPs": st.lists(ADDRESSES, max_size=2),
                "ports": st.lists(st.fixed_dictionaries({"port": PORTS}, optional={"nodePort": PORTS, "protocol": st.sampled_from(["TCP", "UDP"])}), max_size=2),
                "sessionAffinity": st.sampled_from(["None", "ClientIP"]),
                "externalTrafficPolicy": st.sampled_from(["Local", "Cluster"]),
                "internalTrafficPolicy": st.sampled_from(["Local", "Cluster"]),
                "selector": st.just({"app": "web"}),
            },
        )
    )  # fmt: skip
    if spec.get("type") == "ExternalName":
        spec.setdefault("externalName", "x.example.com")
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta(draw(NAMES)), "spec": spec}


@st.composite
def policies(draw):
    rule = st.fixed_dictionaries(
        {},
        optional={
            "from": st.lists(st.sampled_from([{"podSelector": {}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}, {"namespaceSelector": {}}]), max_size=2),
            "to": st.lists(st.sampled_from([{"podSelector": {}}, {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]), max_size=2),
            "ports": st.lists(st.fixed_dictionaries({}, optional={"port": st.sampled_from([80, "http", 8080]), "protocol": st.sampled_from(["TCP", "UDP"])}), max_size=2),
        },
    )  # fmt: skip
    spec = draw(
        st.fixed_dictionaries(
            {"podSelector": SELECTOR},
            optional={
                "ingress": st.lists(rule, max_size=2), "egress": st.lists(rule, max_size=2),
                "policyTypes": st.lists(st.sampled_from(["Ingress", "Egress"]), max_size=2),
            },
        )
    )  # fmt: skip
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(draw(NAMES)),
        "spec": spec,
    }


ROUTES = st.builds(
    lambda name, rules: {
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": meta(name),
        "spec": {"parentRefs": [{"name": "edge"}], "rules": rules},
    },
    NAMES,
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "matches": st.just([{"path": {"value": "/"}}]),
                "backendRefs": st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"port": PORTS, "weight": st.integers(0, 3)}), max_size=2),
                "filters": st.just([{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/"}}}]),
            },
        ),
        max_size=2,
    ),
)  # fmt: skip
INGRESSES = st.builds(
    lambda name, kind, backend: {
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(name),
        "spec": {"ingressClassName": kind, "rules": [{"http": {"paths": [{"pathType": "Prefix", "path": "/", "backend": backend}]}}, {"host": "h"}]},
    },
    NAMES,
    st.sampled_from(["edge", "alb", "x"]),
    st.sampled_from([{"service": {"name": "web", "port": {"number": 80}}}, {"service": {"name": "web", "port": {"name": "http"}}}, {"resource": {"kind": "Bucket", "name": "b"}}, {}]),
)  # fmt: skip
GATEWAY = {
    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": meta("edge"),
    "spec": {"gatewayClassName": "example", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]},
}  # fmt: skip
NETWORK = {
    **GATEWAYS, "loadBalancer": {}, "alb": {"delaySeconds": 1}, "ingress": [{"class": "edge", "controller": "example.com/edge"}],
}  # fmt: skip
TARGETS = st.sampled_from(
    ["http://web", "http://api:8080/a", "http://10.96.7.7", "http://192.168.1.11:30080", "http://203.0.113.10",
     "http://203.0.113.11", "https://203.0.113.10", "http://x.default.svc.cluster.local", "http://10.244.1.2:8080", "http://h", "http://[::1]", "http://db.example.com"]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    objects=st.lists(st.one_of(slices(), services(), policies(), ROUTES, INGRESSES), max_size=6),
    urls=st.lists(TARGETS, min_size=1, max_size=4),
)
def test_every_request_ends_in_an_outcome(objects, urls):
    cluster = Cluster(settings={"network": NETWORK})
    cluster.create(client())
    cluster.store.put(GATEWAY, "created")
    for obj in objects:
        cluster.store.put(obj, "created")
    cluster.run_for(8_000)
    for url in urls:
        for sender in (
            clients.named(cluster, "client"),
            clients.outside(),
            clients.from_node(cluster, "node-1"),
        ):
            outcome = send(cluster, sender, parse_url(url))
            assert (outcome.answer is None) is not (outcome.failure is None)
            found = shares(cluster, sender, parse_url(url))
            total = sum(each.fraction for each in found.pods)
            total += sum(part for _, _, part in found.answers) + sum(part for _, part in found.failures)
            assert total == 1


def test_every_ending_of_a_draw_is_one_of_the_shares():
    cluster = cluster_with(deployment(), service())
    possible = {
        each.pod for each in shares(cluster, clients.named(cluster, "client"), Request(host="web")).pods
    }
    drawn = {send(cluster, clients.named(cluster, "client"), Request(host="web")).pod for _ in range(60)}
    assert drawn == possible
