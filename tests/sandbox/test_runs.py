"""Goals about behaviour: judged by what happens when the manifest runs, and explained when it cannot."""

import json
from types import SimpleNamespace

import pytest

from learn.cluster.scenario import ScenarioError
from learn.sandbox.goals import GoalError, GoalSpec, GoalState, compile_goals
from learn.sandbox.runs import try_out

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: app
        image: example.com/web:1.0
        ports: [{name: http, containerPort: 8080}]
        livenessProbe:
          httpGet: {path: /healthz, port: http}
"""


def run(**scenario):
    return SimpleNamespace(id="day", scenario=json.dumps({"origin": "web", "duration": 120, **scenario}))


def judged(expression, text=WEB, *, message="まだです。", message_expression="", **scenario):
    goal = GoalSpec(
        id="g", run="day", expression=expression, message=message, message_expression=message_expression
    )
    trial = try_out(text, goals=compile_goals([goal]), runs=[run(**scenario)])
    return trial.report.goals[0]


HANG = {"events": [{"at": 60, "hang": "web", "count": 1}]}


@pytest.mark.parametrize(
    ("expression", "scenario"),
    [
        ("size(facts.kills) == 0", {}),
        ("facts.kills[0].ms == 81000", HANG),
        ("facts.restarts[0].container == 'app' && facts.restarts[0].exitCode == 0", HANG),
        ("facts.readyAt.web == [0, 0] || size(facts.readyAt.web) == 2", {}),
        ("cluster.filter(o, o.kind == 'Pod' && o.metadata.namespace == 'default').size() == 2", {}),
        ("cluster.exists(o, o.kind == 'Deployment' && o.status.readyReplicas == 2)", {}),
        ("objects[0].spec.progressDeadlineSeconds == 600 && templates[0].name == 'web'", {}),
        ("!cluster.exists(o, o.kind == 'Event')", {}),
        ("facts.windows.early.ready.web.max == 2", {"windows": {"early": [0, 30]}}),
    ],
)
def test_goal_sees_what_happened(expression, scenario):
    result = judged(expression, **scenario)
    assert (result.state, result.error) == (GoalState.MET, "")


def test_unmet_goal_tells_the_observed_value():
    message = '"いま終了処理が始まるのは" + string(facts.kills[0].ms / 1000) + "秒です。"'
    result = judged("facts.kills[0].ms <= 75000", message_expression=message, **HANG)
    assert (result.state, result.message) == (GoalState.UNMET, "いま終了処理が始まるのは81秒です。")


def test_goals_keep_their_order_with_runs_between_them():
    goals = [
        GoalSpec(id="first", expression="objects.size() == 1"),
        GoalSpec(id="second", run="day", expression="facts.kills.size() == 0"),
        GoalSpec(id="third", waits_for="terminal"),
    ]
    trial = try_out(WEB, goals=compile_goals(goals), runs=[run()])
    assert [(each.id, each.state) for each in trial.report.goals] == [
        ("first", GoalState.MET), ("second", GoalState.MET), ("third", GoalState.WAITING),
    ]  # fmt: skip
    assert trial.report.passed


@pytest.mark.parametrize(
    "text", ["", "# 空\n", WEB.replace("replicas: 2", "replica: 2"), WEB + "  tab\tbad: ["]
)
def test_manifest_that_cannot_be_applied_is_not_run(text):
    goal = GoalSpec(id="g", run="day", expression="true", message="まだです。")
    trial = try_out(text, goals=compile_goals([goal]), runs=[run()])
    assert trial.played == ()
    assert trial.report.goals[0].state is GoalState.UNKNOWN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (WEB.replace("replicas: 2", "replicas: 5000"), "Podが100個を超えました。"),
        (WEB.replace("replicas: 2", "replicas: 90").replace("port: http", "port: 80, scheme: HTTPS").replace(
            "          httpGet", "          periodSeconds: 1\n          failureThreshold: 1\n          httpGet"
        ), "起きることが多すぎました。"),
    ],
    ids=["too many Pods", "endless restarts"],
)  # fmt: skip
def test_run_that_reaches_a_limit_is_explained(text, reason):
    result = judged("true", text, duration=3_600)
    assert result.state is GoalState.UNMET
    assert "実行を止めました" in result.message
    assert reason in result.message


def test_goal_about_a_run_needs_one_to_name_facts():
    with pytest.raises(GoalError, match="facts"):
        compile_goals([GoalSpec(id="g", expression="size(facts.kills) == 0")])


def test_scenario_that_cannot_be_read_is_no_verdict_on_the_learner():
    with pytest.raises(ScenarioError):
        judged("true", events=[{"at": 1, "explode": "web"}])
