"""Play predict exercises with some of their numbers: there must be a key, and mostly distinct wrong answers."""

import random
from collections.abc import Iterator

from learn.content.model import Exercise, Finding, Forecast
from learn.sandbox.forecasts import Unanswerable, all_draws, is_fair, posed_with

SAMPLED = 10
_FEWEST_FAIR = SAMPLED // 2


def forecast_findings(exercise: Exercise, forecast: Forecast) -> Iterator[Finding]:
    """What is wrong with the questions of an exercise, over a fixed sample of its numbers."""
    draws = list(all_draws(forecast))
    sample = random.Random(exercise.id).sample(draws, min(SAMPLED, len(draws)))
    fair = 0
    for numbers in sample:
        try:
            fair += is_fair(posed_with(forecast, numbers))
        except (Unanswerable, ValueError) as error:
            yield _finding(exercise, "bad-forecast", f"数{numbers}では、問いに答えが出ません（{error}）。")
            return
    if fair * SAMPLED < _FEWEST_FAIR * len(sample):
        message = "選択肢の値が重なる数が多すぎます。「values」か「misconceptions」を見直してください。"
        yield _finding(exercise, "unfair-forecast", message)


def _finding(exercise: Exercise, code: str, message: str) -> Finding:
    source = exercise.source
    return Finding(path=source.path, line=source.line, code=code, message=message)
