"""`iptables` and `iptables-save` on a node (iptables 1.8, iptables(8))."""

import pytest

from learn.cluster.network.iptables_command import run
from learn.cluster.network.iptables_rules import service_chain
from tests.cluster.factories import deployment, service
from tests.cluster.network.worlds import cluster_with

SVC = service_chain("KUBE-SVC-", "default/web", "tcp")


@pytest.fixture(scope="module")
def rules():
    return cluster_with(deployment(), service()).proxy.chains("node-1")


def test_without_a_table_only_the_filter_table_is_shown(rules):
    shown = run(["iptables", "-L", "-n"], rules)
    assert shown.code == 0
    assert SVC not in shown.out
    assert "Chain FORWARD (policy ACCEPT)" in shown.out


@pytest.mark.parametrize(
    "words", ["-t nat -L -n", "-t nat -nL", "-n -L -t nat", "--table nat --list --numeric"]
)
def test_spellings_of_the_same(rules, words):
    shown = run(["iptables", *words.split()], rules)
    assert shown == run(["/usr/sbin/iptables", "-t", "nat", "-L", "-n"], rules)
    assert f"Chain {SVC} (1 references)" in shown.out


def test_one_chain(rules):
    shown = run(["iptables", "-t", "nat", "-L", SVC, "-n"], rules).out.splitlines()
    assert shown[0] == f"Chain {SVC} (1 references)"
    assert sum("KUBE-SEP-" in line for line in shown) == 3
    numbered = run(["iptables", "-t", "nat", "-L", SVC, "--line-numbers"], rules).out.splitlines()
    assert [line.split()[0] for line in numbered] == ["Chain", "num", "1", "2", "3", "4"]


def test_save_shows_every_table_or_one(rules):
    everything = run(["iptables-save"], rules).out
    assert everything.count("COMMIT") == 2
    nat = run(["iptables-save", "-t", "nat"], rules).out
    assert nat.startswith("*nat\n")
    assert (
        len([line for line in nat.splitlines() if line.startswith(f"-A {SVC} ") and "KUBE-SEP" in line]) == 3
    )


def test_rules_as_commands(rules):
    shown = run(["iptables", "-t", "nat", "-S"], rules).out.splitlines()
    assert shown[0] == "-P PREROUTING ACCEPT"
    assert f"-N {SVC}" in shown
    only = run(["iptables", "-t", "nat", "-S", SVC], rules).out.splitlines()
    assert only[0] == f"-N {SVC}"
    assert all(line.startswith(f"-A {SVC} ") for line in only[1:])


def test_flush_names_what_it_empties(rules):
    assert run(["iptables", "-t", "nat", "-F", SVC], rules).flush == ("nat", SVC)
    assert run(["iptables", "-t", "nat", "-F"], rules).flush == ("nat", "")


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ("-t nat -L NOPE", 1, "No chain/target/match by that name."),
        ("-t nut -L", 3, "Table does not exist"),
        ("-A INPUT -j DROP", 2, "does not know '-A'"),
        ("", 2, "no command specified"),
    ],
)
def test_mistakes(rules, words, code, text):
    shown = run(["iptables", *words.split()], rules)
    assert (shown.code, text in shown.err) == (code, True)
