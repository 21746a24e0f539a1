"""Checking a text: kept first, judged after, so that no fault of ours can lose it."""

from uuid import UUID

from learn.content.model import Catalog, Exercise
from learn.labs.outcome import judge
from learn.progress.actions import begin_check, finish_check


def check_text(catalog: Catalog, exercise: Exercise, learner_id: UUID, text: str) -> None:
    begin_check(learner_id, exercise.id, text)
    if outcome := judge(catalog, exercise, text):
        finish_check(learner_id, exercise.id, text, solved=outcome.solved)
