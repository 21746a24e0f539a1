"""The lab page: an exercise, the learner's text and what they may see."""

from dataclasses import dataclass, replace
from uuid import UUID

from learn.content.model import Catalog, Course, Exercise, Lesson, Solution
from learn.labs.debrief import Debrief, debrief_for
from learn.labs.hints import Ladder, known_repair, ladder_for, rungs_of
from learn.labs.outcome import GoalRow, Outcome, judge, unjudged
from learn.labs.playback import ANYTHING, Asked, Playback, playback
from learn.progress.actions import digest
from learn.progress.queries import ExerciseState, checked_text, exercise_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Where to go after the exercise."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """
    Everything the page prints. `outcome` is empty for a fault of ours, `playback` for an exercise without
    runs; `solutions` are empty until the
    learner has solved the exercise or opened its last hint, `debrief` until it is solved. `replaced` tells what took the place of the
    learner's text, which can be brought back: start, repair, or "".
    """

    exercise: Exercise
    lesson: Lesson
    course: Course
    text: str
    saved_at_ms: int
    replaced: str
    ladder: Ladder
    outcome: Outcome | None
    playback: Playback | None
    solved: bool
    solutions: tuple[Solution, ...]
    debrief: Debrief | None
    following: Following

    @property
    def goals(self) -> tuple[GoalRow, ...]:
        return (self.outcome or unjudged(self.exercise)).goals


def lab_for(catalog: Catalog, exercise: Exercise, learner_id: UUID, asked: Asked = ANYTHING) -> Lab:
    """Return the page as the learner left it; a text that was checked is judged again."""
    state = exercise_state(learner_id, exercise.id)
    draft = state.draft
    text = draft.text if draft else exercise.start
    outcome = judge(catalog, exercise, text) if state.checked else unjudged(exercise)
    is_passing = bool(outcome and outcome.solved)
    lesson = catalog.lessons[exercise.lesson_id]
    return Lab(
        exercise=exercise,
        lesson=lesson,
        course=catalog.courses_by_id[lesson.course_id],
        text=text,
        saved_at_ms=int(draft.updated_at.timestamp() * 1000) if draft else 0,
        replaced=_replaced(exercise, state, text, is_passing=is_passing),
        ladder=ladder_for(exercise, state.hints_opened, text, is_checked=state.checked),
        outcome=outcome,
        playback=playback_for(exercise, learner_id, asked, text if state.checked else None),
        solved=state.solved,
        solutions=_solutions(exercise, state),
        debrief=debrief_for(exercise, text, is_passing=is_passing) if state.solved else None,
        following=following(catalog, exercise, lesson),
    )


def playback_for(exercise: Exercise, learner_id: UUID, asked: Asked, text: str | None) -> Playback | None:
    """The runs of the text that the address names, else of `text`."""
    named = checked_text(learner_id, exercise.id, asked.digest) if asked.digest else None
    run = text if named is None else named
    return playback(exercise, run, replace(asked, digest="" if run is None else digest(run)))


def _solutions(exercise: Exercise, state: ExerciseState) -> tuple[Solution, ...]:
    has_all_hints = state.hints_opened >= rungs_of(exercise)
    return exercise.solutions if state.solved or has_all_hints else ()


def _replaced(exercise: Exercise, state: ExerciseState, text: str, *, is_passing: bool) -> str:
    before = state.draft.replaced_text if state.draft else ""
    if not before:
        return ""
    if text == exercise.start:
        return "start"
    may_be_repair = is_passing and state.hints_opened >= rungs_of(exercise)
    return "repair" if may_be_repair and text == known_repair(exercise, before) else ""


def following(catalog: Catalog, exercise: Exercise, lesson: Lesson) -> Following:
    """The lesson's next exercise that can be solved, or the next lesson, or back to this one."""
    later = [e for e in lesson.exercises if e.number > exercise.number and e.is_available]
    if later:
        return Following(label=f"次の演習：{later[0].title}", url=later[0].url)
    if next_lesson := catalog.next_lesson(lesson):
        return Following(label=f"次のレッスン：{next_lesson.title}", url=next_lesson.url)
    return Following(label=f"レッスンに戻る：{lesson.title}", url=lesson.url)
