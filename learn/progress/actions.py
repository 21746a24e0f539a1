"""
What a learner does, written down. The Learner row is made here, by the first thing worth keeping.

Every action may be sent twice (a double click, a reload, two tabs, two workers) and is recorded once: the
database's unique constraints decide, and a lock on the learner where one statement cannot.
"""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from learn.progress.models import (
    ExerciseCheck,
    ExerciseDraft,
    HintOpened,
    Kept,
    Learner,
    LessonRead,
    QuizAttempt,
    QuizReveal,
)


def mark_lesson_read(learner_id: UUID, lesson_id: str) -> None:
    _keep(LessonRead(learner_id=learner_id, lesson_id=lesson_id))


def record_attempt(
    learner_id: UUID, *, quiz_id: str, question: str, answer: Any, correct: bool, seen: int
) -> None:
    """
    Keep an answer (JSON); `question` and `seen`, the number of attempts shown, are those of its form.

    An answer equal to the last one, from a form that had not shown that one, is the same answer again.
    """
    with transaction.atomic():
        _ensure_learner(learner_id)
        Learner.objects.select_for_update().get(pk=learner_id)
        attempts = QuizAttempt.objects.filter(learner_id=learner_id, quiz_id=quiz_id)
        last = attempts.order_by("number").last()
        if last and seen < last.number and (last.question, last.answer) == (question, answer):
            return
        QuizAttempt.objects.create(
            learner_id=learner_id,
            quiz_id=quiz_id,
            number=last.number + 1 if last else 1,
            question=question,
            answer=answer,
            correct=correct,
        )


def reveal_quiz(learner_id: UUID, quiz_id: str) -> None:
    _keep(QuizReveal(learner_id=learner_id, quiz_id=quiz_id))


def open_hint(learner_id: UUID, exercise_id: str, number: int) -> None:
    _keep(HintOpened(learner_id=learner_id, exercise_id=exercise_id, number=number))


def save_draft(learner_id: UUID, exercise_id: str, text: str) -> None:
    _write(ExerciseDraft(learner_id=learner_id, exercise_id=exercise_id, text=text), "text")


def replace_draft(learner_id: UUID, exercise_id: str, *, text: str, replaced_text: str) -> None:
    """Save `text` as the draft and keep the one it takes the place of, so that this can be undone."""
    draft = ExerciseDraft(
        learner_id=learner_id, exercise_id=exercise_id, text=text, replaced_text=replaced_text
    )
    _write(draft, "text", "replaced_text")


def begin_check(learner_id: UUID, exercise_id: str, text: str) -> None:
    """Keep a text, as the draft and as a checked one, before it is judged."""
    with transaction.atomic():
        save_draft(learner_id, exercise_id, text)
        _keep(ExerciseCheck(learner_id=learner_id, exercise_id=exercise_id, text=text, digest=digest(text)))


def finish_check(learner_id: UUID, exercise_id: str, text: str, *, solved: bool) -> None:
    """Write down the result for a text; one that once solved the exercise stays a solution."""
    checks = ExerciseCheck.objects.filter(learner_id=learner_id, exercise_id=exercise_id, digest=digest(text))
    checks.exclude(solved=True).update(solved=solved)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _keep(row: Kept) -> None:
    with transaction.atomic():
        _ensure_learner(row.learner_id)
        type(row)._default_manager.bulk_create([row], ignore_conflicts=True)


def _write(draft: ExerciseDraft, *fields: str) -> None:
    with transaction.atomic():
        _ensure_learner(draft.learner_id)
        ExerciseDraft.objects.bulk_create(
            [draft],
            update_conflicts=True,
            unique_fields=["learner", "exercise_id"],
            update_fields=[*fields, "updated_at"],
        )


def _ensure_learner(learner_id: UUID) -> None:
    Learner.objects.bulk_create([Learner(id=learner_id)], ignore_conflicts=True)
