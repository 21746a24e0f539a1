"""Predict questions posed to many learners."""

from types import SimpleNamespace

import pytest
from django.core.management import call_command

from learn.authoring.predictions import tally

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: %{grace}
  containers: [{name: app, image: example.com/web:1.0}]
"""
EXERCISE = SimpleNamespace(id="sample")


def forecast(key, *wrong, values=(5, 6, 7)):
    question = SimpleNamespace(
        id="q",
        expression=key,
        misconceptions=[SimpleNamespace(expression=each, why_html="") for each in wrong],
    )
    return SimpleNamespace(
        draws=[SimpleNamespace(name="grace", values=values)],
        manifest=POD,
        run=SimpleNamespace(id="run", scenario='{"duration": 5}'),
        questions=[question],
    )


def test_each_combination_is_simulated_once_however_many_seeds_there_are():
    found = tally(EXERCISE, forecast("draws.grace", "0", "1"), 200)
    assert (found.seeds, found.combinations, found.simulated, found.fair) == (200, 3, 3, 3)
    assert found.is_sound


@pytest.mark.parametrize(
    "broken",
    [
        forecast("draws.grace", "draws.grace", "0"),
        forecast("facts.kills[0].ms", "0", "1"),
        forecast("draws.grace", "0"),
        forecast("draws.grace", "0", "1", values=(5, 6)),
        forecast('""', '"a"', '"b"'),
    ],
    ids=["a choice equals the key", "no key", "too few choices", "too few rounds", "an empty key"],
)
def test_what_a_learner_could_not_answer_is_found(broken):
    assert not tally(EXERCISE, broken, 20).is_sound


def test_the_command_counts_every_exercise(capsys):
    call_command("check_predictions", "--seeds", "40")
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[:-1]]
    assert {row[-1] for row in rows[1:]} == {"よい"}
    assert "liveness-timing-2" in {row[0] for row in rows}
