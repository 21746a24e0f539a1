"""The lab page: an exercise, the learner's text and what they may see."""

from dataclasses import dataclass, replace
from uuid import UUID

from learn.content.model import Catalog, Course, Exercise, Lesson, Solution
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
    learner has solved the exercise or opened its last hint.
    """

    exercise: Exercise
    lesson: Lesson
    course: Course
    text: str
    saved_at_ms: int
    can_undo: bool
    hints_html: tuple[str, ...]
    outcome: Outcome | None
    playback: Playback | None
    solved: bool
    solutions: tuple[Solution, ...]
    following: Following

    @property
    def hints_total(self) -> int:
        return len(self.exercise.hints_html)

    @property
    def goals(self) -> tuple[GoalRow, ...]:
        return (self.outcome or unjudged(self.exercise)).goals


def lab_for(catalog: Catalog, exercise: Exercise, learner_id: UUID, asked: Asked = ANYTHING) -> Lab:
    """Return the page as the learner left it; a text that was checked is judged again."""
    state = exercise_state(learner_id, exercise.id)
    draft = state.draft
    text = draft.text if draft else exercise.start
    outcome = judge(catalog, exercise, text) if state.checked else unjudged(exercise)
    lesson = catalog.lessons[exercise.lesson_id]
    return Lab(
        exercise=exercise,
        lesson=lesson,
        course=catalog.courses_by_id[lesson.course_id],
        text=text,
        saved_at_ms=int(draft.updated_at.timestamp() * 1000) if draft else 0,
        can_undo=bool(draft and draft.replaced_text and draft.text == exercise.start),
        hints_html=exercise.hints_html[: state.hints_opened],
        outcome=outcome,
        playback=playback_for(exercise, learner_id, asked, text if state.checked else None),
        solved=state.solved,
        solutions=_solutions(exercise, state),
        following=following(catalog, exercise, lesson),
    )


def playback_for(exercise: Exercise, learner_id: UUID, asked: Asked, text: str | None) -> Playback | None:
    """The runs of the text that the address names, else of `text`."""
    named = checked_text(learner_id, exercise.id, asked.digest) if asked.digest else None
    run = text if named is None else named
    return playback(exercise, run, replace(asked, digest="" if run is None else digest(run)))


def _solutions(exercise: Exercise, state: ExerciseState) -> tuple[Solution, ...]:
    has_all_hints = state.hints_opened >= len(exercise.hints_html)
    return exercise.solutions if state.solved or has_all_hints else ()


def following(catalog: Catalog, exercise: Exercise, lesson: Lesson) -> Following:
    """The lesson's next exercise that can be solved, or the next lesson, or back to this one."""
    later = [e for e in lesson.exercises if e.number > exercise.number and e.is_available]
    if later:
        return Following(label=f"次の演習：{later[0].title}", url=later[0].url)
    if next_lesson := catalog.next_lesson(lesson):
        return Following(label=f"次のレッスン：{next_lesson.title}", url=next_lesson.url)
    return Following(label=f"レッスンに戻る：{lesson.title}", url=lesson.url)
