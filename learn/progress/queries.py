"""
What is kept about a learner, read for a page: one statement per page.

The statements are SQL because a page that every reader opens needs them thirty times cheaper than
the union of five querysets; they are the same on SQLite and on PostgreSQL.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from learn.content.model import Lesson, Step, StepKind
from learn.progress.actions import digest
from learn.progress.models import ExerciseCheck, ExerciseDraft, HintOpened, Learner

MISSES_BEFORE_REVEAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An answer as it was sent, in JSON, to the question with this fingerprint."""

    question: str
    answer_json: str
    correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizState:
    """The attempts at a quiz, oldest first, and whether its answer was asked for."""

    attempts: tuple[Attempt, ...] = ()
    revealed: bool = False

    @property
    def last(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def solved(self) -> bool:
        return any(attempt.correct for attempt in self.attempts)

    @property
    def misses(self) -> int:
        return sum(not attempt.correct for attempt in self.attempts)

    @property
    def may_reveal(self) -> bool:
        return self.misses >= MISSES_BEFORE_REVEAL and not self.solved and not self.revealed


UNTOUCHED = QuizState()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonState:
    """Everything a lesson page shows about its reader."""

    read: bool
    quizzes: Mapping[str, QuizState]
    solved_exercises: frozenset[str]

    @property
    def is_touched(self) -> bool:
        return self.read or bool(self.quizzes) or bool(self.solved_exercises)

    def quiz(self, quiz_id: str) -> QuizState:
        return self.quizzes.get(quiz_id, UNTOUCHED)

    def is_done(self, step: Step) -> bool:
        match step.kind:
            case StepKind.READING:
                return self.read
            case StepKind.QUIZ:
                return self.quiz(step.id).solved
            case StepKind.EXERCISE:
                return step.id in self.solved_exercises


def lesson_state(learner_id: UUID, lesson: Lesson) -> LessonState:
    quiz_ids = [quiz.id for quiz in lesson.quizzes]
    exercise_ids = [exercise.id for exercise in lesson.exercises]
    return _state(learner_id, lesson.id, quiz_ids, exercise_ids)


def quiz_state(learner_id: UUID, quiz_id: str) -> QuizState:
    return _state(learner_id, "", [quiz_id], []).quiz(quiz_id)


_STATE = """
SELECT 'answer', quiz_id, question, answer, CASE WHEN correct THEN 1 ELSE 0 END, number
  FROM progress_quizattempt WHERE learner_id = %s AND quiz_id IN ({quizzes})
UNION ALL SELECT 'reveal', quiz_id, NULL, NULL, 1, 0
  FROM progress_quizreveal WHERE learner_id = %s AND quiz_id IN ({quizzes})
UNION ALL SELECT 'solved', exercise_id, NULL, NULL, 1, 0
  FROM progress_exercisecheck WHERE learner_id = %s AND solved AND exercise_id IN ({exercises})
UNION ALL SELECT 'read', lesson_id, NULL, NULL, 1, 0
  FROM progress_lessonread WHERE learner_id = %s AND lesson_id = %s
ORDER BY 6
"""


def _state(
    learner_id: UUID, lesson_id: str, quiz_ids: Sequence[str], exercise_ids: Sequence[str]
) -> LessonState:
    me = _id_parameter(learner_id)
    sql = _STATE.format(quizzes=_marks(quiz_ids), exercises=_marks(exercise_ids))
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    found: dict[str, set[str]] = {"reveal": set(), "solved": set(), "read": set()}
    for kind, ref, question, answer, correct, _ in _rows(
        sql, [me, *quiz_ids, me, *quiz_ids, me, *exercise_ids, me, lesson_id]
    ):
        if kind == "answer":
            attempt = Attempt(question=question, answer_json=answer, correct=bool(correct))
            attempts[ref].append(attempt)
        else:
            found[kind].add(ref)
    return LessonState(
        read=lesson_id in found["read"],
        quizzes={
            quiz_id: QuizState(attempts=tuple(attempts[quiz_id]), revealed=quiz_id in found["reveal"])
            for quiz_id in attempts
        },
        solved_exercises=frozenset(found["solved"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The steps a learner has done, and the step of each kind and id touched last (done or not)."""

    done: frozenset[Step] = frozenset()
    touched: Sequence[Step] = field(default=())


_RECORD = """
SELECT 'reading', lesson_id, 1, created_at FROM progress_lessonread WHERE learner_id = %s
UNION ALL SELECT 'quiz', quiz_id, MAX(CASE WHEN correct THEN 1 ELSE 0 END), MAX(created_at)
  FROM progress_quizattempt WHERE learner_id = %s GROUP BY quiz_id
UNION ALL SELECT 'exercise', exercise_id, MAX(CASE WHEN solved THEN 1 ELSE 0 END), MAX(created_at)
  FROM progress_exercisecheck WHERE learner_id = %s GROUP BY exercise_id
ORDER BY 4
"""


def record_of(learner_id: UUID) -> Record:
    """Return everything done and touched, the latest last: what the home and course pages need."""
    rows = _rows(_RECORD, [_id_parameter(learner_id)] * 3)
    steps = [(Step(kind=StepKind(kind), id=ref), done) for kind, ref, done, _ in rows]
    return Record(done=frozenset(step for step, done in steps if done), touched=[step for step, _ in steps])


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseState:
    """`draft` is None until the learner keeps a text; `checked` says whether this very text was checked."""

    draft: ExerciseDraft | None
    checked: bool
    solved: bool
    hints_opened: int


def exercise_state(learner_id: UUID, exercise_id: str) -> ExerciseState:
    mine = {"learner_id": learner_id, "exercise_id": exercise_id}
    draft = ExerciseDraft.objects.filter(**mine).first()
    checks = ExerciseCheck.objects.filter(**mine)
    return ExerciseState(
        draft=draft,
        checked=draft is not None and checks.filter(digest=digest(draft.text)).exists(),
        solved=checks.filter(solved=True).exists(),
        hints_opened=HintOpened.objects.filter(**mine).count(),
    )


def checked_text(learner_id: UUID, exercise_id: str, text_digest: str) -> str | None:
    """The text with this digest if the learner had it checked."""
    checks = ExerciseCheck.objects.filter(learner_id=learner_id, exercise_id=exercise_id, digest=text_digest)
    return checks.values_list("text", flat=True).first()


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _id_parameter(learner_id: UUID) -> Any:
    return Learner._meta.pk.get_db_prep_value(learner_id, connection)


def _marks(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values)) or "NULL"
