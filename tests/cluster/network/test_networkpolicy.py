"""NetworkPolicy verdicts: staging/src/k8s.io/api/networking/v1/types.go, NetworkPolicySpec."""

import pytest

from learn.cluster.network.clients import named_ports
from learn.cluster.network.networkpolicy import Peer, policy_types, verdict


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


SLICE = {"port": 8000, "endPort": 8010}


@pytest.mark.parametrize(
    ("rule", "port", "protocol", "allowed"),
    [
        # networking/v1 types.go NetworkPolicyPort
        ({}, 1, "TCP", True),
        ({}, 1, "UDP", False),
        ({"protocol": None, "port": None}, 1, "TCP", True),
        ({"protocol": "UDP"}, 53, "UDP", True),
        ({"protocol": "UDP", "port": 53}, 53, "TCP", False),
        ({"port": "dns", "protocol": "UDP"}, 53, "UDP", True),
        ({"port": "dns", "protocol": "UDP"}, 54, "UDP", False),
        ({"port": "pg"}, 5432, "TCP", True),
        ({"port": "nope"}, 5432, "TCP", False),
        (SLICE, 7999, "TCP", False),
        (SLICE, 8000, "TCP", True),
        (SLICE, 8010, "TCP", True),
        (SLICE, 8011, "TCP", False),
        ({**SLICE, "endPort": 8000}, 8000, "TCP", True),
        ({**SLICE, "endPort": None}, 8001, "TCP", False),
        ({**SLICE, "protocol": "UDP"}, 8005, "UDP", True),
    ],
)
def test_ports_of_a_rule(rule, port, protocol, allowed):
    assert verdict([policy(ingress=[{"ports": [rule]}])], WEB, DB, port, protocol).allowed is allowed


NET = {"cidr": "10.244.0.0/16", "except": ["10.244.1.0/24", "10.244.2.0/24"]}


@pytest.mark.parametrize(
    ("block", "ip", "allowed"),
    [
        # networking/v1 types.go IPBlock: also Pods' own addresses; what is excepted is not allowed by this entry.
        ({"cidr": "0.0.0.0/0"}, "203.0.113.9", True),
        ({"cidr": "0.0.0.0/0"}, "10.244.0.1", True),
        ({"cidr": "10.244.0.1/32"}, "10.244.0.1", True),
        ({"cidr": "10.244.0.1/32"}, "10.244.0.2", False),
        (NET, "10.244.0.1", True),
        (NET, "10.244.1.255", False),
        (NET, "10.244.2.0", False),
        (NET, "10.244.3.0", True),
        ({"cidr": "10.244.0.0/16", "except": []}, "10.244.1.1", True),
        ({"cidr": "10.244.0.0/16", "except": None}, "10.244.1.1", True),
        ({"cidr": "2001:db8::/64"}, "10.244.1.1", False),
        ({"cidr": "2001:db8::/64"}, "2001:db8::9", True),
        ({"cidr": "10.244.1.9/16"}, "10.244.7.1", True),
        ({"cidr": "010.244.0.0/016", "except": ["10.244.001.0/24"]}, "10.244.7.1", True),
        ({"cidr": "010.244.0.0/016", "except": ["10.244.001.0/24"]}, "10.244.1.1", False),
    ],
)
def test_blocks_of_addresses(block, ip, allowed):
    source = pod(ip, "other") if ip.startswith("10.") else Peer(ip=ip)
    rules = [policy(ingress=[{"from": [{"ipBlock": block}]}])]
    assert verdict(rules, source, pod("10.244.9.9"), 80).allowed is allowed


def test_an_exception_of_one_entry_may_be_allowed_by_another():
    rules = [policy(ingress=[{"from": [{"ipBlock": NET}, {"ipBlock": {"cidr": "10.244.1.7/32"}}]}])]
    assert verdict(rules, pod("10.244.1.7", "other"), DB, 80).allowed
    assert not verdict(rules, pod("10.244.1.8", "other"), DB, 80).allowed


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        # networking/v1 defaults.go SetDefaults_NetworkPolicy
        ({}, ("Ingress",)),
        ({"egress": []}, ("Ingress",)),
        ({"egress": None}, ("Ingress",)),
        ({"egress": [{}]}, ("Ingress", "Egress")),
        ({"ingress": [{}], "egress": [{}]}, ("Ingress", "Egress")),
        ({"policyTypes": ["Egress"]}, ("Egress",)),
        ({"policyTypes": ["Egress"], "ingress": [{}]}, ("Egress",)),
        ({"policyTypes": ["Ingress"], "egress": [{}]}, ("Ingress",)),
        ({"policyTypes": []}, ("Ingress",)),
    ],
)
def test_directions_of_a_policy(spec, types):
    assert policy_types(policy(**spec)) == types


@pytest.mark.parametrize(
    ("spec", "open_"),
    [
        # networking/v1 types.go NetworkPolicyIngressRule: absent, empty and filled lists.
        ({}, False),
        ({"ingress": None}, False),
        ({"ingress": []}, False),
        ({"ingress": [{}]}, True),
        ({"ingress": [{"from": []}]}, True),
        ({"ingress": [{"from": None, "ports": None}]}, True),
        ({"ingress": [{"from": [{"podSelector": {}}]}]}, True),
        ({"ingress": [{"from": [{"namespaceSelector": {}}]}]}, True),
        ({"ingress": [{"from": [{"namespaceSelector": {}, "podSelector": {}}]}]}, True),
        ({"ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "no"}}}]}]}, False),
        ({"ingress": [{"ports": []}]}, True),
        ({"podSelector": {"matchLabels": {"app": "web"}}}, True),
    ],
)
def test_empty_and_absent_rules(spec, open_):
    assert verdict([policy(**spec)], WEB, DB, 80).allowed is open_


def test_named_ports_are_those_of_containers_and_sidecars():
    spec = {
        "containers": [{"ports": [{"name": "http", "containerPort": 80}]}, {"ports": [{"name": "http", "containerPort": 81}]}],
        "initContainers": [
            {"restartPolicy": "Always", "ports": [{"name": "proxy", "containerPort": 15001}]},
            {"ports": [{"name": "setup", "containerPort": 1}]},
        ],
    }  # fmt: skip
    assert named_ports(spec) == {("http", "TCP"): 80, ("proxy", "TCP"): 15001}
