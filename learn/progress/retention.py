"""How long a learner is remembered: a browser whose cookie has ended can never come back to its rows."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from learn.progress.models import (
    ExerciseCheck,
    ExerciseDraft,
    HintOpened,
    Kept,
    Learner,
    LessonRead,
    QuizAttempt,
    QuizReveal,
    Terminal,
    TerminalAdvance,
    TerminalCommand,
)

LEARNERS_AT_ONCE = 100

LAST_TOUCHED: dict[type[Kept], str] = {
    LessonRead: "created_at",
    QuizAttempt: "created_at",
    QuizReveal: "created_at",
    ExerciseDraft: "updated_at",
    ExerciseCheck: "created_at",
    HintOpened: "created_at",
    Terminal: "seen_at",
    TerminalCommand: "created_at",
    TerminalAdvance: "created_at",
}
"""The field of each kind of row that tells when its learner was last there."""


def learners_gone_since(instant: datetime) -> QuerySet[Learner]:
    """The learners who left no trace at that instant or later."""
    gone = Learner.objects.filter(created_at__lt=instant)
    for kind, touched_at in LAST_TOUCHED.items():
        recent = kind._default_manager.filter(learner=OuterRef("pk"), **{f"{touched_at}__gte": instant})
        gone = gone.exclude(Exists(recent))
    return gone


def forget_learners(gone_since: datetime) -> int:
    """Delete those learners with everything kept about them, a few at a time; return how many they were."""
    forgotten = 0
    while ids := list(learners_gone_since(gone_since).values_list("pk", flat=True)[:LEARNERS_AT_ONCE]):
        learners_gone_since(gone_since).filter(pk__in=ids).delete()
        forgotten += len(ids)
    return forgotten
