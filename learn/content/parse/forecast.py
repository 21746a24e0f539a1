"""What a predict exercise draws, runs and asks."""

from __future__ import annotations

import re
from collections.abc import Callable

from learn.content.model import Draw, Forecast, Misconception, Prediction, ScenarioRun
from learn.content.parse.fields import Fields
from learn.content.parse.scenario import scenario_data, scenario_text
from learn.content.parse.words import Words

PLACE = re.compile(r"%\{([a-z]+)\}")
_FIRST_STAND_IN = 730_194_800
_RUN_ID = "run"
_FEWEST_MISCONCEPTIONS = 2


def read_forecast(fields: Fields, words: Words) -> Forecast:
    """The fields `draws`, `manifest`, `scenario` and `questions`."""
    draws = tuple(_draw(each) for each in fields.mappings("draws", required=True))
    manifest = fields.text("manifest")
    scenario = fields.mapping("scenario")
    data = scenario_data(scenario) if scenario else {}
    if scenario:
        scenario.close()
    run = ScenarioRun(
        id=_RUN_ID,
        title_html="",
        title="",
        scenario=scenario_text(data),
        source=fields.source_of("scenario"),
    )
    questions = tuple(_question(each, words) for each in fields.mappings("questions", required=True))
    if len({each.id for each in questions}) < len(questions):
        fields.problems.add(fields.source_of("questions"), "duplicate-id", "同じ「id」の問いが2つあります。")
    _check_places(fields, draws, f"{manifest}{run.scenario}{fields.text('task')}")
    return Forecast(draws=draws, manifest=f"{manifest}\n", run=run, questions=questions)


def with_places(text: str, render: Callable[[str], str]) -> str:
    """Render a text with its places `%{name}` kept whole: numbers stand in, also where code is highlighted."""
    names = sorted(set(PLACE.findall(text)))
    stand_ins = {name: str(_FIRST_STAND_IN + index) for index, name in enumerate(names)}
    html = render(PLACE.sub(lambda place: stand_ins[place[1]], text))
    for name, stand_in in stand_ins.items():
        html = html.replace(stand_in, f"%{{{name}}}")
    return html


def _check_places(fields: Fields, draws: tuple[Draw, ...], text: str) -> None:
    known = {draw.name for draw in draws}
    for name in sorted(set(PLACE.findall(text)) - known):
        message = f"「%{{{name}}}」に入る数が「draws」にありません。"
        fields.problems.add(fields.source_of("draws"), "unknown-draw", message)


def _draw(fields: Fields) -> Draw:
    name = fields.identifier("name")
    values = tuple(int(each) for each in fields.numbers("values"))
    if len(set(values)) < 2:
        fields.problems.add(fields.source, "bad-field", "「values」には異なる数を2つ以上書きます。")
    fields.close()
    return Draw(name=name, values=values)


def _question(fields: Fields, words: Words) -> Prediction:
    misconceptions = tuple(_misconception(each, words) for each in fields.mappings("misconceptions"))
    if len(misconceptions) < _FEWEST_MISCONCEPTIONS:
        message = f"「misconceptions」は{_FEWEST_MISCONCEPTIONS}つ以上書きます。"
        fields.problems.add(fields.source, "few-misconceptions", message)
    question = Prediction(
        id=fields.identifier(),
        question_html=words.inline(fields.text("question"), fields.source_of("question")),
        unit=fields.optional_text("unit"),
        expression=fields.text("expression"),
        why_html=words.inline(fields.text("why"), fields.source_of("why")),
        misconceptions=misconceptions,
        source=fields.source_of("id"),
    )
    fields.close()
    return question


def _misconception(fields: Fields, words: Words) -> Misconception:
    why = words.inline(fields.text("why"), fields.source_of("why"))
    found = Misconception(expression=fields.text("expression"), why_html=why)
    fields.close()
    return found
