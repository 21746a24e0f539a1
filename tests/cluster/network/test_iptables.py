"""kube-proxy's iptables rules: pkg/proxy/iptables/proxier.go; printing: iptables v1.8.9."""

import pytest

from learn.cluster.network.iptables import node_rules
from learn.cluster.network.iptables_rules import probability, service_chain
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


WEB = "CDGGSHYLG3RE2FKL"


def balanced(ip="192.0.2.1", **spec):
    return {
        **service(type="LoadBalancer", **spec),
        "status": {"loadBalancer": {"ingress": [{"ip": ip}]}},
    }


def targets(table, chain):
    return [rule.target for rule in table.chains.get(chain, ())]


@pytest.mark.parametrize("n", [1, 2, 3, 7, 10, 50, 100])
def test_every_endpoint_has_the_same_chance(n):
    """proxier.go writeServiceToEndpointRules: rule i of n takes 1/(n-i) of what reaches it."""
    many = slice_of(*[(f"10.244.1.{i}", "node-1") for i in range(1, n + 1)])
    rules = node_rules([service()], [many], node="node-1").nat.chains[f"KUBE-SVC-{WEB}"][1:]
    chances = [rule.matches[0][1].rsplit(" ", 1)[1] if rule.matches else "" for rule in rules]
    assert chances == [probability(n - i) for i in range(n - 1)] + [""]
    left, shares = 1.0, []
    for chance in chances:
        shares.append(left * float(chance or 1))
        left -= shares[-1]
    assert all(abs(share - 1 / n) < 1e-7 for share in shares)


@pytest.mark.parametrize(
    ("spec", "node", "node_ports", "rejected"),
    [
        # proxier.go syncProxyRules: hasEndpoints decides about nat, hasExternalEndpoints about the filter.
        ({}, "node-1", [f"KUBE-EXT-{WEB}"], []),
        ({}, "node-3", [f"KUBE-EXT-{WEB}"], []),
        ({"externalTrafficPolicy": "Local"}, "node-1", [f"KUBE-EXT-{WEB}"], []),
        ({"externalTrafficPolicy": "Local"}, "node-3", [f"KUBE-EXT-{WEB}"], [("DROP", "default/web:http has no local endpoints")]),
    ],
)  # fmt: skip
def test_external_traffic_by_policy(spec, node, node_ports, rejected):
    rules = node_rules([service(type="NodePort", **spec)], [THREE], node=node)
    assert targets(rules.nat, "KUBE-NODEPORTS") == node_ports
    found = rules.filter.chains["KUBE-EXTERNAL-SERVICES"]
    assert [(rule.target, rule.comment) for rule in found] == rejected


def test_without_any_endpoint_every_door_is_refused_and_nothing_is_translated():
    rules = node_rules([balanced(externalIPs=["198.51.100.7"])], [], node="node-1")
    assert targets(rules.nat, "KUBE-SERVICES") == ["KUBE-NODEPORTS"]
    assert targets(rules.nat, "KUBE-NODEPORTS") == []
    assert [rule.destination for rule in rules.filter.chains["KUBE-EXTERNAL-SERVICES"]] == [
        "198.51.100.7",
        "192.0.2.1",
        "0.0.0.0/0",
    ]
    assert set(targets(rules.filter, "KUBE-EXTERNAL-SERVICES")) == {"REJECT"}


def test_without_a_local_endpoint_pods_and_the_node_itself_still_get_through():
    """usesExternalTrafficChain: the short cuts for local sources stand, the chain to local endpoints does not."""
    local = service(type="NodePort", externalTrafficPolicy="Local")
    nat = node_rules([local], [THREE], node="node-3").nat
    assert targets(nat, f"KUBE-EXT-{WEB}") == [f"KUBE-SVC-{WEB}", "KUBE-MARK-MASQ", f"KUBE-SVC-{WEB}"]
    assert f"KUBE-SVL-{WEB}" not in nat.chains


def test_source_ranges_guard_the_load_balancers_address_only():
    """loadBalancerTrafficChain, KUBE-FW- and KUBE-PROXY-FIREWALL"""
    guarded = balanced(
        loadBalancerSourceRanges=["203.0.113.0/24", " 10.0.0.0/8"], externalIPs=["198.51.100.7"]
    )
    rules = node_rules([guarded], [THREE], node="node-1")
    assert targets(rules.nat, "KUBE-SERVICES") == [
        f"KUBE-SVC-{WEB}", f"KUBE-EXT-{WEB}", f"KUBE-FW-{WEB}", "KUBE-NODEPORTS",
    ]  # fmt: skip
    chain = rules.nat.chains[f"KUBE-FW-{WEB}"]
    assert [(rule.target, rule.source) for rule in chain] == [
        (f"KUBE-EXT-{WEB}", "203.0.113.0/24"), (f"KUBE-EXT-{WEB}", "10.0.0.0/8"), ("", "0.0.0.0/0"),
    ]  # fmt: skip
    assert targets(rules.nat, "KUBE-NODEPORTS") == [f"KUBE-EXT-{WEB}"]
    assert save(rules.filter).count(
        f'-A KUBE-PROXY-FIREWALL -d 192.0.2.1/32 -p tcp -m comment --comment "default/web:http traffic not '
        f'accepted by KUBE-FW-{WEB}" -m tcp --dport 80 -j DROP\n'
    ) == 1  # fmt: skip
    assert save(rules.nat).count('will be dropped by KUBE-PROXY-FIREWALL"\n') == 1


@pytest.mark.parametrize(("node_ip", "may_pass"), [("192.168.1.10", False), ("10.0.0.5", True), ("", False)])
def test_a_node_in_the_source_ranges_may_come_from_the_balancers_address(node_ip, may_pass):
    """allowFromNode"""
    guarded = balanced(loadBalancerSourceRanges=["10.0.0.0/8"])
    chain = node_rules([guarded], [THREE], node="node-1", node_ip=node_ip).nat.chains[f"KUBE-FW-{WEB}"]
    sources = ["10.0.0.0/8"] + (["192.0.2.1"] if may_pass else []) + ["0.0.0.0/0"]
    assert [rule.source for rule in chain] == sources


def test_an_address_of_a_proxying_balancer_is_not_captured():
    """KEP-1860: ipMode Proxy; the node port stays."""
    obj = balanced(loadBalancerSourceRanges=["10.0.0.0/8"])
    obj["status"]["loadBalancer"]["ingress"][0]["ipMode"] = "Proxy"
    rules = node_rules([obj], [THREE], node="node-1")
    assert targets(rules.nat, "KUBE-SERVICES") == [f"KUBE-SVC-{WEB}", "KUBE-NODEPORTS"]
    assert targets(rules.nat, "KUBE-NODEPORTS") == [f"KUBE-EXT-{WEB}"]
    assert rules.filter.chains["KUBE-PROXY-FIREWALL"] == []


@pytest.mark.parametrize(
    ("internal", "external", "chains"),
    [
        # UsesClusterEndpoints, UsesLocalEndpoints: which chains there are, and which marks what comes from outside
        ("Cluster", "Cluster", {"KUBE-SVC-": True}),
        ("Cluster", "Local", {"KUBE-SVC-": True, "KUBE-SVL-": False}),
        ("Local", "Cluster", {"KUBE-SVC-": False, "KUBE-SVL-": True}),
        ("Local", "Local", {"KUBE-SVC-": False, "KUBE-SVL-": True}),
    ],
)
def test_chains_by_both_policies(internal, external, chains):
    spec = {"internalTrafficPolicy": internal, "externalTrafficPolicy": external}
    found = node_rules([service(type="NodePort", **spec)], [THREE], node="node-1").nat.chains
    marked = {
        name.removesuffix(WEB): rules[0].target == "KUBE-MARK-MASQ"
        for name, rules in found.items()
        if name in (f"KUBE-SVC-{WEB}", f"KUBE-SVL-{WEB}")
    }
    assert marked == chains


def test_only_internal_policy_local_has_no_cluster_chain():
    found = node_rules([service(internalTrafficPolicy="Local")], [THREE], node="node-1").nat.chains
    assert f"KUBE-SVC-{WEB}" not in found and f"KUBE-SVL-{WEB}" in found


def test_endpoints_stand_in_the_order_of_their_addresses_as_text():
    """endpointslicecache.go, byEndpoint."""
    mixed = slice_of(("10.244.1.9", "node-1"), ("10.244.1.10", "node-1"), ("10.244.1.1", "node-1"))
    rules = node_rules([service()], [mixed], node="node-1").nat.chains[f"KUBE-SVC-{WEB}"]
    assert [rule.comment.rpartition(" ")[2] for rule in rules[1:]] == [
        "10.244.1.10:80",
        "10.244.1.1:80",
        "10.244.1.9:80",
    ]


def test_the_port_of_the_health_check_is_let_in():
    obj = balanced(externalTrafficPolicy="Local", healthCheckNodePort=30100)
    saved = save(node_rules([obj], [THREE], node="node-1").filter)
    assert (
        '-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http health check node port" '
        "-m tcp --dport 30100 -j ACCEPT\n"
    ) in saved
    assert (
        '-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS\n' in saved
    )
    assert "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n" in saved


@pytest.mark.parametrize(
    ("conditions", "used"),
    [
        # pkg/proxy/topology.go CategorizeEndpoints, endpointslicecache.go: what is not said is ready and serving.
        ([{}], 1),
        ([{"ready": True}, {"ready": False, "serving": True, "terminating": True}], 1),
        ([{"ready": False, "serving": True, "terminating": True}], 1),
        ([{"ready": False, "terminating": True}], 1),
        ([{"ready": False, "serving": False, "terminating": True}], 0),
        ([{"ready": False, "serving": True, "terminating": False}], 0),
        ([{"ready": False}], 0),
        ([{"ready": True}, {"ready": True}, {"ready": False}], 2),
    ],
)
def test_which_endpoints_take_traffic(conditions, used):
    endpoints = [
        {"addresses": [f"10.244.1.{i}"], "nodeName": "node-1", "conditions": each}
        for i, each in enumerate(conditions, 1)
    ]
    rules = node_rules([service()], [{**THREE, "endpoints": endpoints}], node="node-1")
    found = [name for name in rules.nat.chains if name.startswith("KUBE-SEP-")]
    assert len(found) == used


def hinted(zones=(), nodes=()):
    hints = {"forZones": [{"name": z} for z in zones], "forNodes": [{"name": n} for n in nodes]}
    return {"hints": {key: value for key, value in hints.items() if value}}


@pytest.mark.parametrize(
    ("hints", "chosen"),
    [
        # pkg/proxy/topology.go topologyModeFromHints: every endpoint must be hinted, one of them for here.
        ([hinted(["z1"]), hinted(["z2"])], {1}),
        ([hinted(["z1"]), {}], {1, 2}),
        ([hinted(["z2"]), hinted(["z2"])], {1, 2}),
        ([hinted(["z1", "z2"]), hinted(["z2"])], {1}),
        ([hinted(["z1"], ["node-1"]), hinted(["z1"], ["node-2"])], {1}),
        ([hinted(["z1"], ["node-3"]), hinted(["z2"], ["node-2"])], {1}),
        ([hinted(["z1"], ["node-1"]), hinted(["z1"])], {1, 2}),
    ],
)
def test_hints_narrow_the_choice_only_where_someone_is_left(hints, chosen):
    endpoints = [
        {"addresses": [f"10.244.1.{i}"], "conditions": {"ready": True}, **each}
        for i, each in enumerate(hints, 1)
    ]
    slices = [{**THREE, "endpoints": endpoints}]
    comments = [
        rule.comment for rule in node_rules([service()], slices, node="node-1", zone="z1").nat.chains[f"KUBE-SVC-{WEB}"][1:]
    ]  # fmt: skip
    assert comments == [f"default/web:http -> 10.244.1.{i}:80" for i in sorted(chosen)]


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        # pkg/apis/core/v1/defaults.go: three hours unless written.
        (None, 10800),
        ({"clientIP": {}}, 10800),
        ({"clientIP": {"timeoutSeconds": 60}}, 60),
    ],
)
def test_affinity_remembers_for_its_time(config, seconds):
    sticky = service(sessionAffinity="ClientIP", sessionAffinityConfig=config)
    chains = node_rules([sticky], [THREE], node="node-1").nat.chains
    asked = [rule for rule in chains[f"KUBE-SVC-{WEB}"] if rule.matches and "recent" in rule.matches[0][0]]
    assert [f"--seconds {seconds} " in rule.matches[0][0] for rule in asked] == [True] * 3
    remembering = [chains[name][1] for name in chains if name.startswith("KUBE-SEP-")]
    assert all("--set" in rule.matches[0][0] for rule in remembering)
