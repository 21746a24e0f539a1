"""Questions about a run, posed with drawn numbers: the simulator gives the key, misunderstandings the rest."""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Protocol

from learn.sandbox.goals import Value, compile_value
from learn.sandbox.pipeline import check
from learn.sandbox.runs import Played, outcome_values, plain, play

_TRIES = 24
_PLACE = re.compile(r"%\{([a-z]+)\}")
_WHOLE_PLACE = re.compile(r'"%\{([a-z]+)\}"')


class Draw(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def values(self) -> Sequence[int]: ...


class Misconception(Protocol):
    @property
    def expression(self) -> str: ...
    @property
    def why_html(self) -> str: ...


class Question(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def expression(self) -> str: ...
    @property
    def misconceptions(self) -> Sequence[Misconception]: ...


class Scenario(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def scenario(self) -> str: ...


class Forecast(Protocol):
    """What `pose` needs to know; the lessons' own forecasts have this shape."""

    @property
    def draws(self) -> Sequence[Draw]: ...
    @property
    def manifest(self) -> str: ...
    @property
    def run(self) -> Scenario: ...
    @property
    def questions(self) -> Sequence[Question]: ...


class Unanswerable(ValueError):
    """A question whose key the run does not give: an author's mistake or a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer to choose; `misconception` is its index in the question, None for the key."""

    value: int | str
    misconception: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A forecast with its numbers drawn: what is run, and the choices of each question, in the order shown."""

    numbers: Mapping[str, int]
    manifest: str
    scenario: str
    played: Played
    choices: Mapping[str, tuple[Choice, ...]]

    def key(self, question_id: str) -> int | str:
        return next(each.value for each in self.choices[question_id] if each.misconception is None)


def pose(forecast: Forecast, seed: str) -> Posed:
    """Draw numbers from a seed and run them; drawn again while a wrong answer equals the key or another one.

    Raises Unanswerable.
    """
    for numbers in drawn(forecast, seed):
        posed = posed_with(forecast, numbers)
        if is_fair(posed):
            return _shuffled(posed, random.Random(f"{seed}/order"))
    raise Unanswerable(f"no numbers with distinct answers in {_TRIES} draws")


def drawn(forecast: Forecast, seed: str) -> Iterator[dict[str, int]]:
    """The numbers to try for a seed, one set after the other."""
    rng = random.Random(seed)
    for _ in range(_TRIES):
        yield {draw.name: rng.choice(draw.values) for draw in forecast.draws}


def all_draws(forecast: Forecast) -> Iterator[dict[str, int]]:
    """Every combination of numbers that a learner may meet."""
    names = [draw.name for draw in forecast.draws]
    for values in product(*(draw.values for draw in forecast.draws)):
        yield dict(zip(names, values, strict=True))


def posed_with(forecast: Forecast, numbers: Mapping[str, int]) -> Posed:
    """The forecast with these numbers, run.  Raises Unanswerable."""
    manifest = filled(forecast.manifest, numbers)
    scenario = filled(_WHOLE_PLACE.sub(lambda place: str(numbers[place[1]]), forecast.run.scenario), numbers)
    report = check(manifest)
    if report.errors:
        raise Unanswerable(f"{report.errors[0].code}: {report.errors[0].what}")
    played = play(forecast.run.id, scenario, _as_json([obj.value for obj in report.objects]))
    if played.run is None or played.stopped:
        raise Unanswerable(played.stopped)
    values = plain({"objects": [], "templates": [], "draws": dict(numbers), **outcome_values(played.run)})
    choices = {question.id: tuple(_choices(question, values)) for question in forecast.questions}
    return Posed(numbers=numbers, manifest=manifest, scenario=scenario, played=played, choices=choices)


def is_fair(posed: Posed) -> bool:
    """Whether no two choices of a question are the same."""
    return all(len({each.value for each in found}) == len(found) for found in posed.choices.values())


def filled(text: str, numbers: Mapping[str, int]) -> str:
    """A text with every `%{name}` replaced by its number."""
    return _PLACE.sub(lambda place: str(numbers.get(place[1], place[0])), text)


def _choices(question: Question, values: Mapping[str, Any]) -> Iterator[Choice]:
    expressions = [question.expression, *(each.expression for each in question.misconceptions)]
    for index, expression in enumerate(expressions):
        try:
            value = compiled(question.id, expression).evaluate(values)
        except ValueError as error:
            raise Unanswerable(f"{question.id}: {error}") from error
        yield Choice(value=value, misconception=index - 1 if index else None)


@lru_cache(maxsize=256)
def compiled(question_id: str, expression: str) -> Value:
    return compile_value(question_id, expression)


def _shuffled(posed: Posed, rng: random.Random) -> Posed:
    """Numbers in their order, texts in a drawn one."""
    ordered = {}
    for question_id, choices in posed.choices.items():
        numeric = all(isinstance(each.value, int) for each in choices)
        shown = sorted(choices, key=lambda each: each.value) if numeric else rng.sample(choices, len(choices))
        ordered[question_id] = tuple(shown)
    return Posed(
        numbers=posed.numbers,
        manifest=posed.manifest,
        scenario=posed.scenario,
        played=posed.played,
        choices=ordered,
    )


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
