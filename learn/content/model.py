"""What the lesson files mean, as immutable values.

Names that end in ``_html`` hold finished, safe HTML; their twins without the
suffix hold the same words as plain text, for titles and announcements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property


class WaitsFor(StrEnum):
    """A part of the software that an exercise or a goal cannot do without."""

    SIMULATOR = "simulator"
    TERMINAL = "terminal"


class QuizType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "tf"
    NUMBER = "number"
    ORDER = "order"
    FILL = "fill"
    MATCH = "match"


class ExerciseType(StrEnum):
    MANIFEST = "manifest"
    TERMINAL = "terminal"
    PREDICT = "predict"


class StepKind(StrEnum):
    READING = "reading"
    QUIZ = "quiz"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where in a file something was written; ``path`` is relative to the lessons folder."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something for an author to mend: where, a stable code, and in Japanese what to do."""

    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"lessons/{self.path}:{self.line}: {self.message}"


class LessonErrors(Exception):
    """The lesson files cannot become a catalog; ``findings`` are all the reasons, in file order."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings)
        self.findings = findings

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


# --- quizzes -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice; ``id`` is derived from its text and says nothing about ``correct``."""

    id: str
    text_html: str
    text: str
    correct: bool
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """What every quiz has. ``number`` counts the quizzes of the lesson from 1."""

    id: str
    lesson_id: str
    number: int
    question_html: str
    question: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceQuiz(Quiz):
    """Single (exactly one choice is correct) or multiple (at least one is)."""

    type: QuizType
    choices: tuple[Choice, ...]
    shuffle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalseQuiz(Quiz):
    """``why_true_html`` answers the learner who chose 正しい, ``why_false_html`` 誤り."""

    answer: bool
    why_true_html: str
    why_false_html: str
    type: QuizType = QuizType.TRUE_FALSE


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMistake:
    answer: Decimal
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberQuiz(Quiz):
    """A number between ``low`` and ``high``, both included; ``answer`` is the one shown."""

    unit: str
    answer: Decimal
    low: Decimal
    high: Decimal
    why_html: str
    mistakes: tuple[NumberMistake, ...]
    otherwise_html: str
    type: QuizType = QuizType.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    id: str
    text_html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMistake:
    order: tuple[str, ...]
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuiz(Quiz):
    """``items`` are in the right order; a page shows them in another one."""

    items: tuple[OrderItem, ...]
    why_html: str
    mistakes: tuple[OrderMistake, ...]
    otherwise_html: str
    type: QuizType = QuizType.ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankMistake:
    answer: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    label: str
    accept: tuple[str, ...]
    mistakes: tuple[BlankMistake, ...]
    otherwise_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillQuiz(Quiz):
    """``segments_html`` has one piece more than ``blanks``: the text around them.

    ``language`` is empty for prose and a Pygments lexer's name for code.
    """

    language: str
    segments_html: tuple[str, ...]
    blanks: tuple[Blank, ...]
    why_html: str
    type: QuizType = QuizType.FILL


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOption:
    id: str
    text_html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchMistake:
    option_id: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchItem:
    id: str
    text_html: str
    text: str
    option_id: str
    why_html: str
    mistakes: tuple[MatchMistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuiz(Quiz):
    """Each item belongs to one option; an option may serve several items or none."""

    options: tuple[MatchOption, ...]
    items: tuple[MatchItem, ...]
    why_html: str
    otherwise_html: str
    type: QuizType = QuizType.MATCH


AnyQuiz = ChoiceQuiz | TrueFalseQuiz | NumberQuiz | OrderQuiz | FillQuiz | MatchQuiz


# --- exercises ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a learner reads off the screen and types in.

    ``choices`` are empty for a free text; ``example`` is an answer that meets the goal.
    """

    html: str
    text: str
    choices: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """An observable fact that a manifest, or a learner at a terminal, brings about.

    ``expression`` (CEL) gives a bool; ``message`` explains an unmet goal, unless
    ``message_expression`` (CEL, empty if none) gives a string. ``run`` names the
    run whose outcome the expression sees; empty if the manifest alone decides.
    ``question`` asks for an answer that the expression judges (terminals only). A
    goal that waits has no expression and never blocks completion.
    """

    id: str
    statement_html: str
    statement: str
    expression: str
    message: str
    message_expression: str
    run: str
    question: Question | None
    waits_for: WaitsFor | None
    source: Source
    expression_source: Source
    message_expression_source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """What the learner's manifest is run against.

    ``scenario`` is JSON text of the data that docs/scenarios.md describes, so that
    it cannot change and can be hashed.
    """

    id: str
    title_html: str
    title: str
    scenario: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A manifest, or a script of commands for a terminal (``file`` is empty then)."""

    file: str
    title_html: str
    title: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A typical wrong manifest, or script of commands; ``raises`` is a goal it leaves unmet or a diagnostic's code.

    ``when`` (CEL, terminals only) tells that a learner has made this mistake: the hint is shown then.
    """

    file: str
    text: str
    raises: str
    when: str
    hint_html: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivors:
    """Solutions with a field changed that rightly reach the goals too; ``mutants`` are patterns (fnmatch) of their names."""

    mutants: tuple[str, ...]
    reason: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A wrong answer that a known misunderstanding gives; ``expression`` (CEL) is its value."""

    expression: str
    why_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One question about a run; ``expression`` (CEL over the run) is its key.

    ``question_html`` and the reasons may hold ``%{name}`` for a drawn number.
    """

    id: str
    question_html: str
    unit: str
    expression: str
    why_html: str
    misconceptions: tuple[Misconception, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A number that is drawn for each learner, from these values."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a predict exercise runs and asks; ``manifest`` and the run's scenario hold ``%{name}``."""

    draws: tuple[Draw, ...]
    manifest: str
    run: ScenarioRun
    questions: tuple[Prediction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A task.

    The types manifest and terminal have goals, hints, solutions and mistakes; manifest has runs, a start and
    survivors, terminal a ``scenario`` (JSON text of docs/scenarios.md: the cluster it begins with), predict a forecast.
    """

    id: str
    lesson_id: str
    number: int
    type: ExerciseType
    title_html: str
    title: str
    minutes: int
    waits_for: WaitsFor | None
    file: str
    task_html: str
    runs: tuple[ScenarioRun, ...]
    goals: tuple[Goal, ...]
    hints_html: tuple[str, ...]
    start: str
    scenario: str
    solutions: tuple[Solution, ...]
    mistakes: tuple[Mistake, ...]
    survivors: tuple[Survivors, ...]
    debrief_html: str
    forecast: Forecast | None
    source: Source

    @property
    def url(self) -> str:
        return f"/labs/{self.id}/"

    @property
    def active_goals(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.waits_for is None)

    @property
    def waiting_goals(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.waits_for is not None)

    @property
    def is_available(self) -> bool:
        """Whether a learner can solve it today; waiting goals do not matter."""
        return self.waits_for is None and bool(self.active_goals or self.forecast)


# --- lessons -----------------------------------------------------------------


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


# --- glossary ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A term that learners take for another one, and what tells them apart."""

    term_id: str
    difference_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A glossary entry; ``reading`` (katakana) sorts it, ``reference_url`` may be empty."""

    id: str
    name: str
    english: str
    reading: str
    summary_html: str
    summary: str
    body_html: str
    confused_with: tuple[Confusion, ...]
    synonyms: tuple[str, ...]
    reference_url: str
    source: Source

    @property
    def url(self) -> str:
        return f"/glossary/{self.id}/"


# --- the whole ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything in the lessons folder: courses in order, terms in reading order."""

    courses: tuple[Course, ...]
    terms: tuple[Term, ...]

    def all_lessons(self) -> Iterator[Lesson]:
        for course in self.courses:
            yield from course.lessons

    @cached_property
    def courses_by_id(self) -> Mapping[str, Course]:
        return {course.id: course for course in self.courses}

    @cached_property
    def lessons(self) -> Mapping[str, Lesson]:
        return {lesson.id: lesson for lesson in self.all_lessons()}

    @cached_property
    def planned(self) -> Mapping[str, PlannedLesson]:
        return {planned.id: planned for course in self.courses for planned in course.planned}

    @cached_property
    def quizzes(self) -> Mapping[str, AnyQuiz]:
        return {quiz.id: quiz for lesson in self.all_lessons() for quiz in lesson.quizzes}

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        return {exercise.id: exercise for lesson in self.all_lessons() for exercise in lesson.exercises}

    @cached_property
    def terms_by_id(self) -> Mapping[str, Term]:
        return {term.id: term for term in self.terms}

    @cached_property
    def lessons_by_term(self) -> Mapping[str, tuple[Lesson, ...]]:
        """The lessons that list a term, in course order; every term has an entry."""
        return {
            term.id: tuple(lesson for lesson in self.all_lessons() if term.id in lesson.terms)
            for term in self.terms
        }

    def previous_lesson(self, lesson: Lesson) -> Lesson | None:
        """The lesson before this one, also across courses."""
        return self._neighbour(lesson, -1)

    def next_lesson(self, lesson: Lesson) -> Lesson | None:
        """The lesson after this one, also across courses."""
        return self._neighbour(lesson, +1)

    def _neighbour(self, lesson: Lesson, offset: int) -> Lesson | None:
        order = tuple(self.lessons.values())
        index = [each.id for each in order].index(lesson.id) + offset
        return order[index] if 0 <= index < len(order) else None
