"""The trial finds goals that refuse a right answer and goals that let a wrong one through."""

import random
from dataclasses import dataclass

import pytest

from learn.sandbox.fairness.judging import Judge
from learn.sandbox.fairness.mutants import mutants
from learn.sandbox.fairness.names import Fixed
from learn.sandbox.fairness.styles import PLAIN, written
from learn.sandbox.fairness.trial import put_to_trial
from learn.sandbox.goals import GoalSpec, compile_goals
from tests.sandbox.fairness.test_writing import OBJECTS, POD

SOLUTION = written([POD], PLAIN, random.Random(0))
FREE = Fixed(names=frozenset(), labels=frozenset())
STRICT = """
templates.exists(t, t.name == "web" && t.labels == {"app": "web", "tier": "front"}
  && t.spec.?restartPolicy.orValue("") == "Always" && size(t.spec.containers) == 1
  && t.spec.containers.all(c, c.image == "example.com/web:1.0" && c.name == "app"
  && c.command == ["sh", "-c", "echo '#1: on' && sleep 5"]
  && [["PORT", "8080"], ["FLAG", "on"], ["NONE", ""]].all(e, c.env.exists(v, v.name == e[0] && v.?value.orValue("") == e[1]))
  && [c.livenessProbe].all(p, p.periodSeconds == 10 && p.failureThreshold == 3 && p.timeoutSeconds == 1
  && p.?initialDelaySeconds.orValue(0) == 0
  && p.httpGet.path == "/healthz" && p.httpGet.scheme == "HTTP" && p.httpGet.?host.orValue("") == ""
  && (p.httpGet.port == 8080 || c.ports.exists(q, q.?name.orValue("") == p.httpGet.port && q.containerPort == 8080)))))
"""


@dataclass(frozen=True)
class Given:
    text: str = SOLUTION
    file: str = "solutions/one.yaml"


def trial(expression, excuses=(), **options):
    goal = GoalSpec(id="goal", expression=expression, message="まだです。")
    judge = Judge(goals=compile_goals([goal]), runs=())
    return put_to_trial(judge, [Given()], excuses, seed="0", **options)


def ids(cases):
    return {case.id for case in cases}


def test_a_goal_on_the_written_form_refuses_right_answers():
    found = trial('templates.exists(t, t.spec.containers[0].livenessProbe.httpGet.port == "http")')
    assert found.accepted < 1
    reasons = {reason for _, verdict in found.rejected for reason in verdict.reasons}
    assert reasons == {"goal"}
    assert any("ports_by_number" in case.name for case, _ in found.rejected)


def test_a_goal_that_only_asks_for_a_probe_lets_wrong_ones_through():
    found = trial("templates.exists(t, t.spec.containers.exists(c, has(c.livenessProbe)))")
    assert found.accepted == 1
    assert found.killed < 0.9
    assert "one.yaml Pod/web containers/app/livenessProbe/httpGet/path + -x" in ids(found.survivors)
    assert "one.yaml Pod/web containers/app/livenessProbe removed" not in ids(found.survivors)


def test_a_strict_goal_kills():
    found = trial(STRICT.replace("\n", " "), excuses=["* metadata/*", "* metadata/labels/*", "*NONE*"])
    assert found.mutants > 50
    assert ids(found.survivors) == set()


def test_an_excuse_takes_its_mutants_out_of_the_sum():
    expression = "templates.exists(t, t.spec.containers.exists(c, has(c.livenessProbe)))"
    plain, excused = trial(expression), trial(expression, excuses=["one.yaml *httpGet*", "two.yaml *"])
    assert excused.excused > 0
    assert plain.mutants == excused.mutants + excused.excused
    assert not any("httpGet" in case.id for case in excused.survivors)
    assert excused.needless == ("two.yaml *",)


def test_a_sample_is_as_small_as_asked_and_the_same_for_one_seed():
    once, again = (trial("size(objects) > 0", sample=12) for _ in range(2))
    assert once == again
    assert (once.variants, once.mutants) == (12, 12)


def test_names_of_mutants_are_unique():
    names = [each.name for each in mutants(OBJECTS, [], FREE)]
    assert len(names) == len(set(names)) > 60


def test_the_same_said_otherwise_is_no_mutant():
    names = {each.name for each in mutants([POD], [], FREE)}
    assert "Pod/web metadata/name + -x" not in names, "a free name"
    numbered = {**POD, "spec": {"containers": [{**POD["spec"]["containers"][0]}]}}
    numbered["spec"]["containers"][0]["livenessProbe"] = {"httpGet": {"path": "/healthz", "port": 8080}}
    spoilt = {each.name for each in mutants([numbered], [[POD]], FREE)}
    assert "Pod/web containers/app/ports/http/containerPort + 1" not in spoilt, "a port that nothing names"


@pytest.mark.parametrize(
    "name",
    [
        "Pod/web containers/app/livenessProbe removed",
        "Pod/web containers/app/livenessProbe → readinessProbe",
        "Pod/web containers/app/livenessProbe one level out",
        "Pod/web containers/app/livenessProbe/initialDelaySeconds added as 100",
        "Pod/web containers/app/livenessProbe/httpGet → tcpSocket",
        "Pod/web containers/app/livenessProbe/httpGet/path + -x",
        "Pod/web containers/app/command as one word",
        "Pod/web containers/app/env/PORT/value ⇄ Pod/web containers/app/env/FLAG/value",
        "Service/web selector/app + -x",
        "Service/web ports/0/port + 1",
        "Service/web removed",
    ],
)
def test_ways_of_spoiling(name):
    assert name in {each.name for each in mutants(OBJECTS, [], FREE)}
