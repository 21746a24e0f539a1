"""NetworkPolicy verdicts: staging/src/k8s.io/api/networking/v1/types.go, NetworkPolicySpec."""

import pytest

from learn.cluster.network.networkpolicy import Peer, verdict


def pod(ip, namespace="default", **labels):
    return Peer(
        ip=ip,
        namespace=namespace,
        namespace_labels={"kubernetes.io/metadata.name": namespace},
        labels=labels,
        ports={("pg", "TCP"): 5432, ("dns", "UDP"): 53},
    )


WEB = pod("10.244.0.1", app="web")
DB = pod("10.244.0.2", app="db")
OTHER = pod("10.244.1.3", "other", app="web")
OUTSIDE = Peer(ip="203.0.113.9")
NODE = Peer(ip="192.168.1.11", is_node=True)


def policy(name="p", namespace="default", **spec):
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"podSelector": {}, **spec}}


DENY_INGRESS = policy("deny", policyTypes=["Ingress"])
DENY_EGRESS = policy("deny-out", policyTypes=["Egress"])
ONLY_DB = {"matchLabels": {"app": "db"}}
ONLY_WEB = {"matchLabels": {"app": "web"}}
BY_NAME = {"matchLabels": {"kubernetes.io/metadata.name": "other"}}


@pytest.mark.parametrize(
    ("policies", "source", "destination", "port", "allowed"),
    [
        pytest.param([], WEB, DB, 5432, True, id="nothing selects: open"),
        pytest.param([DENY_INGRESS], WEB, DB, 5432, False, id="isolated, no rule"),
        pytest.param([DENY_INGRESS], WEB, OUTSIDE, 443, True, id="ingress isolation leaves egress open"),
        pytest.param([DENY_EGRESS], WEB, DB, 5432, False, id="egress of the source must allow"),
        pytest.param([DENY_EGRESS], OTHER, DB, 5432, True, id="policies are namespaced"),
        pytest.param([policy(ingress=[{}])], OUTSIDE, DB, 1, True, id="an empty rule allows everything"),
        pytest.param([policy(ingress=[])], WEB, DB, 1, False, id="no rules allow nothing"),
        pytest.param(
            [DENY_INGRESS, policy("allow", ingress=[{"from": [{"podSelector": ONLY_WEB}]}])],
            WEB,
            DB,
            5432,
            True,
            id="union of policies",
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"podSelector": ONLY_WEB}]}])],
            OTHER,
            DB,
            5432,
            False,
            id="podSelector alone: the policy's namespace",
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"namespaceSelector": BY_NAME}]}])],
            OTHER,
            DB,
            5432,
            True,
            id="namespaceSelector alone: all its Pods",
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"namespaceSelector": BY_NAME, "podSelector": ONLY_DB}]}])],
            OTHER,
            DB,
            5432,
            False,
            id="both in one entry: and",
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"namespaceSelector": BY_NAME}, {"podSelector": ONLY_DB}]}])],
            OTHER,
            DB,
            5432,
            True,
            id="two entries: or",
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"namespaceSelector": {}}]}])],
            OUTSIDE,
            DB,
            5432,
            False,
            id="an outside end is no Pod of any namespace",
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}])],
            OUTSIDE,
            DB,
            5432,
            True,
            id="ipBlock",
        ),
        pytest.param(
            [
                policy(
                    ingress=[
                        {"from": [{"ipBlock": {"cidr": "203.0.113.7/24", "except": ["203.0.113.8/30"]}}]}
                    ]
                )
            ],
            OUTSIDE,
            DB,
            5432,
            False,
            id="ipBlock except; host bits are masked",
        ),
        pytest.param([policy(ingress=[{"ports": [{"port": 5432}]}])], WEB, DB, 5432, True, id="port"),
        pytest.param([policy(ingress=[{"ports": [{"port": 5432}]}])], WEB, DB, 80, False, id="other port"),
        pytest.param([policy(ingress=[{"ports": [{"port": "pg"}]}])], WEB, DB, 5432, True, id="named port"),
        pytest.param(
            [policy(ingress=[{"ports": [{"port": "dns"}]}])], WEB, DB, 53, False, id="name of other protocol"
        ),
        pytest.param(
            [policy(ingress=[{"ports": [{"port": 8000, "endPort": 8080}]}])],
            WEB,
            DB,
            8080,
            True,
            id="range end",
        ),
        pytest.param(
            [policy(ingress=[{"ports": [{"port": 8000, "endPort": 8080}]}])],
            WEB,
            DB,
            8081,
            False,
            id="over range",
        ),
        pytest.param(
            [policy(ingress=[{"ports": [{"protocol": "SCTP"}]}])], WEB, DB, 80, False, id="SCTP closes TCP"
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"podSelector": ONLY_WEB}], "ports": [{"port": 80}]}])],
            WEB,
            DB,
            5432,
            False,
            id="peer and port must both hold",
        ),
        pytest.param(
            [policy(egress=[{"to": [{"podSelector": ONLY_DB}]}])],
            WEB,
            DB,
            1,
            False,
            id="default types isolate both",
        ),
        pytest.param([DENY_INGRESS, DENY_EGRESS], DB, DB, 5432, True, id="a Pod reaches itself"),
        pytest.param([DENY_INGRESS], NODE, DB, 8080, True, id="a node reaches its Pods"),
    ],
)
def test_a_connection_passes_when_both_ends_allow_it(policies, source, destination, port, allowed):
    assert verdict(policies, source, destination, port).allowed is allowed


def test_a_refusal_names_the_direction_and_the_policies_that_isolate():
    refused = verdict(
        [DENY_INGRESS, policy("web-only", ingress=[{"from": [{"podSelector": ONLY_WEB}]}])], OTHER, DB, 80
    )
    assert (refused.direction, refused.policies) == ("Ingress", ("default/deny", "default/web-only"))


@pytest.mark.parametrize(
    ("operator", "values", "labels", "allowed"),
    [
        ("In", ["web"], {"app": "web"}, True),
        ("NotIn", ["web"], {"app": "web"}, False),
        ("NotIn", ["web"], {}, True),
        ("Exists", None, {"app": "x"}, True),
        ("DoesNotExist", None, {}, True),
        ("DoesNotExist", None, {"app": "x"}, False),
    ],
)
def test_match_expressions(operator, values, labels, allowed):
    expression = {"key": "app", "operator": operator, **({"values": values} if values else {})}
    rule = policy(ingress=[{"from": [{"podSelector": {"matchExpressions": [expression]}}]}])
    assert verdict([rule], pod("10.244.0.9", **labels), DB, 80).allowed is allowed
