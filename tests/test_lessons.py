"""The lessons themselves: nothing to mend, and every exercise does what its author says."""

import pytest
from django.conf import settings

from learn.authoring.kept import KeptRuns
from learn.authoring.lessons import read_lessons
from learn.authoring.runs import exercise_findings
from learn.authoring.terminals import terminal_findings
from learn.content.model import ExerciseType

LESSONS = read_lessons(settings.HATOBA_LESSONS_DIR)
MANIFEST_EXERCISES = [
    exercise for exercise in LESSONS.catalog.exercises.values() if exercise.type is ExerciseType.MANIFEST
]
TERMINAL_EXERCISES = [
    exercise
    for exercise in LESSONS.catalog.exercises.values()
    if exercise.type is ExerciseType.TERMINAL and exercise.is_available
]


def test_files_have_nothing_to_mend():
    assert [str(finding) for finding in LESSONS.broken + LESSONS.untidy] == []


@pytest.mark.parametrize("exercise", MANIFEST_EXERCISES, ids=lambda exercise: exercise.source.path)
def test_start_solutions_and_mistakes_do_what_they_say(exercise):
    run = KeptRuns(settings.HATOBA_VAR_DIR / "check_lessons")
    assert [str(finding) for finding in exercise_findings(exercise, run)] == []


@pytest.mark.parametrize("exercise", TERMINAL_EXERCISES, ids=lambda exercise: exercise.source.path)
def test_scripts_of_terminal_exercises_do_what_they_say(exercise):
    assert [str(finding) for finding in terminal_findings(exercise)] == []


def test_every_lesson_has_a_quiz():
    assert [lesson.id for lesson in LESSONS.catalog.all_lessons() if not lesson.quizzes] == []
