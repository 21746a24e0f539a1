"""The page of a predict exercise: numbers drawn for one learner, an answer, and then the run itself."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe

from learn.content.model import Catalog, Course, Exercise, Forecast, Lesson, Prediction
from learn.labs.playback import Asked, Playback, playback
from learn.labs.queries import Following, following
from learn.progress.actions import begin_check, finish_check, save_draft
from learn.progress.queries import exercise_state
from learn.sandbox.forecasts import Posed, filled, pose

logger = logging.getLogger(__name__)

MAX_ROUND = 9_999
_ROUNDS_REMEMBERED = 3
_ROUNDS_TRIED = 20
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a learner has done: the round (its numbers follow from it) and the answers, empty before any."""

    round: int = 1
    answers: Mapping[str, str]

    def as_text(self) -> str:
        return json.dumps({"round": self.round, "answers": dict(self.answers)}, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """A choice; `state` is right or wrong once answered, for the key and for what was chosen."""

    value: str
    is_chosen: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """A question with its numbers filled in; `verdict` is "" before an answer, else right or wrong."""

    id: str
    question_html: SafeString
    unit: str
    choices: tuple[ChoiceRow, ...]
    verdict: str
    misconception_html: SafeString
    why_html: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictPage:
    """Everything the page prints; without `questions`, a fault of ours."""

    exercise: Exercise
    lesson: Lesson
    course: Course
    round: int
    is_answered: bool
    task_html: SafeString
    debrief_html: SafeString
    manifest: str
    questions: tuple[QuestionRow, ...]
    playback: Playback | None
    solved: bool
    following: Following

    @property
    def right(self) -> int:
        return sum(each.verdict == "right" for each in self.questions)

    @property
    def announcement(self) -> str:
        return f"{len(self.questions)}問のうち{self.right}問が正解です。" if self.is_answered else ""


def predict_page(
    catalog: Catalog, exercise: Exercise, learner_id: UUID, asked: Asked, given: Mapping[str, str] = NOTHING
) -> PredictPage:
    """The page as the learner left it; `given` are answers that could not be taken yet."""
    lesson = catalog.lessons[exercise.lesson_id]
    sheet = sheet_of(learner_id, exercise.id)
    posed = posed_for(exercise, learner_id, sheet.round)
    forecast = _forecast(exercise)
    is_answered = posed is not None and _is_complete(posed, sheet.answers)
    numbers = posed.numbers if posed else {}
    return PredictPage(
        exercise=exercise,
        lesson=lesson,
        course=catalog.courses_by_id[lesson.course_id],
        round=sheet.round,
        is_answered=is_answered,
        task_html=_html(exercise.task_html, numbers),
        debrief_html=_html(exercise.debrief_html, numbers),
        manifest=posed.manifest if posed else "",
        questions=_questions(forecast, posed, sheet.answers if is_answered else {}, given) if posed else (),
        playback=_playback(exercise, posed, asked) if posed and is_answered else None,
        solved=exercise_state(learner_id, exercise.id).solved,
        following=following(catalog, exercise, lesson),
    )


def sheet_of(learner_id: UUID, exercise_id: str) -> Sheet:
    """What was last kept; nonsense counts as nothing."""
    draft = exercise_state(learner_id, exercise_id).draft
    try:
        data = json.loads(draft.text) if draft else {}
        return Sheet(round=max(1, min(int(data["round"]), MAX_ROUND)), answers=dict(data["answers"]))
    except (KeyError, TypeError, ValueError):
        return Sheet(answers={})


def posed_for(exercise: Exercise, learner_id: UUID, round_: int) -> Posed | None:
    """The questions of a round for a learner; None for a fault of ours, which the log tells."""
    try:
        return _posed(_forecast(exercise), f"{learner_id}/{exercise.id}/{round_}")
    except Exception:
        logger.exception("the forecast of %s broke", exercise.id)
        return None


@lru_cache(maxsize=64)
def _posed(forecast: Forecast, seed: str) -> Posed:
    return pose(forecast, seed)


def predict(exercise: Exercise, learner_id: UUID, answers: Mapping[str, str]) -> bool:
    """Keep the answers to the present round and judge them; False when one is missing or no choice."""
    sheet = replace(sheet_of(learner_id, exercise.id), answers=dict(answers))
    posed = posed_for(exercise, learner_id, sheet.round)
    if posed is None:
        return True
    if not _is_complete(posed, answers):
        return False
    begin_check(learner_id, exercise.id, sheet.as_text())
    solved = all(answers[name] == str(posed.key(name)) for name in posed.choices)
    finish_check(learner_id, exercise.id, sheet.as_text(), solved=solved)
    return True


def draw_again(exercise: Exercise, learner_id: UUID, after: int) -> None:
    """Go on to a round after `after`, however often it is asked; its numbers are not those of the last rounds."""
    sheet = sheet_of(learner_id, exercise.id)
    if sheet.round != after or not sheet.answers:
        return
    recent = _numbers_of(exercise, learner_id, range(max(1, after - _ROUNDS_REMEMBERED), after + 1))
    following_rounds = range(after + 1, after + _ROUNDS_TRIED)
    fresh = (
        number
        for number in following_rounds
        if any(numbers not in recent for numbers in _numbers_of(exercise, learner_id, [number]))
    )
    save_draft(learner_id, exercise.id, Sheet(round=next(fresh, after + 1), answers={}).as_text())


def _numbers_of(exercise: Exercise, learner_id: UUID, rounds: Iterable[int]) -> list[Mapping[str, int]]:
    """What was or would be drawn in each round that can be posed."""
    posed = (posed_for(exercise, learner_id, number) for number in rounds)
    return [each.numbers for each in posed if each]


def _forecast(exercise: Exercise) -> Forecast:
    if exercise.forecast is None:
        raise ValueError(f"{exercise.id} predicts nothing")
    return exercise.forecast


def _is_complete(posed: Posed, answers: Mapping[str, str]) -> bool:
    """Whether every question is answered by one of its choices."""
    return all(
        answers.get(name) in {str(each.value) for each in choices} for name, choices in posed.choices.items()
    )


def _questions(
    forecast: Forecast, posed: Posed, answers: Mapping[str, str], given: Mapping[str, str]
) -> tuple[QuestionRow, ...]:
    return tuple(
        _question(each, posed, answers.get(each.id, ""), given.get(each.id, ""))
        for each in forecast.questions
    )


def _question(question: Prediction, posed: Posed, answer: str, given: str) -> QuestionRow:
    key = str(posed.key(question.id))
    choices = posed.choices[question.id]
    picked = next((each for each in choices if str(each.value) == answer), None)
    why = SafeString()
    if picked and picked.misconception is not None:
        why = _html(question.misconceptions[picked.misconception].why_html, posed.numbers)
    return QuestionRow(
        id=question.id,
        question_html=_html(question.question_html, posed.numbers),
        unit=question.unit,
        choices=tuple(_choice(str(each.value), answer, given, key) for each in choices),
        verdict="" if picked is None else "right" if answer == key else "wrong",
        misconception_html=why,
        why_html=_html(question.why_html, posed.numbers),
    )


def _choice(value: str, answer: str, given: str, key: str) -> ChoiceRow:
    state = ""
    if answer:
        state = "right" if value == key else "wrong" if value == answer else ""
    return ChoiceRow(value=value, is_chosen=value == (answer or given), state=state)


def _playback(exercise: Exercise, posed: Posed, asked: Asked) -> Playback | None:
    run = replace(_forecast(exercise).run, scenario=posed.scenario)
    return playback(replace(exercise, runs=(run,)), posed.manifest, asked)


def predict_playback(exercise: Exercise, learner_id: UUID, asked: Asked) -> Playback | None:
    """The run of the present round, once it has been predicted."""
    sheet = sheet_of(learner_id, exercise.id)
    posed = posed_for(exercise, learner_id, sheet.round) if sheet.answers else None
    return _playback(exercise, posed, asked) if posed else None


def _html(html: str, numbers: Mapping[str, int]) -> SafeString:
    """HTML of the lesson with drawn numbers (digits only) in it."""
    return mark_safe(filled(html, numbers))
