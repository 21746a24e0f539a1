"""Learners who do not come any more are forgotten, and nobody else."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from learn.progress.actions import mark_lesson_read, save_draft
from learn.progress.models import ExerciseDraft, Kept, Learner, LessonRead, Terminal
from learn.progress.retention import LAST_TOUCHED

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=401)


def forget(*options):
    said = StringIO()
    call_command("forget_learners", *options, stdout=said)
    return said.getvalue()


def reader(*, since):
    learner_id = uuid4()
    mark_lesson_read(learner_id, "pod-basics")
    Learner.objects.filter(pk=learner_id).update(created_at=since)
    LessonRead.objects.filter(learner_id=learner_id).update(created_at=since)
    return learner_id


def remaining():
    return set(Learner.objects.values_list("pk", flat=True))


def test_who_left_long_ago_is_forgotten_with_every_row():
    reader(since=LONG_AGO)
    recent = reader(since=NOW - timedelta(days=399))
    assert "1人" in forget()
    assert remaining() == {recent}
    assert LessonRead.objects.count() == 1


def test_who_wrote_again_stays():
    writer, worker = reader(since=LONG_AGO), reader(since=LONG_AGO)
    save_draft(writer, "liveness-timing-1", "kind: Pod")
    ExerciseDraft.objects.update(created_at=LONG_AGO)
    terminal = Terminal(learner_id=worker, number=1, seed=1, state=b"", seen_at=NOW)
    terminal.save()
    Terminal.objects.update(created_at=LONG_AGO)
    forget()
    assert remaining() == {writer, worker}


def test_a_dry_run_tells_and_deletes_nothing():
    learner_id = reader(since=LONG_AGO)
    assert "1人" in forget("--dry-run")
    assert remaining() == {learner_id}


def test_nobody_is_forgotten_on_the_day():
    with pytest.raises(CommandError):
        forget("--days", "0")


def test_every_kind_of_row_counts_as_a_trace():
    assert set(LAST_TOUCHED) == set(Kept.__subclasses__())
