"""Questions with drawn numbers: the run gives the key, equal choices are drawn again, the same seed asks the same."""

import json
from types import SimpleNamespace

import pytest

from learn.content.catalog import load_catalog
from learn.sandbox.forecasts import Unanswerable, all_draws, filled, is_fair, pose, posed_with
from tests.server import ROOT

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: example.com/web:1.0
    livenessProbe:
      httpGet: {path: /healthz, port: 8080}
      periodSeconds: %{period}
"""
REAL = [e for e in load_catalog(ROOT / "lessons").exercises.values() if e.forecast]


def forecast(
    expression="facts.kills[0].ms / 1000", wrong=("60", "draws.period"), periods=(5, 10), manifest=POD
):
    misconceptions = [SimpleNamespace(expression=each, why_html="") for each in wrong]
    scenario = {"origin": "web", "duration": 120, "events": [{"at": 60, "hang": "web"}]}
    return SimpleNamespace(
        draws=[SimpleNamespace(name="period", values=list(periods))],
        manifest=manifest,
        run=SimpleNamespace(id="run", scenario=json.dumps(scenario)),
        questions=[SimpleNamespace(id="q", expression=expression, misconceptions=misconceptions)],
    )


@pytest.mark.parametrize(("period", "key"), [(5, 71), (10, 81)])
def test_the_simulator_gives_the_key(period, key):
    assert posed_with(forecast(), {"period": period}).key("q") == key


def test_numbers_are_drawn_again_while_a_wrong_answer_equals_the_key():
    equal_for_five = forecast(wrong=("71", "60"))
    assert not is_fair(posed_with(equal_for_five, {"period": 5}))
    drawn = {pose(equal_for_five, str(seed)).numbers["period"] for seed in range(12)}
    assert drawn == {10}


def test_no_fair_numbers_are_an_authors_mistake():
    with pytest.raises(Unanswerable, match="distinct"):
        pose(forecast(wrong=("facts.kills[0].ms / 1000", "60")), "seed")


@pytest.mark.parametrize(
    "broken",
    [
        forecast("facts.nothing"),
        forecast("true"),
        forecast(manifest="kind: Pod\n"),
        forecast("facts.kills[7].ms"),
    ],
)
def test_a_question_without_a_key_is_never_asked(broken):
    with pytest.raises(Unanswerable):
        posed_with(broken, {"period": 5})


def test_the_same_seed_asks_the_same():
    first, second = (pose(forecast(), "ann/1") for _ in range(2))
    assert (first.numbers, first.choices) == (second.numbers, second.choices)


def test_places_are_filled_and_unknown_ones_stay():
    assert filled("%{period}秒を%{other}", {"period": 5}) == "5秒を%{other}"


@pytest.mark.parametrize("exercise", REAL, ids=lambda exercise: exercise.id)
def test_real_questions_have_a_key_and_distinct_choices_for_every_seed(exercise):
    numbers = set()
    for seed in range(25):
        posed = pose(exercise.forecast, f"learner/{seed}")
        numbers.add(tuple(sorted(posed.numbers.items())))
        for question in exercise.forecast.questions:
            values = [choice.value for choice in posed.choices[question.id]]
            assert len(set(values)) == len(values) >= 3
            assert values.count(posed.key(question.id)) == 1
    assert len(numbers) >= 3
    assert len(numbers) <= len(list(all_draws(exercise.forecast)))
