"""Every predict question posed to many learners: a key, distinct wrong answers, no crash.

A seed decides only which numbers are drawn; equal numbers are simulated once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from learn.content.model import Exercise, Forecast
from learn.sandbox.forecasts import Posed, Unanswerable, all_draws, drawn, is_fair, posed_with

ROUNDS = 3
FEWEST_CHOICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the seeds of one exercise came to.

    `combinations` are all numbers that can be drawn, `fair` those with distinct choices, `simulated` those that
    the seeds met.
    """

    exercise: str
    questions: int
    seeds: int
    combinations: int
    fair: int
    simulated: int
    failures: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.failures


def tally(exercise: Exercise, forecast: Forecast, seeds: int) -> Tally:
    """Pose the forecast for seeds 0 to `seeds` - 1."""
    posed: dict[tuple[int, ...], Posed | str] = {}
    failures: dict[str, None] = {}
    for seed in range(seeds):
        if not _finds_numbers(forecast, f"{exercise.id}/{seed}", posed):
            failures[f"種{seed}：答えが重ならない数の組がありません。"] = None
    failures |= {each: None for each in posed.values() if isinstance(each, str)}
    for values in posed.values():
        if isinstance(values, Posed):
            failures |= dict.fromkeys(_faults(forecast, values))
    fair = sum(isinstance(each, Posed) and is_fair(each) for each in posed.values())
    if fair < ROUNDS:
        failures[f"答えが重ならない数の組が{fair}つだけです。{ROUNDS}つ要ります。"] = None
    return Tally(
        exercise=exercise.id,
        questions=len(forecast.questions),
        seeds=seeds,
        combinations=sum(1 for _ in all_draws(forecast)),
        fair=fair,
        simulated=len(posed),
        failures=tuple(failures),
    )


def _finds_numbers(forecast: Forecast, seed: str, posed: dict[tuple[int, ...], Posed | str]) -> bool:
    """Whether one of the draws of a seed, made as for a learner, has distinct answers."""
    for numbers in drawn(forecast, seed):
        key = tuple(numbers.values())
        if key not in posed:
            posed[key] = _posed(forecast, numbers)
        found = posed[key]
        if isinstance(found, Posed) and is_fair(found):
            return True
    return False


def _posed(forecast: Forecast, numbers: Mapping[str, int]) -> Posed | str:
    try:
        return posed_with(forecast, numbers)
    except Unanswerable as error:
        return f"{dict(numbers)}：{error}"


def _faults(forecast: Forecast, posed: Posed) -> Iterator[str]:
    for question in forecast.questions:
        choices = posed.choices[question.id]
        keys = [each for each in choices if each.misconception is None]
        if len(keys) != 1 or keys[0].value == "":
            yield f"{question.id}（{dict(posed.numbers)}）：正解がありません。"
        if len(choices) < FEWEST_CHOICES:
            yield f"{question.id}：選択肢が{FEWEST_CHOICES}つに足りません。"
