"""check_lessons --fairness: what it prints, when it fails, and a sample of the real exercises."""

import shutil

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from learn.authoring.fairness import tried
from learn.authoring.lessons import read_lessons
from learn.content.model import ExerciseType
from tests.content.factories import EXERCISE, SAMPLE

EXERCISES = [
    exercise
    for exercise in read_lessons(project.HATOBA_LESSONS_DIR).catalog.exercises.values()
    if exercise.type is ExerciseType.MANIFEST
]
SAMPLED = 20


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_goals_accept_rewritings_and_refuse_broken_versions(exercise):
    row = tried(exercise, seed=1, sample=SAMPLED)
    assert (row.trial.rejected, row.trial.survivors, row.findings) == ((), (), ())


@pytest.fixture
def lessons(tmp_path, settings):
    settings.HATOBA_LESSONS_DIR = shutil.copytree(SAMPLE, tmp_path / "lessons")
    return settings.HATOBA_LESSONS_DIR


def replace(lessons, old, new):
    text = (lessons / EXERCISE).read_text(encoding="utf-8")
    assert old in text
    (lessons / EXERCISE).write_text(text.replace(old, new, 1), encoding="utf-8")


def run(capsys, *options):
    call_command("check_lessons", "--fairness", *options)
    return capsys.readouterr().out


def test_lax_goal_fails_with_the_broken_version_in_full(lessons, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(capsys)
    output = capsys.readouterr().out
    assert stopped.value.code == 1
    assert (
        "first-1：目標を満たす壊した版「one.yaml Pod/web containers/web/image + -x」\n    apiVersion: v1"
        in output
    )
    assert f"lessons/{EXERCISE}:1: 壊した版" in output
    assert "件しか作れません" in output


def test_unfair_goal_fails_with_the_reason(lessons, capsys):
    replace(lessons, 'objects.exists(o, o.kind == "Pod")', "size(objects) == 1")
    with pytest.raises(SystemExit):
        run(capsys, "--exercise", "first-1", "--seed", "3")
    output = capsys.readouterr().out
    assert "受け入れない書き換え「" in output
    assert "one_more_object" in output
    assert "（has-pod）" in output
    assert "乱数の種は3" in output


def test_excused_versions_pass_and_the_table_counts_them(lessons, capsys):
    replace(lessons, "hints:", 'survivors:\n  - {mutants: ["*"], reason: 何でもよい。}\nhints:')
    assert "first-1" in run(capsys, "--sample", "5")


def test_needless_excuse_is_told_with_its_line(lessons, capsys):
    replace(
        lessons, "hints:", 'survivors:\n  - {mutants: ["*", "three.yaml *"], reason: 何でもよい。}\nhints:'
    )
    with pytest.raises(SystemExit):
        run(capsys)
    line = (lessons / EXERCISE).read_text(encoding="utf-8").split("\n").index("survivors:") + 2
    assert f"lessons/{EXERCISE}:{line}: 「three.yaml *」に当たる" in capsys.readouterr().out


def test_excuse_needs_a_reason(lessons):
    replace(lessons, "hints:", 'survivors:\n  - {mutants: ["*"]}\nhints:')
    with pytest.raises(CommandError, match="reason"):
        call_command("check_lessons", "--fairness")


@pytest.mark.parametrize("options", [["--exercise", "nowhere"], ["--sample", "0"]])
def test_options_that_mean_nothing_are_refused(lessons, options):
    with pytest.raises(CommandError):
        call_command("check_lessons", "--fairness", *options)
