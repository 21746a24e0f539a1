"""Lessons as blocks of prose, quizzes and exercises, in their courses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from learn.content.model.exercises import Exercise
from learn.content.model.findings import Source
from learn.content.model.quizzes import AnyQuiz


class StepKind(StrEnum):
    READING = "reading"
    QUIZ = "quiz"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizBlock:
    quiz: AnyQuiz


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseBlock:
    exercise: Exercise


Block = Prose | QuizBlock | ExerciseBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of a lesson's body (level 2 or 3), for the table of contents."""

    level: int
    id: str
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followup:
    """A question that a reader may have next, and the lesson that answers it."""

    question_html: str
    question: str
    lesson_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do in a lesson; ``id`` is the lesson's, the quiz's or the exercise's."""

    kind: StepKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson. ``number`` orders it in its course; ``prerequisites`` may name planned lessons."""

    id: str
    course_id: str
    course_number: int
    number: int
    title_html: str
    title: str
    summary_html: str
    summary: str
    minutes: int
    objectives_html: tuple[str, ...]
    prerequisites: tuple[str, ...]
    terms: tuple[str, ...]
    followups: tuple[Followup, ...]
    verified: str
    references: tuple[Reference, ...]
    toc: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    source: Source

    @property
    def code(self) -> str:
        """The lesson's plate, such as ``HTB 03-01``."""
        return f"HTB {self.course_number:02d}-{self.number:02d}"

    @property
    def url(self) -> str:
        return f"/courses/{self.course_id}/{self.id}/"

    @property
    def quizzes(self) -> tuple[AnyQuiz, ...]:
        return tuple(block.quiz for block in self.blocks if isinstance(block, QuizBlock))

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(block.exercise for block in self.blocks if isinstance(block, ExerciseBlock))

    @property
    def steps(self) -> tuple[Step, ...]:
        """What completes the lesson: reading, every quiz, every exercise that does not wait."""
        reading = Step(kind=StepKind.READING, id=self.id)
        return (
            reading,
            *(Step(kind=StepKind.QUIZ, id=quiz.id) for quiz in self.quizzes),
            *(Step(kind=StepKind.EXERCISE, id=e.id) for e in self.exercises if e.is_available),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLesson:
    """A lesson that is announced but not written; pages show it as 準備中."""

    id: str
    course_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    id: str
    number: int
    title: str
    summary_html: str
    summary: str
    lessons: tuple[Lesson, ...]
    planned: tuple[PlannedLesson, ...]
    source: Source

    @property
    def url(self) -> str:
        return f"/courses/{self.id}/"
