"""Scripts of terminal exercises are played line by line, and answers are compared as a reader would."""

import json

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.scenario import ScenarioError
from learn.kubectl.practice import NOT_ANSWERED, judge, opened, play, read_answer, values_now
from learn.sandbox.goals import GoalSpec, GoalState, Scope, compile_goals


def test_a_script_runs_line_by_line_a_second_apart():
    ran = play(Cluster(), "echo one\n\n  \necho two; false\n")
    assert [(each.line, each.output, each.exit_code) for each in ran] == [
        ("echo one", "one\n", 0),
        ("echo two; false", "two\n", 1),
    ]
    assert [each.at_ms for each in ran] == [0, 1_000]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("echo a \\\n  b\necho c", ["echo a \\\n  b", "echo c"]),
        ("cat <<EOF\nx\ny\nEOF\necho c", ["cat <<EOF\nx\ny\nEOF", "echo c"]),
        ("cat <<'END' > f\necho a \\\nEND\ncat f", ["cat <<'END' > f\necho a \\\nEND", "cat f"]),
        ("cat <<EOF\nnever ends", ["cat <<EOF\nnever ends"]),
        ("", []),
    ],
    ids=["backslash", "here-document", "quoted end", "no end", "nothing"],
)
def test_a_command_may_take_several_lines(script, lines):
    assert [each.line for each in play(Cluster(), script)] == lines


def test_what_never_ends_is_interrupted():
    (ran,) = play(Cluster(), "kubectl get pods -w")
    assert ran.exit_code == 130 and ran.output.endswith("^C\n")


def test_files_and_variables_last_for_the_script():
    assert play(Cluster(), "export A=b\necho $A > f\ncat f")[-1].output == "b\n"


def test_a_cluster_is_opened_after_its_duration():
    assert opened(json.dumps({"duration": 42})).now == 42_000


@pytest.mark.parametrize(
    "scenario",
    [
        {"duration": "long"},
        {"events": [{"at": 1, "explode": "web"}]},
        {"manifests": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "A"}, "spec": {}}]},
    ],
    ids=["duration", "event", "manifest"],
)
def test_a_scenario_that_cannot_begin_is_an_error(scenario):
    with pytest.raises(ScenarioError):
        opened(json.dumps(scenario))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("１／１", "1/1"),
        ("  node-1\n", "node-1"),
        ("a　 b", "a b"),
        ("Ｎｏｄｅ", "Node"),
        ("", ""),
        ("はい", "はい"),
    ],
)
def test_an_answer_is_read_as_it_was_meant(typed, read):
    assert read_answer(typed) == read


GOALS = compile_goals(
    [
        GoalSpec(id="asked", expression='answer == "1/1"', message="見直します。"),
        GoalSpec(id="ran", expression="commands.exists(c, c.exitCode == 0)", message="まだです。"),
        GoalSpec(id="waits", expression="commands.exists(c, c.exitCode == -1)", message="まだです。"),
    ],
    scope=Scope.TERMINAL,
)


@pytest.mark.parametrize(
    ("typed", "state", "message"),
    [
        ("1/1", GoalState.MET, ""),
        ("2/2", GoalState.UNMET, "見直します。"),
        (" ", GoalState.UNMET, NOT_ANSWERED),
    ],
)
def test_goals_are_judged_by_answers_and_commands(typed, state, message):
    cluster = Cluster()
    values = values_now(cluster, {}, play(cluster, "true"))
    asked, ran, waits = judge(GOALS, values, {"asked": typed})
    assert (asked.state, asked.message) == (state, message)
    assert (ran.state, waits.state) == (GoalState.MET, GoalState.UNMET)
