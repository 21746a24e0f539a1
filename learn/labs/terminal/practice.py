"""A terminal exercise: its goals beside a terminal, the answers typed in, and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from learn.content.model import Catalog, Course, Exercise, Goal, Lesson, Solution
from learn.labs.queries import Following, following
from learn.labs.terminal import actions
from learn.labs.terminal.place import Place
from learn.labs.terminal.session import StateUnreadable, unpack
from learn.labs.terminal.standing import Answers, Standing, ran_on, stand, untouched
from learn.labs.terminal.turns import Turn
from learn.progress.actions import begin_check, finish_check, save_draft
from learn.progress.queries import ExerciseState, exercise_state

MAX_ANSWER = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """A question with the answer that the learner last gave."""

    goal_id: str
    html: str
    choices: tuple[str, ...]
    answer: str

    @property
    def field(self) -> str:
        return field_of(self.goal_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What the page of a terminal exercise prints besides the terminal; the solutions as for every exercise."""

    exercise: Exercise
    lesson: Lesson
    course: Course
    standing: Standing
    questions: tuple[QuestionRow, ...]
    hints_html: tuple[str, ...]
    solved: bool
    solutions: tuple[Solution, ...]
    following: Following

    @property
    def hints_total(self) -> int:
        return len(self.exercise.hints_html)


def practice_for(
    catalog: Catalog, place: Place, standing: Standing | None = None, *, asked: bool = False
) -> Practice:
    """The page as the learner left it, with the goals as they stand now unless they were judged already."""
    exercise = _exercise(place)
    state = exercise_state(place.learner_id, exercise.id)
    answers = _kept_answers(state)
    lesson = catalog.lessons[exercise.lesson_id]
    has_all_hints = state.hints_opened >= len(exercise.hints_html)
    return Practice(
        exercise=exercise,
        lesson=lesson,
        course=catalog.courses_by_id[lesson.course_id],
        standing=standing or _standing_now(place, answers, asked=asked),
        questions=tuple(_question(goal, answers) for goal in exercise.goals if goal.question),
        hints_html=exercise.hints_html[: state.hints_opened],
        solved=state.solved,
        solutions=exercise.solutions if state.solved or has_all_hints else (),
        following=following(catalog, exercise, lesson),
    )


def judge_answers(place: Place, answers: Answers, now: datetime) -> Standing:
    """Keep the answers, judge every goal, and keep the result.  Raises Refused."""
    exercise, text = _exercise(place), _as_text(answers)
    begin_check(place.learner_id, exercise.id, text)
    turn = actions.follow(place, now)
    standing = stand(exercise, turn.session, ran_on(turn.row), answers, asked=True)
    finish_check(place.learner_id, exercise.id, text, solved=standing.solved)
    return standing


def keep_answers(place: Place, answers: Answers) -> None:
    """Keep what has been typed so far, so that nothing can lose it."""
    save_draft(place.learner_id, _exercise(place).id, _as_text(answers))


def judge_turn(place: Place, turn: Turn) -> Standing:
    """How the goals stand after a request on the terminal; success is kept without being asked for."""
    exercise = _exercise(place)
    state = exercise_state(place.learner_id, exercise.id)
    answers = _kept_answers(state)
    standing = stand(exercise, turn.session, ran_on(turn.row), answers, asked=False)
    if standing.solved and not state.solved:
        text = _as_text(answers)
        begin_check(place.learner_id, exercise.id, text)
        finish_check(place.learner_id, exercise.id, text, solved=True)
    return standing


def field_of(goal_id: str) -> str:
    """The name of the input for a goal's answer."""
    return f"answer-{goal_id}"


def answers_in(exercise: Exercise, fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by goal."""
    asking = [goal.id for goal in exercise.goals if goal.question]
    return {goal_id: fields.get(field_of(goal_id), "").strip()[:MAX_ANSWER] for goal_id in asking}


def _standing_now(place: Place, answers: Answers, *, asked: bool) -> Standing:
    exercise, row = _exercise(place), place.terminals.first()
    if row is None:
        return untouched(exercise)
    try:
        session = unpack(bytes(row.state))
    except StateUnreadable:
        return untouched(exercise)
    return stand(exercise, session, ran_on(row), answers, asked=asked)


def _kept_answers(state: ExerciseState) -> dict[str, str]:
    """The answers last given; nonsense counts as none."""
    try:
        data = json.loads(state.draft.text) if state.draft else {}
        return {str(key): str(value) for key, value in data.items()}
    except (AttributeError, ValueError):
        return {}


def _as_text(answers: Answers) -> str:
    return json.dumps(dict(answers), ensure_ascii=False, sort_keys=True)


def _question(goal: Goal, answers: Answers) -> QuestionRow:
    assert goal.question is not None
    return QuestionRow(
        goal_id=goal.id,
        html=goal.question.html,
        choices=goal.question.choices,
        answer=answers.get(goal.id, ""),
    )


def _exercise(place: Place) -> Exercise:
    assert place.exercise is not None
    return place.exercise
