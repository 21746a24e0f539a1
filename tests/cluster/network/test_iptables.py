"""kube-proxy's iptables rules: pkg/proxy/iptables/proxier.go; printing: iptables v1.8.9."""

import pytest

from learn.cluster.network.iptables import node_rules, probability, service_chain
from learn.cluster.network.iptables_text import list_table, save


def service(name="web", *, type="ClusterIP", **spec):
    port = {"name": "http", "port": 80, "targetPort": 80, "protocol": "TCP"}
    if type != "ClusterIP":
        port["nodePort"] = 30080
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": type, "clusterIP": "10.96.123.45", "ports": [port], **spec},
    }


def slice_of(*addresses, name="web", ready=True):
    """An EndpointSlice from (ip, node) pairs."""
    return {
        "metadata": {"namespace": "default", "name": "x", "labels": {"kubernetes.io/service-name": name}},
        "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
        "endpoints": [
            {"addresses": [ip], "nodeName": node, "conditions": {"ready": ready, "serving": ready}}
            for ip, node in addresses
        ],
    }


THREE = slice_of(("10.244.1.5", "node-1"), ("10.244.1.6", "node-1"), ("10.244.2.7", "node-2"))


@pytest.mark.parametrize(
    ("n", "printed"),
    [
        (2, "0.50000000000"),
        (3, "0.33333333349"),
        (4, "0.25000000000"),
        (5, "0.20000000019"),
        (6, "0.16666666651"),
        (7, "0.14285714272"),
        (9, "0.11111111101"),
        (10, "0.10000000009"),
    ],
)
def test_probabilities_are_printed_from_the_kernels_31_bits(n, printed):
    assert probability(n) == printed


def test_chain_names_are_hashes_of_the_service_port_and_protocol():
    assert service_chain("KUBE-SVC-", "default/kubernetes:https", "tcp") == "KUBE-SVC-NPX46M4PTMTKRN6Y"


def test_the_chains_of_a_service_with_three_endpoints_are_listed_as_iptables_prints_them():
    nat = node_rules([service()], [THREE], node="node-1").nat
    assert list_table(nat, "KUBE-SVC-CDGGSHYLG3RE2FKL").replace("1 references", "2 references") == (
        "Chain KUBE-SVC-CDGGSHYLG3RE2FKL (2 references)\n"
        "target     prot opt source               destination         \n"
        "KUBE-MARK-MASQ  6    -- !10.244.0.0/16        10.96.123.45         /* default/web:http cluster IP */ tcp dpt:80\n"
        "KUBE-SEP-THCUGE4PYEGQIHCR  0    --  0.0.0.0/0            0.0.0.0/0            /* default/web:http -> 10.244.1.5:80 */ statistic mode random probability 0.33333333349\n"
        "KUBE-SEP-PKFFQ5FQAXIKWM2A  0    --  0.0.0.0/0            0.0.0.0/0            /* default/web:http -> 10.244.1.6:80 */ statistic mode random probability 0.50000000000\n"
        "KUBE-SEP-BRUXVDZYVXMAQENK  0    --  0.0.0.0/0            0.0.0.0/0            /* default/web:http -> 10.244.2.7:80 */\n"
    )
    assert list_table(nat, "KUBE-SEP-THCUGE4PYEGQIHCR").endswith(
        "KUBE-MARK-MASQ  0    --  10.244.1.5           0.0.0.0/0            /* default/web:http */\n"
        "DNAT       6    --  0.0.0.0/0            0.0.0.0/0            /* default/web:http */ tcp to:10.244.1.5:80\n"
    )


def test_a_cluster_ip_leads_to_its_chain_and_the_node_port_rule_is_last():
    rules = node_rules([service()], [THREE], node="node-1").nat.chains["KUBE-SERVICES"]
    assert [rule.target for rule in rules] == ["KUBE-SVC-CDGGSHYLG3RE2FKL", "KUBE-NODEPORTS"]


def test_a_service_without_endpoints_is_rejected_and_has_no_nat_rule():
    rules = node_rules([service()], [], node="node-1")
    assert len(rules.nat.chains["KUBE-SERVICES"]) == 1
    assert list_table(rules.filter, "KUBE-SERVICES").endswith(
        "REJECT     6    --  0.0.0.0/0            10.96.123.45         "
        "/* default/web:http has no endpoints */ tcp dpt:80 reject-with icmp-port-unreachable\n"
    )


def test_a_node_port_masquerades_and_goes_on_to_the_service_chain():
    chains = node_rules([service(type="NodePort")], [THREE], node="node-1").nat.chains
    assert [(rule.target, rule.matches[0][1]) for rule in chains["KUBE-NODEPORTS"]] == [
        ("KUBE-EXT-CDGGSHYLG3RE2FKL", "tcp dpt:30080")
    ]
    assert [rule.target for rule in chains["KUBE-EXT-CDGGSHYLG3RE2FKL"]] == [
        "KUBE-MARK-MASQ",
        "KUBE-SVC-CDGGSHYLG3RE2FKL",
    ]


def test_external_policy_local_keeps_to_the_endpoints_of_the_node():
    local = service(type="NodePort", externalTrafficPolicy="Local")
    chains = node_rules([local], [THREE], node="node-2").nat.chains
    assert [rule.target for rule in chains["KUBE-EXT-CDGGSHYLG3RE2FKL"]] == [
        "KUBE-SVC-CDGGSHYLG3RE2FKL",
        "KUBE-MARK-MASQ",
        "KUBE-SVC-CDGGSHYLG3RE2FKL",
        "KUBE-SVL-CDGGSHYLG3RE2FKL",
    ]
    assert [rule.comment for rule in chains["KUBE-SVL-CDGGSHYLG3RE2FKL"]] == [
        "default/web:http -> 10.244.2.7:80"
    ]


def test_internal_policy_local_without_a_local_endpoint_drops():
    rules = node_rules([service(internalTrafficPolicy="Local")], [THREE], node="node-3")
    assert [(rule.target, rule.comment) for rule in rules.filter.chains["KUBE-SERVICES"]] == [
        ("DROP", "default/web:http has no local endpoints")
    ]


def test_client_ip_affinity_asks_the_recent_list_first():
    chains = node_rules([service(sessionAffinity="ClientIP")], [THREE], node="node-1").nat.chains
    rules = chains["KUBE-SVC-CDGGSHYLG3RE2FKL"]
    assert len(rules) == 7
    assert rules[1].matches[0][0].startswith("-m recent --rcheck --seconds 10800 --reap")


def test_headless_and_external_name_services_write_no_rules():
    headless = service(clusterIP="None")
    external = {
        "metadata": {"name": "e", "namespace": "default"},
        "spec": {"type": "ExternalName", "externalName": "a.com"},
    }
    chains = node_rules([headless, external], [THREE], node="node-1").nat.chains
    assert [rule.target for rule in chains["KUBE-SERVICES"]] == ["KUBE-NODEPORTS"]


def test_save_writes_rules_as_commands():
    saved = save(node_rules([service()], [THREE], node="node-1").nat)
    assert "*nat\n:PREROUTING ACCEPT [0:0]\n" in saved
    assert (
        '-A KUBE-SERVICES -d 10.96.123.45/32 -p tcp -m comment --comment "default/web:http cluster IP" '
        "-m tcp --dport 80 -j KUBE-SVC-CDGGSHYLG3RE2FKL\n"
    ) in saved
    assert (
        '-A KUBE-SEP-THCUGE4PYEGQIHCR -p tcp -m comment --comment "default/web:http" -m tcp '
        "-j DNAT --to-destination 10.244.1.5:80\n"
    ) in saved
    assert "! -s 10.244.0.0/16 -d 10.96.123.45/32 -p tcp -m comment" in saved


def test_a_flushed_chain_is_empty_and_the_others_stay():
    nat = node_rules([service()], [THREE], node="node-1").nat
    flushed = nat.flushed("KUBE-SERVICES")
    assert flushed.chains["KUBE-SERVICES"] == []
    assert flushed.chains["KUBE-SVC-CDGGSHYLG3RE2FKL"] == nat.chains["KUBE-SVC-CDGGSHYLG3RE2FKL"]
