"""
What is kept about a learner. Content is not in the database: rows name lessons, quizzes and
exercises by their permanent ids and survive their absence.

Rows that record something a learner did are only ever added; totals are derived by queries.
"""

import uuid

from django.db import models

ID_LENGTH = 100


class Learner(models.Model):
    """
    Somebody who kept something. The id is the one in the browser's signed cookie; every other row
    hangs on this one, so that tying a learner to an account takes one field here and nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class Kept(models.Model):
    """A row about one learner; each kind's unique constraint begins with the learner and is its index."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class LessonRead(Kept):
    """The learner pressed 「読み終えた」."""

    lesson_id = models.CharField(max_length=ID_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "lesson_id"], name="lesson_read_once")]

    def __str__(self) -> str:
        return f"{self.learner_id} read {self.lesson_id}"


class QuizAttempt(Kept):
    """
    One answer to a quiz, as it was sent (JSON by quiz type, see learn.content.quiz).

    `number` counts a learner's attempts at a quiz from 1; `question` is the fingerprint of the question
    as it was asked then.
    """

    quiz_id = models.CharField(max_length=ID_LENGTH)
    number = models.PositiveIntegerField()
    question = models.CharField(max_length=32)
    answer = models.JSONField()
    correct = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "quiz_id", "number"], name="quiz_attempt_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} answered {self.quiz_id}"


class QuizReveal(Kept):
    """The learner asked to be shown the answer after missing it."""

    quiz_id = models.CharField(max_length=ID_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "quiz_id"], name="quiz_revealed_once")]

    def __str__(self) -> str:
        return f"{self.learner_id} was shown {self.quiz_id}"


class ExerciseDraft(Kept):
    """The learner's present text for an exercise, and the one it replaced when they went back to the start."""

    exercise_id = models.CharField(max_length=ID_LENGTH)
    text = models.TextField(blank=True)
    replaced_text = models.TextField(blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "exercise_id"], name="exercise_draft_once")]

    def __str__(self) -> str:
        return f"{self.learner_id} writes {self.exercise_id}"


class ExerciseCheck(Kept):
    """
    A text that the learner had checked, kept once per text. `solved` stays empty until the check has
    given its result: a text is kept before it is judged.
    """

    exercise_id = models.CharField(max_length=ID_LENGTH)
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=32)
    solved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "exercise_id", "digest"], name="exercise_check_once")
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} checked {self.exercise_id}"


class HintOpened(Kept):
    """The learner opened hint `number` (from 1) of an exercise."""

    exercise_id = models.CharField(max_length=ID_LENGTH)
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "exercise_id", "number"], name="hint_opened_once")
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} opened hint {self.number} of {self.exercise_id}"


class Terminal(Kept):
    """
    A cluster that the learner works on by command: their own (`exercise_id` is empty), or that of an exercise.
    Of each, the one with the highest `number` is in use; another one was set aside by starting anew and can be
    brought back.

    `state` is everything the next command needs, compressed: the journal of `TerminalCommand` rows folded into
    one snapshot. `revision` counts its writers, so that two requests never interleave. `seen_at` is when virtual
    time last followed the learner's clock; `last_key` names the last change of time, so that it is made once.
    """

    exercise_id = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    number = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=0)
    state = models.BinaryField()
    seen_at = models.DateTimeField()
    paused = models.BooleanField(default=False)
    shown_from = models.PositiveIntegerField(default=1)
    last_key = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "exercise_id", "number"], name="terminal_numbered")
        ]

    def __str__(self) -> str:
        return f"terminal {self.exercise_id}#{self.number} of {self.learner_id}"


class TerminalCommand(Kept):
    """
    A command line at a virtual instant (`at_ms`) and what it printed: a list of `[stream, text]`. `key` names
    the form that sent it, so that it runs once. `exit_code` is empty while it waits.
    """

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, related_name="commands", db_index=False)
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=32)
    line = models.TextField()
    note = models.TextField(blank=True, default="")
    at_ms = models.BigIntegerField()
    printed = models.JSONField(default=list)
    exit_code = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "number"], name="terminal_command_numbered"),
            models.UniqueConstraint(fields=["learner", "key"], name="terminal_command_once"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} ran command {self.number}"


class TerminalAdvance(Kept):
    """Time that a learner let pass by a button: from the virtual instant `at_ms` on, `by_ms` of it."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, related_name="advances")
    at_ms = models.BigIntegerField()
    by_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.by_ms} ms from {self.at_ms} on"
