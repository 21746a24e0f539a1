"""Goals: only a BOOL counts, authors' mistakes have a place, data must be plain."""

import pytest

from learn.sandbox.goals import GoalError, GoalSpec, GoalState, NotPlainData, compile_goals, evaluate_goals
from learn.sandbox.pipeline import check
from tests.sandbox.manifests import DEPLOYMENT, broken

HAS_READINESS = GoalSpec(
    id="has-readiness",
    expression="templates.exists(t, t.spec.containers.exists(c, has(c.readinessProbe)))",
    message="readinessProbeが見つかりません。",
    message_expression='"いまコンテナは" + string(templates[0].spec.containers.size()) + "つです。"',
)


def result(goal: GoalSpec, text: str):
    return check(text, goals=compile_goals([goal])).goals[0]


def test_goal_is_met_by_a_manifest_that_fulfils_it():
    assert result(HAS_READINESS, DEPLOYMENT).state is GoalState.MET


def test_unmet_goal_says_what_was_observed():
    unmet = result(HAS_READINESS, broken("readinessProbe", "livenessProbe"))
    assert (unmet.state, unmet.message) == (GoalState.UNMET, "いまコンテナは1つです。")


@pytest.mark.parametrize("expression", ['"yes"', "1", "objects", '{"a": 1}', "null"])
def test_only_a_bool_is_an_answer(expression):
    goal = GoalSpec(id="g", expression=f"dyn({expression})", message="まだです。")
    answer = result(goal, DEPLOYMENT)
    assert answer.state is GoalState.UNKNOWN
    assert "not BOOL" in answer.error


def test_missing_field_leaves_the_goal_unmet_and_keeps_the_reason_for_the_author():
    goal = GoalSpec(id="g", expression="objects[0].spec.paused", message="まだです。")
    answer = result(goal, DEPLOYMENT)
    assert (answer.state, answer.message) == (GoalState.UNMET, "まだです。")
    assert "paused" in answer.error


def test_waiting_goal_is_never_evaluated_and_never_blocks():
    report = check(DEPLOYMENT, goals=compile_goals([GoalSpec(id="later", waits_for="simulator")]))
    assert report.goals[0].state is GoalState.WAITING
    assert report.passed


def test_goals_stay_unknown_while_the_text_cannot_be_read():
    assert result(HAS_READINESS, broken("replicas: 3", "replica: 3")).state is GoalState.UNKNOWN


@pytest.mark.parametrize(
    ("expression", "line", "column"),
    [
        ("objcts.size() > 0", 1, 1),
        ("objects.\n exists(o, zz)", 2, 12),
        ("1 +", 1, 4),
        ("objects.size()", 1, 1),
    ],
)
def test_authors_mistake_has_its_place(expression, line, column):
    with pytest.raises(GoalError) as caught:
        compile_goals([GoalSpec(id="g", expression=expression)])
    assert (caught.value.line, caught.value.column) == (line, column)


def test_message_must_be_a_string():
    with pytest.raises(GoalError, match="messageExpression"):
        compile_goals([GoalSpec(id="g", expression="true", message_expression="1 + 1")])


def test_cyclic_data_is_refused_before_it_reaches_the_library():
    cycle: dict = {}
    cycle["self"] = cycle
    with pytest.raises(NotPlainData):
        evaluate_goals(compile_goals([HAS_READINESS]), [cycle], [])


def test_goals_see_the_defaults_that_the_api_server_fills_in():
    goal = GoalSpec(id="g", expression="objects[0].spec.strategy.type == 'RollingUpdate'")
    assert result(goal, DEPLOYMENT).met
