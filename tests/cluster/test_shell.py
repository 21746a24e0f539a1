"""The part of the shell that containers use: what it compiles, how it runs, what it refuses."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.script import ScriptError, compile_script, expand, shell_text
from tests.cluster.factories import pod, shell_pod


def output(script, *, until=30_000):
    """What a script prints with its instants, and the exit code (None while it runs)."""
    cluster = Cluster()
    cluster.apply(shell_pod(script, restartPolicy="Never"))
    cluster.run_until(until)
    object_ = cluster.get("Pod", "sh")
    record = cluster.kubelet.record(object_["metadata"]["uid"])
    container = record["containers"]["app"]
    return [(ms // 1000 - 3, text) for ms, text in container["log"]], container["exit"] if container[
        "state"
    ] == "terminated" else None


@pytest.mark.parametrize(
    ("script", "lines", "code"),
    [
        ("echo a; echo b", [(0, "a"), (0, "b")], 0),
        ("echo a && false && echo b", [(0, "a")], 1),
        ("false || echo b", [(0, "b")], 0),
        ("exit 3; echo never", [], 3),
        ("echo a; sleep 2; echo b", [(0, "a"), (2, "b")], 0),
        ("for i in 1 2 3; do echo $i; sleep 1; done", [(0, "1"), (1, "2"), (2, "3")], 0),
        ("for i in $(seq 1 2); do echo n$i; done", [(0, "n1"), (0, "n2")], 0),
        ("if [ -f /tmp/x ]; then echo yes; else echo no; fi", [(0, "no")], 0),
        ("touch /tmp/x; if test -f /tmp/x; then echo yes; fi", [(0, "yes")], 0),
        ("X=5; echo $X ${X}6 ${Y:-none} '$X' \"$X\"", [(0, "5 56 none $X 5")], 0),
        ("echo hi > /tmp/f; cat /tmp/f", [(0, "hi")], 0),
        ("echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f", [(0, "a"), (0, "b")], 0),
        ("! false && echo ok", [(0, "ok")], 0),
        ("nosuchprogram", [(0, "sh: nosuchprogram: not found")], 127),
        ("{ echo a; echo b; }", [(0, "a"), (0, "b")], 0),
        ("# nothing\necho a", [(0, "a")], 0),
        (
            "rm -f /tmp/none; rm /tmp/none",
            [(0, "rm: can't remove '/tmp/none': No such file or directory")],
            1,
        ),
    ],
)
def test_scripts(script, lines, code):
    assert output(script) == (lines, code)


@pytest.mark.parametrize(
    "script",
    [
        "while true; do sleep 10; done",
        "sleep infinity",
        "tail -f /dev/null",
        "while :; do :; done",
        "sleep 3600 & wait; sleep 3600",
    ],
)
def test_scripts_that_go_on(script):
    assert output(script, until=600_000)[1] is None


def test_a_loop_waits_for_a_service_to_come():
    cluster = Cluster()
    wait = {
        "name": "wait",
        "image": "busybox:1.37",
        "command": ["sh", "-c", "until nslookup db; do echo waiting; sleep 2; done"],
    }
    cluster.apply(pod(initContainers=[wait]))
    cluster.run_until(20_000)
    assert cluster.get("Pod", "web")["status"]["phase"] == "Pending"
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "db"},
            "spec": {"ports": [{"port": 5432}]},
        }
    )
    cluster.run_until(30_000)
    assert cluster.get("Pod", "web")["status"]["phase"] == "Running"


@pytest.mark.parametrize(
    "script",
    [
        "if true; then",
        "while",
        "done",
        "echo )",
        "for i in",
        "echo 'open",
        "((((" * 20,
        "a" * 30_000,
        "for i in $(seq 1 100000); do x; done",
    ],
)
def test_what_is_not_known_is_an_error(script):
    with pytest.raises((ScriptError, IndexError)) as error:
        compile_script(script)
    assert error.type is ScriptError


def test_a_script_with_a_syntax_error_ends_with_2():
    assert output("if true; then")[1] == 2


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (["sh", "-c", "x"], "x"),
        (["/bin/bash", "-ec", "x", "y"], "x"),
        (["sh", "-c"], ""),
        (["sh"], ""),
        (["python", "-c", "x"], None),
        ([], None),
    ],
)
def test_the_script_in_a_shell_command(command, text):
    assert shell_text(command) == text


@pytest.mark.parametrize(
    ("word", "expanded"),
    [
        ("$A", "1"),
        ("'$A'", "$A"),
        ('"$A b"', "1 b"),
        ("\\$A", "$A"),
        ("${B:-x}", "x"),
        ("a$Ab", "a"),
        ("$(hostname)", "h"),
        ("", ""),
    ],
)
def test_expansion(word, expanded):
    assert expand(word, {"A": "1", "$(hostname)": "h"}) == expanded
